"""What is kept until a time: 64-bit keys in arrays, for as many as a window has posts."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.probing import enter, find, home, leave

Keys = NDArray[np.uint64]
Times = NDArray[np.int64]
_SMALLEST: Final = 64


class Until:
    """Keys, each with the time (ms) until which it is kept: 16 bytes a key and its place in a table, where a dict takes 150.

    >>> kept = Until()
    >>> kept.keep(7, 100), kept.keep(7, 300), kept.keep(8, 200), kept.forget(250).tolist(), 7 in kept, len(kept)
    (True, False, True, [8], True, 1)
    """

    def __init__(self) -> None:
        self._held = 0
        self._key: Keys = np.zeros(0, np.uint64)
        self._until: Times = np.zeros(0, np.int64)
        self._table: NDArray[np.int32] = np.full(2, -1, np.int32)

    def __len__(self) -> int:
        return self._held

    def __contains__(self, key: int) -> bool:
        return int(_slot(self._table, self._key, np.uint64(key))) >= 0

    @property
    def keys(self) -> Keys:
        """All keys; a view that the next change makes worthless."""
        return self._key[: self._held]

    def among(self, keys: Keys) -> NDArray[np.bool_]:
        """Which of some keys are kept."""
        if not self._held:
            return np.zeros(keys.size, np.bool_)
        found = np.empty(keys.size, np.int64)
        find(self._table, self._key, keys, found)
        return found >= 0

    def keep(self, key: int, until_ms: int) -> bool:
        """Keep a key until a time at least; whether it was not kept before."""
        if self._held == self._key.size:
            self._make_room(self._held + 1)
        held = _keep(self._table, self._key, self._until, self._held, np.uint64(key), until_ms)
        news: bool = held > self._held
        self._held = held
        return news

    def extend(self, until_ms: int) -> None:
        """Keep everything until a time at least."""
        held = self._until[: self._held]
        np.maximum(held, until_ms, out=held)

    def discard(self, key: int) -> bool:
        """Keep a key no longer; whether it was kept."""
        slot = _slot(self._table, self._key, np.uint64(key))
        if slot < 0:
            return False
        self._held = _let_go(self._table, self._key, self._until, self._held, slot)
        return True

    def forget(self, before_ms: int) -> Keys:
        """Let go of what was kept until a time before this; returns the keys."""
        gone = np.empty(int(np.count_nonzero(self._until[: self._held] < before_ms)), np.uint64)
        if gone.size:
            self._held = _forget(self._table, self._key, self._until, self._held, before_ms, gone)
        return gone

    def merge(self, other: Until) -> None:
        """Keep what either keeps, until the later of two times."""
        self._make_room(self._held + other._held)
        for key, until in zip(other.keys, other._until, strict=False):
            self._held = _keep(self._table, self._key, self._until, self._held, key, until)

    def save(self) -> tuple[Keys, Times]:
        """A copy of the keys and their times, for ``restore``."""
        return self.keys.copy(), self._until[: self._held].copy()

    def restore(self, keys: Keys, until: Times) -> None:
        """Keep what ``save`` gave, and nothing else. Raises ``ValueError`` when there are not as many times as keys."""
        if keys.size != until.size:
            raise ValueError(f"{keys.size} keys are kept until {until.size} times")
        self._held = 0
        self._make_room(keys.size)
        self._key[: keys.size], self._until[: keys.size] = keys, until
        enter(self._table, self._key, np.arange(keys.size))
        self._held = keys.size

    def _make_room(self, least: int) -> None:
        if least <= self._key.size:
            return
        size, held = max(_SMALLEST, least + least // 4), self._held
        key, until = np.zeros(size, np.uint64), np.zeros(size, np.int64)
        key[:held], until[:held] = self.keys, self._until[:held]
        self._key, self._until = key, until
        self._table = np.full(1 << (2 * size - 1).bit_length(), -1, np.int32)
        enter(self._table, self._key, np.arange(held))


@njit(cache=True, nogil=True)
def _slot(table, keys, key):  # type: ignore[no-untyped-def]
    """Where a key stands, -1 where it is not kept."""
    j = home(key, table.size)
    while table[j] >= 0 and keys[table[j]] != key:
        j = (j + 1) & (table.size - 1)
    return table[j]


@njit(cache=True, nogil=True)
def _keep(table, keys, until, held, key, time):  # type: ignore[no-untyped-def]
    """Put a key in where it is new, or keep it longer; how many are held then."""
    j = home(key, table.size)
    while table[j] >= 0:
        if keys[table[j]] == key:
            until[table[j]] = max(until[table[j]], time)
            return held
        j = (j + 1) & (table.size - 1)
    keys[held], until[held], table[j] = key, time, held
    return held + 1


@njit(cache=True, nogil=True)
def _let_go(table, keys, until, held, slot):  # type: ignore[no-untyped-def]
    """Take one out, and let the last one stand in its place; how many are held then."""
    leave(table, keys, (slot,))
    last = held - 1
    if slot != last:
        j = home(keys[last], table.size)
        while table[j] != last:
            j = (j + 1) & (table.size - 1)
        table[j], keys[slot], until[slot] = slot, keys[last], until[last]
    return last


@njit(cache=True, nogil=True)
def _forget(table, keys, until, held, before, gone):  # type: ignore[no-untyped-def]
    """Take out what is kept no longer, and write it to ``gone``; how many are held then."""
    n = 0
    for slot in range(held - 1, -1, -1):
        if until[slot] < before:
            gone[n] = keys[slot]
            n += 1
            held = _let_go(table, keys, until, held, slot)
    return held
