"""Strangers' pictures from a server to the wall's pixels: only when approved, and gone with their post."""

from __future__ import annotations

import asyncio
import io
import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from stream.config import ClockConfig, Config, HubConfig
from stream.hub import greeting
from stream.hub.board import Board
from stream.hub.pictures import Pictures, at_the_hub, named, wishes
from stream.hub.subjects import APPROVED, HIDDEN
from stream.media.cupboard import Cupboard
from stream.media.fetch import Fetcher
from stream.media.remake import remade
from stream.mention import Author, Media
from stream.wire.messages import OnAir, Stories, decode_from_hub
from tests.golden.pictures import painted
from tests.standins.http import Exchange, HttpStandIn
from tests.stream.hub.house import NOW, House, config, post
from tests.wall.look.views import shipped
from wall.feeds import DELAY_MS, Store
from wall.scene import Scene

MODES: tuple[Literal["replay", "rehearsal"], ...] = ("replay", "rehearsal")
RED, BLUE = (230, 10, 20), (10, 20, 230)


def png(colour: tuple[int, int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), colour).save(out, "PNG")
    return out.getvalue()


async def serve(exchange: Exchange) -> None:
    colour = {"/avatar": RED, "/picture": BLUE}.get(exchange.path)
    await exchange.answer(200 if colour else 404, png(colour) if colour else b"", {"content-type": "image/png"})


class Evening:
    """A hub's inside with pictures, a server of them, and a wall."""

    def __init__(self, folder: Path) -> None:
        self.fetcher = Fetcher("Agora/test", lambda _: True)
        self.came, self.asked = asyncio.Event(), asyncio.Event()
        self.folder = folder
        self.house = House(config(), pictures=self._pictures)
        self.store = Store(greeting.hello(self.house.config, NOW, NOW), lambda: float(self.house.now))
        self.seen: dict[str, int] = {}

    def _pictures(self, board: Board) -> Pictures:
        self.pictures = Pictures(
            board, lambda: Cupboard(self.folder, 1 << 20), self._fetch, lambda: float(self.house.now), on=True
        )
        self.pictures.changed = self._changed
        return self.pictures

    async def _fetch(self, url: str, pixels: int) -> tuple[str, bytes]:
        try:
            data = await self.fetcher.fetch(url)
        finally:
            self.asked.set()
        return named(data), await remade(data, pixels)

    def _changed(self) -> None:
        self.house.engine.presenter.remove()
        self.came.set()

    async def until_there(self, count: int) -> None:
        async with asyncio.timeout(30):
            while len(list(self.folder.glob("*"))) < count or not self.came.is_set():
                await self.came.wait()
                if len(list(self.folder.glob("*"))) < count:
                    self.came.clear()
        self.house.at_once()

    def card(self) -> Any:
        posted = self.house.board.newest("stories")
        assert posted is not None
        stories = decode_from_hub(posted.payload)
        assert isinstance(stories, Stories)
        return stories.cards[0] if stories.cards else None

    def on_the_wall(self, colour: tuple[int, int, int]) -> bool:
        """Whether a wall that hears the hub shows a patch of a colour."""
        for posted in self.house.board.since(self.seen):
            self.seen[posted.channel] = posted.rev
            self.store.take(decode_from_hub(posted.payload))
        scene, view = Scene(math.inf), self.store.view(self.house.now + DELAY_MS)
        view.on_air = OnAir(NOW - 60_000, 1, shipped("stories"), "default")
        view.previous, view.words = None, 1.0
        pixels = painted(scene.draw(view), view, scale=0.25).astype(int)
        return int((np.abs(pixels - colour).max(axis=2) < 24).sum()) > 100


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Evening, str]]:
    async with HttpStandIn(serve) as server:
        evening = Evening(folder)
        work = asyncio.create_task(evening.pictures.work())
        await asyncio.sleep(0)
        yield evening, server.url
        work.cancel()
        await evening.fetcher.close()


def written(url: str, role: str = "public") -> Any:
    by = Author("simulation:ana", "ana", "Ana", avatar=f"{url}/avatar", role=role)  # type: ignore[arg-type]
    return post(1, "What a light over the harbour tonight", by=by, media=(Media(f"{url}/picture", alt="The harbour"),))


def names(evening: Evening) -> Iterator[tuple[str, str]]:
    return ((p["kind"], p["name"]) for p in evening.pictures.of("simulation:1"))


