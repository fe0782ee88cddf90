"""A publisher process that keeps a pace: ``python -m tests.bench.load LOG_URL FOLDER RATE:SECONDS…``, one stage after another.

Mentions take ingest's own way: checked, spooled in FOLDER when the log is away, published, acknowledged. Says ``ready`` when
its posts are made, then about four times a second how many the log has acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

import msgspec

from ingest.publisher import Publisher
from ingest.spool import Spool
from stream.log import open_log
from stream.mention import Mention
from tests.bench.posts import originals

TICK_S = 0.02
SAY_S = 0.25
MOST = 2_000
"""Mentions published at once by a publisher that is late."""


class Load:
    """The process, seen from the measurement."""

    def __init__(self, url: str, folder: Path, stages: Sequence[tuple[int, float]]) -> None:
        command = [sys.executable, "-m", "tests.bench.load", url, str(folder)]
        self._process = subprocess.Popen(
            [*command, *(f"{rate}:{seconds}" for rate, seconds in stages)], stdout=subprocess.PIPE, text=True
        )
        self.published = 0
        self._ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        if not self._ready.wait(120) or not self.running:
            raise RuntimeError("the publisher did not start")

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.strip() == "ready":
                self._ready.set()
            else:
                self.published = int(line)
        self._ready.set()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextlib.contextmanager
def load(url: str, folder: Path, *stages: tuple[int, float]) -> Iterator[Load]:
    """A publisher that has begun; it ends with the block at the latest."""
    made = Load(url, folder, stages)
    try:
        yield made
    finally:
        made.stop()


async def _publish(url: str, folder: Path, stages: Sequence[tuple[int, float]]) -> None:
    _, pool = originals()
    numbers = count()
    log = await open_log(url)
    publisher = Publisher(log, Spool(folder, 64 << 20), now=lambda: time.time_ns() // 1_000_000)
    draining = asyncio.create_task(publisher.drain())
    print("ready", flush=True)
    published, said = 0, 0.0
    for rate, seconds in stages:
        began, sent = time.monotonic(), 0
        while (elapsed := time.monotonic() - began) < seconds:
            due = min(MOST, int(elapsed * rate) - sent)
            if due > 0:
                now = time.time_ns() // 1_000_000
                batch = [_fresh(i % len(pool), i // len(pool), pool, now) for i in (next(numbers) for _ in range(due))]
                await publisher.publish("archive", batch)
                sent += due
                published += due
            if time.monotonic() - said >= SAY_S:
                said = time.monotonic()
                print(published, flush=True)
            await asyncio.sleep(max(0.0, TICK_S - (time.monotonic() - began - elapsed)))
    print(published, flush=True)
    draining.cancel()
    await log.close()


def _fresh(place: int, cycle: int, pool: Sequence[Mention], now_ms: int) -> Mention:
    """A post as one more, written now; in later rounds with a word more, since who repeats himself is held."""
    post = pool[place]
    text = f"{cycle} {post.text}" if cycle and post.text else post.text
    return msgspec.structs.replace(post, id=f"{post.id}b{os.getpid()}-{cycle}", at=now_ms, seen=now_ms, text=text)


if __name__ == "__main__":
    given = [(int(rate), float(seconds)) for rate, _, seconds in (word.partition(":") for word in sys.argv[3:])]
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    asyncio.run(_publish(sys.argv[1], Path(sys.argv[2]), given))
