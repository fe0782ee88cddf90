"""Feeds that misbehave, heard through the real supervisor, ledger and log: nothing twice, nothing lost that could be kept."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ingest.feeds import fetch
from ingest.feeds.aside import Aside
from ingest.formats.feeds import key_of
from ingest.formats.syndication import Feed, read
from ingest.source import Context
from ingest.sources.rss import Feeds
from stream.config import Config
from stream.config.networks import FeedsConfig, MatchConfig
from stream.mention import NO_DELETIONS
from tests.ingest.cable import NOW
from tests.ingest.hours import Hall, Hours
from tests.standins.feeds import FeedsStandIn, half, hang_up, in_pieces, item, rss, silence, status, zipped

MINUTE = 60_000
ROUND_S = 400.0
"""Longer than a feed is left alone when all is well."""


@pytest.fixture
async def web() -> AsyncIterator[FeedsStandIn]:
    async with FeedsStandIn() as server:
        yield server


class Here(Aside):
    """Reads in this process, because starting another one takes most of the time of a test that is not about it."""

    async def read(self, body: bytes, content_type: str, url: str) -> Feed:
        return read(body, content_type, url)


def hall(
    folder: Path, *urls: str, hours: Hours | None = None, patience_s: float = 60.0, aside: type[Aside] = Here
) -> Hall:
    """Ingest that listens to ``urls`` every five minutes."""
    config = Config(feeds=FeedsConfig(urls=urls, interval_s=300))
    return Hall(folder, config, lambda context: Feeds(context, patience_s=patience_s, aside=aside()), hours)


async def looked(hall: Hall, web: FeedsStandIn, path: str, times: int) -> None:
    """Let time pass until ``path`` was asked for ``times`` times and what came was dealt with."""
    settled = lambda: len(hall.hours.waits) >= len(hall.config.feeds.urls)  # noqa: E731
    while (before := web.asked.get(path, 0)) < times:
        if hall.hours.waits:
            await hall.hours.pass_by(hall.hours.waits[-1] + 1)
        await hall.until(lambda before=before: web.asked.get(path, 0) > before)  # type: ignore[misc]
        await hall.until(settled)
    await hall.until(settled)


def titles(mentions: list) -> list[str]:  # type: ignore[type-arg]
    return [mention.text for mention in mentions]


async def test_what_is_new_is_told_once(tmp_path: Path, web: FeedsStandIn) -> None:
    """Old entries are passed over, new ones told in the order of their writing, those that leave the feed not retracted."""
    old, first = item("1", "Old", NOW - 48 * 60 * MINUTE), item("2", "First", NOW - 5 * MINUTE)
    url = web.put("/feed", rss(first, old))
    async with hall(tmp_path, url, aside=Aside) as ingest:
        await looked(ingest, web, "/feed", 1)
        web.put("/feed", rss(item("4", "Third", NOW + MINUTE), item("3", "Second"), first))
        await looked(ingest, web, "/feed", 2)
        web.put("/feed", rss(item("4", "Third", NOW + MINUTE)))
        await looked(ingest, web, "/feed", 3)
        mentions = await ingest.mentions()
        assert sorted(titles(mentions)) == ["First", "Second", "Third"]
        assert {mention.id for mention in mentions} == {f"rss:{key_of(url)}:{n}" for n in (2, 3, 4)}
        assert all(NO_DELETIONS in mention.flags for mention in mentions)
        assert (await ingest.retractions(), await ingest.letters()) == ([], [])
        assert ingest.source.dropped["old"] == 1  # type: ignore[attr-defined]


async def test_an_unchanged_feed_costs_nothing(tmp_path: Path, web: FeedsStandIn) -> None:
    """A feed is asked with what it gave to recognise its document by, and 304 is a sign of life."""
    url = web.put("/feed", rss(item("1", "One", NOW)), etag='"a"', last_modified="Sun, 15 Jun 2025 10:00:00 GMT")
    async with hall(tmp_path, url) as ingest:
        await looked(ingest, web, "/feed", 2)
        await ingest.until(lambda: ingest.health.alive == ingest.hours.ms)
        asked = web.requests("/feed")
        assert "if-none-match" not in asked[0].headers
        assert asked[1].headers["if-none-match"] == '"a"'
        assert asked[1].headers["if-modified-since"].startswith("Sun")
        assert asked[0].headers["user-agent"].startswith("Agora/")
        assert titles(await ingest.mentions()) == ["One"]


async def test_a_restart_goes_on_where_it_stood(tmp_path: Path, web: FeedsStandIn) -> None:
    """After a restart nothing is told twice, the pause goes on, and what came meanwhile is told."""
    url = web.put("/feed", rss(item("1", "One", NOW)), etag='"a"')
    hours = Hours()
    async with hall(tmp_path, url, hours=hours) as ingest:
        await looked(ingest, web, "/feed", 1)
    web.put("/feed", rss(item("2", "Two", NOW), item("1", "One", NOW)), etag='"b"')
    later = Hours(hours.ms)
    async with hall(tmp_path, url, hours=later) as ingest:
        await ingest.until(lambda: later.waits)
        assert max(later.waits) > 200
        assert len(web.seen) == 1
        await looked(ingest, web, "/feed", 2)
        assert web.seen[1].headers["if-none-match"] == '"a"'
        assert titles(await ingest.mentions()) == ["One", "Two"]


async def test_an_entry_in_other_words_is_an_edit(tmp_path: Path, web: FeedsStandIn) -> None:
    """Each change is one edit of the first post, also a change back; a new date alone is none."""
    url = web.put("/feed", rss(item("1", "Doors at six", NOW)))
    async with hall(tmp_path, url) as ingest:
        await looked(ingest, web, "/feed", 1)
        for number, said in enumerate(["Doors at seven", "Doors at six", "Doors at seven"], 2):
            web.put("/feed", rss(item("1", said, NOW)))
            await looked(ingest, web, "/feed", number)
        web.put("/feed", rss(item("1", "Doors at seven", NOW + MINUTE)))
        await looked(ingest, web, "/feed", 5)
        first, *edits = await ingest.mentions()
        assert titles(edits) == ["Doors at seven", "Doors at six", "Doors at seven"]
        assert {(edit.kind, edit.target.id) for edit in edits} == {("edit", first.id)}  # type: ignore[union-attr]
        assert len({edit.id for edit in edits}) == 3


async def test_one_bad_feed_slows_no_other(tmp_path: Path, web: FeedsStandIn) -> None:
    """While one feed never answers and one is no feed, a third is heard at its pace; the fault names the bad ones."""
    good = web.put("/good", rss(item("1", "One", NOW)))
    web.trouble("/hanging", *[silence] * 9)
    bad = web.put("/bad", "<html>welcome</html>")
    async with hall(tmp_path, web.url + "/hanging", bad, good) as ingest:
        await ingest.until(lambda: web.requests("/hanging"))
        for times in (1, 2, 3):
            while web.asked.get("/good", 0) < times:
                await ingest.hours.pass_by(ROUND_S)
                await ingest.until(lambda: len(ingest.hours.waits) >= 2)
        assert titles(await ingest.mentions()) == ["One"]
        assert ingest.health.failures == 0
        fault = ingest.source.complaint  # type: ignore[attr-defined]
        assert fault.startswith("1 of 3 feeds cannot be read (127.0.0.1/bad: no feed of a known kind")


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [
        (hang_up, "cannot be reached"),
        (half(rss(item("1", "Dä", NOW))), "cannot be reached"),
        (silence, "not answer in time"),
        (status(401), "401"),
        (status(503), "503"),
        (status(429, {"retry-after": "5"}), "429"),
        (zipped(rss().encode(), cut=9), "gzip ends"),
        (zipped(b"x" * (11 << 20)), "larger than 10 MB"),
        (status(302, {"location": "/feed"}), "redirects more than"),
        (status(302, {"location": "file:///etc/passwd"}), "no address of the web"),
        (status(302, {"location": "http://[broken/"}), "no address of the web"),
    ],
)
async def test_a_look_that_fails_is_made_up_for(
    tmp_path: Path, web: FeedsStandIn, trouble: object, reason: str
) -> None:
    """Whatever goes wrong is said, waited for and tried again, and everything is told once."""
    url = web.put("/feed", rss(item("2", "Twö", NOW), item("1", "Önä", NOW - MINUTE)))
    web.trouble("/feed", *[trouble] * (6 if "redirects more" in reason else 1))  # type: ignore[list-item]
    async with hall(tmp_path, url, patience_s=0.3 if trouble is silence else 60.0) as ingest:
        await ingest.until(lambda: ingest.health.failures)
        assert reason in ingest.health.fault
        assert ingest.health.condition == "waiting"
        pause_s = ingest.hours.waits[-1]
        assert pause_s >= 300
        await ingest.hours.pass_by(pause_s - 1)
        asked = len(web.seen)
        await ingest.hours.pass_by(2)
        await ingest.until(lambda: len(web.seen) > asked)
        await looked(ingest, web, "/feed", 7 if "redirects more" in reason else 1 if trouble is silence else 2)
        assert titles(await ingest.mentions()) == ["Önä", "Twö"]
        assert await ingest.letters() == []


async def test_pauses_that_are_asked_for(tmp_path: Path, web: FeedsStandIn) -> None:
    """Retry-After, max-age and ttl are kept where they are longer than ours."""
    url = web.put("/feed", rss(item("1", "One", NOW)), cache_control="public, max-age=1800")
    web.trouble("/feed", status(429, {"retry-after": "7200"}))
    async with hall(tmp_path, url) as ingest:
        await ingest.until(lambda: ingest.health.failures)
        assert ingest.hours.waits[-1] == 7200
        await looked(ingest, web, "/feed", 2)
        assert ingest.hours.waits[-1] == 1800
        web.put("/feed", rss(item("1", "One", NOW), extra="<ttl>90</ttl>"))
        await looked(ingest, web, "/feed", 3)
        assert ingest.hours.waits[-1] == 5400


async def test_a_feed_that_is_gone_is_left_alone(tmp_path: Path, web: FeedsStandIn) -> None:
    """410 is for good, also after a restart; the others go on."""
    good = web.put("/good", rss(item("1", "One", NOW)))
    web.trouble("/gone", status(410), status(410))
    urls = (web.url + "/gone", good)
    async with hall(tmp_path, *urls) as ingest:
        await ingest.until(lambda: web.asked.get("/gone"))
        await ingest.hours.pass_by(1)
        await ingest.until(lambda: web.asked.get("/good"))
        await ingest.until(lambda: ingest.hours.waits)
        assert "gone for good" in ingest.source.complaint  # type: ignore[attr-defined]
    async with hall(tmp_path, *urls) as ingest:
        await ingest.until(lambda: ingest.hours.waits)
        await ingest.hours.pass_by(ROUND_S)
        await ingest.until(lambda: web.asked["/good"] == 2)
        await ingest.until(lambda: ingest.hours.waits)
        assert len(web.requests("/gone")) == 1
        assert titles(await ingest.mentions()) == ["One"]
    async with hall(tmp_path, urls[0]) as ingest:
        await ingest.until(lambda: ingest.health.condition == "stopped")
        assert len(web.requests("/gone")) == 1


async def test_a_broken_document_is_one_dead_letter(tmp_path: Path, web: FeedsStandIn) -> None:
    """However often the same broken bytes come they are kept once; the next good document is read."""
    url = web.put("/feed", b"\xff\xfe<rss><chan")
    async with hall(tmp_path, url) as ingest:
        await looked(ingest, web, "/feed", 3)
        (letter,) = await ingest.letters()
        assert (letter.source, letter.raw) == ("rss", b"\xff\xfe<rss><chan")
        assert "127.0.0.1/feed: " in letter.reason
        web.put("/feed", rss(item("1", "One", NOW)))
        await looked(ingest, web, "/feed", 4)
        assert titles(await ingest.mentions()) == ["One"]
        assert ingest.source.complaint == ""  # type: ignore[attr-defined]


async def test_an_entry_from_the_future_is_a_dead_letter(tmp_path: Path, web: FeedsStandIn) -> None:
    """A day ahead is repaired, more is refused once, and its repair is told."""
    hour = 60 * MINUTE
    url = web.put("/feed", rss(item("1", "Soon", NOW + hour), item("2", "Later", NOW + 48 * hour)))
    async with hall(tmp_path, url) as ingest:
        await looked(ingest, web, "/feed", 1)
        web.put(
            "/feed", rss(item("1", "Soon", NOW + hour), item("2", "Later", NOW + 48 * hour), item("3", "More", NOW))
        )
        await looked(ingest, web, "/feed", 2)
        assert len(await ingest.letters()) == 1
        assert {(m.text, m.at) for m in await ingest.mentions()} == {("Soon", NOW), ("More", NOW)}


async def test_bytes_cut_anywhere_and_packed(tmp_path: Path, web: FeedsStandIn) -> None:
    """A document in pieces of a byte is whole, and so is one that is packed without need."""
    page = rss(item("1", "Käse 🧀", NOW))
    web.trouble("/pieces", in_pieces(page))
    web.trouble("/packed", zipped(page.encode()))
    async with hall(tmp_path, web.url + "/pieces", web.url + "/packed") as ingest:
        await ingest.until(lambda: web.asked.get("/pieces"))
        await ingest.hours.pass_by(1)
        await ingest.until(lambda: web.asked.get("/packed"))
        await ingest.until(lambda: len(ingest.hours.waits) >= 2)
        mentions = await ingest.mentions()
        assert titles(mentions) == ["Käse 🧀"] * 2
        assert len({mention.id for mention in mentions}) == 2


async def test_a_feed_that_moved(tmp_path: Path, web: FeedsStandIn) -> None:
    """A permanent move is remembered until the new place fails, a passing one is not; ids stay those of the feed's address."""
    web.put("/new", rss(item("1", "One", NOW)))
    web.trouble("/old", status(301, {"location": "/new"}), status(302, {"location": "/new"}))
    web.trouble("/new", in_pieces(rss(item("1", "One", NOW))), in_pieces(rss(item("1", "One", NOW))), status(404))
    async with hall(tmp_path, web.url + "/old") as ingest:
        for times in (1, 2, 3, 4):
            await looked(ingest, web, "/new", times)
        assert [e.path for e in web.seen] == ["/old", "/new", "/new", "/new", "/old", "/new"]
        assert [m.id for m in await ingest.mentions()] == [f"rss:{key_of(web.url + '/old')}:1"]


