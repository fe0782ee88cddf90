"""What the SQLite log keeps besides the contract."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.log import DAY_MS, Entry, LogDamaged, LogUnavailable, Topic, open_log, partition_of
from stream.log.file import COMPACTION_LAG_MS, SCHEMA_VERSION, LogFile
from stream.log.sqlite import SqliteLog
from tests.contract.place import ONE, STATE, WORDS, SqlitePlace, everything, opened, take

START_MS = 1_452_556_800_000


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.ms = START_MS

    def __call__(self) -> int:
        return self.ms


async def opened_at(path: Path, clock: Clock, topic: Topic) -> SqliteLog:
    """A log whose time the test says."""
    return await SqliteLog.open(str(path), topics=[topic], timeout_s=5, clock=clock)


async def test_log_time_does_not_fall_with_the_clock(tmp_path: Path) -> None:
    """When the machine's clock is set back, log time waits for it, restarts included."""
    clock = Clock()
    log = await opened_at(tmp_path / "log.db", clock, ONE)
    await log.publish(ONE, [Entry("k", b"1")])
    clock.ms -= 3_600_000
    await log.publish(ONE, [Entry("k", b"2")])
    await log.close()
    log = await opened_at(tmp_path / "log.db", clock, ONE)
    await log.publish(ONE, [Entry("k", b"3")])
    clock.ms = START_MS + 5
    await log.publish(ONE, [Entry("k", b"4")])
    assert [record.time for record in await everything(log, ONE)] == [START_MS, START_MS, START_MS, START_MS + 5]
    assert await log.offsets_for_time(ONE, START_MS) == {0: 0}
    assert await log.offsets_for_time(ONE, START_MS + 1) == {0: 3}
    await log.close()


async def test_compaction_keeps_the_newest_of_each_key(tmp_path: Path) -> None:
    """A record goes a while after its successor came; a cleared key is told for a day; a reader still reaches the end."""
    clock = Clock()
    log = await opened_at(tmp_path / "log.db", clock, STATE)
    await log.publish(STATE, [Entry("a", b"1"), Entry("b", b"1"), Entry("a", b"2"), Entry("b", None)])
    await log.keep_house()
    assert [r.offset for r in await everything(log, STATE)] == [0, 1, 2, 3]
    clock.ms += COMPACTION_LAG_MS + 1
    await log.keep_house()
    assert [(r.offset, r.value) for r in await everything(log, STATE)] == [(2, b"2"), (3, None)]
    clock.ms += DAY_MS
    await log.keep_house()
    assert [(r.offset, r.value) for r in await everything(log, STATE)] == [(2, b"2")]
    assert await log.end(STATE) == {0: 4}
    await log.close()


async def test_retention_goes_in_small_steps(tmp_path: Path) -> None:
    """Much that is too old goes, all of it, and nothing that is younger."""
    clock = Clock()
    log = await opened_at(tmp_path / "log.db", clock, ONE)
    await log.publish(ONE, [Entry("k", b"old")] * 5000)
    clock.ms += 8 * DAY_MS
    await log.publish(ONE, [Entry("k", b"new")] * 3)
    await log.keep_house()
    assert await log.beginning(ONE) == {0: 5000}
    assert await log.offsets_for_time(ONE, 0) == {0: 5000}
    await log.close()


async def test_retention_none_keeps_everything(tmp_path: Path) -> None:
    """A replay's log lets nothing go."""
    log = await open_log(f"sqlite:{tmp_path}/log.db?retention=none")
    assert isinstance(log, SqliteLog)
    assert {topic.retention_ms for topic in log.topics} == {None}
    await log.close()


async def test_several_processes_make_one_file_at_once(tmp_path: Path) -> None:
    """Processes that start together on a fresh machine agree on one file."""
    code = "import asyncio, sys; from stream.log import open_log; asyncio.run(open_log(sys.argv[1]))"
    url = f"sqlite:{tmp_path}/var/log.db"
    children = [await asyncio.create_subprocess_exec(sys.executable, "-c", code, url) for _ in range(4)]
    assert [await child.wait() for child in children] == [0] * 4


async def test_a_reader_hears_another_process_at_once(tmp_path: Path) -> None:
    """A waiting reader wakes for what came over another connection."""
    place = SqlitePlace(tmp_path)
    async with opened(place) as here, opened(place) as there, await here.reader({ONE: None}) as reader:
        waiting = asyncio.create_task(reader.poll(30))
        await there.publish(ONE, [Entry("k", b"1")])
        assert [record.value for record in await waiting] == [b"1"]


