"""The winder: a process of low priority that reads the log and writes the moments of a look back to standard output.

It gets a ``Wish`` as JSON on standard input. Each thing that it writes is its length (u4, little-endian) and its bytes: a
moment as ``tape.pack`` gives it, the oldest first, or nothing, which only says that it reads yet.
"""

from __future__ import annotations

import asyncio
import math
import sys
from bisect import bisect_right
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import pairwise
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from stream.analysis.memory import Memory
from stream.config import ClockConfig, Config
from stream.hub.lookback import Lookback, moments
from stream.hub.memoir import memory_key
from stream.hub.tape import pack
from stream.log import CONTROL, MEMORY, MENTIONS, RETRACTIONS, Log, LogUnavailable, Record, open_log
from stream.log.whole import whole

FIRST: Final = (CONTROL, RETRACTIONS, MEMORY)
POLL_S: Final = 0.5
UNREADABLE: Final = 1


class _At(msgspec.Struct):
    """What is read of a mention before it is its turn."""

    at: int = sys.maxsize


_at: Final = msgspec.json.Decoder(_At)


class Wish(msgspec.Struct, frozen=True):
    """A look back from T ``since`` to ``until``, in ms, at the log of ``config``."""

    config: Config
    since: int
    until: int


async def wind(wish: Wish, out: BinaryIO) -> None:
    """Write the moments. Where the log begins later than ``since``, the look back begins there. Raises ``LogUnavailable``."""
    config, clock = wish.config, wish.config.clock
    lookback = Lookback(config, Memory(memory_key(Path(config.hub.checkpoint))))
    book = await open_log(config.log.url, prefix=config.log.prefix, timeout_s=config.log.timeout_s)
    try:
        async for records in whole(book, FIRST):
            lookback.first(records, clock.when(wish.until))
        lookback.begin()
        times: list[int] = []
        live = clock.mode == "live"
        async for records in _in_order(book, clock.when(wish.since) - lookback.reach_ms if live else None):
            _say(out, b"")
            placed = sorted(((_written(record, clock), record) for record in records), key=itemgetter(0))
            times = times or moments(min(wish.until, max(wish.since, placed[0][0])), wish.until)
            for at, part in _parts(placed, times):
                while len(times) > 1 and at > times[0]:
                    _say(out, pack(lookback.moment(times[0], clock.when(times[0]))))
                    times.pop(0)
                lookback.hear(part, part[-1].time)
        for t_ms in times:
            _say(out, pack(lookback.moment(t_ms, clock.when(t_ms))))
    finally:
        await book.close()


def _written(record: Record, clock: ClockConfig) -> int:
    """When a mention was written, T in ms: never after the log took it, whatever it says."""
    taken = clock.now(record.time)
    try:
        return min(taken, _at.decode(record.value or b"{}").at)
    except msgspec.DecodeError:
        return taken


def _parts(placed: Sequence[tuple[int, Record]], marks: Sequence[int]) -> Iterator[tuple[int, list[Record]]]:
    """Mentions in order of T cut behind each of ``marks``: the T of the first of each part, and its records."""
    times = [at for at, _ in placed]
    cuts = [0, *(bisect_right(times, mark) for mark in marks), len(placed)]
    return ((times[a], [record for _, record in placed[a:b]]) for a, b in pairwise(cuts) if a < b)


async def _in_order(book: Log, since: int | None) -> AsyncIterator[list[Record]]:
    """Batches of the mentions from log time ``since`` on to the end that they have now, by log time over all partitions."""
    ends = await book.end(MENTIONS)
    starts = await (book.beginning(MENTIONS) if since is None else book.offsets_for_time(MENTIONS, since))
    heard = dict.fromkeys((p for p, end in ends.items() if starts.get(p, 0) < end), 0)
    waiting: list[Record] = []
    async with await book.reader({MENTIONS: starts}) as reader:
        while heard:
            waiting += await reader.poll(POLL_S)
            heard |= {record.partition: record.time for record in waiting if record.partition in heard}
            position = reader.position(MENTIONS)
            heard = {p: time for p, time in heard.items() if position.get(p, 0) < ends[p]}
            whole_until = min(heard.values(), default=math.inf)
            ready = sorted((record for record in waiting if record.time <= whole_until), key=lambda record: record.time)
            if ready:
                waiting = [record for record in waiting if record.time > whole_until]
                yield ready


def _say(out: BinaryIO, data: bytes) -> None:
    out.write(len(data).to_bytes(4, "little") + data)
    out.flush()


def main() -> int:
    """Exit 0 when all was written, 1 with a sentence on standard error when the log cannot be read."""
    wish = msgspec.json.decode(sys.stdin.buffer.read(), type=Wish)
    try:
        asyncio.run(wind(wish, sys.stdout.buffer))
    except LogUnavailable as fault:
        print(fault, file=sys.stderr)
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main())
