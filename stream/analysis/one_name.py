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
    to = np.arange(len(said.ids), dtype=np.int16)
    labels = list(said.labels)
    for one, names in found.items():
        to[names] = one
        labels[one] = said.labels[min(names)]
    numbers = np.stack([said.newer, said.older, said.moods, said.known])
    numbers[:, list(found)] = 0
    merged = np.zeros(len(said.ids), np.bool_)
    merged[list(found)] = True
    _merge(said.places, said.spans, view.columns.mood, said.slots, to, merged, numbers)
    kept = [i for i in range(len(said.ids)) if to[i] == i]
    order = sorted(kept, key=lambda i: (-int(numbers[0, i] + numbers[1, i]), said.ids[i]))
    place = np.full(len(said.ids), -1, np.int16)
    place[order] = np.arange(len(order))
    renumber(said.places, place)
    newer, older, known_moods, known_posts = numbers[:, order]
    return said._replace(
        ids=[said.ids[i] for i in order],
        labels=[labels[i] for i in order],
        newer=newer,
        older=older,
        moods=known_moods,
        known=known_posts,
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
    counts = np.zeros((len(said.ids), max(len(ordered), 1)), np.int64)
    _spoken(said.places, inside, column[langs], counts)
    return [names[ordered[i]] if ordered else "" for i in counts.argmax(1).tolist()]


@njit(cache=True, nogil=True)
def _spoken(places, rows, langs, counts):  # type: ignore[no-untyped-def]
    """How often some rows say each topic in each language."""
    for i in range(rows.size):
        for k in range(places.shape[1]):
            if places[rows[i], k] >= 0:
                counts[places[rows[i], k], langs[i]] += 1


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
def _merge(places, spans, moods, slots, to, merged, numbers):  # type: ignore[no-untyped-def]
    """Let each row name a topic once under its new place, and count the window's rows that say a merged one."""
    for i in range(places.shape[0]):
        for j in range(places.shape[1]):
            if places[i, j] < 0:
                continue
            topic = places[i, j] = to[places[i, j]]
            if not merged[topic]:
                continue
            again = False
            for k in range(j):
                again |= places[i, k] == topic
            if again:
                places[i, j] = -1
            elif spans[i] != BEFORE:
                numbers[0 if spans[i] == NEWER else 1, topic] += 1
                mood = moods[slots[i]]
                if mood != UNKNOWN_MOOD:
                    numbers[2, topic] += mood
                    numbers[3, topic] += 1


@njit(cache=True, nogil=True)
def renumber(places, to):  # type: ignore[no-untyped-def]
    """Give every topic of every row its new place."""
    for i in range(places.shape[0]):
        for k in range(places.shape[1]):
            if places[i, k] >= 0:
                places[i, k] = to[places[i, k]]
