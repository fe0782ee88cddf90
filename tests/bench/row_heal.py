"""How long a machine takes to heal by itself, until the wall is lit again: a lost GL context, a killed wall, a killed hub."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import httpx2

from tests.bench.figure import Figure, figure
from tests.bench.row_first_lit import signed_in
from tests.machine import ROOT, Machine, machine
from tests.wall.shell import sabotage

MOST_S = 60.0


def measure() -> Iterator[Figure]:
    """One small screen under ``agora run``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with machine(folder, _small(folder)) as agora:
            run = agora.start("run", "--headless")
            agora.until(lambda: agora.status("/healthz") == 200, MOST_S, run)
            client = signed_in(agora)
            _lit(agora, client, 0.0)
            file = Path(agora.environment["SABOTAGE"])
            yield _healed("a lost GL context", agora, client, run, lambda _: file.write_text("lose"), "wall")
            yield _healed("a killed wall", agora, client, run, lambda pid: os.kill(pid, signal.SIGKILL), "wall")
            yield _healed("a killed hub", agora, client, run, lambda pid: os.kill(pid, signal.SIGKILL), "hub")


def _healed(
    what: str, agora: Machine, client: httpx2.Client, run: Popen[bytes], harm: Callable[[int], object], part: str
) -> Figure:
    old = pid_of(run, part)
    assert old is not None
    began = time.time()
    harm(old)
    agora.until(lambda: pid_of(run, part) not in (None, old), MOST_S, run)
    again = time.time()
    if part == "hub":
        agora.until(lambda: agora.status("/healthz") == 200, MOST_S, run)
        client = signed_in(agora)
    _lit(agora, client, again * 1000.0)
    lit = time.time()
    note = f"the new {part} began after {again - began:.1f} s"
    return figure(f"{what}, until the wall is lit again", lit - began, "s", most=10.0, note=note)


def _lit(agora: Machine, client: httpx2.Client, after_ms: float) -> None:
    """Wait for a wall that has drawn something after a hub time."""

    def drawn() -> bool:
        try:
            walls = client.get("/api/v1/walls").raise_for_status().json()["walls"]
        except httpx2.HTTPError:
            return False
        return any(wall["drawn"] > after_ms for wall in walls)

    agora.until(drawn, MOST_S)


def pid_of(run: Popen[bytes], part: str) -> int | None:
    """The process of ``run`` that is this part."""
    for task in Path(f"/proc/{run.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            try:
                command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if part.encode() in command:
                return int(child)
    return None


def _small(folder: Path) -> dict[str, str]:
    layouts = folder / "layouts"
    layouts.mkdir(parents=True)
    panel = '[[panels]]\nvisual = "sabotage"\nscreens = 1\n'
    (layouts / "sabotage.toml").write_text(f'name = "sabotage"\ntitle = ""\n\n{panel}')
    return {
        "AGORA_WALL_COLUMNS": "1",
        "AGORA_WALL_ROWS": "1",
        "AGORA_WALL_WIDTH": "640",
        "AGORA_WALL_HEIGHT": "360",
        "AGORA_WALL_PITCH_MM": "2",
        "AGORA_WALL_LAYOUTS": str(layouts),
        "AGORA_WALL_LAYOUT": "sabotage",
        "AGORA_HUB_WINDOW_S": "60",
        "SABOTAGE": str(folder / "how"),
        "PYTHONPATH": f"{ROOT}:{sabotage.installed(folder / 'packages')}",
    }
