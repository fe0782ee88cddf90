"""What was heard, by key: when, and which posts; 28 bytes a post and an entry of a table, for a window of a million.

Posts are named by 64-bit keys. Those of one key hang together, the newest first, in order of (time, post): what comes in order
costs the same however much an author has said.
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
    >>> heard.add([7, 7], [100, 50], [1, 2]), heard.add([7, 7], [100, 70], [1, 3])
    (([1, 1], []), ([-1, 2], [1]))
    >>> heard.before(7, 100, 1, since_ms=60, most=10), heard.after(7, 50, 2, span_ms=100, counts=range(2, 9))
    (1, [1])
    """

    _held: int
    _key: NDArray[np.uint64]
    _at: NDArray[np.int64]
    _post: NDArray[np.uint64]
    _older: NDArray[np.int32]
    """The slot of the next older post with the same key, or -1."""
    _free: NDArray[np.int32]
    """The slots that may be used next, the first ``_room`` of it."""
    _room: int
    _waiting: list[NDArray[np.int32]]
    """Slots that were let go while they may be read still."""
    _table: NDArray[np.int32]
    """The slot of the newest post of each key."""

    def __init__(self) -> None:
        self._read: list[ref[NDArray[np.int32]]] = []
        """The slots of each ``save`` that is still to be read."""
        self.restore([()] * 3)

    def __len__(self) -> int:
        return self._held

    def add(
        self, keys: Sequence[int], times: Sequence[int], posts: Sequence[int], enough: int = 2**31
    ) -> tuple[list[int], list[int]]:
        """Keep posts. How many others have the key of each when all are in (counted to ``enough``), or ``KNOWN``; and the
        places of those that are older than one with their key that was there before.
        """
        if not keys:
            return [], []
        told = (
            np.frombuffer(array("Q", keys), np.uint64),
            np.frombuffer(array("q", times), np.int64),
            np.frombuffer(array("Q", posts), np.uint64),
        )
        others, late = self._add(*told, enough)
        return others.tolist(), np.flatnonzero(late).tolist()

    def before(self, key: int, at: int, post: int, since_ms: int, most: int) -> int:
        """How many posts of a key were written before a post (``at``, ``post``) and at ``since_ms`` or later, to ``most``."""
        return int(_before(self._newest(key), self._at, self._post, self._older, at, np.uint64(post), since_ms, most))

    def after(self, key: int, at: int, post: int, span_ms: int, counts: range) -> list[int]:
        """The posts of a key within ``span_ms`` after a post (``at``, ``post``) that have so many in the span before them."""
        newest, found = self._newest(key), np.empty(64, np.uint64)
        between = at, np.uint64(post), span_ms, counts.start, counts.stop
        while (count := _after(newest, self._at, self._post, self._older, *between, found)) > found.size:
            found = np.empty(count, np.uint64)
        posts: list[int] = found[:count][::-1].tolist()
        return posts

    def remove(self, key: int, at: int, post: int) -> bool:
        """Let go of a post; whether it was there."""
        slot = _take(self._table, self._key, self._at, self._post, self._older, np.uint64(key), at, np.uint64(post))
        if slot >= 0:
            self._let_go(np.array([slot], np.int32))
        return bool(slot >= 0)

    def forget(self, before_ms: int, span_ms: int, enough: int) -> list[int]:
        """Let go of what was written before ``before_ms``; the posts that had ``enough`` others in the ``span_ms`` before
        them and have fewer now, and perhaps some that had fewer.
        """
        gone = np.empty(self._held, np.int32)
        named = np.empty(self._held, np.uint64)
        counts = _forget(
            self._table,
            self._key,
            self._at,
            self._post,
            self._older,
            before_ms,
            before_ms + span_ms,
            enough,
            gone,
            named,
        )
        self._let_go(gone[: counts[0]].copy())
        found: list[int] = named[: counts[1]].tolist()
        return found

    def save(self) -> list[Pieces]:
        """Everything as it is now, for ``restore``; it may be read in another thread while others come and go."""
        used = np.ones(self._key.size, bool)
        for slots in (self._free[: self._room], *self._waiting):
            used[slots] = False
        slots = np.flatnonzero(used).astype(np.int32)
        self._read.append(ref(slots))
        return [Pieces(column, slots) for column in (self._key, self._at, self._post)]

    def restore(self, saved: Sequence[ArrayLike]) -> None:
        """Keep what ``save`` gave, and nothing else."""
        keys, times, posts = (np.asarray(c, t) for c, t in zip(saved, (np.uint64, np.int64, np.uint64), strict=True))
        self._held = self._room = 0
        self._key, self._at, self._post = np.zeros(0, np.uint64), np.zeros(0, np.int64), np.zeros(0, np.uint64)
        self._older, self._free, self._waiting = np.zeros(0, np.int32), np.zeros(0, np.int32), []
        self._table = np.full(2, -1, np.int32)
        self._grow(keys.size)
        self._add(keys, times, posts, 0)

    def _add(self, *told: Any) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        keys, times, posts, enough = told
        self._use_again()
        if keys.size > self._room:
            self._grow(keys.size)
        others, late = np.empty(keys.size, np.int64), np.empty(keys.size, bool)
        order = np.lexsort((posts, times))  # those of one go are not late for one another
        columns = self._key, self._at, self._post, self._older
        new = _add(self._table, *columns, keys, times, posts, order, self._free, self._room, enough, others, late)
        self._held, self._room = self._held + new, self._room - new
        return others, late

    def _grow(self, more: int) -> None:
        """Room for so many more, and a quarter."""
        before = self._key.size
        size = max(_ROOM, self._held + max(more, self._held // 4))
        # What is still read is read from the columns that were: every slot that was let go may be used.
        free = np.concatenate(
            [np.arange(size - 1, before - 1, -1, dtype=np.int32), self._free[: self._room], *self._waiting]
        )
        self._key, self._at, self._post, self._older = (
            _longer(column, size) for column in (self._key, self._at, self._post, self._older)
        )
        self._room, self._free, self._waiting, self._read = free.size, _longer(free, size), [], []
        heads = self._table[self._table >= 0]
        self._table = np.full(1 << (2 * size - 1).bit_length(), -1, np.int32)
        enter(self._table, self._key, heads)

    def _newest(self, key: int) -> np.int32:
        slot: np.int32 = self._table[_place(self._table, self._key, np.uint64(key))]
        return slot

    def _let_go(self, slots: NDArray[np.int32]) -> None:
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
def _place(table, keys, key):  # type: ignore[no-untyped-def]
    """Where in the table a key stands, or would."""
    j = home(key, table.size)
    while table[j] >= 0 and keys[table[j]] != key:
        j = (j + 1) & (table.size - 1)
    return j


@njit(cache=True, nogil=True)
def _newer(at, post, slot, than_at, than_post):  # type: ignore[no-untyped-def]
    return at[slot] > than_at or (at[slot] == than_at and post[slot] > than_post)


@njit(cache=True, nogil=True)
def _add(table, keys, at, post, older, new_keys, new_at, new_post, order, free, room, enough, others, late):  # type: ignore[no-untyped-def]
    """Put posts in, in an order; write to ``others`` and ``late``; how many were new."""
    new = 0
    for n in order:
        j = _place(table, keys, new_keys[n])
        newer, i = -1, table[j]
        while i >= 0 and _newer(at, post, i, new_at[n], new_post[n]):
            newer, i = i, older[i]
        known = i >= 0 and at[i] == new_at[n] and post[i] == new_post[n]
        others[n] = KNOWN if known else 0
        late[n] = newer >= 0 and not known
        if known:
            continue
        new += 1
        slot = free[room - new]
        keys[slot], at[slot], post[slot], older[slot] = new_keys[n], new_at[n], new_post[n], i
        if newer >= 0:
            older[newer] = slot
        else:
            table[j] = slot
    for n in range(new_keys.size):
        if others[n] != KNOWN:
            i = older[table[_place(table, keys, new_keys[n])]]
            while i >= 0 and others[n] < enough:
                others[n] += 1
                i = older[i]
    return new


@njit(cache=True, nogil=True)
def _before(newest, at, post, older, than_at, than_post, since, most):  # type: ignore[no-untyped-def]
    """How many of a list are older than a post, and no older than ``since``, to ``most``."""
    i = newest
    while i >= 0 and (_newer(at, post, i, than_at, than_post) or (at[i] == than_at and post[i] == than_post)):
        i = older[i]
    count = 0
    while i >= 0 and at[i] >= since and count < most:
        count += 1
        i = older[i]
    return count


@njit(cache=True, nogil=True)
def _after(newest, at, post, older, than_at, than_post, span, least, most, found):  # type: ignore[no-untyped-def]
    """How many of a list come within a span after a post and have ``least`` up to ``most`` in the span before them."""
    count, i = 0, newest
    while i >= 0 and at[i] > than_at + span:
        i = older[i]
    last, before = i, -1
    while i >= 0 and _newer(at, post, i, than_at, than_post):
        while last >= 0 and at[last] >= at[i] - span:
            before += 1
            last = older[last]
        if least <= before < most:
            if count < found.size:
                found[count] = post[i]
            count += 1
        before -= 1
        i = older[i]
    return count


@njit(cache=True, nogil=True)
def _take(table, keys, at, post, older, key, its_at, its_post):  # type: ignore[no-untyped-def]
    """Take a post out of its list; its slot, or -1."""
    j = _place(table, keys, key)
    newer, i = -1, table[j]
    while i >= 0 and _newer(at, post, i, its_at, its_post):
        newer, i = i, older[i]
    if i < 0 or at[i] != its_at or post[i] != its_post:
        return -1
    if newer >= 0:
        older[newer] = older[i]
    elif older[i] >= 0:
        table[j] = older[i]
    else:
        leave(table, keys, table[j : j + 1].copy())
    return i


@njit(cache=True, nogil=True)
def _forget(table, keys, at, post, older, before, soon, enough, gone, named):  # type: ignore[no-untyped-def]
    """Cut each list where it is older than ``before``; how many slots are gone, and how many posts are named."""
    lost, told, ended = 0, 0, 0
    ends = np.empty(gone.size, np.int32)
    ring = np.empty(enough, np.int32)
    for j in range(table.size):
        newer, i, stay = -1, table[j], 0
        while i >= 0 and at[i] >= before:
            ring[stay % enough] = newer = i
            stay += 1
            i = older[i]
        if i < 0:
            continue
        first = lost
        while i >= 0:
            gone[lost] = i
            lost += 1
            i = older[i]
        if newer < 0:
            ends[ended] = table[j]
            ended += 1
            continue
        older[newer] = -1
        if stay + lost - first > enough:
            for k in range(stay - 1, max(-1, stay - 1 - enough), -1):
                if at[ring[k % enough]] < soon:
                    named[told] = post[ring[k % enough]]
                    told += 1
    leave(table, keys, ends[:ended])
    return lost, told
