"""Does memory grow? A short run of ``tests.soak.endurance``; ``BENCH_SOAK_SECONDS`` (240) long, a day is 86400."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tests.bench.figure import Figure
from tests.soak.endurance import endure

SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "240"))


def measure() -> Iterator[Figure]:
    """Each part's memory at the end against minute 3 (a short run's: its middle), its slope, and the wall's pictures."""
    yield from endure(SECONDS)
