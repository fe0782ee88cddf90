"""Test pattern: which screen is which, colours, focus, which way is up, lines that run straight behind the
bezels, and a disc that shows time.

Everything is placed on the canvas by number alone, and the disc by hub time alone, so that screens driven by different
processes show one picture without a step.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from stream.wire.geometry import Rect
from stream.wire.messages import Graph
from wall.drawlist import Layer
from wall.palette import rgb
from wall.panel import Place
from wall.view import View

PERIOD_MS: Final = 12_000.0
DISC: Final = 84.0
BARS: Final = ("#FFFFFF", "#FFFF00", "#00FFFF", "#00FF00", "#FF00FF", "#FF0000", "#0000FF")
LINE: Final = (0.55, 0.65, 0.8)


class TestPattern:
    __test__ = False
    name = "test_pattern"
    needs: frozenset[str] = frozenset()
    seconds = 60.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:  # noqa: ARG002
        return True

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        for number in sorted(place.panel.screens):
            self._screen(place, layer, place.grid.screen(number), number)
        self._lines(place, layer)
        x, y = disc_at(view.t, place.rect)
        layer.disc(x, y, DISC, rgb("#FFFFFF"))
        layer.disc(x, y, DISC * 0.62, rgb(place.theme.stage_outer))
        layer.disc(x, y, DISC * 0.36, place.accent)

    def _screen(self, place: Place, layer: Layer, screen: Rect, number: int) -> None:
        unit, k = place.unit, min(1.0, screen.w / 1080, screen.h / 1080)
        _frame(layer, screen, 1.0)
        _frame(layer, screen.inset(48.0 * k), 0.35)
        middle_x, middle_y = screen.x + screen.w / 2, screen.y + screen.h / 2
        radius = min(screen.w, screen.h) * 0.42
        layer.rings.append(np.array([[middle_x, middle_y, radius, 2.5, *LINE, 0.7]], np.float32))
        _up(layer, middle_x, middle_y - radius + 46.0 * k, 52.0 * k)
        block = place.set(str(number), 360 * min(k, 1 / unit), 700, align="centre")
        if block is not None:
            layer.text(block, middle_x, middle_y + block.cap / 2 - 40 * k)
        turn = place.grid.turn(number)
        said = f"{round(screen.w)} × {round(screen.h)}" + (f", turned {turn}°" if turn else "")
        size = place.set(said, 56, 500, place.theme.quiet, align="centre")
        layer.text(size, middle_x, middle_y + 200 * k)
        left = screen.x + 110 * k
        for i, colour in enumerate(BARS):
            layer.rect(Rect(left + i * 60 * k, screen.y + 110 * k, 60 * k, 150 * k), rgb(colour), 1.0)
        for i, colour in enumerate(place.theme.communities):
            layer.rect(Rect(left + i * 42 * k, screen.bottom - 250 * k, 36 * k, 36 * k), rgb(colour), 1.0, 18.0)
        for i in range(16):
            grey = i / 15
            layer.rect(Rect(left + i * 28 * k, screen.bottom - 170 * k, 28 * k, 60 * k), (grey, grey, grey), 1.0)
        for i in range(16):
            dark, x = i / 255.0, screen.right - (110 + 448) * k + i * 28 * k
            layer.rect(Rect(x, screen.bottom - 170 * k, 28 * k, 60 * k), (dark, dark, dark), 1.0)
        self._focus(layer, Rect(round(screen.right - 110 * k - 300), round(screen.y + 110 * k), 300, 150))

    def _focus(self, layer: Layer, rect: Rect) -> None:
        """Lines one, two and four pixels wide, upright and lying: they must stay apart."""
        x = rect.x
        for width in (1, 2, 4):
            for i in range(12):
                layer.rect(Rect(x + 2 * i * width, rect.y, width, rect.h / 2 - 6), (1.0, 1.0, 1.0), 1.0)
            x += 24 * width + 24
        y = rect.y + rect.h / 2 + 6
        for i in range(12):
            layer.rect(Rect(rect.x, y + 4 * i, rect.w, 2), (1.0, 1.0, 1.0), 1.0)

    def _lines(self, place: Place, layer: Layer) -> None:
        """Two diagonals over the whole canvas and a wave, to see that no screen stands too high or too far."""
        r = place.rect
        for start, end in (((r.x, r.y), (r.right, r.bottom)), ((r.x, r.bottom), (r.right, r.y))):
            layer.line(np.array([start, end], np.float32), 4.0, (0.93, 0.95, 0.98), 0.85)
        x = np.linspace(r.x, r.right, 400)
        wave = np.column_stack([x, [_wave(v, r) for v in x]]).astype(np.float32)
        layer.line(wave, 3.0, place.accent, 0.8)


def _frame(layer: Layer, rect: Rect, alpha: float) -> None:
    """Four thin rectangles: an outline drawn as one quad would cover the whole screen for the sake of its edge."""
    for part in (
        Rect(rect.x, rect.y, rect.w, 2.0), Rect(rect.x, rect.bottom - 2.0, rect.w, 2.0),
        Rect(rect.x, rect.y, 2.0, rect.h), Rect(rect.right - 2.0, rect.y, 2.0, rect.h),
    ):  # fmt: skip
        layer.rect(part, LINE, alpha)


def _up(layer: Layer, x: float, y: float, size: float) -> None:
    """An arrow that must point to the ceiling, however the screen was hung."""
    tip, half = y, size / 2
    layer.line(np.array([[x - half, tip + half], [x, tip], [x + half, tip + half]], np.float32), 7.0, LINE, 0.95)
    layer.line(np.array([[x, tip + 4.0], [x, tip + size * 1.2]], np.float32), 7.0, LINE, 0.95)


def disc_at(t: float, rect: Rect) -> tuple[float, float]:
    """Where the disc is at hub time ``t``: along the wave, to the right and back, without a jump."""
    turn = 2.0 * math.pi * ((t % PERIOD_MS) / PERIOD_MS)
    x = rect.x + rect.w * (0.5 - 0.47 * math.cos(turn))
    return x, _wave(x, rect)


def _wave(x: float, rect: Rect) -> float:
    return rect.y + rect.h / 2 - rect.h * 0.36 * math.sin(2.5 * math.pi * (x - rect.x) / max(1.0, rect.w))


VISUAL = TestPattern()
