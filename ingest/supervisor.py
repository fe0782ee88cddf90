"""Keeps the sources running beside each other: one that fails is asked again after a pause, and slows nobody."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Final, cast

import msgspec
import structlog

from ingest.cursors import Cursors
from ingest.health import Health
from ingest.ledger import Ledger, Settled
from ingest.publisher import Publisher
from ingest.shelf import LedgerUnavailable
from ingest.source import Batch, LogItem, Source, SourceUnavailable
from stream.mention import NO_DELETIONS, Mention, Rejected, Retraction

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
STOPPED_S: Final = 300.0
"""Pause of a source that waits for a person and names no pause itself."""
TICK_S: Final = 1.0
"""How often tallies are looked for."""
PRUNE_TICKS: Final = 10
LAST_S: Final = 3.0
"""How long the last tallies may take when ingest ends; what was not told is told at the next start."""

logger = structlog.get_logger("ingest")


class Broken(Exception):
    """A fault of our own on the way to the log, not of a source: ingest ends loudly instead of going on wrongly."""


class Supervisor:
    """Runs ``sources`` until each has finished. ``draw`` gives random numbers in 0 … 1 for the jitter.

    ``ledger`` remembers for the sources that want it. ``states`` tells by name how each does.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        publisher: Publisher,
        cursors: Cursors,
        *,
        now: Callable[[], int],
        ledger: Ledger | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        tick: Callable[[float], Awaitable[None]] = asyncio.sleep,
        monotonic: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        if ledger is None and (names := [source.name for source in sources if _remembered(source)]):
            raise ValueError(f"{', '.join(names)} cannot run without a ledger")
        self._sources, self._publisher, self._cursors, self._ledger = sources, publisher, cursors, ledger
        self._pause, self._tick, self._draw = pause, tick, draw
        self.states = {source.name: Health(source, now=now, monotonic=monotonic) for source in sources}
        self._mute = {health.source for health in self.states.values() if not health.tells_deletions}

    async def run(self) -> None:
        """Run every source; returns when all have come to their end. Cancelling it keeps the cursors."""
        try:
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(self._keep(s), name=f"source {s.name}") for s in self._sources]
                bookkeeper = group.create_task(self._keep_book(), name="ledger")
                await asyncio.wait(running)
                bookkeeper.cancel()
        finally:
            self._cursors.save()
            with contextlib.suppress(TimeoutError, LedgerUnavailable):
                async with asyncio.timeout(LAST_S):
                    await self._tell_due(last=True)

    async def _keep(self, source: Source) -> None:
        health = self.states[source.name]
        while True:
            health.begin()
            pause_s: float | None = None
            try:
                await self._listen(source, health)
            except Broken:
                raise
            except SourceUnavailable as fault:
                health.fail(fault)
                pause_s = STOPPED_S if fault.stopped and fault.pause_s is None else fault.pause_s
                logger.warning("source unavailable", source=source.name, reason=health.fault, stopped=fault.stopped)
            except Exception as fault:
                health.fail(fault)
                # Without the values of variables: a log holds no strangers' words.
                logger.error("source failed", source=source.name, reason=health.fault, trace=traceback.format_exc(-5))
            else:
                health.finish()
                self._cursors.forget(source.name)
                logger.info("source finished", source=source.name)
                return
            await self._pause(back_off(health.failures, self._draw()) if pause_s is None else pause_s)

    async def _listen(self, source: Source, health: Health) -> None:
        # aclosing: a source that is cancelled closes its sockets now, not when its generator is collected.
        async with aclosing(cast(Any, source.batches(self._cursors.get(source.name)))) as batches:
            async for batch in batches:
                published, safe = await self._publish(source, batch)
                health.hear(len(batch.items), published)
                if batch.done is not None:
                    batch.done(safe)
                if safe and batch.cursor:
                    self._cursors.set(source.name, batch.cursor)
                if not published:
                    await asyncio.sleep(0)  # nothing was waited for: let the others go on

    async def _publish(self, source: Source, batch: Batch) -> tuple[int, bool]:
        """How many items went to the log, and whether they are safe there. Raises ``Broken`` for a fault of ours."""
        if not batch.items and not batch.natives:
            return 0, True
        settled: Settled | None = None
        safe = False
        try:
            if self._ledger is not None and _remembered(source):
                settled = self._ledger.settle(source.name, batch)
            items = _plain(source, batch) if settled is None else settled.items
            items = items if source.tells_deletions else list(map(_marked, items))
            safe = not items or await self._publisher.publish(source.name, items, spool=batch.spool)
        except SourceUnavailable:
            raise
        except Exception as fault:
            raise Broken(f"publishing what {source.name} said: {fault!r}") from fault
        finally:
            if self._ledger is not None and settled is not None:
                self._ledger.close(settled, safe)
        return len(items), safe

    async def _keep_book(self) -> None:
        """Tell tallies at their pace, forget what is old."""
        ticks = 0
        while self._ledger is not None:
            await self._tick(TICK_S)
            try:
                await self._tell_due()
                ticks += 1
                if ticks % PRUNE_TICKS == 0:
                    self._ledger.prune()
            except LedgerUnavailable as fault:
                logger.warning("the ledger cannot be written", reason=str(fault))

    async def _tell_due(self, *, last: bool = False) -> None:
        if self._ledger is None:
            return
        # Of counts only the newest matters: while posts wait in the spool they wait in the ledger.
        settled = self._ledger.due(all=last, tallies=not self._publisher.waiting)
        by_source: dict[str, list[LogItem]] = {}
        for item in settled.items:
            word = item.source if isinstance(item, Mention) else "ledger"
            by_source.setdefault(word, []).append(_marked(item) if word in self._mute else item)
        safe = False
        try:
            safe = all([await self._publisher.publish(word, items) for word, items in by_source.items()])
        finally:
            self._ledger.close(settled, safe)


def _remembered(source: Source) -> bool:
    return bool(getattr(source, "remembered", False))


def _plain(source: Source, batch: Batch) -> list[LogItem]:
    """The items of a source that is not remembered. Raises ``SourceUnavailable`` when it says what needs the ledger."""
    for item in batch.items:
        if not isinstance(item, Mention | Retraction | Rejected):
            word = type(item).__name__
            raise SourceUnavailable(f"{source.name} says a {word}, but is not remembered = True", stopped=True)
    return cast(list[LogItem], list(batch.items))


def _marked(item: LogItem) -> LogItem:
    """``item`` of a source that does not tell of deletions, so that nobody shows it for long."""
    if isinstance(item, Mention) and NO_DELETIONS not in item.flags:
        return msgspec.structs.replace(item, flags=(*item.flags, NO_DELETIONS))
    return item


def back_off(failures: int, draw: float) -> float:
    """Seconds to wait after ``failures`` in a row: doubling, at most ``LONGEST_S``, half of it at random.

    >>> [back_off(n, 1.0) for n in (1, 2, 3, 10)]
    [1.0, 2.0, 4.0, 60.0]
    """
    longest = min(LONGEST_S, FIRST_S * 2.0 ** min(failures - 1, 16))
    return float(longest * (0.5 + 0.5 * draw))
