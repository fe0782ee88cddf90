"""A burst of 50,000 mentions in a second, and a minute of more than a hub can follow, on a real Kafka.

The burst is absorbed: all of it is read. Beyond capacity the hub sheds, and reads everything again when it has caught up.
``BENCH_SECONDS`` shortens the minute.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, figure
from tests.bench.fill import fill
from tests.bench.load import load
from tests.bench.posts import posts
from tests.bench.watched import SAMPLE_S, Watched
from tests.kafka import Broker
from tests.machine import machine

BURST = 50_000
MOST = 60_000
"""Mentions a second that are asked of the publisher: more than it can give."""
SECONDS = min(60.0, float(os.environ.get("BENCH_SECONDS", "60")))
PATIENCE_S = 120.0
SHED = "agora_shed_mentions_total"
READ = 'agora_records_total{topic="mentions"}'


def measure() -> Iterator[Figure]:
    """The burst first, then the flood."""
    broker = Broker()
    broker.start()
    environment = {"AGORA_LOG_URL": broker.url, "AGORA_HUB_WINDOW_S": "60"}
    try:
        with tempfile.TemporaryDirectory() as folder, machine(Path(folder), environment) as agora:
            watched = Watched(agora, agora.hub().pid)
            fill(broker.url, posts(2_000, int(time.time() * 1000) - 2_000, int(time.time() * 1000)))
            _even(watched)
            yield _burst(watched, broker.url)
            yield from _flood(watched, broker.url, Path(folder) / "load")
    finally:
        broker.remove()


def _even(watched: Watched, published: float = 0.0) -> float:
    """Seconds until it has read ``published`` records and nothing waits."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_S:
        said = watched.metrics()
        if said["agora_queue_records"] == 0 and said.get(READ, 0.0) >= published:
            return time.monotonic() - begun
        time.sleep(SAMPLE_S / 5)
    raise TimeoutError(f"the hub has not caught up in {PATIENCE_S:.0f} s")


def _burst(watched: Watched, url: str) -> Figure:
    now = int(time.time() * 1000)
    made = list(posts(BURST, now, now + 1000))
    read = watched.metrics().get(READ, 0.0)
    begun = time.monotonic()
    fill(url, made)
    published = time.monotonic() - begun
    took = published + _even(watched, read + BURST)
    shed = watched.metrics().get(SHED, 0.0)
    note = f"published in {published:.1f} s, {shed:.0f} of them shed"
    return figure(f"a burst of {BURST:,} is read after", took, "s", most=0.0 if shed else PATIENCE_S, note=note)


def _flood(watched: Watched, url: str, folder: Path) -> Iterator[Figure]:
    before = watched.metrics().get(READ, 0.0)
    with load(url, folder, (MOST, SECONDS)) as publisher:
        samples = watched.watch(publisher, MOST)
        published = publisher.published
    lag = max(sample.lag_s for sample in samples)
    caught_up = _even(watched, before + published)
    begun = time.monotonic()
    while watched.metrics()["agora_read_share"] < 1 and time.monotonic() - begun < PATIENCE_S:
        time.sleep(SAMPLE_S)
    said = watched.metrics()
    shed = said.get(SHED, 0.0)
    note = f"{published / SECONDS:,.0f} mentions/s for {SECONDS:.0f} s, greatest lag {lag:.1f} s, {shed / published:.0%} shed"
    yield figure("beyond capacity: caught up after the flood", caught_up, "s", note=note)
    share = said["agora_read_share"]
    yield figure("beyond capacity: share that is read in the end", share, "", least=1.0)
    yield figure("beyond capacity: memory of the hub", watched.resident(), "MB")
