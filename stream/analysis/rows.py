"""The rows that are held: their columns, their mentions as bytes, and where each post is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.held import Held
from stream.analysis.packed import Blocks, Packed, Places
from stream.probing import enter, find, leave

Slots = NDArray[np.int64]
Keys = NDArray[np.uint64]
READ: Final = 1000
"""Rows whose bytes stay at hand once they were read: cards ask for the same ones ten times a second."""
_SMALLEST: Final = 2048


class Rows:
    """A slot a row, used again after ``drop``; -1 is no slot."""

    def __init__(self) -> None:
        self.columns = Held(1024)
        self._data = Packed()
        self._read: dict[int, bytes] = {}
        self._free: list[int] = list(range(1023, -1, -1))
        self._held = 0
        self._table: NDArray[np.int32] = np.full(_SMALLEST, -1, np.int32)

    def __len__(self) -> int:
        return self._held

    def slots(self) -> Slots:
        """All slots that hold a row."""
        return np.flatnonzero(self.columns.held)

    def find(self, keys: Keys) -> Slots:
        """The slot of each post, -1 where it is not held."""
        found = np.empty(keys.size, np.int64)
        find(self._table, self.columns.key, keys, found)
        return found

    def slot(self, key: int) -> int:
        """The slot of one post, or -1."""
        return int(self.find(np.array([key], np.uint64))[0])

    def take(self, keys: Keys) -> Slots:
        """New slots for posts that are not held; the caller writes their columns, and ``put``\\ s their bytes."""
        missing = keys.size
        if missing > len(self._free):
            old = self.columns.size
            self.columns.grow(old + missing)
            self._free.extend(range(self.columns.size - 1, old - 1, -1))
        slots = np.array([self._free.pop() for _ in range(missing)], np.int64)
        self.columns.key[slots] = keys
        self.columns.held[slots] = 1
        self._held += missing
        if self._held * 2 > self._table.size:
            self._table = np.full(1 << (self._held * 3).bit_length(), -1, np.int32)
            slots_held = self.slots()
            enter(self._table, self.columns.key, slots_held)
        else:
            enter(self._table, self.columns.key, slots)
        return slots

    def put(self, slots: Slots, data: Sequence[bytes] | Places) -> None:
        """Keep the bytes of rows, or where they lie in blocks that ``restore`` brings."""
        if isinstance(data, Places):
            self._data.settle(slots, data)
        else:
            self._data.put(slots, data)

    def save(self, slots: Slots) -> Blocks:
        """The bytes of rows, in order, as they are now."""
        return self._data.save(slots)

    def restore(self, blocks: Mapping[int, bytes]) -> None:
        """The blocks of all rows, which were ``put`` by their places. Raises ``ValueError`` for others."""
        self._data.restore(blocks)

    def replace(self, slots: Slots, data: Sequence[bytes]) -> None:
        """Keep other bytes of rows."""
        self._read.clear()
        self._data.drop(slots)
        self._data.put(slots, data)

    def data(self, slot: int) -> bytes:
        """The mention of a row, encoded."""
        found = self._read.get(slot)
        if found is None:
            if len(self._read) >= READ:
                self._read.clear()
            found = self._read[slot] = self._data.get(slot)
        return found

    def every(self, slots: Slots) -> Iterator[bytes]:
        """The mentions of rows, encoded; none of the rows may change meanwhile."""
        return self._data.every(slots)

    def drop(self, slots: Slots) -> None:
        """Forget rows."""
        self._read.clear()
        leave(self._table, self.columns.key, slots)
        self._data.drop(slots)
        self._free.extend(slots.tolist())
        self._held -= slots.size
        self.columns.clear(slots)
