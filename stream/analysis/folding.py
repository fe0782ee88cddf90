"""Folding: which rows tell one story, because they repeat one post, link to one page, or are near-duplicates."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import BANDS, NEWER, OLDER, REPOST, SHOWN
from stream.analysis.echoes import AKIN, ALIKE, alike, alike_beside, band_key
from stream.analysis.sparse import SparseCounts, among
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


def fold(view: View) -> Folded:
    """Which rows of the window that may be shown tell one story."""
    columns = view.columns
    echoing = _echoing(view)
    told = np.flatnonzero(echoing >= SHARED)
    told = told[np.lexsort((columns.key[told], columns.at[told]))]
    again = (columns.kind[told] == REPOST) & (columns.target[told] != 0)
    post = np.where(again, columns.target[told], columns.key[told])
    link = np.where(again, np.uint64(0), columns.link[told])
    read = tuple(column[told] for column in (columns.sign, columns.length, columns.figures, columns.ends, columns.link))
    story = _fold(read, columns.at[told], (echoing[told] == COMPARED) & ~again, post, link)
    return Folded(told, story, echoing == ALONE)


def _echoing(view: View) -> NDArray[np.uint8]:
    """By slot how another may belong to the story of each row; where there are many rows, to one that is much repeated."""
    columns, echoed = view.columns, view.statistics.echoed
    inside = (view.span_of == NEWER) | (view.span_of == OLDER)
    found = np.where(inside & ((columns.flags & SHOWN) != 0), COMPARED, NOT_TOLD).astype(np.uint8)
    if np.count_nonzero(found) > ALL:
        reposted, linked, texts = (
            _hot(counts, rows, least).few()
            for counts, rows, least in (
                (echoed.reposts, FOLDED, 1),
                (echoed.links, FOLDED, 2),
                (echoed.texts, FOLDED, 2),
            )
        )
        read = (columns.kind, columns.key, columns.target, columns.link, columns.sign, columns.ends)
        _mark(read, reposted, linked, texts, found)
    return found


@njit(cache=True, nogil=True)
def _mark(rows, reposted, linked, texts, found):  # type: ignore[no-untyped-def]
    kinds, posts, targets, links, signs, ends = rows
    for slot in range(found.size):
        if found[slot] == NOT_TOLD:
            continue
        if kinds[slot] == REPOST and targets[slot] != 0:
            found[slot] = SHARED if among(targets[slot], reposted) else ALONE
        elif ends[slot, 0] != 0 and (
            among(ends[slot, 0], texts)
            or among(ends[slot, 1], texts)
            or among(band_key(signs[slot], 0), texts)
            or among(band_key(signs[slot], 1), texts)
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


@njit(cache=True, nogil=True)
def _fold(read, times, compared, posts, links):  # type: ignore[no-untyped-def]
    """The story of each row, as the place of its first row: rows of one post, of one link, or near-duplicates (union-find).

    Rows that share a key of their texts are compared, each with ``CROWD`` others of that key that are not of one story.
    Two stories become one only if their first rows are akin: what drifts, from copy to copy, is another story in the end.
    """
    sign, lengths, figures, ends, _ = read
    n = times.size
    parent = np.arange(n)
    own = np.count_nonzero(compared)
    room = 64
    while room < 3 * n + 2 * own * (1 + 2 + BANDS):
        room *= 2
    table = np.zeros(room, np.uint64)  # a key, and in `first` the row that has it or the entry of those that have
    first = np.zeros(room, np.int32)
    rows = np.zeros(own * (2 + BANDS) + 1, np.int32)
    later = np.zeros(own * (2 + BANDS) + 1, np.int32)
    entries = 1
    for i in range(n):
        j = _place(table, posts[i], 0)
        if table[j]:
            _unite(parent, i, first[j])
        else:
            table[j], first[j] = _key(posts[i], 0), i
        if links[i] != 0:
            j = _place(table, links[i], 1)
            if table[j] and times[i] - times[first[j]] <= AGAIN:
                _unite(parent, i, first[j])
            table[j], first[j] = _key(links[i], 1), i
        if not compared[i] or lengths[i] == 0:
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
    for i in range(n):
        parent[i] = _root(parent, i)
    return parent


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
