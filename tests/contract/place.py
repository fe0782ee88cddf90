"""The places where a log can be: what the contract needs to know about each."""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

from stream.log import DAY_MS, Log, Reader, Record, Topic, open_log
from stream.log.sqlite import SqliteLog
from tests.kafka import Broker

WORDS = Topic("words", 4, 7 * DAY_MS)
ONE = Topic("one", 1, 7 * DAY_MS)
STATE = Topic("state", 1, None, compacted=True)
TOPICS = (WORDS, ONE, STATE)

_numbers = itertools.count()


class Place(Protocol):
    """Where a test's log is. ``prefix`` is the test's own."""

    url: str
    prefix: str

    def away(self) -> AbstractContextManager[None]:
        """While it lasts, the log takes nothing."""

    async def keep_house(self, log: Log) -> None:
        """What the log does by itself from time to time, now."""


class SqlitePlace:
    """A file."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "log.db"
        self.url = f"sqlite:{self.path}"
        self.prefix = f"t{next(_numbers)}."

    @contextmanager
    def away(self) -> Iterator[None]:
        """Another connection holds the file."""
        other = sqlite3.connect(self.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.close()

    async def keep_house(self, log: Log) -> None:
        """Every minute, by itself."""
        assert isinstance(log, SqliteLog)
        await log.keep_house()


class KafkaPlace:
    """A broker."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.url = broker.url
        self.prefix = f"t{next(_numbers)}."

    @contextmanager
    def away(self) -> Iterator[None]:
        """The broker is stopped, and started again."""
        self.broker.stop()
        try:
            yield
        finally:
            self.broker.start()

    async def keep_house(self, log: Log) -> None:
        """Every half second, by itself."""
        await log.beginning(ONE)
        await asyncio.sleep(0.2)


@asynccontextmanager
async def opened(place: Place, topics: Sequence[Topic] = TOPICS, timeout_s: float = 15.0) -> AsyncIterator[Log]:
    """The log at ``place``."""
    log = await open_log(place.url, prefix=place.prefix, timeout_s=timeout_s, topics=topics)
    try:
        yield log
    finally:
        await log.close()


async def take(reader: Reader, count: int) -> list[Record]:
    """The next ``count`` records, however many polls they come in."""
    records: list[Record] = []
    async with asyncio.timeout(30):
        while len(records) < count:
            records += await reader.poll(5, count - len(records))
    return records


async def everything(log: Log, topic: Topic) -> list[Record]:
    """All that ``topic`` holds now."""
    ends = await log.end(topic)
    records: list[Record] = []
    async with await log.reader({topic: None}) as reader, asyncio.timeout(30):
        while any(reader.position(topic)[partition] < end for partition, end in ends.items()):
            records += await reader.poll(0.3)
    return records


async def publisher(place: Place, name: str, count: int) -> asyncio.subprocess.Process:
    """A child process that publishes to ``WORDS``; see ``tests.contract.publisher``."""
    arguments = ("-m", "tests.contract.publisher", place.url, place.prefix, name, str(count))
    return await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
