"""Every network at once, from real processes to the hub's snapshot: what is said counts once, whatever is killed meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import sqlite3
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from stream.log import MENTIONS
from tests.faults.ears_stage import TAG, Ears, ears, heard, tallies, traces
from tests.kafka import Broker
from tests.standins.jetstream import account, gone, post

SECRET_WORD = "heliotropesonata"
"""What nobody may keep."""


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ears]:
    """All ears over each log."""
    environment = {}
    if request.param == "kafka":
        broker: Broker = request.getfixturevalue("broker")
        environment = {"AGORA_LOG_URL": broker.url, "AGORA_LOG_PREFIX": f"{uuid.uuid4().hex[:8]}-"}
    async with ears(tmp_path, environment) as stage:
        yield stage


@contextlib.contextmanager
def away(stage: Ears, request: pytest.FixtureRequest) -> Iterator[None]:
    """The log takes nothing: Kafka hangs, or somebody else holds the file."""
    if stage.agora.environment["AGORA_LOG_URL"].startswith("kafka"):
        broker: Broker = request.getfixturevalue("broker")
        broker.pause()
        try:
            yield
        finally:
            broker.resume()
    else:
        held = sqlite3.connect(stage.agora.var / "agora.db", isolation_level=None)
        held.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            held.close()


async def whisper(stage: Ears, n: int) -> None:
    """On every network something is said that is not for everybody."""
    text = f"a lantern #lantern {SECRET_WORD} {n}"
    label = {"labels": {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": "!no-unauthenticated"}]}}
    await stage.jet(post("shy", f"s{n}", text, **label), post("hidden", f"h{n}", text))
    torn = stage.bluesky.frame(post("shy", f"t{n}", text, **label))[:-9]
    stage.bluesky.keep(torn)
    await stage.bluesky.send(torn)
    for i, wish in enumerate(
        (
            {"visibility": "private"},
            {"visibility": "direct"},
            {"visibility": "unlisted"},
            {"visibility": None},
            {"noindex": True},
            {"note": "<p>Please <b>#nobot</b></p>"},
        )
    ):
        told = stage.status(900_000 + 100 * n + i, "shy", content=f"<p>{text}</p>")
        told["account"] |= {key: value for key, value in wish.items() if key != "visibility"}
        told |= {key: value for key, value in wish.items() if key == "visibility"}
        for server in (stage.near, stage.far):
            await server.post(told, TAG)
            await server.say("update", json.dumps(told)[:-3], TAG)
    await stage.whispered_tweet(n, text)
    await stage.item(text, dead=True)


async def test_killed_again_and_again(stage: Ears, request: pytest.FixtureRequest) -> None:
    """Ingest is killed in mid-stream, the log goes away, a network dies: each post counts once, and what is gone is gone."""
    random.seed(4)
    numbers = iter(range(1, 1000))
    stage.people.know("hidden", labels=[{"val": "!no-unauthenticated"}], description=SECRET_WORD)
    stage.people.know("ada")
    stage.publish_feed(1, 2, 3)
    stage.listen()
    await stage.all_ears()
    liked = await stage.skeet(n := next(numbers))
    await stage.like(n, 7)
    for _ in range(3):
        for _ in range(random.randrange(2, 5)):
            await stage.say(next(numbers))
        await whisper(stage, next(numbers))
        delivery = asyncio.create_task(stage.deliver(next(numbers)))
        stage.kill()
        for _ in range(random.randrange(1, 4)):
            await stage.say(next(numbers))
        await whisper(stage, next(numbers))
        stage.listen()
        await delivery
    await stage.all_ears()
    assert await stage.hand_in(next(numbers), text=SECRET_WORD, key=b"a stranger's secret") == 401
    await stage.all_counted()

    with away(stage, request):
        for _ in range(3):
            await stage.say(next(numbers))
        delivery = asyncio.create_task(stage.deliver(next(numbers)))
        await stage.spooled()
        stage.kill()
        await stage.say(next(numbers))
        stage.listen()
    await delivery
    await stage.all_ears()
    await stage.all_counted()

    stage.near.refusals += [("/api", 503, {}, {"error": "down"})] * 50
    await stage.near.hang_up()
    for _ in range(3):
        await stage.say(next(numbers))
    del stage.near.refusals[:]
    await stage.all_counted()

    await stage.decide("track:kites", {"terms": ["kite"]})
    await stage.until(lambda: any("kite" in value for value in stage.x.values))
    await stage.skeet(next(numbers), text="a kite above the quay")
    await stage.all_counted()

    await go(stage, numbers)
    await stage.end()
    records = await stage.records()
    counted = {id for ids in stage.expected.values() for id in ids if not id.startswith("rss:")}
    found = {id for id in heard(records[MENTIONS]) if not id.startswith("rss:")}
    overwritten = sum(record.value is None for record in records[MENTIONS])
    assert counted <= found <= counted | set(stage.gone)
    assert len(set(stage.gone) - found) <= overwritten
    assert tallies(records[MENTIONS]) == {liked: (7, 0, 0)}
    assert "mentions" in traces("lantern", records)
    assert traces(SECRET_WORD, records, stage.agora.folder) == []


async def go(stage: Ears, numbers: Iterator[int]) -> None:
    """People delete what they said, and an account is taken down: the snapshot no longer counts any of it."""
    toot = await stage.both(n := next(numbers))
    skeet = await stage.skeet(n)
    taken = [await stage.skeet(next(numbers), name="mallory") for _ in range(3)]
    story = await stage.submit(n)
    told = await stage.deliver(n)
    await stage.all_counted()
    began = time.monotonic()
    await stage.jet(gone("ada", f"p{n}"), account("mallory", "takendown"))
    await stage.far.say("delete", stage.far.statuses[TAG][-1]["id"], TAG)
    number = int(story.partition(":")[2])
    stage.news.items[number] = {"id": number, "deleted": True, "type": "story"}
    await stage.news.tell_changed(number)
    assert await stage.hand_in(next(numbers), kind="delete", id=f"w{n}") == 202
    for id in (toot, skeet, *taken, story, told):
        stage.forget(id)
    await stage.all_counted()
    print(f"gone from the snapshot after {time.monotonic() - began:.2f} s")
