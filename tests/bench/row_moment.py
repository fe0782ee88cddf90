"""The same moment everywhere: two walls with false clocks behind a bad network write the hub's time into their pictures.

One wall's clock is 37 s ahead and runs 50 ppm fast, the other's 50 ppm slow; between them and a real hub lies 20 ± 10 ms
each way, 200 ms for one packet in twenty. ``BENCH_MOMENT_SECONDS`` (60) long.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.figure import Figure, figure, percentile
from tests.bench.proxy import Proxy
from tests.machine import Machine, machine

SECONDS = float(os.environ.get("BENCH_MOMENT_SECONDS", "60"))
CLOCKS = ((37_000.0, 50.0), (0.0, -50.0))
"""Milliseconds ahead and ppm of each wall."""
SAME = 2
"""Levels by which two renderings of one picture may differ."""


def measure() -> Iterator[Figure]:
    """The error of the time in the pictures, and how far pictures of one time differ."""
    with tempfile.TemporaryDirectory() as name, machine(Path(name), _walls(Path(name))) as agora:
        agora.hub()
        agora.start("ingest")
        first, second = _run(agora)
    errors = [np.abs(found["error"]) for found in (first, second)]
    both = np.concatenate(errors)
    drawn = np.concatenate([found["drawn"] for found in (first, second)])
    note = (
        f"{len(both)} frames; p50 {np.median(both):.2f}, greatest {both.max():.1f}; each wall's p99 "
        f"{percentile(errors[0].tolist(), 0.99):.1f} and {percentile(errors[1].tolist(), 0.99):.1f}; "
        f"drawing took {np.median(drawn):.0f} ms more"
    )
    yield figure("hub time in the picture, off by, p99", percentile(both.tolist(), 0.99), "ms", most=8.0, note=note)
    yield from _compared(first, second)


def _compared(first: dict[str, Any], second: dict[str, Any]) -> Iterator[Figure]:
    at = np.intersect1d(first["at"], second["at"])
    pictures = [found["pictures"][np.searchsorted(found["at"], at)].astype(np.int16) for found in (first, second)]
    apart = np.abs(pictures[0] - pictures[1])
    half = apart.shape[2] // 2
    still = apart[:, :, half + 20 :].max(axis=(1, 2, 3))
    note = f"{len(at)} moments; what follows from the time alone; greatest difference {still.max()} levels"
    yield figure("pictures of one moment that are equal", float((still <= SAME).mean()), "", least=1.0, note=note)
    moving = apart[:, :, : half - 20].mean(axis=(1, 2, 3))
    note = f"topics in motion, some of whose positions came too late on this network; greatest {moving.max():.2f}"
    yield figure("graphs of one moment differ by, median", float(np.median(moving)), "levels", note=note)


def _run(agora: Machine) -> list[dict[str, Any]]:
    proxies = [Proxy(agora.port, seed).start() for seed in (1, 2)]
    outs = [agora.folder / f"{i}.npz" for i in range(2)]
    processes = []
    for proxy, out, (ahead, ppm) in zip(proxies, outs, CLOCKS, strict=True):
        command = [sys.executable, "-m", "tests.bench.timepiece", str(out), str(SECONDS), str(ahead), str(ppm)]
        environment = {**agora.environment, "AGORA_HUB_URL": f"http://127.0.0.1:{proxy.port}"}
        processes.append(subprocess.Popen(command, env=environment, cwd=agora.folder))
    try:
        codes = [process.wait(SECONDS + 120) for process in processes]
    finally:
        for process in processes:
            process.kill()
        for proxy in proxies:
            proxy.stop()
    if any(codes):
        raise ChildProcessError(f"the walls ended with {codes}: {agora.output()}")
    return [dict(np.load(out)) for out in outs]


def _walls(folder: Path) -> dict[str, str]:
    """The environment of a wall of two small screens: topics on the first, the time on the second."""
    layouts = folder / "layouts"
    layouts.mkdir(parents=True)
    (layouts / "moment.toml").write_text(
        'name = "moment"\ntitle = ""\n[[panels]]\nvisual = "constellation"\nscreens = 1\n'
        '[[panels]]\nvisual = "timepiece"\nscreens = 2\n'
    )
    info = folder / "packages" / "agora_bench_timepiece-1.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: agora-bench-timepiece\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[agora.visuals]\ntimepiece = tests.bench.timepiece:VISUAL\n")
    root = Path(__file__).parent.parent.parent
    return {
        "AGORA_WALL_COLUMNS": "2",
        "AGORA_WALL_ROWS": "1",
        "AGORA_WALL_WIDTH": "480",
        "AGORA_WALL_HEIGHT": "270",
        "AGORA_WALL_PITCH_MM": "2.5",
        "AGORA_WALL_LAYOUTS": str(layouts),
        "AGORA_WALL_LAYOUT": "moment",
        "AGORA_INGEST_SOURCES": "simulation",
        "PYTHONPATH": f"{root}:{info.parent}",
    }
