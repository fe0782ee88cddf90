"""Archives and the simulation at the pace of a clock, and whole processes."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest import replay, simulate
from ingest.app import folder_of, source_names
from ingest.simulation import World
from ingest.sources.archive import Archive
from ingest.sources.simulation import Simulation
from stream.config import ClockConfig, Config, IngestConfig, LogConfig, WebhookConfig
from stream.log import REJECTED, RETRACTIONS, open_log
from stream.mention import Author, Mention, Retraction, decode, encode
from tests.ingest.cable import NOW, everything

ROOT = Path(__file__).parents[2]


class Wall:
    """A wall clock that moves when somebody waits."""

    def __init__(self) -> None:
        self.ms = NOW

    def now(self) -> int:
        return self.ms

    async def pause(self, seconds: float) -> None:
        self.ms += max(1, round(seconds * 1000))


def mention(n: int, at: int) -> Mention:
    """The n-th post."""
    return Mention(f"x:{n}", "x", "post", at, at, Author("x:a"))


def archive(tmp_path: Path, *items: Mention | Retraction) -> Path:
    """An archive of ``items``."""
    path = tmp_path / "archive.jsonl"
    path.write_bytes(b"".join(encode(item) + b"\n" for item in items))
    return path


async def told(
    source: Any, wall: Wall, cursor: str = "", until: Callable[[], bool] = lambda: False
) -> list[tuple[int, str]]:
    """When on the wall clock, since its start, each item was given."""
    found: list[tuple[int, str]] = []
    async with aclosing(source.batches(cursor)) as batches:
        async for batch in batches:
            found += [(wall.ms - NOW, getattr(item, "id", "gone")) for item in batch.items]
            if until():
                break
    return found


async def test_a_replay_keeps_the_pace(tmp_path: Path) -> None:
    """At speed 60 a minute of the archive takes a second; a post out of order follows at once."""
    wall = Wall()
    then = NOW - 86_400_000
    path = archive(tmp_path, mention(1, then), mention(2, then + 60_000), mention(3, then + 30_000))
    clock = ClockConfig(mode="replay", event_start=then, wall_start=NOW, speed=60)
    found = await told(Archive(path, "agora", clock=clock, now=wall.now, pause=wall.pause), wall)
    assert found == [(0, "x:1"), (1000, "x:2"), (1000, "x:3")]


async def test_a_part_of_an_archive(tmp_path: Path) -> None:
    """From is in, to is not."""
    wall = Wall()
    path = archive(tmp_path, *(mention(n, NOW - 10_000 + n) for n in range(6)))
    source = Archive(path, "agora", clock=None, now=wall.now, start=NOW - 9_998, end=NOW - 9_996)
    assert await told(source, wall) == [(0, "x:2"), (0, "x:3")]


async def test_a_replay_goes_on_after_its_cursor(tmp_path: Path) -> None:
    """At most the line of the cursor comes again."""
    wall = Wall()
    path = archive(tmp_path, *(mention(n, NOW - 10_000 + n) for n in range(6)))
    source = Archive(path, "agora", clock=None, now=wall.now)
    cursor = ""
    async with aclosing(source.batches("")) as batches:
        async for batch in batches:
            cursor = batch.cursor
    assert await told(source, wall, cursor) == [(0, "x:5")]


async def test_times_can_be_shifted(tmp_path: Path) -> None:
    """Into the live log an archive comes as if it happened now."""
    path = archive(tmp_path, mention(1, NOW - 90_000_000), Retraction("x:1", "post", NOW - 89_999_000))
    source = Archive(path, "agora", clock=None, now=lambda: NOW, shift=90_000_000)
    async with aclosing(source.batches("")) as batches:
        items = [item async for batch in batches for item in batch.items]
    assert [item.at for item in items] == [NOW, NOW + 1000]


async def test_the_simulation_fills_the_window_and_goes_on() -> None:
    """The window behind comes first, then the span before it; the rest when it is due, and a restart goes on."""
    wall = Wall()
    world = World(1, 2)
    source = Simulation(world, clock=ClockConfig(), now=wall.now, window_ms=120_000, pause=wall.pause)
    found = await told(source, wall, until=lambda: wall.ms > NOW + 20_000)
    window, before, live = (
        [getattr(item, "id", "gone") for item in world.events(NOW + start, NOW + end)]
        for start, end in ((-120_000, 1), (-240_000, -119_999), (1, 20_000))
    )
    at_once = [id for at, id in found if at == 0]
    assert len(at_once) > 100
    assert at_once[: len(window)] == window
    assert set(at_once[len(window) :]) <= set(before)
    assert set(live) <= {id for at, id in found if at > 0}
    again = await told(source, wall, cursor=str(wall.ms - 5000), until=lambda: True)
    assert {id for _, id in again} <= {getattr(i, "id", "gone") for i in world.events(wall.ms - 5000, wall.ms + 1)}


def config_of(tmp_path: Path) -> Config:
    """A log and a spool of one's own."""
    return Config(
        log=LogConfig(url=f"sqlite:{tmp_path / 'agora.db'}"), ingest=IngestConfig(spool=str(tmp_path / "spool"))
    )


