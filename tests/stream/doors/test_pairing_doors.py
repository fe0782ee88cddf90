"""A new wall asks to join a real hub over HTTPS, and an operator lets it in."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import pytest

from stream.wire import pairing
from stream.wire.messages import WallState
from tests.stream.doors.conftest import House, error
from tests.stream.doors.process import HubProcess
from tests.wall.shell.frames import hello
from wall.app import local_ms
from wall.client import Client
from wall.doorway import Doorway
from wall.feeds import Store

SECRET = bytes(32)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubProcess]:
    with HubProcess(tmp_path_factory.mktemp("hub"), https=True) as hub:
        yield hub


def until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.02)
    return found


class NewWall:
    """A wall on another machine: a folder of its own, and no token."""

    def __init__(self, hub: HubProcess, var: Path) -> None:
        self.doorway = Doorway(hub.url, var, "", "Lobby", (1, 2, 3))
        self.store = Store(hello(), local_ms)
        self.client = Client(hub.url, self.store, local_ms, self.doorway)

    def __enter__(self) -> NewWall:
        self.client.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop()


def operator(hub: HubProcess) -> httpx2.Client:
    client = httpx2.Client(base_url=hub.url, verify=hub.trust(), headers={"origin": hub.url})  # type: ignore[arg-type]
    answer = client.post("/api/v1/session", json={"pin": hub.pins["operator"], "desk": "Desk 1"})
    assert answer.status_code == 200
    assert answer.headers["set-cookie"].startswith(f"__Host-agora-{hub.port}=")
    assert "Secure" in answer.headers["set-cookie"]
    return client


def test_wall_joins_by_its_code(hub: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall that knows nothing shows a code; typed on the tablet it lets the wall in, for good; turned out it asks again."""
    monkeypatch.delenv("AGORA_HUB_TOKEN", raising=False)
    with closing(operator(hub)) as tablet, NewWall(hub, tmp_path) as wall:
        code = until(lambda: wall.doorway.code)
        assert len(code) == 6
        (asking,) = until(lambda: tablet.get("/api/v1/walls/joining").json()["walls"])
        assert (asking["name"], asking["screens"], asking["address"]) == ("Lobby", [1, 2, 3], "127.0.0.1")
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        door = f"/api/v1/walls/joining/{asking['id']}"
        assert "another code" in tablet.put(door, json={"code": wrong}).json()["error"]
        assert tablet.put(door, json={"code": f"{code[:3]} {code[3:]}"}).json() == {"name": "Lobby"}
        assert until(lambda: wall.store.connected == 1)
        assert wall.doorway.code == ""
        (joined,) = tablet.get("/api/v1/walls/joined").json()["walls"]
        assert (joined["name"], joined["by"]) == ("Lobby", "Desk 1")
        secrets = (hub.folder / "secrets.toml").read_text()
        assert wall.doorway.token() not in secrets
        wall.client.stop()
    with closing(operator(hub)) as tablet, NewWall(hub, tmp_path) as again:
        assert until(lambda: again.store.connected == 1)
        assert tablet.delete(f"/api/v1/walls/joined/{joined['id']}").status_code == 200
        again.client.tell(WallState("Lobby", (1, 2, 3), 0, 1, False, 20.0, 40.0, 0, 0.5, 2000))
        assert until(lambda: again.doorway.code)