@pytest.mark.gl
async def test_an_approved_avatar_reaches_the_pixels_and_leaves_with_its_post(tmp_path: Path) -> None:
    """Until it is approved there is a monogram; then the picture; after a retraction nothing of it, on no disk either."""
    async with opened(tmp_path / "pictures") as (evening, url):
        house = evening.house
        house.hear(written(url))
        house.later()
        await evening.until_there(2)
        assert (evening.card().avatar, evening.card().picture) == ("", "")
        assert not evening.on_the_wall(RED)
        told = house.told("posts")["posts"][0]["pictures"]
        assert {p["kind"]: (p["state"], p["alt"]) for p in told} == {
            "avatar": ("held", ""),
            "picture": ("held", "The harbour"),
        }
        for name in dict(names(evening)).values():
            house.engine.decide(f"picture:{name}", APPROVED)
        house.at_once()
        assert evening.card().avatar == named(png(RED))
        assert evening.on_the_wall(RED)
        assert evening.on_the_wall(BLUE)
        house.retract("simulation:1")
        house.at_once()
        assert not evening.on_the_wall(RED)
        assert not evening.on_the_wall(BLUE)
        assert not evening.store.view(house.now).stills
        assert not list(evening.folder.glob("*"))
        assert not [p.channel for p in house.board.since({}) if p.channel.startswith("still:")]


async def test_a_hidden_post_a_hidden_picture_and_a_blocked_author_keep_nothing(tmp_path: Path) -> None:
    """Whatever takes a post from the wall takes its pictures from the disk; a hidden picture leaves the card alone."""
    async with opened(tmp_path / "pictures") as (evening, url):
        house = evening.house
        house.hear(written(url, role="brand"))
        house.later()
        await evening.until_there(2)
        assert evening.card().avatar, "the house's own people need no approval"
        house.engine.decide(f"picture:{evening.card().avatar}", HIDDEN)
        house.at_once()
        assert evening.card().text
        assert evening.card().avatar == ""
        house.engine.decide("post:simulation:1", HIDDEN)
        house.at_once()
        assert not list(evening.folder.glob("*"))
        assert not evening.pictures.of("simulation:1")


def test_sensitive_pictures_are_not_wished_for() -> None:
    """Of a post that its source calls sensitive only the author's picture is asked for; sounds and films are not."""
    by = Author("simulation:ana", "ana", "Ana", avatar="https://x.example/a")
    media = (Media("https://x.example/film", "video"), Media("https://x.example/p"))
    assert [w.kind for w in wishes(post(1, "hello", by=by, media=media))] == ["avatar", "picture"]
    assert [w.kind for w in wishes(post(1, "hello", by=by, media=media, flags=("sensitive",)))] == ["avatar"]


async def test_a_rehearsal_and_a_replay_ask_nobody(tmp_path: Path) -> None:
    """Only what is said now is fetched."""
    for mode in MODES:
        settings = Config(clock=ClockConfig(mode=mode), hub=HubConfig(checkpoint=str(tmp_path / mode)))
        pictures = at_the_hub(settings, Board(), lambda: 0.0)
        assert pictures.tell([("simulation:1", written("http://127.0.0.1:1"))], lambda _: True) == {}
        await pictures.work()


def test_the_oldest_picture_makes_room(tmp_path: Path) -> None:
    """The cupboard stays within its budget, forgets what was not asked for longest, and is empty after a restart."""
    cupboard = Cupboard(tmp_path / "c", 250)
    cupboard.put("a", b"x" * 100)
    cupboard.put("b", b"x" * 100)
    assert cupboard.get("a") == b"x" * 100
    assert cupboard.put("c", b"x" * 100) == ["b"]
    assert cupboard.get("b") is None
    assert sorted(p.name for p in (tmp_path / "c").iterdir()) == ["a", "c"]
    Cupboard(tmp_path / "c", 250)
    assert not list((tmp_path / "c").iterdir())


async def test_what_cannot_be_had_is_left_out(tmp_path: Path) -> None:
    """A picture that is not there leaves the card its monogram."""
    async with opened(tmp_path / "pictures") as (evening, url):
        by = Author("simulation:ana", "ana", "Ana", avatar=f"{url}/missing")
        evening.house.hear(post(1, "hello harbour", by=by))
        evening.house.later()
        await evening.asked.wait()
        evening.house.later()
        assert evening.card().avatar == ""
        assert not evening.pictures.of("simulation:1")
