"""A whole Agora on loopback for tests and measurements: real processes, a folder and ports of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2

from stream.hub import auth

ROOT = Path(__file__).parent.parent
SMALL = {"AGORA_WALL_WIDTH": "640", "AGORA_WALL_HEIGHT": "360", "AGORA_WALL_PITCH_MM": "1.9"}
"""Screens that cost software GL little, all layouts readable on them."""


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Machine:
    """Starts ``agora`` commands with one environment and ends all of them with ``close``."""

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.var = folder / "var"
        self.pins = dict(auth.ensure(self.var) or auth.new_pins(self.var))
        self.tokens = auth.load(self.var).tokens
        own = {k: v for k, v in os.environ.items() if not k.startswith("AGORA_")}
        self.environment = {
            **own,
            "AGORA_VAR": str(self.var),
            "AGORA_HUB_PORT": str(self.port),
            "AGORA_LOG_URL": f"sqlite:{self.var / 'agora.db'}",
            "AGORA_HUB_CHECKPOINT": str(self.var / "checkpoint"),
            "AGORA_INGEST_SPOOL": str(self.var / "spool"),
            "AGORA_SHOW_DELAY_S": "0",
            "AGORA_MODERATION_RAID_ON": "false",  # a test's posts resemble each other
            "AGORA_BLUESKY_HOSTS": "ws://127.0.0.1:9",  # nobody: what a test hears is its own
            "AGORA_INGEST_METRICS_PORT": "0",
            "PYTHONPATH": str(ROOT),
            **(environment or {}),
        }
        self.processes: list[subprocess.Popen[bytes]] = []

    def start(self, *command: str, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """``agora`` with the arguments given, in this machine's folder; its output goes to ``<command>.log`` there."""
        with (self.folder / f"{command[0]}.log").open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "agora", *command],
                cwd=self.folder,
                env={**self.environment, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def hub(self, timeout_s: float = 60.0) -> subprocess.Popen[bytes]:
        """A hub that has caught up with the log."""
        process = self.start("hub")
        self.until(lambda: self.status("/readyz") == 200, timeout_s, process)
        return process

    def status(self, path: str) -> int:
        """The status code of a door; 0 where nobody answers."""
        try:
            return httpx2.get(self.url + path, timeout=5).status_code
        except httpx2.HTTPError:
            return 0

    def snapshot(self, at: int | None = None) -> dict[str, Any]:
        """What the hub measures, at T or at an earlier time."""
        answer = httpx2.get(
            f"{self.url}/api/v1/snapshot",
            params={} if at is None else {"at": str(at)},
            headers={"Authorization": f"Bearer {self.tokens['snapshot']}"},
            timeout=60,
        )
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def until(self, true: Any, timeout_s: float = 30.0, process: subprocess.Popen[bytes] | None = None) -> None:
        """Wait until ``true()`` is; raises ``TimeoutError``, or ``ChildProcessError`` when ``process`` ended meanwhile."""
        end = time.monotonic() + timeout_s
        while not true():
            if process is not None and process.poll() is not None:
                raise ChildProcessError(f"{process.args!r} ended with {process.returncode}:\n{self.output()}")
            if time.monotonic() > end:
                raise TimeoutError(f"waited {timeout_s} s\n{self.output()}")
            time.sleep(0.02)

    def output(self) -> str:
        """The last that each process said."""
        return "\n".join(
            f"{p.name}: {p.read_text('utf-8', 'replace')[-1500:]}" for p in sorted(self.folder.glob("*.log"))
        )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """``kill -9``."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        """End every process that is left."""
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
        for process in self.processes:
            try:
                process.wait(6)
            except subprocess.TimeoutExpired:
                self.kill(process)


@contextlib.contextmanager
def machine(folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Machine]:
    """A machine that leaves nothing behind."""
    made = Machine(folder, environment)
    try:
        yield made
    finally:
        made.close()
