"""An archive through the log while ingest is killed: every post is counted exactly once, or is in the dead letters."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from ingest.simulation.world import World
from stream.log import MENTIONS, open_log
from stream.mention import encode
from tests.kafka import Broker
from tests.machine import ROOT, machine

START = 1_790_000_000_000
SPAN_MS = 900_000
CONGRESS = ROOT.parent / "shared" / "data" / "congress" / "tweets-2016-q1.ndjson.gz"


def made_archive(path: Path) -> None:
    """Fifteen minutes of the simulated event with some lines that nobody can read."""
    with path.open("wb") as file:
        for number, item in enumerate(World(5, 20.0).events(START, START + SPAN_MS)):
            file.write(encode(item) + b"\n")
            if number % 2000 == 999:
                file.write(b'{"id": 7, broken\n')


def analysed(source: str, format: str, window: str, environment: Mapping[str, str]) -> bytes:
    """``agora analyse --json`` in a process of its own."""
    command = [sys.executable, "-m", "agora", "analyse", source, "--format", format, "--window", window, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


def published(url: str, prefix: str) -> int:
    """How many records the mentions of a log have had."""

    async def _ends() -> int:
        log = await open_log(url, prefix=prefix)
        total = sum((await log.end(MENTIONS)).values())
        await log.close()
        return total

    return asyncio.run(_ends())


def through_kafka(folder: Path, archive: Path, format: str, window: str, kills: Sequence[int], broker: Broker) -> None:
    """Play ``archive`` into Kafka, killing ingest when so many mentions are in; then compare the log with the file."""
    prefix = f"{uuid.uuid4().hex[:8]}-"
    with machine(folder, {"AGORA_LOG_URL": broker.url, "AGORA_LOG_PREFIX": prefix}) as agora:
        theirs = f"{prefix}archive-{archive.name.split('.')[0]}-"
        replay = ("replay", str(archive), "--format", format, "--speed", "max")
        for least in kills:
            child = agora.start(*replay)
            agora.until(lambda least=least: published(broker.url, theirs) >= least, 60, child)
            agora.kill(child)
        last = agora.start(*replay)
        assert last.wait(180) == 0, agora.output()
        environment = {**agora.environment, "AGORA_LOG_PREFIX": theirs}
        from_log = analysed(broker.url, format, window, environment)
        from_file = analysed(str(archive), format, window, agora.environment)
        assert json.loads(from_log)["numbers"]["posts"] > kills[-1]
        assert from_log == from_file


@pytest.mark.kafka
def test_killed_twice_on_the_way(tmp_path: Path, broker: Broker) -> None:
    """An archive with broken lines at full speed through Kafka, ingest killed twice: the log says what the file says."""
    archive = tmp_path / "event.jsonl"
    made_archive(archive)
    through_kafka(tmp_path, archive, "agora", "1h", (2_000, 6_000), broker)


@pytest.mark.kafka
@pytest.mark.skipif(not CONGRESS.exists(), reason="the archive is not on this machine")
def test_the_congress_archive_killed_twice(tmp_path: Path, broker: Broker) -> None:
    """42,253 posts of a quarter of a year, ingest killed twice: each counts exactly once."""
    through_kafka(tmp_path, CONGRESS, "twitter-v1", "92d", (5_000, 20_000), broker)
