"""Sources beside each other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from ingest.cursors import Cursors
from ingest.ledger import Ledger
from ingest.publisher import Publisher
from ingest.source import Batch, Context, Deletion, Reaction, SourceUnavailable, make, names
from ingest.spool import Spool
from ingest.supervisor import STOPPED_S, Broken, Supervisor, back_off
from stream.config import Config
from stream.log import RETRACTIONS
from stream.mention import NO_DELETIONS, Author, Mention, Weight, decode, decode_retraction
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


def test_a_first_cursor_is_on_the_disk_at_once(tmp_path: Path) -> None:
    """Whoever is killed right after the first batch goes on after it; later cursors may wait for a second."""
    path = tmp_path / "cursors.json"
    cursors = Cursors(path, lambda: NOW)
    cursors.set("a", "5")
    cursors.set("b", "7")
    cursors.set("a", "6")
    again = Cursors(path, lambda: NOW)
    assert (again.get("a"), again.get("b")) == ("5", "7")


def test_cursors_outlive_a_disk_that_takes_nothing(tmp_path: Path) -> None:
    """What cannot be written is remembered, and written when there is room again."""
    path = tmp_path / "full" / "cursors.json"
    cursors = Cursors(path, lambda: NOW)
    cursors.set("a", "5")
    assert cursors.get("a") == "5"
    path.parent.mkdir()
    cursors.save()
    assert Cursors(path, lambda: NOW).get("a") == "5"


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


class Script:
    """A source that says batches, raises what is in their place, and then waits for ever; ``asked`` counts its tries."""

    tells_deletions = True
    remembered = True

    def __init__(self, name: str, *steps: Batch | Exception, source: str = "n") -> None:
        self.name, self.source, self._steps = name, source, list(steps)
        self.asked: list[str] = []
        self.idle = asyncio.Event()

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        self.asked.append(cursor)
        while self._steps:
            step = self._steps.pop(0)
            if isinstance(step, Exception):
                raise step
            yield step
        self.idle.set()
        await asyncio.Event().wait()


class House:
    """A supervisor with a ledger and clocks of its own; ``paused`` lists the pauses that were asked for."""

    def __init__(self, cable: Cable, folder: Path, *sources: Script) -> None:
        self.seconds, self.paused = 0.0, list[float]()
        self.spool = Spool(folder / "spool", 1 << 20)
        self.publisher = Publisher(cable, self.spool, now=lambda: NOW)  # type: ignore[arg-type]
        self.ledger = Ledger(folder / "ledger.db", now=self.now)
        self.ticks: asyncio.Queue[None] = asyncio.Queue()
        cursors = Cursors(folder / "cursors.json", lambda: NOW)
        self.supervisor = Supervisor(
            sources, self.publisher, cursors, now=self.now, ledger=self.ledger, draw=lambda: 1.0,
            pause=self.pause, tick=self.tick, monotonic=lambda: self.seconds,
        )  # fmt: skip
        self.running = asyncio.create_task(self.supervisor.run())

    def now(self) -> int:
        return NOW + int(self.seconds * 1000)

    async def pause(self, seconds: float) -> None:
        self.paused.append(seconds)
        self.seconds += seconds
        await asyncio.sleep(0)

    async def tick(self, _: float) -> None:
        await self.ticks.get()

    async def end(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        self.ledger.shut()
        self.spool.close()


def said(id: str, author: str = "n:a") -> Mention:
    return Mention(id, "n", "post", NOW, NOW, Author(author))


async def test_pauses_as_the_network_asks(cable: Cable, tmp_path: Path) -> None:
    """A source's own pause is kept to the second; one that is stopped and names none waits long; others double."""
    source = Script(
        "a",
        SourceUnavailable("slow down", pause_s=93.5),
        SourceUnavailable("the token is refused", stopped=True),
        OSError("x"),
        OSError("x"),
    )
    house = House(cable, tmp_path, source)
    await source.idle.wait()
    assert house.paused == [93.5, STOPPED_S, 4.0, 8.0]
    assert house.supervisor.states["a"].condition == "starting"
    await house.end()


async def test_an_hour_without_names(cable: Cable, tmp_path: Path) -> None:
    """A host that does not resolve for an hour is asked once a minute at most, and nobody else notices."""
    away = Script("away", *(OSError("Temporary failure in name resolution") for _ in range(66)), Batch((said("n:2"),)))
    well = Script("well", Batch((said("n:1"),), cursor="1"))
    house = House(cable, tmp_path, away, well)
    await well.idle.wait()
    await away.idle.wait()
    assert sum(house.paused) >= 3600
    assert max(house.paused) == 60
    assert {decode(r.value or b"").id for r in await everything(cable.log)} == {"n:1", "n:2"}
    assert house.supervisor.states["well"].failures == 0
    await house.end()


