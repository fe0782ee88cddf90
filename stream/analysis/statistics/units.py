"""Units: how often the topics that are looked at are said, when, in which mood and together, kept while rows come and go.

A unit is a topic (a term or a key phrase) or a group of topics that are one under several names. A unit is counted from the
time that somebody first looks at it; the rows that are there by then are read once. What it says is a function of the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import NEWER, NOWHERE, OLDER, PHRASES, SHOWN, TERMS, UNKNOWN_MOOD
from stream.analysis.firsts import Firsts
from stream.analysis.held import Held
from stream.analysis.lottery import Lottery
from stream.analysis.ragged import at as listed
from stream.analysis.sparse import SparseCounts, among
from stream.analysis.statistics.base import grown
from stream.analysis.window import RING

MOST: Final = 16_384
"""Units; beyond them those that are looked at now start anew."""
_GROUPS: Final = 4
"""Groups that a topic is in, the latest ones."""
_ROOM: Final = TERMS + PHRASES
_ALL: Final = _ROOM * (1 + _GROUPS)

Slots = NDArray[np.int64]


class Counted(Protocol):
    """Rows, by slot the span in which each counts, and how many each stands for."""

    @property
    def columns(self) -> Held: ...

    @property
    def span_of(self) -> NDArray[np.uint8]: ...

    def weights(self, slots: Slots) -> NDArray[np.int64]: ...


class Terms(NamedTuple):
    """The lists of terms of the rows, for compiled code."""

    near: NDArray[np.int32]
    beside: NDArray[np.int32]
    phrases: NDArray[np.uint32]


class Units:
    """Counts by unit over rows that may be shown, in buckets of ``bucket_ms``.

    ``course`` (n, ``RING``) are rows of the window and the span before it by bucket modulo ``RING``; ``sums`` (4, n) rows of
    the newer half, of the older half, the sum of their moods, and how many of these are known; ``pairs`` rows of the
    window that say two units, by ``pair_keys``.
    """

    def __init__(self, bucket_ms: int) -> None:
        self.bucket = bucket_ms
        self.rows = 0
        """Rows that may be shown, in the window and the span before it."""
        self.inside = 0
        """Those in the window."""
        self.firsts = Firsts()
        self.lottery = Lottery()
        self._reset()

    def _reset(self) -> None:
        self.size = 0
        self.course = np.zeros((0, RING), np.int32)
        self.sums = np.zeros((4, 0), np.int64)
        self.pairs = SparseCounts(np.uint32)
        self._by_term = np.zeros(0, np.int32)
        self._phrases = np.zeros(0, np.uint32)
        self._of_phrases = np.zeros(0, np.int32)
        self._table = _table(self._phrases, self._of_phrases)
        self._groups = np.full((0, _GROUPS), -1, np.int32)
        self._of_groups: dict[tuple[int, ...], int] = {}

    def move(self, columns: Held, slots: Slots, before: int, after: int, weight: int) -> None:
        """Rows that counted in the span ``before`` count in the span ``after``, each as ``weight``."""
        shown = slots[(columns.flags[slots] & SHOWN) != 0]
        self.rows += weight * shown.size * ((after != NOWHERE) - (before != NOWHERE))
        entering = int(after in (NEWER, OLDER)) - int(before in (NEWER, OLDER))
        self.inside += weight * shown.size * entering
        if not (self.size and shown.size):
            return
        if entering:
            self.firsts.change(columns.at[shown] // self.bucket % RING)
        if entering > 0:
            self.lottery.enter(columns, shown)
        spans = np.full(shown.size, before, np.uint8), np.full(shown.size, after, np.uint8)
        self.pairs.add(self._count(columns, shown, spans, (0, weight)), entering * weight)

    def watch(self, counted: Counted, terms: Sequence[int], phrases: NDArray[np.uint32]) -> None:
        """Have a unit for each of some terms and phrases."""
        if self.size + len(terms) + phrases.size > MOST:
            self._reset()
        wanted = np.array(terms, np.int64)
        self._by_term = _filled(self._by_term, int(wanted.max(initial=-1)) + 1)
        fresh = wanted[self._by_term[wanted] < 0]
        new = phrases[self.of_phrases(phrases) < 0]
        first = self.size
        self._grow(fresh.size + new.size)
        self._by_term[fresh] = np.arange(first, first + fresh.size)
        if new.size:
            self._phrases = np.concatenate([self._phrases, new])
            ids = np.arange(first + fresh.size, self.size, dtype=np.int32)
            self._of_phrases = np.concatenate([self._of_phrases, ids])
            self._table = _table(self._phrases, self._of_phrases)
        if self.size > first:
            shown = (counted.columns.flags & SHOWN) != 0
            self._read(counted, first, np.flatnonzero(shown & (counted.span_of != NOWHERE)))

    def lacks(self, terms: Sequence[int], phrases: NDArray[np.uint32]) -> bool:
        """Whether any of them has no unit."""
        wanted = np.array(terms, np.int64)
        top = int(wanted.max(initial=-1))
        return (
            self.size > MOST
            or top >= self._by_term.size
            or bool((self._by_term[wanted] < 0).any() or (self.of_phrases(phrases) < 0).any())
        )

    def group(self, counted: Counted, members: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        """The unit of each group, whose ``members`` are units of topics."""
        first, fresh = self.size, list[int]()
        for of in members:
            group = tuple(sorted(of))
            if group not in self._of_groups:
                fresh += group
                self._grow(1)
                self._of_groups[group] = self.size - 1
                for unit in group:
                    gone = self._groups[unit, -1]
                    self._groups[unit, 1:] = self._groups[unit, :-1].copy()
                    self._groups[unit, 0] = self.size - 1
                    if gone >= 0:
                        self._of_groups = {key: known for key, known in self._of_groups.items() if known != gone}
                        self._groups[self._groups == gone] = -1
        if fresh:
            self._read(counted, first, self._saying(counted, np.array(fresh)))
        return np.array([self._of_groups[tuple(sorted(of))] for of in members], np.int64)

    def _grow(self, more: int) -> None:
        self.size += more
        self.sums = grown(self.sums, self.size)
        room = self.sums.shape[1]
        if len(self.course) < room:
            self.course = np.concatenate([self.course, np.zeros((room - len(self.course), RING), np.int32)])
            fresh = np.full((room - len(self._groups), _GROUPS), -1, np.int32)
            self._groups = np.concatenate([self._groups, fresh])

    def _saying(self, counted: Counted, units: Slots) -> Slots:
        """The rows that say any of some topics, and perhaps a few others."""
        columns, asked = counted.columns, np.zeros(self.size + 1, np.bool_)
        asked[units] = True
        terms, phrases = asked[self._by_term], SparseCounts(np.uint32)
        phrases.add(self._phrases[asked[self._of_phrases]], 1)
        found = np.empty(columns.size, np.int32)
        size = _saying(self._rows(columns), counted.span_of, columns.flags, terms, phrases.few(), found)
        return found[:size].astype(np.int64)

    def _read(self, counted: Counted, first: int, rows: Slots) -> None:
        """Count rows in the units from ``first`` on."""
        columns, spans = counted.columns, counted.span_of
        for start in range(0, rows.size, 1 << 16):
            slots = rows[start : start + (1 << 16)]
            weights = counted.weights(slots)
            for weight in np.unique(weights).tolist():
                some = slots[weights == weight]
                moves = np.zeros(some.size, np.uint8), spans[some]
                self.pairs.add(self._count(columns, some, moves, (first, weight)), weight)

    def _count(
        self, columns: Held, slots: Slots, spans: tuple[NDArray[np.uint8], NDArray[np.uint8]], how: tuple[int, int]
    ) -> NDArray[np.uint32]:
        """Move rows between spans, ``how`` from a unit on and with what weight.

        Returns the pairs of units that those say which enter or leave the window.
        """
        sums = self.course, self.sums
        ring = columns.at[slots] // self.bucket % RING
        return _count(self._rows(columns), self._tables(), (slots, *spans, ring, columns.mood), how, sums)  # type: ignore[no-any-return]

    def _rows(self, columns: Held) -> Terms:
        return Terms(columns.terms.near, columns.terms.beside, columns.phrases)

    def _tables(self) -> tuple[NDArray[np.int32], tuple[NDArray[np.uint32], NDArray[np.int32]], NDArray[np.int32]]:
        return self._by_term, self._table, self._groups

    def of_terms(self, terms: Sequence[int]) -> NDArray[np.int64]:
        """The unit of each term; all have one."""
        found: NDArray[np.int64] = self._by_term[np.array(terms, np.int64)].astype(np.int64)
        return found

    def of_phrases(self, phrases: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The unit of each phrase, -1 for those without."""
        found = np.empty(phrases.size, np.int64)
        _find(phrases, self._table, found)
        return found

    def together(self, pairs: Sequence[tuple[int, int]]) -> list[int]:
        """How many rows of the window say both units of each pair."""
        if not pairs:
            return []
        both = np.sort(np.array(pairs, np.uint32), 1)
        found: list[int] = self.pairs.get(both[:, 0] << np.uint32(16) | both[:, 1]).tolist()
        return found

    def pairs_of(self, least: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Pairs of units that ``least`` rows of the window say together and more, and how many do."""
        keys, counts = self.pairs.entries(least)
        return (keys >> np.uint32(16)).astype(np.int64), (keys & np.uint32(0xFFFF)).astype(np.int64), counts

    def said_in(
        self, columns: Held, slots: Slots, places: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """What rows say, as two parallel arrays: the number of the row in ``slots``, and the place of the unit in ``places``.

        ``places`` has an entry for each unit, -1 for those that are not asked for.
        """
        found = _said_in(self._rows(columns), self._tables(), slots, places)
        return found  # type: ignore[no-any-return]


def _filled(ids: NDArray[np.int32], size: int) -> NDArray[np.int32]:
    """``ids`` with room for ``size``, -1 in what is new."""
    if ids.size >= size:
        return ids
    return np.concatenate([ids, np.full(max(size, ids.size * 3 // 2) - ids.size, -1, np.int32)])


def _table(keys: NDArray[np.uint32], values: NDArray[np.int32]) -> tuple[NDArray[np.uint32], NDArray[np.int32]]:
    """An open-addressing table, at most a quarter full."""
    size = 1 << (keys.size * 4 + 4).bit_length()
    table = np.zeros(size, np.uint32), np.full(size, -1, np.int32)
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
    return np.int32(-1)


@njit(cache=True, nogil=True)
def _find(keys, table, found):  # type: ignore[no-untyped-def]
    for i in range(keys.size):
        found[i] = _look_up(keys[i], table)


@njit(cache=True, nogil=True)
def _units(rows, tables, slot, found):  # type: ignore[no-untyped-def]
    """Write the units that a row says into ``found``, each once; returns how many there are."""
    near, beside, phrases = rows
    by_term, table, groups = tables
    count = 0
    for k in range(TERMS):
        term = listed(near, beside, slot, k)
        if term < 0:
            break
        if term < by_term.size and by_term[term] >= 0:
            found[count] = by_term[term]
            count += 1
    for k in range(PHRASES):
        phrase = phrases[slot, k]
        if phrase == 0:
            break
        unit = _look_up(phrase, table)
        if unit >= 0:
            found[count] = unit
            count += 1
    topics = count
    for i in range(topics):
        for k in range(_GROUPS):
            group = groups[found[i], k]
            if group < 0:
                continue
            known = False
            for j in range(topics, count):
                known = known or found[j] == group
            if not known:
                found[count] = group
                count += 1
    return count


@njit(cache=True, nogil=True)
def _saying(rows, spans, flags, terms, few, found):  # type: ignore[no-untyped-def]
    """Write the rows that say one of ``terms`` (marks by id) or of a ``few`` phrases into ``found``; how many there are."""
    near, beside, phrases = rows
    size = 0
    for slot in range(spans.size):
        if spans[slot] == NOWHERE or flags[slot] & SHOWN == 0:
            continue
        says = False
        for k in range(TERMS):
            term = listed(near, beside, slot, k)
            if term < 0 or says:
                break
            says = term < terms.size and terms[term]
        for k in range(PHRASES):
            if says or phrases[slot, k] == 0:
                break
            says = among(phrases[slot, k], few)
        if says:
            found[size] = slot
            size += 1
    return size


@njit(cache=True, nogil=True)
def _count(rows, tables, moves, how, sums):  # type: ignore[no-untyped-def]
    """See ``Units._count``. Of pairs of units one at least is not before the first."""
    slots, before, after, ring, moods = moves
    course, numbers = sums
    first, weight = how
    units = np.empty(_ALL, np.int32)
    pairs = np.empty(256, np.uint32)
    size = 0
    for i in range(slots.size):
        count = _units(rows, tables, slots[i], units)
        if count == 0:
            continue
        was, now = before[i], after[i]
        there = weight * (np.int64(now != NOWHERE) - np.int64(was != NOWHERE))
        mood = moods[slots[i]]
        for k in range(count):
            unit = units[k]
            if unit < first:
                continue
            course[unit, ring[i]] += there
            for span, sign in ((was, -weight), (now, weight)):
                if NEWER <= span <= OLDER:
                    numbers[0 if span == NEWER else 1, unit] += sign
                    if mood != UNKNOWN_MOOD:
                        numbers[2, unit] += sign * mood
                        numbers[3, unit] += sign
        if (NEWER <= was <= OLDER) == (NEWER <= now <= OLDER):
            continue
        if size + count * count > pairs.size:
            more = np.empty(2 * pairs.size + count * count, np.uint32)
            more[:size] = pairs[:size]
            pairs = more
        for a in range(count):
            for b in range(a + 1, count):
                low, high = min(units[a], units[b]), max(units[a], units[b])
                if high >= first:
                    pairs[size] = np.uint32(low) << np.uint32(16) | np.uint32(high)
                    size += 1
    return pairs[:size]


@njit(cache=True, nogil=True)
def _said_in(rows, tables, slots, places):  # type: ignore[no-untyped-def]
    units = np.empty(_ALL, np.int32)
    row, place = np.empty(256, np.int64), np.empty(256, np.int64)
    size = 0
    for i in range(slots.size):
        count = _units(rows, tables, slots[i], units)
        if size + count > row.size:
            more = np.empty(2 * row.size, np.int64)
            more[:size] = row[:size]
            row = more
            more = np.empty(row.size, np.int64)
            more[:size] = place[:size]
            place = more
        for k in range(count):
            if units[k] < places.size and places[units[k]] >= 0:
                row[size], place[size] = i, places[units[k]]
                size += 1
    return row[:size], place[:size]
