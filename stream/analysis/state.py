"""The state: rows by id and what is gone, from which every statistic follows.

What a state says at T is a function of the records it has seen and of ``memory``, whatever the order in which they came:
merging two states is the union of their rows, and a restart from bytes or from the log changes nothing.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Self

import msgspec
import numpy as np
import xxhash
from numpy.typing import NDArray

from stream.analysis import checkpoint as saved
from stream.analysis import stories
from stream.analysis.analysed import Analysed, Fresh
from stream.analysis.columns import LIVE, UNKNOWN_MOOD, Columns
from stream.analysis.extract import Extractor, key_of
from stream.analysis.folding import Folding
from stream.analysis.gone import Gone
from stream.analysis.known import Known
from stream.analysis.ledger import Ledger
from stream.analysis.memory import Memory
from stream.analysis.names import NAMED_BY, Names
from stream.analysis.packed import Places
from stream.analysis.pulses import Pulses
from stream.analysis.revisions import Revisions
from stream.analysis.tracks import Tracker
from stream.analysis.view import View, snapshot_of
from stream.analysis.window import Slots, Window
from stream.config import Config, TrackConfig
from stream.mention import Mention, Retraction, decode, encode
from stream.wire.snapshot import Snapshot, Story


class State:
    """Rows of the window, the span before it and a little more; see ``Window``. Times are integer milliseconds, UTC."""

    def __init__(self, config: Config, window_ms: int, memory: Memory | None = None) -> None:
        self.config = config
        self.window = Window(window_ms)
        self.memory = memory if memory is not None else Memory()
        self.names = Names()
        self.revisions = Revisions()
        self._ledger = Ledger(self.window, self.names, config.hub.rows)
        self._extractor = Extractor(self.names, Tracker(config.tracks))
        self._unread: list[int] = []
        """Keys of rows whose tracks are to be found anew."""
        self._pulses = Pulses()
        self._known = Known(self.names.people)
        self._folding = Folding()

    def __len__(self) -> int:
        """Rows held, counted or not."""
        return len(self._ledger.rows)

    @property
    def t(self) -> int | None:
        """The time that it is; None before the first."""
        return self._ledger.t

    @property
    def gone(self) -> Gone:
        """Who and what is gone."""
        return self._ledger.gone

    @property
    def floor(self) -> int:
        """Rows written at or before it are held no longer."""
        return self._ledger.floor

    def add(
        self, mentions: Sequence[Mention], analysed: Analysed | None = None, encoded: Sequence[bytes] | None = None
    ) -> dict[str, Mention]:
        """Take mentions in, whatever their kind, order, or age. One whose id is known is counted once.

        Of two different mentions under one id the same is kept whichever came first. Where they were ``analysed`` already they
        are not read again; ``encoded`` is what ``encode`` gave of each, where that is at hand. Returns the posts that were put
        in and count, by id, as ``row`` gives them.
        """
        edited: set[int] = set()
        tallied: set[int] = set()
        fresh: dict[int, Fresh] = {}
        floor = self.floor
        for number, mention in enumerate(mentions):
            if mention.kind == "edit":
                edited.add(self.revisions.take(mention))
            elif mention.kind == "tally":
                tallied.add(self.revisions.take(mention))
            elif mention.at > floor and self._ledger.thinning.keeps(mention.author.id, mention.at):
                key = key_of(mention.id)
                if analysed is not None:
                    digest, data = analysed.known(number)
                else:
                    data = encode(mention) if encoded is None else encoded[number]
                    digest = xxhash.xxh3_64_intdigest(data)
                if key not in fresh or digest < fresh[key].digest:
                    fresh[key] = Fresh(digest, mention, data, number)
        self._drop_known(fresh)
        found: dict[str, Mention] = {}
        if fresh:
            written = [one.mention for one in fresh.values()]
            if self.revisions.edits:
                written = [self.revisions.apply(mention, key) for key, mention in zip(fresh, written, strict=True)]
            if analysed is None:
                rows = self._extractor.rows(written, list(fresh), [one.digest for one in fresh.values()])
            else:
                rows = analysed.rows(written, fresh, self._extractor)
            data_of = zip(written, fresh.values(), strict=True)
            slots = self._insert(rows, [one.data if now is one.mention else encode(now) for now, one in data_of])
            live = (self._ledger.columns.flags[slots] & LIVE) != 0
            found = {mention.id: mention for mention, counts in zip(written, live.tolist(), strict=True) if counts}
            self._ledger.thin()
        self._rewrite(edited - fresh.keys())
        if tallied:
            slots = self._ledger.rows.find(np.array(sorted(tallied), np.uint64))
            self._weigh(slots[slots >= 0])
        return found

    def holds(self, post_ids: Sequence[str]) -> list[bool]:
        """Of each post whether it is held."""
        keys = np.fromiter(map(key_of, post_ids), np.uint64, len(post_ids))
        held: list[bool] = (self._ledger.rows.find(keys) >= 0).tolist()
        return held

    def _drop_known(self, fresh: dict[int, Fresh]) -> None:
        """Leave out what is held already; of different mentions with one key the one of smaller digest stays."""
        slots = self._ledger.rows.find(np.fromiter(fresh, np.uint64, len(fresh)))
        held = slots >= 0
        for key, known in zip(
            np.array(list(fresh), np.uint64)[held].tolist(), self._ledger.columns.digest[slots[held]], strict=True
        ):
            if fresh[key].digest >= int(known):
                del fresh[key]

    def _insert(self, rows: Columns, data: Sequence[bytes] | Places) -> Slots:
        slots = self._ledger.insert(rows, data)
        self._weigh(slots)
        self._ledger.enter(slots)
        self._pulses.hear(self._ledger.columns, slots, self.names.people.names)
        return slots

    def _rewrite(self, keys: Iterable[int]) -> None:
        """Read the held rows among ``keys`` again after an edit or tally."""
        wanted = np.array(sorted(keys), np.uint64)
        slots = self._ledger.rows.find(wanted)
        wanted, slots = wanted[slots >= 0], slots[slots >= 0]
        if not slots.size:
            return
        written = [
            self.revisions.apply(self._mention(slot), key)
            for key, slot in zip(wanted.tolist(), slots.tolist(), strict=True)
        ]
        self._ledger.leave(slots)
        self._ledger.columns.write(
            slots, self._extractor.rows(written, wanted.tolist(), self._ledger.columns.digest[slots].tolist())
        )
        self._ledger.statistics.units.firsts.rewritten()
        self._folding.forget()
        self._ledger.rows.replace(slots, [encode(mention) for mention in written])
        self._weigh(slots)
        self._ledger.enter(slots)

    def _weigh(self, slots: Slots) -> None:
        if self.revisions.tallies:
            tallies = map(self.revisions.tallies.get, self._ledger.columns.key[slots].tolist())
            told = {s: tally.reactions for s, tally in zip(slots.tolist(), tallies, strict=True) if tally is not None}
            self._ledger.columns.weigh(np.array(list(told), np.int64), np.clip(list(told.values()), 0, 2**31 - 1))

    def _mention(self, slot: int) -> Mention:
        return decode(self._ledger.rows.data(slot))

    def _mentions(self, slots: Slots) -> Iterator[Mention]:
        return map(decode, self._ledger.rows.every(slots))

    def interactions(self, since_seq: int) -> tuple[int, list[tuple[str, str]]]:
        """Interactions heard after ``since_seq`` (0 at first) as ids (from, to), 4,096 at most, and the next ``since_seq``."""
        return self._pulses.since(since_seq, self.gone.person)

    def retract(self, retraction: Retraction) -> None:
        """A post, or everything of an author, is gone; at once, and also when it comes later."""
        self._ledger.retract(retraction)

    def track(self, tracks: Mapping[str, TrackConfig]) -> None:
        """Count these tracks from now on. Rows are read again by ``reread``; until all are, no track is told.

        Raises ``ValueError`` like ``Tracker``.
        """
        self._extractor.tracker = Tracker(tracks)
        self.config = msgspec.structs.replace(self.config, tracks=dict(tracks))
        self._unread = self._ledger.columns.key[self._ledger.rows.slots()].tolist()

    def reread(self, most: int) -> bool:
        """Read ``most`` rows again that were heard before the tracks changed; whether there are more."""
        some, self._unread = self._unread[-most:], self._unread[:-most]
        self._rewrite(some)
        return bool(self._unread)

    def block(self, author_id: str, blocked: bool) -> None:
        """A blocked author counts nowhere, until unblocked."""
        self._ledger.block(author_id, blocked)

    def show(self, post_id: str, shown: bool) -> bool:
        """A post that is not shown (hidden, or held) counts only in the numbers. The newest call wins; at first all are.

        Returns whether that is news.
        """
        return self._ledger.show(key_of(post_id), shown)

    def settle(self) -> None:
        """Count again what retractions, blocks and decisions have changed; every reader of numbers calls it."""
        self._ledger.settle()

    def advance(self, t_ms: int) -> None:
        """T moves on; it never goes back."""
        if self._ledger.advance(t_ms):
            self.revisions.forget(self.floor)

    def merge(self, other: State) -> None:
        """Know everything that ``other`` knows too. Both must have one window and one configuration."""
        if other.window.width != self.window.width:
            raise ValueError("two states merge only when their windows are equally wide")
        changed = self.revisions.merge(other.revisions)
        self._ledger.merge(other.gone)
        self.memory.merge(other.memory)
        ours, theirs = self._ledger, other._ledger
        ours.thin_like(theirs.thinning)
        slots = theirs.rows.slots()
        slots = slots[theirs.columns.at[slots] > self.floor]
        if ours.thinning.levels:
            slots = slots[self._kept(other, slots)]
        mine = ours.rows.find(theirs.columns.key[slots])
        slots = slots[(mine < 0) | (theirs.columns.digest[slots] < ours.columns.digest[mine])]
        rows = theirs.columns.take(slots)
        saved.rename(rows, other.names, self.names)
        self._insert(rows, list(theirs.rows.every(slots)))
        ours.thin()
        changed |= {key for key, _ in self.revisions.edits} & set(rows.key.tolist())
        self._rewrite(changed)
        if other.t is not None:
            self.advance(other.t)

    def _kept(self, other: State, slots: Slots) -> NDArray[np.bool_]:
        """Which rows of another state this one keeps."""
        columns, people, keeps = other._ledger.columns, other.names.people.names, self._ledger.thinning.keeps
        authors = zip(columns.author[slots].tolist(), columns.at[slots].tolist(), strict=True)
        return np.array([keeps(people[author], at) for author, at in authors], np.bool_)

    def row(self, post_id: str) -> Mention | None:
        """A post as its newest edit has it (under its own id, kind and time); None when unknown or retracted."""
        return self.row_of(key_of(post_id))

    def mood(self, post_id: str) -> float:
        """The mood that was read from a post, −1 … 1; 0 where it cannot be told, or the post is not held."""
        slot = self._ledger.rows.slot(key_of(post_id))
        mood = int(self._ledger.columns.mood[slot]) if slot >= 0 else UNKNOWN_MOOD
        return 0.0 if mood == UNKNOWN_MOOD else mood / 10_000

    def living(self, post_ids: Sequence[str]) -> set[str]:
        """Those of the posts that ``row`` would give."""
        slots = self._ledger.rows.find(np.fromiter(map(key_of, post_ids), np.uint64, len(post_ids)))
        held = np.flatnonzero(slots >= 0)
        lives = held[self._ledger.living(slots[held])]
        return {post_ids[i] for i in lives.tolist()}

    def row_of(self, key: int) -> Mention | None:
        """``row``, by the key of a post."""
        slot = self._ledger.rows.slot(key)
        if slot < 0 or not self._ledger.living(np.array([slot], np.int64))[0]:
            return None
        return self._mention(slot)

    def spoke(self) -> dict[int, NDArray[np.uint64]]:
        """By day what stands in ``memory`` for each author of a row."""
        return self._known.spoke(self._ledger.columns, self.memory)

    def acquainted(self, author_ids: Sequence[str], before_ms: int) -> list[bool]:
        """Of each author whether it wrote anything before a time, as far as the rows and ``memory`` know."""
        return self._known.acquainted(author_ids, before_ms, self._ledger.wrote_before(before_ms), self.memory)

    def rows(self, first: int = -(2**62), last: int = 2**62) -> Iterator[Mention]:
        """Every post written from ``first`` to ``last`` (ms) as ``row`` gives it; the state may change between two of them."""
        columns, slots = self._ledger.columns, self._ledger.rows.slots()
        at = columns.at[slots]
        for key in columns.key[slots[(at >= first) & (at <= last)]].tolist():
            row = self.row_of(key)
            if row is not None:
                yield row

    def snapshot(self, t_ms: int | None = None) -> Snapshot:
        """What is measured at T, or at an earlier time that is still held; a later time advances T.

        Raises ``LookupError`` for a time further back than ``window.slack``, and when T was never set.
        """
        with self.at(t_ms) as view:
            return snapshot_of(view)

    def stories(self) -> tuple[Story, ...]:
        """The stories at T, with what came since the last snapshot folded onto its own: nearly those of a snapshot, in a
        tenth of its time.
        """
        return stories.renewed(self.view())

    @contextmanager
    def at(self, t_ms: int | None) -> Iterator[View]:
        """The view at a time, as long as the block lasts, in which nothing else may change; raises like ``snapshot``."""
        if t_ms is not None and (self.t is None or t_ms > self.t):
            self.advance(t_ms)
        if self.t is None or t_ms is None or t_ms == self.t:
            yield self.view()
            return
        oldest = self.t - self.window.slack
        if t_ms < oldest:
            raise LookupError(f"what was at {t_ms} ms is not held any more; the oldest is {oldest} ms")
        self.settle()
        with self._ledger.at(t_ms):
            yield dataclasses.replace(self.view(), folding=Folding())

    def view(self) -> View:
        """What sections of a snapshot are made of, at T. Raises ``LookupError`` when T was never set."""
        if self.t is None:
            raise LookupError("there is no time yet; advance the state first")
        self.settle()
        ledger = self._ledger
        return View(
            t=self.t,
            config=self.config,
            window=self.window,
            columns=ledger.columns,
            span_of=ledger.columns.span,
            buckets=ledger.buckets,
            thinning=ledger.thinning,
            names=self.names,
            statistics=ledger.statistics,
            memory=self.memory,
            known=self._known,
            gone=self.gone,
            tracker=Tracker({}) if self._unread else self._extractor.tracker,
            folding=self._folding,
            mention=self._mention,
            mentions=self._mentions,
        )

    def to_bytes(self) -> list[bytes]:
        """Everything the state knows, in pieces; ``from_bytes`` makes the same state of them."""
        return list(self.save())

    def save(self) -> Iterator[bytes]:
        """Hold everything as it is now; the pieces are made of it one by one, in any thread and while the state goes on."""
        self.settle()
        slots = self._ledger.lasting(self._ledger.rows.slots())
        columns = self._ledger.columns
        names = {
            table: interner.only(columns.used(NAMED_BY[table], slots, len(interner)))
            for table, interner in self.names.tables().items()
        }
        parts = saved.Parts(
            config=saved.digest(self.config),
            window_ms=self.window.width,
            t=self.t,
            tables=list(names),
            rows=slots.size,
            authors=sorted(self.gone.authors),
            blocked=sorted(self.gone.blocked),
            edits=[
                (key, author, e.at, e.id, e.data, e.until)
                for (key, author), e in self.revisions.edits.items()
                if key not in self.gone.posts and author not in self.gone.authors
            ],
            tallies=[(key, *tally) for key, tally in self.revisions.tallies.items()],
            memory=self.memory.entries(),
            thinned=(self._ledger.thinning.edge, dict(self._ledger.thinning.levels)),
        )
        kept = self.gone.posts.save(), self.gone.hidden.save()
        return saved.pack(parts, names, kept, columns.still(slots), self._ledger.rows.save(slots))

    @classmethod
    def from_bytes(cls, pieces: Iterable[bytes], config: Config) -> Self:
        """The state that ``to_bytes`` packed. Raises ``ValueError`` when it cannot be read or is of another configuration."""
        opened = saved.Opened(pieces, config)
        parts = opened.parts
        state = cls(config, parts.window_ms)
        for key, value in parts.memory.items():
            state.memory.remember(key, value)
        for name, table in state.names.tables().items():
            table.restore(opened.names[name])
        state.gone.posts.restore(*opened.posts)
        state.gone.hidden.restore(*opened.hidden)
        state.gone.authors, state.gone.blocked = set(parts.authors), set(parts.blocked)
        state.revisions.restore(parts.edits, parts.tallies)
        state._ledger.t = parts.t
        state._ledger.thinning.edge, state._ledger.thinning.levels = parts.thinned
        for rows, places in opened.rows():
            state._insert(rows, places)
        state._ledger.rows.restore(opened.blocks())
        state._pulses = Pulses()
        return state
