"""A worker: shares the partitions of ``mentions`` with the others of its group and tells ``partials`` what they say.

The thin shell around ``Counter``. Nothing is remembered between two lives: a worker that is given a partition begins at the
start of the window, and passes over what stands whole in ``partials`` already.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import structlog

from stream.analysis.window import Window
from stream.config import Config
from stream.count.counter import Counter
from stream.count.followed import Followed
from stream.count.kept import Kept
from stream.count.partial import decode
from stream.log import (
    CONTROL,
    MENTIONS,
    PARTIALS,
    RETRACTIONS,
    Entry,
    Offsets,
    Record,
    Topic,
    open_log,
)
from stream.log.kafka import KafkaLog
from stream.log.kafka_share import KafkaShare
from stream.log.persist import Persistence
from stream.warm import warm

GROUP: Final = "count"
FIRST: Final = (CONTROL, RETRACTIONS)
POLL_S: Final = 0.2
MOST: Final = 4_000
"""Mentions that are read in one go."""
TOLD_S: Final = 10.0
"""How often the journal says how much was read."""

log = structlog.get_logger(__name__)


class Worker:
    """Belongs to one event loop. ``current`` is the open log, ``now`` the wall clock in ms."""

    def __init__(self, config: Config, current: KafkaLog, now: Callable[[], int]) -> None:
        self._config, self._log, self._now = config, current, now
        self._followed = Followed(config)
        self._reach_ms = Window(config.hub.window_s * 1000).reach
        self._counters: dict[int, Counter] = {}
        self._telling: asyncio.Task[None] | None = None
        self._heard: list[Record] = []
        self._read = 0
        self._persist = Persistence()

    async def run(self) -> None:
        """Count for ever; ends only by cancellation, or with a fault that waiting does not mend."""
        await asyncio.to_thread(warm)  # who compiles after joining keeps its partitions waiting
        ready = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow(ready), name="count-follows-control")
            await ready.wait()
            group.create_task(self._count(), name="count-reads-mentions")

    async def _follow(self, ready: asyncio.Event) -> None:
        """Read what staff decided and who is gone, first to the end and then as it comes."""
        ends = {topic: await self._persist(lambda topic=topic: self._log.end(topic)) for topic in FIRST}  # type: ignore[misc]
        reader = await self._persist(lambda: self._log.reader(dict.fromkeys(FIRST)))
        try:
            while True:
                if not ready.is_set() and _beyond(ends, reader.position):
                    ready.set()
                records = await self._persist(lambda: reader.poll(POLL_S))
                self._heard += records
        finally:
            await reader.close()

    async def _count(self) -> None:
        said_s, said = time.monotonic(), 0
        async with self._log.share(MENTIONS, GROUP, self._config.count.session_s) as share:
            while True:
                self._hear()
                await self._take_over(share)
                for partition, records in (await self._persist(lambda: share.poll(POLL_S, MOST))).items():
                    await self._read_some(partition, records)
                await self._tell(share)
                now_s = time.monotonic()
                if now_s - said_s >= TOLD_S and self._read > said:
                    rate = round((self._read - said) / (now_s - said_s))
                    log.info("mentions were counted", rate=rate, partitions=len(share.mine))
                    said_s, said = now_s, self._read

    def _hear(self) -> None:
        """Take in what ``_follow`` has read, while no thread reads mentions by it."""
        heard, self._heard = self._heard, []
        for record in heard:
            self._followed.hear(record)

    async def _read_some(self, partition: int, records: Sequence[Record]) -> None:
        counter = self._counters.get(partition)
        if counter is None:
            return
        before = counter.read
        await asyncio.to_thread(counter.take, records)  # signs of life are given meanwhile
        self._read += counter.read - before

    async def _take_over(self, share: KafkaShare) -> None:
        """Begin with what was given to this worker; what it had before goes on where it was."""
        resting = share.resting()
        if not resting:
            return
        fresh = [partition for partition in resting if partition not in self._counters]
        if fresh:
            starts = await self._persist(lambda: self._starts(fresh))
            self._counters |= {p: Counter(p, start, self._followed) for p, start in starts.items()}
        for partition in resting:
            share.begin(partition, self._counters[partition].next)
        for partition in self._counters.keys() - share.mine:
            del self._counters[partition]
        log.info("partitions were taken over", partitions=",".join(map(str, resting)))

    async def _starts(self, partitions: Sequence[int]) -> dict[int, int]:
        """Of each partition the first offset of the first bucket of the window that ``partials`` does not hold whole."""
        starts, kept = await self._beginnings(MENTIONS), Kept()
        ends = await self._log.end(PARTIALS)
        begin = await self._beginnings(PARTIALS)
        wanted = {PARTIALS: {p: end if p in partitions else 0 for p, end in ends.items()}}
        async with await self._log.reader({PARTIALS: {**ends, **{p: begin[p] for p in partitions}}}) as reader:
            while not _beyond(wanted, reader.position):
                for record in await reader.poll(POLL_S):
                    with contextlib.suppress(ValueError):  # a broken one stands for nothing
                        partial = decode(record.value)
                        kept.put(record.partition, partial.bucket, partial.through, record.time)
        return {p: kept.next(p, starts[p]) for p in partitions}

    async def _beginnings(self, topic: Topic) -> dict[int, int]:
        """Where the window begins in each partition; a replay has all of its log in the window."""
        oldest = await self._log.beginning(topic)
        if self._config.clock.mode != "live":
            return oldest
        starts = await self._log.offsets_for_time(topic, self._now() - self._reach_ms)
        return {partition: max(offset, starts[partition]) for partition, offset in oldest.items()}

    async def _tell(self, share: KafkaShare) -> None:
        """Publish what is due, one batch at a time and in order, while the next mentions are read."""
        if self._telling is not None:
            await self._telling
            self._telling = None
        now_s = time.monotonic()
        due = [entry for p in sorted(share.mine & self._counters.keys()) for entry in self._counters[p].due(now_s)]
        if due:
            self._telling = asyncio.create_task(self._publish(due, share), name="count-tells")

    async def _publish(self, due: Sequence[Entry], share: KafkaShare) -> None:
        """Publish partials however often it takes, but none of a partition that was lost meanwhile."""

        async def publish() -> None:
            await self._log.publish(PARTIALS, [entry for entry in due if entry.partition in share.mine])

        await self._persist(publish)


def _beyond(ends: Mapping[Topic, Offsets], position: Callable[[Topic], Mapping[int, int]]) -> bool:
    return all(position(topic).get(p, 0) >= end for topic, of in ends.items() for p, end in of.items())


async def work(config: Config, now: Callable[[], int]) -> None:
    """Count until this is cancelled. Raises ``ValueError`` for a log that is no Kafka."""
    opened = await Persistence()(
        lambda: open_log(config.log.url, prefix=config.log.prefix, timeout_s=config.log.timeout_s)
    )
    try:
        if not isinstance(opened, KafkaLog):
            raise ValueError(f"{config.log.url} has no partitions to share: agora count needs kafka://host:9092")
        await Worker(config, opened, now).run()
    finally:
        await opened.close()
