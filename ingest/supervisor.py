"""Keeps the sources running beside each other: one that fails is asked again after a pause, and slows nobody."""

from __future__ import annotations

import asyncio
import random
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, Final, Literal, cast

import msgspec
import structlog

from ingest.cursors import Cursors
from ingest.publisher import Publisher
from ingest.source import LogItem, Source, SourceUnavailable
from stream.mention import NO_DELETIONS, Mention, Rejected, Retraction

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
WELL_MS: Final = 60_000
"""A source that ran this long was well; its next failure is its first again."""

logger = structlog.get_logger("ingest")


class Broken(Exception):
    """A fault of our own on the way to the log, not of a source: ingest ends loudly instead of going on wrongly."""


class State(msgspec.Struct):
    """How a source is. Times are milliseconds UTC, 0 for never."""

    name: str
    tells_deletions: bool
    state: Literal["running", "waiting", "finished"] = "running"
    since: int = 0
    heard: int = 0
    failures: int = 0
    fault: str = ""


class Supervisor:
    """Runs ``sources`` until each has finished. ``draw`` gives random numbers in 0 … 1 for the jitter."""

    def __init__(
        self,
        sources: Sequence[Source],
        publisher: Publisher,
        cursors: Cursors,
        *,
        now: Callable[[], int],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._sources, self._publisher, self._cursors = sources, publisher, cursors
        self._now, self._pause, self._draw = now, pause, draw
        self.states = {source.name: State(source.name, source.tells_deletions, since=now()) for source in sources}

    async def run(self) -> None:
        """Run every source; returns when all have come to their end. Cancelling it keeps the cursors."""
        try:
            async with asyncio.TaskGroup() as group:
                for source in self._sources:
                    group.create_task(self._keep(source), name=f"source {source.name}")
        finally:
            self._cursors.save()

    async def _keep(self, source: Source) -> None:
        state = self.states[source.name]
        while True:
            started = self._now()
            try:
                await self._listen(source, state)
            except Broken:
                raise
            except SourceUnavailable as fault:
                state.fault = str(fault)
                logger.warning("source unavailable", source=source.name, reason=state.fault)
            except Exception as fault:
                state.fault = f"{type(fault).__name__}: {fault}"
                # Without the values of variables: a log holds no strangers' words.
                logger.error("source failed", source=source.name, reason=state.fault, trace=traceback.format_exc(-5))
            else:
                state.state, state.since = "finished", self._now()
                self._cursors.forget(source.name)
                logger.info("source finished", source=source.name)
                return
            state.failures = 1 if self._now() - started >= WELL_MS else state.failures + 1
            state.state, state.since = "waiting", self._now()
            await self._pause(back_off(state.failures, self._draw()))
            state.state, state.since = "running", self._now()

    async def _listen(self, source: Source, state: State) -> None:
        # aclosing: a source that is cancelled closes its sockets now, not when its generator is collected.
        async with aclosing(cast(Any, source.batches(self._cursors.get(source.name)))) as batches:
            async for batch in batches:
                items: list[LogItem] = [
                    item for item in batch.items if isinstance(item, Mention | Retraction | Rejected)
                ]
                items = items if source.tells_deletions else list(map(_marked, items))
                try:
                    safe = await self._publisher.publish(source.name, items, spool=batch.spool)
                except Exception as fault:
                    raise Broken(f"publishing what {source.name} said: {fault!r}") from fault
                state.heard = self._now()
                if batch.done is not None:
                    batch.done(safe)
                if safe and batch.cursor:
                    self._cursors.set(source.name, batch.cursor)


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
