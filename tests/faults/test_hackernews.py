"""Hacker News misbehaving, heard through the real supervisor, ledger and log: nothing twice, nothing lost needlessly."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from ingest.source import Context
from ingest.sources.hackernews import AGAIN_S, LATE_S, HackerNews
from stream.config import Config
from stream.config.networks import HackerNewsConfig, MatchConfig
from stream.mention import Mention
from tests.ingest.hours import Hall, Hours
from tests.standins.feeds import hang_up, status
from tests.standins.hackernews import HackerNewsStandIn


@pytest.fixture
async def news() -> AsyncIterator[HackerNewsStandIn]:
    async with HackerNewsStandIn() as server:
        server.newest = 100
        yield server


def hall(folder: Path, news: HackerNewsStandIn, hours: Hours | None = None) -> Hall:
    """Ingest that listens for the word wall."""
    match = MatchConfig(terms=("wall",))

    def make(context: Context) -> HackerNews:
        context.matcher.listen(match, {})
        return HackerNews(context)

    return Hall(folder, Config(hackernews=HackerNewsConfig(url=news.url), match=match), make, hours)


async def listening(ingest: Hall, news: HackerNewsStandIn) -> None:
    """Return when both lines are open and it is known where to begin."""
    await ingest.until(lambda: all(news.lines.values()) and ingest.cursors.get("hackernews"))


async def stands_at(ingest: Hall, number: int) -> None:
    """Return when everything up to ``number`` is settled."""
    await ingest.until(lambda: ingest.cursors.get("hackernews") == str(number))


async def told(ingest: Hall) -> list[Mention]:
    """What the log has, in the order of the ids; it keeps the order of each author's only."""
    return sorted(await ingest.mentions(), key=lambda mention: mention.id)


async def texts(ingest: Hall) -> list[str]:
    return [mention.text for mention in await told(ingest) if mention.kind != "tally"]


async def told_so_far(ingest: Hall, count: int) -> None:
    """Return when so many posts and edits are in the log."""

    async def enough() -> bool:
        return len(await texts(ingest)) >= count

    await ingest.until(enough)


async def tallies_of(ingest: Hall) -> list[Mention]:
    return [mention for mention in await ingest.mentions() if mention.kind == "tally"]


async def test_new_items_that_match(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """From now on every item is read once, in order; what matches is told, with whom it answers."""
    news.story(99, "An old wall")
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "Show HN: a wall", url="https://wall.example/")
        news.comment(102, "Nice <i>wall</i>", 101)
        news.comment(103, "Nothing of it", 101)
        news.items[104] = {"id": 104, "type": "pollopt", "by": "heron", "text": "wall", "time": 1_749_999_104}
        news.story(105, "A dead wall", dead=True)
        await news.tell_newest(105)
        await stands_at(ingest, 105)
        story, comment = await told(ingest)
        assert (story.id, story.kind, story.links) == ("hackernews:101", "post", ("https://wall.example/",))
        assert (comment.kind, comment.text, comment.author.id) == ("reply", "Nice wall", "hackernews:otter")
        assert (comment.target.id, comment.target.author) == ("hackernews:101", "hackernews:heron")  # type: ignore[union-attr]
        assert news.asked(99) == 0
        assert ingest.source.dropped == {"type pollopt": 1, "dead": 1}  # type: ignore[attr-defined]
        assert await ingest.letters() == []


