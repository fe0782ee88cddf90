"""An HTTP server that a test holds by the bytes: it can send half a character, hang, or hang up."""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import h11


class Exchange:
    """One request, and the answer that the test writes to it."""

    def __init__(
        self, request: h11.Request, body: bytes, writer: asyncio.StreamWriter, reader: asyncio.StreamReader
    ) -> None:
        self._reader = reader
        self.method = request.method.decode()
        target = urlsplit(request.target.decode())
        self.path, self.query = target.path, parse_qs(target.query, keep_blank_values=True)
        self.headers = {name.decode().lower(): value.decode("latin-1") for name, value in request.headers}
        self.body = body
        self._writer = writer

    async def answer(
        self, status: int = 200, body: bytes | Any = b"", headers: Mapping[str, str] | None = None
    ) -> None:
        """A whole answer; anything but bytes goes out as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"content-type": "application/json"}
        await self.begin(status, {**kind, **(headers or {}), "content-length": str(len(data))})
        await self.raw(data)

    async def begin(self, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        """Status line and headers; without a length what follows must come as ``chunk``s."""
        headers = {"connection": "close", **(headers or {})}
        if not any(name.lower() == "content-length" for name in headers):
            headers["transfer-encoding"] = "chunked"
        lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
        await self.raw(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))

    async def chunk(self, data: bytes) -> None:
        """A piece of a body without a length, cut wherever the test wants; an empty one ends the body."""
        await self.raw(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    async def raw(self, data: bytes) -> None:
        """Bytes on the wire as they are."""
        self._writer.write(data)
        await self._writer.drain()

    async def gone(self) -> None:
        """Return when the client has closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self._reader.read(65536):
                pass

    def hang_up(self) -> None:
        """Cut the connection without goodbye."""
        self._writer.transport.abort()


Handler = Callable[[Exchange], Awaitable[None]]


class HttpStandIn:
    """Serves on loopback and gives every request to ``handler``; ``seen`` keeps them in order. One request a connection, as
    its answers say: who sent another on it would now and then find it closed.
    """

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self.seen: list[Exchange] = []
        self.faults: list[Exception] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Where it is, such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", getattr(self, "port", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.faults and fault is None:
            raise self.faults[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if (request := await _request(reader)) is not None:
                exchange = Exchange(*request, writer, reader)
                self.seen.append(exchange)
                await self._handler(exchange)
        except (ConnectionError, asyncio.CancelledError):
            pass
        except Exception as fault:
            self.faults.append(fault)
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(Exception):
                writer.close()


async def _request(reader: asyncio.StreamReader) -> tuple[h11.Request, bytes] | None:
    connection = h11.Connection(h11.SERVER)
    request: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(65536)
            if not data:
                return None
            connection.receive_data(data)
        elif isinstance(event, h11.Request):
            request = event
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif isinstance(event, h11.EndOfMessage):
            assert request is not None
            return request, body
