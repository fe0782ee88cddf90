"""The ledger: which rows are held, what is gone, and where each row counts.

A row counts in the span of the window that its time lies in, unless it, its author, or what it repeats is gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import columns as fields
from stream.analysis.columns import BEFORE, LINKED, LIVE, NOWHERE, REPOST, SHOWN, Columns, Ints
from stream.analysis.gone import Gone
from stream.analysis.held import Held
from stream.analysis.names import NAMED_BY, Names
from stream.analysis.packed import Places
from stream.analysis.rows import Rows
from stream.analysis.statistics import Statistics
from stream.analysis.thinning import Thinning, depths_of, level_for
from stream.analysis.window import Buckets, Slots, Window
from stream.mention import Retraction
from stream.probing import enter, find

AT_ONCE: Final = 20_000
"""Rows that are moved together: tables of counts make room for as many keys as could be new."""
_ALL: Final = LIVE | SHOWN | LINKED
_SWEEP: Final = 100_000


class Ledger:
    """Rows by slot, counted in ``statistics`` at T (None before the first)."""

    def __init__(self, window: Window, names: Names, limit: int) -> None:
        self.window = window
        self.thinning = Thinning(limit, window.bucket)
        self.t: int | None = None
        self.names = names
        self.gone = Gone()
        self.rows = Rows()
        self.statistics = Statistics(window.bucket)
        self.buckets = Buckets(window)
        self._stale_posts: set[int] = set()
        self._stale_authors: set[str] = set()
        self._swept = dict.fromkeys(names.tables(), _SWEEP)

    @property
    def columns(self) -> Held:
        """The columns of the rows."""
        return self.rows.columns

    @property
    def floor(self) -> int:
        """Rows written at or before it are held no longer: whole buckets, so that of each all rows were counted or none."""
        return (
            -(2**62) if self.t is None else (self.t - self.window.reach) // self.window.bucket * self.window.bucket - 1
        )

    def insert(self, rows: Columns, data: Sequence[bytes] | Places) -> Slots:
        """Put rows in, in place of rows with the same key; returns where they are. They count once they are ``enter``\\ ed."""
        old = self.rows.find(rows.key)
        old = old[old >= 0]
        if old.size:
            self.leave(old)
            for slot, at in zip(old.tolist(), self.columns.at[old].tolist(), strict=True):
                self.buckets.discard(slot, at)
            self.rows.drop(old)
        slots = self.rows.take(rows.key)
        self.rows.put(slots, data)
        self.columns.write(slots, rows)
        self.columns.span[slots] = NOWHERE
        self.buckets.put(slots, rows.at)
        if self.gone.authors or self.gone.blocked:
            authors = zip(rows.key.tolist(), rows.author.tolist(), strict=True)
            self._stale_posts.update(key for key, author in authors if self._gone(author))
        return slots

    def enter(self, slots: Slots) -> None:
        """Let rows that count nowhere count where they belong, as everything known about them says."""
        self.columns.flags[slots] = self.flags(slots)
        self._count(slots)

    def leave(self, slots: Slots) -> None:
        """Let rows count nowhere."""
        self._place(slots, np.zeros(slots.size, np.uint8))

    def living(self, slots: Slots) -> NDArray[np.bool_]:
        """Of rows, counted or not, whether they may count."""
        stale = self._stale_posts or self._stale_authors
        live: NDArray[np.bool_] = ((self.flags(slots) if stale else self.columns.flags[slots]) & LIVE) != 0
        return live

    def lasting(self, slots: Slots) -> Slots:
        """Those of some rows that nobody took back, nor what they repeat: words that are gone are written nowhere."""
        if not (self.gone.posts or self.gone.authors):
            return slots
        people = np.array([self.names.people.find(author) for author in sorted(self.gone.authors)], np.int32)
        columns = self.columns
        gone = self.gone.posts.among(columns.key[slots]) | np.isin(columns.author[slots], people[people >= 0])
        repeats = self.gone.posts.among(columns.target[slots]) | np.isin(
            columns.people.first[slots], people[people >= 0]
        )
        gone |= repeats & (columns.kind[slots] == REPOST)
        lasting: Slots = slots[~gone]
        return lasting

    def _gone(self, person: int) -> bool:
        return person >= 0 and self.gone.person(self.names.people.names[person])

    def flags(self, slots: Slots) -> NDArray[np.uint8]:
        """What the rows may count in, as everything known about them and their targets says."""
        gone = self.gone
        flags = np.full(slots.size, _ALL, np.uint8)
        if not (gone.posts or gone.authors or gone.blocked or gone.hidden):
            return flags
        columns = self.columns
        key, target, kind = columns.key[slots], columns.target[slots], columns.kind[slots]
        points = (target != 0) & ((kind == REPOST) | (kind == fields.QUOTE))
        lost, gone_post = gone.posts.among(target), gone.posts.among(key)
        if gone.authors or gone.blocked:
            gone_post |= self._of_gone(columns.author[slots])
            others = self.rows.find(target)
            lost |= self._of_gone(columns.people.first[slots])
            lost |= self._of_gone(np.where(others >= 0, columns.author[others], -1))
        flags[gone.hidden.among(key) | ((kind == REPOST) & points & gone.hidden.among(target))] &= ~np.uint8(SHOWN)
        flags[points & lost & (kind == fields.QUOTE)] &= ~np.uint8(LINKED)
        flags[gone_post | (points & lost & (kind == REPOST))] = 0
        return flags

    def _of_gone(self, people: Ints) -> NDArray[np.bool_]:
        """Of people by id, -1 is nobody, whether nothing of them may count."""
        return np.fromiter(map(self._gone, people.tolist()), np.bool_, people.size)

    def _count(self, slots: Slots) -> None:
        if self.t is None:
            return
        spans = self.window.spans(self.columns.at[slots], self.t)
        spans[(self.columns.flags[slots] & LIVE) == 0] = NOWHERE
        self._place(slots, spans)

    def _place(self, slots: Slots, spans: NDArray[np.uint8]) -> None:
        """Move rows from the span that they count in to another."""
        moves = self.columns.span[slots] * np.uint8(BEFORE + 1) + spans
        for move in np.unique(moves).tolist():
            before, after = divmod(move, BEFORE + 1)
            if before != after:
                self.move(self.statistics, slots[moves == move], before, after)
        self.columns.span[slots] = spans

    def move(self, statistics: Statistics, slots: Slots, before: int, after: int) -> None:
        """Count rows in another span, so many at once."""
        for start in range(0, slots.size, AT_ONCE):
            some = slots[start : start + AT_ONCE]
            if not self.thinning.levels:
                statistics.move(self.columns, some, before, after)
                continue
            levels = self.thinning.levels_of(self.columns.at[some])
            for level in np.unique(levels).tolist():
                statistics.move(self.columns, some[levels == level], before, after, 1 << level)

    def thin(self) -> None:
        """Let the oldest buckets be samples where there are too many rows; see ``Thinning``."""
        thinning = self.thinning
        if len(self.rows) <= thinning.limit and not thinning.begun:
            return
        whole, numbers = 0, self.buckets.numbers()
        for bucket in reversed(numbers):
            if bucket <= thinning.edge:
                break
            whole += self.buckets.size(bucket)
            if whole > thinning.limit:
                thinning.edge = bucket
        for bucket in numbers:
            if bucket <= thinning.edge and self.buckets.size(bucket) > thinning.sample:
                self._thin(bucket, thinning.levels.get(bucket, 0))

    def _thin(self, bucket: int, least: int) -> None:
        """Raise the level of a bucket, to ``least`` at least."""
        slots = self.buckets.of(bucket)
        authors, which = np.unique(self.columns.author[slots], return_inverse=True)
        depths = depths_of(self.names.people.names[author] for author in authors.tolist())[which]
        level = level_for(depths, least, self.thinning.sample)
        if level == self.thinning.levels.get(bucket, 0):
            return
        self.leave(slots)
        kept = depths >= level
        self.buckets.keep(bucket, slots[kept])
        if self.gone.authors or self.gone.blocked:
            self._stale_posts.update(self.columns.key[slots[~kept]].tolist())
        self.rows.drop(slots[~kept])
        self.thinning.levels[bucket] = level
        self.enter(slots[kept])

    def thin_like(self, other: Thinning) -> None:
        """Let no bucket stand for less than in ``other``."""
        self.thinning.edge = max(self.thinning.edge, other.edge)
        for bucket, level in sorted(other.levels.items()):
            if level > self.thinning.levels.get(bucket, 0) and (bucket + 1) * self.window.bucket - 1 > self.floor:
                self._thin(bucket, level)

    def retract(self, retraction: Retraction) -> None:
        """A post, or everything of an author, is gone; at once, and also when it comes later."""
        self._stale_posts |= self.gone.retract(retraction, self.t or 0)
        if retraction.scope == "author":
            self._stale_authors.add(retraction.target)

    def block(self, author_id: str, blocked: bool) -> None:
        """A blocked author counts nowhere, until unblocked."""
        if blocked:
            self.gone.blocked.add(author_id)
        else:
            self.gone.blocked.discard(author_id)
        self._stale_authors.add(author_id)

    def show(self, key: int, shown: bool) -> bool:
        """A post that is not shown (hidden, or held) counts only in the numbers. The newest call wins; at first all are.

        Returns whether that is news. It is kept in mind for as long as the post can matter, no longer: a hub that starts later
        knows as much. What is hidden before there is a T is kept in mind as if it were hidden at the first.
        """
        hidden, until = self.gone.hidden, (self.t or 0) + self.window.reach
        news = hidden.discard(key) if shown else hidden.keep(key, until)
        if news:
            self._stale_posts.add(key)
        return news

    def merge(self, gone: Gone) -> None:
        """Know what else is gone."""
        self.gone.merge(gone)
        self._stale_posts.update(gone.posts.keys.tolist(), gone.hidden.keys.tolist())
        self._stale_authors |= gone.authors | gone.blocked

    def settle(self) -> None:
        """Count again what retractions, blocks and decisions have changed; every reader of numbers calls it."""
        if not (self._stale_posts or self._stale_authors):
            return
        columns = self.columns
        held = columns.held != 0
        keys = np.fromiter(self._stale_posts, np.uint64, len(self._stale_posts))
        hit = np.zeros(columns.size, np.bool_)
        if self._stale_authors:
            found = [self.names.people.find(author) for author in sorted(self._stale_authors)]
            people = np.array([person for person in found if person >= 0], np.int32)
            written = held & np.isin(columns.author, people)
            hit |= written | (held & np.isin(columns.people.first, people))
            keys = np.concatenate([keys, columns.key[written]])
        slots = self.rows.find(keys)
        hit[slots[slots >= 0]] = True
        hit |= held & _among(columns.target, keys)
        slots = np.flatnonzero(hit)
        slots = slots[self.flags(slots) != columns.flags[slots]]
        self.leave(slots)
        self.enter(slots)
        self._stale_posts.clear()
        self._stale_authors.clear()

    def wrote_before(self, t_ms: int) -> NDArray[np.bool_]:
        """Of each person by id whether a row that is held was written by it before a time; the last entry is False."""
        wrote = np.zeros(len(self.names.people) + 1, np.bool_)
        _mark_earlier(self.columns.held, self.columns.at, self.columns.author, t_ms, wrote)
        return wrote

    def advance(self, t_ms: int) -> bool:
        """T moves on; it never goes back. Returns whether rows were forgotten."""
        if self.t is not None and t_ms <= self.t:
            return False
        old, self.t = self.t, t_ms
        if old is None:
            self.gone.hidden.extend(t_ms + self.window.reach)
        self._count(self.rows.slots() if old is None else self.buckets.crossing(old, t_ms, self.columns.at))
        dropped = self.buckets.drop(self.floor)
        if not dropped.size:
            return False
        self.rows.drop(dropped)
        self._stale_posts |= self.gone.forget(t_ms)
        self.thinning.forget(self.floor)
        self._sweep()
        return True

    @contextmanager
    def at(self, t_ms: int) -> Iterator[None]:
        """Let rows count as they did at an earlier time, as long as the block lasts; nothing else may change meanwhile."""
        now = self.t
        assert now is not None
        slots = self.buckets.crossing(t_ms, now, self.columns.at)
        try:
            self.t = t_ms
            self._count(slots)
            yield
        finally:
            self.t = now
            self._count(slots)

    def _sweep(self) -> None:
        """Forget names that no row uses any more, once there are twice as many as after the last time."""
        held = self.rows.slots()
        for table, interner in self.names.tables().items():
            if interner.used <= self._swept[table]:
                continue
            interner.sweep(self.columns.used(NAMED_BY[table], held, len(interner)))
            self._swept[table] = max(_SWEEP, 2 * interner.used)


def _among(keys: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which of many keys are among a few."""
    table = np.full(1 << (wanted.size * 3).bit_length(), -1, np.int32)
    enter(table, wanted, np.arange(wanted.size))
    found = np.empty(keys.size, np.int64)
    find(table, wanted, keys, found)
    return found >= 0


@njit(cache=True, nogil=True)
def _mark_earlier(held, at, author, before, wrote):  # type: ignore[no-untyped-def]
    for slot in range(at.size):
        if held[slot] and at[slot] < before:
            wrote[author[slot]] = True
