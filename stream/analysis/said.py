"""What is said: the strongest topics of the window, hashtags and the like beside key phrases, and which rows say them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import one_name, phrases
from stream.analysis.columns import BEFORE, NEWER, PHRASES, SHOWN, TERMS, UNKNOWN_MOOD
from stream.analysis.echoes import bands
from stream.analysis.statistics.forms import best
from stream.analysis.view import View, strongest

MOST: Final = 2000
MOST_PHRASES: Final = 120
LEAST: Final = 4
"""Posts in their own words that must say a phrase."""
DIFFERENT: Final = 3
"""People that must say it, and texts that are no near-duplicates of each other."""
_CANDIDATES: Final = 4 * MOST_PHRASES
_FORMS: Final = 3
"""Posts, the earliest ones, from which the written form of a phrase is taken."""


class Said(NamedTuple):
    """Topics, strongest first, ties by id. Arrays have one entry a topic; ``moods`` is a sum over ``known`` posts.

    ``places`` int16 (rows, ``TERMS + PHRASES``) are the topics of each of the rows ``slots`` (all that may be shown, in the
    window and in the span before it), -1 for none; ``spans`` tells where these lie.
    """

    ids: list[str]
    labels: list[str]
    newer: NDArray[np.int64]
    older: NDArray[np.int64]
    moods: NDArray[np.int64]
    known: NDArray[np.int64]
    slots: NDArray[np.int64]
    spans: NDArray[np.uint8]
    places: NDArray[np.int16]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Of each row whether it lies in the window."""
        inside: NDArray[np.bool_] = self.spans != BEFORE
        return inside


class _Phrases(NamedTuple):
    keys: NDArray[np.uint32]
    ids: list[str]
    labels: list[str]
    counts: NDArray[np.int64]


def of(view: View) -> Said:
    columns = view.columns
    use = (columns.flags[view.slots] & SHOWN) != 0
    slots, spans = view.slots[use], view.spans[use]
    counts = view.statistics.terms.counts
    names = view.names.terms.names
    terms = strongest(counts[:, 0].sum(0), names, MOST)
    forms = best(view.statistics.forms.terms, np.array(terms, np.int64), view.names.forms.names)
    said = _phrases(view, slots[spans != BEFORE], spans[spans != BEFORE])
    ids = [*(names[term] for term in terms), *said.ids]
    labels = [*(forms.get(term, names[term]) for term in terms), *said.labels]
    of_terms = np.stack([counts[0, 0], counts[1, 0], counts[:, 1].sum(0), counts[:, 2].sum(0)])[:, terms]
    numbers = np.concatenate([of_terms, said.counts], 1)
    order = sorted(range(len(ids)), key=lambda i: (-int(numbers[0, i] + numbers[1, i]), ids[i]))[:MOST]
    place = np.full(len(ids) + 1, -1, np.int16)
    place[order] = np.arange(len(order))
    by_term = np.full(counts.shape[2] + 1, -1, np.int16)
    by_term[terms] = place[: len(terms)]
    table = _table(said.keys, place[len(terms) : len(ids)])
    places = np.full((slots.size, TERMS + PHRASES), -1, np.int16)
    _fill(columns.terms, columns.phrases, slots, by_term, table, places)
    newer, older, moods, known = numbers[:, order]
    return one_name.folded(
        view,
        Said([ids[i] for i in order], [labels[i] for i in order], newer, older, moods, known, slots, spans, places),
    )


