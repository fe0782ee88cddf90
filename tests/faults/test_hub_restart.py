"""A hub that is killed in the middle of its work comes back with the same picture."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

import pytest

from stream import mention
from stream.log import MENTIONS, RETRACTIONS, Entry, open_log
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


def said(agora: Machine, posts: int) -> dict[str, Any]:
    """The snapshot once it counts all posts and has stopped changing."""
    seen: list[dict[str, Any]] = [agora.snapshot(NOW)]

    def settled() -> bool:
        seen.append(agora.snapshot(NOW))
        return bool(seen[-1]["numbers"]["posts"] == posts and seen[-1] == seen[-2])

    agora.until(settled)
    return seen[-1]


@pytest.mark.parametrize("checkpoint", [True, False], ids=["checkpoint", "no checkpoint"])
def test_killed(tmp_path: Path, checkpoint: bool) -> None:
    """Killed with ``kill -9`` in mid-stream and started again, a hub says at T what one says that was never killed."""
    posts = evening(3, 2000)
    random.Random(3).shuffle(posts)
    gone = [p.id for p in posts if p.kind == "post"][::29]
    standing = {
        "AGORA_CLOCK_MODE": "replay",
        "AGORA_CLOCK_EVENT_START": str(NOW),
        "AGORA_CLOCK_EVENT_END": str(NOW),
        "AGORA_CLOCK_WALL_START": "1",
        "AGORA_HUB_WINDOW_S": "600",
        "AGORA_HUB_CHECKPOINT_S": "0.2" if checkpoint else "1000",
    }
    with machine(tmp_path, standing) as agora:
        log = agora.environment["AGORA_LOG_URL"]
        asyncio.run(publish(log, posts[:1200], gone[:20]))
        hub = agora.hub()
        if checkpoint:
            agora.until((agora.var / "checkpoint").exists)
        asyncio.run(publish(log, posts[1200:1600], gone[20:]))
        agora.kill(hub)
        assert (agora.var / "checkpoint").exists() == checkpoint
        asyncio.run(publish(log, posts[1600:], []))
        hub = agora.hub()
        count = len([p for p in posts if p.kind != "edit" and p.id not in set(gone) and NOW - 600_000 < p.at <= NOW])
        restarted = agora.snapshot(NOW)
        assert 0 < restarted["numbers"]["posts"] <= count
        restarted = said(agora, restarted["numbers"]["posts"])
        agora.kill(hub)
        for left in agora.var.glob("checkpoint*"):
            left.unlink()
        agora.hub()
        assert said(agora, restarted["numbers"]["posts"]) == restarted
