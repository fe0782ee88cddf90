"""``agora wall`` with a false clock that reads its own pictures: ``python -m tests.bench.timepiece OUT SECONDS AHEAD PPM``.

Its visual writes the hub time drawn into the picture, as squares that are bits. Each frame is read back and compared with
the true time at which its view was made, which hub and wall share here. At every full half second of hub time a frame of
exactly that time is drawn and kept. ``OUT`` (npz) holds ``error`` f8 (n,) in ms, ``drawn`` f8 (n,) ms from the view to the
end of the frame, ``at`` f8 (m,) and ``pictures`` u1 (m, h, w, 3) of the kept ones.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from stream.config import load
from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Graph
from wall.app import Wall, own_hello
from wall.client import Client
from wall.doorway import Doorway
from wall.drawlist import Layer
from wall.feeds import DELAY_MS, Store
from wall.frame import Picture
from wall.outputs import Part, parse_screens
from wall.panel import Place
from wall.panic import PanicFile
from wall.view import View
from wall.visuals.test_pattern import disc_at

BITS: Final = 48
SIDE: Final = 16.0
"""Of a bit's square, in canvas pixels."""
KEPT_MS: Final = 500.0
SETTLED_S: Final = 3.0
SCREEN: Final = 2


class Timepiece:
    """The disc of the test pattern, and over it the time in eighths of a millisecond as squares."""

    name = "timepiece"
    needs: frozenset[str] = frozenset()
    seconds = 60.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:  # noqa: ARG002, every visual is asked so
        return True

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        layer.disc(*disc_at(view.t, place.rect), 60.0, place.accent)
        number = round(view.t * 8.0)
        for bit, square in enumerate(squares(place.grid)):
            light = float(number >> bit & 1)
            layer.rect(square, (light, light, light), 1.0)


def squares(grid: Grid) -> list[Rect]:
    """Where each bit stands, the lowest first."""
    screen = grid.screen(SCREEN)
    x, y = screen.x + 40.0, screen.y + screen.h / 2
    return [Rect(x + bit % 24 * SIDE, y + bit // 24 * SIDE, SIDE, SIDE) for bit in range(BITS)]


class Snapping(Client):
    """A client whose clock, once as it passes a full half second of hub time, says exactly that."""

    passed = 0.0
    snapped = False

    def hub_ms(self) -> float:
        now = super().hub_ms()
        turn = now - DELAY_MS - (now - DELAY_MS) % KEPT_MS
        self.snapped = turn > self.passed > 0.0
        self.passed = turn
        return turn + DELAY_MS if self.snapped else now


class Reading(Wall):
    """A wall that looks at each of its frames."""

    def begin(self, feed: Snapping, seconds: float) -> None:
        self.snapping = feed
        self.errors: list[float] = []
        self.drawing: list[float] = []
        self.kept: dict[float, Picture] = {}
        self.began: float | None = None
        self.seconds = seconds

    def _view(self) -> View:
        before = time.time_ns() / 1e6
        view = super()._view()
        self.true = (before, time.time_ns() / 1e6)
        self.at = view.t
        return view

    def _present(self) -> None:
        super()._present()
        now = time.time_ns() / 1e6
        if not self._store.connected or not self.snapping.hub_clock.synchronised:
            return
        if self.began is None:
            self.began = now
        passed = (now - self.began) / 1000.0
        if passed < SETTLED_S:
            return
        if passed > self.seconds:
            self.end()
        picture = self.frame.read()
        if self.snapping.snapped:
            self.kept[self.at] = picture.copy()
        else:
            said = self.written(picture) + DELAY_MS
            self.errors.append(said - min(max(said, self.true[0]), self.true[1]))
            self.drawing.append(now - self.true[1])

    def written(self, picture: Picture) -> float:
        """The time in the picture."""
        view, scale = self.part.viewport, self.frame.scale
        number = 0
        for bit, square in enumerate(squares(self.part.grid)):
            x, y = (square.x + SIDE / 2 - view.x) * scale, (square.y + SIDE / 2 - view.y) * scale
            number |= (int(picture[round(y), round(x)].max()) > 127) << bit
        return number / 8.0


def main(out: Path, seconds: float, ahead_ms: float, ppm: float) -> None:
    """The process."""

    def clock() -> float:
        return time.monotonic() * 1000.0 * (1.0 + ppm * 1e-6) + ahead_ms

    config = load()
    var = Path(os.environ["AGORA_VAR"])
    store = Store(own_hello(config), clock)
    client = Snapping(config.hub.url, store, clock, Doorway(config.hub.url, var, "", "timepiece", (1, 2)))
    wall = Reading(
        store,
        client,
        Part(config.wall.grid, parse_screens(None, config.wall.grid)),
        everything=True,
        headless=True,
        display=None,
        quality=1.0,
        name=f"timepiece {ppm:+g}",
        panic=PanicFile(var),
        at=None,
        patient=False,
        clock=clock,
    )
    wall.begin(client, seconds)
    client.start()
    try:
        wall.run(frames=None, shot=None)
    finally:
        client.stop()
        wall.close()
    at = sorted(wall.kept)
    np.savez(out, error=wall.errors, drawn=wall.drawing, at=at, pictures=np.array([wall.kept[t] for t in at]))


VISUAL = Timepiece()

if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:5]))
