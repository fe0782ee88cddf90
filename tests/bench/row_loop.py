"""How late the event loop comes while a hub analyses: no frame of a websocket may wait for a snapshot."""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Iterator

from stream import mention
from stream.config import Config, HubConfig, ShowConfig
from stream.hub.board import Board
from stream.hub.core import SWITCH_S
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.stage import Stage
from stream.hub.threads import Analyst, Mover
from stream.log import MENTIONS, Record
from tests.bench.figure import Figure, figure, percentile
from tests.bench.posts import batches, posts

NUMBER = 200_000
RATE = 1_000
SECONDS = 20.0
TICK_S = 0.01
CHUNK_S = 0.05


def measure() -> Iterator[Figure]:
    """A ticker on the loop of a process that holds a full window and hears on, its threads as a hub's are."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        late = asyncio.run(_late())
    finally:
        sys.setswitchinterval(before)
        gc.unfreeze()
    note = f"{NUMBER} posts in the window, {RATE} mentions/s, {SECONDS:.0f} s; greatest {1000 * max(late):.0f} ms"
    yield figure("lateness of the hub's event loop, p99", 1000 * percentile(late, 0.99), "ms", most=50.0, note=note)


async def _late() -> list[float]:
    """By how many seconds each tick came late."""
    now = time.time_ns() // 1_000_000
    faults: list[BaseException] = []
    engine, stage, metrics = _engine()
    for batch in batches(posts(NUMBER, now - 1_500_000, now), 5_000):
        engine.state.add(batch)
    live = [
        Record(MENTIONS.name, 0, i, m.at, m.author.id, mention.encode(m))
        for i, m in enumerate(posts(NUMBER + int(RATE * SECONDS), now - 1_500_000, now + int(SECONDS * 1000)))
        if i >= NUMBER
    ]
    engine.begin()
    engine.tick(now, now)
    analyst = Analyst(engine, lambda: (time.time_ns() // 1_000_000,) * 2, metrics, faults.append)
    mover = Mover(stage, lambda: time.time() * 1000, metrics, faults.append)
    gc.freeze()
    analyst.start()
    mover.start()
    late, sent, begun = [], 0, time.monotonic()
    while (passed := time.monotonic() - begun) < SECONDS:
        wanted = int(passed * RATE)
        if wanted - sent >= RATE * CHUNK_S:
            await analyst.mentions(live[sent:wanted])
            sent = wanted
        due = time.monotonic() + TICK_S
        await asyncio.sleep(TICK_S)
        late.append(max(0.0, time.monotonic() - due))
    await asyncio.to_thread(analyst.end)
    await asyncio.to_thread(mover.end)
    if faults:
        raise faults[0]
    return late


def _engine() -> tuple[Engine, Stage, Metrics]:
    config = Config(hub=HubConfig(window_s=1800), show=ShowConfig(delay_s=0))
    board, metrics = Board(), Metrics()
    stage = Stage(config.wall.grid, board, seed=1)
    engine = Engine(config, board=board, tablet=Board(), stage=stage, metrics=metrics, removed=lambda _: None)
    return engine, stage, metrics
