"""The engine: applies what the log says to the state and its moderation. Synchronous and pure.

Everything here happens in one thread; the clocks are arguments. Feeds are made by its presenter.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import structlog

from stream import mention
from stream.act.book import Book
from stream.act.wants import Judge
from stream.analysis.analysed import Analysed
from stream.analysis.crowd import day_of
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.config import Config
from stream.count.merger import Merger
from stream.count.partial import reading
from stream.hub import checkpoint, feeds, subjects
from stream.hub.barred import Barred
from stream.hub.board import Board
from stream.hub.following import Following
from stream.hub.gate import Gate, fingerprint
from stream.hub.intake import Intake
from stream.hub.memoir import Memoir, placed
from stream.hub.metrics import Metrics
from stream.hub.pictures import Pictures
from stream.hub.presenter import Presenter
from stream.hub.review import Review
from stream.hub.shedding import SUBJECT, Shedding
from stream.hub.sourcebook import SourceBook
from stream.hub.stage import Stage
from stream.log import MEMORY, MENTIONS, PARTIALS, RETRACTIONS, SOURCES, Record
from stream.mention import Mention, Retraction, Unreadable
from stream.moderation import Chain
from stream.moderation.chain import NOTHING
from stream.moderation.filters import Judged
from stream.moderation.repeated import REPEAT_MS
from stream.wire.snapshot import encode as encode_snapshot

ADVANCE_MS: Final = 1000
"""T moves at least so often, though nothing asks for it: what leaves the window is let go."""
LOOK_MS: Final = 200
"""How often it is seen whether there is a raid,"""
LOOK_AFTER: Final = 1000
"""and after how many mentions: the shield remembers only so many posts."""
RESTED_MS: Final = 2000
"""Raids that have not changed for as long as this are settled for now: all posts of their time are judged anew."""
LATE_MS: Final = 250
"""While mentions wait for longer, those posts wait too."""
PRUNE_MS: Final = 5000
_PLACED: Final = (MENTIONS, PARTIALS, RETRACTIONS, MEMORY)

log = structlog.get_logger(__name__)


class Engine:
    """One conversation. ``hub_ms`` is hub time (and log time), ``t_ms`` event time T, both in milliseconds."""

    def __init__(
        self,
        config: Config,
        *,
        board: Board,
        tablet: Board,
        stage: Stage,
        metrics: Metrics,
        removed: Callable[[float], None],
        memory: Memory | None = None,
        timer: Callable[[], float] = time.thread_time,
        pictures: Pictures | None = None,
    ) -> None:
        self.config = config
        self.pictures = pictures
        self.window_ms = config.hub.window_s * 1000
        self.state = State(config, self.window_ms, memory)
        chain = Chain(config.moderation, span_ms=min(REPEAT_MS, self.window_ms))
        self.gate = Gate(config.show, chain, live=config.clock.mode == "live")
        self.offsets: dict[str, dict[int, int]] = {topic.name: {} for topic in _PLACED}
        self.applied_ms = 0
        """Log time of the newest mention applied."""
        self.read = 0
        """Mentions that were taken, not shed."""
        self.shedding = Shedding(self.state.window)
        self.merger = Merger()
        self.sources = SourceBook(self.window_ms)
        self.act = Book(Judge(config.accounts, config.tracks, self._is_new, self._mood))
        self.presenter = Presenter(
            config.show,
            state_of=lambda: self.state,
            gate=self.gate,
            sources=self.sources,
            shed=self.shedding.shed,
            board=board,
            tablet=tablet,
            stage=stage,
            metrics=metrics,
            removed=removed,
            window_ms=self.window_ms,
            act=self.act,
            timer=timer,
            pictures=pictures,
        )
        self.intake = Intake(
            state_of=lambda: self.state,
            gate=self.gate,
            sources=self.sources,
            act=self.act,
            presenter=self.presenter,
            metrics=metrics,
        )
        self._stage = stage
        self._metrics = metrics
        self._open = False
        self._advanced_ms = 0
        self._looked_ms = 0
        self._unlooked = 0
        """Mentions that were taken since."""
        self._rested_ms = 0
        self._pruned_ms = 0
        self._hub_ms = 0
        self._barred = Barred(self.gate, lambda: self.state)
        self._review = Review(self.gate, lambda: self.state)
        self._memoir = Memoir(config.clock.speed if config.clock.mode != "live" else 1.0)
        self._mark: tuple[int, int, int] | None = None
        self._placed = False
        self._pulse_seq = 0
        self._following = Following(config.tracks, self.act, lambda: self.state)

    def begin(self) -> None:
        """What staff decided and who is gone is known: posts may be shown."""
        self._open = True
        if self._barred.begin():
            self._review.everything()
        self._following.begin()

    def apply(self, records: Sequence[Record], hub_ms: int) -> None:
        """Records of mentions, retractions, memory and how sources do, in the order of the log; broken ones are counted."""
        self._hub_ms = hub_ms
        fresh: list[tuple[Mention, int]] = []
        shedding = bool(self.shedding.rules)
        for record in records:
            if record.topic in self.offsets:
                self.offsets[record.topic][record.partition] = record.offset + 1
            try:
                if record.topic == MENTIONS.name and record.value is None:
                    pass  # overwritten: its author took it back
                elif record.topic == MENTIONS.name:
                    if shedding and self.shedding.sheds(record):
                        self._metrics.shed.inc()
                        self._note(record)
                        continue
                    fresh.append((mention.validate(mention.decode(record.value or b"")), record.time))
                    self._note(record)
                elif record.topic == PARTIALS.name:
                    self._merge(record)
                elif record.topic == RETRACTIONS.name:
                    self._retract(mention.decode_retraction(record.value or b""))
                elif record.topic == MEMORY.name:
                    self._remember(record)
                elif record.topic == SOURCES.name:
                    self.sources.tell(mention.decode_status(record.value or b""))
            except (Unreadable, ValueError, msgspec.DecodeError) as fault:
                self._metrics.dead.labels(record.topic).inc()
                log.warning("a record cannot be read", topic=record.topic, offset=record.offset, fault=str(fault))
        for start in range(0, len(fresh), LOOK_AFTER):
            self._take(fresh[start : start + LOOK_AFTER])

    def decide(self, subject: str, value: Mapping[str, Any] | None) -> None:
        """A decision about a post, an author or a term takes effect, or one of the hub's about what it reads."""
        if subject == SUBJECT:
            self.shedding.decide(value)
            return
        kind, key = subjects.parse(subject)
        if kind == "act":
            self.act.decide(key, value)
            if self._open:
                self.presenter.staff.tell_act(self._hub_ms)
            return
        if kind == "track":
            self._following.decide(key, value)
            return
        if kind == "picture":
            if self.pictures is not None:
                self.pictures.decide(key, value)
        elif kind == "post":
            self.gate.decide(key, value)
            row = self.state.row(key)
            if row is not None:
                self._review.post(row, self._hub_ms)
        elif kind == "raid":
            freed = self._barred.raid(key, value)
            self._review.keys(self.gate.decide_raid(key, value), self._hub_ms)
            if self._open and freed:
                self._review.everything()
        elif kind == "pin":
            self.presenter.pin(key, value is not None)
        else:
            on = value is not None
            (self._barred.author if kind == "author" else self._barred.term)(key, on)
            if self._open and (kind == "term" or not on):
                self._review.everything()
        self.presenter.remove()

    def _is_new(self, author_id: str) -> bool:
        """Whether memory knows other days, and nothing of this author in the last ones."""
        memory, t_ms = self.state.memory, self.state.t
        if not memory.voiced or t_ms is None:
            return False
        return not memory.known(np.array([memory.hash(author_id)], np.uint64), day_of(t_ms))[0]

    def _mood(self, post_id: str) -> float:
        return self.state.mood(post_id)

    def raiders(self, raid_id: str) -> list[str]:
        """Who takes part in a raid, by id. Raises ``KeyError`` for one that is not there."""
        for raid in self.gate.raids():
            if raid.id == raid_id:
                return sorted(raid.accounts)
        raise KeyError(raid_id)

    def approval(self, post_id: str) -> str:
        """The fingerprint of what would be approved now. Raises ``KeyError`` for a post that is not in the window."""
        row = self.state.row(post_id)
        if row is None:
            raise KeyError(post_id)
        return fingerprint(row)

    def memories(self, hub_ms: int, t_ms: int, behind_ms: float = 0.0) -> dict[str, bytes | None]:
        """What is to be written to ``memory`` now, by subject; None clears it. ``behind_ms`` as in ``tick``."""
        if not self._open or self.state.t is None:
            return {}
        found: dict[str, bytes | None] = {**self._memoir.due(self.state, hub_ms, t_ms, behind_ms)}
        found |= {f"raid:{raid_id}": data for raid_id, data in self.gate.raid_records().items()}
        found |= {f"raid:{raid_id}": None for raid_id in self.gate.prune_raids(self.state.floor)}
        return found | self._memoir.places(self._stage.positions(), self.presenter.strongest, hub_ms, t_ms)

    def save(self) -> Callable[[], checkpoint.Saved]:
        """Copy what a later life needs to go on from here; what comes back packs it, in any thread."""
        offsets = {topic: dict(offsets) for topic, offsets in self.offsets.items()}
        state, gate = self.state.save(), self.gate.save()
        mark, sources, places = self._mark, self.sources.save(), self._stage.positions()
        recent, terms, shed = list(self.presenter.staff.recent), sorted(self._barred.terms), self.shedding.save()
        tracks, reread, kept = dict(self.state.config.tracks), self._following.rereading, self.merger.kept.save()
        return lambda: checkpoint.Saved(
            made_for=checkpoint.made_for(self.config),
            offsets=offsets,
            mark=mark,
            state=state,
            gate=gate,
            sources=sources,
            recent=recent,
            terms=terms,
            places=places,
            shed=shed,
            kept=kept,
            tracks=tracks,
            reread=reread,
        )

    def restore(self, saved: checkpoint.Saved, state: State) -> None:
        """Go on from where an earlier life was, whose state was ``state``; what was decided meanwhile stays."""
        self.state.memory.merge(state.memory)
        state.merge(self.state)
        state.memory = self.state.memory
        self.state = state
        self.gate.restore(saved.gate)
        self.offsets |= {topic: dict(offsets) for topic, offsets in saved.offsets.items()}
        self._mark = saved.mark
        self.applied_ms = saved.mark[2] if saved.mark else 0
        self.sources.restore(saved.sources)
        self.shedding.restore(saved.shed)
        self.merger.kept.restore(saved.kept)
        self.presenter.staff.recent.extend(saved.recent)
        self._barred.terms_then = set(saved.terms)
        self._placed = True
        self._stage.restore({"topics": saved.places.get("topics", {}), "people": saved.places.get("people", {})})
        if saved.reread:
            self._following.reread()

    def tick(self, hub_ms: int, t_ms: int, behind_ms: float = 0.0) -> None:
        """Make what is due; at least ten times a second. ``behind_ms`` is how long the next mention has waited."""
        self._hub_ms = hub_ms
        if hub_ms - self._advanced_ms >= ADVANCE_MS:
            self._advanced_ms = hub_ms
            self.state.advance(t_ms)
        self._pulse_seq, interactions = self.state.interactions(self._pulse_seq)
        if interactions and not self.presenter.looks_back:
            self._stage.pulse(interactions)
        if not self._open:
            return
        self._following.go_on()
        self.review(hub_ms, late=behind_ms > LATE_MS)
        if self.gate.ripe(hub_ms):
            self.presenter.freshen()
        if outlived := self.gate.outlived(hub_ms):
            self._review.keys(outlived, hub_ms)
            self.presenter.remove()
        self.presenter.tick(hub_ms, t_ms, behind_ms)
        if hub_ms - self._pruned_ms >= PRUNE_MS:
            self._pruned_ms = hub_ms
            self.gate.prune(hub_ms - 2 * self.window_ms)
            self.act.forget_before(self.state.floor)
            self.shedding.forget(self.state.floor)
            self.merger.kept.forget(hub_ms - 2 * self.state.window.reach)
            self._review.later(self.gate.unlearn(self.state.floor + 1))

    def review(self, hub_ms: int, *, late: bool = False) -> None:
        """Find raids, and judge anew whom a decision, a raid or a repetition may concern."""
        self._hub_ms = hub_ms
        if hub_ms - self._looked_ms >= LOOK_MS:
            self._look()
        if hub_ms - self._rested_ms >= RESTED_MS:
            self._rested_ms = hub_ms
            if span := self.gate.raids_changed():
                self._review.between(*span)
        self._review.some(hub_ms, late=late)
        self._review_anew()

    def _look(self) -> None:
        self._looked_ms, self._unlooked = self._hub_ms, 0
        self.gate.look(self.state.acquainted)

    def snapshot(self, at: int | None, t_ms: int) -> bytes:
        """The snapshot at ``at`` (None is T) as JSON. Raises ``ValueError`` for a time that is not held."""
        self.state.advance(t_ms)
        if at is not None and at > t_ms:
            raise ValueError(f"{at} ms has not come yet; T is {t_ms} ms")
        found = self.state.snapshot(t_ms if at is None else at)
        found = feeds.thinned(found, self.shedding.shed(found.at))
        sources = self.sources.at(found.at, found.numbers.sources)
        if not self._open:
            return encode_snapshot(feeds.said(found, sources, lambda _: None, lambda _: False))
        return encode_snapshot(feeds.said(found, sources, self.presenter.passes, self.gate.say))

    def _merge(self, record: Record) -> None:
        """What a worker has read counts as if this hub had read it."""
        news = self.merger.take(record, reading(self.state.config.tracks, self.config.moderation))
        if news is None:
            return
        places = self.offsets[MENTIONS.name]
        places[record.partition] = max(news.through + 1, places.get(record.partition, 0))
        for written in news.shed:
            self.shedding.leave_out(written)
        self._metrics.shed.inc(len(news.shed))
        if news.place is not None:
            offset, time = news.place
            self._note(msgspec.structs.replace(record, offset=offset, time=time))
            self._take(news.mentions, news.rows, news.judged)

    def _note(self, record: Record) -> None:
        self.applied_ms = max(self.applied_ms, record.time)
        if self._mark is None or record.time >= self._mark[2]:
            self._mark = (record.partition, record.offset, record.time)

    def _take(
        self, fresh: Sequence[tuple[Mention, int]], rows: Analysed | None = None, judged: Mapping[int, Judged] = NOTHING
    ) -> None:
        self.read += len(fresh)
        self.intake.take(fresh, self._hub_ms, rows, judged)
        self._unlooked += len(fresh)
        if self._unlooked >= LOOK_AFTER:
            self._look()
        self._review_anew()

    def _retract(self, retraction: Retraction) -> None:
        row = self.state.row(retraction.target) if retraction.scope == "post" else None
        self.state.retract(retraction)
        self.presenter.forget(retraction.target)
        if retraction.scope == "post":
            self.gate.forget(retraction.target)
            self.act.forget(retraction.target)
        if row is not None:
            self.gate.unhear(row)
            self._review_anew()
        if row is not None or retraction.scope == "author":
            self.presenter.remove()

    def _remember(self, record: Record) -> None:
        """What an earlier life wrote to ``memory``, or this one; places are only for a hub that has none."""
        if record.key.startswith("raid:"):
            self.gate.remember_raid(record.key.removeprefix("raid:"), record.value)
        elif not record.key.startswith("positions:"):
            self.state.memory.remember(record.key, record.value)
        elif record.value is not None and not self._open and not self._placed:
            self._stage.restore(placed(record.key, record.value))

    def _review_anew(self) -> None:
        """Judge those anew whose author said the same in posts that came or went."""
        if self._review.keys(self.gate.take_anew(), self._hub_ms):
            self.presenter.remove()
