"""The dead letters."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ingest import rejected as command
from ingest.app import folder_of
from ingest.formats.feeds import shown
from ingest.formats.syndication import Entry as FeedEntry
from ingest.ledger import Ledger
from ingest.rejected import Filter, _list, letters, retracted
from ingest.retry import Replayed, replay_letters
from ingest.source import Batch, Deletion
from stream.config import AccountsConfig, Config, IngestConfig, LogConfig
from stream.config.networks import BlueskyConfig, FeedsConfig, MastodonConfig, MastodonServer, MatchConfig
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Entry
from stream.log.sqlite import SqliteLog
from stream.mention import NO_DELETIONS, Author, Mention, Retraction, decode, encode, rejected
from tests.ingest.cable import NOW, everything
from tests.standins import jetstream, mastodon

Replay = Callable[..., Coroutine[Any, Any, Replayed]]
FEED = "https://user:pass@news.example/feed?key=1"
CONFIG = Config(
    match=MatchConfig(terms=("kaleido",), exclude=("spam",)),
    mastodon=MastodonConfig(
        {"social": MastodonServer("https://hall.example"), "other": MastodonServer("https://o.example")}
    ),
    feeds=FeedsConfig(urls=(FEED,)),
    accounts=AccountsConfig(staff=("x:7",)),
)


@pytest.fixture
def replay(log: SqliteLog, tmp_path: Path) -> Replay:
    """Replays all letters of the log by a configuration."""

    async def run(config: Config = CONFIG) -> Replayed:
        found = (letter async for _, letter in letters(log, Filter()))
        return await replay_letters(log, found, await retracted(log), config, tmp_path, lambda: NOW)

    return run


async def mentions(log: SqliteLog) -> dict[str, Mention]:
    """What the log has, by id."""
    return {m.id: m for m in [decode(r.value or b"") for r in await everything(log, MENTIONS)]}


def post(n: int) -> bytes:
    """A mention that reads well."""
    return encode(Mention(f"x:{n}", "x", "post", NOW, NOW, Author("x:a")))


async def bury(log: SqliteLog, source: str, raw: bytes, reason: str = "torn") -> None:
    """Put a dead letter into the log."""
    await log.publish(REJECTED, [Entry(source, encode(rejected(source, reason, NOW, raw)))])


async def test_letters_that_read_now_are_published(log: SqliteLog, replay: Replay) -> None:
    """Each is read again by the rules of its source; what still cannot be read stays."""
    await bury(log, "archive", post(1))
    await bury(
        log, "archive", b'{"id_str":"5","text":"hi","user":{"id":7},"created_at":"Wed Jan 13 02:10:05 +0000 2016"}'
    )
    await bury(log, "webhook:desk", b'{"id":"1","author":{"id":"u"},"text":"hi"}')
    await bury(log, "archive", b"{ torn")
    done = await replay()
    assert (done.published, done.retracted, done.unreadable) == (3, 0, 1)
    assert {decode(r.value or b"").id for r in await everything(log, MENTIONS)} == {"x:1", "x:5", "webhook:desk:1"}


async def test_what_was_retracted_since_stays_away(log: SqliteLog, replay: Replay) -> None:
    """Posts and authors that are gone are not published."""
    await bury(log, "archive", post(1))
    await bury(log, "archive", post(2))
    await log.publish(RETRACTIONS, [Entry("x:1", encode(Retraction("x:1", "post", NOW)))])
    assert (await replay()).published == 1
    await log.publish(RETRACTIONS, [Entry("x:a", encode(Retraction("x:a", "author", NOW)))])
    assert (await replay()).retracted == 2


async def test_letters_are_listed_and_filtered(log: SqliteLog) -> None:
    """Source and reason choose; the words of what was retracted are not shown."""
    await bury(log, "archive", b'{"id_str":"5","text":"gone words"}', "no user")
    await bury(log, "webhook:desk", b"{\x00", "torn")
    await log.publish(RETRACTIONS, [Entry("x:5", encode(Retraction("x:5", "post", NOW)))])
    out = io.StringIO()
    await _list(log, Filter(), 50, out)
    assert "2 dead letters" in out.getvalue()
    assert "gone words" not in out.getvalue()
    out = io.StringIO()
    await _list(log, Filter(source="webhook", reason="TORN"), 50, out)
    assert "webhook:desk  2 bytes  torn" in out.getvalue()
    assert "1 dead letters" in out.getvalue()


async def test_a_cut_letter_is_not_read(log: SqliteLog, replay: Replay) -> None:
    """Of what was too long only the beginning is kept, which is not the post."""
    await bury(log, "archive", b"x" * 70_000)
    assert (await replay()).unreadable == 1


async def test_an_archive_is_read_by_the_format_that_its_reason_names(log: SqliteLog, replay: Replay) -> None:
    """Also a table, whose letters hold their header; what nobody may read is passed over."""
    await bury(log, "archive", b"id,date,text\n1,2016-01-13,hi", "csv, line 3: torn")
    await bury(log, "archive", b"id,date,text,visibility\n2,2016-01-13,hi,private", "csv, line 4: torn")
    await bury(log, "archive", post(9), "twitter-v1, line 3: torn")
    done = await replay()
    assert (done.published, done.passed, done.unreadable) == (2, 1, 0)
    assert set(await mentions(log)) == {"archive:1", "x:9"}


def x_post(n: int, text: str) -> bytes:
    """A post as X's stream tells it."""
    user = {"id": "7", "name": "Anna", "username": "anna"}
    told = {"id": str(n), "text": text, "author_id": "7", "created_at": "2025-06-15T14:00:00.000Z"}
    return json.dumps({"data": told, "includes": {"users": [user]}}).encode()


