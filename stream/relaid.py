"""A layout on another grid than it was drawn for: its panels cut anew, as near to their old shares and shapes as screens allow.

A layout is a rectangle cut in two, and its parts again (a guillotine partition). Every way to follow the old cuts on the new
grid is weighed: a panel should keep its share of the wall and its proportions, neighbours should stay neighbours, and where
there are fewer screens than panels the first ones in the file stay. Every screen shows something.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final, NamedTuple

import msgspec

from stream.wire.geometry import Grid
from stream.wire.messages import Panel

SHAPE: Final = 0.25
"""What other proportions cost, compared with another share of the wall."""
TURNED: Final = 0.6
"""What it costs when what stood beside each other stands above each other."""
SWAPPED: Final = 0.3
LOST: Final = 2.0
"""What it costs to leave a panel out, at least."""
FIRST: Final = 1e6


class Cells(NamedTuple):
    """A rectangle of screens: its first column and row, and how many of each."""

    x: int
    y: int
    w: int
    h: int


class _Way(NamedTuple):
    """What a block of panels costs on some screens, and where each of them is; rectangles begin at (0, 0)."""

    cost: float
    places: tuple[tuple[int, Cells], ...]


def relaid(panels: Sequence[Panel], own: tuple[int, int], grid: Grid) -> tuple[Panel, ...]:
    """``panels`` drawn for ``own`` columns and rows, on ``grid``, in their order; without those that find no screen."""
    if own == (grid.columns, grid.rows):
        return tuple(panels)
    old = [_cells(panel.screens, own[0]) for panel in panels]
    unit = grid.count / sum(c.w * c.h for c in old)

    def shape(index: int, w: int, h: int) -> float:
        was = old[index]
        share = math.log2(w * h / (was.w * was.h * unit))
        return share * share + SHAPE * math.log2(w * was.h / (h * was.w)) ** 2

    @cache
    def best(block: tuple[int, ...], w: int, h: int) -> _Way:
        if len(block) == 1:
            return _Way(shape(block[0], w, h), ((block[0], Cells(0, 0, w, h)),))
        ways = []
        for one, other, upright in _cuts(block, old):
            for kept, lost in ((one, other), (other, one)):
                way = best(kept, w, h)
                ways.append(_Way(way.cost + sum(map(_loss, lost)), way.places))
            for first, second, swapped in ((one, other, 0.0), (other, one, SWAPPED)):
                for at in range(1, w):
                    cost = swapped + (0.0 if upright else TURNED)
                    ways.append(_joined(best(first, at, h), best(second, w - at, h), (at, 0), cost))
                for at in range(1, h):
                    cost = swapped + (TURNED if upright else 0.0)
                    ways.append(_joined(best(first, w, at), best(second, w, h - at), (0, at), cost))
        if not ways:  # no straight cut parts them: without the last one there may be
            way = best(block[:-1], w, h)
            return _Way(way.cost + _loss(block[-1]), way.places)
        return min(ways, key=lambda way: way.cost)

    found = dict(best(tuple(range(len(panels))), grid.columns, grid.rows).places)
    return tuple(
        msgspec.structs.replace(panel, screens=_numbers(found[i], grid.columns))
        for i, panel in enumerate(panels)
        if i in found
    )


def _cuts(block: tuple[int, ...], old: Sequence[Cells]) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], bool]]:
    """Each straight cut between the panels of ``block``: those before it, those behind it, and whether it is upright."""
    for upright in (True, False):
        spans = {i: (old[i].x, old[i].x + old[i].w) if upright else (old[i].y, old[i].y + old[i].h) for i in block}
        for at in sorted({end for _, end in spans.values()})[:-1]:
            before = tuple(i for i in block if spans[i][1] <= at)
            behind = tuple(i for i in block if spans[i][0] >= at)
            if len(before) + len(behind) == len(block):
                yield before, behind, upright


def _joined(a: _Way, b: _Way, by: tuple[int, int], cost: float) -> _Way:
    moved = tuple((i, Cells(c.x + by[0], c.y + by[1], c.w, c.h)) for i, c in b.places)
    return _Way(a.cost + b.cost + cost, a.places + moved)


def _loss(index: int) -> float:
    return FIRST if index == 0 else LOST + 1.0 / index


def _cells(screens: Sequence[int], columns: int) -> Cells:
    rows, places = zip(*(divmod(n - 1, columns) for n in screens), strict=True)
    return Cells(min(places), min(rows), max(places) - min(places) + 1, max(rows) - min(rows) + 1)


def _numbers(cells: Cells, columns: int) -> tuple[int, ...]:
    return tuple(
        row * columns + column + 1
        for row in range(cells.y, cells.y + cells.h)
        for column in range(cells.x, cells.x + cells.w)
    )
