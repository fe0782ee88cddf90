"""What a process lets go of, the machine has back."""

from __future__ import annotations

import subprocess
import sys

GROWN = """
import threading, sys
import numpy as np
from stream import allocator

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

if sys.argv[1] == "settled":
    allocator.settle()
kept = []

def come_and_go():
    for _ in range(8):
        large = [np.ones(4_000_000, np.uint8) for _ in range(20)]
        kept.append(np.ones(100_000, np.uint8))
        del large

before = resident()
for _ in range(6):
    one = threading.Thread(target=come_and_go)
    one.start()
    one.join()
print(resident() - before)
"""


def test_large_arrays_of_many_threads_leave_nothing_behind() -> None:
    """A settled process holds little more than what it kept: 5 MB of small arrays."""
    found = subprocess.run([sys.executable, "-c", GROWN, "settled"], check=True, capture_output=True, text=True)
    assert float(found.stdout) < 12
