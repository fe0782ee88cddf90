"""A Mastodon server on loopback: its REST, its server-sent events and its websocket, with every misbehaviour on command."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from tests.standins.http import Exchange, HttpStandIn

TOKEN = "kaleidoscope"
FORBIDDEN = {"error": "The access token is invalid"}


def account(name: str = "ada", home: str = "social.example", **more: Any) -> dict[str, Any]:
    """A made-up account, as a server that is not its home tells of it."""
    return {
        "id": f"9{len(name)}",
        "username": name,
        "acct": f"{name}@{home}",
        "display_name": name.title(),
        "url": f"https://{home}/@{name}",
        "uri": f"https://{home}/users/{name}",
        "avatar_static": f"https://{home}/{name}.png",
        "note": "<p>Here for the lights</p>",
        "bot": False,
        "noindex": False,
        "followers_count": 12,
        **more,
    }


def status(
    n: int, text: str, *, local: int = 0, author: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The ``n``th status of its author, under the server's own number ``local`` (default: ``n``)."""
    author = author or account()
    return {
        "id": str(local or n),
        "uri": f"{author.get('uri')}/statuses/{n}",
        "url": f"{author.get('url')}/{n}",
        "created_at": f"2025-06-15T14:{n // 60 % 60:02}:{n % 60:02}.000Z",
        "edited_at": None,
        "visibility": "public",
        "language": "en",
        "sensitive": False,
        "spoiler_text": "",
        "content": f"<p>{text}</p>",
        "account": author,
        "reblog": None,
        "in_reply_to_id": None,
        "mentions": [],
        "tags": [{"name": word[1:].lower()} for word in text.split() if word.startswith("#")],
        "media_attachments": [],
        **more,
    }


