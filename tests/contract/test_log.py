"""What every log keeps, whichever it is."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from pathlib import Path

import pytest

from stream import log as logs
from stream.log import VALUE_LIMIT, Entry, Log, LogUnavailable, Record, Topic, partition_of
from tests.contract.place import ONE, STATE, WORDS, KafkaPlace, Place, SqlitePlace, everything, opened, publisher, take


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.kafka)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """Each of the places where a log can be."""
    return SqlitePlace(tmp_path) if request.param == "sqlite" else KafkaPlace(request.getfixturevalue("broker"))


def entries(name: str, count: int, keys: int = 5) -> list[Entry]:
    """``count`` numbered entries over some keys."""
    return [Entry(f"{name}-{n % keys}", f"{name}:{n}".encode()) for n in range(count)]


def values(records: list[Record]) -> list[bytes | None]:
    """What the records say."""
    return [record.value for record in records]


async def folded(log: Log, topic: Topic) -> dict[str, bytes]:
    """The newest value of each key."""
    state = {record.key: record.value for record in await everything(log, topic)}
    return {key: value for key, value in state.items() if value is not None}


async def test_a_reader_gets_what_was_published(place: Place) -> None:
    """A record says its topic without the prefix, its partition, offset, log time, key and value."""
    before = time.time_ns() // 1_000_000
    async with opened(place) as log, await log.reader({ONE: None}) as reader:
        await log.publish(ONE, [Entry("ada", b"hello"), Entry("bob", b"there")])
        first, second = await take(reader, 2)
    assert (first.topic, first.partition, first.offset, first.key, first.value) == ("one", 0, 0, "ada", b"hello")
    assert (second.offset, second.key, second.value) == (1, "bob", b"there")
    assert before - 1000 <= first.time <= second.time <= time.time_ns() // 1_000_000 + 1000


async def test_records_of_a_key_keep_their_order(place: Place) -> None:
    """Whatever the batches, the records of one key come in the order of their publishing, from one partition."""
    sent = entries("n", 600, keys=7)
    async with opened(place) as log, await log.reader({WORDS: None}) as reader:
        for first in range(0, len(sent), 150):
            await log.publish(WORDS, sent[first : first + 150])
        got = await take(reader, len(sent))
    by_key, partitions = defaultdict(list), defaultdict(set)
    for record in got:
        by_key[record.key].append(record.value)
        partitions[record.key].add(record.partition)
    assert by_key == {f"n-{k}": [entry.value for entry in sent if entry.key == f"n-{k}"] for k in range(7)}
    assert partitions == {key: {partition_of(key, 4)} for key in by_key}


async def test_a_writer_may_name_the_partition(place: Place) -> None:
    """An entry goes where its writer says, whatever its key."""
    async with opened(place) as log, await log.reader({WORDS: None}) as reader:
        await log.publish(WORDS, [Entry("same", b"%d" % n, n % 4) for n in range(8)])
        got = await take(reader, 8)
    assert {(record.value, record.partition) for record in got} == {(b"%d" % n, n % 4) for n in range(8)}


async def test_offsets_and_times_never_fall(place: Place) -> None:
    """Within a partition offsets grow by one and log times do not fall."""
    async with opened(place) as log:
        for _ in range(5):
            await log.publish(WORDS, entries("n", 40))
        got = await everything(log, WORDS)
    for partition in range(4):
        mine = [record for record in got if record.partition == partition]
        assert [record.offset for record in mine] == list(range(len(mine)))
        assert [record.time for record in mine] == sorted(record.time for record in mine)


async def test_readers_do_not_disturb_each_other(place: Place) -> None:
    """Each reader has a cursor of its own."""
    async with opened(place) as log, await log.reader({ONE: None}) as early:
        await log.publish(ONE, entries("n", 10))
        assert len(await take(early, 10)) == 10
        async with await log.reader({ONE: None}) as late:
            assert values(await take(late, 4)) == [f"n:{n}".encode() for n in range(4)]
        assert await early.poll(0.05) == []


async def test_a_reader_follows_several_topics(place: Place) -> None:
    """One reader gets the records of all its topics, and says its position in each."""
    async with opened(place) as log, await log.reader({ONE: None, STATE: None}) as reader:
        await log.publish(ONE, entries("n", 3))
        await log.publish(STATE, [Entry("layout", b"pulse")])
        got = await take(reader, 4)
        assert {record.topic for record in got} == {"one", "state"}
        assert (reader.position(ONE), reader.position(STATE)) == ({0: 3}, {0: 1})


async def test_a_reader_begins_where_it_is_told(place: Place) -> None:
    """Reading starts at the given offset; a partition that is not named starts at its beginning."""
    async with opened(place) as log:
        await log.publish(ONE, entries("n", 10))
        await log.publish(WORDS, entries("n", 10))
        async with await log.reader({ONE: {0: 7}, WORDS: {}}) as reader:
            got = await take(reader, 13)
    assert values([record for record in got if record.topic == "one"]) == [b"n:7", b"n:8", b"n:9"]


async def test_an_offset_beyond_the_end_starts_at_the_beginning(place: Place) -> None:
    """Who stood in a log that was emptied since reads the new one from its beginning."""
    async with opened(place) as log:
        await log.publish(ONE, entries("n", 3))
        async with await log.reader({ONE: {0: 1000}}) as reader:
            assert values(await take(reader, 3)) == [b"n:0", b"n:1", b"n:2"]


async def test_beginning_and_end_frame_the_records(place: Place) -> None:
    """An empty topic begins and ends at 0 in every partition; the end is the next record's offset."""
    async with opened(place) as log:
        assert await log.beginning(WORDS) == await log.end(WORDS) == dict.fromkeys(range(4), 0)
        await log.publish(ONE, entries("n", 12))
        assert (await log.beginning(ONE), await log.end(ONE)) == ({0: 0}, {0: 12})


