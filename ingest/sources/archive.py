"""An archive as a source: its posts at the pace of the event clock, or as fast as the machine can.

A post is published when T reaches the time at which it was written; one that stands behind a later one in the file follows it
at once. The cursor is the number of lines that are safe, so that a replay that was killed goes on where it stood.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Final

import msgspec

from ingest.archive import SOURCE, read
from ingest.source import Batch, Context, Item, SourceUnavailable
from stream.config import AccountsConfig, ClockConfig
from stream.config.networks import CsvConfig
from stream.mention import Mention, Retraction

CHUNK: Final = 1000
"""Items that are read, and published, at once."""
LONGEST_S: Final = 0.25
"""Longest wait before the clock is asked again."""


class Archive:
    """The archive at ``path``.

    ``start`` and ``end`` (event time in ms; the end is not in) choose a part. With ``clock`` None nothing waits. ``shift`` ms
    are added to every time, for a replay into the live log. ``lines`` tells how much of the file was read.

    Of the formats only ``agora`` holds deletions; in a replay, whose day is over, nobody waits for any.
    """

    name = SOURCE

    def __init__(
        self,
        path: Path,
        format: str,
        *,
        clock: ClockConfig | None,
        now: Callable[[], int],
        start: int | None = None,
        end: int | None = None,
        shift: int = 0,
        accounts: AccountsConfig | None = None,
        table: CsvConfig | None = None,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._path, self._format, self._accounts, self._table = path, format, accounts, table
        self._clock, self._now, self._pause = clock, now, pause
        self.tells_deletions = format == "agora" or clock is None or clock.mode != "live"
        self._start, self._end, self._shift = start, end, shift
        self._counts: Counter[str] = Counter()
        self.at = 0
        """The event time of the newest item that was given."""

    @property
    def lines(self) -> int:
        """Lines of the file that were read."""
        return self._counts["lines"]

    @property
    def private(self) -> int:
        """Posts that were left out because they are not public."""
        return self._counts["private"]

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """The items after line ``cursor``, when they are due."""
        self._counts.clear()
        try:
            items = read(
                self._path,
                self._format,
                accounts=self._accounts,
                now_ms=self._now(),
                skip=int(cursor or 0),
                counts=self._counts,
                table=self._table,
            )
        except OSError as fault:
            raise SourceUnavailable(f"{self._path} cannot be read: {fault.strerror or fault}") from fault
        except ValueError as fault:
            raise SourceUnavailable(f"{self._path}: {fault}", stopped=True) from fault
        numbered = self._chosen(items)
        reading = asyncio.ensure_future(asyncio.to_thread(_some, numbered))
        try:
            while chunk := await reading:
                # The next lines are read while these are published.
                reading = asyncio.ensure_future(asyncio.to_thread(_some, numbered))
                first = 0
                while first < len(chunk):
                    due = await self._due(chunk, first)
                    self.at = max(self.at, *(item.at for item, _ in chunk[first:due]))
                    # A line may hold several items; the one before it is surely safe.
                    yield Batch(tuple(item for item, _ in chunk[first:due]), cursor=str(chunk[due - 1][1] - 1))
                    first = due
        finally:
            reading.cancel()

    def _chosen(self, items: Iterator[Item]) -> Iterator[tuple[Item, int]]:
        """The items in the chosen part, with their lines."""
        for item in items:
            if (self._start is None or item.at >= self._start) and (self._end is None or item.at < self._end):
                yield (_shifted(item, self._shift) if self._shift else item), self._counts["lines"]

    async def _due(self, chunk: list[tuple[Item, int]], first: int) -> int:
        """Wait until T has reached the item at ``first``; where the items that are due end."""
        clock = self._clock
        if clock is None:
            return len(chunk)
        while (t := clock.now(self._now())) < chunk[first][0].at:
            await self._pause(min(LONGEST_S, (chunk[first][0].at - t) / 1000 / clock.speed))
        due = first + 1
        while due < len(chunk) and chunk[due][0].at <= t:
            due += 1
        return due


def _some(numbered: Iterator[tuple[Item, int]]) -> list[tuple[Item, int]]:
    return list(islice(numbered, CHUNK))


def _shifted(item: Item, shift: int) -> Item:
    if isinstance(item, Mention):
        return msgspec.structs.replace(item, at=item.at + shift, seen=item.seen + shift)
    if isinstance(item, Retraction):
        return msgspec.structs.replace(item, at=item.at + shift)
    return item


def create(context: Context) -> Archive:
    """``archive:FORMAT:PATH`` in ``[ingest] sources``, at the pace of the configured clock."""
    format, _, path = context.argument.partition(":")
    if not format or not path:
        raise ValueError("write an archive as archive:FORMAT:PATH, such as archive:twitter-v1:posts.ndjson.gz")
    config = context.config
    return Archive(Path(path), format, clock=config.clock, now=context.now, accounts=config.accounts, table=config.csv)
