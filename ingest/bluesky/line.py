"""One connection to Jetstream: frames in bundles, and signs of life while there are none.

A host that is quiet answers pings and is well; one that answers nothing for ``pong_s`` after a ping is dead, although its
connection may look open for hours. Any frame counts as an answer: in a long catch-up the pong stands behind a million of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Final, Self

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

FRAMES: Final = 2000
BYTES: Final = 32 << 20
"""What waits to be read at most; then nothing more is taken from the network."""


class Silent(Exception):
    """The host answers nothing, although the connection is open."""


class Line:
    """Frames of ``socket``. ``pause`` waits; ``gather_s`` is how long frames are gathered into one bundle."""

    def __init__(
        self,
        socket: ClientConnection,
        *,
        pause: Callable[[float], Awaitable[None]],
        gather_s: float,
        ping_s: float,
        pong_s: float,
    ) -> None:
        self._socket, self._pause = socket, pause
        self._gather_s, self._ping_s, self._pong_s = gather_s, ping_s, pong_s
        self._frames: list[bytes] = []
        self._waiting = self._heard = self._pongs = 0
        self._fault: Exception | None = None
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._tasks = [
            asyncio.create_task(self._read(), name="jetstream reads"),
            asyncio.create_task(self._keep_alive(), name="jetstream pings"),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def bundles(self) -> AsyncIterator[list[bytes]]:
        """What came, in order; an empty bundle is a pong. Raises ``ConnectionClosed`` or ``Silent`` after the last frame."""
        pongs = 0
        while True:
            if self._fault is None:
                await self._news.wait()
                await self._pause(self._gather_s)
            frames, self._frames, self._waiting = self._frames, [], 0
            self._news.clear()
            self._room.set()
            if frames or self._pongs != pongs:
                pongs = self._pongs
                yield frames
            elif self._fault is not None:
                raise self._fault

    async def _read(self) -> None:
        try:
            while True:
                frame = await self._socket.recv(decode=False)
                self._frames.append(frame)
                self._waiting += len(frame)
                self._heard += 1
                self._news.set()
                if self._waiting >= BYTES or len(self._frames) >= FRAMES:
                    self._room.clear()
                    await self._room.wait()
        except ConnectionClosed as fault:
            self._end(fault)

    async def _keep_alive(self) -> None:
        try:
            while True:
                await self._pause(self._ping_s)
                heard = self._heard
                pong = await self._socket.ping()
                try:
                    async with asyncio.timeout(self._pong_s):
                        await pong
                except TimeoutError:
                    if self._heard == heard and self._room.is_set():
                        self._end(Silent())
                        return
                else:
                    self._pongs += 1
                    self._news.set()
        except ConnectionClosed as fault:
            self._end(fault)

    def _end(self, fault: Exception) -> None:
        self._fault = self._fault or fault
        self._news.set()
