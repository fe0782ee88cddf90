"""Websockets of walls and tablets."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from starlette.testclient import TestClient, WebSocketDenialResponse, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from stream.hub.board import Board, Posted
from stream.hub.sessions import Session
from stream.hub.sockets import send_newest
from stream.wire.messages import (
    Hello,
    HubMessage,
    OnAir,
    Picture,
    Ping,
    Pong,
    WallState,
    Watch,
    decode_from_hub,
    encode,
)
from tests.stream.doors.conftest import ADDRESS, SOCKETS, House

ALL = (1, 2, 3, 4, 5, 6)


def message(socket: WebSocketTestSession, kind: type[HubMessage], skip: int = 200) -> Any:
    """The next message of a kind; others may come between."""
    for _ in range(skip):
        heard = decode_from_hub(socket.receive_bytes())
        if isinstance(heard, kind):
            return heard
    raise AssertionError(f"no {kind.__name__}")


def told(socket: WebSocketTestSession, channel: str, skip: int = 200) -> Any:
    """The next text frame of a tablet's channel."""
    for _ in range(skip):
        frame = socket.receive()
        if frame["type"] == "websocket.close":
            raise WebSocketDisconnect(frame["code"])
        if frame.get("text") and (heard := json.loads(frame["text"]))["channel"] == channel:
            return heard["data"]
    raise AssertionError(f"nothing on {channel}")


def pictured(socket: WebSocketTestSession) -> tuple[dict[str, Any], bytes]:
    """The next picture: its head and its JPEG."""
    while not (frame := socket.receive().get("bytes")):
        pass
    length = int.from_bytes(frame[:4], "little")
    return json.loads(frame[4 : 4 + length]), frame[4 + length :]


def state(house: House, name: str = "hall", screens: tuple[int, ...] = ALL) -> bytes:
    rev = house.hub.on_air.rev
    return encode(WallState(name, screens, int(house.hub.clock()), rev, False, 30.0, 20.0, 0, 1.0, 6000))


def picture(house: House, screens: tuple[int, ...] = ALL, jpeg: bytes = b"\xff\xd8 a picture") -> bytes:
    return encode(Picture(screens, int(house.hub.clock()), 640, 240, jpeg))


def refused(client: TestClient, path: str, **more: Any) -> int:
    """The status with which a websocket is turned away."""
    with pytest.raises(WebSocketDenialResponse) as denied, client.websocket_connect(SOCKETS + path, **more):
        pass
    return denied.value.status_code


def test_wall_hears_hello_first(house: House) -> None:
    """The first message is the hello with the geometry; what is on air and how to send pictures follow."""
    with house.wall() as wall:
        hello = decode_from_hub(wall.receive_bytes())
        assert isinstance(hello, Hello)
        assert hello.grid == house.config.wall.grid
        rev = house.hub.on_air.rev
        while message(wall, OnAir).rev != rev:  # the stage may still be at what was on air before
            pass
    with house.wall() as wall:
        assert message(wall, Watch).width == 640


def test_wall_may_show_its_token_as_a_subprotocol(house: House) -> None:
    """A wall that can set no header offers its token as a subprotocol, and hears only the name of the protocol back."""
    offered = ["agora.wall", f"agora.token.{house.tokens['wall']}"]
    with house.visit().websocket_connect(SOCKETS + "/ws/wall", subprotocols=offered) as wall:
        assert wall.accepted_subprotocol == "agora.wall"
        assert message(wall, Hello)


def test_wall_door_is_closed_to_others(house: House) -> None:
    """No token, another scope's token, a token in the query, or an operator's cookie: 401."""
    assert refused(house.visit(), "/ws/wall") == 401
    assert refused(house.visit(), "/ws/wall", headers=house.token("metrics")) == 401
    assert refused(house.visit(), f"/ws/wall?token={house.tokens['wall']}") == 401
    assert refused(house.visit("operator"), "/ws/wall") == 401


def test_tablet_door_is_closed_to_others(house: House) -> None:
    """No cookie, a foreign origin, no origin, or a wall's token: 401."""
    assert refused(house.visit(), "/ws/tablet") == 401
    assert refused(house.visit("operator"), "/ws/tablet", headers={"origin": "http://evil.example"}) == 401
    assert refused(house.visit(), "/ws/tablet", headers=house.token("wall")) == 401
    silent = house.visit("operator")
    del silent.headers["origin"]
    assert refused(silent, "/ws/tablet") == 401


