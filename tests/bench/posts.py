"""Posts to measure with: the archive named by ``AGORA_BENCH_ARCHIVE`` (format twitter-v1), else the simulated event."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import count, islice
from pathlib import Path

import msgspec

from ingest.archive import read
from ingest.simulation.world import World
from stream.mention import Mention

ARCHIVES = ("../shared/data/congress/tweets-2016-q1.ndjson.gz",)


@cache
def originals(least: int = 40_000) -> tuple[str, tuple[Mention, ...]]:
    """What the posts are, and at least so many of them in order of time."""
    for path in (os.environ.get("AGORA_BENCH_ARCHIVE", ""), *ARCHIVES):
        if path and Path(path).is_file():
            found = tuple(item for item in read(path, "twitter-v1") if isinstance(item, Mention))
            return f"real posts ({Path(path).name})", found
    made = (item for item in World(seed=1, rate=50.0).events(0, least * 40) if isinstance(item, Mention))
    return "simulated posts", tuple(made)


def posts(number: int, start_ms: int, end_ms: int) -> Iterator[Mention]:
    """``number`` posts with ids of their own, their times spread evenly from ``start_ms`` to ``end_ms``."""
    _, pool = originals()
    span = end_ms - start_ms
    for i, post in zip(range(number), (pool[k % len(pool)] for k in count()), strict=False):
        at = start_ms + span * i // number
        yield msgspec.structs.replace(post, id=f"{post.id}r{i // len(pool)}", at=at, seen=at)


def batches(items: Iterable[Mention], size: int) -> Iterator[list[Mention]]:
    """``items`` in lists of ``size``, the last one shorter."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
