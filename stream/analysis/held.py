"""The columns of the rows that a state holds: a slot a row, slots used again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import FEATURES, PEOPLE, SHAPES, TERMS, Columns, Ints
from stream.analysis.echoes import write_hints
from stream.analysis.ragged import Ragged, Seldom
from stream.analysis.still import Slots, Still, Stills

_BESIDE: Final = ("terms", "forms", "people", "handles", "tracks")
_NONE: Final = np.zeros(0, np.int64)


class Held:
    """The columns of ``Columns`` by slot, with the ``span`` in which each row counts, and whether there is a row: ``held``.

    ``hints`` (n, 2) are those of the first two bands of each row's signature.
    """

    key: NDArray[np.uint64]
    digest: NDArray[np.uint64]
    at: NDArray[np.int64]
    target: NDArray[np.uint64]
    link: NDArray[np.uint64]
    figures: NDArray[np.uint64]
    sign: NDArray[np.uint8]
    ends: NDArray[np.uint32]
    length: NDArray[np.uint16]
    author: Ints
    handle: Ints
    source: Ints
    lang: Ints
    country: Ints
    followers: Ints
    weight: Ints
    mood: NDArray[np.int16]
    kind: NDArray[np.uint8]
    role: NDArray[np.uint8]
    phrases: NDArray[np.uint32]
    flags: NDArray[np.uint8]

    def __init__(self, size: int) -> None:
        self.size = 0
        self._stills = Stills()
        for name, (dtype, width) in SHAPES.items():
            if name not in _BESIDE:
                setattr(self, name, np.zeros((0, width) if width else 0, dtype))
        self.span = np.zeros(0, np.uint8)
        self.held = np.zeros(0, np.uint8)
        self.hints = np.zeros((0, 2), np.uint16)
        self.terms, self.forms = Ragged(TERMS), Ragged(TERMS)
        self.people, self.handles = Ragged(PEOPLE), Ragged(PEOPLE)
        self.tracks = Seldom(SHAPES["tracks"][1])
        self.grow(size)

    def grow(self, size: int) -> None:
        """Make room for ``size`` rows at least."""
        if size <= self.size:
            return
        size = max(size, self.size + self.size // 5, 1024)
        with self._stills.changing(_NONE):
            for name in ("span", "held", "hints", *(name for name in SHAPES if name not in _BESIDE)):
                old = getattr(self, name)
                new = np.zeros((size, *old.shape[1:]), old.dtype)
                new[: self.size] = old
                setattr(self, name, new)
            for name in _BESIDE:
                getattr(self, name).grow(size)
            self.size = size

    def write(self, slots: Slots, rows: Columns) -> None:
        """Copy the features of all ``rows`` into ``slots``."""
        with self._stills.changing(slots):
            for name in FEATURES:
                getattr(self, name)[slots] = getattr(rows, name)
            write_hints(self.sign, slots, self.hints)

    def weigh(self, slots: Slots, weights: NDArray[np.int64]) -> None:
        """Give rows another weight."""
        with self._stills.changing(slots):
            self.weight[slots] = weights

    def clear(self, slots: Slots) -> None:
        """Let go of what rows that are dropped have beside them."""
        with self._stills.changing(slots):
            for name in _BESIDE:
                getattr(self, name).clear(slots)
            self.held[slots] = 0

    def used(self, names: Iterable[str], slots: Slots, size: int) -> NDArray[np.bool_]:
        """Of ``size`` ids which stand in any of the columns ``names`` of some rows."""
        marks = np.zeros(size + 1, np.bool_)
        for name in names:
            if name in _BESIDE:
                getattr(self, name).mark(slots, marks)
            else:
                marks[getattr(self, name)[slots]] = True
        return marks[:-1]

    def still(self, slots: Slots) -> Still:
        """The features of rows by ascending slot, as they are now, to be read while they change."""
        return self._stills.make(slots, self.take)

    def take(self, slots: Slots) -> Columns:
        """A copy of some rows."""
        rows = Columns(0)
        rows.size = slots.size
        for name in SHAPES:
            setattr(rows, name, getattr(self, name)[slots])
        return rows
