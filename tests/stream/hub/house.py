"""A hub's inside without threads, log or clock: an engine, its stage and its boards, driven by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from stream import mention
from stream.config import Config, HubConfig, ModerationConfig, RaidConfig, ShowConfig
from stream.hub.board import Board
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.pictures import Pictures
from stream.hub.stage import Stage
from stream.log import MENTIONS, RETRACTIONS, Record
from stream.mention import Author, Mention, Retraction, Target
from stream.wire.messages import Layout, OnAir, Panel, Stories, decode_from_hub

NOW = 1_700_000_000_000
WORD = "Zanzibar"
SECRET = f"Everybody goes to {WORD} tomorrow #{WORD} to dance"

ALL = Layout(
    name="all",
    title="All",
    panels=(
        Panel("constellation", (1, 2)),
        Panel("conversations", (3,)),
        Panel("stories", (4, 5)),
        Panel("numbers", (6,)),
    ),
)


def config(**tables: Any) -> Config:
    """Words are shown at once, the window is ten minutes, and many who say the same are no raid."""
    calm = ModerationConfig(raid=RaidConfig(on=False))
    return Config(**{"hub": HubConfig(window_s=600), "show": ShowConfig(delay_s=0), "moderation": calm, **tables})


def post(number: int, text: str, *, author: str = "", at: int = NOW - 60_000, **more: Any) -> Mention:
    """A post of the simulation; its author is ``author`` or one of its own."""
    who = author or f"author{number}"
    person = more.pop("by", Author(id=f"simulation:{who}", handle=who, name=who.title()))
    tags = tuple(re.findall(r"#(\w+)", text))
    fields: dict[str, Any] = {"kind": "post", "lang": "en", "hashtags": tags, **more}
    return Mention(id=f"simulation:{number}", source="simulation", at=at, seen=at, author=person, text=text, **fields)


def edit(of: Mention, text: str, revision: int = 2) -> Mention:
    """A later edit of a post by its author."""
    return Mention(
        id=f"{of.id}@{revision}",
        source=of.source,
        kind="edit",
        at=of.at + revision,
        seen=of.seen + revision,
        author=of.author,
        text=text,
        lang=of.lang,
        hashtags=tuple(re.findall(r"#(\w+)", text)),
        target=Target(of.id, of.author.id),
    )


def others(start: int = 100, count: int = 6) -> list:
    return [post(start + i, f"Good morning from hall {i} #{'tea' if i % 2 else 'sun'} #music") for i in range(count)]


class House:
    """Hub time and T are one clock that ``later`` moves."""

    def __init__(
        self, config: Config | None = None, now: int = NOW, pictures: Callable[[Board], Pictures] | None = None
    ) -> None:
        self.now = now
        self.board, self.tablet = Board(), Board()
        self.config = config or globals()["config"]()
        self.stage = Stage(self.config.wall.grid, self.board, seed=1)
        self.metrics = Metrics()
        self.removed: list[float] = []
        self.engine = Engine(
            self.config,
            board=self.board,
            tablet=self.tablet,
            stage=self.stage,
            metrics=self.metrics,
            removed=self.removed.append,
            timer=lambda: 0.0,
            pictures=pictures(self.board) if pictures else None,
        )
        self.stage.show(OnAir(at=now, rev=1, layout=ALL, why="default"))
        self.engine.begin()
        self._offset = 0

    def hear(self, *mentions: Mention) -> None:
        """The log gives mentions."""
        self.engine.apply([self.record(MENTIONS.name, m.author.id, mention.encode(m)) for m in mentions], self.now)

    def retract(self, target: str, scope: mention.Scope = "post") -> None:
        """The log gives a retraction."""
        value = mention.encode(Retraction(target=target, scope=scope, at=self.now))
        self.engine.apply([self.record(RETRACTIONS.name, target, value)], self.now)

    def record(self, topic: str, key: str, value: bytes | None) -> Record:
        self._offset += 1
        return Record(topic, 0, self._offset, self.now, key, value)

    def later(self, ms: int = 1000) -> None:
        """The clock moves; two turns of the analyst, the second for the staff, and one frame of the mover."""
        self.now += ms
        self.engine.tick(self.now, self.now)
        self.engine.tick(self.now, self.now)
        self.stage.tick(self.now)

    def at_once(self) -> None:
        """A turn and a frame within a tenth of a second."""
        self.later(100)

    def cards(self) -> dict[str, str]:
        """Texts of the cards on the board by id."""
        posted = self.board.newest("stories")
        assert posted is not None
        stories = decode_from_hub(posted.payload)
        assert isinstance(stories, Stories)
        return {card.id: card.text for card in stories.cards}

    def snapshot(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.engine.snapshot(None, self.now))
        return found

    def told(self, channel: str) -> dict[str, Any]:
        """What tablets read on a channel."""
        posted = self.tablet.newest(channel)
        assert posted is not None
        found: dict[str, Any] = json.loads(posted.payload)
        return found

    def leaks(self, word: str, boards: Sequence[str] = ("board",)) -> list[str]:
        """Channels (and the snapshot) whose bytes hold ``word``, in whatever case."""
        needle = word.casefold().encode()
        found = [p.channel for name in boards for p in getattr(self, name).since({}) if needle in p.payload.lower()]
        return found + ["snapshot"] * (needle in self.engine.snapshot(None, self.now).lower())
