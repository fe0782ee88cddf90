"""The dead letters."""

from __future__ import annotations

import io

from ingest.rejected import Filter, _list, replay_letters
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Entry
from stream.log.sqlite import SqliteLog
from stream.mention import Author, Mention, Retraction, decode, encode, rejected
from tests.ingest.cable import NOW, everything


def post(n: int) -> bytes:
    """A mention that reads well."""
    return encode(Mention(f"x:{n}", "x", "post", NOW, NOW, Author("x:a")))


async def bury(log: SqliteLog, source: str, raw: bytes, reason: str = "torn") -> None:
    """Put a dead letter into the log."""
    await log.publish(REJECTED, [Entry(source, encode(rejected(source, reason, NOW, raw)))])


async def test_letters_that_read_now_are_published(log: SqliteLog) -> None:
    """Each is read again by the rules of its source; what still cannot be read stays."""
    await bury(log, "archive", post(1))
    await bury(
        log, "archive", b'{"id_str":"5","text":"hi","user":{"id":7},"created_at":"Wed Jan 13 02:10:05 +0000 2016"}'
    )
    await bury(log, "webhook:desk", b'{"id":"1","author":{"id":"u"},"text":"hi"}')
    await bury(log, "archive", b"{ torn")
    done = await replay_letters(log, Filter(), {}, NOW)
    assert (done.published, done.retracted, done.unreadable) == (3, 0, 1)
    assert {decode(r.value or b"").id for r in await everything(log, MENTIONS)} == {"x:1", "x:5", "webhook:desk:1"}


async def test_what_was_retracted_since_stays_away(log: SqliteLog) -> None:
    """Posts and authors that are gone are not published."""
    await bury(log, "archive", post(1))
    await bury(log, "archive", post(2))
    await log.publish(RETRACTIONS, [Entry("x:1", encode(Retraction("x:1", "post", NOW)))])
    assert (await replay_letters(log, Filter(), {}, NOW)).published == 1
    await log.publish(RETRACTIONS, [Entry("x:a", encode(Retraction("x:a", "author", NOW)))])
    assert (await replay_letters(log, Filter(), {}, NOW)).retracted == 2


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


async def test_a_cut_letter_is_not_read(log: SqliteLog) -> None:
    """Of what was too long only the beginning is kept, which is not the post."""
    await bury(log, "archive", b"x" * 70_000)
    assert (await replay_letters(log, Filter(), {}, NOW)).unreadable == 1
