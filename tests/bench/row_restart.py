"""A hub killed with 200,000 mentions in its window: how long until it gives the same snapshot for the same T again."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figure import Figure, figure
from tests.bench.fill import fill
from tests.bench.posts import posts
from tests.machine import machine

NUMBER = 200_000


def measure() -> Iterator[Figure]:
    """Once with its checkpoint and once without; the snapshots are compared."""
    with tempfile.TemporaryDirectory() as folder, machine(Path(folder), {"AGORA_HUB_CHECKPOINT_S": "5"}) as agora:
        now = int(time.time() * 1000)
        fill(agora.environment["AGORA_LOG_URL"], posts(NUMBER, now - 900_000, now))
        checkpoint = Path(agora.environment["AGORA_HUB_CHECKPOINT"])
        hub = agora.hub(300)
        agora.until(checkpoint.exists, 120)
        before = agora.snapshot(now)
        for name, most in (("with its checkpoint", 5.0), ("without a checkpoint", 25.0)):
            agora.kill(hub)
            if name.startswith("without"):
                shutil.rmtree(checkpoint, ignore_errors=True)
                checkpoint.unlink(missing_ok=True)
            start = time.monotonic()
            hub = agora.hub(300)
            after = agora.snapshot(now)
            took = time.monotonic() - start
            same = {k: v for k, v in after.items() if k != "sources"} == {
                k: v for k, v in before.items() if k != "sources"
            }
            posts_seen = after["numbers"]["posts"]
            note = f"{posts_seen} posts, {'the same snapshot' if same else 'ANOTHER SNAPSHOT'}"
            yield figure(f"hub killed, {name}", took, "s", most=most if same else 0.0, note=note)
