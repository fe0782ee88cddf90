"""Bluesky's whole network into ``agora ingest``: 2,000 events a second, 5 % of them posts that match 200 tracked terms.

The network is made up and on loopback, in a process of its own; source, ledger, spool and SQLite log are the real ones.
``BENCH_SECONDS`` shortens the ten minutes.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from stream.log import MENTIONS, open_log
from stream.mention import decode
from tests.bench.figure import Figure, figure
from tests.bench.sky import terms
from tests.machine import ROOT, Machine, machine

RATE = 2_000
TERMS = 200
SECONDS = float(os.environ.get("BENCH_SECONDS", "600"))
CALM_AT_S = min(180.0, SECONDS * 0.3)
"""From here on memory must stay where it is."""
SETTLE_S = 5.0


def measure() -> Iterator[Figure]:
    """Processor and memory of ingest, and whether what it took is what was sent."""
    sky = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.sky", str(RATE), str(TERMS)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert sky.stdout is not None
    try:
        stream, people = sky.stdout.readline().split()
        environment = {
            "AGORA_INGEST_SOURCES": "bluesky",
            "AGORA_INGEST_METRICS_PORT": "0",
            "AGORA_BLUESKY_HOSTS": f"ws://127.0.0.1:{stream}",
            "AGORA_BLUESKY_PROFILES": f"http://127.0.0.1:{people}",
            "AGORA_MATCH_TERMS": ",".join(terms(TERMS)),
        }
        with tempfile.TemporaryDirectory() as folder, machine(Path(folder), environment) as agora:
            yield from _watched(agora, sky)
    finally:
        sky.terminate()
        sky.wait()


def _watched(agora: Machine, sky: subprocess.Popen[str]) -> Iterator[Figure]:
    assert sky.stdout is not None
    ingest = agora.start("ingest")
    sent = matching = 0
    calm_mb, began = 0.0, 0.0
    samples: list[tuple[float, float, float]] = []
    for line in sky.stdout:
        sent, matching = map(int, line.split())
        if ingest.poll() is not None:
            raise ChildProcessError(agora.output())
        if not sent:
            continue
        began = began or time.monotonic()
        samples.append((time.monotonic() - began, *_used(ingest.pid)))
        if not calm_mb and samples[-1][0] >= CALM_AT_S:
            calm_mb = samples[-1][2]
        if samples[-1][0] >= SECONDS:
            break
    sky.terminate()
    rest, _ = sky.communicate()
    if rest.strip():
        sent, matching = map(int, rest.split()[-2:])
    first, last = next(s for s in samples if s[0] >= SETTLE_S), samples[-1]
    share = (last[1] - first[1]) / (last[0] - first[0])
    time.sleep(2)
    ingest.terminate()
    ingest.wait(20)
    kinds = asyncio.run(_kinds(agora.environment["AGORA_LOG_URL"]))
    circumstances = f"{RATE:,} events/s, {TERMS} terms, {SECONDS:g} s; {sent:,} sent"
    yield figure("bluesky: processor of ingest", share, "cores", most=0.5, note=circumstances)
    growth = 100 * (max(s[2] for s in samples[-5:]) / calm_mb - 1)
    note = f"{last[2]:.0f} MB at the end; above that at {CALM_AT_S:g} s"
    yield figure("bluesky: memory growth of ingest", growth, "%", most=5, note=note)
    taken = kinds["post"] + kinds["reply"]
    note = f"{taken:,} of {matching:,} matching posts; {kinds['repost']:,} reposts, {kinds['tally']:,} tallies"
    yield figure(
        "bluesky: matching posts that are not in the log",
        abs(matching - taken) / matching,
        "share",
        most=0.001,
        note=note,
    )


def _used(pid: int) -> tuple[float, float]:
    """Processor seconds and resident MB of a process."""
    stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    resident = int(Path(f"/proc/{pid}/statm").read_text(encoding="utf-8").split()[1])
    ticks = int(stat[11]) + int(stat[12])
    return ticks / os.sysconf("SC_CLK_TCK"), resident * os.sysconf("SC_PAGE_SIZE") / 1e6


async def _kinds(url: str) -> Counter[str]:
    """How many mentions of each kind the log holds."""
    log = await open_log(url)
    counts: Counter[str] = Counter()
    try:
        end = await log.end(MENTIONS)
        async with await log.reader({MENTIONS: None}) as reader:
            while sum(reader.position(MENTIONS).values()) < sum(end.values()):
                counts.update(decode(record.value or b"").kind for record in await reader.poll(1.0))
    finally:
        await log.close()
    return counts
