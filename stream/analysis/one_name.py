"""Folds the topics of a view that are one topic under several names, and counts the posts that say any of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit

from stream.analysis import synonyms
from stream.analysis.columns import BEFORE, NEWER, UNKNOWN_MOOD
from stream.analysis.view import View

if TYPE_CHECKING:
    from stream.analysis.said import Said

SAMPLE: Final = 20_000
"""Posts, chosen by their keys, that tell in which language a topic is mostly said."""


def folded(view: View, said: Said) -> Said:
    """``said`` with one topic for each group of ``synonyms``: labelled as its loudest one, by the posts that say any."""
    langs = _languages(view, said)
    pairs = synonyms.initialled(said.ids, langs)
    found = synonyms.groups(said.ids, langs, _said_together(said, pairs))
    if not found:
        return said
    to = np.arange(len(said.ids) + 1, dtype=np.int16)
    to[-1] = -1
    labels = list(said.labels)
    for one, names in found.items():
        to[names] = one
        labels[one] = said.labels[min(names)]
    places = to[said.places]
    moods = view.columns.mood[said.slots]
    counted = np.zeros((4, len(said.ids)), np.int64)
    _count(places, said.spans, moods, counted)
    numbers = np.stack([said.newer, said.older, said.moods, said.known])
    merged = list(found)
    numbers[:, merged] = counted[:, merged]
    kept = [i for i in range(len(said.ids)) if to[i] == i]
    order = sorted(kept, key=lambda i: (-int(numbers[0, i] + numbers[1, i]), said.ids[i]))
    place = np.full(len(said.ids) + 1, -1, np.int16)
    place[order] = np.arange(len(order))
    newer, older, known_moods, known_posts = numbers[:, order]
    return said._replace(
        ids=[said.ids[i] for i in order],
        labels=[labels[i] for i in order],
        newer=newer,
        older=older,
        moods=known_moods,
        known=known_posts,
        places=place[places],
    )


def _languages(view: View, said: Said) -> list[str]:
    """The language in which each topic is mostly said, of equals the first in order of name."""
    inside = np.flatnonzero(said.inside)
    if inside.size > SAMPLE:
        keys = view.columns.key[said.slots[inside]]
        inside = inside[np.argpartition(keys, SAMPLE)[:SAMPLE]]
    langs = view.columns.lang[said.slots[inside]]
    names = view.names.labels.names
    ordered = sorted(set(langs.tolist()), key=lambda lang: names[lang])
    column = np.zeros(len(names), np.int64)
    column[ordered] = np.arange(len(ordered))
    at, where = np.nonzero(said.places[inside] >= 0)
    topics = said.places[inside][at, where].astype(np.int64)
    width = max(len(ordered), 1)
    counts = np.bincount(topics * width + column[langs[at]], minlength=len(said.ids) * width).reshape(-1, width)
    return [names[ordered[i]] if ordered else "" for i in counts.argmax(1).tolist()]


def _said_together(said: Said, pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those of ``pairs`` that enough posts say together."""
    if not pairs:
        return []
    both = np.zeros(len(pairs), np.int64)
    _meet(said.places, said.spans, np.array(pairs, np.int16), both)
    weight = said.newer + said.older
    return [
        (a, b)
        for (a, b), times in zip(pairs, both.tolist(), strict=True)
        if times >= synonyms.TOGETHER and times >= synonyms.SHARE * min(weight[a], weight[b])
    ]


@njit(cache=True, nogil=True)
def _meet(places, spans, pairs, both):  # type: ignore[no-untyped-def]
    """How many posts of the window say both topics of each pair."""
    asked = np.zeros(32768, np.bool_)
    for p in range(pairs.shape[0]):
        asked[pairs[p, 0]] = True
    for i in range(places.shape[0]):
        if spans[i] == BEFORE:
            continue
        for j in range(places.shape[1]):
            if places[i, j] < 0 or not asked[places[i, j]]:
                continue
            for p in range(pairs.shape[0]):
                if pairs[p, 0] != places[i, j]:
                    continue
                for k in range(places.shape[1]):
                    if places[i, k] == pairs[p, 1]:
                        both[p] += 1
                        break


@njit(cache=True, nogil=True)
def _count(places, spans, moods, numbers):  # type: ignore[no-untyped-def]
    """Let each row name a topic once, and count the window's rows by topic: newer, older, sum of moods, moods known."""
    for i in range(places.shape[0]):
        for j in range(places.shape[1]):
            topic = places[i, j]
            for k in range(j):
                if topic == places[i, k]:
                    topic = -1
            places[i, j] = topic
            if topic < 0 or spans[i] == BEFORE:
                continue
            numbers[0 if spans[i] == NEWER else 1, topic] += 1
            if moods[i] != UNKNOWN_MOOD:
                numbers[2, topic] += moods[i]
                numbers[3, topic] += 1