def test_ping_is_answered_with_hub_time(house: House) -> None:
    """A pong brings the wall's own time back, with the hub's clock beside it."""
    with house.wall() as wall:
        before = house.hub.clock()
        wall.send_bytes(encode(Ping(123.25)))
        pong = message(wall, Pong)
        assert pong.sent == 123.25
        assert before <= pong.hub <= house.hub.clock()


@pytest.mark.parametrize("frame", [b"", b"\xc1", b"not msgpack", encode(Pong(1.0, 2.0))])
def test_wall_that_speaks_nonsense_is_let_go(house: House, frame: bytes) -> None:
    """A frame that is no message of a wall closes the socket with 1003; the hub goes on."""
    with house.wall() as wall:
        wall.send_bytes(frame)
        with pytest.raises(WebSocketDisconnect) as closed:
            message(wall, Pong)
        assert closed.value.code == 1003
    assert house.hub.ready()


@pytest.mark.parametrize("frame", [{"bytes": b"touch"}, {"text": "x" * 5000}])
def test_tablet_that_speaks_nonsense_is_let_go(house: House, frame: dict[str, Any]) -> None:
    """A tablet says short words only; anything else closes its socket."""
    with house.tablet(house.visit("viewer")) as tablet:
        tablet.send({"type": "websocket.receive", **frame})
        with pytest.raises(WebSocketDisconnect) as closed:
            told(tablet, "never")
        assert closed.value.code == 1003


def test_touch_keeps_a_tablet_awake(house: House) -> None:
    """Who touches the page within ten minutes need not enter the PIN again."""
    client = house.visit("moderator")
    with house.tablet(client) as tablet:
        for _ in range(2):
            house.clock["wall_ms"] += 9 * 60_000
            session = house.app.state.porter.sessions.all()[0]
            touched_at = session.used
            tablet.send_text("touch")
            house.until(partial(_later, session, touched_at))
        assert client.get("/api/v1/moderation/held").status_code == 200


def _later(session: Session, than: int) -> bool:
    return session.used > than


def test_take_reaches_wall_and_tablet(house: House) -> None:
    """Who takes a layout changes what walls and other tablets hear."""
    desk = house.visit("moderator", "Desk 6")
    with house.wall() as wall, house.tablet(house.visit("viewer")) as tablet:
        current = message(wall, OnAir)
        other = "people" if current.layout.name != "people" else "topics"
        desk.put("/api/v1/layout", json={"layout": other, "rev": current.rev})
        assert message(wall, OnAir).layout.name == other
        while told(tablet, "on_air")["layout"] != other:
            pass


def test_tablet_hears_hello_with_geometry_and_session(house: House) -> None:
    """The first frame tells who one is, how the screens hang, and what hub time it is."""
    with house.tablet(house.visit("moderator", "Desk 7")) as tablet:
        hello = json.loads(tablet.receive_text())
        assert hello["channel"] == "hello"
        assert hello["data"]["grid"]["columns"] == 3
        assert hello["data"]["session"]["desk"] == "Desk 7"
        assert abs(hello["data"]["now"] - house.hub.clock()) < 5000


def test_pictures_travel_from_wall_to_tablet_and_api(house: House) -> None:
    """A wall's JPEG reaches a tablet byte for byte, is named in the API, and is gone with its wall's word."""
    viewer = house.visit("viewer")
    with house.wall() as wall:
        wall.send_bytes(state(house))
        wall.send_bytes(picture(house, jpeg=b"\xff\xd8 first"))
        with house.tablet(viewer) as tablet:
            head, jpeg = pictured(tablet)
            assert (head["screens"], jpeg) == (list(ALL), b"\xff\xd8 first")
            wall.send_bytes(picture(house, jpeg=b"\xff\xd8 second"))
            assert pictured(tablet)[1] == b"\xff\xd8 second"
        walls = viewer.get("/api/v1/walls").json()
        assert walls["dead"] == []
        assert viewer.get(walls["pictures"][0]["url"]).content == b"\xff\xd8 second"
        assert viewer.get("/api/v1/walls/picture").headers["content-type"] == "image/jpeg"
    house.until(lambda: not house.hub.walls.states())
    assert viewer.get("/api/v1/walls").json()["dead"] == list(ALL)
    assert viewer.get("/api/v1/walls/picture/9").status_code == 404


