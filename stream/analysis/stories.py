"""Stories: reposts, near-duplicates and posts of one link as one, told by its best representative."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import REPOST, UNKNOWN_MOOD
from stream.analysis.echoes import CUT
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.folding import Folded
from stream.analysis.held import Held
from stream.analysis.view import View, rounded
from stream.wire.snapshot import Story

STRONGEST: Final = 60
"""Stories that are chosen by voices, then posts, then weight."""
NEWEST: Final = 40
"""Posts that nobody has repeated yet, chosen by their time."""
_LINKS: Final = 4

Slots = NDArray[np.int64]


def of(view: View) -> tuple[Story, ...]:
    """The strongest stories and the newest posts, strongest first."""
    return _told(view, view.folding.anew(view))


def renewed(view: View) -> tuple[Story, ...]:
    """The same, where what came since the last time is folded onto that; see ``Folding.renewed``."""
    return _told(view, view.folding.renewed(view))


def _told(view: View, folded: Folded) -> tuple[Story, ...]:
    told, story, single = folded
    size = np.bincount(story, minlength=told.size)
    alone = told[size[story] == 1]
    members = np.argsort(story, kind="stable")
    ends = np.cumsum(size)
    groups = [told[members[ends[c] - size[c] : ends[c]]] for c in _strongest(view, told, story, size)]
    posts = _posts(view, alone, single, STRONGEST - len(groups))
    found = [_story(view, group) for group in groups] + [_story(view, slot[None]) for slot in posts]
    return tuple(sorted(found, key=lambda s: (-s.voices, -s.count, -s.weight, -s.at, s.id)))


def _strongest(view: View, told: Slots, story: Slots, size: Slots) -> list[int]:
    """The stories of two posts and more with most voices, posts and weight; of equal ones those that began last."""
    columns = view.columns
    many = np.flatnonzero(size > 1)
    use = size[story] > 1
    pairs = np.sort(story[use] * (1 << 32) + columns.author[told][use])
    voices = np.bincount(pairs[np.diff(pairs, prepend=-1) != 0] >> 32, minlength=told.size)
    weight = np.zeros(told.size, np.int64)
    np.maximum.at(weight, story[use], columns.weight[told][use])
    # a story's number is its first row, and rows are in order of time and key
    order = np.lexsort((-many, -weight[many], -size[many], -voices[many]))
    return [int(chosen) for chosen in many[order[:STRONGEST]]]


def _posts(view: View, alone: Slots, single: NDArray[np.bool_], wanted: int) -> Slots:
    """Posts that nobody repeats, ``alone`` and those that ``single`` marks: ``wanted`` of most weight, and the newest."""
    start = view.t - view.window.width
    newest = [alone]
    for bucket in view.window.edges(view.t)[::-1].tolist():
        if sum(slots.size for slots in newest[1:]) >= NEWEST:
            break
        slots = view.buckets.of(bucket // view.window.bucket)
        newest.append(slots[single[slots]])
    slots = np.concatenate(newest)
    chosen = [_top(view, slots, view.columns.at[slots] - start, NEWEST)]
    if wanted > 0:
        slots = np.concatenate([alone, np.flatnonzero(single)])
        fresh, weight = view.columns.at[slots] - start, view.columns.weight[slots].astype(np.int64)
        chosen.append(_top(view, slots, weight * (1 << 32) + np.minimum(fresh >> 4, (1 << 32) - 1), wanted))
    return np.unique(np.concatenate(chosen))


def _top(view: View, slots: Slots, merit: NDArray[np.int64], wanted: int) -> Slots:
    if wanted <= 0 or not slots.size:
        return slots[:0]
    if slots.size > wanted:
        bar = np.partition(merit, slots.size - wanted)[slots.size - wanted]
        slots, merit = slots[merit >= bar], merit[merit >= bar]
    return slots[np.lexsort((view.columns.key[slots], -merit))[:wanted]]


def _best(columns: Held, members: Slots) -> int:
    """Which of the rows of a story, in order of time, tells it: one's own words, whole, and much repeated or liked.

    An earlier post gives way only to one more than twice as strong, so that it does not change with every like.
    """
    if members.size == 1:
        return int(members[0])
    again = columns.kind[members] == REPOST
    own = members[~again]
    if not own.size:
        return int(members[0])
    whole = own[(columns.length[own] & CUT) == 0]
    own = whole if whole.size else own
    repeated = np.sort(columns.target[members[again]])
    keys = columns.key[own]
    times = np.searchsorted(repeated, keys, "right") - np.searchsorted(repeated, keys, "left")
    strength = times + columns.weight[own].astype(np.int64)
    best = 0
    while True:
        stronger = np.flatnonzero(strength[best + 1 :] > 2 * strength[best] + 1)
        if not stronger.size:
            return int(own[best])
        best += 1 + int(stronger[0])


def _story(view: View, members: Slots) -> Story:
    columns = view.columns
    best = _best(columns, members)
    mention = view.mention(best)
    moods = columns.mood[members].astype(np.int64)
    moods = moods[moods != UNKNOWN_MOOD]
    count = int(view.weights(members).sum())
    return Story(
        id=mention.id,
        text=mention.text,
        author=mention.author.id,
        count=count,
        voices=count if members.size == 1 else int(view.people(members)[1].sum()),
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
