"""What is read before all mentions: decisions, what was kept, retractions and memory, each to where it belongs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
import structlog

from stream.hub.decisions import Scribe
from stream.hub.keepsakes import Keepsakes
from stream.hub.metrics import Metrics
from stream.log import CONTROL, MEMORY, Record

WAITING: Final = 8
"""Batches of retractions and memory that may wait for the analyst before the log is not read on."""

log = structlog.get_logger(__name__)


class Foremost:
    """Belongs to the event loop; ``apply`` brings records to the analyst and returns when they have taken effect."""

    def __init__(
        self,
        scribe: Scribe,
        keepsakes: Keepsakes,
        metrics: Metrics,
        apply: Callable[[Sequence[Record]], Awaitable[None]],
    ) -> None:
        self._scribe, self._keepsakes, self._metrics, self._apply = scribe, keepsakes, metrics, apply
        self._waiting: asyncio.Queue[list[Record]] = asyncio.Queue(WAITING)

    async def take(self, records: Sequence[Record]) -> None:
        """Decisions take effect here, retractions and memory with the analyst, in front of all mentions."""
        others = []
        for record in records:
            try:
                if record.topic == CONTROL.name:
                    self._scribe.heard(record.key, record.value)
                elif record.topic != MEMORY.name or not self._keepsakes.remember(record.key, record.value):
                    others.append(record)
            except (msgspec.DecodeError, ValueError) as fault:
                self._metrics.dead.labels(record.topic).inc()
                log.warning("a record cannot be read", topic=record.topic, offset=record.offset, fault=str(fault))
        if others:
            await self._waiting.put(others)

    async def keep(self) -> None:
        """Bring the analyst what came, for ever: a decision that is read meanwhile does not wait for it."""
        while True:
            records = await self._waiting.get()
            await self._apply(records)
            self._waiting.task_done()

    async def applied(self) -> None:
        """Return when everything that came has taken effect."""
        await self._waiting.join()
