"""The process: what makes it refuse to start, and what it keeps when it is told to end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from ingest import app
from ingest.source import Batch, Deletion, Reaction
from stream.config import Config, IngestConfig, LogConfig
from stream.log import MENTIONS, RETRACTIONS, SOURCES, open_log
from stream.mention import Author, Mention, decode, decode_retraction, decode_status
from tests.ingest.cable import NOW, everything


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(
        log=LogConfig(url=f"sqlite:{tmp_path / 'agora.db'}"),
        ingest=IngestConfig(spool=str(tmp_path / "spool"), metrics_port=0),
    )


class Ending:
    """Says its batches, then has the process told to end."""

    tells_deletions, remembered, source = True, True, "n"

    def __init__(self, *batches: Batch, name: str = "n:here") -> None:
        self.name, self._batches = name, batches
        self.cursors: list[str] = []

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        self.cursors.append(cursor)
        for batch in self._batches:
            yield batch
        os.kill(os.getpid(), signal.SIGTERM)
        while True:
            yield Batch()  # without a pause: even that must not hold up the others


POST = Mention("n:1", "n", "post", NOW, NOW, Author("n:a"))


async def told(config: Config) -> SimpleNamespace:
    log = await open_log(config.log.url)
    mentions = [decode(r.value or b"") for r in await everything(log, MENTIONS)]
    gone = [decode_retraction(r.value or b"") for r in await everything(log, RETRACTIONS)]
    statuses = [decode_status(r.value or b"") for r in await everything(log, SOURCES)]
    await log.close()
    return SimpleNamespace(mentions=mentions, gone=gone, statuses=statuses)


def run(config: Config, *batches: Batch) -> Ending:
    source = Ending(*batches)
    assert app.run_sources(config, [source]) == 0
    return source


def test_told_to_end(config: Config) -> None:
    """SIGTERM keeps cursor and memory, tells the last counts and how the source did; the next run goes on from there."""
    liked = Reaction("n:1", "l:1", "like", NOW)
    run(config, Batch((POST, liked), cursor="5", natives={"1": "n:1"}))
    first = asyncio.run(told(config))
    assert [m.kind for m in sorted(first.mentions, key=lambda m: m.id)] == ["post", "tally"]
    assert first.statuses[-1].condition == "live"
    again = run(config, Batch((POST, liked)), Batch((Deletion("1", NOW),)))
    assert again.cursors == ["5"]
    second = asyncio.run(told(config))
    assert len(second.mentions) == 2
    assert [r.target for r in second.gone] == ["n:1"]


def test_a_new_log_begins_anew(config: Config, tmp_path: Path) -> None:
    """Cursor and memory belong to the log: where it is a new one, everything is heard and published again."""
    run(config, Batch((POST,), cursor="5"))
    for file in tmp_path.glob("agora.db*"):
        file.unlink()
    assert run(config, Batch((POST,))).cursors == [""]
    assert len(asyncio.run(told(config)).mentions) == 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sources": ("telegraph",)}, "'telegraph' is no source"),
        ({"sources": ("simulation", "simulation")}, "simulation is named twice"),
        ({"sources": ("simulation",), "metrics_port": 1, "metrics_host": "0.0.0.0"}, "AGORA_INGEST_TOKEN"),
    ],
)
def test_it_refuses(config: Config, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], sentence: str) -> None:
    """What a person has to change is a sentence and exit code 2."""
    changed = msgspec.structs.replace(config, ingest=msgspec.structs.replace(config.ingest, **changes))
    assert app.run(changed) == 2
    assert sentence in capsys.readouterr().err


def test_a_broken_ledger(config: Config, capsys: pytest.CaptureFixture[str]) -> None:
    """A ledger that is none is not overwritten; the sentence says what to do."""
    folder = app.folder_of(config)
    folder.mkdir(parents=True)
    (folder / "ledger.db").write_bytes(b"not a database" * 100)
    assert app.run_sources(config, [Ending()]) == 2
    assert "move it away" in capsys.readouterr().err
