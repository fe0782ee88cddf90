"""Columns of which most rows need little: the few that need more have it in a table beside them."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import Ints

Slots = NDArray[np.int64]
NEAR: Final = 2
"""Ids of a list that lie in the row itself; 19 of 20 posts have no more topics, and name no more people."""
_BESIDE: Final = -2
"""The last near id of a row whose whole list is row k of the table is this less k."""


class _Table:
    """Rows of ``width`` numbers, used again once they are given back."""

    def __init__(self, width: int, dtype: type[np.generic]) -> None:
        self.rows: NDArray[Any] = np.zeros((0, width), dtype)
        self._free: list[int] = []

    def take(self, number: int) -> Slots:
        missing = number - len(self._free)
        if missing > 0:
            size = len(self.rows)
            room = max(size + missing, size + size // 4, 64)
            self.rows = np.concatenate([self.rows, np.zeros((room - size, self.rows.shape[1]), self.rows.dtype)])
            self._free.extend(range(room - 1, size - 1, -1))
        return np.array([self._free.pop() for _ in range(number)], np.int64)

    def give_back(self, places: Slots) -> None:
        self._free.extend(places.tolist())


class Ragged:
    """Lists of up to ``width`` ids, one a row, -1 where there are fewer; read and written as a matrix of some rows.

    >>> lists = Ragged(4); lists.grow(2)
    >>> lists[np.array([0, 1])] = np.array([[5, -1, -1, -1], [6, 7, 8, -1]])
    >>> lists[np.array([1, 0])].tolist()
    [[6, 7, 8, -1], [5, -1, -1, -1]]
    """

    def __init__(self, width: int) -> None:
        self.near: Ints = np.full((0, NEAR), -1, np.int32)
        self._beside = _Table(width, np.int32)

    @property
    def first(self) -> Ints:
        """The first id of each row."""
        return self.near[:, 0]

    @property
    def beside(self) -> Ints:
        """The table of the longer lists, for compiled code (``at``)."""
        return self._beside.rows

    def grow(self, size: int) -> None:
        """Make room for ``size`` rows."""
        more = np.full((size, NEAR), -1, np.int32)
        more[: len(self.near)] = self.near
        self.near = more

    def __getitem__(self, slots: Slots) -> Ints:
        near = self.near[slots]
        found = np.full((len(near), self._beside.rows.shape[1]), -1, np.int32)
        found[:, :NEAR] = near
        long = near[:, -1] <= _BESIDE
        found[long] = self._beside.rows[_BESIDE - near[long, -1]]
        return found

    def __setitem__(self, slots: Slots, lists: Ints) -> None:
        self.clear(slots)
        self.near[slots] = lists[:, :NEAR]
        long = np.flatnonzero((lists[:, NEAR:] >= 0).any(1))
        if long.size:
            places = self._beside.take(long.size)
            self._beside.rows[places] = lists[long]
            self.near[slots[long], NEAR - 1] = _BESIDE - places

    def mark(self, slots: Slots, marks: NDArray[np.bool_]) -> None:
        """Set the mark of every id in the lists of some rows."""
        _mark(self.near, self._beside.rows, slots, marks)

    def clear(self, slots: Slots) -> None:
        """Let rows have no ids."""
        last = self.near[slots, NEAR - 1]
        self._beside.give_back((_BESIDE - last[last <= _BESIDE]).astype(np.int64))
        self.near[slots] = -1


@njit(cache=True, nogil=True)
def at(near, beside, slot, place):  # type: ignore[no-untyped-def]
    """The id at one place of a row's list, for compiled code."""
    last = near[slot, NEAR - 1]
    if last <= _BESIDE:
        return beside[_BESIDE - last, place]
    return near[slot, place] if place < NEAR else np.int32(-1)


@njit(cache=True, nogil=True)
def _mark(near, beside, slots, marks):  # type: ignore[no-untyped-def]
    for slot in slots:
        ids = near[slot]
        if ids[-1] <= _BESIDE:
            ids = beside[_BESIDE - ids[-1]]
        for id_ in ids:
            if id_ >= 0:
                marks[id_] = True


class Seldom:
    """Rows of ``width`` numbers of which nearly all are zero; read and written as a matrix of some rows.

    >>> rows = Seldom(2); rows.grow(3)
    >>> rows[np.array([1])] = np.array([[0, 9]], np.uint64)
    >>> rows[np.array([0, 1])].tolist(), rows.slots().tolist()
    ([[0, 0], [0, 9]], [1])
    """

    def __init__(self, width: int) -> None:
        self._where: Ints = np.zeros(0, np.int32)
        self._beside = _Table(width, np.uint64)
        self._beside.take(1)

    def grow(self, size: int) -> None:
        """Make room for ``size`` rows."""
        self._where = np.concatenate([self._where, np.zeros(size - self._where.size, np.int32)])

    def slots(self) -> Slots:
        """The rows that have any number which is not zero."""
        return np.flatnonzero(self._where)

    def __getitem__(self, slots: Slots) -> NDArray[np.uint64]:
        found: NDArray[np.uint64] = self._beside.rows[self._where[slots]]
        return found

    def __setitem__(self, slots: Slots, rows: NDArray[np.uint64]) -> None:
        self.clear(slots)
        some = np.flatnonzero(rows.any(1))
        if some.size:
            places = self._beside.take(some.size)
            self._beside.rows[places] = rows[some]
            self._where[slots[some]] = places

    def clear(self, slots: Slots) -> None:
        """Let rows be zero."""
        held = self._where[slots]
        self._beside.give_back(held[held != 0].astype(np.int64))
        self._where[slots] = 0
