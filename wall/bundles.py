"""Bundles: which way edges run. Those inside a group are bowed each by itself; those between two groups share a way.

Edges of the same two groups lean towards one point between the groups' hearts (after Holten's hierarchical edge bundles, 2006,
with one level), so that what flows from group to group is seen as one river of light, and the rest stays quiet.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from wall.palette import NONE

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]
Keys = npt.NDArray[np.uint32]
Nodes = npt.NDArray[np.integer[Any]]

BOW: Final = np.float32(2 * 0.125)
HIGHEST_BOW: Final = np.float32(2 * 150.0)
"""Pixels that a long edge is bowed at most: an eighth of the whole wall would be an arch over everything. A control point
lies twice as far from the middle as the curve."""
ARCH: Final = np.float32(0.16)
HIGHEST_ARCH: Final = np.float32(240.0)
"""The same of the way between two groups."""
TOGETHER: Final = np.float32(1.25)
"""How far edges of the same two groups lean towards their common way; at 2 all would meet in one point."""
CODES: Final = 256
_ONE: Final = np.float32(1.0)


def hearts(xy: Floats, light: Floats, community: Bytes) -> Floats:
    """(256, 2): the middle of each group's light, of nodes at ``xy`` (n, 2)."""
    mass = np.bincount(community, light, CODES) + 1e-6
    middle = [np.bincount(community, light * xy[:, axis], CODES) / mass for axis in (0, 1)]
    return np.column_stack(middle).astype(np.float32)


class Ways:
    """The ways of m edges from ``source`` to ``target``, as far as they do not depend on where nodes are."""

    def __init__(self, source: Nodes, target: Nodes, community: Bytes, key: Keys) -> None:
        self._side = np.where(key[source] < key[target], _ONE, -_ONE)
        a, b = community[source], community[target]
        self._between = np.flatnonzero((a != b) & (a != NONE) & (b != NONE))
        a, b = a[self._between].astype(np.intp), b[self._between].astype(np.intp)
        pairs, self._gate = np.unique(np.minimum(a, b) * CODES + np.maximum(a, b), return_inverse=True)
        self._low, self._high = pairs // CODES, pairs % CODES

    def via(self, ends: Floats, heart: Floats) -> tuple[Floats, Floats]:
        """From the middle of each edge's ends (4, m) to its control point (2, m), the same in both directions; and how far
        its ends are apart (m,)."""
        x0, y0, x1, y1 = ends
        x, y = x1 - x0, y1 - y0
        far = np.sqrt(x * x + y * y)
        bow = self._side * np.minimum(BOW, HIGHEST_BOW / np.maximum(far, _ONE))
        via = np.empty((2, len(far)), np.float32)
        np.multiply(y, bow, out=via[0])
        np.multiply(x, -bow, out=via[1])
        if len(self._between):
            gates = self._gates(heart)
            for way, start, end, gate in zip(via, ends[0:2], ends[2:4], gates.T, strict=True):
                middle = (start.take(self._between) + end.take(self._between)) * np.float32(0.5)
                way[self._between] = TOGETHER * (gate.take(self._gate) - middle)
        return via, far

    def _gates(self, heart: Floats) -> Floats:
        """The point that the edges between each two groups lean to: beside the middle of the hearts, always on one side."""
        low, high = heart[self._low], heart[self._high]
        d = high - low
        far = np.maximum(np.hypot(d[:, 0], d[:, 1]), _ONE)
        arch = np.minimum(ARCH, HIGHEST_ARCH / far)[:, None]
        return np.asarray((low + high) * np.float32(0.5) + np.column_stack([d[:, 1], -d[:, 0]]) * arch, np.float32)