def test_a_replay_without_its_file_is_a_sentence(tmp_path: Path) -> None:
    """A missing archive, a strange format and an empty archive end with code 2 and a reason."""
    out = io.StringIO()
    empty = archive(tmp_path)
    assert replay.run(config_of(tmp_path), tmp_path / "none", "agora", out=out) == 2
    assert replay.run(config_of(tmp_path), empty, "wax", out=out) == 2
    assert replay.run(config_of(tmp_path), empty, "agora", out=out) == 2
    assert "No such file" in out.getvalue()
    assert "known are agora" in out.getvalue()
    assert "holds no post" in out.getvalue()


KILLED = """
import sys
from pathlib import Path
import msgspec
from ingest import replay
from stream.config import Config
config = msgspec.json.decode(sys.argv[1], type=Config)
raise SystemExit(replay.run(config, Path(sys.argv[2]), "agora", speed=None))
"""


async def test_a_replay_killed_twice_loses_nothing(tmp_path: Path) -> None:
    """Killed with SIGKILL in the middle and started again, every item of the archive is in the log at least once."""
    path = tmp_path / "world.jsonl"
    assert simulate.run(8, 3, out=path, truth=tmp_path / "truth.json", start=NOW, seconds=1800) == 0
    with path.open("ab") as file:
        file.write(b"{ torn\n")
    config = config_of(tmp_path)
    for _ in range(2):
        process = start(config, path)
        while process.poll() is None and not _has_rows(tmp_path / "agora.db"):
            pass
        process.kill()
        process.wait()
    assert start(config, path).wait(60) == 0
    wanted = list(World(3, 8).events(NOW, NOW + 1_800_000))
    log = await open_log(config.log.url)
    ids = {decode(r.value or b"").id for r in await everything(log)}
    assert ids == {item.id for item in wanted if isinstance(item, Mention)}
    gone = {r.key for r in await everything(log, RETRACTIONS)}
    assert gone == {item.target for item in wanted if isinstance(item, Retraction)}
    assert len({r.value for r in await everything(log, REJECTED)}) == 1
    await log.close()


def start(config: Config, path: Path) -> subprocess.Popen[bytes]:
    """A process that replays ``path``."""
    settings = msgspec.json.encode(config).decode()
    return subprocess.Popen(
        [sys.executable, "-c", KILLED, settings, str(path)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _has_rows(path: Path) -> bool:
    journal = path.with_name("agora.db-wal")
    return journal.exists() and journal.stat().st_size > 2_000_000


LISTENING = """
import sys
import msgspec
from ingest import app
from stream.config import Config
raise SystemExit(app.run(msgspec.json.decode(sys.argv[1], type=Config), ["simulation"]))
"""


def test_sigterm_keeps_the_cursor(tmp_path: Path) -> None:
    """Asked to end, ingest ends well within its time and remembers where it stood."""
    config = config_of(tmp_path)
    settings = msgspec.json.encode(config).decode()
    process = subprocess.Popen([sys.executable, "-c", LISTENING, settings], cwd=ROOT, stdout=subprocess.DEVNULL)
    wal = tmp_path / "agora.db-wal"
    while process.poll() is None and not (wal.exists() and wal.stat().st_size > 1_000_000):
        pass
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(10) == 0
    assert "simulation" in (folder_of(config) / "cursors.json").read_text()


def test_every_log_has_its_own_spool() -> None:
    """A replay's posts can never drain into the live log."""
    live = Config()
    other = msgspec.structs.replace(live, log=LogConfig(prefix="replay-"))
    assert folder_of(live) != folder_of(other)


def test_a_rehearsal_plays_the_simulation() -> None:
    """Where nothing is configured a rehearsal has the simulation, and a webhook with senders listens too."""
    assert source_names(Config()) == ()
    rehearsal = Config(clock=ClockConfig(mode="rehearsal"))
    assert source_names(rehearsal) == ("simulation",)
    assert source_names(msgspec.structs.replace(rehearsal, webhook=WebhookConfig(senders={"a": {}}))) == (
        "simulation",
        "webhook",
    )  # type: ignore[dict-item]


@pytest.mark.parametrize("terminal", [True, False])
def test_progress_is_told(tmp_path: Path, terminal: bool) -> None:
    """A terminal sees one line renew itself, a file gets the last line."""

    class Out(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    out = Out()
    assert replay.run(config_of(tmp_path), archive(tmp_path, mention(1, NOW - 5000)), "agora", speed=None, out=out) == 0
    assert "1 posts" in out.getvalue().splitlines()[-1]


@pytest.mark.parametrize(
    ("format", "mode", "tells"),
    [("agora", "live", True), ("twitter-v1", "live", False), ("twitter-v1", "replay", True)],
)
def test_which_archives_tell_of_deletions(tmp_path: Path, format: str, mode: Any, tells: bool) -> None:
    """Played into what is said now, only Agora's own format does; a replay's day is over."""
    source = Archive(tmp_path / "x", format, clock=ClockConfig(mode=mode), now=lambda: NOW)
    assert source.tells_deletions == tells
