"""A hub's inside alone: no log, no threads, no clock of its own. Whoever holds it says what is heard and how late it is.

The same records at the same times give the same frames, which is what films and pictures are made from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from stream import mention
from stream.config import Config
from stream.hub.board import Board
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.stage import Stage
from stream.log import MENTIONS, RETRACTIONS, Record
from stream.mention import Mention, Retraction
from stream.wire.messages import Layout, OnAir

STEP_MS: Final = 33
"""As often as a hub moves its graphs."""


class Alone:
    """``heard`` gives what was said from one T to another, in ms UTC; ``at`` is the hub time at which it begins."""

    def __init__(self, config: Config, at: int, heard: Callable[[int, int], Iterable[Mention | Retraction]]) -> None:
        self.config = config
        self.now = at
        self.board = Board()
        self._heard = heard
        self._stage = Stage(config.wall.grid, self.board, seed=config.simulation.seed)
        self._engine = Engine(
            config,
            board=self.board,
            tablet=Board(),
            stage=self._stage,
            metrics=Metrics(),
            removed=lambda _: None,
            timer=lambda: 0.0,
        )
        self._engine.begin()
        self._seen: dict[str, int] = {}
        self._offset = 0
        now = config.clock.now(at)
        self._engine.apply(self._records(now - 2 * self._engine.window_ms, now, at), at)

    def show(self, layout: Layout, rev: int = 1) -> None:
        """Put a layout on air."""
        self._stage.show(OnAir(self.now, rev, layout, "default"))

    def pass_to(self, hub_ms: float) -> list[bytes]:
        """Let time pass; returns what walls are told meanwhile, the newest of each kind, as frames."""
        while self.now + STEP_MS <= hub_ms:
            before, self.now = self.now, self.now + STEP_MS
            start, end = self.config.clock.now(before), self.config.clock.now(self.now)
            self._engine.apply(self._records(start, end, self.now), self.now)
            self._engine.tick(self.now, end)
            self._stage.tick(self.now)
        fresh = self.board.since(self._seen)
        self._seen |= {posted.channel: posted.rev for posted in fresh}
        return [posted.payload for posted in fresh]

    def _records(self, start: int, end: int, hub_ms: int) -> list[Record]:
        return [self._record(item, hub_ms) for item in self._heard(start, end)]

    def _record(self, item: Mention | Retraction, hub_ms: int) -> Record:
        self._offset += 1
        topic, key = (
            (MENTIONS, item.author.id) if isinstance(item, Mention) else (RETRACTIONS, item.target)
        )  # fmt: skip
        return Record(topic.name, 0, self._offset, hub_ms, key, mention.encode(item))
