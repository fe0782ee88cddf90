"""Hacker News's line breaks, is refused or talks nonsense, and ingest is away: nothing twice, nothing lost needlessly."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.faults.hackernews_stage import hall, listening, stands_at, texts
from tests.ingest.hours import Hours
from tests.standins.feeds import hang_up, status
from tests.standins.hackernews import HackerNewsStandIn


async def test_without_pushes_it_asks(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """Where nothing is pushed it is asked for, and pushes are tried again later."""
    news.pushes = False
    async with hall(tmp_path, news) as ingest:
        await ingest.until(lambda: ingest.cursors.get("hackernews") == "100" and len(ingest.hours.waits) >= 2)
        news.story(101, "A wall")
        news.newest = 101
        await ingest.hours.pass_by(15)
        await stands_at(ingest, 101)
        assert await texts(ingest) == ["A wall"]
        news.pushes = True
        while not all(news.lines.values()):
            await ingest.hours.pass_by(15)
            await ingest.until(lambda: len(ingest.hours.waits) >= 2 or all(news.lines.values()))
        news.story(102, "Another wall")
        await news.tell_newest(102)
        await stands_at(ingest, 102)


Break = Callable[[HackerNewsStandIn], Awaitable[None]]


async def _dropped(news: HackerNewsStandIn) -> None:
    news.drop()


async def _cancelled(news: HackerNewsStandIn) -> None:
    await news.say("maxitem", "cancel", b"null")


async def _revoked(news: HackerNewsStandIn) -> None:
    await news.say("maxitem", "auth_revoked", b'"credential is no longer valid"')


async def _ended(news: HackerNewsStandIn) -> None:
    await news.push("maxitem", b"")


@pytest.mark.parametrize("end", [_dropped, _cancelled, _revoked, _ended])
async def test_a_line_that_breaks(tmp_path: Path, news: HackerNewsStandIn, end: Break) -> None:
    """However a push ends, what comes meanwhile is heard by asking, once."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        await news.tell_newest(101)
        await stands_at(ingest, 101)
        await end(news)
        await ingest.until(lambda: ingest.hours.waits)
        news.story(102, "Another wall")
        news.newest = 102
        await ingest.hours.pass_by(16)
        await stands_at(ingest, 102)
        assert await texts(ingest) == ["A wall", "Another wall"]
        assert ingest.health.failures == 0


