"""Does memory grow? ``agora run`` with the simulated event, layouts switched all the while, memory of each part each second."""

from __future__ import annotations

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import httpx2
import numpy as np

from tests.bench.figure import Figure, figure
from tests.bench.row_first_lit import signed_in
from tests.bench.row_heal import pid_of
from tests.machine import SMALL, machine

SWITCH_S: Final = 4.0
LAYOUTS: Final = (
    "pulse", "topics", "people", "stories", "numbers", "voices", "river", "world", "mood", "compare", "event",
)  # fmt: skip
PARTS: Final = ("hub", "wall", "ingest")
MOST: Final = 1.05
"""Memory at the end, as a share of that of minute 3."""
CALM_S: Final = 180.0
"""Windows and caches are full; a run that is shorter than twice that is judged from its middle."""
MINUTE_S: Final = 60.0
ENVIRONMENT: Final = {"AGORA_HUB_WINDOW_S": "60", "AGORA_SIMULATION_RATE": "40", **SMALL}


def endure(seconds: float, tell: Callable[[str], None] = lambda _: None) -> Iterator[Figure]:
    """Run for so long; ``tell`` gets each part's memory every minute. Then the figures."""
    memory: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    textures, turn, minute, calm_s = 0.0, 0, 0, calm(seconds)[0]
    scales = [0.0, 0.0]
    with tempfile.TemporaryDirectory() as name, machine(Path(name), ENVIRONMENT) as agora:
        run = agora.start("run", "--headless")
        agora.until(lambda: agora.status("/healthz") == 200, 60, run)
        client = signed_in(agora)
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            if passed > turn * SWITCH_S:
                held, scales[passed > calm_s] = switch(client, LAYOUTS[turn % len(LAYOUTS)])
                textures = max(textures, held)
                turn += 1
            for part in PARTS:
                if (pid := pid_of(run, part)) is not None:
                    memory[part].append((passed, *_memory_mb(pid)))
            if passed >= (minute + 1) * MINUTE_S:
                minute += 1
                last = {part: memory[part][-1] for part in PARTS if memory[part]}
                said = ", ".join(f"{part} {held:.0f} MB ({own:.0f} its own)" for part, (_, held, own) in last.items())
                tell(f"minute {minute}: {said}")
            time.sleep(1.0)
    for part in PARTS:
        yield judged(part, np.array(memory[part]), seconds, turn)
    note = (
        f"the most after {turn} switches; render scale {scales[0]:g}, then {scales[1]:g}, which the wall chooses itself"
    )
    yield figure("pictures of the wall", textures, "MB", most=512.0, note=note)


def judged(part: str, seen: np.ndarray, seconds: float, switches: int) -> Figure:
    """The verdict on ``seen``, rows of seconds, MB resident, and MB of its own among them."""
    calm_s, where = calm(seconds)
    half_s = min(MINUTE_S, seconds / 4) / 2
    first, first_own = np.median(seen[np.abs(seen[:, 0] - calm_s) <= half_s, 1:], axis=0).tolist()
    last, last_own = np.median(seen[seen[:, 0] > seconds - 2 * half_s, 1:], axis=0).tolist()
    late = seen[seen[:, 0] > seconds / 2]
    slope = float(np.polyfit(late[:, 0], late[:, 1], 1)[0]) * 3600.0
    held = f"{first:.0f}, then {last:.0f} MB, of which {first_own:.0f}, then {last_own:.0f} its own"
    note = f"{seconds:.0f} s, {switches} switches; {held}; {slope:+.0f} MB an hour in the second half"
    return figure(f"memory of the {part}, its end against {where}", last / first, "", most=MOST, note=note)


def calm(seconds: float) -> tuple[float, str]:
    """With which second of a run its end is compared, and what that is called."""
    return (CALM_S, "minute 3") if seconds > 2 * CALM_S else (seconds / 2, "its middle")


def switch(client: httpx2.Client, layout: str) -> tuple[float, float]:
    """Take the layout; how much video memory a wall holds, in MB, and its render scale."""
    rev = client.get("/api/v1/layout").raise_for_status().json()["rev"]
    client.put("/api/v1/layout", json={"layout": layout, "rev": rev})
    walls = client.get("/api/v1/walls").raise_for_status().json()["walls"]
    return max(((float(wall["textures_mb"]), float(wall["scale"])) for wall in walls), default=(0.0, 0.0))


def _memory_mb(pid: int) -> tuple[float, float]:
    """What a process has in memory, and what of it no file on disk holds as well: the rest are pages of fonts and libraries."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    except OSError:
        return 0.0, 0.0
    told = {name: int(size) / 1024 for name, size, _ in (line.split() for line in lines)}
    return told.get("Rss:", 0.0), told.get("Anonymous:", 0.0)
