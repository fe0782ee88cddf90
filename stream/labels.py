"""Labels: which nodes of a panel are named, how large, and on which of eight sides of the node the name stands.

Chosen once a second, with memory: a choice stays until another is a fifth better or it collides. No label overlaps another,
lies under a bezel or off its node's screen, on the title, or on the core of another strong node.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stream import advances
from stream.forces import Floats
from stream.wire.geometry import REFERENCE_CAP, Grid, Rect, label_offset
from stream.wire.messages import Label

MOST: Final = 9
"""Labels on a screen; more compete with one another."""
TRIED: Final = 26
"""Nodes of a screen that are considered, strongest first."""
BETTER: Final = 1.2
"""How much stronger another must be to take the place of what is shown."""
SIZES: Final = (55.0, 92.0)
"""Type size of the weakest and of the strongest label in pixels, where capitals of 39.68 px are the smallest readable."""
SIZE_STEP: Final = 3.0
WIDEST: Final = (806.0, 0.42, 0.6)
"""A label's width: so many pixels, on a narrow screen as far as the greater share of it; on a wide one the lesser share."""
"""Share of a screen's width that a label may take."""
MARGIN: Final = 40.0
"""Pixels between a label and the edge of its screen."""
GAP: Final = 18.0
"""Pixels between two labels: nodes move a little until labels are chosen again."""
ABOVE: Final = 0.82
BELOW: Final = 0.27
"""How far letters reach over and under their baseline, in em."""
CORE: Final = 0.6
"""Radius of a core that no label may cover, in radii of its node."""
SIDES: Final = np.array([0.0, 1.3, 2.6, 1.8, 0.4, 1.8, 2.6, 1.3])
"""What each side costs by itself: beside the node one sees best whose name it is. A node covered costs one."""


class Nodes(NamedTuple):
    """The nodes shown on a panel, n of them: ``xy`` (n, 2) and ``radius`` (n,) in canvas pixels, ``score`` (n,) > 0.

    ``weight`` (n,) in 0 … 1 sets the size of type; a node with an empty text is not labelled.
    """

    key: Sequence[int]
    xy: Floats
    radius: Floats
    weight: Floats
    score: Floats
    text: Sequence[str]


def choose(grid: Grid, panel: Rect, title: Rect | None, nodes: Nodes, before: Mapping[int, Label]) -> tuple[Label, ...]:
    """The labels of a panel, strongest first. ``title`` is kept free, ``before`` is the last choice by key."""
    chosen: list[tuple[float, Label]] = []
    for screen, members in _by_screen(grid, panel, nodes).items():
        rect = grid.screen(screen)
        upper = title.bottom if title is not None and title.overlaps(rect) else rect.y + MARGIN
        room = Rect(rect.x + MARGIN, upper, rect.w - 2 * MARGIN, max(0.0, rect.bottom - MARGIN - upper))
        chosen += _on_screen(grid, room, nodes, members, before)
    chosen.sort(key=lambda pair: (-pair[0], pair[1].key))
    return tuple(label for _, label in chosen)


def box(label: Label, x: float, y: float, radius: float) -> Rect:
    """What the letters of ``label`` cover when its node lies at (x, y), in canvas pixels."""
    width = advances.width(label.text) * label.size
    dx, dy = label_offset(label.side, radius, width, advances.CAP * label.size, label.size)
    return Rect(x + dx, y + dy - ABOVE * label.size, width, (ABOVE + BELOW) * label.size)


def sizes(grid: Grid) -> tuple[float, float]:
    """Type size in pixels of the weakest and of the strongest label, for how far away the wall is read."""
    unit = grid.smallest_cap_px / REFERENCE_CAP
    return SIZES[0] * unit, SIZES[1] * unit


def _widest(grid: Grid) -> float:
    pixels, least, most = WIDEST
    return max(least * grid.width, min(most * grid.width, pixels))


def _by_screen(grid: Grid, panel: Rect, nodes: Nodes) -> dict[int, npt.NDArray[np.int64]]:
    """Indices of the nodes on each screen under ``panel``; those under a bezel belong to none."""
    lefts, tops = np.array(grid.lefts), np.array(grid.tops)
    column = np.maximum(0, np.searchsorted(lefts, nodes.xy[:, 0], side="right") - 1)
    row = np.maximum(0, np.searchsorted(tops, nodes.xy[:, 1], side="right") - 1)
    dx, dy = nodes.xy[:, 0] - lefts[column], nodes.xy[:, 1] - tops[row]
    lit = (dx >= 0.0) & (dx < grid.width) & (dy >= 0.0) & (dy < grid.height)
    number = np.where(lit, row * grid.columns + column + 1, 0)
    screens = [n for n in range(1, grid.count + 1) if panel.contains(grid.screen(n))]
    return {n: members for n in screens if (members := np.flatnonzero(number == n)).size}


