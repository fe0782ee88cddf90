"""How sources do: by what ingest says, or by what was heard of them."""

from __future__ import annotations

from typing import Any

from stream.hub.sourcebook import SILENT_MS, SourceBook
from stream.log import SOURCES
from stream.mention import Author, Mention, SourceStatus, encode
from tests.stream.hub.house import NOW, House, post

WINDOW = 600_000


def status(at: int = NOW, **more: Any) -> SourceStatus:
    fields = {
        "name": "mastodon:hall",
        "source": "mastodon",
        "condition": "live",
        "since": NOW - 5000,
        "heard": NOW - 2000,
    }
    return SourceStatus(**{**fields, "alive": NOW - 1000, "rate": 12.0, "at": at, **more})


def mention(source: str, at: int = NOW) -> Mention:
    return Mention(f"{source}:1", source, "post", at, at, Author(f"{source}:a"))


def test_what_ingest_says_goes_before_what_was_heard() -> None:
    """A source with a status is told by it; one without (a replay) by the age of its newest mention, as before."""
    book = SourceBook(WINDOW)
    book.tell(
        status(condition="waiting", fault="no such host", advice="see its name", spooled=3, tells_deletions=False)
    )
    for source in ("mastodon", "archive"):
        book.hear([(mention(source), NOW)])
    archive, mastodon = book.now(NOW + 1000, {"archive": 10, "mastodon": 10})
    assert (archive.name, archive.state, archive.rate, archive.since) == ("archive", "live", 1.0, 0)
    assert (mastodon.name, mastodon.source, mastodon.state) == ("mastodon:hall", "mastodon", "waiting")
    assert (mastodon.age_ms, mastodon.alive_ms, mastodon.rate, mastodon.since) == (3000, 2000, 12.0, NOW - 5000)
    assert (mastodon.error, mastodon.advice, mastodon.spooled) == ("no such host", "see its name", 3)
    assert not mastodon.deletions


def test_a_status_grows_old() -> None:
    """After a minute without a word ingest itself is dead, except who had finished; after the window nothing is known."""
    book = SourceBook(WINDOW)
    book.tell(status())
    book.tell(status(name="done", source="done", condition="finished", heard=0, alive=0))
    done, live = book.at(NOW + SILENT_MS, {})
    assert (done.state, live.state, done.age_ms, done.alive_ms) == ("finished", "live", -1, -1)
    done, dead = book.at(NOW + SILENT_MS + 1, {})
    assert (done.state, dead.state, dead.error, dead.rate) == ("finished", "dead", "agora ingest does not answer", 0.0)
    assert book.at(NOW + WINDOW, {}) == ()


def test_the_past_has_its_own_statuses() -> None:
    """At an earlier T the newest status until then counts, in whatever order they were read and however often."""
    told = [status(NOW + n * 1000, condition=c) for n, c in enumerate(("starting", "live", "waiting"))]
    for order in (told, told[::-1], told + told):
        book = SourceBook(WINDOW)
        for each in order:
            book.tell(each)
        assert [book.at(NOW + t, {})[0].state for t in (0, 999, 1000, 2500)] == [
            "starting",
            "starting",
            "live",
            "waiting",
        ]
        assert book.at(NOW - 1, {}) == ()


def test_old_statuses_are_let_go() -> None:
    """What lies further back than any snapshot may look is not kept."""
    book = SourceBook(60_000)
    for n in range(1000):
        book.tell(status(NOW + n * 1000))
    assert len(book._statuses["mastodon:hall"]) <= 181
    assert book.at(NOW + 900_000, {})[0].state == "live"


def test_through_the_log() -> None:
    """Statuses reach the tablet and the snapshot; a broken one is counted and the next one heard."""
    house = House()
    house.hear(post(1, "hello #hall"))
    for value in (b"{", encode(status(house.now))):
        house.engine.apply([house.record(SOURCES.name, "x", value)], house.now)
    house.later()
    names = {s["name"]: s["state"] for s in house.snapshot()["sources"]}
    assert names == {"mastodon:hall": "live", "simulation": "quiet"}
    assert {s["name"] for s in house.told("sources")["sources"]} == set(names)
