"""No secret of a hub stands anywhere but where it belongs: not in its log, its files, its pages, its figures, its sockets."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import connect

from stream.wire.messages import WallState, encode
from tests.stream.doors.process import HubProcess

ALERTS = "whsec_c2VjcmV0IG9mIHRoZSBhbGVydHM="
FRAMES = 6
OWN_PLACES = ("secrets.toml", "authority/ca.key", "authority/hub.key", "joined.json")
"""Where secrets stand, by name in the hub's folder, readable by nobody else."""


class Evening:
    """What a hub said to everybody in an evening in which much was done, and its secrets."""

    def __init__(self, folder: Path) -> None:
        self.said: list[tuple[str, bytes]] = []
        self.secrets: list[bytes] = []
        self.folder = folder
        with HubProcess(
            folder, https=True, toml=f'[alerts]\nurl = "http://127.0.0.1:9/"\nsecret = "{ALERTS}"\n'
        ) as hub:
            for scope in ("wall", "metrics", "snapshot"):
                self.secrets.append(hub.token(scope).encode())
            for pin in hub.pins.values():
                self.secrets += [pin.encode(), f"{pin[:4]} {pin[4:]}".encode()]
            self.secrets.append(ALERTS.encode())
            self._visit(hub)
            hub.stop()
            assert hub.process is not None
            for name, stream in (("output", hub.process.stdout), ("errors", hub.process.stderr)):
                assert stream is not None
                self.said.append((name, stream.read().encode()))

    def _visit(self, hub: HubProcess) -> None:
        for role in ("viewer", "moderator", "operator"):
            verify = hub.trust()
            with closing(httpx2.Client(base_url=hub.url, verify=verify, headers={"origin": hub.url})) as tablet:  # type: ignore[arg-type]
                tablet.post("/api/v1/session", json={"pin": "00000000"})
                entered = tablet.post("/api/v1/session", json={"pin": hub.pins[role], "desk": "Desk 1"})  # type: ignore[index]
                cookie = next(iter(tablet.cookies.values()))
                self.secrets.append(cookie.encode())
                self.said.append(("session", entered.content))
                tablet.put("/api/v1/moderation/term", json={"term": "spam", "reason": "why"})
                doors = tablet.get("/api/v1/openapi.json").json()["paths"]
                pages = re.findall(r'(?:href|src)="(/page/[^"]+)"', tablet.get("/").text)
                for path in [
                    *(p for p, methods in doors.items() if "get" in methods and "{" not in p),
                    "/",
                    "/wall",
                    *pages,
                ]:
                    answer = tablet.get(path)
                    self.said.append((path, answer.content + str(answer.headers).encode()))
                address = hub.url.replace("https", "wss") + "/ws/tablet"
                headers = {"Cookie": f"__Host-agora-{hub.port}={cookie}", "Origin": hub.url}
                self.said += [("tablet", frame) for frame in asyncio.run(heard(address, hub.trust(), headers))]
        bearer = {"Authorization": f"Bearer {hub.token('metrics')}"}
        self.said.append(("metrics", httpx2.get(f"{hub.url}/metrics", headers=bearer, verify=hub.trust()).content))  # type: ignore[arg-type]
        address = hub.url.replace("https", "wss") + "/ws/wall"
        wall = {"Authorization": f"Bearer {hub.token('wall')}"}
        hall = encode(WallState("hall", (1,), 0, 1, False, 20.0, 40.0, 0, 0.5, 2000))
        self.said += [("wall", frame) for frame in asyncio.run(heard(address, hub.trust(), wall, hall))]


async def heard(
    address: str, trust: ssl.SSLContext | None, headers: Mapping[str, str], word: bytes = b""
) -> list[bytes]:
    """The first frames that a socket gives after ``word``.

    In one thread: two that read and write one TLS socket disturb each other before Python 3.13. ``max_queue``: a queue that is
    full lets no close through.
    """
    opened = connect(address, ssl=trust, additional_headers=headers, max_queue=None)
    async with asyncio.timeout(60), opened as socket:
        if word:
            await socket.send(word)
        frames = [await socket.recv() for _ in range(FRAMES)]
    return [frame if isinstance(frame, bytes) else frame.encode() for frame in frames]


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    return Evening(tmp_path_factory.mktemp("evening"))


def test_nobody_is_told_a_secret(evening: Evening) -> None:
    """PINs, tokens and cookies are in no answer, no frame, no figure and no line that the hub wrote."""
    places = {where for where, said in evening.said for secret in evening.secrets if secret in said}
    assert places == set()
    assert {"output", "errors", "metrics", "tablet", "wall", "/api/v1/moderation/audit"} <= {
        where for where, _ in evening.said
    }


def test_secrets_lie_in_their_own_files(evening: Evening) -> None:
    """No other file holds one, the log and the audit included, and nobody else may read those that do."""
    for path in evening.folder.rglob("*"):
        if not path.is_file():
            continue
        if path.name == "agora.toml":
            continue  # whoever writes a secret there keeps it there
        if str(path.relative_to(evening.folder)) in OWN_PLACES:
            assert path.stat().st_mode & 0o077 == 0
        else:
            held = path.read_bytes()
            assert not any(secret in held for secret in evening.secrets), path
    kept = (evening.folder / "secrets.toml").read_bytes()
    assert not any(secret in kept for secret in evening.secrets[3:])  # of PINs and cookies not even there
