"""``agora wall``, installed: from the command to the end of its first frame, as upper bound its own end."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import median

from tests.bench.figure import Figure, figure

RUNS = 5


def measure() -> Iterator[Figure]:
    """The median of some starts, six screens off-screen, without a hub."""
    took, spent = [], []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as var:
            environment = {
                **os.environ,
                "AGORA_VAR": var,
                "AGORA_CONFIG": os.devnull,
                "AGORA_HUB_URL": "http://127.0.0.1:9",
            }
            before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            command = [sys.executable, "-m", "agora", "wall", "--headless", "--frames", "1"]
            subprocess.run(command, check=True, env=environment, stderr=subprocess.DEVNULL)
            took.append(time.monotonic() - began)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    note = f"median of {RUNS}, its end included; {median(spent):.2f} s of the processor"
    yield figure("agora wall, to its first frame", median(took), "s", most=2.0, note=note)
