"""Tells the log how the sources do: on each change of a condition, and every quarter of a minute."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

import structlog

from ingest.health import Health
from stream.log import SOURCES, Entry, Log, LogUnavailable
from stream.mention import SourceStatus, encode

TICK_S: Final = 1.0
EVERY_TICKS: Final = 12
"""A little more often than four times a minute, so that a slow log does not make ingest look dead."""
LAST_S: Final = 2.0

logger = structlog.get_logger("ingest")


class StatusTeller:
    """Publishes the status of each of ``states``; ``spooled`` tells how many entries wait on disk.

    It has a task of its own, so that no source ever waits for it. While the log is away nothing is told, nor kept: of a
    status only the newest matters.
    """

    def __init__(
        self,
        log: Log,
        states: Iterable[Health],
        spooled: Callable[[], int],
        *,
        tick: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._log, self._states, self._spooled, self._tick = log, tuple(states), spooled, tick
        self._told: dict[str, tuple[str, str]] = {}

    async def run(self) -> None:
        """Tell until cancelled, and then once more, where the log takes it at once."""
        ticks = 0
        try:
            while True:
                # A tick that failed is made up for by the next one: the change is still there.
                if await self.tell(everything=ticks % EVERY_TICKS == 0):
                    ticks += 1
                await self._tick(TICK_S)
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_S):
                    await self.tell(everything=True)

    async def tell(self, *, everything: bool = False) -> bool:
        """Publish what changed, or everything; returns whether the log has it."""
        statuses = [health.status(self._spooled()) for health in self._states]
        news = [status for status in statuses if everything or self._told.get(status.name) != _gist(status)]
        if not news:
            return True
        try:
            await self._log.publish(SOURCES, [Entry(key=status.name, value=encode(status)) for status in news])
        except LogUnavailable:
            return False
        self._told |= {status.name: _gist(status) for status in news}
        for status in news:
            if not everything:
                logger.info("source", source=status.name, condition=status.condition, fault=status.fault)
        return True


def _gist(status: SourceStatus) -> tuple[str, str]:
    """What is news when it changes."""
    return status.condition, status.fault
