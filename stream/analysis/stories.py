"""Stories: reposts, near-duplicates and posts of one link as one, told by its best representative."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import BANDS, REPOST, SHOWN, UNKNOWN_MOOD
from stream.analysis.echoes import AKIN, ALIKE, alike, alike_beside, band_key
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.sparse import SparseCounts, among
from stream.analysis.view import View, rounded
from stream.wire.snapshot import Story

STRONGEST: Final = 60
"""Stories that are chosen by voices, then posts, then weight."""
NEWEST: Final = 40
"""Posts that nobody has repeated yet, chosen by their time."""
ALL: Final = 25_000
"""So many rows are all compared; of more, so many at most that share the most repeated keys of texts."""
FOLDED: Final = 100_000
"""So many rows at most are folded by posts that are reposted, and by links."""
HOTTEST: Final = 8_000
"""Keys of reposted posts, of links and of texts, each, that are followed where there are more rows than ``ALL``."""
AGAIN: Final = 86_400_000
"""A page that nobody has linked to for so long, in milliseconds, is another story when somebody does again."""
CROWD: Final = 8
"""Texts, not of one story, of one key that are compared."""
_LINKS: Final = 4

Slots = NDArray[np.int64]
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


def of(view: View) -> tuple[Story, ...]:
    """The strongest stories and the newest posts, strongest first."""
    told, story, single = fold(view)
    size = np.bincount(story, minlength=told.size)
    alone = told[size[story] == 1]
    members = np.argsort(story, kind="stable")
    ends = np.cumsum(size)
    groups = [told[members[ends[c] - size[c] : ends[c]]] for c in _strongest(view, told, story, size)]
    posts = _posts(view, np.concatenate([single, alone]), STRONGEST - len(groups))
    found = [_story(view, group) for group in groups] + [_story(view, slot[None]) for slot in posts]
    return tuple(sorted(found, key=lambda s: (-s.voices, -s.count, -s.weight, -s.at, s.id)))


def fold(view: View) -> tuple[Slots, Slots, Slots]:
    """Rows in order of time and key, the number of the story of each, and rows that are stories of their own.

    A story's number is the place of its first row.
    """
    columns = view.columns
    inside = view.inside()
    shown = inside[(columns.flags[inside] & SHOWN) != 0]
    echoing = _echoing(view, shown)
    told = shown[echoing]
    told = told[np.lexsort((columns.key[told], columns.at[told]))]
    again = (columns.kind[told] == REPOST) & (columns.target[told] != 0)
    post = np.where(again, columns.target[told], columns.key[told])
    link = np.where(again, np.uint64(0), columns.link[told])
    read = (columns.sign, columns.length, columns.figures, columns.ends, columns.link)
    return told, _fold(read, told, columns.at[told], again, post, link), shown[~echoing]


def _echoing(view: View, shown: Slots) -> NDArray[np.bool_]:
    """Of each row whether another may belong to its story; where there are many rows, to one that is much repeated."""
    found = np.ones(shown.size, np.bool_)
    if shown.size > ALL:
        columns, echoed = view.columns, view.statistics.echoed
        reposted, linked, texts = (
            _hot(counts, rows, least).few()
            for counts, rows, least in ((echoed.reposts, FOLDED, 1), (echoed.links, FOLDED, 2), (echoed.texts, ALL, 2))
        )
        read = (columns.kind, columns.key, columns.target, columns.link, columns.sign, columns.ends)
        _mark(read, shown, reposted, linked, texts, found)
    return found


@njit(cache=True, nogil=True)
def _mark(rows, slots, reposted, linked, texts, found):  # type: ignore[no-untyped-def]
    kinds, posts, targets, links, signs, ends = rows
    for i in range(slots.size):
        slot = slots[i]
        if kinds[slot] == REPOST and targets[slot] != 0:
            found[i] = among(targets[slot], reposted)
            continue
        found[i] = (
            among(posts[slot], reposted)
            or (links[slot] != 0 and among(links[slot], linked))
            or (ends[slot, 0] != 0 and (among(ends[slot, 0], texts) or among(ends[slot, 1], texts)))
            or (
                ends[slot, 0] != 0
                and (among(band_key(signs[slot], 0), texts) or among(band_key(signs[slot], 1), texts))
            )
        )


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
def _fold(read, slots, times, again, posts, links):  # type: ignore[no-untyped-def]
    """The story of each row, as the place of its first row: rows of one post, of one link, or near-duplicates (union-find).

    Rows that share a key of their texts are compared, each with ``CROWD`` others of that key that are not of one story.
    Two stories become one only if their first rows are akin: what drifts, from copy to copy, is another story in the end.
    """
    sign, lengths, figures, ends, _ = read
    n = slots.size
    parent = np.arange(n)
    own = 0
    for i in range(n):
        own += not again[i]
    room = 64
    while room < 2 * n + 2 * own * (1 + 2 + BANDS):
        room *= 2
    table = np.zeros(room, np.uint64)  # a key, and in `first` the row that has it or the entry of those that have
    first = np.zeros(room, np.int32)
    rows = np.zeros(own * (2 + BANDS) + 1, np.int32)
    later = np.zeros(own * (2 + BANDS) + 1, np.int32)
    entries = 1
    for i in range(n):
        slot = slots[i]
        j = _place(table, posts[i], 0)
        if table[j]:
            _unite(parent, i, first[j])
        else:
            table[j], first[j] = _key(posts[i], 0), i
        if again[i]:
            continue
        if links[i] != 0:
            j = _place(table, links[i], 1)
            if table[j] and times[i] - times[first[j]] <= AGAIN:
                _unite(parent, i, first[j])
            table[j], first[j] = _key(links[i], 1), i
        if lengths[slot] == 0:
            continue
        j = _place(table, _whole(sign[slot], lengths[slot], figures[slot]), 2)
        if table[j] and alike_beside(read, slot, slots[first[j]], ALIKE):
            _unite(parent, i, first[j])
            continue
        table[j], first[j] = _key(_whole(sign[slot], lengths[slot], figures[slot]), 2), i
        for k in range(2 + BANDS):
            key = np.uint64(ends[slot, k] if k < 2 else band_key(sign[slot], k - 2))
            j = _place(table, key, 3 + k)
            table[j] = _key(key, 3 + k)
            root = _root(parent, i)
            entry, known, crowd = first[j], False, 0
            while entry != 0 and crowd < CROWD:
                other = _root(parent, rows[entry])
                if (
                    other != root
                    and alike_beside(read, slot, slots[rows[entry]], ALIKE)
                    and alike(read, slots[root], slots[other], AKIN)
                ):
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


def _strongest(view: View, told: Slots, story: Slots, size: Slots) -> list[int]:
    """The stories of two posts and more with most voices, posts and weight."""
    columns = view.columns
    many = np.flatnonzero(size > 1)
    use = size[story] > 1
    pairs = np.sort(story[use] * (1 << 32) + columns.author[told][use])
    voices = np.bincount(pairs[np.diff(pairs, prepend=-1) != 0] >> 32, minlength=told.size)
    weight = np.zeros(told.size, np.int64)
    np.maximum.at(weight, story[use], columns.weight[told][use])
    # a story's number is its first row, and rows are in order of time and key
    order = np.lexsort((many, -weight[many], -size[many], -voices[many]))
    return [int(chosen) for chosen in many[order[:STRONGEST]]]


def _posts(view: View, single: Slots, wanted: int) -> Slots:
    """Posts that nobody repeats: the ``wanted`` of greatest weight, and the newest."""
    at, weight = view.columns.at[single], view.columns.weight[single].astype(np.int64)
    fresh = at - (view.t - view.window.width)
    chosen = [_top(view, single, weight * (1 << 32) + np.minimum(fresh >> 4, (1 << 32) - 1), wanted)]
    chosen.append(_top(view, single, fresh, NEWEST))
    return np.unique(np.concatenate(chosen))


def _top(view: View, slots: Slots, merit: NDArray[np.int64], wanted: int) -> Slots:
    if wanted <= 0 or not slots.size:
        return slots[:0]
    if slots.size > wanted:
        bar = np.partition(merit, slots.size - wanted)[slots.size - wanted]
        slots, merit = slots[merit >= bar], merit[merit >= bar]
    return slots[np.lexsort((view.columns.key[slots], -merit))[:wanted]]


def _story(view: View, members: Slots) -> Story:
    columns = view.columns
    again = columns.kind[members] == REPOST
    times = np.array([np.count_nonzero(columns.target[members[again]] == key) for key in columns.key[members].tolist()])
    best = members[
        np.lexsort(
            (columns.key[members], columns.at[members], -columns.weight[members].astype(np.int64), -times, again)
        )[0]
    ]
    mention = view.mention(int(best))
    moods = columns.mood[members].astype(np.int64)
    moods = moods[moods != UNKNOWN_MOOD]
    return Story(
        id=mention.id,
        text=mention.text,
        author=mention.author.id,
        count=int(members.size),
        voices=int(np.unique(columns.author[members]).size),
        links=mention.links[:_LINKS],
        at=mention.at,
        handle=mention.author.handle,
        name=mention.author.name,
        lang=mention.lang,
        role=ROLE_NAMES[columns.role[best]],
        source=mention.source,
        sentiment=rounded(int(moods.sum()) / moods.size / 10_000) if moods.size else 0.0,
        weight=int(columns.weight[best]),
    )
