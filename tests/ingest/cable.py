"""The log of the tests, which can be cut off, and what it holds."""

from __future__ import annotations

from collections.abc import Sequence

from stream.log import MENTIONS, Entry, Log, LogUnavailable, Record, Topic

NOW = 1_750_000_000_000
"""15 June 2025, a moment for tests."""


class Cable:
    """The real log at the end of a cable that can be pulled."""

    def __init__(self, log: Log) -> None:
        self.log, self.plugged = log, True

    async def publish(self, topic: Topic, entries: Sequence[Entry]) -> None:
        if not self.plugged:
            raise LogUnavailable("the cable is out; put it back")
        await self.log.publish(topic, entries)

    def __getattr__(self, name: str) -> object:
        return getattr(self.log, name)


async def everything(log: Log, topic: Topic = MENTIONS) -> list[Record]:
    """All records of a topic."""
    end = await log.end(topic)
    records: list[Record] = []
    async with await log.reader({topic: None}) as reader:
        while sum(reader.position(topic).values()) < sum(end.values()):
            records += await reader.poll(1.0)
    return records
