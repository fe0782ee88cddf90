"""Ingest → log → hub on a real Kafka: 5,000 mentions a second for ten minutes, then faster and faster.

All visuals are on meanwhile: a wall draws (gently: elsewhere it has a machine of its own), and every layout comes on air in
turn, so that the hub makes every feed. ``BENCH_SECONDS`` shortens the ten minutes. Lag is what the hub itself says at /metrics,
and how far its count of records is behind what the log has acknowledged, whichever is worse.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, figure, percentile
from tests.bench.load import load
from tests.bench.row_first_lit import signed_in
from tests.bench.watched import Sample, Watched
from tests.kafka import Broker
from tests.machine import SMALL, Machine, machine
from tests.soak.endurance import switch

RATE = 5_000
SECONDS = float(os.environ.get("BENCH_SECONDS", "600"))
LAG_S = 2.0
STEPS = (7_500, 10_000, 12_500, 15_000)
STEP_S = min(45.0, SECONDS)
CALM_AT_S = 180.0
SWITCH_S = 5.0
GENTLY = 10


def measure() -> Iterator[Figure]:
    """The sustained run, then one step after another until the lag is too great."""
    broker = Broker()
    broker.start()
    environment = {"AGORA_LOG_URL": broker.url, "AGORA_HUB_WINDOW_S": "60", **SMALL}
    try:
        with tempfile.TemporaryDirectory() as folder, machine(Path(folder), environment) as agora:
            hub = agora.hub()
            watched = Watched(agora, hub.pid)
            wall = agora.start("wall", "--headless")
            _gently(wall.pid)
            show = Show(agora)
            before = watched.records()
            with load(broker.url, Path(folder) / "load", (RATE, SECONDS)) as publisher:
                samples = watched.watch(publisher, RATE, show.go_on)
            yield from _sustained(samples, watched.records() - before, publisher.published, watched.posts())
            note = f"layouts switched every {SWITCH_S:.0f} s, the wall draws {show.fps():.0f} frames/s"
            yield figure("ingest to hub, layouts that were on air", len(show.shown), "layouts", note=note)
            yield from _steps(agora, watched, broker.url, Path(folder))
    finally:
        broker.remove()


def _gently(pid: int) -> None:
    """Let a process take what the others leave, also where the kernel shares by session (autogroup, ``man 7 sched``)."""
    os.setpriority(os.PRIO_PROCESS, pid, GENTLY)
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():
        group.write_text(str(GENTLY))


class Show:
    """Every layout in turn, as a wall shows it."""

    def __init__(self, agora: Machine) -> None:
        self._client = signed_in(agora)
        listed = self._client.get("/api/v1/layouts").raise_for_status().json()["layouts"]
        self._layouts = [layout["name"] for layout in listed]
        self._turn = 0
        self.shown: set[str] = set()

    def go_on(self, at_s: float) -> None:
        """The next layout, when it is time."""
        if at_s >= self._turn * SWITCH_S:
            layout = self._layouts[self._turn % len(self._layouts)]
            switch(self._client, layout)
            self.shown.add(layout)
            self._turn += 1

    def fps(self) -> float:
        """Frames a second that the wall draws now; 0 where there is none."""
        walls = self._client.get("/api/v1/walls").raise_for_status().json()["walls"]
        return float(walls[0]["fps"]) if walls else 0.0


def _sustained(samples: list[Sample], read: int, published: int, posts: int) -> Iterator[Figure]:
    lasted = samples[-1][0]
    lags = [lag for _, lag, _, _ in samples]
    calm_at = CALM_AT_S if lasted > 2 * CALM_AT_S else lasted / 3
    early = [mb for at, _, mb, _ in samples if abs(at - calm_at) < max(3.0, lasted / 60)]
    late = [mb for at, _, mb, _ in samples if at > lasted - max(6.0, lasted / 30)]
    busy = (samples[-1][3] - samples[0][3]) / (samples[-1][0] - samples[0][0])
    note = f"real Kafka, {lasted:.0f} s, window 1 min, {published} published, {read} read, {posts} in the window at the end"
    yield figure("ingest to hub, sustained", min(published, read) / lasted, "mentions/s", least=0.99 * RATE, note=note)
    worst_s = max(samples, key=lambda sample: sample.lag_s).at_s
    note = f"p99 {percentile(lags, 0.99):.2f} s, the greatest after {worst_s:.0f} s"
    yield figure("ingest to hub, greatest lag", max(lags), "s", most=LAG_S, note=note)
    grown = sum(late) / len(late) / (sum(early) / len(early)) - 1
    note = f"{early[0]:.0f} MB at {calm_at:.0f} s, {late[-1]:.0f} MB at the end"
    yield figure("ingest to hub, growth of the hub's memory", 100 * grown, "%", most=5.0, note=note)
    yield figure("ingest to hub, processors the hub uses", busy, "cores")


def _steps(agora: Machine, watched: Watched, url: str, folder: Path) -> Iterator[Figure]:
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
