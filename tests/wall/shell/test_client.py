"""The client against a real websocket on loopback."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from stream.wire.messages import Picture, WallState, Watch, encode
from tests.wall.shell.frames import feed, hello, motion, on_air
from tests.wall.shell.standin import StandIn
from wall.app import local_ms
from wall.client import Client, socket_url, wait_before, wall_token
from wall.feeds import Store
from wall.recording import Recorder, read

STATE = WallState("w", (1,), 0, 1, False, 20.0, 40.0, 0, 0.5, 2000)


@pytest.fixture
def hub() -> Iterator[StandIn]:
    standin = StandIn(lambda: local_ms() + 1e9).start()
    standin.say("hello", hello(round(local_ms() + 1e9)))
    standin.say("on_air", on_air("topics", "constellation"))
    yield standin
    standin.stop()


@pytest.fixture
def store() -> Store:
    return Store(hello(), local_ms)


@pytest.fixture
def client(hub: StandIn, store: Store) -> Iterator[Client]:
    made = Client(hub.url, store, local_ms, lambda: "")
    made.start()
    yield made
    made.stop()


def until(true: Callable[[], bool], seconds: float = 10.0) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.005)
    return true()


def test_messages_reach_the_store(hub: StandIn, client: Client, store: Store) -> None:
    """What the hub says, before and after the connection is made, is in the next view."""
    assert until(lambda: store.connected == 1)
    hub.say("graph", feed([5], at=0))
    hub.say("motion", motion([(0.5, 0.5)], 10))
    assert until(store.complete)
    assert store.view(client.hub_ms()).on_air.layout.name == "topics"


def test_clock(hub: StandIn, client: Client) -> None:
    """Pings set the clock to the hub's within a few milliseconds."""
    assert until(lambda: client.hub_clock.synchronised)
    assert client.hub_ms() == pytest.approx(hub.clock(), abs=client.hub_clock.error_bound() + 50)


def test_bad_frames_are_counted(hub: StandIn, client: Client, store: Store) -> None:
    """Frames that are no message are counted; those after them are read."""
    assert until(lambda: client.connected)
    hub.say_frame("bad", b"\xff\x00nonsense")
    hub.say_frame("worse", encode(STATE))
    hub.say("watch", Watch(320, 1.0))
    assert until(lambda: client.watch.width == 320)
    assert client.bad_frames >= 2  # a frame that was on its way while the next one came is said again


def test_newest_state_and_pictures(hub: StandIn, client: Client) -> None:
    """States and pictures reach the hub."""
    assert until(lambda: client.connected)
    client.tell(STATE)
    client.tell(Picture((1,), 5, 16, 9, b"jpeg"))
    assert hub.wait(lambda h: bool(h.states and h.pictures))
    assert hub.states[-1] == STATE
    assert hub.pictures[-1].jpeg == b"jpeg"


def test_reconnects(hub: StandIn, client: Client, store: Store) -> None:
    """A hub that was killed and comes back at the same address is found again, and says hello again."""
    assert until(lambda: store.connected == 1)
    hub.stop()
    assert until(lambda: not client.connected)
    again = StandIn(hub.clock)
    again.said = dict(hub.said)
    again.start(hub.port)
    try:
        assert until(lambda: store.connected == 2)
        client.tell(STATE)
        assert again.wait(lambda h: bool(h.states))
    finally:
        client.stop()
        again.stop()


def test_token(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall without the token is refused and asks again with the one that has been written meanwhile."""
    monkeypatch.delenv("AGORA_HUB_TOKEN", raising=False)
    hub = StandIn(local_ms, token="secret").start()
    hub.say("hello", hello())
    client = Client(hub.url, store, local_ms, lambda: wall_token(tmp_path))
    client.start()
    try:
        assert hub.wait(lambda h: h.refused > 0)
        (tmp_path / "secrets.toml").write_text('[tokens]\nwall = "secret"\n')
        assert until(lambda: store.connected == 1)
    finally:
        client.stop()
        hub.stop()


def test_token_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's token wins; without any there is none."""
    monkeypatch.setenv("AGORA_HUB_TOKEN", "mine")
    assert wall_token(tmp_path) == "mine"
    monkeypatch.delenv("AGORA_HUB_TOKEN")
    assert wall_token(tmp_path) == ""
    (tmp_path / "secrets.toml").write_text("tokens = 3")
    assert wall_token(tmp_path) == ""


def test_recorder(hub: StandIn, store: Store, tmp_path: Path) -> None:
    """What is heard is recorded with the hub's time of arrival; answers to pings are not."""
    client = Client(hub.url, store, local_ms, lambda: "", recorder=Recorder(tmp_path / "r"))
    client.start()
    assert until(lambda: client.hub_clock.synchronised and store.connected == 1)
    client.stop()
    entries = list(read(tmp_path / "r"))
    assert [frame for _, frame in entries] == list(hub.said.values())
    assert entries[0][0] == pytest.approx(hub.clock(), abs=20_000)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("http://127.0.0.1:8000", "ws://127.0.0.1:8000/ws/wall"),
        ("https://hub/", "wss://hub/ws/wall"),
        ("10.0.0.1:9", "ws://10.0.0.1:9/ws/wall"),
    ],
)
def test_address(given: str, address: str) -> None:
    """The socket is at the hub's address."""
    assert socket_url(given) == address


def test_waits_grow() -> None:
    """Waits between tries grow to five seconds and are spread by half."""
    waits = [wait_before(i, 1.0) for i in range(12)]
    assert waits == sorted(waits)
    assert waits[0] <= 0.2
    assert waits[-1] == 5.0
    assert wait_before(3, 0.0) == wait_before(3, 1.0) / 2
