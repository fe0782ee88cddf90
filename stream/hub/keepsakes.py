"""Keepsakes: what the hub keeps in ``memory`` beside the analysis: sponsors' logos, and for how long each was shown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from stream.hub.board import Board
from stream.hub.logos import SUBJECT as PICTURE
from stream.hub.logos import Logos, name_of, remade
from stream.hub.screen_time import SUBJECT as SHOWN
from stream.hub.screen_time import ScreenTime
from stream.log import MEMORY, Entry, Log, LogUnavailable
from stream.wire.messages import Logo, encode

WRITE_S: Final = 15.0

log = structlog.get_logger(__name__)


class Keepsakes:
    """All methods belong to the event loop; ``clock`` is hub time in ms, ``log_of`` the log once it is open."""

    def __init__(self, board: Board, clock: Callable[[], float], log_of: Callable[[], Log | None]) -> None:
        self.logos = Logos()
        self.screen_time = ScreenTime()
        self._board = board
        self._clock = clock
        self._log_of = log_of
        self._shown: set[str] = set()

    def remember(self, key: str, value: bytes | None) -> bool:
        """Take in a record of ``memory``; whether it was one of these. Raises ``msgspec.DecodeError`` for a broken one."""
        if key.startswith(PICTURE):
            self.logos.remember(key, value)
        elif key.startswith(SHOWN):
            self.screen_time.remember(key, value)
        else:
            return False
        return True

    async def keep(self, data: bytes) -> str:
        """Keep a logo; its name. Raises ``Unusable``, and ``LogUnavailable`` while it cannot be kept for good."""
        png = await asyncio.to_thread(remade, data)
        name = name_of(png)
        current = self._log_of()
        if current is None:
            raise LogUnavailable("the log is not open yet")
        await current.publish(MEMORY, [Entry(PICTURE + name, png)])
        self.logos.remember(PICTURE + name, png)
        return name

    def send(self, names: Iterable[str]) -> None:
        """Let walls have the logos of these names, and no others."""
        wanted = {name for name in names if self.logos.png(name) is not None}
        for name in self._shown - wanted:
            self._board.drop(f"logo:{name}")
        for name in sorted(wanted - self._shown):
            self._board.put(f"logo:{name}", encode(Logo(int(self._clock()), name, self.logos.png(name) or b"")))
        self._shown = wanted

    async def write(self) -> None:
        """Write the screen time once in a while, for ever."""
        while True:
            await asyncio.sleep(WRITE_S)
            current, found = self._log_of(), self.screen_time.due(int(self._clock()))
            if current is None or not found:
                continue
            try:
                await current.publish(MEMORY, [Entry(subject, value) for subject, value in found.items()])
            except LogUnavailable as fault:
                log.warning("screen time is not written", fault=str(fault))