async def test_a_time_finds_its_offset(place: Place) -> None:
    """The offset for a time is that of the first record logged at or after it; the end where there is none."""
    async with opened(place) as log:
        await log.publish(ONE, entries("early", 3))
        (*_, last) = await everything(log, ONE)
        while time.time_ns() // 1_000_000 <= last.time + 1:
            await asyncio.sleep(0.001)
        await log.publish(ONE, entries("late", 3))
        later = (await everything(log, ONE))[3].time
        assert later > last.time
        assert await log.offsets_for_time(ONE, 0) == {0: 0}
        assert await log.offsets_for_time(ONE, last.time + 1) == {0: 3}
        assert await log.offsets_for_time(ONE, later) == {0: 3}
        assert await log.offsets_for_time(ONE, later + 60_000) == {0: 6}


async def test_a_group_resumes_where_it_committed(place: Place) -> None:
    """What was committed is known to whoever opens the log next; partitions never committed are missing."""
    async with opened(place) as log:
        await log.publish(ONE, entries("n", 10))
        assert await log.committed("hub", ONE) == {}
        await log.commit("hub", ONE, {0: 4})
        await log.commit("hub", ONE, {0: 6})
        await log.commit("other", WORDS, {2: 1})
    async with opened(place) as log:
        assert await log.committed("other", WORDS) == {2: 1}
        async with await log.reader({ONE: await log.committed("hub", ONE)}) as reader:
            assert values(await take(reader, 4)) == [b"n:6", b"n:7", b"n:8", b"n:9"]


async def test_an_empty_read_times_out(place: Place) -> None:
    """A poll of a silent log returns nothing; the next one hears what came later."""
    async with opened(place) as log, await log.reader({ONE: None}) as reader:
        assert await reader.poll(0.05) == []
        waiting = asyncio.create_task(reader.poll(20))
        await log.publish(ONE, entries("n", 1))
        assert values(await waiting) == [b"n:0"]


async def test_a_cancelled_poll_loses_nothing(place: Place) -> None:
    """A reader that was interrupted while it waited gets every record afterwards."""
    async with opened(place) as log, await log.reader({ONE: None}) as reader:
        waiting = asyncio.create_task(reader.poll(20))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        await log.publish(ONE, entries("n", 5))
        assert values(await take(reader, 5)) == [f"n:{n}".encode() for n in range(5)]


