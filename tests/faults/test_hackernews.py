"""Items of Hacker News, new, changed, late or broken, heard through the real supervisor, ledger and log: nothing twice."""

from __future__ import annotations

from pathlib import Path

from ingest.sources.hackernews import AGAIN_S, LATE_S
from tests.faults.hackernews_stage import hall, listening, stands_at, tallies_of, texts, told, told_so_far
from tests.standins.feeds import status
from tests.standins.hackernews import HackerNewsStandIn


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