async def test_a_backlog_is_shared_fairly(tmp_path: Path) -> None:
    """One full partition does not keep the others' few records waiting."""
    async with opened(SqlitePlace(tmp_path)) as log:
        await log.publish(ONE, [Entry("k", b"")] * 1000)
        await log.publish(STATE, [Entry("k", b"")] * 10)
        async with await log.reader({ONE: None, STATE: None}) as reader:
            got = await reader.poll(1, 100)
    assert (len(got), sum(record.topic == "state" for record in got)) == (100, 10)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.binary(max_size=8)), max_size=12), max_size=8),
    st.lists(st.integers(1, 9), min_size=1),
)
def test_reading_in_any_portions_gives_all_in_order(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, bytes]]], portions: list[int]
) -> None:
    """Whatever the batches and the portions, each key's values come once and in order."""
    file = LogFile(str(tmp_path_factory.mktemp("law") / "log.db"), "", 5)
    sent, got = defaultdict(list), defaultdict(list)
    for batch in batches:
        file.append([(WORDS, [Entry(key, value) for key, value in batch])], START_MS)
        for key, value in batch:
            sent[key].append(value)
    cursors = file.cursors(WORDS, None)
    for step in range(1 + sum(len(batch) for batch in batches)):
        records, cursors = file.read(cursors, portions[step % len(portions)])
        for record in records:
            assert record.partition == partition_of(record.key, 4)
            got[record.key].append(record.value)
    assert got == sent
    assert {cursor.partition: cursor.next for cursor in cursors} == file.ends(WORDS)
    file.close()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.binary(max_size=3), st.integers(0, 50_000)), max_size=40)
)
def test_compaction_never_changes_the_fold(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, bytes | None, int]]
) -> None:
    """Whenever the housekeeping comes, the newest value of each key is the same as without it."""
    file = LogFile(str(tmp_path_factory.mktemp("law") / "log.db"), "", 5)
    now, state = START_MS, {}
    for key, value, wait in steps:
        now += wait
        file.append([(STATE, [Entry(key, value)])], now)
        state[key] = value
        while file.sweep(STATE, now):
            pass
        records, _ = file.read(file.cursors(STATE, None), 1000)
        assert {record.key: record.value for record in records} == state
    file.close()


async def refused(path: Path, kind: type[LogUnavailable] = LogDamaged) -> str:
    """What opening ``path`` says."""
    with pytest.raises(kind) as told:
        await open_log(f"sqlite:{path}", timeout_s=1)
    return str(told.value)


async def test_a_foreign_file_is_refused(tmp_path: Path) -> None:
    """A file that is no database is left alone, and the sentence says what to do."""
    path = tmp_path / "notes.txt"
    path.write_text("shopping list " * 500)
    assert "another kind of file" in await refused(path)
    assert path.read_text() == "shopping list " * 500


async def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    """A database with tables of its own is left alone."""
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE songs (title)")
    before = path.read_bytes()
    assert "database of another program" in await refused(path)
    assert path.read_bytes() == before


async def test_a_newer_agoras_file_is_refused(tmp_path: Path) -> None:
    """A file of a later version is not touched by an earlier program."""
    async with opened(SqlitePlace(tmp_path)):
        pass
    with sqlite3.connect(tmp_path / "log.db") as file:
        file.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    assert "newer Agora" in await refused(tmp_path / "log.db")


async def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder where a file should be, and a file where a folder should be, are said in a sentence."""
    assert "cannot be written" in await refused(tmp_path, LogUnavailable)
    (tmp_path / "file").touch()
    assert "cannot be reached" in await refused(tmp_path / "file" / "log.db", LogUnavailable)


async def test_a_log_deleted_under_the_writer_is_told(tmp_path: Path) -> None:
    """Nothing is acknowledged into a file that nobody will find again."""
    place = SqlitePlace(tmp_path)
    async with opened(place) as log:
        await log.publish(ONE, [Entry("k", b"1")])
        place.path.unlink()
        with pytest.raises(LogUnavailable, match="moved or deleted"):
            await log.publish(ONE, [Entry("k", b"2")])


async def test_a_held_file_does_not_stop_readers(tmp_path: Path) -> None:
    """While another process holds the file for writing, reading goes on."""
    place = SqlitePlace(tmp_path)
    async with opened(place, timeout_s=1) as log:
        await log.publish(ONE, [Entry("k", b"1")])
        with place.away():
            async with await log.reader({ONE: None}) as reader:
                assert len(await take(reader, 1)) == 1