async def test_values_are_any_bytes(place: Place) -> None:
    """Values and keys come back as they were, NULs, broken UTF-8 and emptiness included."""
    odd = [bytes(range(256)) * 3, b"", b"\x00", b"\xff\xfe\x00\xed\xa0\x80", "🧡 tämä".encode()]
    async with opened(place) as log:
        await log.publish(ONE, [Entry(f"käy\x00{n}🧡", value) for n, value in enumerate(odd)])
        got = await everything(log, ONE)
    assert values(got) == odd
    assert [record.key for record in got] == [f"käy\x00{n}🧡" for n in range(len(odd))]


async def test_big_values_pass(place: Place) -> None:
    """Values of one megabyte, and of the limit, pass beside small ones; larger ones are refused before they are sent."""
    noise = b"".join((n * 2654435761 % 2**32).to_bytes(4, "little") for n in range(1 << 18))
    big = [noise, b"small", noise * 4, b"small again", noise]
    async with opened(place) as log:
        await log.publish(ONE, [Entry("k", value) for value in big])
        with pytest.raises(ValueError, match=str(VALUE_LIMIT)):
            await log.publish(ONE, [Entry("k", bytes(VALUE_LIMIT + 1))])
        assert values(await everything(log, ONE)) == big


async def test_a_prefix_isolates(place: Place) -> None:
    """A log with another prefix in the same place has topics, offsets and groups of its own."""
    async with opened(place) as log:
        await log.publish(ONE, entries("n", 5))
        await log.commit("hub", ONE, {0: 5})
        place.prefix += "rehearsal."
        async with opened(place) as other:
            assert (await other.end(ONE), await other.committed("hub", ONE)) == ({0: 0}, {})
            await other.publish(ONE, entries("m", 1))
            assert values(await everything(other, ONE)) == [b"m:0"]
        assert await log.end(ONE) == {0: 5}


async def test_all_topics_exist_from_the_start(place: Place) -> None:
    """Opening a log makes the topics of Agora with their partitions; nothing is in them."""
    async with opened(place, logs.TOPICS) as log:
        assert {topic.name: len(await log.end(topic)) for topic in logs.TOPICS} == {
            "mentions": 12,
            "retractions": 1,
            "mentions.rejected": 1,
            "mentions.sources": 1,
            "control": 1,
            "audit": 1,
            "memory": 1,
            "partials": 12,
        }


async def test_a_newer_value_or_none_replaces_an_older_one(place: Place) -> None:
    """Who folds a compacted topic by key gets the newest values, before and after compaction; None clears."""
    async with opened(place) as log:
        await log.publish(STATE, [Entry("layout", b"pulse"), Entry("block", b"yes"), Entry("post", b"hidden")])
        await log.publish(STATE, [Entry("layout", b"topics"), Entry("block", None)])
        assert await folded(log, STATE) == {"layout": b"topics", "post": b"hidden"}
        await place.keep_house(log)
        assert await folded(log, STATE) == {"layout": b"topics", "post": b"hidden"}


async def test_retention_goes_by_log_time(place: Place) -> None:
    """Records go when the log has had them for long enough, whatever time they speak of; offsets go on."""
    fleeting = Topic("fleeting", 1, 1000)
    async with opened(place, [fleeting, ONE]) as log:
        await log.publish(fleeting, [Entry("k", b'{"at": 4102444800000}')])
        await log.publish(ONE, [Entry("k", b'{"at": 1452556800000}')])
        async with asyncio.timeout(40):
            while (await log.beginning(fleeting))[0] == 0:
                await place.keep_house(log)
        assert await log.beginning(fleeting) == await log.end(fleeting) == {0: 1}
        assert await everything(log, fleeting) == []
        assert len(await everything(log, ONE)) == 1
        await log.publish(fleeting, [Entry("k", b"new")])
        async with await log.reader({fleeting: {0: 0}}) as reader:
            (record,) = await take(reader, 1)
            assert (record.offset, record.value) == (1, b"new")


