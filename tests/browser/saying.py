"""Put what people say into a hub's log, from a thread in which Playwright has a loop."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from stream import log
from stream.mention import Mention, encode
from tests.stream.doors.process import HubProcess


def publish(hub: HubProcess, *mentions: Mention) -> None:
    """Mentions, under their authors' ids."""
    put(hub, log.MENTIONS, [log.Entry(mention.author.id, encode(mention)) for mention in mentions])


def put(hub: HubProcess, topic: log.Topic, entries: Sequence[log.Entry]) -> None:
    """Entries of a topic."""

    async def run() -> None:
        book = await log.open_log(hub.log_url)
        await book.publish(topic, entries)
        await book.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(run())).result(30)