async def test_a_letter_of_x_is_read_by_its_format(log: SqliteLog, replay: Replay) -> None:
    """X matched it; what is excluded stays away, roles are ours, and posts of whom nobody hears are marked."""
    await bury(log, "x", x_post(1, "whatever"))
    await bury(log, "x", x_post(2, "spam"))
    await bury(log, "x", b"{")
    done = await replay()
    assert (done.published, done.passed, done.unreadable) == (1, 1, 1)
    (mention,) = (await mentions(log)).values()
    assert (mention.id, mention.source, mention.seen, mention.author.role) == ("x:1", "x", NOW, "staff")
    assert NO_DELETIONS in mention.flags


async def test_a_letter_of_one_server_is_that_server_s(log: SqliteLog, replay: Replay, tmp_path: Path) -> None:
    """Another server that numbers its posts alike does not take it back."""
    status = mastodon.status(1, "<p>kaleido</p>", local=501)
    await bury(log, "mastodon:other", json.dumps(status).encode())
    assert (await replay()).published == 1
    ledger = Ledger(tmp_path / "ledger.db", now=lambda: NOW)
    assert ledger.settle("mastodon:social", Batch((Deletion("hall.example/501", NOW),))).items == []
    assert len(ledger.settle("mastodon:other", Batch((Deletion("o.example/501", NOW),))).items) == 1
    ledger.shut()


async def test_a_letter_of_mastodon_is_read_by_its_format(log: SqliteLog, replay: Replay, tmp_path: Path) -> None:
    """Only what is listened for; and when its server says that it is gone, by a number of its own, it is found."""
    status = mastodon.status(1, "<p>kaleido</p>", local=501)
    await bury(log, "mastodon", json.dumps(status).encode())
    await bury(log, "mastodon", json.dumps(mastodon.status(2, "<p>else</p>")).encode())
    await bury(log, "mastodon", json.dumps({**status, "visibility": "private"}).encode())
    await bury(log, "mastodon", b"[]")
    done = await replay()
    assert (done.published, done.passed, done.unreadable) == (1, 2, 1)
    ledger = Ledger(tmp_path / "ledger.db", now=lambda: NOW)
    (gone,) = ledger.settle("mastodon:other", Batch((Deletion("o.example/501", NOW),))).items
    assert isinstance(gone, Retraction)
    assert gone.target == f"mastodon:{status['uri']}"
    assert (await replay(Config(match=CONFIG.match))).unreadable == 4
    ledger.shut()


async def test_letters_of_bluesky_wait_for_their_authors(log: SqliteLog, replay: Replay) -> None:
    """Only who is known and does not mind is published, with the name; deletions become retractions of ours only."""
    for event in (
        jetstream.post("anna", "1", "kaleido"),
        jetstream.post("shy", "2", "kaleido"),
        jetstream.post("nobody", "3", "kaleido"),
        jetstream.post("anna", "4", "else"),
        jetstream.gone("anna", "5"),
    ):
        await bury(log, "bluesky", json.dumps({**event, "time_us": NOW * 1000}).encode())
    async with jetstream.ProfileService() as profiles:
        profiles.know("anna")
        profiles.know("shy", labels=[{"val": "!no-unauthenticated"}])
        done = await replay(msgspec.structs.replace(CONFIG, bluesky=BlueskyConfig(profiles=profiles.url)))
    assert (done.published, done.unreadable) == (1, 0)
    (mention,) = (await mentions(log)).values()
    assert (mention.source, mention.author.id) == ("bluesky", "bluesky:did:plc:anna")
    assert mention.author.handle == "anna.example"
    assert await everything(log, RETRACTIONS) == []


