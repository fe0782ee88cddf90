"""The columns of the rows that a state holds: a slot a row, slots used again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import FEATURES, PEOPLE, SHAPES, TERMS, Columns, Ints
from stream.analysis.ragged import NEAR, Ragged, Seldom

_LISTS: Final = {"terms": TERMS, "forms": TERMS, "people": PEOPLE, "handles": PEOPLE}
_BESIDE: Final = (*_LISTS, "tracks")

Copied = dict[str, tuple[NDArray[Any], ...]]
"""The features of some rows by column, as narrow as they are held; ``dense`` reads them."""


class Held:
    """The columns of ``Columns`` by slot, with the ``span`` in which each row counts, and whether there is a row: ``held``."""

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
        for name, (dtype, width) in SHAPES.items():
            if name not in _BESIDE:
                setattr(self, name, np.zeros((0, width) if width else 0, dtype))
        self.span = np.zeros(0, np.uint8)
        self.held = np.zeros(0, np.uint8)
        self.terms, self.forms = Ragged(TERMS), Ragged(TERMS)
        self.people, self.handles = Ragged(PEOPLE), Ragged(PEOPLE)
        self.tracks = Seldom(SHAPES["tracks"][1])
        self.grow(size)

    def grow(self, size: int) -> None:
        """Make room for ``size`` rows at least."""
        if size <= self.size:
            return
        size = max(size, self.size + self.size // 5, 1024)
        for name in ("span", "held", *(name for name in SHAPES if name not in _BESIDE)):
            old = getattr(self, name)
            new = np.zeros((size, *old.shape[1:]), old.dtype)
            new[: self.size] = old
            setattr(self, name, new)
        for name in _BESIDE:
            getattr(self, name).grow(size)
        self.size = size

    def write(self, slots: NDArray[np.int64], rows: Columns) -> None:
        """Copy the features of all ``rows`` into ``slots``."""
        for name in FEATURES:
            getattr(self, name)[slots] = getattr(rows, name)

    def clear(self, slots: NDArray[np.int64]) -> None:
        """Let go of what rows that are dropped have beside them."""
        for name in _BESIDE:
            getattr(self, name).clear(slots)
        self.held[slots] = 0

    def take(self, slots: NDArray[np.int64]) -> Columns:
        """A copy of some rows."""
        rows = Columns(0)
        rows.size = slots.size
        for name in SHAPES:
            setattr(rows, name, getattr(self, name)[slots])
        return rows

    def copy(self, slots: NDArray[np.int64]) -> Copied:
        """The features of some rows, in half the memory of ``take``."""
        found: Copied = {}
        for name in FEATURES:
            column = getattr(self, name)
            found[name] = column.copy(slots) if name in _BESIDE else (column[slots],)
        return found


def dtypes(name: str) -> tuple[Any, ...]:
    """Of the arrays that ``Held.copy`` gives of a column."""
    dtype, _ = SHAPES[name]
    return (np.int32, dtype) if name in _BESIDE else (dtype,)


def dense(name: str, flat: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """A column as ``Columns`` has it, from what ``Held.copy`` gave of it, flattened. Raises ``ValueError`` for a misfit."""
    _, width = SHAPES[name]
    if name in _LISTS:
        return Ragged.dense(flat[0].reshape(-1, NEAR), flat[1].reshape(-1, width))
    if name in _BESIDE:
        return Seldom.dense(flat[0], flat[1].reshape(-1, width))
    return flat[0].reshape(-1, width).copy() if width else flat[0].copy()
