"""A process that publishes numbered entries and prints each batch's last number once the log has it.

``python -m tests.contract.publisher URL PREFIX NAME COUNT``: entries ``NAME:0``, ``NAME:1``, … over eight keys; with COUNT 0
without end.
"""

from __future__ import annotations

import asyncio
import itertools
import sys

from stream.log import Entry, open_log
from tests.contract.place import WORDS

BATCH = 20
KEYS = 8


async def main(url: str, prefix: str, name: str, count: int) -> None:
    """Publish, batch after batch."""
    log = await open_log(url, prefix=prefix, timeout_s=20, topics=[WORDS])
    for first in itertools.count(0, BATCH) if not count else range(0, count, BATCH):
        numbers = range(first, first + BATCH)
        await log.publish(WORDS, [Entry(f"{name}-{n % KEYS}", f"{name}:{n}".encode()) for n in numbers])
        print(numbers[-1], flush=True)
    await log.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
