"""The course of counts over time: a smooth line with a glow below it and a light at now."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures
from wall.drawlist import HALO, Layer
from wall.palette import Colour
from wall.panel import Place

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

SPARSE: Final = 12.0
"""Posts a bucket below which chance alone makes a line jagged."""


def draw(layer: Layer, place: Place, timeline: tuple[int, ...], area: Rect, width: float) -> Floats:
    """A fine line of mentions over time with a glow below it and a light at now; returns its points."""
    # The newest bucket is still filling, the oldest is cut by the window: drawn, they would always be a fall and a rise.
    timeline = timeline[1:-1]
    if len(timeline) < 3:
        return np.zeros((1, 2), np.float32)
    points, strips = _strips(timeline, area, width, place.accent)
    layer.ribbons += strips
    x, y = float(points[-1, 0]), float(points[-1, 1])
    layer.sparks.append(np.array([[x, y, 90.0, 9.0, *place.accent, 1.0]], np.float32).reshape(-1, len(HALO)))
    return points


@lru_cache(maxsize=16)
def _strips(timeline: tuple[int, ...], area: Rect, width: float, colour: Colour) -> tuple[Floats, list[Floats]]:
    """The points of the line, and the ribbons that draw it and the area below it."""
    along, values = smooth(timeline)
    points = np.column_stack(
        [area.x + along * area.w, area.bottom - values / max(float(values.max()), 1.0) * area.h]
    ).astype(np.float32)
    lower = points.copy()
    lower[:, 1] = area.bottom + 6
    fading = np.linspace(0.25, 1.0, len(points)).astype(np.float32)
    sheet = Layer(area)
    sheet.area(points, lower, colour, fading * 0.34, 0.0)
    sheet.line(points, width, colour, fading)
    return points, sheet.ribbons


def smooth(counts: tuple[int, ...]) -> tuple[Doubles, Doubles]:
    """Counts of buckets as a smooth course: where along it in 0 … 1, and how many there."""
    values = np.array(counts, np.float64)
    for _ in range(1 if values.mean() >= SPARSE else 4):
        padded = np.concatenate([values[:1], values, values[-1:]])
        values = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    fine = np.linspace(0, len(values) - 1, 8 * len(values))
    return fine / (len(values) - 1), _curve(values, fine)


def _curve(values: Doubles, at: Doubles) -> Doubles:
    """Catmull-Rom through ``values``, never below zero."""
    i = np.clip(at.astype(int), 0, len(values) - 2)
    u = at - i
    p0, p1 = values[np.maximum(i - 1, 0)], values[i]
    p2, p3 = values[i + 1], values[np.minimum(i + 2, len(values) - 1)]
    bend = 2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * p1 - p0 - 3 * p2 + p3) * u**3
    return np.asarray(np.maximum(0.0, 0.5 * bend), np.float64)


def before(buckets: int, figures: Figures) -> str:
    """How long so many buckets are ago, in words."""
    minutes = round(buckets * (figures.numbers.bucket_ms or 60_000) / 60_000)
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 120 else f"{round(minutes / 60)} h ago"


def on_a_screen(place: Place, left: float, wide: float) -> float:
    """The nearest left edge at which a text ``wide`` pixels wide lies on one screen, off its edges."""
    room = [s.inset(72.0) for s in place.screens if s.y == place.screens[0].y]
    places = [min(max(left, r.x), r.right - wide) for r in room]
    return min(places, key=lambda x: abs(x - left))