def test_wall_of_the_same_machine_needs_no_code(hub: HubProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall that shares the hub's folder has its token and its authority there."""
    monkeypatch.delenv("AGORA_HUB_TOKEN", raising=False)
    with NewWall(hub, hub.folder) as wall:
        assert until(lambda: wall.store.connected == 1)


def test_wall_with_a_token_trusts_a_file(hub: HubProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a token was given, the authority comes from a file; without it the wall does not talk to the hub."""
    monkeypatch.setenv("AGORA_HUB_TOKEN", hub.token("wall"))
    blind = Doorway(hub.url, tmp_path, "", "Lobby", (1,))
    assert blind.trust() is None
    knowing = Doorway(hub.url, tmp_path, str(hub.folder / "authority" / "ca.pem"), "Lobby", (1,))
    store = Store(hello(), local_ms)
    client = Client(hub.url, store, local_ms, knowing)
    client.start()
    assert until(lambda: store.connected == 1)
    client.stop()


def test_old_protocols_and_plain_http_are_refused(hub: HubProcess) -> None:
    """Nobody talks to the hub in clear."""
    with pytest.raises(httpx2.HTTPError):
        httpx2.get(hub.url.replace("https", "http") + "/healthz")
    assert isinstance(hub.trust(), ssl.SSLContext)


def test_only_operators_let_walls_in(house: House) -> None:
    """A moderator sees no code and lets nobody in, a stranger neither."""
    asked = {"name": "x", "commitment": pairing.commitment(SECRET)}
    stranger = house.visit()
    told = stranger.post("/api/v1/pairing", json=asked).json()
    assert told["authority"] == ""
    said = stranger.put(f"/api/v1/pairing/{told['id']}", json={"secret": SECRET.hex()})
    assert (said.status_code, said.json()) == (202, {"token": ""})
    code = pairing.code(SECRET, bytes.fromhex(told["answer"]), "")
    for client, status in ((stranger, 401), (house.visit("moderator"), 403)):
        assert client.get("/api/v1/walls/joining").status_code == status
        assert client.put(f"/api/v1/walls/joining/{told['id']}", json={"code": code}).status_code == status
    boss = house.visit("operator")
    assert boss.delete(f"/api/v1/walls/joining/{told['id']}").status_code == 200
    gone = stranger.put(f"/api/v1/pairing/{told['id']}", json={"secret": SECRET.hex()})
    assert gone.status_code == 404
    assert error(gone)


def test_foreign_pages_ask_for_nothing(house: House) -> None:
    """A page of another site cannot make a visitor's browser ask."""
    answer = house.visit().post(
        "/api/v1/pairing", json={"commitment": pairing.commitment(SECRET)}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403


def test_many_requests_are_slowed(house: House) -> None:
    """An address that sends too many requests waits, whatever it asks; a session beside it does not."""
    tablet, noisy = house.visit("viewer", address="192.0.2.60"), house.visit(address="192.0.2.60")
    answers = [noisy.get("/healthz").status_code for _ in range(450)]
    assert answers[0] == 200
    assert answers[-1] == 429
    assert tablet.get("/api/v1/layout").status_code == 200
    refused = noisy.get("/healthz")
    assert refused.headers["retry-after"] == "1"
    assert refused.headers["content-security-policy"]
    house.clock["s"] += 30
    assert noisy.get("/healthz").status_code == 200


def test_thousand_guesses(house: House) -> None:
    """A thousand PINs in a row open nothing, hardly any is even tried, and a signed-in tablet works on all the while."""
    tablet = house.visit("moderator", address="192.0.2.61")
    guesser = house.visit(address="192.0.2.61")
    told: list[int] = []
    for n in range(1000):
        told.append(guesser.post("/api/v1/session", json={"pin": f"{n:08d}"}).status_code)
        house.clock["s"] += 1.0
        if n % 50 == 0:
            assert tablet.get("/api/v1/layout").status_code == 200
    assert set(told) == {401, 429}
    assert told.count(401) < 12
    assert tablet.put("/api/v1/freeze", json={"on": False}).status_code == 200


def test_guesses_from_everywhere_hold_up_no_idle_tablet(house: House) -> None:
    """While PINs of many addresses wait to be hashed, an idle tablet is woken at once."""
    tablet = house.visit("moderator", address="192.0.2.62")
    house.idle()
    porter = house.app.state.porter
    held = threading.Event()

    async def hold() -> None:
        await porter._hashing["address"].acquire()
        held.set()

    async def release() -> None:
        porter._hashing["address"].release()

    house.call(hold)
    assert held.is_set()
    assert tablet.post("/api/v1/session", json={"pin": house.pins["moderator"]}).status_code == 200
    house.call(release)