class MastodonStandIn:
    """One server. What it ``keeps`` is in its timelines; what it ``says`` goes to those who are connected.

    ``refusals`` answer the next requests to paths that begin so, in order: (path, status, headers, JSON). ``cut`` is how many
    bytes of an event go out at once. ``asked`` keeps what websockets were told. ``transport`` is what its instance points to.
    """

    def __init__(self) -> None:
        self.statuses: dict[str, list[dict[str, Any]]] = {}
        self.refusals: list[tuple[str, int, dict[str, str], Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.cut = 0
        self.transport = "sse"
        self._events: dict[Exchange, str] = {}
        self._sockets: dict[ServerConnection, list[list[str]]] = {}
        self._closed = asyncio.Event()
        self.http = HttpStandIn(self._answer)

    @property
    def url(self) -> str:
        return self.http.url

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://")

    @property
    def following(self) -> list[str]:
        """Every stream that somebody hears, in order."""
        sockets = [":".join(name) for names in self._sockets.values() for name in names]
        return sorted([*self._events.values(), *sockets])

    def asks(self, path: str) -> list[Exchange]:
        """Every request to a path that begins so."""
        return [exchange for exchange in self.http.seen if exchange.path.startswith(path)]

    async def __aenter__(self) -> Self:
        self._stack = AsyncExitStack()
        await self._stack.enter_async_context(self.http)
        server = await self._stack.enter_async_context(
            serve(self._talk, "127.0.0.1", 0, process_request=self._admit, ping_interval=None, max_size=None)
        )
        self._socket_port = next(iter(server.sockets)).getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.hang_up()
        await self._stack.__aexit__(kind, fault, trace)

    def keep(self, status: dict[str, Any], *streams: str) -> dict[str, Any]:
        """Put ``status`` into timelines, and tell nobody."""
        for stream in streams or ("hashtag:kaleido",):
            self.statuses.setdefault(stream, []).append(status)
        return status

    async def post(self, status: dict[str, Any], *streams: str, event: str = "update") -> dict[str, Any]:
        """Put ``status`` into timelines, and tell it to who is connected."""
        self.keep(status, *streams)
        for stream in streams or ("hashtag:kaleido",):
            await self.say(event, json.dumps(status, ensure_ascii=False), stream)
        return status

    async def say(self, event: str, payload: str, stream: str = "hashtag:kaleido") -> None:
        """An event with whatever payload."""
        name = ["public", "local"] if stream == "public:local" else stream.split(":", 1)
        await self.raw(f"event: {event}\ndata: {payload}\n\n".encode(), stream)
        frame = json.dumps({"stream": name, "event": event, "payload": payload}, ensure_ascii=False)
        await self.frame(frame, stream)

    async def raw(self, data: bytes, stream: str = "hashtag:kaleido") -> None:
        """Bytes to everybody who hears ``stream`` as server-sent events."""
        step = self.cut or len(data)
        for exchange in [e for e, name in self._events.items() if name == stream]:
            with contextlib.suppress(ConnectionError):  # who was killed hears nothing more
                for start in range(0, len(data), step):
                    await exchange.chunk(data[start : start + step])

    async def frame(self, data: str, stream: str = "hashtag:kaleido") -> None:
        """A frame to everybody who hears ``stream`` by websocket."""
        for socket, names in list(self._sockets.items()):
            if stream.split(":", 1) in names:
                with contextlib.suppress(ConnectionClosed):
                    await socket.send(data)

    async def thump(self) -> None:
        """A heartbeat on every stream."""
        for name in set(self._events.values()):
            await self.raw(b":thump\n", name)

    async def hang_up(self) -> None:
        """Cut every connection without goodbye."""
        for exchange in list(self._events):
            exchange.hang_up()
        for socket in list(self._sockets):
            socket.transport.abort()
        self._events.clear()
        self._sockets.clear()
        self._closed.set()
        self._closed = asyncio.Event()

    async def close(self) -> None:
        """End every connection in good order."""
        closed, self._closed = self._closed, asyncio.Event()
        for exchange in list(self._events):
            await exchange.chunk(b"")
        for socket in list(self._sockets):
            await socket.close()
        self._events.clear()
        closed.set()

    def fall_silent(self) -> None:
        """Read nothing any more from websockets, so that no ping is answered."""
        for socket in self._sockets:
            socket.transport.pause_reading()

    async def _answer(self, exchange: Exchange) -> None:
        refusal = self._refusal(exchange.path)
        if refusal is not None:
            code, headers, body = refusal
            await exchange.answer(code, body, headers)
        elif exchange.path == "/api/v2/instance":
            # Both transports are at one address of a real server; here each has its own port.
            at = f"127.0.0.1:{self._socket_port}" if self.transport == "websocket" else self.host
            urls = {"streaming": f"ws://{at}"}
            await exchange.answer(200, {"domain": "social.example", "configuration": {"urls": urls}})
        elif exchange.path.startswith("/api/v1/timelines/"):
            await exchange.answer(200, self._page(exchange))
        elif exchange.path.startswith("/api/v1/streaming/"):
            await self._stream(exchange)
        else:
            await exchange.answer(404, {"error": "Record not found"})

    def _refusal(self, path: str) -> tuple[int, dict[str, str], Any] | None:
        for refusal in self.refusals:
            if path.startswith(refusal[0]):
                self.refusals.remove(refusal)
                return refusal[1:]
        return None

    def _page(self, exchange: Exchange) -> list[dict[str, Any]]:
        _, _, _, _, name, *of = exchange.path.split("/")
        stream = {"tag": "hashtag", "home": "user"}.get(name, name) + (f":{unquote(of[0])}" if of else "")
        stream += ":local" if exchange.query.get("local") else ""
        limit, since = int(exchange.query["limit"][0]), int(exchange.query.get("min_id", ["0"])[0])
        kept = sorted((s for s in self.statuses.get(stream, []) if int(s["id"]) > since), key=lambda s: int(s["id"]))
        return list(reversed(kept[:limit] if "min_id" in exchange.query else kept[-limit:]))

    async def _stream(self, exchange: Exchange) -> None:
        if exchange.headers.get("authorization") != f"Bearer {TOKEN}":
            await exchange.answer(401, FORBIDDEN)
            return
        name = exchange.path.removeprefix("/api/v1/streaming/").replace("/", ":")
        of = [value for key in ("tag", "list") for value in exchange.query.get(key, [])]
        await exchange.begin(200, {"content-type": "text/event-stream"})
        await exchange.chunk(b":)\n")
        self._events[exchange] = ":".join((name, *of))
        closed = asyncio.ensure_future(self._closed.wait())
        gone = asyncio.ensure_future(exchange.gone())
        await asyncio.wait((closed, gone), return_when=asyncio.FIRST_COMPLETED)
        closed.cancel()
        gone.cancel()
        self._events.pop(exchange, None)

    def _admit(self, _: ServerConnection, request: Request) -> Response | None:
        refusal = self._refusal("/websocket")
        if refusal is None and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            refusal = (401, {}, FORBIDDEN)
        if refusal is None:
            return None
        code, headers, body = refusal
        data = json.dumps(body).encode()
        return Response(code, "Refused", Headers({**headers, "Content-Length": str(len(data))}), data)

    async def _talk(self, socket: ServerConnection) -> None:
        self._sockets[socket] = []
        try:
            async for message in socket:
                told = json.loads(message)
                self.asked.append(told)
                await self._change(socket, told)
        except ConnectionClosed:
            pass
        finally:
            self._sockets.pop(socket, None)

    async def _change(self, socket: ServerConnection, told: dict[str, Any]) -> None:
        name = [told["stream"], *(told[key] for key in ("tag", "list") if key in told)]
        if (refusal := self._refusal("/subscribe")) is not None:
            await socket.send(json.dumps({"error": refusal[2], "status": refusal[0]}))
        elif told["type"] == "subscribe":
            self._sockets[socket].append(name)
        else:
            self._sockets[socket].remove(name)
