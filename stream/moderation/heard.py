"""What was heard, by key: when, and which posts; 24 bytes a post and an entry of a table, for a window of a million.

Posts are named by 64-bit keys. Those of one key are in order of (time, post).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.probing import enter, home, leave

_ROOM: Final = 1024
KNOWN: Final = -1


class Heard:
    """Posts by key, each once; any number may have one key.

    >>> heard = Heard()
    >>> heard.add([7, 7], [100, 50], [1, 2]), heard.add([7], [100], [1]), heard.of(7), heard.of(8)
    ([1, 1], [-1], [(50, 2), (100, 1)], [])
    """

    _held: int
    _key: NDArray[np.uint64]
    _at: NDArray[np.int64]
    _post: NDArray[np.uint64]
    _free: NDArray[np.int32]
    _table: NDArray[np.int32]

    def __init__(self) -> None:
        self._begin(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.uint64))

    def __len__(self) -> int:
        return self._held

    def add(self, keys: Sequence[int], times: Sequence[int], posts: Sequence[int]) -> list[int]:
        """Keep posts; how many others have the key of each when all are in, or ``KNOWN``."""
        if not keys:
            return []
        if self._held + len(keys) > self._key.size:
            slots = self._all()
            self._begin(self._key[slots], self._at[slots], self._post[slots], len(keys))
        told = np.array(keys, np.uint64), np.array(times, np.int64), np.array(posts, np.uint64)
        others = np.empty(len(keys), np.int64)
        self._held = _add(self._table, self._key, self._at, self._post, *told, self._free, self._held, others)
        found: list[int] = others.tolist()
        return found

    def remove(self, key: int, at: int, post: int) -> bool:
        """Let go of a post; whether it was there."""
        slots = self._slots(key)
        mine = slots[(self._at[slots] == at) & (self._post[slots] == np.uint64(post))]
        self._drop(mine)
        return bool(mine.size)

    def of(self, key: int) -> list[tuple[int, int]]:
        """Time and post of all that have a key, in order."""
        slots = self._slots(key)
        return sorted(zip(self._at[slots].tolist(), self._post[slots].tolist(), strict=True))

    def many(self, before_ms: int, more_than: int) -> list[int]:
        """Keys of posts that were written before ``before_ms``, where more than so many posts have the key."""
        slots = self._all()
        keys, counts = np.unique(self._key[slots], return_counts=True)
        old = np.unique(self._key[slots[self._at[slots] < before_ms]])
        found: list[int] = np.intersect1d(keys[counts > more_than], old, assume_unique=True).tolist()
        return found

    def forget(self, before_ms: int) -> None:
        """Let go of what was written before ``before_ms``."""
        slots = self._all()
        self._drop(slots[self._at[slots] < before_ms])

    def save(self) -> list[NDArray[Any]]:
        """Everything, for ``restore``."""
        slots = self._all()
        return [self._key[slots], self._at[slots], self._post[slots]]

    def restore(self, saved: Sequence[NDArray[Any]]) -> None:
        """Keep what ``save`` gave, and nothing else."""
        keys, times, posts = saved
        self._begin(keys, times, posts)

    def _begin(self, keys: NDArray[Any], times: NDArray[Any], posts: NDArray[Any], more: int = 0) -> None:
        """Keep rows that differ, in the first slots, with a quarter more room, or for so many ``more``."""
        self._held = keys.size
        size = max(_ROOM, keys.size + max(more, keys.size // 4))
        self._key, self._at, self._post = (np.resize(column, size) for column in (keys, times, posts))
        self._free = np.zeros(size, np.int32)
        self._free[: size - self._held] = np.arange(size - 1, self._held - 1, -1)
        self._table = np.full(1 << (2 * size - 1).bit_length(), -1, np.int32)
        enter(self._table, self._key, np.arange(self._held))

    def _all(self) -> NDArray[np.int64]:
        return np.sort(self._table[self._table >= 0]).astype(np.int64)

    def _slots(self, key: int) -> NDArray[np.int64]:
        found = np.empty(8, np.int64)
        while (count := _of(self._table, self._key, np.uint64(key), found)) > found.size:
            found = np.empty(count, np.int64)
        return found[:count]

    def _drop(self, slots: NDArray[np.int64]) -> None:
        leave(self._table, self._key, slots)
        end = self._key.size - self._held
        self._held -= slots.size
        self._free[end : end + slots.size] = slots


@njit(cache=True, nogil=True)
def _of(table, keys, key, found):  # type: ignore[no-untyped-def]
    """How many slots have a key; those that there is room for are written to ``found``."""
    count, j = 0, home(key, table.size)
    while table[j] >= 0:
        if keys[table[j]] == key:
            if count < found.size:
                found[count] = table[j]
            count += 1
        j = (j + 1) & (table.size - 1)
    return count


@njit(cache=True, nogil=True)
def _add(table, keys, times, posts, new_keys, new_times, new_posts, free, held, others):  # type: ignore[no-untyped-def]
    """Put posts in and write to ``others``; how many are held then."""
    for n in range(new_keys.size):
        key, j = new_keys[n], home(new_keys[n], table.size)
        others[n] = 0
        while table[j] >= 0:
            i = table[j]
            if keys[i] == key and times[i] == new_times[n] and posts[i] == new_posts[n]:
                others[n] = KNOWN
                break
            j = (j + 1) & (table.size - 1)
        if others[n] != KNOWN:
            slot = free[keys.size - 1 - held]
            keys[slot], times[slot], posts[slot] = key, new_times[n], new_posts[n]
            table[j] = slot
            held += 1
    for n in range(new_keys.size):
        if others[n] != KNOWN:
            others[n] = _of(table, keys, new_keys[n], others[:0]) - 1
    return held
