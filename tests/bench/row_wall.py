"""Six screens off-screen on software GL, the wall alone on a recorded feed: frames a second, each finished by ``glFinish``.

Every shipped layout for ``BENCH_WALL_SECONDS`` (20) with the quality that the wall chooses itself, then at scale 1, then
switching among all of them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import msgspec

from stream import layouts
from stream.config import Config
from stream.wire.geometry import Grid
from tests.bench import recorded
from tests.bench.figure import Figure, figure, percentile
from wall.app import Wall, local_ms, own_hello
from wall.feeds import Store
from wall.outputs import Part, parse_screens
from wall.panic import PanicFile
from wall.recording import Player
from wall.view import View

LAYOUTS = tuple(sorted(layouts.load(Path(layouts.SHIPPED), Grid()).layouts))
SECONDS = float(os.environ.get("BENCH_WALL_SECONDS", "20"))
FULL_S = min(8.0, SECONDS)
TURN_S = min(3.0, max(1.2, SECONDS / len(LAYOUTS)))
"""How long each layout stays when they change: twelve tenths of a second at least, of which a switch takes eight."""
LEAST, LEAST_SWITCHING = 15.0, 10.0


class Run(msgspec.Struct):
    """What a run drew: frames a second over all of it and in its slowest second, and the coarsest quality in it."""

    fps: float
    slowest: float
    p95_ms: float
    scale: float
    edges: int
    switching: float
    """Frames a second while layouts switch; 0 where none did."""
    switches: int


def measure() -> Iterator[Figure]:
    """Layout by layout, then the switches."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "feed.rec"
        for name in LAYOUTS:
            recorded.record(file, [name], max(SECONDS, FULL_S) + 5, 1e9)
            run, full = _run(file, SECONDS), _run(file, FULL_S, 1.0)
            yield _judged(f"wall: {name}", run.fps, LEAST, run, full)
        recorded.record(file, LAYOUTS, SECONDS + 5, TURN_S)
        run, full = _run(file, SECONDS), _run(file, SECONDS, 1.0)
        yield _judged(f"wall: {run.switches} switches", run.switching, LEAST_SWITCHING, run, full, switching=True)


def _judged(name: str, value: float, least: float, run: Run, full: Run, *, switching: bool = False) -> Figure:
    other = full.switching if switching else full.fps
    enough = run.scale >= 0.5 and run.edges >= 2_000
    note = (
        f"render scale {run.scale:g}, {run.edges} edges; slowest second {run.slowest:.1f}, p95 of a frame {run.p95_ms:.0f} ms; "
        f"at scale 1 with {full.edges} edges: {other:.1f} frames/s"
    )
    return figure(name, value, "frames/s", least=least if enough else 1e9, note=note)


def _run(file: Path, seconds: float, scale: float | None = None) -> Run:
    command = [sys.executable, "-m", "tests.bench.row_wall", str(file), str(seconds), str(scale or 0)]
    child = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    return msgspec.json.decode(child.stdout, type=Run)


class _Drawn(NamedTuple):
    """A frame: when it was finished (local ms), whether it shows a switch, and how it was drawn."""

    at: float
    took: float
    switching: bool
    rev: int
    scale: float
    edges: int


class Timed(Wall):
    """A wall that notes every frame."""

    def note(self, warm_ms: float, last_ms: float) -> None:
        """Begin to note after ``warm_ms``, and end after ``last_ms`` more."""
        self.frames: list[_Drawn] = []
        self._note_from = local_ms() + warm_ms
        threading.Timer((warm_ms + last_ms) / 1000.0, self.end).start()

    def _report(self, view: View, took: float) -> None:
        super()._report(view, took)
        now = local_ms()
        if now >= self._note_from:
            drawn = _Drawn(now, took, view.previous is not None, view.on_air.rev, self.frame.scale, self.quality.edges)
            self.frames.append(drawn)


def _drawn(file: Path, seconds: float, scale: float | None) -> Run:
    grid = Grid()
    config = Config()
    store = Store(own_hello(config), local_ms)
    player = Player(file, store, local_ms)
    with tempfile.TemporaryDirectory() as var:
        wall = Timed(
            store,
            player,
            Part(grid, parse_screens(None, grid)),
            everything=True,
            headless=True,
            display=None,
            quality=scale,
            name="bench",
            panic=PanicFile(Path(var)),
            at=None,
            patient=False,
        )
        player.start()
        wall.note(2_000.0, seconds * 1000.0)
        wall.run(frames=None, shot=None)
        wall.close()
    return _summed(wall.frames)


def _summed(frames: Sequence[_Drawn]) -> Run:
    first, last = frames[0].at, frames[-1].at
    by_second = Counter(int((f.at - first) / 1000.0) for f in frames)
    switching = [(b.at - a.at, b.rev) for a, b in pairwise(frames) if b.switching]
    return Run(
        fps=(len(frames) - 1) * 1000.0 / (last - first),
        slowest=float(min(by_second[k] for k in range(max(1, int((last - first) / 1000.0))))),
        p95_ms=percentile([f.took for f in frames], 0.95),
        scale=min(f.scale for f in frames),
        edges=min(f.edges for f in frames),
        switching=len(switching) * 1000.0 / sum(ms for ms, _ in switching) if switching else 0.0,
        switches=len({rev for _, rev in switching}),
    )


if __name__ == "__main__":
    run = _drawn(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]) or None)
    sys.stdout.write(msgspec.json.encode(run).decode())