async def test_what_is_pushed_broken(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """Events cut anywhere are whole; nonsense is a dead letter; the unknown is passed over; time does not go back."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wäll of a wall")
        for byte in 'event: put\ndata: {"path":"/","data":101,"ä":1}\n\n'.encode():
            await news.push("maxitem", bytes([byte]))
        await stands_at(ingest, 101)
        await news.say("maxitem", "put", b'{"path":"/","data":')
        await news.say("maxitem", "put", {"path": "/", "data": "many"})
        await news.say("maxitem", "put", {"path": "/", "data": 10**12})
        await news.say("updates", "put", {"path": "/", "data": 7})
        await news.say("maxitem", "put", b'"' + b"x" * (10 << 20) + b'"')
        await news.say("maxitem", "surprise", {"a": 1})
        await news.say("maxitem", "put", {"path": "/", "data": 5})
        news.story(102, "A second wall")
        news.newest = 102
        await news.say("maxitem", "put", {"path": "/some/part", "data": 1})
        await stands_at(ingest, 102)
        assert await texts(ingest) == ["A wäll of a wall", "A second wall"]
        await news.say("maxitem", "keep-alive", b"null")
        letters = await ingest.letters()
        assert len(letters) == 5
        assert sorted(len(letter.raw) for letter in letters)[-1] == 65536
        assert {letter.source for letter in letters} == {"hackernews"}


@pytest.mark.parametrize(
    ("trouble", "pause_s"), [(hang_up, 2.5), (status(503), 2.5), (status(429, {"retry-after": "60"}), 60.0)]
)
async def test_a_service_that_fails(tmp_path: Path, news: HackerNewsStandIn, trouble: object, pause_s: float) -> None:
    """What the service does not tell now is asked for after the pause that it wants, and told once."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        news.story(102, "A second wall")
        news.trouble("/v0/item/102.json", trouble)  # type: ignore[arg-type]
        await news.tell_newest(102)
        await ingest.until(lambda: ingest.health.condition == "waiting")
        assert "Hacker News cannot be heard" in ingest.health.fault
        assert ingest.hours.waits == [pause_s]
        await ingest.hours.pass_by(pause_s)
        await stands_at(ingest, 102)
        assert await texts(ingest) == ["A wall", "A second wall"]


async def test_questions_that_are_answered_with_nonsense(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """While nothing is pushed an answer of 10 MB or one that is no JSON is a dead letter; a refusal is a failure."""
    news.pushes = False
    too_much = b"[" + b"1," * (5 << 20)
    async with hall(tmp_path, news) as ingest:
        await ingest.until(lambda: len(ingest.hours.waits) >= 2)
        for answer in (too_much, b"nonsense"):
            news.trouble("/v0/updates.json", lambda exchange, answer=answer: exchange.answer(200, answer))  # type: ignore[misc]
            await ingest.hours.pass_by(15)
            await ingest.until(lambda: not news.troubles["/v0/updates.json"] and len(ingest.hours.waits) >= 2)
        await ingest.hours.pass_by(15)
        await ingest.until(ingest.letters)
        await ingest.until(
            lambda: len(ingest.hours.waits) >= 2
        )  # nobody is being asked: the refusal is for the next question
        news.trouble("/v0/updates.json", status(404))
        await ingest.hours.pass_by(15)
        await ingest.until(lambda: ingest.health.condition == "waiting")
        assert "404" in ingest.health.fault


async def test_a_long_absence(tmp_path: Path, news: HackerNewsStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a break that is too long the newest items are read, and the others are counted as missed."""
    monkeypatch.setattr("ingest.sources.hackernews.BACKLOG", 80)
    monkeypatch.setattr("ingest.sources.hackernews.LATE", 10)
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        for number in (105, 250):
            news.story(number, f"Wall {number}")
        await news.tell_newest(250)
        await ingest.until(lambda: news.asked(250))
        await ingest.until(lambda: texts(ingest))
        assert await texts(ingest) == ["Wall 250"]
        assert ingest.source.dropped == {"missed": 70, "never came": 69}  # type: ignore[attr-defined]
        await stands_at(ingest, 239)


async def test_a_restart_reads_what_was_missed(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """What came while ingest was away is read; what was told is not told again, though a late number is read again."""
    hours = Hours()
    async with hall(tmp_path, news, hours) as ingest:
        await listening(ingest, news)
        news.story(102, "First wall")
        await news.tell_newest(102)
        await ingest.until(lambda: news.asked(102))
        await ingest.until(lambda: texts(ingest))
    news.drop()
    for number in (101, 103, 104):
        news.story(number, f"Wall {number}")
    news.newest = 104
    async with hall(tmp_path, news, hours) as ingest:
        await stands_at(ingest, 104)
        assert await texts(ingest) == ["Wall 101", "First wall", "Wall 103", "Wall 104"]


async def test_what_was_deleted_during_a_break(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """The service does not say it again, so what was told lately is read again: deletions and other words are found."""
    hours = Hours()
    async with hall(tmp_path, news, hours) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        news.story(102, "Another wall")
        await news.tell_newest(102)
        await stands_at(ingest, 102)
    news.drop()
    news.items[101] = {"id": 101, "type": "story", "deleted": True, "time": 1_749_999_101}
    news.items[102] |= {"title": "Another wall, painted"}
    news.story(103, "The last wall")
    news.newest = 103
    async with hall(tmp_path, news, hours) as ingest:
        await ingest.until(lambda: news.asked(101) > 1)
        await stands_at(ingest, 103)
        assert [gone.target for gone in await ingest.retractions()] == ["hackernews:101"]
        assert await texts(ingest) == ["A wall", "Another wall", "Another wall, painted", "The last wall"]
