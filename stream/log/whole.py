"""A log read from its beginning to the end that it has now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from stream.log import Log, Record, Topic


async def whole(log: Log, topics: Sequence[Topic]) -> AsyncIterator[list[Record]]:
    """Batches of every record that ``topics`` hold now; what is appended meanwhile may or may not be among them.

    Raises ``LogUnavailable`` when the log goes away.
    """
    ends = {topic: await log.end(topic) for topic in topics}
    async with await log.reader(dict.fromkeys(topics)) as reader:
        while any(
            reader.position(t).get(p, 0) < end for t, partitions in ends.items() for p, end in partitions.items()
        ):
            if batch := await reader.poll(0.2):
                yield batch
