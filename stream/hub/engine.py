"""The engine: applies what the log says to the state and its moderation, and makes the feeds. Synchronous and pure.

Everything here happens in one thread; the clocks are arguments. Figures and stories follow once a second, a removal at once.
"""

from __future__ import annotations

import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import msgspec
import structlog

from stream import mention
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.config import Config
from stream.hub import checkpoint, feeds, subjects
from stream.hub.board import Board
from stream.hub.gate import Gate, Passage, fingerprint
from stream.hub.memoir import Memoir
from stream.hub.metrics import Metrics
from stream.hub.stage import Scene, Stage
from stream.log import MEMORY, MENTIONS, RETRACTIONS, Record
from stream.mention import Mention, Retraction, Unreadable
from stream.moderation import Chain
from stream.wire.messages import encode
from stream.wire.snapshot import PersonNode, Snapshot, SourceState
from stream.wire.snapshot import encode as encode_snapshot

SNAPSHOT_MS: Final = 1000
CARDS_MS: Final = 100
"""New cards come so often."""
SOON_MS: Final = 50
SHARE: Final = 4
"""A snapshot that takes c comes no sooner than this many times c after the one before, cards too; a removal waits for two."""
SLOW_MS: Final = 40
"""Beyond this, a removal first leaves the newest feeds as they are but for its words, then makes new ones."""
PRUNE_MS: Final = 5000
RECENT: Final = 200
LISTED: Final = 200
REVIEWED: Final = 500
"""Posts judged anew in one tick after a decision about a term."""

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
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.config = config
        self.window_ms = config.hub.window_s * 1000
        self.state = State(config, self.window_ms, memory)
        self.gate = Gate(config.show, Chain(config.moderation))
        self.offsets: dict[str, dict[int, int]] = {MENTIONS.name: {}, RETRACTIONS.name: {}, MEMORY.name: {}}
        self.applied_ms = 0
        """Log time of the newest mention applied."""
        self.posts: tuple[dict[str, Any], ...] = ()
        self.held: tuple[dict[str, Any], ...] = ()
        self._board = board
        self._tablet = tablet
        self._stage = stage
        self._metrics = metrics
        self._removed = removed
        self._timer = timer
        self._open = False
        self._snapshot: Snapshot | None = None
        self._due_ms = 0.0
        self._soon_ms = 0.0
        self._cards_ms = 0.0
        self._cost_ms = 0.0
        self._pruned_ms = 0.0
        self._hub_ms = 0
        self._blocked: set[str] = set()
        self._terms: set[str] = set()
        self._terms_then: set[str] = set()
        self._memoir = Memoir(config.clock.speed if config.clock.mode != "live" else 1.0)
        self._mark: tuple[int, int, int] | None = None
        self._heard: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._recent: deque[str] = deque(maxlen=RECENT)
        self._pulse_seq = 0
        self._gone = False
        self._fresh = False
        self._to_review: Iterator[Mention] = iter(())

    def begin(self) -> None:
        """What staff decided and who is gone is known: posts may be shown."""
        self._open = True
        for author in sorted(self.state.gone.blocked - self._blocked):
            self.state.block(author, False)
        if self._terms != self._terms_then:
            self._to_review = self.state.rows()

    def apply(self, records: Sequence[Record], hub_ms: int) -> None:
        """Records of ``mentions``, ``retractions`` and ``memory`` in the order of the log; broken ones are counted."""
        self._hub_ms = hub_ms
        fresh: list[tuple[Mention, int]] = []
        for record in records:
            try:
                if record.topic == MENTIONS.name:
                    fresh.append((mention.validate(mention.decode(record.value or b"")), record.time))
                    self._note(record)
                elif record.topic == RETRACTIONS.name:
                    self._retract(mention.decode_retraction(record.value or b""))
                elif record.topic == MEMORY.name:
                    self.state.memory.remember(record.key, record.value)
            except (Unreadable, ValueError, msgspec.DecodeError) as fault:
                self._metrics.dead.labels(record.topic).inc()
                log.warning("a record cannot be read", topic=record.topic, offset=record.offset, fault=str(fault))
            self.offsets[record.topic][record.partition] = record.offset + 1
        if fresh:
            self._add(fresh)

    def decide(self, subject: str, value: Mapping[str, Any] | None) -> None:
        """A decision about a post, an author or a term takes effect."""
        kind, key = subjects.parse(subject)
        if kind == "post":
            self.gate.decide(key, value)
            row = self.state.row(key)
            if row is not None:
                self.state.show(key, self.gate.review(key, row, self._hub_ms))
        else:
            on = value is not None
            self.gate.block(kind, key, on)
            blocked = self._blocked if kind == "author" else self._terms
            (blocked.add if on else blocked.discard)(key)
            if kind == "author":
                self.state.block(key, on)
            elif self._open:
                self._to_review = self.state.rows()
        self._gone = True

    def approval(self, post_id: str) -> str:
        """The fingerprint of what would be approved now. Raises ``KeyError`` for a post that is not in the window."""
        row = self.state.row(post_id)
        if row is None:
            raise KeyError(post_id)
        return fingerprint(row)

    def memories(self, hub_ms: int, t_ms: int) -> dict[str, bytes]:
        """What is to be written to ``memory`` now, by subject."""
        if not self._open or self.state.t is None:
            return {}
        return self._memoir.due(self.state, hub_ms, t_ms)

    def heard(self) -> dict[str, int]:
        """Log time of each source's newest mention."""
        return dict(self._heard)

    def save(self) -> checkpoint.Saved:
        """What a later life needs to go on from here."""
        return checkpoint.Saved(
            made_for=checkpoint.made_for(self.config),
            offsets={topic: dict(offsets) for topic, offsets in self.offsets.items()},
            mark=self._mark,
            state=self.state.to_bytes(),
            gate=self.gate.save(),
            heard=self._heard,
            newest=self._newest,
            recent=list(self._recent),
            terms=sorted(self._terms),
            spoke=self._memoir.save(),
            places=self._stage.positions(),
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
        self._heard, self._newest = dict(saved.heard), dict(saved.newest)
        self._recent.extend(saved.recent)
        self._terms_then = set(saved.terms)
        self._memoir.restore(saved.spoke)
        self._stage.restore({"topics": saved.places.get("topics", {}), "people": saved.places.get("people", {})})

    def tick(self, hub_ms: int, t_ms: int) -> None:
        """Make what is due; at least ten times a second."""
        self._hub_ms = hub_ms
        self.state.advance(t_ms)
        self._pulse_seq, interactions = self.state.interactions(self._pulse_seq)
        if interactions:
            self._stage.pulse(interactions)
        if not self._open:
            return
        self._review_some()
        if self.gate.ripe(hub_ms):
            self._fresh = True
        if self._gone and self._snapshot is not None and self._cost_ms > SLOW_MS:
            self._tell_words(self._snapshot, hub_ms)
        if hub_ms >= (self._soon_ms if self._gone else self._due_ms):
            self._present(hub_ms, t_ms)
        elif self._fresh and hub_ms >= self._cards_ms:
            self._renew_cards(hub_ms, t_ms)
        if hub_ms - self._pruned_ms >= PRUNE_MS:
            self._pruned_ms = hub_ms
            self.gate.prune(hub_ms - 2 * self.window_ms)

    def snapshot(self, at: int | None, t_ms: int) -> bytes:
        """The snapshot at ``at`` (None is T) as JSON. Raises ``ValueError`` for a time that is not held."""
        self.state.advance(t_ms)
        found = self.state.snapshot(t_ms if at is None else at)
        say = self.gate.say if self._open else _nothing
        return encode_snapshot(feeds.said(found, self._sources(found), self._passes, say))

    def _note(self, record: Record) -> None:
        self.applied_ms = max(self.applied_ms, record.time)
        if self._mark is None or record.time >= self._mark[2]:
            self._mark = (record.partition, record.offset, record.time)

    def _add(self, fresh: Sequence[tuple[Mention, int]]) -> None:
        """Take mentions into the state, and judge every post that is new or was changed."""
        heard: dict[str, int] = {}
        for m, taken in fresh:
            self._heard[m.source] = max(taken, self._heard.get(m.source, 0))
            self._newest[m.source] = max(m.at, self._newest.get(m.source, 0))
            if m.kind != "tally":
                self._memoir.hear(m)
                post_id = m.target.id if m.kind == "edit" and m.target is not None else m.id
                heard[post_id] = max(taken, heard.get(post_id, 0))
        before = {post_id: self.state.row(post_id) for post_id in heard}
        self._take([m for m, _ in fresh])
        for post_id, taken in heard.items():
            row = self.state.row(post_id)
            if row is None or row == before[post_id]:
                continue
            counts = self.gate.hear(post_id, row, taken)
            if before[post_id] is not None:
                self.state.show(post_id, counts)
                self._gone = True
            elif not counts:
                self.state.show(post_id, False)
            if row.kind != "repost":
                self._recent.append(post_id)
                self._fresh = self._fresh or self.gate.passage(post_id, row, self._hub_ms).state == "shown"

    def _take(self, mentions: Sequence[Mention]) -> None:
        """Add to the state; a mention that it cannot stand is left out, so that one post never stops the wall."""
        try:
            self.state.add(mentions)
        except (ArithmeticError, LookupError, TypeError, ValueError) as fault:
            if len(mentions) > 1:
                for m in mentions:
                    self._take([m])
                return
            self._metrics.dead.labels(MENTIONS.name).inc()
            where = traceback.extract_tb(fault.__traceback__)[-1]
            place = f"{where.filename}:{where.lineno}"
            log.error("a mention broke the analysis", id=mentions[0].id, fault=type(fault).__name__, place=place)

    def _retract(self, retraction: Retraction) -> None:
        known = retraction.scope == "author" or self.state.row(retraction.target) is not None
        self.state.retract(retraction)
        if retraction.scope == "post":
            self.gate.forget(retraction.target)
        self._gone = self._gone or known

    def _review_some(self) -> None:
        """Judge some of the posts anew that a decision about a term may concern."""
        for row in islice(self._to_review, REVIEWED):
            self.state.show(row.id, self.gate.review(row.id, row, self._hub_ms))

    def _present(self, hub_ms: int, t_ms: int) -> None:
        """A new snapshot, and every feed of it."""
        begun = self._timer()
        snapshot = self._snapshot = self.state.snapshot(t_ms)
        took = self._timer() - begun
        self._metrics.snapshot_s.observe(took)
        say, topics, people = self.gate.say, snapshot.topics, snapshot.people
        topic_names = feeds.topic_names(topics.nodes, say)
        people_names = feeds.people_names(people.nodes, say, self._vouched)
        self._stage.hand(Scene("topics", topics.nodes, topics.edges, snapshot.rising, len(topics.nodes), topic_names))
        self._stage.hand(Scene("people", people.nodes, people.edges, (), len(people.nodes), people_names))
        self._tell_cards(snapshot, hub_ms)
        if self._gone:
            self._removed(hub_ms)
        self._gone = self._fresh = False
        self._cost_ms = (self._timer() - begun) * 1000
        self._due_ms = hub_ms + max(SNAPSHOT_MS, SHARE * self._cost_ms)
        self._soon_ms = hub_ms + max(SOON_MS, 2 * self._cost_ms)

    def _renew_cards(self, hub_ms: int, t_ms: int) -> None:
        """The stories of now; all else stays as the last snapshot had it."""
        if self._snapshot is None:
            return
        begun = self._timer()
        told = msgspec.structs.replace(self._snapshot, at=t_ms, stories=self.state.stories())
        self._board.put("stories", encode(feeds.stories(told, hub_ms, self._passes, self.gate.say)))
        self._fresh = False
        self._cards_ms = hub_ms + max(CARDS_MS, SHARE * (self._timer() - begun) * 1000)

    def _tell_words(self, snapshot: Snapshot, hub_ms: int) -> None:
        """Take what must go out of the feeds of an older snapshot, while a new one takes its time."""
        say = self.gate.say
        self._stage.name("topics", feeds.topic_names(snapshot.topics.nodes, say))
        self._stage.name("people", feeds.people_names(snapshot.people.nodes, say, self._vouched))
        self._tell_cards(snapshot, hub_ms)
        self._removed(hub_ms)

    def _tell_cards(self, snapshot: Snapshot, hub_ms: int) -> None:
        """Stories and figures, and what tablets read of them."""
        say = self.gate.say
        self._board.put("stories", encode(feeds.stories(snapshot, hub_ms, self._passes, say)))
        age_s = max(0, hub_ms - max(self._heard.values(), default=hub_ms)) / 1000
        figures = feeds.figures(snapshot, self.gate.held_count(), hub_ms, age_s, say)
        self._board.put("figures", encode(figures))
        told = {"numbers": figures.numbers, "rising": figures.rising}
        self._put("numbers", hub_ms, {"T": figures.T, "window_s": figures.window_s, **told})
        rates = snapshot.numbers.sources
        self._put("sources", hub_ms, {"sources": feeds.source_states(self._heard, rates, hub_ms, self.window_ms)})
        self._tell_posts(hub_ms)

    def _tell_posts(self, hub_ms: int) -> None:
        """The newest posts, and those that wait for a decision."""
        recent = [self._post(post_id, hub_ms) for post_id in dict.fromkeys(reversed(self._recent))]
        self.posts = tuple(post for post in recent if post is not None)
        held: list[dict[str, Any]] = []
        for post_id, waiting in self.gate.held():
            post = self._post(post_id, hub_ms)
            if post is not None:
                held.append({**post, "since": waiting.since})
            if len(held) == LISTED:
                break
        self.held = tuple(reversed(held))
        self._metrics.held.set(self.gate.held_count())
        self._put("posts", hub_ms, {"posts": self.posts})
        self._put("held", hub_ms, {"total": self.gate.held_count(), "posts": self.held})

    def _post(self, post_id: str, hub_ms: int) -> dict[str, Any] | None:
        row = self.state.row(post_id)
        return None if row is None else feeds.post(row, post_id, self.gate.passage(post_id, row, hub_ms))

    def _passes(self, post_id: str) -> tuple[Mention, Passage] | None:
        row = self.state.row(post_id) if self._open else None
        return None if row is None else (row, self.gate.passage(post_id, row, self._hub_ms))

    def _vouched(self, node: PersonNode) -> bool:
        """Whether a person may be named: with approval, only the house's own people and who was approved."""
        return self.config.show.mode == "delay" or node.role != "public" or self.gate.approved_author(node.id)

    def _put(self, channel: str, hub_ms: int, told: Mapping[str, Any]) -> None:
        self._tablet.put(channel, msgspec.json.encode({"at": hub_ms, **told}))

    def _sources(self, snapshot: Snapshot) -> tuple[SourceState, ...]:
        """How the sources do in event time, a function of the log."""
        return feeds.source_states(self._newest, snapshot.numbers.sources, snapshot.at, self.window_ms)


def _nothing(words: str) -> bool:  # noqa: ARG001
    """Before it is known what staff decided, nothing may be said."""
    return False