async def test_a_letter_of_a_feed_is_read_as_its_entry(log: SqliteLog, replay: Replay) -> None:
    """By the feed that its reason names; an entry, or the whole document."""
    entry = msgspec.json.encode(FeedEntry(native="1", title="Kaleido opens", text="", link="https://news.example/1"))
    await bury(log, "rss", entry, f"{shown(FEED)}: torn")
    await bury(log, "rss", entry, "elsewhere.example/feed: torn")
    await bury(
        log,
        "rss",
        b'{"version":"https://jsonfeed.org/version/1.1","title":"t","items":[{"id":"2","title":"Two"}]}',
        f"{shown(FEED)}: x",
    )
    done = await replay()
    assert (done.published, done.unreadable) == (2, 1)
    assert all(m.source == "rss" and NO_DELETIONS in m.flags for m in (await mentions(log)).values())


async def test_a_letter_of_hacker_news_is_read_as_its_item(log: SqliteLog, replay: Replay) -> None:
    """What its author deleted, or nobody listens for, is passed over."""
    story = {"id": 1, "type": "story", "by": "anna", "time": NOW // 1000, "title": "Kaleido opens"}
    for item in (story, {**story, "id": 2, "deleted": True}, {**story, "id": 3, "title": "else"}, {**story, "by": ""}):
        await bury(log, "hackernews", json.dumps(item).encode())
    done = await replay()
    assert (done.published, done.passed, done.unreadable) == (1, 2, 1)
    (mention,) = (await mentions(log)).values()
    assert (mention.id, mention.flags) == ("hackernews:1", (NO_DELETIONS,))


async def test_our_own_form_is_read_for_every_source(log: SqliteLog, replay: Replay) -> None:
    """A mention that the log's rules refused; it speaks for its own source only, and gives itself no role."""

    def own(id: str, source: str, author: str) -> bytes:
        return encode(Mention(id, source, "post", NOW, NOW, Author(author, handle="a", role="brand"), text="kaleido"))

    await bury(log, "noticeboard", own("noticeboard:1", "noticeboard", "noticeboard:a"))
    await bury(log, "x", own("x:1", "x", "x:a"))
    await bury(log, "x", own("bluesky:1", "bluesky", "bluesky:a"))
    await bury(log, "webhook:desk", own("webhook:door:1", "webhook", "webhook:door:a"))
    await bury(log, "noticeboard", b"{}")
    done = await replay()
    assert (done.published, done.unreadable) == (3, 2)
    found = await mentions(log)
    assert {m.author.role for m in found.values()} == {"public"}
    # What a sender wrote is read as the sender's, whatever it claims.
    assert set(found) == {"noticeboard:1", "x:1", "webhook:desk:webhook:door:1"}


async def test_what_was_published_before_is_not_published_again(log: SqliteLog, replay: Replay) -> None:
    """The ledger knows it; and what the ledger saw deleted stays away."""
    await bury(log, "x", x_post(1, "hello"))
    assert (await replay()).published == 1
    again = await replay()
    assert (again.published, again.passed) == (0, 1)


async def test_more_letters_than_are_read_at_once(
    log: SqliteLog, replay: Replay, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is forgotten at the seams."""
    monkeypatch.setattr("ingest.retry.AT_ONCE", 2)
    for n in range(5):
        await bury(log, "archive", post(n))
    assert (await replay()).published == 5


def test_the_command_lists_and_replays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a person runs it; a log that is away is told in a sentence."""
    config = Config(
        log=LogConfig(url=f"sqlite:{tmp_path / 'agora.db'}"), ingest=IngestConfig(spool=str(tmp_path / "spool"))
    )

    async def fill() -> None:
        log = await SqliteLog.open(str(tmp_path / "agora.db"))
        await bury(log, "archive", post(1))
        await log.close()

    asyncio.run(fill())
    out = io.StringIO()
    assert command.run(config, out=out) == 0
    assert command.run(config, replay=True, out=out) == 0
    assert "1 dead letters" in out.getvalue()
    assert "1 published, 0 retracted since, 0 not for the wall, 0 still cannot be read" in out.getvalue()
    (folder_of(config) / "ledger.db").write_bytes(b"no ledger" * 1000)
    assert command.run(config, replay=True) == 2
    assert "agora rejected: the ledger" in capsys.readouterr().err
