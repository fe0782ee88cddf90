"""A reader of the Kafka log: a cursor of its own that survives the absence of the brokers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from stream.log import VALUE_LIMIT, Record, Topic
from stream.log.access import Access

LONGEST_WAIT_MS: Final = 100
"""How long a broker may hold an empty answer back. A partition that was drained too late for one request waits for the next."""


class KafkaReader:
    """A cursor over some topics; see ``stream.log.Reader``."""

    def __init__(
        self, access: Access, names: Mapping[str, str], places: dict[TopicPartition, int], timeout_s: float
    ) -> None:
        self._access, self._names, self._places, self._timeout_s = access, names, places, timeout_s
        self._times = dict.fromkeys(places, 0)
        self._consumer: AIOKafkaConsumer | None = None
        self._heard = time.time()

    async def start(self) -> None:
        """Connect, and stand where ``position`` says."""
        consumer = AIOKafkaConsumer(
            **self._access.settings,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=LONGEST_WAIT_MS,
            max_partition_fetch_bytes=2 * VALUE_LIMIT,
            request_timeout_ms=max(1000, int(self._timeout_s * 1000)),
        )
        try:
            await started(consumer)
            consumer.assign(list(self._places))
            for tp, place in self._places.items():
                consumer.seek(tp, place)
        except BaseException:
            await consumer.stop()
            raise
        self._consumer, self._heard = consumer, time.time()

    async def poll(self, timeout_s: float, max_records: int = 5000) -> list[Record]:
        """The next records. An empty answer means that brokers were heard and had none."""
        try:
            if self._consumer is None:
                async with asyncio.timeout(self._timeout_s):
                    await self.start()
            consumer = self._consumer
            assert consumer is not None
            fetched = await consumer.getmany(timeout_ms=max(0, int(timeout_s * 1000)), max_records=max_records)
        except (KafkaError, TimeoutError) as fault:
            await self.close()
            raise self._access.unavailable(f"could not be read: {fault or 'no answer'}") from fault
        if not fetched:
            await self._look_around(consumer)
            return []
        records: list[Record] = []
        for tp, messages in fetched.items():
            topic, partition, last = self._names[tp.topic], tp.partition, self._times[tp]
            for message in messages:
                last = max(last, message.timestamp)
                records.append(Record(topic, partition, message.offset, last, message.key.decode(), message.value))
            self._times[tp] = last
            self._places[tp] = messages[-1].offset + 1
        return records

    async def _look_around(self, consumer: AIOKafkaConsumer) -> None:
        """After nothing came: are the brokers there at all, and were offsets passed that compaction or retention emptied?"""
        heard = max((consumer.last_poll_timestamp(tp) or 0 for tp in self._places), default=0) / 1000
        self._heard = max(self._heard, heard)
        if self._places and time.time() - self._heard > self._timeout_s:
            raise self._access.unavailable(f"has not answered for {time.time() - self._heard:.0f} s")
        for tp, place in self._places.items():
            if consumer.highwater(tp) not in (None, place):
                try:
                    async with asyncio.timeout(0.2):
                        self._places[tp] = max(place, await consumer.position(tp))
                except TimeoutError:
                    continue  # the place is being looked up anew, and the next poll goes on from there

    def position(self, topic: Topic) -> dict[int, int]:
        """Where the next ``poll`` begins, by partition of ``topic``."""
        return {tp.partition: place for tp, place in self._places.items() if self._names[tp.topic] == topic.name}

    async def close(self) -> None:
        """End the connection."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            await consumer.stop()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


async def started(consumer: AIOKafkaConsumer) -> None:
    """Start, and let its tasks begin: a consumer that is stopped before they ran raises their cancellation."""
    await consumer.start()
    await asyncio.sleep(0)
