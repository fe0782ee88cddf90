"""What several connections heard, for one reader: bounded, so that who does not read stops them from hearing more."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final

import msgspec

from ingest.mastodon.streams import Stream

SIZE: Final = 1000


class Said(msgspec.Struct, frozen=True):
    """An event of a server, with what it carries as it came. ``stream`` is None where it does not say on which."""

    stream: Stream | None
    event: str
    payload: bytes


class Oversized(msgspec.Struct, frozen=True):
    """An event of ``size`` bytes, of which nothing was kept."""

    size: int


class Pulse(msgspec.Struct, frozen=True):
    """A sign of life."""


Heard = Said | Oversized | Pulse | Exception
"""An exception is the end of the connection that heard it."""


class Inbox:
    """At most ``SIZE`` things wait in it, and one more for each connection."""

    def __init__(self) -> None:
        self._waiting: deque[Heard] = deque()
        self._news, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()

    @property
    def full(self) -> bool:
        """Whether connections wait for the reader."""
        return not self._room.is_set()

    async def put(self, heard: Heard) -> None:
        """Add, when there is room."""
        await self._room.wait()
        self._waiting.append(heard)
        self._news.set()
        if len(self._waiting) >= SIZE:
            self._room.clear()

    def pulse(self) -> None:
        """Add a sign of life, for those who cannot wait; beside other things it is not needed."""
        if not self._waiting:
            self._waiting.append(Pulse())
            self._news.set()

    def wake(self) -> None:
        """Let the reader look up, although there may be nothing."""
        self._news.set()

    async def take(self) -> list[Heard]:
        """All that waits, as soon as there is something; nothing after ``wake``."""
        await self._news.wait()
        heard = list(self._waiting)
        self._waiting.clear()
        self._news.clear()
        self._room.set()
        return heard
