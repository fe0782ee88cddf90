"""A post that is retracted is gone: from the picture of the wall, from the snapshot, and from what /wall shows."""

from __future__ import annotations

import asyncio
import io
import time
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from stream.log import MENTIONS, RETRACTIONS, Entry, Topic, open_log
from stream.mention import Author, Mention, Retraction, encode
from tests.machine import Machine, machine

WORDS = "The lanterns over the harbour are lit, come and see them before they float away"


def publish(agora: Machine, topic: Topic, entry: Entry) -> None:
    """One record, acknowledged."""

    async def _publish() -> None:
        log = await open_log(agora.environment["AGORA_LOG_URL"])
        await log.publish(topic, [entry])
        await log.close()

    asyncio.run(_publish())


def lit(client: httpx2.Client) -> float:
    """The share of bright pixels in the newest picture of the wall: letters are bright, the stage is not; −1 without one."""
    answer = client.get("/api/v1/walls/picture")
    if answer.status_code != 200:
        return -1.0
    return float((np.asarray(Image.open(io.BytesIO(answer.content)).convert("L")) > 150).mean())


@pytest.mark.gl
def test_a_retracted_post_leaves_every_screen(tmp_path: Path) -> None:
    """A card is seen in the pixels of /wall, then its author deletes it: pixels and snapshot are as before."""
    small = {"AGORA_WALL_COLUMNS": "1", "AGORA_WALL_ROWS": "1", "AGORA_WALL_LAYOUT": "stories"}
    with machine(tmp_path, small) as agora, httpx2.Client(base_url=agora.url, headers={"Origin": agora.url}) as client:
        agora.hub()
        wall = agora.start("wall", "--headless")
        pin = {"pin": agora.pins["operator"], "desk": "test"}
        client.post("/api/v1/session", json=pin).raise_for_status()
        agora.until(lambda: lit(client) >= 0, 60, wall)
        empty = settled(agora, client)
        now = time.time_ns() // 1_000_000
        author = Author(id="webhook:test:1", handle="lantern", name="A lantern keeper")
        post = Mention("webhook:test:post", "webhook", "post", now, now, author, text=WORDS, lang="en")
        publish(agora, MENTIONS, Entry(author.id, encode(post)))
        agora.until(lambda: lit(client) > empty + 0.01, 30, wall)
        assert [story["text"] for story in agora.snapshot()["stories"]] == [WORDS]
        publish(agora, RETRACTIONS, Entry(post.id, encode(Retraction(post.id, "post", now))))
        agora.until(lambda: agora.snapshot()["stories"] == [], 10, wall)
        agora.until(lambda: 0 <= lit(client) < empty + 0.002, 10, wall)
        assert agora.snapshot()["numbers"]["posts"] == 0


def settled(agora: Machine, client: httpx2.Client) -> float:
    """The brightness of an empty wall once its first transition is over: the same in several pictures."""
    seen: list[float] = []

    def still() -> bool:
        seen.append(lit(client))
        time.sleep(0.3)
        return len(seen) > 4 and max(seen[-4:]) - min(seen[-4:]) < 0.0005

    agora.until(still, 30)
    return seen[-1]
