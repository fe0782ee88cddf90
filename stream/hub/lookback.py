"""Looking back: what the log said, measured again at moments of the past, with what staff have decided since.

The same engine as the hub's, so that a moment looks as it did then, but for what was hidden, changed or taken back since. Pure.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from heapq import nlargest
from typing import Final

import msgspec

from stream import mention
from stream.analysis.memory import Memory
from stream.config import Config
from stream.hub.board import Board
from stream.hub.decisions import Ledger
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.programme import Programme
from stream.hub.stage import Stage
from stream.hub.tape import Moment
from stream.log import CONTROL, MENTIONS, Record
from stream.mention import Mention, Unreadable
from stream.wire.snapshot import Story

MOMENTS: Final = 60
"""A look back has so many steps."""
STRONGEST: Final = 60
NEWEST: Final = 40
"""Stories whose words travel: more than a wall shows, since some may be taken back while it looks."""


def moments(since: int, until: int) -> list[int]:
    """The T of each moment of a look back, in ms: ``MOMENTS`` steps, both ends included."""
    return [since + (until - since) * i // MOMENTS for i in range(MOMENTS + 1)]


class Lookback:
    """Takes the log's records as ``when`` (hub time in ms) goes on; gives moments."""

    def __init__(self, config: Config, memory: Memory | None = None) -> None:
        self._engine = Engine(
            config,
            board=Board(),
            tablet=Board(),
            stage=Stage(config.wall.grid, Board(), seed=config.simulation.seed),
            metrics=Metrics(),
            removed=lambda _: None,
            memory=memory,
        )
        self._ledger = Ledger()
        self._told: set[str] = set()
        self._changed: list[str] = []
        self._read = 0

    @property
    def reach_ms(self) -> int:
        """How far before a moment what was said matters to it."""
        return self._engine.state.window.reach

    def first(self, records: Sequence[Record], when: int) -> None:
        """Records of ``control``, ``retractions`` and ``memory``: all that there are, in front of every mention."""
        for record in records:
            if record.topic == CONTROL.name:
                with contextlib.suppress(msgspec.DecodeError, ValueError):
                    self._decide(record)
        self._engine.apply([record for record in records if record.topic != CONTROL.name], when)

    def begin(self) -> None:
        """Everything was read that comes first."""
        self._engine.begin()

    def hear(self, records: Sequence[Record], when: int) -> None:
        """Records of ``mentions``, in the order of the log."""
        self._changed += _changed(records)
        self._engine.apply(records, when)

    def moment(self, t_ms: int, when: int) -> Moment:
        """How it was at T, hub time ``when``."""
        engine, state = self._engine, self._engine.state
        changed, self._changed = tuple(self._changed), []
        self._told.difference_update(changed)
        state.advance(t_ms)
        engine.review(when)
        snapshot = state.snapshot(t_ms)
        stories = {story.id: story for story in self._telling(snapshot.stories)}
        rows = {post_id: row for post_id in stories if (row := self._passed(post_id, when)) is not None}
        fresh = {post_id: row for post_id, row in rows.items() if post_id not in self._told}
        self._told |= fresh.keys()
        wordless = tuple(_wordless(story) for post_id, story in stories.items() if post_id in rows)
        heard, self._read = engine.read - self._read, engine.read
        return Moment(msgspec.structs.replace(snapshot, stories=wordless), heard, fresh, changed)

    def _decide(self, record: Record) -> None:
        decision = self._ledger.heard(record.key, record.value)
        if self._ledger.settle(decision) and not (
            Programme.owns(decision.subject) or decision.subject.startswith("alert:")
        ):
            self._engine.decide(decision.subject, decision.new)

    def _telling(self, stories: Sequence[Story]) -> list[Story]:
        """The strongest and the newest, in their order."""
        newest = nlargest(NEWEST, range(len(stories)), key=lambda rank: stories[rank].at)
        ranks = {*range(min(STRONGEST, len(stories))), *newest}
        return [stories[rank] for rank in sorted(ranks)]

    def _passed(self, post_id: str, when: int) -> Mention | None:
        """A post whose words could be read then, or soon after."""
        found = self._engine.presenter.passes(post_id, when)
        return found[0] if found is not None and found[1].state in ("shown", "waiting") else None


def _wordless(story: Story) -> Story:
    return msgspec.structs.replace(story, text="", handle="", name="", links=())


def _changed(records: Sequence[Record]) -> Iterator[str]:
    """Ids of the posts that were edited."""
    for record in records:
        if record.topic == MENTIONS.name and record.value and b'"edit"' in record.value:
            with contextlib.suppress(Unreadable, ValueError):
                said = mention.decode(record.value)
                if said.kind == "edit" and said.target is not None:
                    yield said.target.id
