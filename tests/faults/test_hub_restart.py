"""A hub that is killed in the middle of its work comes back with the same picture."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

from stream import mention
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.config import Config
from stream.hub.memoir import EFFECT_MS, POINT_MS, SETTLE_MS
from stream.log import MEMORY, MENTIONS, RETRACTIONS, Entry, open_log
from stream.mention import Mention, Retraction
from tests.machine import Machine, machine
from tests.stream.hub.house import NOW
from tests.stream.hub.test_hub import evening


async def publish(url: str, posts: list[Mention], gone: list[str]) -> None:
    log = await open_log(url)
    await log.publish(RETRACTIONS, [Entry(t, mention.encode(Retraction(t, "post", NOW))) for t in gone])
    for start in range(0, len(posts), 100):
        chunk = posts[start : start + 100]
        await log.publish(MENTIONS, [Entry(m.author.id, mention.encode(m)) for m in chunk])
    await log.close()


def counted(posts: list[Mention], gone: list[str]) -> int:
    """How many posts count at ``NOW`` when everything has been heard."""
    state = State(Config(), 600_000)
    state.add(posts)
    for target in gone:
        state.retract(Retraction(target, "post", NOW))
    return state.snapshot(NOW).numbers.posts


async def coloured(url: str) -> bool:
    """Whether ``memory`` has the colours of the last point before ``NOW``: until then communities may change theirs."""
    memory = Memory()
    log = await open_log(url)
    async with await log.reader({MEMORY: None}) as reader:
        while records := await reader.poll(0.05):
            for record in records:
                memory.remember(record.key, record.value)
    await log.close()
    return memory.latest() - EFFECT_MS >= (NOW - SETTLE_MS) // POINT_MS * POINT_MS


def said(agora: Machine, posts: int) -> dict[str, Any]:
    """The snapshot once it counts all posts, memory is written, and it has stopped changing."""
    agora.until(lambda: asyncio.run(coloured(agora.environment["AGORA_LOG_URL"])))
    seen: list[dict[str, Any]] = [agora.snapshot(NOW)]

    def settled() -> bool:
        seen.append(agora.snapshot(NOW))
        return bool(seen[-1]["numbers"]["posts"] == posts and seen[-1] == seen[-2])

    agora.until(settled)
    return seen[-1]


def test_killed(tmp_path: Path) -> None:
    """Killed with ``kill -9`` in mid-stream, a hub says at T the same with its checkpoint and without one."""
    posts = evening(3, 2000)
    random.Random(3).shuffle(posts)
    gone = [p.id for p in posts if p.kind == "post"][::29]
    expected = counted(posts, gone)
    standing = {
        "AGORA_CLOCK_MODE": "replay",
        "AGORA_CLOCK_EVENT_START": str(NOW),
        "AGORA_CLOCK_EVENT_END": str(NOW),
        "AGORA_CLOCK_WALL_START": "1",
        "AGORA_HUB_WINDOW_S": "600",
        "AGORA_HUB_CHECKPOINT_S": "0.2",
    }
    with machine(tmp_path, standing) as agora:
        log = agora.environment["AGORA_LOG_URL"]
        asyncio.run(publish(log, posts[:1200], gone[:20]))
        hub = agora.hub()
        agora.until((agora.var / "checkpoint").exists)
        asyncio.run(publish(log, posts[1200:1600], gone[20:]))
        agora.kill(hub)
        asyncio.run(publish(log, posts[1600:], []))
        hub = agora.hub()
        restarted = said(agora, expected)
        agora.kill(hub)
        for left in filter(Path.is_file, agora.var.glob("checkpoint*")):
            left.unlink()
        agora.hub()
        assert said(agora, expected) == restarted
