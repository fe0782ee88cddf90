"""A hub with a million mentions in its window: what it holds of the machine's memory, and how long it took to read them."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tests.bench.figure import Figure, figure
from tests.bench.fill import fill
from tests.bench.posts import posts
from tests.bench.watched import SAMPLE_S, Watched
from tests.machine import machine

NUMBER = int(os.environ.get("BENCH_POSTS", "1000000"))
SPAN_MS = 1_700_000
WATCHED_S = 60.0


def measure() -> Iterator[Figure]:
    """A real hub on a log filled beforehand, looked at for a minute from when it has read it: three checkpoints long."""
    with tempfile.TemporaryDirectory() as folder, machine(Path(folder), {"AGORA_HUB_WINDOW_S": "7200"}) as agora:
        now = int(time.time() * 1000)
        fill(agora.environment["AGORA_LOG_URL"], posts(NUMBER, now - SPAN_MS, now))
        begun = time.monotonic()
        hub = agora.hub(900)
        ready, watched, seen = time.monotonic() - begun, Watched(agora, hub.pid), []
        while time.monotonic() - begun < ready + WATCHED_S:
            seen.append(watched.resident())
            time.sleep(SAMPLE_S)
        held = watched.posts()
    note = f"{held} posts; resident, median of a minute; ready after {ready:.0f} s"
    yield figure("hub with a million mentions", median(seen), "MB", most=1000, note=note)
    yield figure("hub with a million mentions, at most", max(seen), "MB", most=1000, note="while it makes a checkpoint")
