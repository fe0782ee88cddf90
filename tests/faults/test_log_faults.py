"""Disks that fill up, files that are cut, brokers that hang or die: what was acknowledged stays, the rest is said."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from stream.log import Entry, Log, LogDamaged, LogUnavailable, Reader, Record, open_log
from stream.log.file import LogFile
from stream.log.salvage import salvage
from tests.contract.place import ONE, TOPICS, WORDS, KafkaPlace, SqlitePlace, everything, opened, publisher, take
from tests.kafka import Broker, free_port


def numbered(first: int, count: int, size: int = 0) -> list[Entry]:
    """Numbered entries of one key."""
    return [Entry("k", f"{n}:".encode() + bytes(size)) for n in range(first, first + count)]


async def test_a_full_disk_refuses_and_loses_nothing(tmp_path: Path) -> None:
    """Without space a publish fails with a sentence; what was acknowledged stays, and it goes on when there is space."""
    file = LogFile(str(tmp_path / "log.db"), "", 1)
    file.ensure(TOPICS)
    file.append([(ONE, numbered(0, 10))], 0)
    file._db.execute("PRAGMA max_page_count = 60")
    with pytest.raises(LogUnavailable, match="no space is left") as told:
        file.append([(ONE, numbered(10, 100, 10_000))], 0)
    assert not isinstance(told.value, LogDamaged)
    records, _ = file.read(file.cursors(ONE, None), 1000)
    assert [record.value for record in records] == [entry.value for entry in numbered(0, 10)]
    file._db.execute("PRAGMA max_page_count = 1000000")
    file.append([(ONE, numbered(10, 100, 10_000))], 0)
    assert file.ends(ONE) == {0: 110}
    file.close()


async def written(place: SqlitePlace) -> None:
    """A closed log with some hundred kilobytes in it."""
    async with opened(place) as log:
        await log.publish(ONE, numbered(0, 300, 1000))


async def test_a_file_cut_in_the_middle_is_told(tmp_path: Path) -> None:
    """A log that lost its second half is not opened; the sentence says how to save the first."""
    place = SqlitePlace(tmp_path)
    await written(place)
    whole = place.path.read_bytes()
    place.path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(LogDamaged, match=r"damaged.*\.salvage"):
        await open_log(place.url, timeout_s=1)


async def test_a_page_of_rubbish_is_told(tmp_path: Path) -> None:
    """Rubbish in the middle of the file is found when it is read, and never handed over as records."""
    place = SqlitePlace(tmp_path)
    await written(place)
    spoil(place.path)
    async with opened(place) as log:
        with pytest.raises(LogDamaged, match=r"damaged.*\.salvage"):
            await everything(log, ONE)


async def test_a_cut_file_is_salvaged(tmp_path: Path) -> None:
    """What is left of a log that was cut comes into a new one, with its offsets; it goes on from there."""
    place = SqlitePlace(tmp_path)
    await written(place)
    whole = place.path.read_bytes()
    place.path.write_bytes(whole[: len(whole) * 2 // 3])
    result = salvage(str(place.path), f"{place.path}.saved")
    assert result.saved + result.lost == 300
    assert result.saved > 100
    place.url = f"sqlite:{place.path}.saved"
    async with opened(place) as log:
        got = await everything(log, ONE)
        assert [record.value for record in got] == [numbered(record.offset, 1, 1000)[0].value for record in got]
        assert len(got) == result.saved
        await log.publish(ONE, numbered(300, 1))
        assert await log.end(ONE) == {0: 301}


async def test_salvage_goes_around_rubbish(tmp_path: Path) -> None:
    """Records before and after a damaged stretch are saved, and where groups stood."""
    place = SqlitePlace(tmp_path)
    await written(place)
    async with opened(place) as log:
        await log.commit("hub", ONE, {0: 200})
    spoil(place.path)
    result = salvage(str(place.path), f"{place.path}.saved")
    place.url = f"sqlite:{place.path}.saved"
    async with opened(place) as log:
        offsets = [record.offset for record in await everything(log, ONE)]
        assert await log.committed("hub", ONE) == {0: 200}
    assert (offsets[0], offsets[-1]) == (0, 299)
    assert len(offsets) == result.saved == 300 - result.lost
    assert 0 < result.lost < 60
    with pytest.raises(FileExistsError, match="there already"):
        salvage(str(place.path), f"{place.path}.saved")


def spoil(path: Path) -> None:
    """Write ten pages of rubbish over the middle of a file."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xa5" * 4096 * 10)


