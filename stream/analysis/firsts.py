"""Of key phrases the first posts that say each, and whether several people and several texts do; kept by bucket.

Only buckets in which something has come or gone since are read again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import phrases
from stream.analysis.echoes import band_key
from stream.analysis.window import RING

if TYPE_CHECKING:
    from stream.analysis.view import View

FIRST: Final = 3
"""Posts, the earliest ones."""
DIFFERENT: Final = 3
"""So many people and texts at most are told apart."""
_FORMS: Final = 20_000
"""Written forms that are remembered."""


class Firsts:
    """Facts by bucket and phrase: slots of the first rows, and people and texts as numbers that tell them apart."""

    def __init__(self) -> None:
        self._place: dict[int, int] = {}
        self._changed = np.ones(RING, np.bool_)
        self._forms: dict[tuple[int, int], str] = {}
        self._allocate(0)

    def _allocate(self, number: int) -> None:
        self._first = np.full((RING, number, FIRST), -1, np.int32)
        self._people = np.zeros((RING, number, DIFFERENT), np.uint64)
        self._texts = np.zeros((RING, number, DIFFERENT), np.uint64)
        self._counts = np.zeros((RING, number, 2), np.uint8)
        self._changed[:] = True

    def lacks(self, wanted: NDArray[np.uint32]) -> bool:
        """Whether nothing is kept of any of them."""
        return any(phrase not in self._place for phrase in wanted.tolist())

    def keep(self, wanted: NDArray[np.uint32]) -> None:
        """Keep the facts of these phrases, and of no others."""
        self._place = {phrase: place for place, phrase in enumerate(wanted.tolist())}
        self._allocate(wanted.size)

    def form(self, view: View, phrase: int, slot: int) -> str:
        """The phrase as the post in a slot writes it."""
        where = phrase, int(view.columns.key[slot])
        form = self._forms.get(where)
        if form is None:
            if len(self._forms) >= _FORMS:
                self._forms.clear()
            lang = view.names.labels.names[view.columns.lang[slot]]
            form = self._forms[where] = phrases.locate(view.mention(slot).text, lang, phrase)
        return form

    def rewritten(self) -> None:
        """Posts that are held say something else now."""
        self._forms.clear()

    def change(self, ring: NDArray[np.int64]) -> None:
        """Rows of these buckets (modulo ``RING``) have entered or left the window."""
        self._changed[ring] = True

    def tell(self, view: View, asked: NDArray[np.uint32]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Of phrases that are kept the first posts in the window (k, ``FIRST``) as slots, -1 where there are fewer.

        Beside them how many people and how many texts say each (k, 2), up to ``DIFFERENT``.
        """
        units, columns = view.statistics.units, view.columns
        kept = np.fromiter(self._place, np.uint32, len(self._place))
        places = np.full(units.size, -1, np.int64)
        places[units.of_phrases(kept)] = np.arange(kept.size)
        read = (columns.author, columns.at, columns.key, columns.sign)
        buckets = view.window.edges(view.t) // view.window.bucket
        for bucket in buckets[self._changed[buckets % RING]].tolist():
            ring = bucket % RING
            rows = view.shown_in(bucket)
            row, place = units.said_in(columns, rows, places)
            facts = self._first[ring], self._people[ring], self._texts[ring], self._counts[ring]
            _note(read, rows[row], place, *facts)
            self._changed[ring] = False
        wanted = np.array([self._place[phrase] for phrase in asked.tolist()], np.int64)
        first = np.full((wanted.size, FIRST), -1, np.int64)
        counts = np.zeros((wanted.size, 2), np.uint8)
        _gather((self._first, self._people, self._texts, self._counts), buckets % RING, wanted, first, counts)
        return first, counts


@njit(cache=True, nogil=True)
def _note(rows, slots, places, first, people, texts, counts):  # type: ignore[no-untyped-def]
    """The facts of one bucket, from the rows in it and the phrases that they say."""
    authors, at, keys, signs = rows
    first[:] = -1
    counts[:] = 0
    for i in range(slots.size):
        slot, phrase = slots[i], places[i]
        if counts[phrase, 0] < DIFFERENT:
            counts[phrase, 0] = _noted(people[phrase], counts[phrase, 0], np.uint64(authors[slot]))
        if counts[phrase, 1] < DIFFERENT:
            text = np.uint64(band_key(signs[slot], 0))
            counts[phrase, 1] = _noted(texts[phrase], counts[phrase, 1], text if text != 0 else keys[slot])
        later = np.int32(slot)
        for n in range(FIRST):
            other = first[phrase, n]
            if other < 0 or (at[later], keys[later]) < (at[other], keys[other]):
                first[phrase, n], later = later, other
            if later < 0:
                break


@njit(cache=True, nogil=True)
def _gather(facts, ring, wanted, first, counts):  # type: ignore[no-untyped-def]
    """The facts of all buckets together, oldest first."""
    firsts, people, texts, numbers = facts
    persons = np.empty(DIFFERENT, np.uint64)
    wordings = np.empty(DIFFERENT, np.uint64)
    for i in range(wanted.size):
        phrase, posts = wanted[i], 0
        for bucket in ring:
            for n in range(FIRST):
                if posts < FIRST and firsts[bucket, phrase, n] >= 0:
                    first[i, posts] = firsts[bucket, phrase, n]
                    posts += 1
            for n in range(numbers[bucket, phrase, 0]):
                if counts[i, 0] < DIFFERENT:
                    counts[i, 0] = _noted(persons, counts[i, 0], people[bucket, phrase, n])
            for n in range(numbers[bucket, phrase, 1]):
                if counts[i, 1] < DIFFERENT:
                    counts[i, 1] = _noted(wordings, counts[i, 1], texts[bucket, phrase, n])


@njit(cache=True, nogil=True)
def _noted(known, count, value):  # type: ignore[no-untyped-def]
    """Append a value that is not among the ``count`` known ones; returns how many there are then."""
    for k in range(count):
        if known[k] == value:
            return count
    known[count] = value
    return count + 1
