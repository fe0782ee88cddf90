"""Some of the seeded fault rounds that ``make soak`` plays by the hundred."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from stream.log import MENTIONS, RETRACTIONS, Entry, open_log
from stream.mention import Mention, Retraction, encode
from tests.kafka import Broker, NoKafka
from tests.machine import ROOT
from tests.soak.book import Book
from tests.stream.hub.house import NOW, config, post

SEED = 14
ROUNDS = 3
"""Ingest, the hub and a wall are killed, one after another."""


@pytest.mark.gl
@pytest.mark.kafka
def test_rounds() -> None:
    """Parts and Kafka are harmed by seed: nothing acknowledged is lost, and the hub says what the log says."""
    try:
        Broker().remove()
    except NoKafka as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"no Kafka: {missing}")
        pytest.skip(f"no Kafka: {missing}")
    rounds = ["--rounds", str(ROUNDS), "--seed", str(SEED), "--log", "kafka", "--patience", "10"]
    command = [sys.executable, "-m", "tests.soak", *rounds]
    played = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    told = json.loads(played.stdout.splitlines()[-1])
    assert told["ok"]
    assert told["note"].startswith(f"{ROUNDS} rounds")


async def book_of(folder: Path, posts: list[Mention], gone: list[str]) -> Book:
    """What a book has read of a log with these posts and deletions."""
    url = f"sqlite:{folder}/agora.db"
    log = await open_log(url)
    await log.publish(RETRACTIONS, [Entry(target, encode(Retraction(target, "post", NOW))) for target in gone])
    await log.publish(MENTIONS, [Entry(m.author.id, encode(m)) for m in posts])
    await log.close()
    made = config()
    hub = msgspec.structs.replace(made.hub, checkpoint=f"{folder}/checkpoint")
    book = Book(msgspec.structs.replace(made, hub=hub, log=msgspec.structs.replace(made.log, url=url)))
    reading = asyncio.create_task(book.follow())
    while len(book.ids) < len({m.id for m in posts}) or not book.gone.issuperset(gone):
        await asyncio.sleep(0)
    reading.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await reading
    return book


async def test_a_lost_post_or_deletion_is_seen(tmp_path: Path) -> None:
    """A book counts each id once, in any order; where one post or deletion is missing, its snapshot is another one."""
    posts = [post(n, f"Tea number {n} #tea{n % 3}", author=f"a{n % 7}", at=NOW - 1000 * n) for n in range(40)]
    whole = await book_of(tmp_path / "whole", [*posts, *posts[:5]], ["simulation:3"])
    assert len(whole.counted(NOW)) == whole.analysed(NOW).numbers.posts == 39
    said = whole.said(NOW, random.Random(1))
    assert said == whole.said(NOW, random.Random(2))
    short = await book_of(tmp_path / "short", posts[1:], ["simulation:3"])
    assert (len(short.counted(NOW)), short.said(NOW, random.Random(1)) == said) == (38, False)
    kept = await book_of(tmp_path / "kept", posts, [])
    assert (len(kept.counted(NOW)), kept.said(NOW, random.Random(1)) == said) == (40, False)
