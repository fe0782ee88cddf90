"""Does memory grow? ``agora run`` with the simulated event, layouts switched all the while, memory of each part each second.

``BENCH_SOAK_SECONDS`` (240) long; a day is 86400. The slope is that of the second half, when windows and caches are full.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import httpx2
import numpy as np

from tests.bench.figure import Figure, figure
from tests.bench.row_first_lit import signed_in
from tests.bench.row_heal import pid_of
from tests.machine import machine

SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "240"))
SWITCH_S = 4.0
LAYOUTS = ("pulse", "topics", "people", "stories", "numbers", "voices", "river", "world", "mood", "compare", "event")
PARTS = ("hub", "wall", "ingest")
MOST = 1.05
"""Memory at the end, as a share of that in the middle; by the slope a day may add as much again as there is."""


def measure() -> Iterator[Figure]:
    """Each part's memory at the end against the middle, its slope, and the wall's pictures."""
    environment = {"AGORA_HUB_WINDOW_S": "60", "AGORA_SIMULATION_RATE": "40", "AGORA_WALL_WIDTH": "640",
                   "AGORA_WALL_HEIGHT": "360", "AGORA_WALL_PITCH_MM": "1.9"}  # fmt: skip
    memory: dict[str, list[tuple[float, float]]] = defaultdict(list)
    textures = 0.0
    with tempfile.TemporaryDirectory() as name, machine(Path(name), environment) as agora:
        run = agora.start("run", "--headless")
        agora.until(lambda: agora.status("/healthz") == 200, 60, run)
        client = signed_in(agora)
        began, turn = time.monotonic(), 0
        while (passed := time.monotonic() - began) < SECONDS:
            if passed > turn * SWITCH_S:
                textures = max(textures, _switch(client, LAYOUTS[turn % len(LAYOUTS)]))
                turn += 1
            for part in PARTS:
                if (pid := pid_of(run, part)) is not None:
                    memory[part].append((passed, _resident_mb(pid)))
            time.sleep(1.0)
    for part in PARTS:
        yield _judged(part, np.array(memory[part]), turn)
    yield figure("pictures of the wall", textures, "MB", most=512.0, note=f"the most after {turn} switches")


def _judged(part: str, seen: np.ndarray, switches: int) -> Figure:
    late = seen[seen[:, 0] > SECONDS / 2]
    slope = float(np.polyfit(late[:, 0], late[:, 1], 1)[0]) * 3600.0
    quarter = max(1, len(late) // 4)
    first, last = float(np.median(late[:quarter, 1])), float(np.median(late[-quarter:, 1]))
    note = f"{SECONDS:.0f} s, {switches} switches; {first:.0f}, then {last:.0f} MB; {slope:+.0f} MB an hour in the second half"
    return figure(f"memory of the {part}, its end against its middle", last / first, "", most=MOST, note=note)


def _switch(client: httpx2.Client, layout: str) -> float:
    """Take the layout; how much video memory walls hold, in MB."""
    rev = client.get("/api/v1/layout").raise_for_status().json()["rev"]
    client.put("/api/v1/layout", json={"layout": layout, "rev": rev})
    walls = client.get("/api/v1/walls").raise_for_status().json()["walls"]
    return max((float(wall["textures_mb"]) for wall in walls), default=0.0)


def _resident_mb(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4 / 1024
    except (OSError, IndexError):
        return 0.0
