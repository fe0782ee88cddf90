"""One step of the force layout at 2,000 nodes and 6,000 edges."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np

from stream.forces import Layout
from tests.bench.figure import Figure, figure, percentile

NODES, EDGES, STEPS = 2_000, 6_000, 400


def measure() -> Iterator[Figure]:
    """The median and the 95th percentile of warm steps."""
    random = np.random.default_rng(1)
    edges = random.integers(0, NODES, (EDGES, 2))
    edges = edges[edges[:, 0] != edges[:, 1]]
    weights = random.random(len(edges)).astype(np.float32)
    layout = Layout(NODES, 1)
    times = []
    for _ in range(STEPS):
        start = time.perf_counter()
        layout.step(edges, weights)
        times.append((time.perf_counter() - start) * 1000)
    warm = times[STEPS // 4 :]
    yield figure("force step, median", percentile(warm, 0.5), "ms", most=1.0, note=f"{NODES} nodes, {EDGES} edges")
    yield figure("force step, p95", percentile(warm, 0.95), "ms", most=1.0)