def _on_screen(
    grid: Grid, room: Rect, nodes: Nodes, members: npt.NDArray[np.int64], before: Mapping[int, Label]
) -> list[tuple[float, Label]]:
    """Strongest first, each on the cheapest side that is free; a label that stays keeps its side while it can."""
    known = np.array([BETTER if nodes.key[i] in before else 1.0 for i in members])
    rank = nodes.score[members] * known
    order = members[np.argsort(-rank, kind="stable")]
    named = [int(i) for i in order if nodes.text[i]][:TRIED]
    strong = np.array(named[: MOST * 2], np.int64)
    chosen: list[tuple[float, Label]] = []
    taken: list[tuple[float, float, float, float]] = []
    for i in named:
        old = before.get(nodes.key[i])
        size = _size(grid, float(nodes.weight[i]), old)
        text = advances.shortened(nodes.text[i], _widest(grid) / size)
        boxes = _boxes(nodes, i, size, advances.width(text) * size)
        free = _inside(boxes, room)
        if taken:
            free &= ~_overlaps(boxes, np.array(taken), GAP).any(axis=1)
        cores = strong[strong != i]
        free &= ~_covers(boxes, nodes.xy[cores], nodes.radius[cores] * CORE).any(axis=1)
        if not free.any():
            continue
        if old is not None and free[old.side]:
            side = old.side
        else:
            covered = _covers(boxes, nodes.xy[members], nodes.radius[members] * CORE).sum(axis=1)
            side = int(np.argmin(np.where(free, SIDES + covered, np.inf)))
        x, y, right, bottom = boxes[side]
        taken.append((x, y, right, bottom))
        chosen.append((float(nodes.score[i]), Label(nodes.key[i], text, size, side)))
        if len(chosen) == MOST:
            break
    return chosen


def _size(grid: Grid, weight: float, old: Label | None) -> float:
    """Type size by weight in steps; the old one while the weight hardly differs, since new type is set anew on the walls."""
    smallest, greatest = sizes(grid)
    exact = smallest + (greatest - smallest) * math.sqrt(max(0.0, weight))
    if old is not None and abs(exact - old.size) < 1.2 * SIZE_STEP and smallest <= old.size <= greatest:
        return old.size
    return float(min(greatest, smallest + SIZE_STEP * round((exact - smallest) / SIZE_STEP)))


def _boxes(nodes: Nodes, i: int, size: float, width: float) -> npt.NDArray[np.float64]:
    """The label's box on each of the eight sides: left, top, right, bottom (8, 4)."""
    x, y = float(nodes.xy[i, 0]), float(nodes.xy[i, 1])
    offsets = [label_offset(s, float(nodes.radius[i]), width, advances.CAP * size, size) for s in range(8)]
    return np.array([(x + dx, y + dy - ABOVE * size, x + dx + width, y + dy + BELOW * size) for dx, dy in offsets])


def _inside(boxes: npt.NDArray[np.float64], room: Rect) -> npt.NDArray[np.bool_]:
    left, top, right, bottom = boxes.T
    fits: npt.NDArray[np.bool_] = (left >= room.x) & (top >= room.y) & (right <= room.right) & (bottom <= room.bottom)
    return fits


def _overlaps(boxes: npt.NDArray[np.float64], others: npt.NDArray[np.float64], gap: float) -> npt.NDArray[np.bool_]:
    """(a, b): which of ``boxes`` (a, 4) come closer than ``gap`` to which of ``others`` (b, 4)."""
    a, b = boxes[:, None], others[None]
    close: npt.NDArray[np.bool_] = (
        (a[..., 0] < b[..., 2] + gap)
        & (b[..., 0] < a[..., 2] + gap)
        & (a[..., 1] < b[..., 3] + gap)
        & (b[..., 1] < a[..., 3] + gap)
    )
    return close


def _covers(boxes: npt.NDArray[np.float64], xy: Floats, radius: Floats) -> npt.NDArray[np.bool_]:
    """(a, n): which of ``boxes`` (a, 4) lie over which discs."""
    left, top, right, bottom = boxes.T[..., None]
    dx = np.maximum(0.0, np.maximum(left - xy[:, 0], xy[:, 0] - right))
    dy = np.maximum(0.0, np.maximum(top - xy[:, 1], xy[:, 1] - bottom))
    over: npt.NDArray[np.bool_] = dx * dx + dy * dy < radius * radius
    return over
