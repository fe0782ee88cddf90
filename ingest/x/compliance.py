"""X's streams of what is gone, which come with an enterprise contract: deletions, withheld posts, closed accounts, edits.

They tell of all of X; the ledger knows what of it is ours. They cost no posts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from typing import Final

from ingest.formats import x_v2
from ingest.source import Batch, Deletion, Item, Takedown
from ingest.x.api import Api
from ingest.x.lines import Lines
from stream.mention import Unreadable, rejected

PARTITIONS: Final = 4
STREAMS: Final = tuple(
    (f"{what}-{part}", f"/2/{path}/compliance/stream", part)
    for what, path in (("posts", "tweets"), ("users", "users"))
    for part in range(1, PARTITIONS + 1)
)
"""Name, path and partition of each stream."""


class Compliance:
    """One partition of a stream of notices. ``dropped`` counts by reason what took nothing away."""

    source = "x"
    remembered = True
    tells_deletions = True

    def __init__(self, name: str, path: str, partition: int, *, api: Api, now: Callable[[], int]) -> None:
        self.name = f"{self.source}:{name}"
        self.dropped: Counter[str] = Counter()
        self._path, self._partition = path, partition
        self._api, self._refusals, self._now = api, api.refusals, now

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """The notices from now on, and those of the last minutes since ``cursor``, the last sign of life in ms UTC."""
        params = {"partition": str(self._partition), **backfill(cursor, self._now())}
        async with self._api.opened() as client, self._api.stream(client, self._path, params) as response:
            lines = Lines()
            async for piece in response.aiter_bytes():
                self._refusals.alive()
                items: list[Item] = []
                natives: dict[str, str] = {}
                for data, size in lines.feed(piece):
                    if data and not data.isspace():
                        self._take(data, size, items, natives)
                yield Batch(tuple(items), cursor=str(self._now()), natives=natives)
        raise self._refusals.network("X closed the stream")

    def _take(self, data: bytes, size: int, items: list[Item], natives: dict[str, str]) -> None:
        try:
            if size > len(data):
                raise Unreadable(f"a notice of {size} bytes")
            reading = x_v2.read(data, {}, source=self.source, seen=self._now())
        except Unreadable as fault:
            if (ended := self._refusals.in_line(data)) is not None:
                raise ended from fault
            items.append(rejected(self.source, str(fault), self._now(), data))
            return
        if (ended := self._refusals.in_stream(reading.problems)) is not None:
            raise ended
        self.dropped.update(reading.dropped)
        items += [item for item in reading.items if isinstance(item, Deletion | Takedown)]
        natives.update(reading.natives)


def backfill(cursor: str, now: int) -> dict[str, str]:
    """The parameter for what an enterprise contract keeps of the minutes since ``cursor``, five at the most."""
    if not cursor.isdigit():
        return {}
    return {"backfill_minutes": str(max(1, min(5, (now - int(cursor)) // 60_000 + 1)))}
