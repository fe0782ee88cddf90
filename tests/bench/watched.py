"""A hub seen from a measurement: its metrics, its memory, its processor."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import httpx2

from tests.bench.load import Load
from tests.machine import Machine

SAMPLE_S: Final = 0.5
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Sample(NamedTuple):
    """After ``at_s`` seconds: the lag in s, resident MB, and the processor seconds that the hub has used."""

    at_s: float
    lag_s: float
    resident: float
    busy_s: float


class Watched:
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

    def busy(self) -> float:
        """Processor seconds that it has used."""
        fields = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def watch(self, publisher: Load, rate: int, each: Callable[[float], None] = lambda _: None) -> list[Sample]:
        """Samples while ``publisher`` publishes ``rate`` mentions a second; ``each`` hears each one's seconds."""
        start, samples = time.monotonic(), []
        first = self.records() - publisher.published
        while publisher.running:
            published = publisher.published
            said = self.metrics()
            read = said.get('agora_records_total{topic="mentions"}', 0.0) - first
            waiting = max(0.0, published - read) + said["agora_queue_records"]
            lag = max(said["agora_lag_seconds"], waiting / rate)
            samples.append(Sample(time.monotonic() - start, lag, self.resident(), self.busy()))
            each(samples[-1].at_s)
            time.sleep(SAMPLE_S)
        return samples
