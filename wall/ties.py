"""Ties: which of the edges between groups are lit. All of them would say nothing on a busy evening; a few dozen say which
groups have found each other."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from wall.graph import Lights

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]

TIES_A_SCREEN: Final = 4
EASE_MS: Final = 700.0
CHOICE_MS: Final = 250.0
"""How often ties are weighed anew."""
LOYALTY: Final = 0.35
"""How much stronger another tie must be before it takes the place of one that is lit."""
AGAIN: Final = 0.45
"""What a further tie of two groups that have one lit already is worth."""
FAR: Final = 1500.0
"""Pixels after which a tie is worth half: those over the whole wall would lie on all others."""
OWN: Final = 0.2
"""What a tie of our own voices is worth: they talk with everybody, which carries nothing across."""


class Ties:
    """What a panel remembers of its lit ties: how far each is lit, by the keys of its ends."""

    def __init__(self) -> None:
        self._lit: dict[int, float] = {}
        self._wanted: frozenset[int] = frozenset()
        self._chosen_for: tuple[int, int, float] | None = None
        self._t: float | None = None

    def light(self, picture: Lights, most: int, t: float) -> tuple[Indices, Floats]:
        """The edges that are lit at hub time ``t`` and how far, in 0 … 1: the strongest tie of every two groups first."""
        weak, ends, where = picture.memo.get("weak") or picture.memo.setdefault("weak", _weak(picture))
        drawn = (len(weak), most, t // CHOICE_MS)
        if drawn != self._chosen_for:
            self._chosen_for = drawn
            state = picture.state
            source, target = state.source[weak], state.target[weak]
            lit = np.isin(ends, np.fromiter(self._lit, np.uint64, len(self._lit)))
            worth = state.strength[weak] * np.where(lit, 1.0 + LOYALTY, 1.0)
            worth *= np.where((state.role[source] > 0) | (state.role[target] > 0), OWN, 1.0)
            d = picture.xy[target] - picture.xy[source]
            worth /= 1.0 + (np.hypot(d[:, 0], d[:, 1]) / FAR) ** 2
            chosen = _chosen(worth, state.community[source], state.community[target], most)
            self._wanted = frozenset(ends[chosen].tolist())
        shares = self._eased(t)
        seen = sorted((where[end], share) for end, share in shares.items() if end in where)
        return weak[[i for i, _ in seen]], np.array([share for _, share in seen], np.float32)

    def _eased(self, t: float) -> dict[int, float]:
        step = 1.0 if self._t is None else max(0.0, t - self._t) / EASE_MS
        self._t = t
        wanted = self._wanted
        shares = {end: min(1.0, self._lit.get(end, 0.0) + step) for end in wanted}
        shares |= {end: share - step for end, share in self._lit.items() if end not in wanted and share > step}
        self._lit = shares
        return shares


def _weak(picture: Lights) -> tuple[Indices, npt.NDArray[np.uint64], dict[int, int]]:
    """The drawn edges that tie groups, the keys of their ends, and where in both each is."""
    state = picture.state
    weak = np.flatnonzero((state.weak > 0) & (picture.edge_light > 0.01))
    source, target = state.source[weak], state.target[weak]
    ends = (state.key[source].astype(np.uint64) << np.uint64(32)) | state.key[target].astype(np.uint64)
    return weak, ends, {end: i for i, end in enumerate(ends.tolist())}


def _chosen(worth: Floats, a: npt.NDArray[np.uint8], b: npt.NDArray[np.uint8], most: int) -> Indices:
    """The ``most`` ties of the greatest worth, where each further one of the same two groups is worth less."""
    if len(worth) <= most:
        return np.arange(len(worth))
    pair = np.minimum(a, b).astype(np.int64) * 256 + np.maximum(a, b)
    order = np.lexsort((-worth, pair))
    sorted_pair = pair[order]
    first = np.flatnonzero(np.concatenate([[True], sorted_pair[1:] != sorted_pair[:-1]]))
    rank = np.arange(len(order)) - np.repeat(first, np.diff(np.append(first, len(order))))
    value = worth[order] * AGAIN**rank
    return order[np.argsort(-value, kind="stable")[:most]]
