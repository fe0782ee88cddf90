"""A hub killed with 200,000 mentions in its window: how long until it gives the same snapshot for the same T again."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.figure import Figure, figure
from tests.bench.fill import fill
from tests.bench.posts import posts
from tests.machine import Machine, machine

SETTLE_S = 3.0
NUMBER = int(os.environ.get("BENCH_POSTS", "200000"))


def measure() -> Iterator[Figure]:
    """Once with a checkpoint that was written after the hub had caught up, and once without; the snapshots are compared."""
    with tempfile.TemporaryDirectory() as folder, machine(Path(folder), {"AGORA_HUB_CHECKPOINT_S": "5"}) as agora:
        now = int(time.time() * 1000)
        fill(agora.environment["AGORA_LOG_URL"], posts(NUMBER, now - 900_000, now))
        checkpoint = Path(agora.environment["AGORA_HUB_CHECKPOINT"])
        begun = time.monotonic()
        hub = agora.hub(300)
        first = time.monotonic() - begun
        ready = time.time()
        agora.until(lambda: checkpoint.exists() and checkpoint.stat().st_mtime > ready + 1, 120)
        before = _settled(agora, now)
        for name, most in (("with its checkpoint", 5.0), ("without a checkpoint", 25.0)):
            agora.kill(hub)
            if name.startswith("without"):
                shutil.rmtree(checkpoint, ignore_errors=True)
                checkpoint.unlink(missing_ok=True)
            start = time.monotonic()
            hub = agora.hub(300)
            ready = time.monotonic() - start
            after = agora.snapshot(now)
            took = time.monotonic() - start
            other = [key for key in before if key != "sources" and before[key] != after.get(key)]
            same = f"ANOTHER SNAPSHOT: {', '.join(other)}" if other else "the same snapshot"
            note = f"{after['numbers']['posts']} posts, {same}; ready after {ready:.1f} s"
            yield figure(f"hub killed, {name}", took, "s", most=0.0 if other else most, note=note)
        yield figure("hub's first start on this log", first, "s")


def _settled(agora: Machine, at: int) -> dict[str, Any]:
    """The snapshot once it stays: colours of the time before a late start count when they are read back from the log."""
    last, known = agora.snapshot(at), {}
    while last != known:
        time.sleep(SETTLE_S)
        last, known = agora.snapshot(at), last
    return last
