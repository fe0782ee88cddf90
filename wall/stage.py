"""The stage behind everything: a dark radial ground, soft fields where communities are dense, and glows.

All of it is one mesh with colours at its corners, worked out on the processor; sprites as wide as a field would cost 900 ms
a frame on a software renderer, and turn white where they add up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Theme
from wall.drawlist import Stage
from wall.palette import Colour, rgb

Floats = npt.NDArray[np.float32]
Seen = Sequence[tuple[Rect, float]]
"""The rectangles in which something is seen, and how far in each."""

STEP: Final = 96.0
FIELD: Final = 0.38
"""How much of its colour a field shows where it is densest."""
FEATHER: Final = 240.0
GROUPS: Final = 12
NO_GROUP: Final = 255
"""Nodes without a community have no field: a grey fog would say that they belong together."""


class StageBuilder:
    """Collects the light of one frame's stage. ``x`` (columns,) and ``y`` (rows,) are the mesh's corners on the canvas."""

    def __init__(self, grid: Grid, theme: Theme) -> None:
        canvas = self._canvas = grid.canvas
        self.columns = math.ceil(canvas.w / STEP) + 1
        self.rows = math.ceil(canvas.h / STEP) + 1
        self.x = (np.arange(self.columns) * STEP).astype(np.float32)
        self.y = (np.arange(self.rows) * STEP).astype(np.float32)
        self._ground = _ground(canvas, self.rows, self.columns, theme.stage_inner, theme.stage_outer)
        self._paper = theme.light
        self._even = theme.stage_inner == theme.stage_outer
        self._light = np.zeros((self.rows, self.columns, 3), np.float32)

    def glow(self, x: float, y: float, radius_x: float, radius_y: float, colour: Colour, strength: float) -> None:
        """A soft light of gaussian shape around a point."""
        across = np.exp(-0.5 * ((self.x - x) / radius_x) ** 2)
        down = np.exp(-0.5 * ((self.y - y) / radius_y) ** 2)
        tint = np.array(colour, np.float32)
        tint = 1.0 - tint if self._paper else tint
        self._light += (down[:, None] * across[None, :])[..., None] * (tint * np.float32(strength))

    def field(self, xy: Floats, weight: Floats, group: npt.NDArray[np.uint8], colours: Floats, seen: Seen, sigma: float,
              strength: float) -> None:  # fmt: skip
        """The density of nodes ``xy`` (n, 2) with ``weight`` (n,), in the colour of its ``group``, where ``seen``."""
        counts = np.bincount(group, weights=weight, minlength=256)
        counts[NO_GROUP] = 0.0
        present = np.argsort(-counts, kind="stable")[:GROUPS]
        present = present[counts[present] > 0]
        if not len(present):
            return
        weight = np.where(group == NO_GROUP, np.float32(0.0), weight)
        slots = np.full(256, len(present) - 1, np.intp)
        slots[present] = np.arange(len(present))
        rows = self._cells(min(r.y for r, _ in seen), max(r.bottom for r, _ in seen), self.rows)
        columns = self._cells(min(r.x for r, _ in seen), max(r.right for r, _ in seen), self.columns)
        high, wide, count = rows.stop - rows.start, columns.stop - columns.start, len(present)
        c0, right = _between(xy[:, 0], columns.start, wide)
        r0, below = _between(xy[:, 1], rows.start, high)
        base = (slots.take(group) * high + r0) * wide + c0
        corners = np.concatenate([base, base + 1, base + wide, base + (wide + 1)])
        lower, right_of_lower = weight * below, weight * (below * right)
        upper, right_of_upper = weight - lower, weight * right - right_of_lower
        parts = np.concatenate([upper - right_of_upper, right_of_upper, lower - right_of_lower, right_of_lower])
        density = np.bincount(corners, parts, count * high * wide).astype(np.float32).reshape(count, high, wide)
        shine = 1.0 - np.exp(-(_spread(high, sigma) @ density @ _spread(wide, sigma)))
        shine *= shine / np.maximum(
            shine.sum(axis=0), np.float32(1e-6)
        )  # the stronger wins: mixed, all colours are grey
        mask = _mask(self._canvas, rows.start, rows.stop, columns.start, columns.stop, tuple(seen))
        tints = 1.0 - colours[present] if self._paper else colours[present]
        light = tints.T @ shine.reshape(count, high * wide)
        self._light[rows, columns] += light.T.reshape(high, wide, 3) * (mask * np.float32(FIELD * strength))[..., None]

    def _cells(self, start: float, end: float, most: int) -> slice:
        """The corners of the mesh from ``start`` to ``end``, one more on either side."""
        first = min(max(0, int(start // STEP) - 1), most - 2)
        return slice(first, max(first + 2, min(most, int(end // STEP) + 2)))

    def stage(self) -> Stage:
        """The mesh: ground and light by screen blending, or ink by multiplication. One of a single colour has one corner."""
        if self._even and not self._light.any():
            return Stage(STEP, self._ground[:1, :1], self._paper)
        light = np.clip(self._light, 0.0, 1.0)
        if self._paper:
            return Stage(STEP, self._ground * (1.0 - light), True)
        return Stage(STEP, self._ground + light - self._ground * light)


@lru_cache(maxsize=16)
def _ground(canvas: Rect, rows: int, columns: int, inner: str, outer: str) -> Floats:
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) * np.float32(STEP)
    dx, dy = (x - canvas.w / 2) / (canvas.w * 0.56), (y - canvas.h / 2) / (canvas.h * 0.66)
    share = np.clip(np.sqrt(dx * dx + dy * dy), 0.0, 1.0)[..., None]
    share = share * share * (3.0 - 2.0 * share)
    a, b = np.array(rgb(inner), np.float32), np.array(rgb(outer), np.float32)
    return np.asarray(a + (b - a) * share, np.float32)


@lru_cache(maxsize=64)
def _spread(count: int, sigma: float) -> Floats:
    """(count, count): how much of the light at one corner of a row of the mesh falls on each other; a gaussian, 1 at itself."""
    away = np.abs(np.arange(count)[:, None] - np.arange(count)[None, :]) * STEP
    return np.where(away <= math.ceil(2.6 * sigma / STEP) * STEP, np.exp(-0.5 * (away / sigma) ** 2), 0.0).astype(
        np.float32
    )


@lru_cache(maxsize=16)
def _mask(canvas: Rect, top: int, bottom: int, left: int, right: int, seen: tuple[tuple[Rect, float], ...]) -> Floats:
    """(bottom - top, right - left): how far each corner of that part of the mesh is ``seen``."""
    x, y = (
        np.arange(first, last, dtype=np.float32) * np.float32(STEP) for first, last in ((left, right), (top, bottom))
    )
    mask = np.zeros((bottom - top, right - left), np.float32)
    for rect, share in seen:
        down, across = _feathered(y, rect.y, rect.bottom, canvas.h), _feathered(x, rect.x, rect.right, canvas.w)
        mask += down[:, None] * across[None, :] * np.float32(share)
    return mask


def _between(at: Floats, start: int, count: int) -> tuple[npt.NDArray[np.intp], Floats]:
    """For each place the corner of the mesh before it, from ``start``, and how far it is on its way to the next one."""
    place = np.minimum(
        np.maximum(at * np.float32(1.0 / STEP) - np.float32(start), np.float32(0.0)), np.float32(count - 1)
    )
    before = np.minimum(place.astype(np.int32), np.int32(count - 2))
    return before.astype(np.intp), place - before.astype(np.float32)


def _feathered(at: Floats, start: float, end: float, whole: float) -> Floats:
    """1 inside, falling to 0 towards those ends that lie inside the canvas, over no more than what lies beyond them."""
    from_start = (at - start) / max(1e-3, min(FEATHER, start))
    to_end = (end - at) / max(1e-3, min(FEATHER, whole - end))
    inside = np.clip(np.minimum(from_start if start > 0.0 else 1.0, to_end if end < whole else 1.0), 0.0, 1.0)
    return np.asarray(inside * inside * (3.0 - 2.0 * inside), np.float32) * np.ones_like(at)
