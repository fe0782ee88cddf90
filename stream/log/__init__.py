"""The log: the only truth. One small interface, two implementations behind one URL.

``kafka://host:9092[,host:9092]`` is Apache Kafka, ``sqlite:path`` one SQLite file (the embedded default). A replay or
rehearsal has a log of its own: another file, or a ``prefix`` before every topic's name; ``?retention=none`` after either
keeps its records for good. ``docs/log.md`` has the other options.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Final, Protocol, Self
from urllib.parse import parse_qsl

import msgspec
import xxhash

DAY_MS: Final = 86_400_000


VALUE_LIMIT: Final = 4 << 20
"""Bytes of one record's value at most."""


class LogUnavailable(Exception):
    """The log did not take or give records in time; the message says which log and what to do."""


class LogDamaged(LogUnavailable):
    """The log holds what it should not: a damaged or foreign file, a topic with other settings. Waiting does not help."""


class Topic(msgspec.Struct, frozen=True):
    """One topic of the log. ``retention_ms`` is None where records stay until a newer one of their key replaces them, and
    ``lag_ms`` how long Kafka keeps one at least that was replaced.
    """

    name: str
    partitions: int
    retention_ms: int | None
    compacted: bool = False
    lag_ms: int = 60_000


MENTIONS: Final = Topic("mentions", 12, 7 * DAY_MS)
RETRACTIONS: Final = Topic("retractions", 1, 8 * DAY_MS)
REJECTED: Final = Topic("mentions.rejected", 1, 3 * DAY_MS)
SOURCES: Final = Topic("mentions.sources", 1, 2 * DAY_MS)
"""How each source does, told by ingest: a ``SourceStatus`` on every change and at least four times a minute."""
CONTROL: Final = Topic("control", 1, None, compacted=True)
AUDIT: Final = Topic("audit", 1, 400 * DAY_MS)
MEMORY: Final = Topic("memory", 1, None, compacted=True)
PARTIALS: Final = Topic("partials", MENTIONS.partitions, MENTIONS.retention_ms, compacted=True, lag_ms=3 * DAY_MS)
"""What ``agora count`` has read (``stream.count.partial``), each in the partition of its mentions. One that was replaced
stays for longer than the longest window needs (54 hours): a worker that woke up late never takes away what others told.
"""

TOPICS: Final = (MENTIONS, RETRACTIONS, REJECTED, SOURCES, CONTROL, AUDIT, MEMORY, PARTIALS)


class Entry(msgspec.Struct, frozen=True):
    """What a writer hands over: records of one ``key`` keep their order; a ``value`` of None clears a compacted key.

    Its partition follows from the key unless the writer names one.
    """

    key: str
    value: bytes | None
    partition: int | None = None

    def among(self, partitions: int) -> int:
        """Which of a topic's partitions it goes to."""
        return partition_of(self.key, partitions) if self.partition is None else self.partition % partitions


class Record(msgspec.Struct, frozen=True):
    """What a reader gets. ``time`` is when the log took it, integer milliseconds UTC, never falling within a partition."""

    topic: str
    partition: int
    offset: int
    time: int
    key: str
    value: bytes | None


Offsets = Mapping[int, int]
"""Partition to the offset of the next record to read."""


class Reader(Protocol):
    """A cursor over some topics, of one reader's own; nobody else's reading moves it."""

    async def poll(self, timeout_s: float, max_records: int = 5000) -> list[Record]:
        """The next records, within each partition in order; empty when none came in ``timeout_s`` seconds.

        Raises ``LogUnavailable`` when the log cannot be reached; a later call goes on where this one stood.
        """
        ...

    def position(self, topic: Topic) -> dict[int, int]:
        """For each partition the offset of the next record that ``poll`` will give."""
        ...

    async def close(self) -> None: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Log(Protocol):
    """What Kafka and SQLite have in common. All methods raise ``LogUnavailable`` after ``timeout_s`` of the log's making."""

    async def publish(self, topic: Topic, entries: Sequence[Entry]) -> None:
        """Append ``entries``; returns when the log has them for good.

        On ``LogUnavailable`` some may be in it, or come into it yet, but before whatever is published later: trying again
        keeps their order. Raises ``ValueError`` for a value over ``VALUE_LIMIT``.
        """
        ...

    async def reader(self, starts: Mapping[Topic, Offsets | None]) -> Reader:
        """A new reader of the topics from the given offsets; None is the beginning, a missing partition too."""
        ...

    async def beginning(self, topic: Topic) -> dict[int, int]:
        """For each partition the offset of the oldest record that is kept."""
        ...

    async def end(self, topic: Topic) -> dict[int, int]:
        """For each partition the offset that the next record will get."""
        ...

    async def offsets_for_time(self, topic: Topic, time_ms: int) -> dict[int, int]:
        """For each partition the offset of the first record whose log time is at or after ``time_ms``; else its end."""
        ...

    async def commit(self, group: str, topic: Topic, offsets: Offsets) -> None:
        """Remember under the name ``group`` how far it has read."""
        ...

    async def committed(self, group: str, topic: Topic) -> dict[int, int]:
        """What ``commit`` last said; partitions never committed are missing."""
        ...

    async def close(self) -> None: ...


def partition_of(key: str, partitions: int) -> int:
    """The partition of ``key``: the same in every process, and in both logs."""
    return xxhash.xxh3_64_intdigest(key.encode()) % partitions


def checked(entries: Sequence[Entry]) -> None:
    """Raise ``ValueError`` when an entry is too large for the log."""
    for entry in entries:
        if entry.value is not None and len(entry.value) > VALUE_LIMIT:
            raise ValueError(f"{len(entry.value)} bytes for {entry.key[:60]!r}; the log takes at most {VALUE_LIMIT}")


async def open_log(url: str, *, prefix: str = "", timeout_s: float = 10.0, topics: Sequence[Topic] = TOPICS) -> Log:
    """The log at ``url``, its ``topics`` made where they are missing.

    Raises ``LogUnavailable`` when it cannot be reached in ``timeout_s``, ``LogDamaged`` when what is there is no log of
    Agora, and ``ValueError`` for a URL that names none.
    """
    scheme, _, rest = url.partition(":")
    place, _, query = rest.partition("?")
    options = dict(parse_qsl(query, keep_blank_values=True))
    if options.pop("retention", "") == "none":
        topics = [msgspec.structs.replace(topic, retention_ms=None) for topic in topics]
    if scheme == "sqlite" and place:
        from stream.log.sqlite import SqliteLog

        if options:
            raise ValueError(f"{url!r}: a SQLite log has the option retention=none only, not {', '.join(options)}")
        return await SqliteLog.open(place, prefix=prefix, timeout_s=timeout_s, topics=topics)
    if scheme == "kafka" and place.startswith("//") and len(place) > 2:
        from stream.log.kafka import KafkaLog

        return await KafkaLog.open(place[2:], prefix=prefix, timeout_s=timeout_s, topics=topics, options=options)
    raise ValueError(f"{url!r} names no log; write sqlite:var/agora.db or kafka://host:9092")
