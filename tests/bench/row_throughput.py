"""Ingest → log → hub on a real Kafka: 5,000 mentions a second for ten minutes, then faster and faster.

``BENCH_SECONDS`` shortens the ten minutes. Lag is what the hub itself says at /metrics, and how far its count of records is
behind what the log has acknowledged, whichever is worse.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.bench.figure import Figure, figure, percentile
from tests.bench.load import Load, load
from tests.kafka import Broker
from tests.machine import Machine, machine

RATE = 5_000
SECONDS = float(os.environ.get("BENCH_SECONDS", "600"))
LAG_S = 2.0
STEPS = (7_500, 10_000, 12_500, 15_000)
STEP_S = min(45.0, SECONDS)
CALM_AT_S = 180.0
SAMPLE_S = 0.5


def measure() -> Iterator[Figure]:
    """The sustained run, then one step after another until the lag is too great."""
    broker = Broker()
    broker.start()
    environment = {"AGORA_LOG_URL": broker.url, "AGORA_HUB_WINDOW_S": "60"}
    try:
        with tempfile.TemporaryDirectory() as folder, machine(Path(folder), environment) as agora:
            hub = agora.hub()
            watched = _Watched(agora, hub.pid)
            before = watched.records()
            with load(broker.url, Path(folder) / "load", (RATE, SECONDS)) as publisher:
                samples = watched.watch(publisher, RATE)
            yield from _sustained(samples, watched.records() - before, publisher.published, watched.posts())
            yield from _steps(agora, watched, broker.url, Path(folder))
    finally:
        broker.remove()


class _Watched:
    """A hub's metrics and memory."""

    def __init__(self, agora: Machine, pid: int) -> None:
        self._pid = pid
        self._agora = agora
        headers = {"Authorization": f"Bearer {agora.tokens['metrics']}"}
        self._client = httpx2.Client(base_url=agora.url, headers=headers, timeout=10)

    def metrics(self) -> dict[str, float]:
        """Every figure of /metrics by its name and labels."""
        page = self._client.get("/metrics").raise_for_status().text
        pairs = (line.rsplit(" ", 1) for line in page.splitlines() if line and not line.startswith("#"))
        return {name: float(value) for name, value in pairs}

    def records(self) -> int:
        """How many mentions it has read."""
        return int(self.metrics().get('agora_records_total{topic="mentions"}', 0))

    def posts(self) -> int:
        """How many are in its window now."""
        return int(self._agora.snapshot()["numbers"]["posts"])

    def resident(self) -> float:
        """Its resident memory in MB."""
        return int(Path(f"/proc/{self._pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def watch(self, publisher: Load, rate: int) -> list[tuple[float, float, float, float]]:
        """(seconds, lag in s, MB, processor seconds of the hub) while ``publisher`` publishes ``rate`` mentions a second."""
        start, samples = time.monotonic(), []
        first = self.records() - publisher.published
        while publisher.running:
            published = publisher.published
            said = self.metrics()
            read = said.get('agora_records_total{topic="mentions"}', 0.0) - first
            waiting = max(0.0, published - read) + said["agora_queue_records"]
            lag = max(said["agora_lag_seconds"], waiting / rate)
            fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
            busy = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
            samples.append((time.monotonic() - start, lag, self.resident(), busy))
            time.sleep(SAMPLE_S)
        return samples


def _sustained(
    samples: list[tuple[float, float, float, float]], read: int, published: int, posts: int
) -> Iterator[Figure]:
    lasted = samples[-1][0]
    lags = [lag for _, lag, _, _ in samples]
    calm_at = CALM_AT_S if lasted > 2 * CALM_AT_S else lasted / 3
    early = [mb for at, _, mb, _ in samples if abs(at - calm_at) < max(3.0, lasted / 60)]
    late = [mb for at, _, mb, _ in samples if at > lasted - max(6.0, lasted / 30)]
    busy = (samples[-1][3] - samples[0][3]) / (samples[-1][0] - samples[0][0])
    note = f"real Kafka, {lasted:.0f} s, window 1 min, {published} published, {read} read, {posts} in the window at the end"
    yield figure("ingest to hub, sustained", min(published, read) / lasted, "mentions/s", least=0.99 * RATE, note=note)
    yield figure("ingest to hub, greatest lag", max(lags), "s", most=LAG_S, note=f"p99 {percentile(lags, 0.99):.2f} s")
    grown = sum(late) / len(late) / (sum(early) / len(early)) - 1
    note = f"{early[0]:.0f} MB at {calm_at:.0f} s, {late[-1]:.0f} MB at the end"
    yield figure("ingest to hub, growth of the hub's memory", 100 * grown, "%", most=5.0, note=note)
    yield figure("ingest to hub, processors the hub uses", busy, "cores")


def _steps(agora: Machine, watched: _Watched, url: str, folder: Path) -> Iterator[Figure]:
    reached, notes = 0.0, []
    for rate in STEPS:
        with load(url, folder / "load", (rate, STEP_S)) as publisher:
            samples = watched.watch(publisher, rate)
        made = publisher.published / STEP_S
        lag = max(lag for at, lag, _, _ in samples if at > STEP_S / 3)
        notes.append(f"{made:.0f}/s: {lag:.1f} s")
        if lag >= LAG_S or made < 0.95 * rate:
            break
        reached = made
        agora.until(lambda: watched.metrics()["agora_queue_records"] == 0, 60)
    note = f"steps of {STEP_S:.0f} s with their greatest lag: {', '.join(notes)}"
    yield figure("ingest to hub, in the end", reached, "mentions/s", least=15_000, note=note)
