"""The presenter: makes the feeds of what the state knows, and decides when. Figures and stories follow once a second, cards
twenty times, and what must go goes at once.

A snapshot is paced by the processor time that it costs, so that it never keeps the hub from hearing.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isinf
from typing import Any, Final, NamedTuple

import msgspec

from stream.act.book import LISTED as LISTED_WANTS
from stream.act.book import Book, Want, tally
from stream.act.permalink import permalink
from stream.analysis.state import State
from stream.config import ShowConfig
from stream.hub import feeds, focused, talk
from stream.hub.alerts import Sign
from stream.hub.board import Board
from stream.hub.gate import Gate, Passage
from stream.hub.metrics import Metrics
from stream.hub.pictures import Kind, Pictures
from stream.hub.river import River
from stream.hub.sourcebook import SourceBook
from stream.hub.stage import Scene, Stage
from stream.mention import Mention
from stream.moderation.raid import Raid
from stream.show.agenda import Agenda, between
from stream.wire.messages import Figures, Graph, encode
from stream.wire.snapshot import PersonNode, Snapshot, SourceState

SNAPSHOT_MS: Final = 1000
CARDS_MS: Final = 50
"""New cards come so often."""
SOON_MS: Final = 50
SHARE: Final = 4
"""A snapshot that takes c comes no sooner than this many times c after the one before, cards and removals too."""
SLOW_MS: Final = 40
"""Beyond this, and in a hub that is behind, a removal first leaves the newest feeds as they are but for its words."""
BEHIND_MS: Final = 250
"""Mentions that wait longer than this to be applied: no cards between snapshots, and fewer snapshots the longer they wait."""
SLOWEST: Final = 5
"""Snapshots of a hub that is behind come at most so many times more rarely."""
PATIENCE_MS: Final = 1000
"""However slow snapshots are, a removal waits no longer for a new one after the last."""
CATCH_UP_MS: Final = 30_000
"""So long a hub that was just started presents nothing until it has caught up: walls keep what an earlier life showed."""
RECENT: Final = 200
LISTED: Final = 200
RAID_DO: Final = "Look at it on the Posts page, and hide or approve all of it at once."
EXAMPLES: Final = 3
"""Posts of a raid that are shown to the staff."""


class Played(NamedTuple):
    """What feeds follow of the programme: the graph and node that the wall turns to, whether its picture is held, the T before
    which posts are cleared from the stories, and the agenda.
    """

    focus: tuple[Graph, str] | None = None
    frozen: bool = False
    fresh: int = 0
    agenda: Agenda = Agenda()


class Presenter:
    """Puts feeds on ``board`` and ``tablet`` and hands graphs to ``stage``; ``state_of`` is the state as it is now.

    ``shed`` tells how many posts of the window at T were left out.

    ``removed`` hears when words have left the feeds, at which hub time. ``timer`` is processor time in seconds.
    """

    def __init__(
        self,
        show: ShowConfig,
        *,
        state_of: Callable[[], State],
        gate: Gate,
        sources: SourceBook,
        shed: Callable[[int], int],
        board: Board,
        tablet: Board,
        stage: Stage,
        metrics: Metrics,
        removed: Callable[[float], None],
        window_ms: int,
        act: Book,
        timer: Callable[[], float] = time.thread_time,
        pictures: Pictures | None = None,
    ) -> None:
        self._pictures = pictures
        self._show = show
        self._state_of = state_of
        self._gate = gate
        self._sources = sources
        self._shed = shed
        self._board = board
        self._tablet = tablet
        self._stage = stage
        self._metrics = metrics
        self._removed = removed
        self._window_ms = window_ms
        self._act = act
        self._timer = timer
        self._river = River()
        self.posts: tuple[dict[str, Any], ...] = ()
        self.held: tuple[dict[str, Any], ...] = ()
        self.source_states: tuple[SourceState, ...] = ()
        self.raids: tuple[dict[str, Any], ...] = ()
        self._pinned: dict[str, None] = {}
        self.recent: deque[str] = deque(maxlen=RECENT)
        """Ids of the newest posts, the newest last."""
        self.snapshot: Snapshot | None = None
        """The newest that was presented."""
        self._played = Played()
        self._frozen: Snapshot | None = None
        """What the wall holds while its picture is frozen."""
        self._hub_ms = 0
        self._due_ms = 0.0
        self._pace_ms = 0.0
        self._soon_ms = 0.0
        self._words_ms = 0.0
        self._cards_ms = 0.0
        self._cost_ms = 0.0
        self._gone_s: float | None = None
        self._words_gone = False
        self._fresh = False
        self._new = False
        self._begun_ms = 0

    def play(self, played: Played) -> None:
        """Follow the programme from now on."""
        before, self._played = self._played, played
        self._frozen = (self._frozen or self.snapshot) if played.frozen else None
        if before != played:
            self.remove()

    def heard(self, post_id: str, *, shown: bool) -> None:
        """A new post, or a new edit of one; ``shown`` when it may be a card at once."""
        self.recent.append(post_id)
        self._new = True
        self._fresh = self._fresh or shown

    def freshen(self) -> None:
        """There may be a new card."""
        self._fresh = True

    def pin(self, post_id: str, on: bool) -> None:
        """A post stands first among the stories from now on, the newest pin before others, or no more."""
        self._pinned.pop(post_id, None)
        if on:
            self._pinned = {post_id: None, **self._pinned}

    def remove(self) -> None:
        """Something may be in the feeds that must go."""
        self._words_gone = True
        if self._gone_s is None:
            self._gone_s = time.perf_counter()

    def tick(self, hub_ms: int, t_ms: int, behind_ms: float = 0.0) -> None:
        """Make what is due. ``behind_ms`` is how long the next mention has waited to be applied.

        It is infinite while a hub reads for the first time what was said before it.
        """
        self._hub_ms = hub_ms
        self._begun_ms = self._begun_ms or hub_ms
        if self.snapshot is None and isinf(behind_ms) and hub_ms < self._begun_ms + CATCH_UP_MS:
            return
        late = behind_ms > BEHIND_MS
        later_ms = (min(behind_ms / BEHIND_MS, SLOWEST) - 1) * self._pace_ms if late else 0.0
        gone, before = self._gone_s is not None, self.snapshot
        slow = late or self._cost_ms > SLOW_MS
        if self._words_gone and before is not None and slow and hub_ms >= self._words_ms:
            self._tell_words(before, hub_ms)
        first = self._new and before is not None and not before.numbers.posts
        if (first and not late) or hub_ms >= (self._soon_ms if gone and not late else self._due_ms + later_ms):
            self._present(hub_ms, t_ms)
        elif self._fresh and not late and hub_ms >= self._cards_ms:
            self._renew_cards(hub_ms, t_ms)

    def passes(self, post_id: str) -> tuple[Mention, Passage] | None:
        """The newest edit of a post and whether its words may leave now; None when it is gone."""
        row = self._state_of().row(post_id)
        return None if row is None else (row, self._gate.passage(post_id, row, self._hub_ms))

    def knows(self, graph: Graph, node_id: str) -> bool:
        """Whether the newest snapshot has that node."""
        if self.snapshot is None:
            return False
        nodes: Iterable[Any] = self.snapshot.topics.nodes if graph == "topics" else self.snapshot.people.nodes
        return any(node.id == node_id for node in nodes)

    def strongest(self, most: int) -> dict[str, list[str]]:
        """Ids of the strongest nodes of each graph."""
        if self.snapshot is None:
            return {}
        found: dict[str, Iterable[Any]] = {
            "topics": self.snapshot.topics.nodes[:most],
            "people": self.snapshot.people.nodes[:most],
        }
        return {graph: [node.id for node in nodes] for graph, nodes in found.items()}

    def _present(self, hub_ms: int, t_ms: int) -> None:
        """A new snapshot, and every feed of it."""
        first, begun = self.snapshot is None, self._timer()
        with self._metrics.snapshot_s.time():
            snapshot = self.snapshot = feeds.thinned(self._state_of().snapshot(t_ms), self._shed(t_ms))
        if self._frozen is None:
            self._hand(snapshot)
            self._tell_cards(snapshot, hub_ms)
        else:
            self._rename(self._frozen)
            self._tell_cards(self._frozen, hub_ms)
        if self._played.frozen and self._frozen is None:
            self._frozen = snapshot  # a hub that comes back to a frozen wall holds its first picture
        self._tell_staff(snapshot, hub_ms)
        if self._gone_s is not None:
            self._removed(hub_ms)
            self._metrics.removal_s.observe(time.perf_counter() - self._gone_s)
        self._gone_s = None
        self._words_gone = self._fresh = self._new = False
        # The first one loads compiled code: what it took says nothing of the next.
        self._cost_ms = 0.0 if first else (self._timer() - begun) * 1000
        self._pace_ms = max(SNAPSHOT_MS, SHARE * self._cost_ms)
        self._due_ms = hub_ms + self._pace_ms
        self._soon_ms = hub_ms + max(SOON_MS, min(SHARE * self._cost_ms, self._cost_ms + PATIENCE_MS))

    def _hand(self, snapshot: Snapshot) -> None:
        """Both graphs to the stage."""
        say, topics, people = self._gate.say, snapshot.topics, snapshot.people
        topic_names = feeds.topic_names(topics.nodes, say)
        people_names = feeds.people_names(people.nodes, say, self._vouched)
        self._stage.hand(Scene("topics", topics.nodes, topics.edges, snapshot.rising, len(topics.nodes), topic_names))
        self._stage.hand(Scene("people", people.nodes, people.edges, (), len(people.nodes), people_names))

    def _rename(self, snapshot: Snapshot) -> None:
        """The names in both graphs that may be shown now."""
        self._stage.name("topics", feeds.topic_names(snapshot.topics.nodes, self._gate.say))
        self._stage.name("people", feeds.people_names(snapshot.people.nodes, self._gate.say, self._vouched))

    def _renew_cards(self, hub_ms: int, t_ms: int) -> None:
        """The stories of now; all else stays as the last snapshot had it."""
        if self.snapshot is None or self._frozen is not None:
            return
        begun, state = self._timer(), self._state_of()
        state.advance(t_ms)
        told = msgspec.structs.replace(self.snapshot, at=t_ms, stories=state.stories())
        self._board.put("stories", encode(feeds.stories(told, hub_ms, self._may_be_told, self._gate.say, self._pinned)))
        self._fresh = False
        self._cards_ms = hub_ms + max(CARDS_MS, SHARE * (self._timer() - begun) * 1000)

    def _tell_words(self, snapshot: Snapshot, hub_ms: int) -> None:
        """Take what must go out of the feeds of an older snapshot, while a new one takes its time."""
        begun = self._timer()
        shown = self._frozen or snapshot
        self._rename(shown)
        self._tell_cards(shown, hub_ms)
        self._tell_staff(snapshot, hub_ms)
        self._removed(hub_ms)
        self._words_gone = False
        self._words_ms = hub_ms + SHARE * (self._timer() - begun) * 1000

    def _tell_cards(self, snapshot: Snapshot, hub_ms: int) -> None:
        """Stories and figures for the walls."""
        told = feeds.stories(snapshot, hub_ms, self._may_be_told, self._gate.say, self._pinned, self._pictured)
        self._board.put("stories", encode(told))
        river = self._river.of(snapshot, feeds.topic_names(snapshot.topics.nodes, self._gate.say))
        sessions = between(self._played.agenda, snapshot.at - self._window_ms, snapshot.at)
        self._board.put(
            "figures", encode(msgspec.structs.replace(self._figures(snapshot, hub_ms), river=river, sessions=sessions))
        )

        self._tell_focus(snapshot, hub_ms)

    def _tell_focus(self, snapshot: Snapshot, hub_ms: int) -> None:
        """What is known of the node that the wall turns to."""
        turned = self._played.focus
        told = turned and focused.of(snapshot, *turned, hub_ms, self._may_be_told, self._gate.say, self._vouched)
        if told:
            self._board.put("focused", encode(told))
        else:
            self._board.drop("focused")

    def _tell_staff(self, snapshot: Snapshot, hub_ms: int) -> None:
        """What tablets read: always what is now, also while the wall's picture is held."""
        figures = self._figures(snapshot, hub_ms)
        told = {"numbers": figures.numbers, "rising": figures.rising}
        self._put("numbers", hub_ms, {"T": figures.T, "window_s": figures.window_s, **told})
        self.source_states = self._sources.now(hub_ms, snapshot.numbers.sources)
        self._put("sources", hub_ms, {"sources": self.source_states})
        self._put("conversation", hub_ms, talk.told(snapshot, self.passes, self._gate.say, self._vouched))
        self._tell_posts(hub_ms)
        self.tell_act(hub_ms)

    def tell_act(self, hub_ms: int) -> None:
        """Posts that want an answer, as they stand now."""
        wants = self._wants()
        posts = [self._wanted(want, hub_ms) for want in wants[:LISTED_WANTS]]
        told = msgspec.to_builtins(tally(wants))
        self._put("act", hub_ms, {**told, "knows_us": self._act.knows_us, "posts": [p for p in posts if p is not None]})

    def _wants(self) -> list[Want]:
        return self._act.wants(self._state_of().living)

    def _wanted(self, want: Want, hub_ms: int) -> dict[str, Any] | None:
        row = self._state_of().row(want.id)
        if row is None:
            return None
        post = feeds.post(row, want.id, self._gate.passage(want.id, row, hub_ms))
        more = {"followers": row.author.followers, "url": permalink(row), "reasons": want.reasons.words}
        return {**post, **more, "stands": want.state, "by": want.by, "since": want.since, "own": want.own}

    def _figures(self, snapshot: Snapshot, hub_ms: int) -> Figures:
        age_s = self._sources.age_ms(hub_ms) / 1000
        made = feeds.figures(snapshot, self._gate.held_count(), hub_ms, age_s, self._gate.say, self._vouched)
        return msgspec.structs.replace(made, answers=tally(self._wants()))

    def _may_be_told(self, post_id: str) -> tuple[Mention, Passage] | None:
        """``passes`` for stories on the wall: posts from before a fresh start are cleared."""
        found = self.passes(post_id)
        return found if found is not None and found[0].at >= self._played.fresh else None

    def _tell_posts(self, hub_ms: int) -> None:
        """The newest posts, and those that wait for a decision."""
        recent = [self._post(post_id, hub_ms) for post_id in dict.fromkeys(reversed(self.recent))]
        self.posts = tuple(post for post in recent if post is not None)
        held: list[dict[str, Any]] = []
        raided = 0
        for post_id, waiting in self._gate.held():
            if waiting.raid:
                raided += 1
                continue
            if len(held) == LISTED:
                continue
            post = self._post(post_id, hub_ms)
            if post is not None:
                held.append({**post, "since": waiting.since})
        self.held = tuple(reversed(held))
        self._metrics.held.set(self._gate.held_count())
        self._put("posts", hub_ms, {"posts": self.posts})
        self.raids = tuple(self._raid(raid, hub_ms) for raid in self._gate.raids())
        undecided = sum(not raid["decided"] for raid in self.raids)
        self._put("held", hub_ms, {"total": self._gate.held_count() - raided + undecided, "posts": self.held})
        self._put("raids", hub_ms, {"raids": self.raids})

    def raid_signs(self) -> tuple[Sign, ...]:
        """Raids that wait for a decision, for whoever does not look at the tablet."""
        return tuple(
            Sign(
                "raid",
                raid["id"],
                f"A raid: {raid['accounts']} accounts say nearly the same; all of it is held.",
                RAID_DO,
                0,
                1,
            )
            for raid in self.raids
            if not raid["decided"]
        )

    def _raid(self, raid: Raid, hub_ms: int) -> dict[str, Any]:
        """A raid as the staff's tablets read it: one decision, with its evidence."""
        newest = [self._post(post_id, hub_ms) for post_id in list(raid.members)[-4 * EXAMPLES :]]
        examples = {post["text"]: post for post in newest if post is not None}
        return {
            "id": raid.id,
            "start": raid.start,
            "newest": raid.newest,
            "posts": len(raid.members),
            "accounts": len(raid.accounts),
            "strangers": raid.strangers,
            "alike": raid.alike,
            "texts": len(raid.texts),
            "decided": raid.decided,
            "examples": list(examples.values())[-EXAMPLES:],
        }

    def _pictured(self, cards: Sequence[tuple[str, Mention]]) -> Mapping[str, Mapping[Kind, str]]:
        """The pictures that cards may show; of posts whose words may not leave, none is kept."""
        return {} if self._pictures is None else self._pictures.tell(cards, self._stands)

    def _stands(self, post_id: str) -> bool:
        found = self.passes(post_id)
        return found is not None and found[1].state in ("shown", "waiting")

    def _post(self, post_id: str, hub_ms: int) -> dict[str, Any] | None:
        row = self._state_of().row(post_id)
        if row is None:
            return None
        pictures = self._pictures.of(post_id) if self._pictures is not None else []
        post = feeds.post(row, post_id, self._gate.passage(post_id, row, hub_ms), pinned=post_id in self._pinned)
        return {**post, "pictures": pictures}

    def _vouched(self, node: PersonNode) -> bool:
        """Whether a person may be named: with approval, only the house's own people and who was approved."""
        return self._show.mode == "delay" or node.role != "public" or self._gate.approved_author(node.id)

    def _put(self, channel: str, hub_ms: int, told: Mapping[str, Any]) -> None:
        self._tablet.put(channel, msgspec.json.encode({"at": hub_ms, **told}))
