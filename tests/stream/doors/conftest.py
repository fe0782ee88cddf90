"""A small real hub on a log of its own, with its doors open, and clocks that tests move."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient, WebSocketTestSession

from stream import log
from stream.config import Config, HubConfig, LogConfig, ShowConfig, WallConfig
from stream.hub import auth
from stream.hub.app import create_app
from stream.hub.auth import Role
from stream.hub.core import Hub, now_ms
from stream.hub.porter import Porter
from stream.mention import Author, Mention, encode

ADDRESS = "http://127.0.0.1:8000"
SOCKETS = "ws://127.0.0.1:8000"
LAYOUT = 'name = "{name}"\ntitle = "{title}"\n[[panels]]\nvisual = "numbers"\nscreens = "1-6"\n'


@dataclass
class House:
    """A hub with its doors; ``visit`` gives a browser of its own, signed in or not."""

    app: FastAPI
    hub: Hub
    config: Config
    pins: auth.Pins
    tokens: dict[str, str]
    clock: dict[str, float] = field(default_factory=lambda: {"wall_ms": 0.0, "s": 0.0})
    call: Callable[..., Any] = lambda *_: None
    """Runs an async function in the hub's loop."""

    def visit(self, role: Role | None = None, desk: str = "Desk 1", address: str = "testclient") -> TestClient:
        client = TestClient(
            self.app, base_url=ADDRESS, headers={"origin": ADDRESS}, client=(address, 50000), follow_redirects=False
        )
        client.portal = self.call.__self__  # type: ignore[attr-defined]
        if role:
            answer = client.post("/api/v1/session", json={"pin": self.pins[role], "desk": desk})
            assert answer.status_code == 200, answer.text
        return client

    def token(self, scope: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self.tokens[scope]}"}

    def idle(self) -> None:
        """Eleven minutes pass in which nobody touches anything."""
        self.clock["wall_ms"] += 11 * 60_000

    def wall(self) -> WebSocketTestSession:
        return self.visit().websocket_connect(SOCKETS + "/ws/wall", headers=self.token("wall"))

    def tablet(self, client: TestClient, query: str = "") -> WebSocketTestSession:
        return client.websocket_connect(f"{SOCKETS}/ws/tablet{query}")

    def publish(self, *mentions: Mention) -> None:
        """Put mentions into the log, as ingest does."""

        async def run() -> None:
            book = await log.open_log(self.config.log.url)
            await book.publish(log.MENTIONS, [log.Entry(m.author.id, encode(m)) for m in mentions])
            await book.close()

        self.call(run)

    def until(self, holds: Callable[[], object], seconds: float = 60.0) -> None:
        """Let the hub work until something holds."""

        async def run() -> None:
            async with asyncio.timeout(seconds):
                while not holds():
                    await asyncio.sleep(0.01)

        self.call(run)


@pytest.fixture(scope="package", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """PINs hashed with a thousandth of the work, so that signing in costs tests nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(auth, "WORK", (2**4, 8, 1))
        yield


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One hub for all tests of the doors; each signs in anew, and none relies on what is on air."""
    folder = tmp_path_factory.mktemp("doors")
    layouts = folder / "layouts"
    layouts.mkdir()
    for name, title in (("pulse", "Pulse"), ("topics", "Topics"), ("people", "People")):
        (layouts / f"{name}.toml").write_text(LAYOUT.format(name=name, title=title))
    config = Config(
        log=LogConfig(url=f"sqlite:{folder / 'agora.db'}"),
        hub=HubConfig(checkpoint=str(folder / "checkpoint")),
        show=ShowConfig(mode="approve"),
        wall=WallConfig(layouts=str(layouts)),
    )
    pins = auth.ensure(folder)
    assert pins is not None
    hub = Hub(config)
    clock = {"wall_ms": 0.0, "s": 0.0}
    porter = Porter(folder, config.hub, wall_clock=lambda: now_ms() + int(clock["wall_ms"]), clock=lambda: clock["s"])
    app = create_app(hub, porter)

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        await hub.start()
        yield
        await hub.stop()

    app.router.lifespan_context = life
    with TestClient(app, base_url=ADDRESS) as living:
        assert living.portal is not None
        house = House(app, hub, config, pins, dict(auth.load(folder).tokens), clock, living.portal.call)
        house.until(hub.ready)
        yield house


def post(number: int, text: str = "hello", author: str = "simulation:someone") -> Mention:
    """A post of now."""
    now = now_ms()
    who = Author(id=author, handle="someone", name="Some One")
    return Mention(id=f"simulation:{number}", source="simulation", kind="post", at=now, seen=now, author=who, text=text)


def error(answer: httpx2.Response) -> str:
    """The sentence of a refusal, which every refusal has."""
    sentence = answer.json()["error"]
    assert isinstance(sentence, str)
    assert sentence.endswith((".", "?"))
    return sentence


def cleared(desk: TestClient) -> TestClient:
    """``desk``, with nothing planned, nothing said and nothing taken."""
    plan = desk.get("/api/v1/programme").json()
    desk.put("/api/v1/playlist", json={"id": None})
    for door, kind in (
        ("playlist", "playlists"), ("schedule", "schedule"), ("announcements", "announcements"), ("sponsors", "sponsors"),
    ):  # fmt: skip
        for it in plan[kind]:
            assert desk.delete(f"/api/v1/{door}/{it['id']}", params={"rev": it["rev"]}).status_code == 200
    desk.delete("/api/v1/agenda", params={"rev": plan["revs"]["agenda"]})
    for switch in ("fresh", "freeze", "panic"):
        desk.put(f"/api/v1/{switch}", json={"on": False})
    for door in ("rewind", "layout"):
        desk.delete(f"/api/v1/{door}")
    return desk