async def test_a_clock_that_jumps_silences_nobody(tmp_path: Path, web: FeedsStandIn) -> None:
    """A wall clock that goes back a year between two lives delays a feed by no more than a day."""
    url = web.put("/feed", rss(item("1", "One", NOW)))
    async with hall(tmp_path, url) as ingest:
        await looked(ingest, web, "/feed", 1)
    async with hall(tmp_path, url, hours=Hours(NOW - 365 * 24 * 60 * MINUTE)) as ingest:
        await ingest.until(lambda: ingest.hours.waits)
        assert ingest.hours.waits[-1] <= fetch.LONGEST_WAIT_S
        await looked(ingest, web, "/feed", 2)
        assert titles(await ingest.mentions()) == ["One"]


async def test_a_bomb_hurts_nobody(tmp_path: Path, web: FeedsStandIn) -> None:
    """A billion laughs are not laughed, and the process that reads is as good as before."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(10))
    bomb = web.put("/bomb", f"<!DOCTYPE rss [{laughs}]><rss version='2.0'><channel><title>&l9;</title></channel></rss>")
    good = web.put("/good", rss(item("1", "One", NOW)))
    async with hall(tmp_path, bomb, good, aside=Aside) as ingest:
        await ingest.until(lambda: web.asked.get("/bomb"))
        await ingest.hours.pass_by(1)
        await ingest.until(lambda: web.asked.get("/good"))
        await ingest.until(lambda: len(ingest.hours.waits) >= 2)
        assert titles(await ingest.mentions()) == ["One"]


async def test_only_what_matches(tmp_path: Path, web: FeedsStandIn) -> None:
    """With ``match`` an entry without a term is not told, until it says one; one that was told stays heard."""
    config = Config(feeds=FeedsConfig(urls=(web.url + "/feed",), interval_s=300, match=True))

    def make(context: Context) -> Feeds:
        context.matcher.listen(MatchConfig(terms=("wall",)), {})
        return Feeds(context, aside=Here())

    web.put("/feed", rss(item("2", "A wall", NOW), item("1", "Nothing", NOW, "x " * 2000)))
    async with Hall(tmp_path, config, make) as ingest:
        await looked(ingest, web, "/feed", 1)
        assert titles(await ingest.mentions()) == ["A wall"]
        web.put("/feed", rss(item("2", "A fence", NOW), item("1", "Nothing", NOW, "x " * 2000 + "wall")))
        await looked(ingest, web, "/feed", 2)
        kinds = {mention.id.partition("@")[0][-1]: mention.kind for mention in await ingest.mentions()}
        assert kinds == {"1": "post", "2": "edit"}
        assert ingest.source.dropped["unmatched"] == 1  # type: ignore[attr-defined]


async def test_a_json_feed_and_its_end(tmp_path: Path, web: FeedsStandIn) -> None:
    """An item that is none is one dead letter; a feed that says it has ended is left alone."""
    items = [{"id": "1", "title": "One", "date_published": "2025-06-15T15:00:00Z"}, 5]
    web.put("/feed", json.dumps({"items": items}), content_type="application/feed+json")
    async with hall(tmp_path, web.url + "/feed") as ingest:
        await looked(ingest, web, "/feed", 1)
        web.put("/feed", json.dumps({"items": [*items, {"id": "2", "title": "Two"}]}))
        await looked(ingest, web, "/feed", 2)
        assert len(await ingest.letters()) == 1
        web.put("/feed", json.dumps({"items": items, "expired": True}))
        await ingest.hours.pass_by(ROUND_S)
        await ingest.until(lambda: ingest.health.condition == "stopped")
        assert "it has ended" in ingest.health.fault
        assert titles(await ingest.mentions()) == ["One", "Two"]


async def test_no_feed_is_said(tmp_path: Path) -> None:
    """Without an address the source stops and says which setting is missing."""
    async with hall(tmp_path) as ingest:
        await ingest.until(lambda: ingest.health.condition == "stopped")
        assert "[feeds] urls" in ingest.health.fault
