"""The presenter: makes the feeds of what the state knows, and decides when. Figures and stories follow once a second, cards
twenty times, and what must go goes at once.

A snapshot is paced by the processor time that it costs, so that it never keeps the hub from hearing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isinf
from typing import Any, Final, NamedTuple

import msgspec

from stream.act.book import Book
from stream.analysis.extract import key_of
from stream.analysis.state import State
from stream.config import ShowConfig
from stream.hub import feeds, focused, talk
from stream.hub.board import Board
from stream.hub.feeds import Featured, Names
from stream.hub.gate import Gate, Passage
from stream.hub.metrics import Metrics
from stream.hub.pictures import Kind, Pictures
from stream.hub.river import River
from stream.hub.sourcebook import SourceBook
from stream.hub.staffroom import Staffroom
from stream.hub.stage import Scene, Stage
from stream.hub.tape import Tape
from stream.mention import Mention
from stream.show.agenda import Agenda, between
from stream.wire.lookback import Back
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
SLOWER_MS: Final = 100
"""With each so many ms more, a snapshot comes later by once what would part it from the one before."""
SLOWEST: Final = 5
"""Snapshots of a hub that is behind come at most so many times more rarely."""
PATIENCE_MS: Final = 1000
"""However slow snapshots are, a removal waits no longer for a new one after the last."""
CATCH_UP_MS: Final = 30_000
"""So long a hub that was just started presents nothing until it has caught up: walls keep what an earlier life showed."""


class Played(NamedTuple):
    """What feeds follow of the programme: the graph and node that the wall turns to, whether its picture is held, the T before
    which posts are cleared from the stories, the agenda, how the wall looks back, and the posts that stand large on a screen.
    """

    focus: tuple[Graph, str] | None = None
    frozen: bool = False
    fresh: int = 0
    agenda: Agenda = Agenda()
    back: Back | None = None
    featured: tuple[Featured, ...] = ()


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
        self._faces: dict[str, str] = {}
        """The avatars that cards show, by author."""
        self._show = show
        self._state_of = state_of
        self._gate = gate
        self._sources = sources
        self._shed = shed
        self._board = board
        self._stage = stage
        self._metrics = metrics
        self._removed = removed
        self._window_ms = window_ms
        self._timer = timer
        self._river = River()
        self.source_states: tuple[SourceState, ...] = ()
        self._pinned: dict[str, None] = {}
        """The newest last."""
        self.staff = Staffroom(
            state_of=state_of,
            gate=gate,
            tablet=tablet,
            metrics=metrics,
            act=act,
            pinned=self._pinned.keys(),
            pictures=pictures,
        )
        self.snapshot: Snapshot | None = None
        """The newest that was presented."""
        self._played = Played()
        self._frozen: Snapshot | None = None
        """What the wall holds while its picture is frozen."""
        self._tape: Tape | None = None
        """What a look back plays."""
        self._past: Snapshot | None = None
        """The moment of it that the wall shows."""
        self._hub_ms = 0
        self._due_ms = 0.0
        self._pace_ms = 0.0
        self._soon_ms = 0.0
        self._words_ms = 0.0
        self._cards_ms = 0.0
        self._cost_ms = 0.0
        self._staff_ms = 0.0
        """What telling the staff has cost the last time."""
        self._untold: Names | None = None
        """The names of the newest snapshot, as long as the staff have not been told of it."""
        self._gone_s: float | None = None
        self._words_gone = False
        self._fresh = False
        self._new = False
        self._begun_ms = 0

    def play(self, played: Played) -> None:
        """Follow the programme from now on."""
        before, self._played = self._played, played
        self._frozen = (self._frozen or self.snapshot) if played.frozen else None
        if played.back is None:
            self._past = None
        if before != played:
            self.remove()

    def record(self, tape: Tape | None) -> None:
        """The tape that a look back will play: from now on whatever goes is taken from it too."""
        self._tape = tape

    def forget(self, who_or_what: str) -> None:
        """A post, or everything of an author, by id, is gone or is another now, whether the state has it or not."""
        if self._tape is not None:
            self._tape.forget(who_or_what)
            self.remove()

    @property
    def looks_back(self) -> bool:
        """Whether the wall shows the past."""
        return self._played.back is not None

    def heard(self, post_id: str, *, shown: bool) -> None:
        """A new post, or a new edit of one; ``shown`` when it may be a card at once."""
        self.staff.recent.append(post_id)
        self._new = True
        self._fresh = self._fresh or shown

    def freshen(self) -> None:
        """There may be a new card."""
        self._fresh = True

    def pin(self, post_id: str, on: bool) -> None:
        """A post stands first among the stories from now on, the newest pin before others, or no more."""
        self._pinned.pop(post_id, None)
        if on:
            self._pinned[post_id] = None

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
        later_ms = min((behind_ms - BEHIND_MS) / SLOWER_MS, SLOWEST - 1) * self._pace_ms if late else 0.0
        gone, before = self._gone_s is not None, self.snapshot
        slow = late or self._cost_ms > SLOW_MS
        if self._words_gone and before is not None and slow and hub_ms >= self._words_ms:
            self._tell_words(before, hub_ms)
        first = self._new and before is not None and not before.numbers.posts
        due = (first and not late) or hub_ms >= (self._soon_ms if gone and not late else self._due_ms + later_ms)
        if self._fresh and not late and hub_ms >= self._cards_ms and not (due and gone):
            self._renew_cards(hub_ms, t_ms)
        if due:
            self._present(hub_ms, t_ms)
        elif before is not None and self._untold is not None and not gone:
            self._tell_staff(before, self._untold, hub_ms)

    def passes(self, post_id: str, hub_ms: int | None = None) -> tuple[Mention, Passage] | None:
        """The newest edit of a post and whether its words may leave, by default now; None when it is gone."""
        row = self._state_of().row(post_id)
        when = self._hub_ms if hub_ms is None else hub_ms
        return None if row is None else (row, self._gate.passage(post_id, row, when))

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
        """A new snapshot, and every feed of it; the staff's have a turn of their own, so that others wait less long for this
        one, unless something has to go from them.
        """
        first, begun = self.snapshot is None, self._timer()
        with self._metrics.snapshot_s.time():
            snapshot = self.snapshot = feeds.thinned(self._state_of().snapshot(t_ms), self._shed(t_ms))
        self._look_back(hub_ms)
        names = self._names(snapshot)
        shown = self._frozen or self._past or snapshot
        said = names if shown is snapshot else self._names(shown)
        if self._frozen is None:
            self._hand(shown, said)
        else:
            self._rename(said)
        self._tell_cards(shown, said, hub_ms)
        if self._played.frozen and self._frozen is None:
            self._frozen = snapshot  # a hub that comes back to a frozen wall holds its first picture
        self._untold = names
        if first or self._gone_s is not None:
            self._tell_staff(snapshot, names, hub_ms)
        if self._gone_s is not None:
            self._removed(hub_ms)
            self._metrics.removal_s.observe(time.perf_counter() - self._gone_s)
        self._gone_s = None
        self._words_gone = self._fresh = self._new = False
        # The first one loads compiled code: what it took says nothing of the next.
        told_ms = self._staff_ms if self._untold is not None else 0.0
        self._cost_ms = 0.0 if first else (self._timer() - begun) * 1000 + told_ms
        self._pace_ms = max(SNAPSHOT_MS, SHARE * self._cost_ms)
        self._due_ms = hub_ms + self._pace_ms
        self._soon_ms = hub_ms + max(SOON_MS, min(SHARE * self._cost_ms, self._cost_ms + PATIENCE_MS))

    def _look_back(self, hub_ms: int) -> None:
        """Find the moment of the past that the wall shows."""
        back, tape = self._played.back, self._tape
        self._past = tape.at(back.shown(hub_ms)) if back is not None and tape is not None else None

    def _names(self, snapshot: Snapshot) -> Names:
        """The names in a snapshot that may be shown now."""
        return feeds.names(snapshot, self._gate.say, self._vouched)

    def _hand(self, snapshot: Snapshot, names: Names) -> None:
        """Both graphs to the stage."""
        topics, people = snapshot.topics, snapshot.people
        self._stage.hand(Scene("topics", topics.nodes, topics.edges, snapshot.rising, len(topics.nodes), names.topics))
        self._stage.hand(Scene("people", people.nodes, people.edges, (), len(people.nodes), names.people))

    def _rename(self, names: Names) -> None:
        """Other names for what both graphs show."""
        self._stage.name("topics", names.topics)
        self._stage.name("people", names.people)

    def _renew_cards(self, hub_ms: int, t_ms: int) -> None:
        """The stories of now; all else stays as the last snapshot had it."""
        if self.snapshot is None or self._frozen is not None or self._past is not None:
            return
        begun, state = self._timer(), self._state_of()
        state.advance(t_ms)
        told = msgspec.structs.replace(self.snapshot, at=t_ms, stories=state.stories())
        self._tell_stories(told, hub_ms)
        self._fresh = False
        self._cards_ms = hub_ms + max(CARDS_MS, SHARE * (self._timer() - begun) * 1000)

    def _tell_words(self, snapshot: Snapshot, hub_ms: int) -> None:
        """Take what must go out of the feeds of an older snapshot, while a new one takes its time."""
        begun = self._timer()
        shown = self._frozen or self._past or snapshot
        names = self._names(snapshot)
        said = names if shown is snapshot else self._names(shown)
        self._rename(said)
        self._tell_cards(shown, said, hub_ms)
        self._tell_staff(snapshot, names, hub_ms)
        self._removed(hub_ms)
        self._words_gone = False
        self._words_ms = hub_ms + SHARE * (self._timer() - begun) * 1000

    def _tell_cards(self, snapshot: Snapshot, names: Names, hub_ms: int) -> None:
        """Stories and figures for the walls."""
        self._tell_stories(snapshot, hub_ms)
        river = self._river.of(snapshot, names.topics)
        sessions = between(self._played.agenda, snapshot.at - self._window_ms, snapshot.at)
        self._board.put(
            "figures", encode(msgspec.structs.replace(self._figures(snapshot, hub_ms), river=river, sessions=sessions))
        )

        self._tell_focus(snapshot, hub_ms)

    def _tell_stories(self, snapshot: Snapshot, hub_ms: int) -> None:
        pinned = () if self._past is not None else tuple(reversed(self._pinned))
        told = feeds.stories(
            snapshot, hub_ms, self._may_be_told, self._gate.say, pinned, self._pictured, self._played.featured
        )
        self._board.put("stories", encode(told))

    def _tell_focus(self, snapshot: Snapshot, hub_ms: int) -> None:
        """What is known of the node that the wall turns to."""
        turned = self._played.focus
        told = turned and focused.of(snapshot, *turned, hub_ms, self._may_be_told, self._gate.say, self._vouched)
        if told:
            self._board.put("focused", encode(told))
        else:
            self._board.drop("focused")

    def _tell_staff(self, snapshot: Snapshot, names: Names, hub_ms: int) -> None:
        """What tablets read: always what is now, also while the wall's picture is held."""
        begun = self._timer()
        figures = self._figures(snapshot, hub_ms)
        told = {"numbers": figures.numbers, "rising": figures.rising}
        self.staff.put("numbers", hub_ms, {"T": figures.T, "window_s": figures.window_s, **told})
        self.source_states = self._sources.now(hub_ms, snapshot.numbers.sources)
        self.staff.put("sources", hub_ms, {"sources": self.source_states})
        self.staff.put("conversation", hub_ms, talk.told(snapshot, names, self.passes, self._gate.say))
        self.staff.tell_posts(hub_ms)
        self.staff.tell_act(hub_ms)
        self._untold = None
        self._staff_ms = (self._timer() - begun) * 1000

    def _figures(self, snapshot: Snapshot, hub_ms: int) -> Figures:
        age_s = self._sources.age_ms(hub_ms) / 1000
        held, say = self._gate.held_count(), self._gate.say
        made = feeds.figures(snapshot, held, hub_ms, age_s, say, self._vouched, self._faces)
        return msgspec.structs.replace(made, answers=self.staff.answers())

    def _may_be_told(self, post_id: str) -> tuple[Mention, Passage] | None:
        """``passes`` for stories on the wall: posts from before a fresh start are cleared."""
        found = self.passes(post_id) or self._was_told(post_id)
        return found if found is not None and found[0].at >= self._played.fresh else None

    def _was_told(self, post_id: str) -> tuple[Mention, Passage] | None:
        """``passes`` for a post of the past that the state has let go of, but nobody has taken back."""
        row = self._tape.row(post_id) if self._past is not None and self._tape is not None else None
        gone = self._state_of().gone
        if row is None or key_of(post_id) in gone.posts or gone.person(row.author.id):
            return None
        return row, self._gate.passage(post_id, row, self._hub_ms)

    def _pictured(self, cards: Sequence[tuple[str, Mention]]) -> Mapping[str, Mapping[Kind, str]]:
        """The pictures that cards may show; of posts whose words may not leave, none is kept."""
        shown = {} if self._pictures is None else self._pictures.tell(cards, self._stands)
        self._faces = {row.author.id: shown[post]["avatar"] for post, row in cards if "avatar" in shown.get(post, {})}
        return shown

    def _stands(self, post_id: str) -> bool:
        found = self.passes(post_id)
        return found is not None and found[1].state in ("shown", "waiting")

    def _vouched(self, node: PersonNode) -> bool:
        """Whether a person may be named: nobody who is gone, and with approval only the house's own people and who was
        approved.
        """
        if self._state_of().gone.person(node.id):
            return False
        return self._show.mode == "delay" or node.role != "public" or self._gate.approved_author(node.id)
