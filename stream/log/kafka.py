"""The log in Apache Kafka: idempotent publishing to all replicas, readers with their own cursors, topics with log time.

A publish that the brokers do not take in time raises ``LogUnavailable``; its batches stay queued in their order, before
whatever is published later, so a caller that tries again can double records but never reorder them. A reader goes on by
itself when the brokers are back.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from stream.log import (
    TOPICS,
    VALUE_LIMIT,
    Entry,
    LogDamaged,
    LogUnavailable,
    Offsets,
    Topic,
    checked,
)
from stream.log.access import Access
from stream.log.kafka_reader import KafkaReader, started
from stream.log.kafka_share import KafkaShare

BATCH_BYTES: Final = 1 << 20
HOUR_MS: Final = 3_600_000
TOPIC_EXISTS: Final = 36


def settings_of(topic: Topic) -> dict[str, str]:
    """The settings of a topic in Kafka. Short segments keep the promise of retention: a segment goes as a whole."""
    segment = 24 * HOUR_MS if topic.retention_ms is None else min(24 * HOUR_MS, max(1000, topic.retention_ms // 14))
    settings = {
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(2 * VALUE_LIMIT),
        "retention.ms": str(-1 if topic.retention_ms is None else topic.retention_ms),
        "retention.bytes": "-1",
        "segment.ms": str(segment),
        "cleanup.policy": "delete",
    }
    if topic.compacted:
        settings |= {
            "cleanup.policy": "compact" if topic.retention_ms is None else "compact,delete",
            "segment.ms": str(HOUR_MS),
            "min.compaction.lag.ms": str(topic.lag_ms),
            "max.compaction.lag.ms": str(24 * HOUR_MS + topic.lag_ms),
            "min.cleanable.dirty.ratio": "0.1",
        }
    return settings


class KafkaLog:
    """The log in Kafka; see ``stream.log.Log``. Made by ``open``."""

    def __init__(self, access: Access, prefix: str, timeout_s: float) -> None:
        self._access, self._prefix, self._timeout_s = access, prefix, timeout_s
        self._admin: AIOKafkaAdminClient | None = None
        self._finder: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._producing = asyncio.Lock()
        self._groups: dict[str, AIOKafkaConsumer] = {}
        self._partitions: dict[str, int] = {}

    @classmethod
    async def open(
        cls,
        servers: str,
        *,
        prefix: str = "",
        timeout_s: float = 10.0,
        topics: Sequence[Topic] = TOPICS,
        options: Mapping[str, str] | None = None,
    ) -> Self:
        """The log at ``servers`` (``host:port[,host:port]``), its topics made; ``options`` as ``Access.of`` reads them."""
        log = cls(Access.of(servers, options or {}), prefix, timeout_s)
        try:
            async with log._told("reached"):
                await log._connect()
                await log._ensure(topics)
        except BaseException:
            await log.close()
            raise
        return log

    async def _connect(self) -> None:
        """Reach a broker, however often it takes until the caller's time is up."""
        while True:
            admin = AIOKafkaAdminClient(**self._access.settings, request_timeout_ms=self._patience_ms)
            try:
                await admin.start()
            except KafkaError as fault:
                await admin.close()
                if not fault.retriable and not isinstance(fault, ConnectionError):
                    raise
                await asyncio.sleep(0.2)
                continue
            self._admin = admin
            self._finder = AIOKafkaConsumer(**self._access.settings, request_timeout_ms=self._patience_ms)
            await started(self._finder)
            return

    @property
    def _patience_ms(self) -> int:
        return max(1000, int(self._timeout_s * 1000))

    async def _ensure(self, topics: Iterable[Topic]) -> None:
        """Make the topics that are missing, look at the settings of the others, and learn their partitions."""
        admin, wanted = self._started(self._admin), {self._prefix + topic.name: topic for topic in topics}
        found = await self._described(wanted)
        replicas = min(3, len(self._started(self._finder)._client.cluster.brokers()) or 1)
        made: set[str] = set()
        if missing := [name for name in wanted if name not in found]:
            new = [
                NewTopic(name, wanted[name].partitions, replicas, topic_configs=settings_of(wanted[name]))
                for name in missing
            ]
            for name, code, *why in (await admin.create_topics(new)).topic_errors:
                if code not in (0, TOPIC_EXISTS):
                    raise self._access.unavailable(f"did not make the topic {name} ({why[0] if why else code})")
                if code == 0:
                    made.add(name)
        while len(found) < len(wanted):
            await asyncio.sleep(0.05)
            found = await self._described(wanted)
        if others := wanted.keys() - made:
            await self._keeps_log_time(others)
        self._partitions |= {wanted[name].name: partitions for name, partitions in found.items()}

    async def _described(self, names: Iterable[str]) -> dict[str, int]:
        """How many partitions each topic has that is there, with a leader for each."""
        described = await self._started(self._admin).describe_topics(list(names))
        return {
            topic["topic"]: len(topic["partitions"])
            for topic in described
            if topic["error_code"] == 0 and all(part["leader"] >= 0 for part in topic["partitions"])
        }

    async def _keeps_log_time(self, names: Iterable[str]) -> None:
        """Refuse topics that somebody else made with the writers' times: retention would empty them."""
        setting = "message.timestamp.type"
        asked = [ConfigResource(ConfigResourceType.TOPIC, name, {setting: None}) for name in names]
        for answer in await self._started(self._admin).describe_configs(asked):
            for code, _, _, name, entries in answer.resources:
                values = {entry[0]: entry[1] for entry in entries}
                if code == 0 and values.get(setting, "LogAppendTime") != "LogAppendTime":
                    raise LogDamaged(
                        f"the topic {name} at {self._access} keeps the writers' times: set {setting}=LogAppendTime "
                        "for it with kafka-configs, or give Agora another [log] prefix"
                    )

    async def _tps(self, topic: Topic) -> list[TopicPartition]:
        if topic.name not in self._partitions:
            await self._ensure([topic])
        return [
            TopicPartition(self._prefix + topic.name, partition) for partition in range(self._partitions[topic.name])
        ]

    async def publish(self, topic: Topic, entries: Sequence[Entry]) -> None:
        """Append ``entries``; returns when all replicas in sync have them."""
        if not entries:
            return
        checked(entries)
        async with self._told("published to"):
            tps = await self._tps(topic)
            producer = await self._producing_with()
            by_partition: dict[int, list[Entry]] = {}
            for entry in entries:
                by_partition.setdefault(entry.among(len(tps)), []).append(entry)
            try:
                sent = [
                    await self._send(producer, tps[partition], part) for partition, part in sorted(by_partition.items())
                ]
                for future in sent:
                    await future
            except KafkaError as fault:
                if not fault.retriable:
                    await self._drop(producer)
                raise

    async def _send(
        self, producer: AIOKafkaProducer, tp: TopicPartition, entries: Sequence[Entry]
    ) -> asyncio.Future[Any]:
        """Queue ``entries`` in batches of about ``BATCH_BYTES``; the future of the last one, which goes last."""
        batch = producer.create_batch()
        sent: list[asyncio.Future[Any]] = []
        for entry in entries:
            key = entry.key.encode()
            if batch.append(key=key, value=entry.value, timestamp=None) is None:
                sent.append(await producer.send_batch(batch, tp.topic, partition=tp.partition))
                batch = producer.create_batch()
                batch.append(key=key, value=entry.value, timestamp=None)
        batch.close()
        sent.append(await producer.send_batch(batch, tp.topic, partition=tp.partition))
        return asyncio.gather(*sent)

    async def _producing_with(self) -> AIOKafkaProducer:
        async with self._producing:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    **self._access.settings,
                    acks="all",
                    enable_idempotence=True,
                    compression_type=self._access.compression,
                    max_batch_size=BATCH_BYTES,
                    max_request_size=2 * VALUE_LIMIT,
                    request_timeout_ms=self._patience_ms,
                )
                try:
                    await producer.start()
                except BaseException:
                    await _stop(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _drop(self, producer: AIOKafkaProducer) -> None:
        """Give up a producer that the brokers refuse; the next publish makes another."""
        if self._producer is producer:
            self._producer = None
            await _stop(producer)

    async def reader(self, starts: Mapping[Topic, Offsets | None]) -> KafkaReader:
        """A reader with a connection of its own, within what the brokers keep."""
        async with self._told("read"):
            places: dict[TopicPartition, int] = {}
            for topic, start in starts.items():
                tps = await self._tps(topic)
                oldest = await self._started(self._finder).beginning_offsets(tps)
                newest = await self._started(self._finder).end_offsets(tps)
                for tp in tps:
                    place = (start or {}).get(tp.partition, 0)
                    places[tp] = place if oldest[tp] <= place <= newest[tp] else oldest[tp]
            reader = KafkaReader(
                self._access, {self._prefix + topic.name: topic.name for topic in starts}, places, self._timeout_s
            )
            await reader.start()
            return reader

    async def beginning(self, topic: Topic) -> dict[int, int]:
        """The oldest record's offset, by partition."""
        async with self._told("asked"):
            found = await self._started(self._finder).beginning_offsets(await self._tps(topic))
            return {tp.partition: offset for tp, offset in found.items()}

    async def end(self, topic: Topic) -> dict[int, int]:
        """The next record's offset, by partition."""
        async with self._told("asked"):
            found = await self._started(self._finder).end_offsets(await self._tps(topic))
            return {tp.partition: offset for tp, offset in found.items()}

    async def offsets_for_time(self, topic: Topic, time_ms: int) -> dict[int, int]:
        """By partition, the first record's offset whose log time is at or after ``time_ms``; else the end."""
        async with self._told("asked"):
            tps = await self._tps(topic)
            ends = await self._started(self._finder).end_offsets(tps)
            found = await self._started(self._finder).offsets_for_times({tp: max(0, time_ms) for tp in tps})
            return {tp.partition: ends[tp] if found[tp] is None else found[tp].offset for tp in tps}

    async def commit(self, group: str, topic: Topic, offsets: Offsets) -> None:
        """Remember how far ``group`` has read, in Kafka's own groups."""
        async with self._told("asked"):
            consumer = await self._group(group, topic)
            await consumer.commit(
                {TopicPartition(self._prefix + topic.name, partition): offset for partition, offset in offsets.items()}
            )

    async def committed(self, group: str, topic: Topic) -> dict[int, int]:
        """What ``commit`` last said."""
        async with self._told("asked"):
            tps = await self._tps(topic)
            while True:
                try:
                    found = await self._started(self._admin).list_consumer_group_offsets(
                        self._prefix + group, partitions=tps
                    )
                    break
                except KafkaError as fault:
                    if not fault.retriable:
                        raise
                    await asyncio.sleep(0.1)  # the first group of all waits until the brokers have made room for groups
            return {tp.partition: place.offset for tp, place in found.items() if place.offset >= 0}

    def share(self, topic: Topic, group: str, session_s: float) -> KafkaShare:
        """A member of ``group``, which deals the partitions of ``topic`` out; it joins when it is started."""
        name = self._prefix + topic.name
        return KafkaShare(self._access, name, topic, self._prefix + group, session_s, self._timeout_s)

    async def members(self, group: str) -> int:
        """How many members share what ``share`` deals out in a group."""
        async with self._told("asked"):
            (answer,) = await self._started(self._admin).describe_consumer_groups([self._prefix + group])
            (described,) = answer.to_object()["groups"]
            return len(described["members"])

    async def _group(self, group: str, topic: Topic) -> AIOKafkaConsumer:
        """A consumer that commits for ``group``; it reads nothing."""
        tps = await self._tps(topic)
        name = f"{self._prefix}{group}"
        if (consumer := self._groups.get(f"{name} {topic.name}")) is None:
            consumer = AIOKafkaConsumer(
                **self._access.settings, group_id=name, enable_auto_commit=False, request_timeout_ms=self._patience_ms
            )
            try:
                await started(consumer)
                consumer.assign(tps)
                consumer.pause(*tps)
            except BaseException:
                await consumer.stop()
                raise
            self._groups[f"{name} {topic.name}"] = consumer
        return consumer

    async def close(self) -> None:
        """End all connections. What is still queued after a moment is given up."""
        for consumer in (*self._groups.values(), self._finder):
            if consumer is not None:
                await consumer.stop()
        if self._producer is not None:
            await _stop(self._producer)
        if self._admin is not None:
            await self._admin.close()

    def _started(self, client: Any) -> Any:
        if client is None:
            raise LogUnavailable(f"{self._access} was never reached")
        return client

    @asynccontextmanager
    async def _told(self, what: str) -> AsyncIterator[None]:
        """Bound the time, and turn Kafka's faults into sentences that say which log and what to do."""
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except TimeoutError as fault:
            raise self._access.unavailable(f"could not be {what} in {self._timeout_s:g} s") from fault
        except KafkaError as fault:
            raise self._access.unavailable(f"could not be {what}: {fault}") from fault


async def _stop(producer: AIOKafkaProducer, patience_s: float = 2.0) -> None:
    """End a producer; after ``patience_s`` what it still holds is given up, since nobody waits for it any more."""
    stopping = asyncio.create_task(producer.stop(), name="kafka producer stop")
    await asyncio.wait([stopping], timeout=patience_s)
    if not stopping.done():
        await producer.client.close()
        producer._message_accumulator.fail_all(KafkaError("the log was closed"))
    await asyncio.gather(stopping, return_exceptions=True)
