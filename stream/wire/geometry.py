"""Geometry of the wall: screens in a grid on one canvas that includes the bezels, panels over rectangles of screens.

Canvas coordinates are pixels, x to the right, y down, (0, 0) at the top left of screen 1. Screens are numbered from 1, row
by row. A screen begins behind the screens and gaps before it, as in Tide, so that a line runs straight behind a bezel.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

BEZEL_ZONE: Final = 6.0
"""Nodes closer to a bezel's middle than this many half gaps are eased away from it."""
BEZEL_POWER: Final = 0.3


MARGIN: Final = 96.0
TITLE_ROOM: Final = 190.0
REFERENCE_CAP: Final = 25.0 / 0.63
"""Cap height in pixels for which type and margins are measured: five metres, 0.63 mm a pixel."""
TITLE_SLOPE: Final = 700.0
"""Pixels beside a title over which nodes rise to the top of their panel."""
NODES_A_SCREEN: Final = {"topics": 70, "people": 340}


class Rect(msgspec.Struct, frozen=True):
    """A rectangle in canvas pixels."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    def inset(self, dx: float, dy: float | None = None) -> Rect:
        """Smaller by ``dx`` at left and right and ``dy`` at top and bottom."""
        dy = dx if dy is None else dy
        return Rect(self.x + dx, self.y + dy, max(0.0, self.w - 2 * dx), max(0.0, self.h - 2 * dy))

    def contains(self, other: Rect) -> bool:
        return self.x <= other.x and self.y <= other.y and other.right <= self.right and other.bottom <= self.bottom

    def overlaps(self, other: Rect) -> bool:
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom


Gaps = int | tuple[int, ...]


class Grid(msgspec.Struct, frozen=True):
    """``columns`` × ``rows`` screens of ``width`` × ``height`` pixels, as they hang, with gaps (both bezels) between them.

    ``gap_x`` and ``gap_y`` are pixels: one number for every gap, or one for each from left to right, from top to bottom.
    ``pitch_mm`` is the distance of two pixels in millimetres, ``distance_m`` the one from which the wall is read. ``turns``
    says for each screen by how many degrees it was turned clockwise when it was hung (0, 90, 180 or 270); empty: none was.
    """

    columns: int = 3
    rows: int = 2
    width: int = 1920
    height: int = 1080
    gap_x: Gaps = 36
    gap_y: Gaps = 36
    pitch_mm: float = 0.63
    distance_m: float = 5.0
    turns: tuple[int, ...] = ()

    @property
    def lefts(self) -> tuple[int, ...]:
        """Where each column begins."""
        return _starts(self.columns, self.width, self.gap_x)

    @property
    def tops(self) -> tuple[int, ...]:
        """Where each row begins."""
        return _starts(self.rows, self.height, self.gap_y)

    @property
    def count(self) -> int:
        return self.columns * self.rows

    @property
    def canvas(self) -> Rect:
        """All screens and the bezels between them."""
        return Rect(0.0, 0.0, float(self.lefts[-1] + self.width), float(self.tops[-1] + self.height))

    @property
    def smallest_cap_px(self) -> float:
        """The smallest cap height that is readable from ``distance_m``: distance / 200, in pixels."""
        return self.distance_m * 1000.0 / 200.0 / self.pitch_mm

    def screen(self, number: int) -> Rect:
        """The rectangle of a screen. Raises ``ValueError`` for a number that the grid does not have."""
        if not 1 <= number <= self.count:
            raise ValueError(f"screen {number} does not exist; the grid has 1 to {self.count}")
        row, column = divmod(number - 1, self.columns)
        return Rect(float(self.lefts[column]), float(self.tops[row]), float(self.width), float(self.height))

    def turn(self, number: int) -> int:
        """By how many degrees a screen hangs turned clockwise."""
        return self.turns[number - 1] if number <= len(self.turns) else 0

    def span(self, numbers: Iterable[int]) -> Rect:
        """The smallest rectangle around some screens, bezels between them included."""
        screens = [self.screen(n) for n in numbers]
        if not screens:
            raise ValueError("a panel needs at least one screen")
        left, top = min(s.x for s in screens), min(s.y for s in screens)
        return Rect(left, top, max(s.right for s in screens) - left, max(s.bottom for s in screens) - top)

    def is_rectangle(self, numbers: Sequence[int]) -> bool:
        """Whether the screens fill a rectangle, each once."""
        around = self.span(numbers)
        inside = {n for n in range(1, self.count + 1) if around.contains(self.screen(n))}
        return len(numbers) == len(set(numbers)) and set(numbers) == inside

    def screen_at(self, x: float, y: float) -> int | None:
        """The number of the screen under a point, or None under a bezel or outside."""
        column, row = bisect_right(self.lefts, x) - 1, bisect_right(self.tops, y) - 1
        if column < 0 or row < 0 or x >= self.lefts[column] + self.width or y >= self.tops[row] + self.height:
            return None
        return row * self.columns + column + 1

    def gaps(self, within: Rect) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
        """The vertical and the horizontal strips of bezel that cross ``within``: their (start, end) in x and in y."""
        xs = [(float(a + self.width), float(b)) for a, b in pairwise(self.lefts)]
        ys = [(float(a + self.height), float(b)) for a, b in pairwise(self.tops)]
        return (
            [g for g in xs if within.x < g[0] and g[1] < within.right],
            [g for g in ys if within.y < g[0] and g[1] < within.bottom],
        )


@lru_cache(maxsize=64)
def _starts(count: int, size: int, gaps: Gaps) -> tuple[int, ...]:
    between = (gaps,) * (count - 1) if isinstance(gaps, int) else (*gaps, *(0,) * count)[: count - 1]
    return tuple(accumulate((size + gap for gap in between), initial=0))


class GraphArea(Rect, frozen=True):
    """Where the nodes of a graph panel may lie; ``head`` pixels at the top belong to the title as far as its screen goes."""

    head: float = 0.0


def graph_area(panel: Rect, title: bool) -> GraphArea:
    """Inside the margins of a panel; where it has a title, nodes keep below that on the screen where it stands."""
    area = panel.inset(MARGIN, MARGIN)
    return GraphArea(area.x, area.y, area.w, area.h, min(TITLE_ROOM, area.h / 2.0) if title else 0.0)


def title_zone(grid: Grid, area: Rect) -> Rect | None:
    """What a graph panel leaves free for its title: the top of its first screen, margins included."""
    head = area.head * max(1.0, grid.smallest_cap_px / REFERENCE_CAP) if isinstance(area, GraphArea) else 0.0
    if head <= 0.0:
        return None
    gaps, _ = grid.gaps(area)
    right = gaps[0][0] if gaps else area.right + MARGIN
    return Rect(area.x - MARGIN, area.y - MARGIN, right - area.x + MARGIN, min(head, area.h / 2.0) + MARGIN)


def shown_nodes(graph: str, screens: int, n: int) -> int:
    """How many of the ``n`` nodes of a graph a panel of some screens shows in calm, the strongest."""
    return min(n, NODES_A_SCREEN.get(graph, 70) * screens)


def node_radius(graph: str, area: Rect, shown: int, weight: Floats) -> Floats:
    """Radius in canvas pixels of nodes of ``weight`` (n,) in 0 … 1, where ``shown`` nodes share ``area``."""
    room, smallest = (130.0, 0.40) if graph == "people" else (160.0, 0.62)
    spacing = math.sqrt(max(1.0, area.w * area.h) / max(1, shown))
    size = min(1.25, max(smallest, spacing / room))
    return (size * (6.0 + 34.0 * np.sqrt(np.clip(weight, 0.0, 1.0)))).astype(np.float32)


_SIDES: Final = tuple((math.cos(side * math.pi / 4.0), math.sin(side * math.pi / 4.0)) for side in range(8))


def label_offset(side: int, radius: float, width: float, cap: float, size: float) -> tuple[float, float]:
    """From the middle of a node of ``radius`` to the left end of its label's baseline, for type of ``size`` and ``cap`` height.

    ``side`` is 0 right, then clockwise in steps of 45°. All lengths are canvas pixels.
    """
    gap = radius * 0.62 + 0.26 * size
    ux, uy = _SIDES[side % 8]
    ax = 0.0 if ux > 0.5 else -width if ux < -0.5 else -width / 2
    ay = 0.0 if uy > 0.5 else -cap if uy < -0.5 else -cap / 2
    return ux * gap + ax, uy * gap + ay + cap


def place(grid: Grid, area: Rect, uv: Floats) -> Floats:
    """Unit box positions ``uv`` (n, 2) in 0 … 1 to canvas pixels (n, 2) in ``area``, eased away from title and bezels.

    The easing is continuous and keeps the order of nodes, so that a node that drifts across a bezel crosses it quickly
    and never jumps. An area that is taller than wide gets the box on its side, so that neighbours stay neighbours. Hub
    (labels) and wall (lights) use this one map.
    """
    uv = uv[:, ::-1] if area.h > area.w else uv
    out = np.empty_like(uv, dtype=np.float32)
    gaps_x, gaps_y = grid.gaps(area)
    out[:, 0] = _eased(area.x + uv[:, 0] * area.w, gaps_x)
    top = np.full(len(uv), area.y, np.float32)
    if title := title_zone(grid, area):
        beyond = np.clip((out[:, 0] - title.right) / TITLE_SLOPE, 0.0, 1.0)
        top = np.asarray(title.bottom - (title.bottom - area.y) * beyond * beyond * (3.0 - 2.0 * beyond), np.float32)
    out[:, 1] = _eased(np.asarray(top + uv[:, 1] * (area.bottom - top), np.float32), gaps_y)
    return out


def _eased(values: Floats, gaps: list[tuple[float, float]]) -> Floats:
    for start, end in gaps:
        middle, zone = (start + end) / 2, BEZEL_ZONE * (end - start) / 2 + 60.0
        away = (values - middle) / zone
        near = np.flatnonzero(np.abs(away) < 1.0)
        if len(near):
            s = away[near]
            values[near] = middle + zone * np.sign(s) * np.abs(s) ** BEZEL_POWER
    return values
