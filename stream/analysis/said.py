"""What is said: the strongest topics of the window, hashtags and the like beside key phrases, and which rows say them."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import one_name, phrases
from stream.analysis.columns import BEFORE, NEWER, PHRASES, SHOWN, TERMS, UNKNOWN_MOOD
from stream.analysis.echoes import band_key
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
    """Those of the candidates that are topics: their ``places`` among the candidates, and what ``Said`` tells of each."""

    places: list[int]
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
    candidates = _candidates(view)
    by_term = np.full(counts.shape[2] + 1, -1, np.int16)
    by_term[terms] = np.arange(len(terms))
    table = _table(candidates, np.arange(len(terms), len(terms) + candidates.size, dtype=np.int16))
    places = np.empty((slots.size, TERMS + PHRASES), np.int16)
    _place(columns.terms, columns.phrases, slots, by_term, table, places)
    said = _phrases(view, candidates, (slots, spans, places), len(terms))
    ids = [*(names[term] for term in terms), *said.ids]
    labels = [*(forms.get(term, names[term]) for term in terms), *said.labels]
    of_terms = np.stack([counts[0, 0], counts[1, 0], counts[:, 1].sum(0), counts[:, 2].sum(0)])[:, terms]
    numbers = np.concatenate([of_terms, said.counts], 1)
    order = sorted(range(len(ids)), key=lambda i: (-int(numbers[0, i] + numbers[1, i]), ids[i]))[:MOST]
    to = np.full(len(terms) + candidates.size, -1, np.int16)
    to[np.array([*range(len(terms)), *(len(terms) + i for i in said.places)], np.int64)[order]] = np.arange(len(order))
    one_name.renumber(places, to)
    newer, older, moods, known = numbers[:, order]
    return one_name.folded(
        view,
        Said([ids[i] for i in order], [labels[i] for i in order], newer, older, moods, known, slots, spans, places),
    )


def _candidates(view: View) -> NDArray[np.uint32]:
    """The phrases that most posts say."""
    keys, counts = view.statistics.phrased.counts.entries(LEAST)
    often = np.sort(counts)[-_CANDIDATES:]
    some = counts >= (often[0] if often.size else 0)
    keys, counts = keys[some], counts[some]
    found: NDArray[np.uint32] = keys[np.lexsort((keys, -counts))[:_CANDIDATES]]
    return found


def _phrases(
    view: View,
    keys: NDArray[np.uint32],
    rows: tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int16]],
    base: int,
) -> _Phrases:
    """Those of the phrases that several people say, in several ways. ``base`` is the place of the first of ``keys``."""
    columns = view.columns
    sums = np.zeros((4, keys.size), np.int64)
    first = np.full((keys.size, _FORMS), -1, np.int64)
    different = np.zeros((keys.size, 2), np.int64)
    read = (columns.author, columns.mood, columns.at, columns.key, columns.sign)
    _gather(read, *rows, base, sums, first, different)
    ids: dict[str, int] = {}
    labels: list[str] = []
    for candidate in np.flatnonzero((different >= DIFFERENT).all(1)).tolist():
        label = _label(view, int(keys[candidate]), [slot for slot in first[candidate].tolist() if slot >= 0])
        name = label.lower().replace("’", "'").replace("-", " ")
        if name and name not in ids and view.names.terms.find(name) < 0:
            ids[name] = candidate
            labels.append(label)
        if len(ids) == MOST_PHRASES:
            break
    chosen = list(ids.values())
    return _Phrases(chosen, list(ids), labels, sums[:, chosen])


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
        j = (keys[i] >> np.uint32(1)) & mask  # the last bit of a phrase is always set
        while held[j] != 0:
            j = (j + np.uint32(1)) & mask
        held[j] = keys[i]
        places[j] = values[i]


@njit(cache=True, nogil=True)
def _look_up(key, table):  # type: ignore[no-untyped-def]
    held, places = table
    mask = np.uint32(held.size - 1)
    j = (key >> np.uint32(1)) & mask
    while held[j] != 0:
        if held[j] == key:
            return places[j]
        j = (j + np.uint32(1)) & mask
    return np.int16(-1)


@njit(cache=True, nogil=True)
def _place(terms, found, slots, by_term, table, places):  # type: ignore[no-untyped-def]
    """Write which topics and candidates each row says, -1 for none."""
    for i in range(slots.size):
        slot = slots[i]
        for k in range(TERMS):
            term = terms[slot, k]
            places[i, k] = by_term[term] if term >= 0 else np.int16(-1)
        for k in range(PHRASES):
            phrase = found[slot, k]
            places[i, TERMS + k] = _look_up(phrase, table) if phrase != 0 else np.int16(-1)


@njit(cache=True, nogil=True)
def _gather(rows, slots, spans, places, base, sums, first, different):  # type: ignore[no-untyped-def]
    """Of each candidate that rows of the window say: newer, older, sum of moods, moods known; its first rows by time and key;
    how many people say it, and how many texts that are no near-duplicates, both up to ``DIFFERENT``."""
    authors, moods, at, keys, signs = rows
    people = np.empty((sums.shape[1], DIFFERENT), np.uint64)
    texts = np.empty((sums.shape[1], DIFFERENT), np.uint64)
    for i in range(slots.size):
        if spans[i] == BEFORE:
            continue
        slot = slots[i]
        for k in range(TERMS, TERMS + PHRASES):
            c = places[i, k] - base
            if c < 0:
                continue
            sums[0 if spans[i] == NEWER else 1, c] += 1
            if moods[slot] != UNKNOWN_MOOD:
                sums[2, c] += moods[slot]
                sums[3, c] += 1
            if different[c, 0] < DIFFERENT:
                different[c, 0] = _noted(people[c], different[c, 0], np.uint64(authors[slot]))
            if different[c, 1] < DIFFERENT:
                text = np.uint64(band_key(signs[slot], 0))
                different[c, 1] = _noted(texts[c], different[c, 1], text if text != 0 else keys[slot])
            later = slot
            for n in range(_FORMS):
                other = first[c, n]
                if other < 0 or (at[later], keys[later]) < (at[other], keys[other]):
                    first[c, n], later = later, other
                if later < 0:
                    break


@njit(cache=True, nogil=True)
def _noted(known, count, value):  # type: ignore[no-untyped-def]
    """Append a value that is not among the ``count`` known ones; returns how many there are then."""
    for k in range(count):
        if known[k] == value:
            return count
    known[count] = value
    return count + 1
