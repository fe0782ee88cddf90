"""Jetstream and the service of profiles on loopback: the real protocols, with every misbehaviour on command."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.standins.http import Exchange, HttpStandIn

POST = "app.bsky.feed.post"
V2 = "network.bsky.jetstream.subscribeEvents"


def did(name: str) -> str:
    """The id of a made-up account."""
    return f"did:plc:{name}"


def uri(name: str, rkey: str, collection: str = POST) -> str:
    """Where a record lies."""
    return f"at://{did(name)}/{collection}/{rkey}"


def commit(
    name: str,
    rkey: str,
    record: Mapping[str, Any] | None,
    *,
    collection: str = POST,
    operation: str = "create",
    rev: str = "r1",
) -> dict[str, Any]:
    """A commit in the first envelope, still without its time; no record where it deletes."""
    change: dict[str, Any] = {"rev": rev, "operation": operation, "collection": collection, "rkey": rkey}
    if record is not None:
        change |= {"record": {"$type": collection, **record}, "cid": "bafyrei"}
    return {"did": did(name), "kind": "commit", "commit": change}


def post(name: str, rkey: str, text: str, **more: Any) -> dict[str, Any]:
    """A new post."""
    return commit(name, rkey, {"text": text, "langs": ["en"], **more})


def edit(name: str, rkey: str, text: str, rev: str, **more: Any) -> dict[str, Any]:
    """A post with other words."""
    return commit(name, rkey, {"text": text, "langs": ["en"], **more}, operation="update", rev=rev)


def gone(name: str, rkey: str, collection: str = POST) -> dict[str, Any]:
    """A deletion."""
    return commit(name, rkey, None, collection=collection, operation="delete")


def about(name: str, rkey: str, subject: str, kind: Literal["like", "repost"]) -> dict[str, Any]:
    """A like or a repost of the post at ``subject``."""
    return commit(name, rkey, {"subject": {"uri": subject, "cid": "bafy"}}, collection=f"app.bsky.feed.{kind}")


def account(name: str, status: str = "") -> dict[str, Any]:
    """An account that is active, or the reason why not."""
    state = {"active": not status, "did": did(name), "seq": 1, **({"status": status} if status else {})}
    return {"did": did(name), "kind": "account", "account": state}


def identity(name: str, handle: str) -> dict[str, Any]:
    """An account with another handle."""
    return {"did": did(name), "kind": "identity", "identity": {"did": did(name), "handle": handle, "seq": 1}}


def second(event: Mapping[str, Any], seq: int, time: str) -> dict[str, Any]:
    """``event`` in the second envelope."""
    payload: dict[str, Any] = {"$type": f"{V2}#{event['kind']}", "seq": seq, "did": event["did"], "time": time}
    payload |= event["commit"] if event["kind"] == "commit" else {event["kind"]: event.get(event["kind"], {})}
    return {"$type": "message", "payload": payload}


class Jetstream:
    """A host with a history: who asks with a cursor gets what lies behind it, then what is ``said``.

    ``asked`` are the paths of all requests and ``agents`` who asked; ``refusals`` are the answers that the next requests get
    instead of a stream; ``deaf`` hosts read nothing, so that no ping is answered. ``repeats`` sends each connection everything,
    whatever it asks for.
    """

    def __init__(self, start_us: int, *, envelope: Literal["v1", "v2"] = "v1") -> None:
        self.envelope, self.time_us, self.seq = envelope, start_us, 100
        self.asked: list[str] = []
        self.agents: list[str] = []
        self.refusals: list[tuple[int, dict[str, str], bytes]] = []
        self.deaf = self.repeats = False
        self._history: list[tuple[int, int, bytes]] = []
        self._sockets: set[ServerConnection] = set()

    @property
    def url(self) -> str:
        """Such as ``ws://127.0.0.1:40123``."""
        return f"ws://127.0.0.1:{self.port}"

    @property
    def cursors(self) -> list[int | None]:
        """The cursor of each request."""
        found = [parse_qs(urlsplit(path).query).get("cursor") for path in self.asked]
        return [int(cursor[0]) if cursor else None for cursor in found]

    @property
    def connected(self) -> int:
        """How many listen now."""
        return len(self._sockets)

    async def __aenter__(self) -> Self:
        self._server = await serve(
            self._stream, "127.0.0.1", getattr(self, "port", 0), process_request=self._receive, ping_interval=None
        )
        self.port: int = next(iter(self._server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.hang_up()
        self._server.close()
        await self._server.wait_closed()

    async def say(self, *events: Mapping[str, Any], step_us: int = 1000) -> None:
        """Keep ``events`` and send them to who listens, each ``step_us`` after the last; below zero goes back in time."""
        for event in events:
            await self.send(self._kept(event, step_us))

    def frame(self, event: Mapping[str, Any]) -> bytes:
        """``event`` as it goes out now."""
        if self.envelope == "v2":
            seconds, rest = divmod(self.time_us, 1_000_000)
            return json.dumps(second(event, self.seq, f"{_clock(seconds)}.{rest:06d}Z")).encode()
        return json.dumps({**event, "time_us": self.time_us}, ensure_ascii=False).encode()

    def keep(self, *events: Mapping[str, Any] | bytes) -> None:
        """Put ``events``, or any bytes, into the history only: nobody listens just now."""
        for event in events:
            self._kept(event, 1000)

    def _kept(self, event: Mapping[str, Any] | bytes, step_us: int) -> bytes:
        self.time_us += step_us
        self.seq += 1
        frame = event if isinstance(event, bytes) else self.frame(event)
        self._history.append((self.time_us, self.seq, frame))
        return frame

    async def send(self, frame: bytes, *, cut: Iterable[int] = ()) -> None:
        """Any bytes to who listens, in pieces where ``cut`` says."""
        edges = [0, *cut, len(frame)]
        pieces = [frame[a:b] for a, b in pairwise(edges)]
        for socket in list(self._sockets):
            await _sent(socket, pieces)

    def hang_up(self) -> None:
        """Cut every connection without goodbye."""
        for socket in list(self._sockets):
            socket.transport.abort()

    async def close(self, code: int = 1001, reason: str = "") -> None:
        """Say goodbye to everybody."""
        for socket in list(self._sockets):
            await socket.close(code, reason)

    def _receive(self, socket: ServerConnection, request: Request) -> Response | None:  # noqa: ARG002, as it is called
        self.asked.append(request.path)
        self.agents.append(request.headers.get("User-Agent", ""))
        if not self.refusals:
            return None
        status, headers, body = self.refusals.pop(0)
        return Response(status, "refused", Headers({**headers, "Content-Length": str(len(body))}), body)

    async def _stream(self, socket: ServerConnection) -> None:
        cursor = self.cursors[-1]
        missed = [frame for us, seq, frame in self._history if self._after(cursor, us, seq)]
        if self.deaf:
            socket.transport.pause_reading()
        try:
            for frame in missed:
                await _sent(socket, [frame])
            self._sockets.add(socket)
            await socket.wait_closed()
        except ConnectionClosed:
            pass
        finally:
            self._sockets.discard(socket)

    def _after(self, cursor: int | None, time_us: int, seq: int) -> bool:
        if self.repeats:
            return True
        if cursor is None:
            return False
        return seq >= cursor if cursor < 10**15 else time_us >= cursor


async def _sent(socket: ServerConnection, pieces: list[bytes]) -> None:
    try:
        if len(pieces) == 1:
            await socket.send(pieces[0], text=True)
        else:
            await socket.send(pieces, text=True)
    except ConnectionClosed:
        pass


def _clock(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")


class ProfileService(HttpStandIn):
    """``app.bsky.actor.getProfiles``. ``known`` are profiles by id; ``faults_to_come`` are what the next calls get instead.

    A fault is a status with headers and a body, or None for silence.
    """

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.known: dict[str, dict[str, Any]] = {}
        self.faults_to_come: list[tuple[int, dict[str, str], bytes] | None] = []

    def know(self, name: str, **more: Any) -> None:
        """Somebody with the handle ``NAME.example``."""
        handle = f"{name}.example"
        self.known[did(name)] = {"did": did(name), "handle": handle, "displayName": name.title(), **more}

    async def _answer(self, exchange: Exchange) -> None:
        if self.faults_to_come:
            fault = self.faults_to_come.pop(0)
            if fault is None:
                await asyncio.Event().wait()
            else:
                status, headers, body = fault
                await exchange.answer(status, body, headers)
            return
        actors = exchange.query.get("actors", [])
        found = [p for p in self.known.values() if p["did"] in actors or p["handle"] in actors]
        await exchange.answer(200 if len(actors) <= 25 else 400, {"profiles": found})
