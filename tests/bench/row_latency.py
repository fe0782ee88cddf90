"""A mention published (the log has acknowledged it) → the frame that holds its card, told by a coded colour."""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from stream.log import MENTIONS, Entry, open_log
from stream.mention import Author, Mention, Target, encode
from tests.bench import probe
from tests.bench.eye import Eye, Sight, eye, one_screen
from tests.bench.figure import Figure, figure, percentile
from tests.bench.load import load
from tests.machine import machine

PROBES = int(os.environ.get("BENCH_PROBES", "200"))
BACKGROUND = 500
ECHOES = 80
"""Voices that repeat a probe, published before it: they make it a card, which only the strongest stories are."""
AHEAD_S = 0.4
WARM_S = 20.0
TIMEOUT_S = 8.0


def measure() -> Iterator[Figure]:
    """Probes one after another at random moments, on the embedded log."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with machine(folder, one_screen(folder, "probe")) as agora:
            agora.hub()
            url = agora.environment["AGORA_LOG_URL"]
            stages = (BACKGROUND, WARM_S + PROBES * (TIMEOUT_S + 1))
            with eye(agora) as seen, load(url, folder / "load", stages) as background:
                time.sleep(WARM_S)
                begun, before = time.monotonic(), background.published
                times = asyncio.run(_probes(url, seen))
                rate = (background.published - before) / (time.monotonic() - begun)
                scale = seen.mark().number / 100
    found = [ms for ms in times if ms is not None]
    if not found:
        raise RuntimeError("no probe was seen")
    lost = PROBES - len(found)
    note = f"{len(found)} probes seen, {lost} not, {rate:.0f} mentions/s beside, 1280 × 720 at render scale {scale}"
    bar = 400.0 if not lost else 0.0
    yield figure("published to its frame, p50", percentile(found, 0.5), "ms", most=150.0, note=note)
    yield figure(
        "published to its frame, p99", percentile(found, 0.99), "ms", most=bar, note=f"greatest {max(found):.0f}"
    )


async def _probes(url: str, seen: Eye) -> list[float | None]:
    """Milliseconds from acknowledged to seen, None for a probe that was not."""
    log, chance, times = await open_log(url), random.Random(1), []
    for number in range(1, PROBES + 1):
        post, echoes = story(number)
        await log.publish(MENTIONS, [Entry(echo.author.id, encode(echo)) for echo in echoes])
        await asyncio.sleep(AHEAD_S + 0.3 * chance.random())
        await log.publish(MENTIONS, [Entry(post.author.id, encode(post))])
        acknowledged = time.monotonic()
        sight: Sight | None = await asyncio.to_thread(seen.wait, "code", number % probe.CODES, TIMEOUT_S)
        times.append((sight.at - acknowledged) * 1000 if sight else None)
    await log.close()
    return times


def story(number: int) -> tuple[Mention, list[Mention]]:
    """Probe ``number``, written now, and the reposts that make it a strong story."""
    now = time.time_ns() // 1_000_000
    post_id, author = f"archive:probe-{number}", Author(id=f"archive:prober-{number}", handle="prober", name="Prober")
    post = Mention(post_id, "archive", "post", now, now, author, text=probe.text(number), lang="en")
    echoes = [
        Mention(
            f"{post_id}-echo-{k}", "archive", "repost", now, now, Author(id=f"archive:echo-{k}"), target=Target(post_id)
        )
        for k in range(ECHOES)
    ]
    return post, echoes
