"""Server-sent events of a server: one connection for each stream."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Final, Self

import httpx2

from ingest.mastodon.api import Api, body_of
from ingest.mastodon.inbox import Inbox, Oversized, Pulse, Said
from ingest.mastodon.refusals import Refusals
from ingest.mastodon.streams import Stream
from ingest.sse import Comment, Decoder, Overlong

SILENCE_S: Final = 90.0
"""Mastodon sends a heartbeat every 15 s."""


class Events:
    """The streams of ``base`` that are followed; what they say goes to ``inbox``."""

    def __init__(
        self,
        base: str,
        api: Api,
        client: httpx2.AsyncClient,
        inbox: Inbox,
        refusals: Refusals,
        *,
        pause: Callable[[float], Awaitable[None]],
        monotonic: Callable[[], float],
    ) -> None:
        self._base, self._api, self._client, self._inbox, self._refusals = base, api, client, inbox, refusals
        self._pause, self._monotonic = pause, monotonic
        self._tasks: dict[Stream, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._end(frozenset(self._tasks))

    async def follow(self, streams: frozenset[Stream]) -> None:
        """Hear these and no others; returns when the server has begun all of them. Raises ``SourceUnavailable``."""
        await self._end(frozenset(self._tasks) - streams)
        begun: list[asyncio.Future[None]] = []
        for stream in sorted(streams - frozenset(self._tasks)):
            begun.append(asyncio.get_running_loop().create_future())
            self._tasks[stream] = asyncio.create_task(self._keep(stream, begun[-1]), name=f"mastodon {stream.written}")
        for fault in await asyncio.gather(*begun, return_exceptions=True):
            if fault is not None:
                raise fault

    async def _end(self, streams: frozenset[Stream]) -> None:
        tasks = [self._tasks.pop(stream) for stream in streams]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, stream: Stream, begun: asyncio.Future[None]) -> None:
        """Hear ``stream`` until it ends. How it ended, if not by us, goes to ``begun`` or to the inbox."""
        last = [self._monotonic()]
        reading = asyncio.create_task(self._read(stream, begun, last), name=f"mastodon reads {stream.written}")
        watching = asyncio.create_task(self._watch(last), name=f"mastodon watches {stream.written}")
        try:
            done, _ = await asyncio.wait((reading, watching), return_when=asyncio.FIRST_COMPLETED)
            fault = done.pop().exception() or self._refusals.broken(f"closed the stream {stream.written}")
        finally:
            reading.cancel()
            watching.cancel()
            await asyncio.gather(reading, watching, return_exceptions=True)
        assert isinstance(fault, Exception)
        if begun.done():
            await self._inbox.put(fault)
        else:
            begun.set_exception(fault)

    async def _read(self, stream: Stream, begun: asyncio.Future[None], last: list[float]) -> None:
        timeout = httpx2.Timeout(30.0, read=None)
        url, headers = self._base + stream.path, {"accept": "text/event-stream", "accept-encoding": "identity"}
        try:
            async with self._client.stream(
                "GET", url, params=stream.params, headers=headers, timeout=timeout
            ) as response:
                if response.status_code != 200:
                    body = await body_of(response)
                    raise self._refusals.answer(response.status_code, response.headers, body)
                begun.set_result(None)
                decoder = Decoder()
                async for piece in response.aiter_bytes():
                    last[0] = self._monotonic()
                    for told in decoder.feed(piece):
                        if isinstance(told, Comment):
                            await self._inbox.put(Pulse())
                        elif isinstance(told, Overlong):
                            await self._inbox.put(Oversized(told.size))
                        else:
                            await self._inbox.put(Said(stream, told.type, told.data))
        except httpx2.HTTPError as fault:
            raise self._api.unreachable(fault) from fault

    async def _watch(self, last: list[float]) -> None:
        while (left := last[0] + SILENCE_S - self._monotonic()) > 0 or self._inbox.full:
            await self._pause(left if left > 0 else SILENCE_S)
        raise self._refusals.broken(f"said nothing for {SILENCE_S:.0f} seconds, not even that it is there")
