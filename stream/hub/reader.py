"""Reading the log: what staff decided and who is gone first and to the end, then the mentions, then everything as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter
from typing import Final

from stream.config import LogConfig
from stream.count.partial import decode
from stream.hub.metrics import Metrics
from stream.log import (
    CONTROL,
    MEMORY,
    MENTIONS,
    PARTIALS,
    RETRACTIONS,
    SOURCES,
    Log,
    Offsets,
    Reader,
    Record,
    Topic,
    open_log,
)
from stream.log.persist import Persistence

FIRST: Final = (CONTROL, RETRACTIONS, MEMORY)
POLL_S: Final = 0.5
MEASURE_S: Final = 1.0

Take = Callable[[Sequence[Record]], Awaitable[None]]


class Follower:
    """Follows the log for one hub and survives its absence; ``first`` and ``mentions`` take what is read, in order.

    ``began`` is called when ``control`` and ``retractions`` are read to the end they had at the start: from then on posts may
    be shown. Mentions are read from the offsets that ``resume`` (called once, with the open log) gives by topic, but from no
    earlier log time than ``since`` (None is the beginning). With ``partials`` what workers have read of them is read instead.
    """

    def __init__(
        self,
        config: LogConfig,
        metrics: Metrics,
        *,
        first: Take,
        mentions: Take,
        began: Callable[[], Awaitable[None]],
        resume: Callable[[Log], Awaitable[Mapping[str, Offsets]]],
        since: int | None,
        partials: bool = False,
    ) -> None:
        self._config = config
        self._metrics = metrics
        self._first = first
        self._mentions = mentions
        self._began = began
        self._resume = resume
        self._since = since
        self._said = PARTIALS if partials else MENTIONS
        self._next: dict[Topic, dict[int, int]] = {}
        self.log: Log | None = None
        self._persist = Persistence(metrics.log_faults.inc)
        self.caught_up = False
        self.behind = 0
        """Records of ``mentions`` that are not yet read."""
        self.read_ms = 0
        """Log time of the newest mention that was read."""
        self._even_s = time.monotonic()
        self.looked: tuple[float, Offsets | None] = (0.0, None)
        """When (monotonic, s) and where the end of ``mentions`` was seen last."""

    @property
    def fault(self) -> str:
        """Why the log cannot be read now; empty while it can."""
        return self._persist.fault

    def waits_ms(self, now: float) -> float:
        """For how long a mention may have waited to be read, at log time ``now``; 0 when none waits.

        No longer than since the hub had read all, and no longer than since the log took the newest one that it has read.
        """
        if self.behind == 0:
            return 0.0
        return min((time.monotonic() - self._even_s) * 1000, max(0.0, now - self.read_ms))

    async def run(self) -> None:
        """Read for ever; ends only by cancellation, or with a fault that waiting does not mend."""
        try:
            self.log = await self._persist(self._open)
            await self._persist(self._find_starts)
            began = asyncio.Event()
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow_first(began), name="hub-reads-control")
                await began.wait()
                group.create_task(self._follow_mentions(), name="hub-reads-mentions")
                group.create_task(self._follow_sources(), name="hub-reads-sources")
                group.create_task(self._measure(), name="hub-measures-lag")
        finally:
            if self.log is not None:
                await self.log.close()

    async def _open(self) -> Log:
        return await open_log(self._config.url, prefix=self._config.prefix, timeout_s=self._config.timeout_s)

    def _opened(self) -> Log:
        assert self.log is not None
        return self.log

    async def _find_starts(self) -> None:
        """Where to read from: the checkpoint, but no further back than the window needs; all of ``control`` and ``memory``."""
        current = self._opened()
        resumed = await self._resume(current)
        self._next = {topic: await current.beginning(topic) for topic in (*FIRST, SOURCES, MENTIONS, PARTIALS)}
        if self._since is not None:
            self._next[SOURCES] = await current.offsets_for_time(SOURCES, self._since)
            for topic in (MENTIONS, PARTIALS):
                starts = await current.offsets_for_time(topic, self._since)
                self._next[topic] = {p: max(start, self._next[topic].get(p, 0)) for p, start in starts.items()}
        for topic in (MENTIONS, PARTIALS, RETRACTIONS):
            for p, offset in resumed.get(topic.name, {}).items():
                self._next[topic][p] = max(offset, self._next[topic].get(p, 0))

    async def _follow_first(self, began: asyncio.Event) -> None:
        ends = await self._persist(self._ends_of_first)
        waiting = True
        reader = await self._persist(lambda: self._reader(FIRST))
        while True:
            if waiting and all(reader.position(t).get(p, 0) >= end for t, of in ends.items() for p, end in of.items()):
                waiting = False
                await self._began()
                began.set()
            records = await self._poll(reader)
            if records:
                await self._first(records)
                self._advance(records)

    async def _ends_of_first(self) -> dict[Topic, dict[int, int]]:
        current = self._opened()
        return {topic: await current.end(topic) for topic in FIRST}

    async def _follow_mentions(self) -> None:
        """In the order in which the log took them, as far as that is known of the partitions that are read together."""
        reader = await self._persist(lambda: self._reader((self._said,)))
        while True:
            records = sorted(await self._poll(reader), key=attrgetter("time"))
            if records:
                await self._mentions(records)
                self._advance(records)
                if self._said is PARTIALS:
                    self._advance_through(records)
                self.read_ms = max(self.read_ms, records[-1].time)

    async def _follow_sources(self) -> None:
        """How the sources do, in front of mentions that wait: a hub that is behind still knows who is dead."""
        reader = await self._persist(lambda: self._reader((SOURCES,)))
        while True:
            records = await self._poll(reader)
            if records:
                await self._first(records)
                self._advance(records)

    async def _measure(self) -> None:
        """How far behind the end of the log this hub is; it has caught up once it has read what was there at a look."""
        while True:
            now_s = time.monotonic()
            self.look(await self._persist(self._end_of_mentions), self._next[MENTIONS], now_s)
            await asyncio.sleep(MEASURE_S if self.caught_up else MEASURE_S / 10)

    def look(self, ends: Offsets, position: Offsets, now_s: float) -> None:
        """The log of mentions has come to ``ends`` at ``now_s`` (monotonic), this hub to ``position``.

        Where posts come all the time something always waits: what counts is what was there at the look before.
        """
        self.behind = sum(max(0, end - position.get(p, 0)) for p, end in ends.items())
        looked_s, before = (now_s, ends) if self.behind == 0 else self.looked
        if before is not None and all(position.get(p, 0) >= end for p, end in before.items()):
            self.caught_up = True
            self._even_s = looked_s
        self.looked = (now_s, ends)

    async def _end_of_mentions(self) -> dict[int, int]:
        return await self._opened().end(MENTIONS)

    async def _reader(self, topics: Sequence[Topic]) -> Reader:
        return await self._opened().reader({topic: self._next[topic] for topic in topics})

    async def _poll(self, reader: Reader) -> list[Record]:
        async def poll() -> list[Record]:
            return await reader.poll(POLL_S)

        records = await self._persist(poll)
        for topic, count in Counter(record.topic for record in records).items():
            self._metrics.records.labels(topic).inc(count)
        return records

    def _advance(self, records: Sequence[Record]) -> None:
        by_name = {topic.name: offsets for topic, offsets in self._next.items()}
        for record in records:
            by_name[record.topic][record.partition] = record.offset + 1

    def _advance_through(self, records: Sequence[Record]) -> None:
        """How far ``mentions`` were read by those who told these partials."""
        places = self._next[MENTIONS]
        for record in records:
            with contextlib.suppress(ValueError):  # the analyst tells of a broken one
                places[record.partition] = max(decode(record.value).through + 1, places.get(record.partition, 0))
