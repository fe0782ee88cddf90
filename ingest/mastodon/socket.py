"""A websocket to a server: one connection for all streams, which are changed while it is open."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Any, Final, Self

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from ingest.mastodon.api import Api
from ingest.mastodon.events import SILENCE_S
from ingest.mastodon.inbox import Inbox, Oversized, Said
from ingest.mastodon.refusals import Refusals
from ingest.mastodon.streams import Stream
from ingest.sse import LIMIT

PING_S: Final = 30.0
FRAME_LIMIT: Final = 16 * 1024 * 1024
"""A longer frame ends the connection; those longer than ``LIMIT`` are passed over."""


class _Frame(msgspec.Struct):
    event: str = ""
    payload: Any = ""
    stream: list[str] = []
    error: Any = None
    status: int = 0


_decoder = msgspec.json.Decoder(_Frame)


class Socket:
    """The streams of ``base`` that are followed; what they say goes to ``inbox``."""

    def __init__(
        self,
        base: str,
        api: Api,
        inbox: Inbox,
        refusals: Refusals,
        *,
        pause: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._url = f"ws{base.removeprefix('http')}/api/v1/streaming"
        self._api, self._inbox, self._refusals = api, inbox, refusals
        self._pause, self._monotonic = pause, monotonic
        self._followed: frozenset[Stream] = frozenset()
        self._last = 0.0

    async def __aenter__(self) -> Self:
        headers = self._api.headers
        try:
            # The library's own pings tell nobody of the answers, and follow its own clock.
            self._socket: ClientConnection = await connect(
                self._url,
                additional_headers=headers,
                user_agent_header=None,
                ping_interval=None,
                max_size=FRAME_LIMIT,
                open_timeout=30,
                close_timeout=1,
            )
        except InvalidStatus as refusal:
            answer = refusal.response
            raise self._refusals.answer(answer.status_code, answer.headers, bytes(answer.body or b"")) from refusal
        except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as fault:
            raise self._api.unreachable(fault) from fault
        self._last = self._monotonic()
        self._tasks = [
            asyncio.create_task(self._guard(self._read()), name="mastodon reads a socket"),
            asyncio.create_task(self._guard(self._ping()), name="mastodon pings"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._socket.close()

    async def follow(self, streams: frozenset[Stream]) -> None:
        """Hear these and no others. Raises ``SourceUnavailable``."""
        messages = [stream.message("unsubscribe") for stream in sorted(self._followed - streams)]
        messages += [stream.message("subscribe") for stream in sorted(streams - self._followed)]
        self._followed = streams
        try:
            for message in messages:
                await self._socket.send(msgspec.json.encode(message).decode())
        except ConnectionClosed as fault:
            raise self._closed(fault) from fault

    async def _guard(self, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as fault:
            await self._inbox.put(self._closed(fault) if isinstance(fault, ConnectionClosed) else fault)

    async def _read(self) -> None:
        while True:
            frame = await self._socket.recv(decode=False)
            self._last = self._monotonic()
            if len(frame) > LIMIT:
                await self._inbox.put(Oversized(len(frame)))
                continue
            try:
                told = _decoder.decode(frame)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                # Nobody knows what it was, so it is told as a status that cannot be read.
                await self._inbox.put(Said(None, "update", frame))
                continue
            if told.error is not None:
                raise self._refusals.answer(told.status or 500, {}, frame)
            payload = told.payload.encode() if isinstance(told.payload, str) else msgspec.json.encode(told.payload)
            await self._inbox.put(Said(_stream(told.stream), told.event, payload))

    async def _ping(self) -> None:
        while True:
            await self._pause(PING_S)
            if self._monotonic() - self._last >= SILENCE_S and not self._inbox.full:
                raise self._refusals.broken(f"answered nothing for {SILENCE_S:.0f} seconds, not even a ping")
            pong = asyncio.ensure_future(await self._socket.ping())
            pong.add_done_callback(self._ponged)

    def _ponged(self, pong: asyncio.Future[float]) -> None:
        if not pong.cancelled() and pong.exception() is None:
            self._last = self._monotonic()
            self._inbox.pulse()

    def _closed(self, fault: ConnectionClosed) -> Exception:
        code = fault.rcvd.code if fault.rcvd else 1006
        return self._refusals.broken(f"closed the websocket ({code})")


def _stream(names: list[str]) -> Stream | None:
    return Stream(names[0], names[1] if len(names) > 1 else "") if names else None
