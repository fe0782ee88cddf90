"""A share of a topic's partitions, as Kafka's consumer groups deal them out among the members that are alive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, Final, Self

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError

from stream.log import VALUE_LIMIT, Record, Topic
from stream.log.access import Access
from stream.log.kafka_reader import LONGEST_WAIT_MS, started

BEATS: Final = 4
"""Signs of life that a member gives while one session lasts."""


class KafkaShare(ConsumerRebalanceListener):  # type: ignore[misc]
    """One member of a group, which it joins at its first ``poll``; nothing is committed.

    What it is given rests until ``begin`` says where to read from.
    A member that gives no sign of life for ``session_s`` seconds loses what it has to the others.
    """

    def __init__(self, access: Access, name: str, topic: Topic, group: str, session_s: float, timeout_s: float) -> None:
        self._access, self._name, self._topic = access, name, topic
        self._settings: dict[str, Any] = {
            "group_id": group,
            "session_timeout_ms": int(session_s * 1000),
            "heartbeat_interval_ms": int(session_s * 1000 / BEATS),
            "rebalance_timeout_ms": int(session_s * 1000),
            "request_timeout_ms": max(1000, int(timeout_s * 1000)),
        }
        self._consumer: AIOKafkaConsumer | None = None
        self.mine: frozenset[int] = frozenset()
        """The partitions that this member has now."""
        self._begun: set[int] = set()

    async def start(self) -> None:
        """Join the group. Raises ``LogUnavailable``."""
        consumer = AIOKafkaConsumer(
            **self._access.settings,
            **self._settings,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=LONGEST_WAIT_MS,
            max_partition_fetch_bytes=2 * VALUE_LIMIT,
        )
        consumer.subscribe([self._name], listener=self)
        try:
            await started(consumer)
        except KafkaError as fault:
            await consumer.stop()
            raise self._access.unavailable(f"could not be read: {fault}") from fault
        except BaseException:
            await consumer.stop()
            raise
        self._consumer = consumer

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:  # noqa: ARG002 (all are)
        """Partitions are dealt out anew: until then nothing is ours."""
        self.mine = frozenset()
        self._begun.clear()

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """These are ours from now on."""
        tps = list(assigned)
        self._begun.clear()
        if self._consumer is not None and tps:
            self._consumer.pause(*tps)
        self.mine = frozenset(tp.partition for tp in tps)

    def resting(self) -> list[int]:
        """Partitions that were given to this member and wait for ``begin``."""
        return sorted(self.mine - self._begun)

    def begin(self, partition: int, offset: int) -> None:
        """Read a partition from an offset on, if it is still ours."""
        tp = TopicPartition(self._name, partition)
        if self._consumer is None or partition not in self.mine:
            return
        try:
            self._consumer.seek(tp, offset)
            self._consumer.resume(tp)
        except IllegalStateError:  # taken away this moment
            return
        self._begun.add(partition)

    async def poll(self, timeout_s: float, most: int) -> dict[int, list[Record]]:
        """The next records of partitions that have begun; none of one that was taken away meanwhile.

        Raises ``LogUnavailable``; the next call joins the group again.
        """
        if self._consumer is None:
            await self.start()
        consumer = self._consumer
        assert consumer is not None
        try:
            fetched = await consumer.getmany(timeout_ms=int(timeout_s * 1000), max_records=most)
        except KafkaError as fault:
            await self.close()
            raise self._access.unavailable(f"could not be read: {fault}") from fault
        return {
            tp.partition: [
                Record(self._topic.name, tp.partition, m.offset, m.timestamp, (m.key or b"").decode(), m.value)
                for m in messages
            ]
            for tp, messages in fetched.items()
            if tp.partition in self._begun
        }

    async def close(self) -> None:
        """Leave the group; the others take over at once."""
        consumer, self._consumer = self._consumer, None
        self.mine = frozenset()
        self._begun.clear()
        if consumer is not None:
            await asyncio.shield(consumer.stop())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()
