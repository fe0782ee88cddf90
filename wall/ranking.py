"""A ranking: a quiet list under a heading, each row with its name, a bar on one scale, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from stream.wire.geometry import Rect
from wall.drawlist import Layer
from wall.palette import Colour, mixed, rgb
from wall.panel import Place

ROW: Final = 100.0
HEADING: Final = 60.0
DEEP: Final = (0.03, 0.06, 0.12)


class Row(NamedTuple):
    """A row: its name, how long its bar is on the scale of the others, and what is said of that."""

    name: str
    weight: int
    value: str
    quiet: bool = False


def fits(place: Place, column: Rect) -> int:
    """How many rows ``column`` has room for under a heading, at least one."""
    return max(1, int((column.h - HEADING * place.unit) // (ROW * place.unit)))


def draw(layer: Layer, place: Place, column: Rect, heading: str, rows: Sequence[Row]) -> Rect:
    """``rows`` from the top of ``column``; returns what they cover."""
    unit = place.unit
    head = place.set(heading, 56, 500, place.theme.quiet, width=column.w)
    if head is not None:
        layer.text(head, column.x, column.y + head.cap)
    y = column.y + HEADING * unit
    most = max((row.weight for row in rows), default=1)
    for row in rows:
        y += ROW * unit
        weight, colour = (400, place.theme.quiet) if row.quiet else (550, "")
        layer.text(place.set(row.name, 60, weight, colour, width=0.46 * column.w), column.x, y)
        layer.text(place.set(row.value, 60, 450, place.theme.quiet, align="right"), column.right, y)
        long = max(6.0, 0.27 * column.w * row.weight / most)
        bar = Rect(column.x + 0.49 * column.w, y - 26 * unit, long, 10 * unit)
        layer.rect(bar, rgb("#44536E") if row.quiet else _softer(place.accent), 0.9, 5 * unit)
    return Rect(column.x - 40, column.y - 40, column.w + 80, y - column.y + 80)


def _softer(colour: Colour) -> Colour:
    return mixed(colour, DEEP, 0.25)
