"""The state: rows by id and what is gone, from which every statistic follows.

What a state says at T is a function of the records it has seen and of ``memory``, whatever the order in which they came:
merging two states is the union of their rows, and a restart from bytes or from the log changes nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, Self

import numpy as np
import xxhash

from stream.analysis import checkpoint as saved
from stream.analysis import columns as fields
from stream.analysis import stories
from stream.analysis.columns import BEFORE, LINKED, LIVE, NOWHERE, REPOST, SHOWN, Columns
from stream.analysis.extract import Extractor, key_of
from stream.analysis.gone import KEPT_MS, Gone
from stream.analysis.memory import Memory
from stream.analysis.names import NAMED_BY, Names
from stream.analysis.packed import Blocks
from stream.analysis.revisions import Revisions
from stream.analysis.rows import Rows
from stream.analysis.statistics import Batch, Statistics
from stream.analysis.tracks import Tracker
from stream.analysis.view import View, snapshot_of
from stream.analysis.window import Buckets, Slots, Window
from stream.config import Config
from stream.mention import Mention, Retraction, decode, encode
from stream.wire.snapshot import Snapshot, Story

_PULSES: Final = 4096
_ALL: Final = LIVE | SHOWN | LINKED
_SWEEP: Final = 100_000


class State:
    """Rows of the window, the span before it and a little more; see ``Window``. Times are integer milliseconds, UTC."""

    def __init__(self, config: Config, window_ms: int, memory: Memory | None = None) -> None:
        self.config = config
        self.window = Window(window_ms)
        self.memory = memory if memory is not None else Memory()
        self.t: int | None = None
        self.names = Names()
        self.gone = Gone()
        self.revisions = Revisions()
        self.rows_held = Rows()
        self.statistics = Statistics()
        self._extractor = Extractor(self.names, Tracker(config.tracks))
        self._buckets = Buckets(self.window)
        self._stale_posts: set[int] = set()
        self._stale_authors: set[str] = set()
        self._pulses: deque[tuple[str, str]] = deque(maxlen=_PULSES)
        self._pulse_seq = 0
        self._swept = dict.fromkeys(self.names.tables(), _SWEEP)

    def __len__(self) -> int:
        """Rows held, counted or not."""
        return len(self.rows_held)

    @property
    def columns(self) -> Columns:
        """The columns of the rows."""
        return self.rows_held.columns

    @property
    def floor(self) -> int:
        """Rows written at or before it are held no longer."""
        return -(2**62) if self.t is None else self.t - self.window.reach

    def add(self, mentions: Sequence[Mention]) -> dict[str, Mention]:
        """Take mentions in, whatever their kind, order, or age. One whose id is known is counted once.

        Of two different mentions under one id the same is kept whichever came first. Returns the posts that were put in and
        count, by id, as ``row`` gives them.
        """
        edited: set[int] = set()
        tallied: set[int] = set()
        fresh: dict[int, tuple[int, Mention, bytes]] = {}
        floor = self.floor
        for mention in mentions:
            if mention.kind == "edit":
                edited.add(self.revisions.take(mention))
            elif mention.kind == "tally":
                tallied.add(self.revisions.take(mention))
            elif mention.at > floor:
                key, data = key_of(mention.id), encode(mention)
                digest = xxhash.xxh3_64_intdigest(data)
                if key not in fresh or digest < fresh[key][0]:
                    fresh[key] = (digest, mention, data)
        self._drop_known(fresh)
        found: dict[str, Mention] = {}
        if fresh:
            written = [mention for _, mention, _ in fresh.values()]
            if self.revisions.edits:
                written = [self.revisions.apply(mention, key) for key, mention in zip(fresh, written, strict=True)]
            rows = self._extractor.rows(written, list(fresh), [digest for digest, _, _ in fresh.values()])
            data_of = zip(written, fresh.values(), strict=True)
            slots = self._insert(rows, [data if now is first else encode(now) for now, (_, first, data) in data_of])
            live = (self.columns.flags[slots] & LIVE) != 0
            found = {mention.id: mention for mention, counts in zip(written, live.tolist(), strict=True) if counts}
        self._rewrite(edited - fresh.keys())
        if tallied:
            slots = self.rows_held.find(np.array(sorted(tallied), np.uint64))
            self._weigh(slots[slots >= 0])
        return found

    def holds(self, post_ids: Sequence[str]) -> list[bool]:
        """Of each post whether it is held."""
        keys = np.fromiter(map(key_of, post_ids), np.uint64, len(post_ids))
        held: list[bool] = (self.rows_held.find(keys) >= 0).tolist()
        return held

    def _drop_known(self, fresh: dict[int, tuple[int, Mention, bytes]]) -> None:
        """Leave out what is held already; of different mentions with one key the one of smaller digest stays."""
        slots = self.rows_held.find(np.fromiter(fresh, np.uint64, len(fresh)))
        held = slots >= 0
        for key, known in zip(
            np.array(list(fresh), np.uint64)[held].tolist(), self.columns.digest[slots[held]], strict=True
        ):
            if fresh[key][0] >= int(known):
                del fresh[key]

    def _insert(self, rows: Columns, data: Sequence[bytes] | Blocks) -> Slots:
        """Put rows in, in place of rows with the same key; returns where they are."""
        old = self.rows_held.find(rows.key)
        old = old[old >= 0]
        if old.size:
            self._place(old, np.zeros(old.size, np.uint8))
            for slot, at in zip(old.tolist(), self.columns.at[old].tolist(), strict=True):
                self._buckets.discard(slot, at)
            self.rows_held.drop(old)
        slots = self.rows_held.take(rows.key)
        self.rows_held.put(slots, data)
        self.columns.write(slots, rows)
        self.columns.span[slots] = NOWHERE
        self._weigh(slots)
        self._buckets.put(slots, rows.at)
        self.columns.flags[slots] = self._flags(slots)
        self._count(slots)
        self._pulse(slots)
        if self.gone.authors or self.gone.blocked:
            authors = zip(rows.key.tolist(), rows.author.tolist(), strict=True)
            self._stale_posts.update(key for key, author in authors if self._gone(author))
        return slots

    def _rewrite(self, keys: Iterable[int]) -> None:
        """Read the held rows among ``keys`` again after an edit or tally."""
        wanted = np.array(sorted(keys), np.uint64)
        slots = self.rows_held.find(wanted)
        wanted, slots = wanted[slots >= 0], slots[slots >= 0]
        if not slots.size:
            return
        written = [
            self.revisions.apply(self._mention(slot), key)
            for key, slot in zip(wanted.tolist(), slots.tolist(), strict=True)
        ]
        self._place(slots, np.zeros(slots.size, np.uint8))
        self.columns.write(slots, self._extractor.rows(written, wanted.tolist(), self.columns.digest[slots].tolist()))
        self.rows_held.replace(slots, [encode(mention) for mention in written])
        self._weigh(slots)
        self.columns.flags[slots] = self._flags(slots)
        self._count(slots)

    def _weigh(self, slots: Slots) -> None:
        if self.revisions.tallies:
            for slot, key in zip(slots.tolist(), self.columns.key[slots].tolist(), strict=True):
                tally = self.revisions.tallies.get(key)
                if tally is not None:
                    self.columns.weight[slot] = min(max(tally.reactions, 0), 2**31 - 1)

    def _mention(self, slot: int) -> Mention:
        return decode(self.rows_held.data(slot))

    def _gone(self, person: int) -> bool:
        return person >= 0 and self.gone.person(self.names.people.names[person])

    def _flags(self, slots: Slots) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
        """What the rows may count in, as everything known about them and their targets says."""
        gone = self.gone
        flags = np.full(slots.size, _ALL, np.uint8)
        if not (gone.posts or gone.authors or gone.blocked or gone.hidden):
            return flags
        columns, gone_person = self.columns, self._gone if gone.authors or gone.blocked else _nobody
        read = (columns.key, columns.author, columns.kind, columns.target, columns.people[:, 0])
        for i, (key, author, kind, target, whose) in enumerate(zip(*(of[slots].tolist() for of in read), strict=True)):
            if key in gone.posts or gone_person(author):
                flags[i] = 0
                continue
            if key in gone.hidden:
                flags[i] &= ~np.uint8(SHOWN)
            if not target or kind not in (REPOST, fields.QUOTE):
                continue
            lost = target in gone.posts or gone_person(whose)
            if not lost and gone_person is not _nobody:
                other = self.rows_held.slot(target)
                lost = other >= 0 and self._gone(int(columns.author[other]))
            if kind == REPOST:
                if lost:
                    flags[i] = 0
                elif target in gone.hidden:
                    flags[i] &= ~np.uint8(SHOWN)
            elif lost:
                flags[i] &= ~np.uint8(LINKED)
        return flags

    def _count(self, slots: Slots) -> None:
        """Let rows that count nowhere count where they belong."""
        if self.t is None:
            return
        spans = self.window.spans(self.columns.at[slots], self.t)
        spans[(self.columns.flags[slots] & LIVE) == 0] = NOWHERE
        self._place(slots, spans)

    def _place(self, slots: Slots, spans: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> None:
        """Move rows from the span that they count in to another."""
        moves = self.columns.span[slots] * np.uint8(BEFORE + 1) + spans
        for move in np.unique(moves).tolist():
            before, after = divmod(move, BEFORE + 1)
            if before != after:
                self.statistics.move(Batch(self.columns, slots[moves == move]), before, after)
        self.columns.span[slots] = spans

    def _pulse(self, slots: Slots) -> None:
        shown = slots[(self.columns.flags[slots] & SHOWN) != 0][-_PULSES:]
        people = self.columns.people[shown]
        at, place = np.nonzero(people >= 0)
        names = self.names.people.names
        for source, target in zip(self.columns.author[shown][at].tolist(), people[at, place].tolist(), strict=True):
            self._pulses.append((names[source], names[target]))
        self._pulse_seq += at.size

    def interactions(self, since_seq: int) -> tuple[int, list[tuple[str, str]]]:
        """Interactions heard after ``since_seq`` (0 at first) as ids (from, to), 4,096 at most, and the next ``since_seq``."""
        fresh = min(max(self._pulse_seq - since_seq, 0), len(self._pulses))
        newest = list(self._pulses)[len(self._pulses) - fresh :]
        return self._pulse_seq, [(a, b) for a, b in newest if not (self.gone.person(a) or self.gone.person(b))]

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

    def show(self, post_id: str, shown: bool) -> None:
        """A post that is not shown (hidden, or held) counts only in the numbers. The newest call wins; at first all are."""
        key = key_of(post_id)
        if shown:
            if self.gone.hidden.pop(key, None) is None:
                return
        else:
            self.gone.hidden[key] = (self.t or 0) + KEPT_MS
        self._stale_posts.add(key)

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
            hit |= written | (held & np.isin(columns.people[:, 0], people))
            keys = np.concatenate([keys, columns.key[written]])
        hit |= held & (np.isin(columns.key, keys) | np.isin(columns.target, keys))
        slots = np.flatnonzero(hit)
        flags = self._flags(slots)
        slots = slots[flags != columns.flags[slots]]
        self._place(slots, np.zeros(slots.size, np.uint8))
        columns.flags[slots] = self._flags(slots)
        self._count(slots)
        self._stale_posts.clear()
        self._stale_authors.clear()

    def advance(self, t_ms: int) -> None:
        """T moves on; it never goes back."""
        if self.t is not None and t_ms <= self.t:
            return
        old, self.t = self.t, t_ms
        slots = np.flatnonzero(self.columns.held) if old is None else self._buckets.crossing(old, t_ms, self.columns.at)
        self._recount(slots)
        dropped = self._buckets.drop(self.floor)
        if dropped.size:
            self._drop(dropped)
            self.gone.forget(t_ms)
            self.revisions.forget(self.floor)
            self._sweep()

    def _recount(self, slots: Slots) -> None:
        assert self.t is not None
        spans = self.window.spans(self.columns.at[slots], self.t)
        spans[(self.columns.flags[slots] & LIVE) == 0] = NOWHERE
        self._place(slots, spans)

    def _drop(self, slots: Slots) -> None:
        self.rows_held.drop(slots)

    def _sweep(self) -> None:
        """Forget names that no row uses any more, once there are twice as many as after the last time."""
        held = np.flatnonzero(self.columns.held)
        for table, interner in self.names.tables().items():
            if interner.used <= self._swept[table]:
                continue
            keep = np.zeros(len(interner) + 1, np.bool_)
            for name in NAMED_BY[table]:
                keep[getattr(self.columns, name)[held]] = True
            interner.sweep(keep[:-1])
            self._swept[table] = max(_SWEEP, 2 * interner.used)

    def merge(self, other: State) -> None:
        """Know everything that ``other`` knows too. Both must have one window and one configuration."""
        if other.window.width != self.window.width:
            raise ValueError("two states merge only when their windows are equally wide")
        changed = self.revisions.merge(other.revisions)
        self.gone.merge(other.gone)
        self._stale_posts |= set(other.gone.posts) | set(other.gone.hidden)
        self._stale_authors |= other.gone.authors | other.gone.blocked
        self.memory.merge(other.memory)
        slots = other.rows_held.slots()
        slots = slots[other.columns.at[slots] > self.floor]
        mine = self.rows_held.find(other.columns.key[slots])
        slots = slots[(mine < 0) | (other.columns.digest[slots] < self.columns.digest[mine])]
        rows = other.columns.take(slots)
        saved.rename(rows, other.names, self.names)
        self._insert(rows, [other.rows_held.data(slot) for slot in slots.tolist()])
        changed |= {key for key, _ in self.revisions.edits} & set(rows.key.tolist())
        self._rewrite(changed)
        if other.t is not None:
            self.advance(other.t)

    def row(self, post_id: str) -> Mention | None:
        """A post as its newest edit has it (under its own id, kind and time); None when unknown or retracted."""
        slot = self.rows_held.slot(key_of(post_id))
        if slot < 0 or not self._flags(np.array([slot], np.int64))[0] & LIVE:
            return None
        return self._mention(slot)

    def rows(self) -> Iterator[Mention]:
        """Every post as ``row`` gives it, retracted ones left out; the state may change between two of them."""
        for key in self.columns.key[self.rows_held.slots()].tolist():
            slot = self.rows_held.slot(key)
            if slot >= 0 and self._flags(np.array([slot], np.int64))[0] & LIVE:
                yield self._mention(slot)

    def snapshot(self, t_ms: int | None = None) -> Snapshot:
        """What is measured at T, or at an earlier time that is still held; a later time advances T.

        Raises ``LookupError`` for a time further back than ``window.slack``, and when T was never set.
        """
        return snapshot_of(self.view(t_ms))

    def stories(self) -> tuple[Story, ...]:
        """The stories of ``snapshot`` at T alone, in a fifth of its time."""
        return stories.of(self.view())

    def view(self, t_ms: int | None = None) -> View:
        """What sections of a snapshot are made of, at T or at an earlier time; raises like ``snapshot``."""
        if t_ms is not None and (self.t is None or t_ms > self.t):
            self.advance(t_ms)
        if self.t is None:
            raise LookupError("there is no time yet; advance the state first")
        self.settle()
        t = self.t if t_ms is None else t_ms
        if t < self.t - self.window.slack:
            raise LookupError(f"what was at {t} ms is not held any more; the oldest is {self.t - self.window.slack} ms")
        slots = np.flatnonzero(self.columns.held)
        spans, statistics = self.columns.span[slots], self.statistics
        if t != self.t:
            spans, statistics = self.window.spans(self.columns.at[slots], t), Statistics()
            spans[(self.columns.flags[slots] & LIVE) == 0] = NOWHERE
            for span in np.unique(spans).tolist():
                statistics.move(Batch(self.columns, slots[spans == span]), NOWHERE, span)
        counted = spans != NOWHERE
        return View(
            t=t,
            config=self.config,
            window=self.window,
            columns=self.columns,
            slots=slots[counted],
            spans=spans[counted],
            names=self.names,
            statistics=statistics,
            memory=self.memory,
            gone=self.gone,
            tracker=self._extractor.tracker,
            mention=self._mention,
        )

    def to_bytes(self) -> list[bytes]:
        """Everything the state knows, in pieces; ``from_bytes`` makes the same state of them."""
        return self.save()()

    def save(self) -> Callable[[], list[bytes]]:
        """Copy everything now; what comes back makes pieces of it, in any thread and while the state goes on."""
        self.settle()
        slots = np.flatnonzero(self.columns.held)
        rows = self.columns.take(slots)
        parts = saved.Parts(
            config=saved.digest(self.config),
            window_ms=self.window.width,
            t=self.t,
            names={name: list(table.names) for name, table in self.names.tables().items()},
            data=self.rows_held.save(slots),
            gone=(
                dict(self.gone.posts),
                sorted(self.gone.authors),
                sorted(self.gone.blocked),
                dict(self.gone.hidden),
            ),
            edits=[(k, author, e.at, e.id, e.data, e.until) for (k, author), e in self.revisions.edits.items()],
            tallies=[(key, *tally) for key, tally in self.revisions.tallies.items()],
            memory=self.memory.entries(),
        )
        return lambda: saved.pack(parts, saved.dump(rows))

    @classmethod
    def from_bytes(cls, pieces: Sequence[bytes], config: Config) -> Self:
        """The state that ``to_bytes`` packed. Raises ``ValueError`` when it cannot be read or is of another configuration."""
        parts, rows = saved.unpack(pieces, config)
        state = cls(config, parts.window_ms)
        for key, value in parts.memory.items():
            state.memory.remember(key, value)
        for name, table in state.names.tables().items():
            table.restore(parts.names[name])
        posts, authors, blocked, hidden = parts.gone
        state.gone.posts, state.gone.authors = dict(posts), set(authors)
        state.gone.blocked, state.gone.hidden = set(blocked), dict(hidden)
        state.revisions.restore(parts.edits, parts.tallies)
        state.t = parts.t
        state._insert(rows, parts.data)
        state._pulses.clear()
        state._pulse_seq = 0
        return state


def _nobody(person: int) -> bool:  # noqa: ARG001
    """Nobody is gone."""
    return False
