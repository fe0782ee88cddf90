"""A tap on the tablet → the first pixel changed by 8/255 in the frame of the wall.

The tap is ``PUT /api/v1/layout`` of somebody signed in; the clock runs from before the request is sent to the end of the
frame. Nothing else moves on the wall; that is looked at before every tap.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2

from tests.bench.eye import Eye, eye, one_screen
from tests.bench.figure import Figure, figure, percentile
from tests.bench.row_first_lit import signed_in
from tests.machine import machine

TAPS = int(os.environ.get("BENCH_PROBES", "100"))
SWITCH_S = 1.2
STILL_S = 0.3


def measure() -> Iterator[Figure]:
    """To and fro between two layouts that stand still."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with machine(folder, one_screen(folder, "left")) as agora:
            agora.hub()
            client = signed_in(agora)
            with eye(agora) as seen:
                taps = [_tapped(client, seen, ("right", "left")[i % 2], i) for i in range(TAPS)]
                scale = seen.mark().number / 100
    found = [ms for ms, _ in taps if ms is not None]
    lost, moved = TAPS - len(found), sum(moved for _, moved in taps)
    note = (
        f"{len(found)} taps seen, {lost} not, {moved} of them while something moved, 1280 × 720 at render scale {scale}"
    )
    yield figure("tap to the first changed pixel, p50", percentile(found, 0.5), "ms", note=note)
    greatest = f"greatest {max(found):.0f}"
    bar = 200.0 if not lost and not moved else 0.0
    yield figure("tap to the first changed pixel, p99", percentile(found, 0.99), "ms", most=bar, note=greatest)


def _tapped(client: httpx2.Client, seen: Eye, layout: str, number: int) -> tuple[float | None, bool]:
    """Milliseconds until the tap was seen (None when it was not), and whether a pixel changed before it."""
    time.sleep(SWITCH_S + random.Random(number).random() * 0.1)
    rev = client.get("/api/v1/layout").raise_for_status().json()["rev"]
    seen.mark()
    moved = seen.wait("changed", timeout_s=STILL_S) is not None
    seen.mark()
    tapped = time.monotonic()
    client.put("/api/v1/layout", json={"layout": layout, "rev": rev}).raise_for_status()
    sight = seen.wait("changed", timeout_s=5.0)
    return (sight.at - tapped) * 1000 if sight else None, moved