async def test_what_is_remembered(cable: Cable, tmp_path: Path) -> None:
    """Two servers' copies are one mention, a like is a tally once it is due, a copy's deletion a retraction."""
    here = Script("here", Batch((said("n:1"), Reaction("n:1", "l1", "like", NOW)), natives={"1": "n:1"}))
    house = House(cable, tmp_path, here)
    await here.idle.wait()
    house.ticks.put_nowait(None)
    while len(records := await everything(cable.log)) < 2:
        await asyncio.sleep(0)
    weights = {m.kind: m.weight for m in (decode(record.value or b"") for record in records)}
    assert weights == {"post": None, "tally": Weight(likes=1)}
    await house.end()
    there = Script("there", Batch((said("n:1"),), natives={"9": "n:1"}), Batch((Deletion("9", NOW),)))
    house = House(cable, tmp_path, there)
    await there.idle.wait()
    assert len(await everything(cable.log)) == 2
    (gone,) = await everything(cable.log, RETRACTIONS)
    assert decode_retraction(gone.value or b"").target == "n:1"
    await house.end()


async def test_the_last_count_comes_out(cable: Cable, tmp_path: Path) -> None:
    """Ended before the next tally is due, ingest tells it all the same; into the spool when the log is away."""
    source = Script("a", Batch((said("n:1"), Reaction("n:1", "l1", "like", NOW))))
    house = House(cable, tmp_path, source)
    await source.idle.wait()
    cable.plugged = False
    await house.end()
    assert house.publisher.waiting == 1


async def test_a_source_without_word_of_deletions_has_such_tallies(cable: Cable, tmp_path: Path) -> None:
    """Its counts are marked like its posts."""
    source = Script("a", Batch((said("n:1"), Reaction("n:1", "l1", "like", NOW))))
    source.tells_deletions = False
    house = House(cable, tmp_path, source)
    await source.idle.wait()
    await house.end()
    assert [decode(r.value or b"").flags for r in await everything(cable.log)] == [(NO_DELETIONS,)] * 2


async def test_a_ledger_that_cannot_be_written(cable: Cable, tmp_path: Path) -> None:
    """What it cannot write down is not published; the source waits and is asked again from where it stood."""
    source = Script("a", Batch((said("n:1"),), cursor="1"), Batch((said("n:2"),), cursor="2"))
    house = House(cable, tmp_path, source)
    house.ledger._shelf._db.execute("PRAGMA query_only = 1")
    while not house.paused:
        await asyncio.sleep(0)
    house.ledger._shelf._db.execute("PRAGMA query_only = 0")
    await source.idle.wait()
    assert source.asked == ["", ""]
    assert [decode(r.value or b"").id for r in await everything(cable.log)] == ["n:2"]
    await house.end()


async def test_who_needs_the_ledger_says_so(cable: Cable, tmp_path: Path) -> None:
    """Without a ledger no remembered source runs; a source that is not remembered cannot speak through it."""
    source = Script("a", Batch((Deletion("x", NOW),)))
    with pytest.raises(ValueError, match="a cannot run without a ledger"):
        Supervisor([source], None, None, now=lambda: NOW)  # type: ignore[arg-type]
    source.remembered = False
    house = House(cable, tmp_path, source)
    await source.idle.wait()
    assert "remembered = True" in house.supervisor.states["a"].fault
    await house.end()


async def test_heartbeats_are_signs_of_life(cable: Cable, tmp_path: Path) -> None:
    """Empty batches keep a source quiet, not live, and a cursor in them is kept."""
    source = Script("a", Batch(cursor="7"))
    house = House(cable, tmp_path, source)
    await source.idle.wait()
    assert house.supervisor.states["a"].condition == "quiet"
    await house.end()
    assert Cursors(tmp_path / "cursors.json", lambda: NOW).get("a") == "7"


async def test_counts_wait_for_the_log_in_the_ledger(cable: Cable, tmp_path: Path) -> None:
    """While posts wait in the spool no tally joins them; the newest comes out when the log is back."""
    source = Script("a", Batch((said("n:1"), Reaction("n:1", "l1", "like", NOW))))
    cable.plugged = False
    house = House(cable, tmp_path, source)
    await source.idle.wait()
    for _ in range(3):
        house.ticks.put_nowait(None)
        house.seconds += 20
        while not house.ticks.empty():
            await asyncio.sleep(0)
    assert house.publisher.waiting == 1
    cable.plugged = True
    draining = asyncio.create_task(house.publisher.drain())
    await house.publisher.emptied()
    house.ticks.put_nowait(None)
    while len(records := await everything(cable.log)) < 2:
        await asyncio.sleep(0)
    assert {decode(r.value or b"").kind for r in records} == {"post", "tally"}
    draining.cancel()
    await house.end()
