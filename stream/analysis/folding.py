"""Folding: which rows tell one story, because they repeat one post, link to one page, or are near-duplicates."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import BANDS, BINS, NEWER, OLDER, REPOST, SHOWN
from stream.analysis.echoes import AKIN, ALIKE, alike, alike_beside, band_key
from stream.analysis.held import Held
from stream.analysis.sparse import SparseCounts, among, perhaps
from stream.analysis.view import View

ALL: Final = 20_000
"""So many rows are all compared."""
FOLDED: Final = 12_000
"""Of more rows so many at most that have the most reposted posts, the most linked pages, the most repeated keys of texts."""
HOTTEST: Final = 8_000
"""So many of these posts, pages and keys, each, at most."""
AGAIN: Final = 86_400_000
"""A page that nobody has linked to for so long, in milliseconds, is another story when somebody does again."""
CROWD: Final = 6
"""Texts, not of one story, of one key that are compared."""
LEAST: Final = 0.75
"""When fewer than this share of the rows that were folded are left, all are folded anew."""
SPARE: Final = 1000
"""Rows, or an eighth of those that were folded, for which room is kept."""

NOT_TOLD: Final = 0
"""Not in the window, or not to be shown."""
ALONE: Final = 1
SHARED: Final = 2
"""By the post that it repeats, or its link."""
COMPARED: Final = 3
"""By its text too."""

Slots = NDArray[np.int64]
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


class Folded(NamedTuple):
    """Rows in order of time and key, the story of each as the place of its first row, and which others are no row's echo.

    ``alone`` has a bit by slot.
    """

    told: Slots
    story: Slots
    alone: NDArray[np.bool_]


class Folding:
    """Folds the rows of one state, and remembers them so that the next time only those are compared that have come since."""

    def __init__(self) -> None:
        self._rows: _Rows | None = None

    def forget(self) -> None:
        """A row reads otherwise now."""
        self._rows = None

    def anew(self, view: View) -> Folded:
        """Which rows of the window that may be shown tell one story: it depends on the rows alone."""
        echoing = _echoing(view)
        told = np.flatnonzero(echoing >= SHARED)
        self._rows = _Rows(told.size, int(np.count_nonzero(echoing == COMPARED)))
        self._rows.add(view.columns, told, echoing)
        return self._rows.folded(np.arange(told.size), echoing == ALONE)

    def renewed(self, view: View) -> Folded:
        """``anew``, but rows that have come since the last time are added to it, in a fraction of the time.

        The same when they are younger than the others and none has left; else rows that are not told any more still tie others
        together, and an old one that comes late is compared as if it were new.
        """
        rows = self._rows
        if rows is None:
            return self.anew(view)
        echoing = _echoing(view)
        kept = rows.kept(view.columns, echoing)
        echoing[rows.slots[kept]] = NOT_TOLD
        fresh = np.flatnonzero(echoing >= SHARED)
        if fresh.size > rows.room or LEAST * rows.size > kept.size:
            return self.anew(view)
        kept = np.concatenate([kept, rows.size + np.arange(fresh.size)])
        rows.add(view.columns, fresh, echoing)
        return rows.folded(kept, echoing == ALONE)


def fold(view: View) -> Folded:
    """``Folding.anew`` of nothing that is remembered."""
    return Folding().anew(view)


class _Rows:
    """The rows that are folded, in the order in which they were added; with room for some, of which some are compared, and
    for a few more.
    """

    def __init__(self, rows: int, compared: int) -> None:
        more = max(SPARE, rows // 8)
        most = rows + more
        self.size = 0
        self.slots = np.empty(most, np.int64)
        self._key, self._digest = np.empty(most, np.uint64), np.empty(most, np.uint64)
        self._at = np.empty(most, np.int64)
        self._read: tuple[NDArray[Any], ...] = (
            np.empty((most, BINS), np.uint8),
            np.empty(most, np.uint16),
            np.empty(most, np.uint64),
            np.empty((most, 2), np.uint32),
            np.empty(most, np.uint64),
        )
        self._parent = np.arange(most)
        self._tables = _Tables.of(most, compared + more)
        self._entries = 1

    @property
    def room(self) -> int:
        """How many more may be added."""
        return self.slots.size - self.size

    def add(self, columns: Held, slots: Slots, echoing: NDArray[np.uint8]) -> None:
        """Fold rows onto those that are there."""
        slots = slots[np.lexsort((columns.key[slots], columns.at[slots]))]
        start, end = self.size, self.size + slots.size
        here = slice(start, end)
        again = (columns.kind[slots] == REPOST) & (columns.target[slots] != 0)
        post = np.where(again, columns.target[slots], columns.key[slots])
        link = np.where(again, np.uint64(0), columns.link[slots])
        self.slots[here], self._key[here], self._digest[here] = slots, columns.key[slots], columns.digest[slots]
        self._at[here] = columns.at[slots]
        for mine, of in zip(self._read, _read_of(columns), strict=True):
            mine[here] = of[slots]
        compared = (echoing[slots] == COMPARED) & ~again
        self._entries = _fold(
            self._read, self._at, compared, post, link, self._parent, self._tables, start, self._entries
        )
        self.size = end

    def kept(self, columns: Held, echoing: NDArray[np.uint8]) -> Slots:
        """The places of the rows that may still be told."""
        slots = self.slots[: self.size]
        same = (columns.key[slots] == self._key[: self.size]) & (columns.digest[slots] == self._digest[: self.size])
        return np.flatnonzero(same & (echoing[slots] != NOT_TOLD))

    def folded(self, places: Slots, alone: NDArray[np.bool_]) -> Folded:
        """The rows at some places, and their stories."""
        places = places[np.argsort(self._at[places], kind="stable")]
        story = np.empty(places.size, np.int64)
        _name(self._parent, places, story)
        return Folded(self.slots[places], story, alone)


def _echoing(view: View) -> NDArray[np.uint8]:
    """By slot how another may belong to the story of each row; where there are many rows, to one that is much repeated."""
    columns, echoed = view.columns, view.statistics.echoed
    found = np.empty(columns.size, np.uint8)
    if _may_be_told(view.span_of, columns.flags, found) > ALL:
        reposted, linked, texts = (
            _hot(counts, rows, least).few()
            for counts, rows, least in (
                (echoed.reposts, FOLDED, 1),
                (echoed.links, FOLDED, 2),
                (echoed.texts, FOLDED, 2),
            )
        )
        read = columns.kind, columns.key, columns.target, columns.link, columns.sign, columns.ends, columns.hints
        _mark(read, reposted, linked, texts, found)
    return found


@njit(cache=True, nogil=True)
def _may_be_told(spans, flags, found):  # type: ignore[no-untyped-def]
    """Let rows of the window that may be shown be ``COMPARED``, the others ``NOT_TOLD``; how many there are of the former."""
    count = 0
    for slot in range(found.size):
        told = (spans[slot] == NEWER or spans[slot] == OLDER) and flags[slot] & SHOWN != 0
        found[slot] = COMPARED if told else NOT_TOLD
        count += told
    return count


@njit(cache=True, nogil=True)
def _mark(rows, reposted, linked, texts, found):  # type: ignore[no-untyped-def]
    kinds, posts, targets, links, signs, ends, hints = rows
    for slot in range(found.size):
        if found[slot] == NOT_TOLD:
            continue
        if kinds[slot] == REPOST and targets[slot] != 0:
            found[slot] = SHARED if among(targets[slot], reposted) else ALONE
        elif ends[slot, 0] != 0 and (
            among(ends[slot, 0], texts)
            or among(ends[slot, 1], texts)
            or (perhaps(hints[slot, 0], texts) and among(band_key(signs[slot], 0), texts))
            or (perhaps(hints[slot, 1], texts) and among(band_key(signs[slot], 1), texts))
        ):
            found[slot] = COMPARED
        elif among(posts[slot], reposted) or (links[slot] != 0 and among(links[slot], linked)):
            found[slot] = SHARED
        else:
            found[slot] = ALONE


def _hot(counts: SparseCounts, rows: int, least: int) -> SparseCounts:
    """The keys that occur most often, ``least`` times: those of so many ``rows``, all that occur equally often or none."""
    keys, times = counts.entries(least)
    often = np.sort(times)[::-1]
    inside = min(int(np.searchsorted(np.cumsum(often), rows, "right")), HOTTEST)
    if inside < often.size:
        keys = keys[times > often[inside]]
    hot = SparseCounts(keys.dtype.type)
    hot.add(keys, 1)
    return hot


def _read_of(columns: Held) -> tuple[NDArray[Any], ...]:
    """What ``alike`` reads of the texts."""
    return columns.sign, columns.length, columns.figures, columns.ends, columns.link


class _Tables(NamedTuple):
    """Where rows are found by what they share: a ``key``, and in ``first`` the row that has it or the entry of those that
    have it; of each entry its row and the entry after it.
    """

    key: NDArray[np.uint64]
    first: NDArray[np.int32]
    row: NDArray[np.int32]
    later: NDArray[np.int32]

    @classmethod
    def of(cls, rows: int, compared: int) -> _Tables:
        """Room for so many rows, and those of them that are compared."""
        room = 64
        while 2 * room < 3 * (2 * rows + compared * (1 + 2 + BANDS)):
            room *= 2
        entries = compared * (2 + BANDS) + 1
        return cls(
            np.zeros(room, np.uint64),
            np.zeros(room, np.int32),
            np.zeros(entries, np.int32),
            np.zeros(entries, np.int32),
        )


@njit(cache=True, nogil=True)
def _fold(read, times, compared, posts, links, parent, tables, start, entries):  # type: ignore[no-untyped-def]
    """Fold the rows from ``start`` on onto those before: rows of one post, of one link, or near-duplicates (union-find).

    Rows that share a key of their texts are compared, each with ``CROWD`` others of that key that are not of one story.
    Two stories become one only if their first rows are akin: what drifts, from copy to copy, is another story in the end.
    Of ``compared``, ``posts`` and ``links`` only these rows are given. Returns how many ``entries`` there are now.
    """
    sign, lengths, figures, ends, _ = read
    table, first, rows, later = tables
    for new in range(posts.size):
        i = start + new
        j = _place(table, posts[new], 0)
        if table[j]:
            _unite(parent, i, first[j])
        else:
            table[j], first[j] = _key(posts[new], 0), i
        if links[new] != 0:
            j = _place(table, links[new], 1)
            if table[j] and times[i] - times[first[j]] <= AGAIN:
                _unite(parent, i, first[j])
            table[j], first[j] = _key(links[new], 1), i
        if not compared[new] or lengths[i] == 0:
            continue
        whole = _whole(sign[i], lengths[i], figures[i])
        j = _place(table, whole, 2)
        if table[j] and alike_beside(read, i, first[j], ALIKE):
            _unite(parent, i, first[j])
            continue
        table[j], first[j] = _key(whole, 2), i
        for k in range(2 + BANDS):
            key = np.uint64(ends[i, k] if k < 2 else band_key(sign[i], k - 2))
            j = _place(table, key, 3 + k)
            table[j] = _key(key, 3 + k)
            root = _root(parent, i)
            entry, known, crowd = first[j], False, 0
            while entry != 0 and crowd < CROWD:
                other = _root(parent, rows[entry])
                if other != root and alike_beside(read, i, rows[entry], ALIKE) and alike(read, root, other, AKIN):
                    _unite(parent, root, other)
                    root = other = min(root, other)
                known |= other == root
                entry = later[entry]
                crowd += 1
            if not known and crowd < CROWD:
                rows[entries], later[entries], first[j] = i, first[j], entries
                entries += 1
    return entries


@njit(cache=True, nogil=True)
def _name(parent, places, story):  # type: ignore[no-untyped-def]
    """The story of the row at each place, as the number of the first one that is of it."""
    named = np.full(parent.size, -1, np.int64)
    for i in range(places.size):
        root = _root(parent, places[i])
        if named[root] < 0:
            named[root] = i
        story[i] = named[root]


@njit(cache=True, nogil=True, inline="always")
def _key(key, kind):  # type: ignore[no-untyped-def]
    key = (key + np.uint64(kind) * _MIX) * _MIX
    return (key ^ (key >> np.uint64(32))) | np.uint64(1)


@njit(cache=True, nogil=True)
def _place(table, key, kind):  # type: ignore[no-untyped-def]
    key = _key(key, kind)
    j = np.int64((key >> np.uint64(1)) & np.uint64(table.size - 1))
    while table[j] != 0 and table[j] != key:
        j = (j + 1) & (table.size - 1)
    return j


@njit(cache=True, nogil=True)
def _whole(sign, length, figures):  # type: ignore[no-untyped-def]
    """A key of all that is kept of a text."""
    key = figures + np.uint64(length)
    for value in sign:
        key = (key ^ np.uint64(value)) * _MIX
        key ^= key >> np.uint64(29)
    return key


@njit(cache=True, nogil=True)
def _root(parent, i):  # type: ignore[no-untyped-def]
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@njit(cache=True, nogil=True)
def _unite(parent, i, j):  # type: ignore[no-untyped-def]
    i, j = _root(parent, i), _root(parent, j)
    parent[max(i, j)] = min(i, j)
