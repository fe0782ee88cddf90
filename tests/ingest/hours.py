"""A clock that a test owns, and a hall where one source is heard through the real supervisor, ledger, publisher and log."""

from __future__ import annotations

import asyncio
import heapq
import inspect
import itertools
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from ingest.cursors import Cursors
from ingest.ledger import Ledger
from ingest.publisher import Publisher
from ingest.source import Context, Source
from ingest.spool import Spool
from ingest.supervisor import Supervisor
from stream.config import Config
from stream.log import MENTIONS, REJECTED, RETRACTIONS
from stream.log.sqlite import SqliteLog
from stream.mention import Mention, Rejected, Retraction, decode, decode_rejected, decode_retraction
from tests.ingest.cable import NOW, everything


class Hours:
    """Time stands still but for ``pass_by``. ``ms`` may be set: that is a jump of the wall clock."""

    def __init__(self, ms: int = NOW) -> None:
        self.ms, self._at = ms, 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._number = itertools.count()

    def now(self) -> int:
        return self.ms

    def monotonic(self) -> float:
        return self._at

    @property
    def waits(self) -> list[float]:
        """How long each of those who wait still has to, in seconds, the shortest first."""
        return sorted(at - self._at for at, _, future in self._waiting if not future.done())

    async def pause(self, seconds: float) -> None:
        if seconds <= 0:
            return await asyncio.sleep(0)
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._at + seconds, next(self._number), future))
        return await future

    async def pass_by(self, seconds: float) -> None:
        """Time passes, and whoever waits no longer goes on."""
        end = self._at + seconds
        while self._waiting and self._waiting[0][0] <= end:
            at, _, future = heapq.heappop(self._waiting)
            self.ms, self._at = self.ms + round((at - self._at) * 1000), at
            if not future.done():
                future.set_result(None)
            await asyncio.sleep(0)
        self.ms, self._at = self.ms + round((end - self._at) * 1000), end
        await asyncio.sleep(0)


class Hall:
    """Runs what ``make`` makes; ``async with`` is one life of ingest, and what is on disk outlives it."""

    def __init__(
        self, folder: Path, config: Config, make: Callable[[Context], Source], hours: Hours | None = None
    ) -> None:
        self.folder, self.config, self._make = folder, config, make
        self.hours, self.ticks = hours or Hours(), Hours()

    async def __aenter__(self) -> Self:
        hours = self.hours
        self.log = await SqliteLog.open(str(self.folder / "agora.db"))
        self._ledger = Ledger(self.folder / "ledger.db", now=hours.now)
        self.context = Context(
            self.config, hours.now, self.folder, pause=hours.pause, monotonic=hours.monotonic, draw=lambda: 0.0
        )
        self.source = self._make(self.context)
        self._spool = Spool(self.folder / "spool", 1 << 20)
        self.cursors = Cursors(self.folder / "cursors.json", hours.now)
        self.supervisor = Supervisor(
            [self.source], Publisher(self.log, self._spool, now=hours.now), self.cursors, now=hours.now, ledger=self._ledger,
            pause=hours.pause, tick=self.ticks.pause, monotonic=hours.monotonic, draw=lambda: 0.0,
        )  # fmt: skip
        self.health = self.supervisor.states[self.source.name]
        self._running = asyncio.create_task(self.supervisor.run())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.cancel()
        (ended,) = await asyncio.gather(self._running, return_exceptions=True)
        self._ledger.shut()
        self._spool.close()
        await self.log.close()
        if fault is None and not isinstance(ended, asyncio.CancelledError):
            raise ended if isinstance(ended, BaseException) else AssertionError("ingest ended by itself")

    async def until(self, true: Callable[[], object]) -> None:
        """Return when ``true()``, or what it awaits, is; fails when ingest fails before, or when half a minute is over."""
        async with asyncio.timeout(30.0):
            while not (await said if inspect.isawaitable(said := true()) else said):
                assert not self._running.done(), self._running
                await asyncio.sleep(0.002)

    async def mentions(self) -> list[Mention]:
        return [decode(record.value or b"") for record in await everything(self.log, MENTIONS)]

    async def retractions(self) -> list[Retraction]:
        return [decode_retraction(record.value or b"") for record in await everything(self.log, RETRACTIONS)]

    async def letters(self) -> list[Rejected]:
        return [decode_rejected(record.value or b"") for record in await everything(self.log, REJECTED)]