async def test_publishing_fails_while_the_log_is_away_and_succeeds_after(place: Place) -> None:
    """A publish that the log does not take in time says so; tried again, everything is there in order."""
    sent = entries("n", 30, keys=1)
    async with opened(place, timeout_s=1.0) as log:
        await log.publish(ONE, sent[:10])
        with place.away():
            for _ in range(2):
                with pytest.raises(LogUnavailable, match="log"):
                    await log.publish(ONE, sent[10:20])
        await until_published(log, sent[10:20])
        await until_published(log, sent[20:])
        got = [value for value in values(await everything(log, ONE)) if value is not None]
    assert list(dict.fromkeys(got)) == [entry.value for entry in sent]


async def until_published(log: Log, batch: list[Entry]) -> None:
    """Publish as ingest's spool does: again until the log takes it."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await log.publish(ONE, batch)
            except LogUnavailable:
                continue


async def test_a_reader_outlives_the_logs_absence(place: Place) -> None:
    """A reader goes on where it stood when the log is back."""
    async with opened(place, timeout_s=5.0) as log, await log.reader({ONE: None}) as reader:
        await log.publish(ONE, entries("early", 3))
        assert len(await take(reader, 2)) == 2
        with place.away():
            pass
        await until_published(log, entries("late", 1))
        got: list[Record] = []
        async with asyncio.timeout(30):
            while not got or got[-1].value != b"late:0":
                try:
                    got += await reader.poll(1)
                except LogUnavailable:
                    continue
    assert values(got)[:2] == [b"early:2", b"late:0"]


async def test_what_a_killed_process_had_acknowledged_is_there(place: Place) -> None:
    """``kill -9`` in the middle of publishing loses nothing that the log had acknowledged, and breaks no order."""
    async with opened(place) as log:
        child = await publisher(place, "n", 0)
        assert child.stdout is not None
        for _ in range(30):
            acknowledged = int(await child.stdout.readline())
        child.kill()
        for line in (await child.stdout.read()).splitlines(keepends=True):
            if line.endswith(b"\n"):
                acknowledged = int(line)
        await child.wait()
        got = await everything(log, WORDS)
    by_key: dict[str, list[int]] = defaultdict(list)
    for record in got:
        by_key[record.key].append(int((record.value or b"").rpartition(b":")[2]))
    assert set(range(acknowledged + 1)) <= {n for numbers in by_key.values() for n in numbers}
    assert all(list(dict.fromkeys(numbers)) == sorted(set(numbers)) for numbers in by_key.values())


async def test_two_processes_publish_at_once(place: Place) -> None:
    """Both get all their records in, each key in order, and a reader in a third process follows."""
    async with opened(place) as log, await log.reader({WORDS: None}) as reader:
        children = [await publisher(place, name, 400) for name in ("left", "right")]
        got = await take(reader, 800)
        assert [await child.wait() for child in children] == [0, 0]
    for name in ("left", "right"):
        for key in range(8):
            mine = [int((r.value or b"").rpartition(b":")[2]) for r in got if r.key == f"{name}-{key}"]
            assert mine == list(range(key, 400, 8))


async def test_many_publish_at_once_in_one_process(place: Place) -> None:
    """Concurrent publishes all arrive, each one's entries in order."""
    async with opened(place) as log:
        await asyncio.gather(*(log.publish(ONE, entries(f"p{n}", 10)) for n in range(50)))
        got = values(await everything(log, ONE))
    for n in range(50):
        assert [value for value in got if (value or b"").startswith(f"p{n}:".encode())] == values_of(
            entries(f"p{n}", 10)
        )


def values_of(sent: list[Entry]) -> list[bytes | None]:
    """What the entries say."""
    return [entry.value for entry in sent]


async def test_nothing_published_is_nothing(place: Place) -> None:
    """Publishing no entries changes nothing."""
    async with opened(place) as log:
        await log.publish(ONE, [])
        assert await log.end(ONE) == {0: 0}


@pytest.mark.parametrize(
    "url", ["", "sqlite:", "kafka:", "kafka://", "redis://here", "var/agora.db", "sqlite:x?ca=y", "kafka://h?x=1"]
)
async def test_a_url_that_names_no_log_is_refused(url: str) -> None:
    """What is no log's URL is refused with what to write instead."""
    with pytest.raises(ValueError, match="log"):
        await logs.open_log(url)
