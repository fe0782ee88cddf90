"""Sources beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ingest.cursors import Cursors
from ingest.publisher import Publisher
from ingest.source import Batch, Context, SourceUnavailable, make, names
from ingest.spool import Spool
from ingest.supervisor import Broken, Supervisor, back_off
from stream.config import Config
from stream.mention import NO_DELETIONS, Author, Mention, decode
from tests.ingest.cable import NOW, Cable, everything


class Numbers:
    """A source that counts to ``end`` and falls over, once each, before the numbers in ``falls``."""

    tells_deletions = True

    def __init__(
        self, name: str, end: int, falls: set[int] = frozenset(), fault: Callable[[], Exception] = OSError
    ) -> None:  # type: ignore[assignment]
        self.name, self._end, self._falls, self._fault = name, end, set(falls), fault
        self.started_from: list[str] = []

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        self.started_from.append(cursor)
        for n in range(int(cursor or 0), self._end):
            if n in self._falls:
                self._falls.remove(n)
                raise self._fault()
            mention = Mention(f"{self.name}:{n}", self.name, "post", NOW, NOW, Author(f"{self.name}:a"))
            yield Batch((mention,), cursor=str(n + 1))


@pytest.fixture
def run(cable: Cable, tmp_path: Path) -> Callable[..., Supervisor]:
    publisher = Publisher(cable, Spool(tmp_path / "spool", 1 << 20), now=lambda: NOW)  # type: ignore[arg-type]

    async def no_time(seconds: float) -> None:
        await asyncio.sleep(0)

    def make_one(*sources: Numbers) -> Supervisor:
        cursors = Cursors(tmp_path / "cursors.json", lambda: NOW)
        return Supervisor(sources, publisher, cursors, now=lambda: NOW, pause=no_time, draw=lambda: 1.0)

    return make_one


async def test_a_source_that_falls_goes_on_where_it_stood(run: Callable[..., Supervisor], cable: Cable) -> None:
    """Nothing is lost and nothing comes twice, whatever it raised."""
    source = Numbers("a", 6, {2, 4}, lambda: SourceUnavailable("no network"))
    supervisor = run(source)
    await supervisor.run()
    assert source.started_from == ["", "2", "4"]
    assert [decode(r.value or b"").id for r in await everything(cable.log)] == [f"a:{n}" for n in range(6)]
    assert (supervisor.states["a"].condition, supervisor.states["a"].fault) == ("finished", "no network")


async def test_one_that_falls_slows_nobody(run: Callable[..., Supervisor], cable: Cable) -> None:
    """Another source is heard to its end while one never gets anywhere."""
    falling = Numbers("bad", 1, {0})
    falling._falls = type("Ever", (), {"__contains__": lambda *_: True, "remove": lambda *_: None})()  # type: ignore[assignment]
    supervisor = run(falling, Numbers("good", 5))
    running = asyncio.create_task(supervisor.run())
    while supervisor.states["good"].condition != "finished":
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(await everything(cable.log)) == 5
    assert supervisor.states["bad"].fault == "OSError: "


async def test_being_ended_keeps_the_cursor(run: Callable[..., Supervisor], tmp_path: Path) -> None:
    """SIGTERM cancels; what was safe is remembered on disk."""
    endless = Numbers("a", 10**9)
    supervisor = run(endless)
    running = asyncio.create_task(supervisor.run())
    while supervisor.states["a"].heard == 0:
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert int(Cursors(tmp_path / "cursors.json", lambda: NOW).get("a")) >= 1


async def test_a_finished_source_begins_anew(run: Callable[..., Supervisor], tmp_path: Path) -> None:
    """Who came to the end is asked from the beginning the next time."""
    await run(Numbers("a", 3)).run()
    assert Cursors(tmp_path / "cursors.json", lambda: NOW).get("a") == ""


async def test_a_fault_of_our_own_ends_everything(run: Callable[..., Supervisor], cable: Cable) -> None:
    """What goes wrong on the way to the log is not blamed on the source."""

    async def broken(*_: object) -> None:
        raise TypeError("no such method")

    cable.publish = broken  # type: ignore[method-assign]
    with pytest.raises(ExceptionGroup) as caught:
        await run(Numbers("a", 3)).run()
    assert caught.group_contains(Broken, match="no such method")


def test_pauses_grow_and_scatter() -> None:
    """Waiting doubles up to a minute, at least half of it."""
    assert [back_off(n, 1.0) for n in (1, 2, 3, 7, 99)] == [1, 2, 4, 60, 60]
    assert back_off(3, 0.0) == 2


def test_cursors_survive_a_torn_file(tmp_path: Path) -> None:
    """Half a file is no cursor, and no crash."""
    path = tmp_path / "cursors.json"
    path.write_text('{"a":')
    cursors = Cursors(path, lambda: NOW)
    assert cursors.get("a") == ""
    cursors.set("a", "5")
    cursors.save()
    assert Cursors(path, lambda: NOW).get("a") == "5"


def test_sources_are_found_by_name(tmp_path: Path) -> None:
    """A known name makes a source, an unknown one names those that are known."""
    context = Context(config=Config(), now=lambda: NOW, folder=tmp_path)
    assert make("simulation", context)[0].name == "simulation"
    assert make("archive:agora:some.jsonl", context)[0].name == "archive"
    with pytest.raises(ValueError, match="archive:FORMAT:PATH"):
        make("archive", context)
    with pytest.raises(ValueError, match=r"known are archive, .*simulation"):
        make("telegraph", context)
    assert set(names()) >= {"archive", "simulation", "webhook"}


async def test_a_source_without_word_of_deletions(run: Callable[..., Supervisor], cable: Cable) -> None:
    """What it says is marked, so that nobody shows it for long; what others say is not."""
    mute = Numbers("mute", 1)
    mute.tells_deletions = False
    await run(mute, Numbers("telling", 1)).run()
    mentions = [decode(record.value) for record in await everything(cable)]
    assert {m.source: m.flags for m in mentions} == {"mute": (NO_DELETIONS,), "telling": ()}
