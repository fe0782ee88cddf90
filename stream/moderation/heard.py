"""What was heard, by key: when, and which posts; 24 bytes a post and an entry of a table, for a window of a million.

Posts are named by 64-bit keys. Those of one key are in order of (time, post).
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, Final
from weakref import ref

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from stream.pieces import Pieces
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
    """The slots that may be used next, the first ``_room`` of it."""
    _room: int
    _waiting: list[NDArray[np.int32]]
    """Slots that were let go while they may be read still."""
    _table: NDArray[np.int32]

    def __init__(self) -> None:
        self._read: list[ref[NDArray[np.int32]]] = []
        """The slots of each ``save`` that is still to be read."""
        self._begin(np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.uint64))

    def __len__(self) -> int:
        return self._held

    def add(self, keys: Sequence[int], times: Sequence[int], posts: Sequence[int]) -> list[int]:
        """Keep posts; how many others have the key of each when all are in, or ``KNOWN``."""
        if not keys:
            return []
        self._use_again()
        if len(keys) > self._room:
            slots = self._all()
            self._begin(self._key[slots], self._at[slots], self._post[slots], len(keys))
        told = (
            np.frombuffer(array("Q", keys), np.uint64),
            np.frombuffer(array("q", times), np.int64),
            np.frombuffer(array("Q", posts), np.uint64),
        )
        others = np.empty(len(keys), np.int64)
        new = _add(self._table, self._key, self._at, self._post, *told, self._free, self._room, others)
        self._held, self._room = self._held + new, self._room - new
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
        old = np.unique(self._key[_written_before(self._table, self._at, before_ms)])
        counts = np.empty(old.size, np.int64)
        _count(self._table, self._key, old, counts)
        found: list[int] = old[counts > more_than].tolist()
        return found

    def forget(self, before_ms: int) -> None:
        """Let go of what was written before ``before_ms``."""
        self._drop(_written_before(self._table, self._at, before_ms))

    def save(self) -> list[Pieces]:
        """Everything as it is now, for ``restore``; it may be read in another thread while others come and go."""
        slots = self._all()
        self._read.append(ref(slots))
        return [Pieces(column, slots) for column in (self._key, self._at, self._post)]

    def restore(self, saved: Sequence[ArrayLike]) -> None:
        """Keep what ``save`` gave, and nothing else."""
        keys, times, posts = map(np.asarray, saved)
        self._begin(keys, times, posts)

    def _begin(self, keys: NDArray[Any], times: NDArray[Any], posts: NDArray[Any], more: int = 0) -> None:
        """Keep rows that differ, in the first slots, with a quarter more room, or for so many ``more``."""
        self._held = keys.size
        size = max(_ROOM, keys.size + max(more, keys.size // 4))
        self._key, self._at, self._post = (_longer(column, size) for column in (keys, times, posts))
        self._free, self._room, self._waiting = np.zeros(size, np.int32), size - self._held, []
        self._free[: self._room] = np.arange(size - 1, self._held - 1, -1)
        self._table = np.full(1 << (2 * size - 1).bit_length(), -1, np.int32)
        enter(self._table, self._key, np.arange(self._held))

    def _all(self) -> NDArray[np.int32]:
        slots: NDArray[np.int32] = self._table[self._table >= 0]
        slots.sort()
        return slots

    def _slots(self, key: int) -> NDArray[np.int64]:
        found = np.empty(8, np.int64)
        while (count := _of(self._table, self._key, np.uint64(key), found)) > found.size:
            found = np.empty(count, np.int64)
        return found[:count]

    def _drop(self, slots: NDArray[Any]) -> None:
        leave(self._table, self._key, slots)
        self._held -= slots.size
        self._waiting.append(slots)
        self._use_again()

    def _use_again(self) -> None:
        """Let slots that were let go be written to, unless somebody reads them."""
        if not self._waiting:
            return
        self._read = [read for read in self._read if read() is not None]
        if self._read:
            return
        for slots in self._waiting:
            self._free[self._room : self._room + slots.size] = slots
            self._room += slots.size
        self._waiting = []


def _longer(column: NDArray[Any], size: int) -> NDArray[Any]:
    longer = np.zeros(size, column.dtype)
    longer[: column.size] = column
    return longer


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
def _add(table, keys, times, posts, new_keys, new_times, new_posts, free, room, others):  # type: ignore[no-untyped-def]
    """Put posts in and write to ``others``; how many were new."""
    new = 0
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
            new += 1
            slot = free[room - new]
            keys[slot], times[slot], posts[slot] = key, new_times[n], new_posts[n]
            table[j] = slot
    for n in range(new_keys.size):
        if others[n] != KNOWN:
            others[n] = _of(table, keys, new_keys[n], others[:0]) - 1
    return new


@njit(cache=True, nogil=True)
def _count(table, keys, wanted, counts):  # type: ignore[no-untyped-def]
    """How many slots have each of the keys that are ``wanted``."""
    for n in range(wanted.size):
        counts[n] = _of(table, keys, wanted[n], counts[:0])


@njit(cache=True, nogil=True)
def _written_before(table, times, before):  # type: ignore[no-untyped-def]
    """The slots of posts that were written before a time."""
    count = 0
    for slot in table:
        if slot >= 0 and times[slot] < before:
            count += 1
    found = np.empty(count, np.int64)
    for slot in table:
        if slot >= 0 and times[slot] < before:
            count -= 1
            found[count] = slot
    return found
