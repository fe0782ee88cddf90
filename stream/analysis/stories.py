"""Stories: reposts, near-duplicates and posts of one link as one, told by its best representative."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import BANDS, BINS, REPOST, SHOWN, UNKNOWN_MOOD
from stream.analysis.echoes import ALIKE, band_key
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.sparse import SparseCounts, among
from stream.analysis.view import View, rounded
from stream.wire.snapshot import Story

STRONGEST: Final = 60
"""Stories that are chosen by voices, then posts, then weight."""
NEWEST: Final = 40
"""Posts that nobody has repeated yet, chosen by their time."""
HOTTEST: Final = 4_000
"""Keys of reposted posts, of links and of near-duplicates, each, that are followed."""
_LINKS: Final = 4

Slots = NDArray[np.int64]
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)


def of(view: View) -> tuple[Story, ...]:
    """The strongest stories and the newest posts, strongest first."""
    columns = view.columns
    inside = view.inside()
    shown = inside[(columns.flags[inside] & SHOWN) != 0]
    echoing = _echoing(view, shown)
    told, single = shown[echoing], shown[~echoing]
    told = told[np.lexsort((columns.key[told], columns.at[told]))]
    story = _fold((columns.kind, columns.key, columns.target, columns.link, columns.sign), told)
    size = np.bincount(story, minlength=told.size)
    alone = told[size[story] == 1]
    members = np.argsort(story, kind="stable")
    ends = np.cumsum(size)
    groups = [told[members[ends[c] - size[c] : ends[c]]] for c in _strongest(view, told, story, size)]
    posts = _posts(view, np.concatenate([single, alone]), STRONGEST - len(groups))
    found = [_story(view, group) for group in groups] + [_story(view, slot[None]) for slot in posts]
    return tuple(sorted(found, key=lambda s: (-s.voices, -s.count, -s.weight, -s.at, s.id)))


def _echoing(view: View, shown: Slots) -> NDArray[np.bool_]:
    """Of each row whether another may belong to its story."""
    columns, echoed = view.columns, view.statistics.echoed
    reposted, linked, alike = (
        _hot(counts, least).few() for counts, least in ((echoed.reposts, 1), (echoed.links, 2), (echoed.bands, 2))
    )
    found = np.zeros(shown.size, np.bool_)
    _mark(
        (columns.kind, columns.key, columns.target, columns.link, columns.sign), shown, reposted, linked, alike, found
    )
    return found


@njit(cache=True, nogil=True)
def _mark(columns, slots, reposted, linked, alike, found):  # type: ignore[no-untyped-def]
    kinds, posts, targets, links, signs = columns
    for i in range(slots.size):
        slot = slots[i]
        if kinds[slot] == REPOST:
            found[i] = among(targets[slot], reposted)
            continue
        found[i] = among(posts[slot], reposted) or (links[slot] != 0 and among(links[slot], linked))
        for band in range(BANDS):
            if found[i]:
                break
            key = band_key(signs[slot], band)
            found[i] = key != 0 and among(np.uint32(key), alike)


def _hot(counts: SparseCounts, least: int) -> SparseCounts:
    """The keys that occur ``least`` times, in a table small enough to look up every row in.

    Where too many do, those that occur more often: a story that is among the strongest has one of them.
    """
    keys, times = counts.entries(least)
    if keys.size > HOTTEST:
        keys = keys[times > np.partition(times, times.size - HOTTEST)[times.size - HOTTEST]]
    hot = SparseCounts(keys.dtype.type)
    hot.add(keys, 1)
    return hot


@njit(cache=True, nogil=True)
def _fold(columns, slots):  # type: ignore[no-untyped-def]
    """Number of the story of each row, in order of the rows: that of the first row it shares a key with (union-find).

    Rows that share a band are compared: they must agree in ``ALIKE`` values of their signatures with the first of the band.
    """
    kinds, posts, targets, links, signs = columns
    n = slots.size
    parent = np.arange(n)
    room = 16
    while room < n * 12:
        room *= 2
    keys = np.zeros(room, np.uint64)
    first = np.zeros(room, np.int64)
    for i in range(n):
        slot = slots[i]
        again = kinds[slot] == REPOST
        for k in range(1 if again else 2 + BANDS):
            if k == 0:
                key = targets[slot] if again else posts[slot]
            else:
                key = links[slot] if k == 1 else band_key(signs[slot], k - 2)
            if key == 0:
                continue
            key = (key + np.uint64(k)) * _MIX
            key ^= key >> np.uint64(32)
            key |= np.uint64(1)
            j = np.int64(key & np.uint64(room - 1))
            while keys[j] != 0 and keys[j] != key:
                j = (j + 1) & (room - 1)
            if keys[j] == 0:
                keys[j] = key
                first[j] = i
                continue
            other = first[j]
            if k >= 2:
                same = 0
                for b in range(BINS):
                    same += signs[slot, b] == signs[slots[other], b]
                if same < ALIKE:
                    continue
            a, b = i, other
            while parent[a] != a:
                parent[a] = parent[parent[a]]
                a = parent[a]
            while parent[b] != b:
                parent[b] = parent[parent[b]]
                b = parent[b]
            if a < b:
                parent[b] = a
            else:
                parent[a] = b
    for i in range(n):
        root = i
        while parent[root] != root:
            root = parent[root]
        parent[i] = root
    return parent


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
