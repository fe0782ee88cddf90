"""``agora rejected``: what could not be read, why, and another try after the fault was repaired.

A dead letter is read again as what it was (``ingest/reread.py``). What was retracted since, or is by an author who is gone, is
skipped: not listed with its words, and not published.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final, TextIO

import msgspec

from ingest.app import folder_of, now_ms
from ingest.retry import replay_letters
from ingest.shelf import LedgerDamaged, LedgerUnavailable
from stream.config import Config
from stream.log import REJECTED, RETRACTIONS, Log, LogUnavailable, Record, Topic, open_log
from stream.mention import Rejected, decode_rejected, decode_retraction

EXCERPT: Final = 100


class Filter(msgspec.Struct, frozen=True):
    """Which dead letters: of this source (or of what begins with it and a colon), with this in the reason, since this time."""

    source: str = ""
    reason: str = ""
    since: int = 0
    """Milliseconds UTC."""

    def admits(self, letter: Rejected, at: int) -> bool:
        """Whether ``letter``, which the log took at ``at``, is asked for."""
        return (
            (not self.source or letter.source == self.source or letter.source.startswith(f"{self.source}:"))
            and self.reason.lower() in letter.reason.lower()
            and at >= self.since
        )


def run(
    config: Config, *, filter: Filter | None = None, replay: bool = False, limit: int = 50, out: TextIO = sys.stdout
) -> int:
    """List the newest ``limit`` dead letters that ``filter`` admits, or publish all of them anew. Returns the exit code."""
    try:
        return asyncio.run(_run(config, filter or Filter(), replay, limit, out))
    except (LogUnavailable, LedgerDamaged, LedgerUnavailable, ValueError) as fault:
        print(f"agora rejected: {fault}", file=sys.stderr)
        return 2


async def _run(config: Config, filter: Filter, replay: bool, limit: int, out: TextIO) -> int:
    log = await open_log(config.log.url, prefix=config.log.prefix, timeout_s=config.log.timeout_s)
    try:
        if not replay:
            await _list(log, filter, limit, out)
            return 0
        found = (letter async for _, letter in letters(log, filter))
        done = await replay_letters(log, found, await retracted(log), config, folder_of(config), now_ms)
        print(
            f"{done.published} published, {done.retracted} retracted since, {done.passed} not for the wall, "
            f"{done.unreadable} still cannot be read",
            file=out,
        )
        return 0
    finally:
        await log.close()


async def letters(log: Log, filter: Filter) -> AsyncIterator[tuple[Record, Rejected]]:
    """The dead letters that ``filter`` admits, oldest first, up to the end that the topic has now."""
    async for record in _records(log, REJECTED):
        if record.value is None:  # overwritten: whom it told of took it back
            continue
        letter = decode_rejected(record.value)
        if filter.admits(letter, record.time):
            yield record, letter


async def retracted(log: Log) -> set[str]:
    """Every post and author that the log says must be gone."""
    gone: set[str] = set()
    async for record in _records(log, RETRACTIONS):
        gone.add(decode_retraction(record.value or b"").target)
    return gone


async def _list(log: Log, filter: Filter, limit: int, out: TextIO) -> None:
    gone = await retracted(log)
    newest: list[tuple[Record, Rejected]] = []
    count = 0
    async for found in letters(log, filter):
        count += 1
        newest.append(found)
        del newest[:-limit]
    for record, letter in newest:
        at = datetime.fromtimestamp(record.time / 1000, UTC)
        print(f"{at:%Y-%m-%d %H:%M:%S}  {letter.source}  {letter.size} bytes  {letter.reason}", file=out)
        print(f"    {_excerpt(letter, gone)}", file=out)
    print(f"{count} dead letters" + (f", the newest {limit} shown" if count > limit else ""), file=out)


def _excerpt(letter: Rejected, gone: set[str]) -> str:
    text = letter.raw.decode(errors="replace")
    if any(f'"{id}"' in text or f'"{id.rpartition(":")[2]}"' in text for id in gone):
        return "(retracted since)"
    shown = "".join(c if c.isprintable() else " " for c in text[: EXCERPT * 2])
    return shown if len(shown) <= EXCERPT else shown[: EXCERPT - 1] + "…"


async def _records(log: Log, topic: Topic) -> AsyncIterator[Record]:
    """Every record of ``topic`` up to the end that it has now."""
    end = await log.end(topic)
    async with await log.reader({topic: None}) as reader:
        while any(reader.position(topic).get(partition, 0) < offset for partition, offset in end.items()):
            for record in await reader.poll(0.2):
                if record.value is not None:
                    yield record
