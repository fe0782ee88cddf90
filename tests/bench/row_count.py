"""Workers that share a topic filled beforehand, nobody publishing: one against two; and what is left for the hub to do.

``BENCH_POSTS`` changes how many posts. The rate is that of the time in which all workers had their shares, until 19 in 20 posts
were told: partitions are not equally full.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from stream import mention
from stream.analysis.analysed import Analysed
from stream.analysis.state import State
from stream.config import HubConfig, ModerationConfig
from stream.count.counter import Counter
from stream.count.followed import Followed
from stream.count.partial import decode
from stream.log import MENTIONS, PARTIALS, Record, open_log
from stream.mention import Mention
from tests.bench.figure import Figure, figure
from tests.bench.fill import fill
from tests.bench.posts import originals, posts
from tests.bench.watched import TICKS
from tests.kafka import Broker
from tests.machine import Machine
from tests.stream.hub.house import NOW, House, config

POSTS = int(os.environ.get("BENCH_POSTS", "300000"))
SPAN_MS = 600_000
TAIL = 0.05
PATIENCE_S = 300.0
APART = 30_000
"""Posts for the costs of the parts, which are measured in this process."""


class Run(NamedTuple):
    """Mentions a second of some workers together, processor seconds that they took for a mention, and bytes told for one."""

    rate: float
    busy: float
    told: float


def measure() -> Iterator[Figure]:
    """The parts, then one worker and two on a real Kafka."""
    yield from _parts()
    what, _ = originals()
    broker = Broker()
    broker.start()
    try:
        one, two = (_run(broker.url, workers) for workers in (1, 2))
    finally:
        broker.remove()
    note = f"real Kafka, {POSTS} {what} in 12 partitions filled beforehand, producer off"
    for name, run in (("one worker", one), ("two workers", two)):
        more = f"; {1e6 * run.busy:.0f} µs of processor a mention, {run.told:.0f} bytes told for one"
        yield figure(f"agora count, {name}", run.rate, "mentions/s", note=note + more)
    yield figure("agora count, two workers to one", two.rate / one.rate, "", least=1.5)


def _run(url: str, number: int) -> Run:
    prefix = f"workers{number}."
    fill(url, posts(POSTS, NOW - SPAN_MS, NOW), prefix)
    settings = {
        "AGORA_LOG_URL": url,
        "AGORA_LOG_PREFIX": prefix,
        "AGORA_CLOCK_MODE": "replay",
        "AGORA_CLOCK_EVENT_START": str(NOW),
        "AGORA_CLOCK_EVENT_END": str(NOW),
        "AGORA_CLOCK_WALL_START": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(Path(folder), settings)
        try:
            workers = [machine.start("count") for _ in range(number)]
            return asyncio.run(_watched(url, prefix, workers, Path(folder) / "count.log"))
        finally:
            machine.close()


async def _watched(url: str, prefix: str, workers: Sequence[subprocess.Popen[bytes]], journal: Path) -> Run:
    """Follow what is told until all is."""
    log = await open_log(url, prefix=prefix, timeout_s=30)
    through: dict[tuple[int, int], int] = {}
    size, began, ended = 0, None, None
    try:
        async with asyncio.timeout(PATIENCE_S), await log.reader({PARTIALS: None}) as reader:
            while ended is None:
                for record in await reader.poll(0.05):
                    partial, size = decode(record.value), size + len(record.value or b"")
                    place = record.partition, partial.bucket
                    first = partial.bucket * 512
                    through[place] = max(through.get(place, 0), partial.through - first + 1)
                told, now = sum(through.values()), time.perf_counter()
                if began is None and told and _shares(journal, len(workers)):
                    began = now, told, _busy(workers)
                elif began is not None and told >= (1 - TAIL) * POSTS:
                    ended = now, told, _busy(workers)
    finally:
        await log.close()
    assert began is not None
    counted = ended[1] - began[1]
    assert counted > POSTS / 3, "too few posts were left when all workers had their shares: BENCH_POSTS"
    return Run(counted / (ended[0] - began[0]), (ended[2] - began[2]) / counted, size / ended[1])


def _shares(journal: Path, workers: int) -> bool:
    """Whether the newest dealing gave each worker its share."""
    partitions = 12 // workers
    lines = [line for line in journal.read_text().splitlines() if "taken over" in line][-workers:]
    return len(lines) == workers and all(line.count(",") == partitions - 1 for line in lines)


def _busy(workers: Sequence[subprocess.Popen[bytes]]) -> float:
    """Processor seconds that they have used."""
    stats = [Path(f"/proc/{worker.pid}/stat").read_text().rpartition(")")[2].split() for worker in workers]
    return sum(int(fields[11]) + int(fields[12]) for fields in stats) / TICKS


def _parts() -> Iterator[Figure]:
    """Processor time a mention: a worker's reading, the state's part of it, and a hub's with and without workers."""
    records = [
        Record(MENTIONS.name, 0, i, NOW, post.author.id, mention.encode(post))
        for i, post in enumerate(posts(APART, NOW - SPAN_MS, NOW))
    ]
    settings = config(hub=HubConfig(window_s=SPAN_MS // 1000), moderation=ModerationConfig())
    Counter(0, 0, Followed(settings)).take(records[:2000])
    counter = Counter(0, 0, Followed(settings))
    entries = []

    def work() -> None:
        for begin in range(0, APART, 500):
            counter.take(records[begin : begin + 500])
            entries.extend(counter.due(0.0))

    yield _cost("worker", work, "read, validated, analysed, packed")
    partials = [Record(PARTIALS.name, 0, i, NOW, e.key, e.value) for i, e in enumerate(entries)]
    for name, heard, at_once in (
        ("hub that reads mentions", records, 500),
        ("hub that takes partials in", partials, 1),
    ):
        yield _hub(name, House(settings), heard, at_once)
        bare = House(settings)
        bare.engine.intake.take = partial(_only_counted, bare.engine.state)  # type: ignore[method-assign]
        yield _hub(f"{name}, without moderation", bare, heard, at_once)


def _only_counted(
    state: State, fresh: Sequence[tuple[Mention, int]], _: int, rows: Analysed | None, *_more: Any
) -> None:
    state.add([m for m, _ in fresh], rows)


def _hub(name: str, house: House, heard: Sequence[Record], at_once: int) -> Figure:
    house.later()

    def hear() -> None:
        for begin in range(0, len(heard), at_once):
            house.engine.apply(heard[begin : begin + at_once], NOW)

    return _cost(name, hear, f"{APART} posts, {at_once} records at once")


def _cost(name: str, work: Callable[[], None], note: str) -> Figure:
    begin = time.thread_time()
    work()
    return figure(f"{name}, processor time", 1e6 * (time.thread_time() - begin) / APART, "µs a mention", note=note)