async def test_a_cut_wal_leaves_whole_transactions(tmp_path: Path) -> None:
    """Where a dying disk cut the write-ahead log, what is before the cut is there, each publish whole or not at all."""
    place = SqlitePlace(tmp_path)
    async with opened(place) as log:
        for first in range(0, 100, 10):
            await log.publish(ONE, numbered(first, 10, 1000))
        copy = copied_with_cut_wal(place, tmp_path / "copy")
    async with opened(copy) as log:
        got = [record.value for record in await everything(log, ONE)]
    assert 0 < len(got) < 100
    assert len(got) % 10 == 0
    assert got == [entry.value for entry in numbered(0, len(got), 1000)]


def copied_with_cut_wal(place: SqlitePlace, folder: Path) -> SqlitePlace:
    """The log as it lies on the disk now, a third of its WAL missing."""
    folder.mkdir()
    copy = SqlitePlace(folder)
    copy.prefix = place.prefix
    copy.path.write_bytes(place.path.read_bytes())
    wal = Path(f"{place.path}-wal").read_bytes()
    Path(f"{copy.path}-wal").write_bytes(wal[: len(wal) * 2 // 3])
    return copy


async def test_no_broker_is_told_in_time() -> None:
    """Where no Kafka listens, opening the log fails with a sentence that says where and what to do."""
    with pytest.raises(LogUnavailable, match=r"kafka://127\.0\.0\.1:\d+ .*make kafka"):
        await open_log(f"kafka://127.0.0.1:{free_port()}", timeout_s=0.5)


@pytest.mark.kafka
async def test_a_hanging_broker_is_told_and_outlived(broker: Broker) -> None:
    """While the broker hangs, publishing and reading say so in time; when it goes on nothing is lost or out of order."""
    async with opened(KafkaPlace(broker), timeout_s=1.0) as log, await log.reader({ONE: None}) as reader:
        await log.publish(ONE, numbered(0, 5))
        got = await take(reader, 5)
        broker.pause()
        try:
            with pytest.raises(LogUnavailable, match="kafka"):
                await log.publish(ONE, numbered(5, 5))
            with pytest.raises(LogUnavailable, match="kafka"):
                await until(reader, b"never")
        finally:
            broker.resume()
        await eventually_published(log, numbered(5, 5))
        async with asyncio.timeout(30):
            got += await despite_absence(reader, b"9:")
    assert list(dict.fromkeys(record.value for record in got)) == [entry.value for entry in numbered(0, 10)]


@pytest.mark.kafka
async def test_a_killed_broker_keeps_what_it_acknowledged(broker: Broker) -> None:
    """The broker is killed with ``kill -9`` while a process publishes, and started again: the process goes on by itself."""
    place = KafkaPlace(broker)
    async with opened(place) as log:
        child = await publisher(place, "n", 0)
        assert child.stdout is not None
        for _ in range(10):
            await child.stdout.readline()
        broker.kill()
        broker.start()
        for _ in range(10):
            acknowledged = int(await child.stdout.readline())
        child.kill()
        await child.wait()
        got = await everything(log, WORDS)
    numbers = {int((record.value or b"").rpartition(b":")[2]) for record in got}
    assert set(range(acknowledged + 1)) <= numbers


async def eventually_published(log: Log, entries: list[Entry]) -> None:
    """Publish again until the log takes it."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await log.publish(ONE, entries)
            except LogUnavailable:
                continue


async def until(reader: Reader, last: bytes) -> list[Record]:
    """Read on to the record that says ``last``."""
    got: list[Record] = []
    async with asyncio.timeout(30):
        while not got or got[-1].value != last:
            got += await reader.poll(0.2)
    return got


async def despite_absence(reader: Reader, last: bytes) -> list[Record]:
    """Like ``until``, past the times when the log says that it is away."""
    got: list[Record] = []
    while not got or got[-1].value != last:
        try:
            got += await reader.poll(0.2)
        except LogUnavailable:
            continue
    return got
