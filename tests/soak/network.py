"""A network of its own for a soak, whose lines may lose packets: a network namespace with loopback only, and iptables in it.

Needs root; elsewhere ``own`` says no, and what would lose packets breaks connections instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

INSIDE: Final = "AGORA_SOAK_INSIDE"


def enter(module: str, arguments: Sequence[str]) -> None:
    """Start this process anew in a network namespace of its own, where that is allowed; else return."""
    if INSIDE in os.environ or os.geteuid() != 0:
        return
    if _did("unshare", "--net", "--", "sh", "-c", f"ip link set lo up && {' '.join(_rule('-A', 1, 0.5))}"):
        os.environ[INSIDE] = "1"
        again = f'ip link set lo up && exec "{sys.executable}" -m {module} "$@"'
        os.execvp("unshare", ["unshare", "--net", "--", "sh", "-c", again, "sh", *arguments])


def own() -> bool:
    """Whether packets can be lost here and nobody else's are."""
    return INSIDE in os.environ


class Loss:
    """Of the packets to and from ``port`` of loopback, ``share`` (0 … 1) is lost while this lasts."""

    def __init__(self, port: int, share: float) -> None:
        self._port, self._share = port, share

    def begin(self) -> None:
        subprocess.run(_rule("-A", self._port, self._share), check=True)
        subprocess.run(_rule("-A", self._port, self._share, "--sport"), check=True)

    def end(self) -> None:
        subprocess.run(_rule("-D", self._port, self._share), check=True)
        subprocess.run(_rule("-D", self._port, self._share, "--sport"), check=True)


def _rule(do: str, port: int, share: float, end: str = "--dport") -> list[str]:
    """Every packet counts where ``share`` is 1: the network is away."""
    chance = [] if share >= 1 else ["-m", "statistic", "--mode", "random", "--probability", f"{share:.4f}"]
    return ["iptables", do, "INPUT", "-i", "lo", "-p", "tcp", end, str(port), *chance, "-j", "DROP"]


def _did(*command: str) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
