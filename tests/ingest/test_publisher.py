"""The way to the log."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from ingest.publisher import Publisher
from ingest.spool import Spool
from stream.log import REJECTED, RETRACTIONS
from stream.mention import Author, Mention, Place, Rejected, Retraction, decode, decode_rejected
from tests.ingest.cable import NOW, Cable, everything


def mention(n: int, at: int = NOW, **fields: object) -> Mention:
    """The n-th mention, by one author so that the order is kept."""
    return Mention(id=f"x:{n}", source="x", kind="post", at=at, seen=NOW, author=Author("x:a"), **fields)  # type: ignore[arg-type]


async def at_once(seconds: float) -> None:
    """A pause that takes no time."""
    await asyncio.sleep(0)


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", 1 << 20)


@pytest.fixture
def publisher(cable: Cable, spool: Spool) -> Publisher:
    return Publisher(cable, spool, now=lambda: NOW, pause=at_once)  # type: ignore[arg-type]


async def ids(cable: Cable) -> list[str]:
    """The mentions in the log."""
    return [decode(record.value or b"").id for record in await everything(cable.log)]


async def test_items_go_to_their_topics(publisher: Publisher, cable: Cable) -> None:
    """Mentions are keyed by author, retractions by target, dead letters by source."""
    letter = Rejected("x", "torn", NOW, b"{", 1)
    assert await publisher.publish("x", [mention(1), Retraction("x:1", "post", NOW), letter])
    assert [r.key for r in await everything(cable.log)] == ["x:a"]
    assert [r.key for r in await everything(cable.log, RETRACTIONS)] == ["x:1"]
    assert [decode_rejected(r.value or b"") for r in await everything(cable.log, REJECTED)] == [letter]


async def test_time_is_repaired(publisher: Publisher, cable: Cable) -> None:
    """A clock that runs some hours ahead is set back to when we saw the post."""
    await publisher.publish("x", [mention(1, NOW + 3_600_000)])
    (record,) = await everything(cable.log)
    assert decode(record.value or b"").at == NOW


async def test_coordinates_are_rough_before_the_log(publisher: Publisher, cable: Cable) -> None:
    """However exact a source is, the log holds tenths of a degree."""
    await publisher.publish("x", [mention(1, place=Place(lat=60.16952, lon=24.93545))])
    (record,) = await everything(cable.log)
    assert decode(record.value or b"").place == Place(lat=60.2, lon=24.9)


@pytest.mark.parametrize("bad", [mention(1, 0), mention(1, NOW + 90_000_000), mention(1, text="x" * 20_001)])
async def test_what_no_source_may_say_is_a_dead_letter(publisher: Publisher, cable: Cable, bad: Mention) -> None:
    """Impossible times and endless texts do not enter, and the rest of their batch does."""
    await publisher.publish("x", [bad, mention(2)])
    assert await ids(cable) == ["x:2"]
    assert len(await everything(cable.log, REJECTED)) == 1


async def test_nothing_is_lost_while_the_log_is_away(publisher: Publisher, cable: Cable, spool: Spool) -> None:
    """What comes meanwhile waits on the disk, and then follows in order."""
    await publisher.publish("x", [mention(1)])
    cable.plugged = False
    for n in range(2, 7):
        assert await publisher.publish("x", [mention(n)])
    assert len(spool) == 5
    draining = asyncio.create_task(publisher.drain())
    await asyncio.sleep(0)
    await publisher.publish("x", [mention(7)])
    cable.plugged = True
    await publisher.emptied()
    await publisher.publish("x", [mention(8)])
    draining.cancel()
    assert await ids(cable) == [f"x:{n}" for n in range(1, 9)]


async def test_a_retraction_does_not_wait_for_the_spool(publisher: Publisher, cable: Cable) -> None:
    """While the spool is still full of posts, a deletion is in the log at once."""
    cable.plugged = False
    await publisher.publish("x", [mention(1)])
    cable.plugged = True
    await publisher.publish("x", [mention(2), Retraction("x:9", "post", NOW)])
    assert await ids(cable) == []
    assert len(await everything(cable.log, RETRACTIONS)) == 1


async def test_what_may_not_be_spooled_is_refused(publisher: Publisher, cable: Cable, spool: Spool) -> None:
    """A batch that only the log may take is not kept, and its sender hears so."""
    cable.plugged = False
    assert not await publisher.publish("webhook", [mention(1)], spool=False)
    assert len(spool) == 0
    cable.plugged = True
    assert await publisher.publish("webhook", [mention(1)], spool=False)


async def test_a_full_spool_makes_the_sources_wait(cable: Cable, tmp_path: Path) -> None:
    """Publishing waits until there is room, and then nothing is missing."""
    spool = Spool(tmp_path / "small", 300)
    publisher = Publisher(cable, spool, now=lambda: NOW, pause=at_once)  # type: ignore[arg-type]
    cable.plugged = False
    publishing = asyncio.create_task(_publish_all(publisher, 8))
    draining = asyncio.create_task(publisher.drain())
    for _ in range(20):
        await asyncio.sleep(0)
    assert not publishing.done()
    cable.plugged = True
    await publishing
    await publisher.emptied()
    draining.cancel()
    assert await ids(cable) == [f"x:{n}" for n in range(8)]


async def test_a_disk_without_room_is_asked_at_a_pace_and_the_log_too(cable: Cable, tmp_path: Path) -> None:
    """Where not even an empty spool takes anything, a source waits longer and longer, and goes on once the log is back."""
    spool = Spool(tmp_path / "none", 0)
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        cable.plugged = len(pauses) == 4
        await asyncio.sleep(0)

    publisher = Publisher(cable, spool, now=lambda: NOW, pause=pause)  # type: ignore[arg-type]
    draining = asyncio.create_task(publisher.drain())
    cable.plugged = False
    assert await publisher.publish("x", [mention(1)])
    draining.cancel()
    assert pauses == [0.25, 0.5, 1.0, 2.0]
    assert await ids(cable) == ["x:1"]


async def _publish_all(publisher: Publisher, count: int) -> None:
    for n in range(count):
        await publisher.publish("x", [mention(n)])


async def test_a_spool_of_yesterday_goes_first(cable: Cable, tmp_path: Path) -> None:
    """What an earlier process left is in the log before what is new."""
    folder = tmp_path / "spool"
    spool = Spool(folder, 1 << 20)
    cable.plugged = False
    await Publisher(cable, spool, now=lambda: NOW).publish("x", [mention(1)])  # type: ignore[arg-type]
    spool.close()
    cable.plugged = True
    later = Publisher(cable, Spool(folder, 1 << 20), now=lambda: NOW, pause=at_once)  # type: ignore[arg-type]
    await later.publish("x", [mention(2)])
    draining = asyncio.create_task(later.drain())
    await later.emptied()
    draining.cancel()
    assert await ids(cable) == ["x:1", "x:2"]