def test_dead_screens_are_named(house: House) -> None:
    """Screens that no wall speaks for are listed."""
    with house.wall() as wall:
        wall.send_bytes(state(house, "left", (1, 4)))
        house.until(lambda: len(house.hub.walls.states()) == 1)
        assert house.visit("viewer").get("/api/v1/walls").json()["dead"] == [2, 3, 5, 6]


def test_watching_asks_walls_for_large_pictures(house: House) -> None:
    """While somebody looks at /wall the walls are asked for large pictures, and for small ones after."""
    viewer = house.visit("viewer")
    with house.wall() as wall:
        assert message(wall, Watch).width == 640
        with house.tablet(viewer, "?view=wall") as watcher:
            told(watcher, "hello")
            large = message(wall, Watch)
            assert (large.width, large.fps) == (1920, 5.0)
        assert message(wall, Watch).width == 640


def test_idle_tablet_is_locked_but_watches_on(house: House) -> None:
    """An idle tablet is told so, hears of posts no more, and hears of them again after its PIN."""
    client = house.visit("moderator")
    with house.tablet(client) as tablet:
        assert told(tablet, "held")["posts"] is not None
        house.idle()
        assert told(tablet, "session")["locked"] is True
        client.post("/api/v1/session", json={"pin": house.pins["moderator"]})
        assert told(tablet, "session")["locked"] is False
        assert told(tablet, "held")["posts"] is not None
    house.idle()
    with house.tablet(client) as tablet:
        frames = [tablet.receive() for _ in range(4)]  # some of them may be pictures, which are not text
        channels = {json.loads(frame["text"])["channel"] for frame in frames if "text" in frame}
        assert not channels & {"held", "posts", "numbers"}


def test_signing_out_closes_the_tablet(house: House) -> None:
    """A tablet whose session ends is closed with 4401."""
    client = house.visit("viewer")
    with house.tablet(client) as tablet:
        told(tablet, "hello")
        client.delete("/api/v1/session")
        with pytest.raises(WebSocketDisconnect) as closed:
            told(tablet, "never")
        assert closed.value.code == 4401


async def test_slow_reader_gets_the_newest_only() -> None:
    """What was replaced while a reader was busy is never sent to it, and nobody waits for it."""
    board = Board()
    got: list[bytes] = []
    busy = asyncio.Event()
    free = asyncio.Event()

    async def send(posted: Posted) -> None:
        busy.set()
        await free.wait()
        got.append(posted.payload)

    board.put("a", b"a0")
    board.put("b", b"b0")
    reader = asyncio.create_task(send_newest(board, send, {}))
    await busy.wait()
    for n in range(1, 1000):
        board.put("a", b"a%d" % n)
        board.put("b", b"b%d" % n)
    free.set()
    async with asyncio.timeout(5):
        while b"a999" not in got:
            await asyncio.sleep(0)
    reader.cancel()
    assert got == [b"a0", b"b999", b"a999"]


async def test_forbidden_channels_are_not_sent() -> None:
    """Channels that are not allowed now are passed over."""
    board = Board()
    got: list[str] = []

    async def send(posted: Posted) -> None:
        got.append(posted.channel)

    board.put("held", b"")
    board.put("on_air", b"")
    reader = asyncio.create_task(send_newest(board, send, {}, lambda: {"on_air"}))
    async with asyncio.timeout(5):
        while "on_air" not in got:
            await asyncio.sleep(0)
    reader.cancel()
    assert got == ["on_air"]


def test_origin_of_the_page_is_the_hub_itself(house: House) -> None:
    """The tablet's own page is let in at either name of loopback, as long as origin and host agree."""
    client = house.visit("viewer")
    with house.tablet(client) as tablet:
        assert told(tablet, "hello")
    assert refused(client, "/ws/tablet", headers={"host": "localhost:8000", "origin": ADDRESS}) == 401
