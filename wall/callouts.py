"""Where names stand beside their points when many points crowd: near, clear of each other, wholly on one screen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from stream.wire.geometry import Rect

Point = tuple[float, float]

REACHES: Final = (0.0, 70.0, 150.0, 240.0, 340.0, 460.0, 600.0)
"""How far a name may stand from the edge of its light."""
TURNS: Final = 16
AIR: Final = 20.0


class Callout(NamedTuple):
    """The box of a name, and where the line from its point meets it; None where it stands close enough."""

    box: Rect
    foot: Point | None


def place(points: Sequence[Point], radii: Sequence[float], sizes: Sequence[Point], rooms: Sequence[Rect],
          taken: Sequence[Rect], longest: float) -> list[Callout | None]:  # fmt: skip
    """A callout for each of ``points`` in their order, its name ``sizes`` (wide, high); None where it finds no place.
    No line is longer than ``longest``.

    Each lies in one of ``rooms`` and on none of ``taken``. As far as it can it leaves lights free.
    """
    lights = [Rect(x - 0.5 * r, y - 0.5 * r, r, r) for (x, y), r in zip(points, radii, strict=True)]
    boxes = list(taken)
    found: list[Callout | None] = []
    for own, (point, radius, size) in enumerate(zip(points, radii, sizes, strict=True)):
        best: tuple[float, Callout] | None = None
        for reach in REACHES:
            if reach > longest or (best is not None and reach > best[0]):
                break
            for turn in range(TURNS):
                callout = _callout(point, radius, size, reach, 2.0 * math.pi * turn / TURNS)
                airy = callout.box.inset(-AIR)
                if any(airy.overlaps(box) for box in boxes) or not any(room.contains(callout.box) for room in rooms):
                    continue
                hidden = sum(airy.overlaps(light) for i, light in enumerate(lights) if i != own)
                cost = reach + 160.0 * hidden + 6.0 * min(turn, TURNS - turn)
                if best is None or cost < best[0]:
                    best = (cost, callout)
        found.append(best[1] if best else None)
        if best is not None:
            boxes.append(best[1].box)
    return found


def _callout(point: Point, radius: float, size: Point, reach: float, angle: float) -> Callout:
    """A name whose nearest side lies ``reach`` beyond its light in the direction ``angle``, 0 is right, y down."""
    wide, high = size
    ux, uy = math.cos(angle), math.sin(angle)
    x, y = point[0] + ux * (radius + 14.0 + reach), point[1] + uy * (radius + 14.0 + reach)
    left = x if ux > 0.38 else x - wide if ux < -0.38 else x - wide / 2
    top = y if uy > 0.92 else y - high if uy < -0.92 else y - high / 2
    return Callout(Rect(left, top, wide, high), (x, y) if reach > 60.0 else None)
