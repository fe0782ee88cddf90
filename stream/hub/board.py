"""The board: the newest encoded state of each channel, for any number of readers at any speed.

Latest wins: a slow reader never gets a queue, only the newest payload of what changed since it last looked; every payload
is encoded once for all. ``put`` may be called from any thread.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import NamedTuple


class Posted(NamedTuple):
    channel: str
    rev: int
    payload: bytes


class Board:
    """Channels are short names (``on_air``, ``graph:topics``, ``motion:topics``, ``labels:0``, ``stories``)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: dict[str, Posted] = {}
        self._rev = 0
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()

    def put(self, channel: str, payload: bytes) -> int:
        """Replace what ``channel`` holds and wake the readers; returns the new revision, which grows over all channels."""
        with self._lock:
            self._rev += 1
            self._newest[channel] = Posted(channel, self._rev, payload)
            waiting = list(self._waiting)
            rev = self._rev
        for loop, event in waiting:
            if not loop.is_closed():
                loop.call_soon_threadsafe(event.set)
        return rev

    def drop(self, channel: str) -> None:
        """Forget a channel; readers keep what they have until something else says so."""
        with self._lock:
            self._newest.pop(channel, None)

    def newest(self, channel: str) -> Posted | None:
        """What ``channel`` holds."""
        with self._lock:
            return self._newest.get(channel)

    def since(self, seen: Mapping[str, int]) -> list[Posted]:
        """Everything whose revision differs from the one ``seen`` for its channel, oldest first."""
        with self._lock:
            fresh = [p for p in self._newest.values() if seen.get(p.channel) != p.rev]
        return sorted(fresh, key=lambda p: p.rev)

    async def changed(self, seen: Mapping[str, int]) -> list[Posted]:
        """``since(seen)``, waiting until it holds something."""
        event = asyncio.Event()
        entry = (asyncio.get_running_loop(), event)
        with self._lock:
            self._waiting.add(entry)
        try:
            while not (fresh := self.since(seen)):
                await event.wait()
                event.clear()
            return fresh
        finally:
            with self._lock:
                self._waiting.discard(entry)
