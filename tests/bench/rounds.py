"""A made-up event as a hub alone tells it to a wall, recorded: every shipped layout in turn, pictures and announcements."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from PIL import Image

from ingest import story
from ingest.simulation import World, festival
from stream import layouts, machine
from stream.config import Config, HubConfig, SimulationConfig, TrackConfig
from stream.config.wall import WallConfig
from stream.graphs import key_of
from stream.hub import greeting
from stream.hub.alone import STEP_MS, Alone
from stream.hub.presenter import Played
from stream.wire.messages import (
    Card,
    Event,
    Feature,
    Focus,
    Graph,
    HubMessage,
    Labels,
    Layout,
    OnAir,
    Said,
    Still,
    Stories,
    decode_from_hub,
    encode,
)
from stream.wire.said import Word
from tests.wall.look import views
from wall.recording import Recorder

TURN_S: Final = 20
"""How long each layout is on air."""
EVERY_S: Final = 2
"""How often structure, stories, figures and places are told."""
BEGIN: Final = story.EVENING
FACES: Final = 6
"""Of the strongest stories so many have a picture of who wrote them."""
PICTURED: Final = 2
"""The story that has a picture of its own."""
FEATURED_S: Final = (100, 140)
"""From when to when a post stands large on a screen."""
FOREIGN: Final = tuple(post for post in views.POSTS if post[2] != "en")
SCRIPTS: Final = tuple(topic for topic in views.TOPICS if not topic.isascii())
TURNED: Final[Mapping[str, Graph]] = {"topic": "topics", "person": "people"}
"""Layouts that turn to the strongest node of a graph."""


def settings() -> Config:
    """Six small screens; a window of five minutes, so that all that is said is other after so long."""
    tracks = {
        "Kaleido": TrackConfig("brand", ("#Kaleido",)),
        "Night Walk": TrackConfig("competitor", ("#NightWalk",)),
        "Lanterns": TrackConfig("campaign", ("#LanternParade",)),
    }
    config = Config(
        event=Event(festival.NAME, festival.HASHTAG, festival.TOWN, festival.SITE),
        hub=HubConfig(window_s=300),
        simulation=SimulationConfig(rate=40.0),
        tracks=tracks,
        wall=WallConfig(width=640, height=360, pitch_mm=1.9),
    )
    return machine.filmed(config, BEGIN - story.SETTLING_MS, 1.0, replay=False)


class Turning(Alone):
    """A hub that turns its wall to what is strongest, where a layout is made for that."""

    def turn(self, layout: Layout, rev: int) -> None:
        """Put a layout on air."""
        graph = TURNED.get(layout.name)
        strongest = self._engine.presenter.strongest(1).get(graph, []) if graph is not None else []
        focus = (graph, strongest[0]) if graph is not None and strongest else None
        turned = Focus(focus[0], key_of(focus[1])) if focus is not None else None
        self._stage.show(OnAir(self.now, rev, layout, "playlist", focus=turned))
        self._engine.presenter.play(Played(focus=focus))


def round_s() -> int:
    """How long it takes until every layout was on air, in seconds."""
    return TURN_S * len(_shelf(settings()))


def record(path: Path) -> None:
    """Write a round of all layouts."""
    config = settings()
    shelf, length = _shelf(config), round_s()
    reach, end = 2 * config.hub.window_s * 1000 + story.SETTLING_MS, BEGIN + length * 1000
    world = World(config.simulation.seed, config.simulation.rate)
    said = story.told(world.events(BEGIN - reach, end), BEGIN - reach, end)
    hub = Turning(config, BEGIN - story.SETTLING_MS, said)
    hub.turn(shelf[0], 1)
    hub.pass_to(BEGIN - STEP_MS)
    recorder = Recorder(path)
    for message in (greeting.hello(config, BEGIN, BEGIN), *_stills(), _announced()):
        recorder.write(BEGIN, encode(message))
    for second in range(0, length, EVERY_S):
        if second % TURN_S == 0:
            hub.turn(shelf[second // TURN_S], 1 + second // TURN_S)
            for frame in hub.pass_to(BEGIN + second * 1000 + 100):
                recorder.write(hub.now, encode(_mixed(decode_from_hub(frame), second)))
        for frame in hub.pass_to(BEGIN + (second + EVERY_S) * 1000):
            recorder.write(hub.now, encode(_mixed(decode_from_hub(frame), second)))
    recorder.close()


def _shelf(config: Config) -> list[Layout]:
    return [layout for _, layout in sorted(layouts.load(layouts.SHIPPED, config.wall.grid).layouts.items())]


def _stills() -> Iterator[Still]:
    """Pictures of people and of a post: soft stripes."""
    for i in range(FACES + 1):
        name, size = (f"face {i}", (96, 96)) if i < FACES else ("picture", (320, 200))
        x = np.arange(size[0])[None, :] + np.arange(size[1])[:, None] * (i + 1)
        stripes = (128 + 100 * np.sin(x[:, :, None] / (7.0 + np.arange(3) + i))).astype(np.uint8)
        out = io.BytesIO()
        Image.fromarray(stripes).save(out, "WEBP")
        yield Still(BEGIN, name, out.getvalue())


def _announced() -> Said:
    """An announcement, then a countdown."""
    first, second, last = (BEGIN + s * 1000 for s in (30, 90, 150))
    return Said(
        BEGIN,
        (
            Word("announcement", "The harbour stage opens in ten minutes", first, second, "Doors at the north quay"),
            Word("countdown", "Until the lanterns rise", second, last, at=last),
        ),
    )


def _mixed(message: HubMessage, second: int) -> HubMessage:
    """What a simulated event lacks: words in other scripts, pictures, and for a while a post that stands large."""
    if isinstance(message, Labels):
        labels = tuple(
            msgspec.structs.replace(label, text=SCRIPTS[label.key // 8 % len(SCRIPTS)]) if label.key % 8 == 7 else label
            for label in message.labels
        )
        return msgspec.structs.replace(message, labels=labels)
    if not isinstance(message, Stories) or len(message.cards) <= PICTURED:
        return message
    cards = tuple(
        msgspec.structs.replace(
            card, avatar=f"face {i}" if i < FACES else "", picture="picture" if i == PICTURED else ""
        )
        for i, card in enumerate(map(_foreign, message.cards))
    )
    begun, ended = FEATURED_S
    features = (Feature(2, BEGIN + begun * 1000, cards[0]),) if begun <= second < ended else ()
    return msgspec.structs.replace(message, cards=cards, features=features)


def _foreign(card: Card) -> Card:
    """Every fourth card in another language."""
    chance = zlib.crc32(card.id.encode())
    name, handle, lang, text, _, _ = FOREIGN[chance // 4 % len(FOREIGN)]
    return card if chance % 4 else msgspec.structs.replace(card, name=name, handle=handle, lang=lang, text=text)