async def test_the_sentinel_of_a_quiet_hour(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """A keep-alive is a sign of life, without any item."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        ingest.hours.ms += 30_000
        await news.say("maxitem", "keep-alive", b"null")
        await ingest.until(lambda: ingest.health.alive == ingest.hours.ms)
        assert ingest.health.condition == "quiet"


async def test_edits_scores_and_deletions(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """Of what was told each change of words is an edit, points are tallies, and its end is a retraction; of others nothing."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        news.story(102, "Nothing of it")
        await news.tell_newest(102)
        await stands_at(ingest, 102)
        steps = [{"score": 7}, {"title": "A new wall"}, {"title": "A wall"}, {"deleted": True}]
        for number, step in enumerate(steps, 1):
            news.items[101] |= step
            news.items[102] |= {"score": number}
            ingest.hours.ms += 1000
            await news.tell_changed(102, 101)
            await ingest.until(lambda: ingest.health.heard == ingest.hours.ms)
            await ingest.hours.pass_by(AGAIN_S)
        (retraction,) = await ingest.retractions()
        assert (retraction.target, retraction.reason) == ("hackernews:101", "deleted")
        assert await texts(ingest) == ["A wall", "A new wall", "A wall"]


async def test_points_travel_as_tallies(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """Points and comments of a told story are told anew; those of an untold one are not."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        news.story(102, "Nothing of it")
        await news.tell_newest(102)
        await stands_at(ingest, 102)
        news.items[101] |= {"score": 42, "descendants": 3}
        news.items[102] |= {"score": 99}
        alive = ingest.health.heard
        ingest.hours.ms += 1000
        await news.tell_changed(101, 102)
        await ingest.until(lambda: ingest.health.heard > alive)
        await ingest.hours.pass_by(11)
        await ingest.ticks.pass_by(1)
        await ingest.until(lambda: tallies_of(ingest))
        tallies = await tallies_of(ingest)
        assert [(t.target.id, t.weight.likes, t.weight.replies) for t in tallies] == [("hackernews:101", 42, 3)]  # type: ignore[union-attr]


async def test_a_changed_item_is_read_at_most_once_in_ten_seconds(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """However often the service says that an item has changed, it is read at its pace, and the last word is heard."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        await news.tell_newest(101)
        await stands_at(ingest, 101)
        await news.tell_changed(101)
        await ingest.until(lambda: news.asked(101) == 2)
        for n in range(5):
            news.items[101] |= {"title": f"A wall {n}"}
            await news.tell_changed(101)
        await ingest.until(lambda: ingest.hours.waits)
        assert news.asked(101) == 2
        await ingest.hours.pass_by(AGAIN_S)
        await ingest.until(lambda: ingest.health.heard and news.asked(101) == 3)
        await told_so_far(ingest, 2)
        assert news.asked(101) == 3
        assert await texts(ingest) == ["A wall", "A wall 4"]


async def test_a_number_before_its_item(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """A number without an item is asked for again; the cursor waits for it, and later ones do not."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(102, "A later wall")
        await news.tell_newest(102)
        await stands_at(ingest, 100)
        await ingest.until(lambda: news.asked(102) and ingest.hours.waits)
        assert await texts(ingest) == ["A later wall"]
        news.story(101, "A late wall")
        await ingest.hours.pass_by(LATE_S[0])
        await ingest.until(lambda: news.asked(101) == 2)
        await told_so_far(ingest, 2)
        await news.say("maxitem", "keep-alive", b"null")
        await stands_at(ingest, 102)
        assert await texts(ingest) == ["A late wall", "A later wall"]


async def test_a_number_that_never_gets_an_item(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """After a few tries it is left alone, and the cursor goes on."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        await news.tell_newest(101)
        for tries, pause_s in enumerate(LATE_S, 1):
            await ingest.until(lambda tries=tries: news.asked(101) == tries and ingest.hours.waits)  # type: ignore[misc]
            await ingest.hours.pass_by(pause_s)
        await ingest.until(lambda: ingest.source.dropped["never came"])  # type: ignore[attr-defined]
        await news.say("maxitem", "keep-alive", b"null")
        await stands_at(ingest, 101)


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


async def test_broken_items(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """An item that cannot be read is a dead letter with its bytes, and the next ones are read."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.items |= {
            101: b'{"id":101,',
            102: b'{"id":102,"text":"' + b"wall " * (2 << 20) + b'"}',
            103: b'{"id":"x"}',
        }
        news.items[104] = {"id": 104, "type": "comment", "text": "wall", "time": 1_749_999_104, "by": "heron"}
        news.trouble("/v0/item/105.json", status(401))
        news.story(106, "A wall")
        news.story(107, "A wall of the year 1985", time=500_000_000)
        await news.tell_newest(107)
        await stands_at(ingest, 107)
        assert await texts(ingest) == ["A wall"]
        assert len(await ingest.letters()) == 5
        assert ingest.source.dropped["refused"] == 1  # type: ignore[attr-defined]


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


async def test_what_comes_to_match(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """An item that is changed to match, or comes back from the dead, is told while it is young."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "Nothing of it")
        news.story(102, "A dead wall", dead=True)
        news.story(103, "Nothing old", time=1_749_000_000)
        await news.tell_newest(103)
        await stands_at(ingest, 103)
        news.items[101] |= {"title": "A wall after all"}
        news.items[102] |= {"dead": False}
        news.items[103] |= {"title": "An old wall"}
        ingest.hours.ms += 1000
        await news.tell_changed(101, 102, 103, 104)
        await ingest.until(lambda: ingest.health.heard == ingest.hours.ms)
        assert await texts(ingest) == ["A wall after all", "A dead wall"]
        assert news.asked(104) == 0


async def test_a_changed_item_that_cannot_be_read(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """It is a dead letter, and what was told stays as it was."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.story(101, "A wall")
        await news.tell_newest(101)
        await stands_at(ingest, 101)
        for broken in (b"{", {**news.items[101], "by": ""}):
            news.items[101] = broken
            ingest.hours.ms += 1000
            await news.tell_changed(101)
            await ingest.until(lambda: ingest.health.heard == ingest.hours.ms)
            await ingest.hours.pass_by(AGAIN_S)
        assert len(await ingest.letters()) == 2
        assert (await texts(ingest), await ingest.retractions()) == (["A wall"], [])


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


async def test_a_parent_that_nobody_tells(tmp_path: Path, news: HackerNewsStandIn) -> None:
    """A comment whose parent cannot be read is told without the name of whom it answers."""
    async with hall(tmp_path, news) as ingest:
        await listening(ingest, news)
        news.items |= {50: b"{", 51: None}
        news.comment(101, "wall one", 50)
        news.comment(102, "wall two", 51)
        news.comment(103, "wall three", 51)
        await news.tell_newest(103)
        await stands_at(ingest, 103)
        assert [m.target.author for m in await told(ingest)] == ["", "", ""]  # type: ignore[union-attr]
        assert (news.asked(51), await ingest.letters()) == (1, [])


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
