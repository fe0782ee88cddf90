"""Put posts into a log as fast as it takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from stream.log import MENTIONS, Entry, open_log
from stream.mention import Mention, encode
from tests.bench.posts import batches


def fill(url: str, items: Iterable[Mention], prefix: str = "") -> None:
    """Publish ``items`` to the log at ``url`` and return when it has them."""

    async def _fill() -> None:
        log = await open_log(url, prefix=prefix)
        for batch in batches(items, 5_000):
            await log.publish(MENTIONS, [Entry(m.author.id, encode(m)) for m in batch])
        await log.close()

    asyncio.run(_fill())
