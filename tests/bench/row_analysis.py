"""Full analysis on one core: mentions a second into the state, snapshots included; memory of a million."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from statistics import median

from stream.analysis import language
from stream.analysis.state import State
from stream.config import Config
from tests.bench.figure import Figure, figure
from tests.bench.posts import batches, originals, posts

NUMBER = 120_000
RATE = 10_000
START = 1_760_000_000_000
MILLION = 1_000_000
LOOKED_AT = (20_000, 200_000, MILLION)
"""Rows with which a snapshot is measured, and"""
STEP = 500
"""how many come between two of them: about a second's of the million."""


def measure() -> Iterator[Figure]:
    """Throughput in this process on one core; the million in a process of its own."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield from _throughput()
    finally:
        os.sched_setaffinity(0, cores)
    child = subprocess.run(
        [sys.executable, "-m", "tests.bench.row_analysis"], check=True, capture_output=True, text=True
    )
    megabytes, *seconds = (float(word) for word in child.stdout.split())
    yield figure(
        "a million mentions in the window", megabytes, "MB", most=1000, note="resident memory of the whole process"
    )
    note = "processor time, median of five a second apart"
    for rows, took in zip(LOOKED_AT, seconds, strict=True):
        yield figure(f"snapshot of {rows:,} mentions", 1000 * took, "ms", note=note)
    yield figure("snapshot of 1,000,000 to one of 200,000", seconds[-1] / seconds[-2], "", most=1.3, note=note)


def _throughput() -> Iterator[Figure]:
    what, _ = originals()
    state = State(Config(), 60_000)
    made = list(posts(NUMBER, START, START + NUMBER * 1000 // RATE))
    warm = list(posts(2_000, START - 2_000, START))
    state.add(warm)
    state.snapshot(START)
    gc.freeze()  # the posts that wait here to be read are no hub's; a full collection would look through them
    begin = time.perf_counter()
    language.warm()
    loading = time.perf_counter() - begin
    snapshots = 0.0
    due = START + 1000
    for batch in batches(made, 500):
        state.add(batch)
        if batch[-1].at >= due:
            due += 1000
            state.advance(batch[-1].at)
            before = time.perf_counter()
            state.snapshot(batch[-1].at)
            snapshots += time.perf_counter() - before
    took = time.perf_counter() - begin
    gc.unfreeze()
    note = f"{NUMBER} {what}, one core, window 1 min, a snapshot for each second of {RATE} mentions"
    yield figure("full analysis", NUMBER / took, "mentions/s", least=10_000, note=note)
    yield figure("full analysis, in the end", NUMBER / took, "mentions/s", least=25_000)
    note = f"the same run without the {loading:.2f} s of loading what tells languages, which a hub does beside its work"
    yield figure("full analysis, tables loaded", NUMBER / (took - loading), "mentions/s", note=note)
    yield figure("share of it spent in snapshots", snapshots / took, "")


def _million() -> None:
    """Print the memory of this process, then the cost of a snapshot with each of ``LOOKED_AT`` rows."""
    state = State(Config(), 1_800_000)
    held, costs = 0, []
    for batch in batches(posts(MILLION, START, START + 1_700_000), 500):
        state.add(batch)
        held += len(batch)
        left = [rows - held for rows in LOOKED_AT if 0 <= rows - held < 6 * STEP]
        if left and left[0] % STEP == 0:
            state.advance(batch[-1].at)
            begin = time.thread_time()
            state.snapshot(batch[-1].at)
            costs.append(time.thread_time() - begin)
    with open("/proc/self/statm", encoding="ascii") as statm:
        resident = int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    turns = len(costs) // len(LOOKED_AT)
    print(resident / 1e6, *(median(costs[i * turns + 1 : (i + 1) * turns]) for i in range(len(LOOKED_AT))))


if __name__ == "__main__":
    _million()