def _phrases(view: View, slots: NDArray[np.int64], spans: NDArray[np.uint8]) -> _Phrases:
    """The phrases that most posts say, if several people do, in several ways."""
    columns = view.columns
    keys, counts = view.statistics.phrased.counts.entries(LEAST)
    keys = keys[np.lexsort((keys, -counts))[:_CANDIDATES]]
    which, at = _occurrences(columns.phrases, slots, _table(keys, np.arange(keys.size, dtype=np.int16)))
    rows = slots[at]
    texts = bands(columns.sign, rows)[:, 0]
    texts = np.where(texts == 0, columns.key[rows], texts)
    enough = np.ones(keys.size, np.bool_)
    for what in (columns.author[rows].astype(np.uint64), texts):
        _, compact = np.unique(what, return_inverse=True)
        pairs = np.unique(which * (1 << 32) + compact)
        enough &= np.bincount(pairs >> 32, minlength=keys.size) >= DIFFERENT
    order = np.lexsort((columns.key[rows], columns.at[rows], which))
    which, rows, newer = which[order], rows[order], spans[at][order] == NEWER
    moods = columns.mood[rows].astype(np.int64)
    told = moods != UNKNOWN_MOOD
    sums = [
        np.bincount(which[part], weight, keys.size).astype(np.int64)
        for part, weight in ((newer, None), (~newer, None), (told, moods[told]), (told, None))
    ]
    starts = np.searchsorted(which, np.arange(keys.size))
    ids: dict[str, int] = {}
    labels: list[str] = []
    for candidate in np.flatnonzero(enough).tolist():
        first = rows[starts[candidate] : starts[candidate] + _FORMS]
        label = _label(view, int(keys[candidate]), first[: sums[0][candidate] + sums[1][candidate]].tolist())
        name = label.lower().replace("’", "'").replace("-", " ")
        if name and name not in ids and view.names.terms.find(name) < 0:
            ids[name] = candidate
            labels.append(label)
        if len(ids) == MOST_PHRASES:
            break
    chosen = list(ids.values())
    return _Phrases(keys[chosen], list(ids), labels, np.stack(sums)[:, chosen])


def _label(view: View, phrase: int, slots: list[int]) -> str:
    """The phrase as most of these posts write it, of equals the first in order of text."""
    found = []
    for slot in slots:
        lang = view.names.labels.names[view.columns.lang[slot]]
        found.append(phrases.locate(view.mention(slot).text, lang, phrase))
    return min(found, key=lambda form: (not form, -found.count(form), form))


def _table(keys: NDArray[np.uint32], values: NDArray[np.int16]) -> tuple[NDArray[np.uint32], NDArray[np.int16]]:
    """An open-addressing table, at most a quarter full."""
    size = 1 << (keys.size * 4 + 4).bit_length()
    table = np.zeros(size, np.uint32), np.full(size, -1, np.int16)
    _enter(keys, values, table)
    return table


@njit(cache=True, nogil=True)
def _enter(keys, values, table):  # type: ignore[no-untyped-def]
    held, places = table
    mask = np.uint32(held.size - 1)
    for i in range(keys.size):
        j = keys[i] & mask
        while held[j] != 0:
            j = (j + np.uint32(1)) & mask
        held[j] = keys[i]
        places[j] = values[i]


@njit(cache=True, nogil=True)
def _look_up(key, table):  # type: ignore[no-untyped-def]
    held, places = table
    mask = np.uint32(held.size - 1)
    j = key & mask
    while held[j] != 0:
        if held[j] == key:
            return places[j]
        j = (j + np.uint32(1)) & mask
    return np.int16(-1)


@njit(cache=True, nogil=True)
def _occurrences(found, slots, table):  # type: ignore[no-untyped-def]
    """Which phrase of the table occurs at which of ``slots``, in order of these."""
    which = np.empty(slots.size * PHRASES, np.int64)
    at = np.empty(slots.size * PHRASES, np.int64)
    size = 0
    for i in range(slots.size):
        for k in range(PHRASES):
            if found[slots[i], k] == 0:
                break
            place = _look_up(found[slots[i], k], table)
            if place >= 0:
                which[size] = place
                at[size] = i
                size += 1
    return which[:size], at[:size]


@njit(cache=True, nogil=True)
def _fill(terms, found, slots, by_term, table, places):  # type: ignore[no-untyped-def]
    for i in range(slots.size):
        slot = slots[i]
        for k in range(TERMS):
            if terms[slot, k] >= 0:
                places[i, k] = by_term[terms[slot, k]]
        for k in range(PHRASES):
            if found[slot, k] == 0:
                break
            places[i, TERMS + k] = _look_up(found[slot, k], table)
