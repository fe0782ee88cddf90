"""Forgetting: what a person took back is on no disk any more, and the hub that reads the log never shows it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import cramjam
import pytest

from ingest import forget
from ingest.app import folder_of
from ingest.spool import Spool
from stream.analysis.state import State
from stream.config import Config, IngestConfig, LogConfig
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Entry, Record, open_log
from stream.log.sqlite import SqliteLog
from stream.mention import Author, Mention, Retraction, Target, encode, rejected

NOW = 1_760_000_000_000
SECRET = "unforgettable"
ZSTD = b"\x28\xb5\x2f\xfd"


def said(number: int, text: str, *, by: str = "ann", kind: str = "post", target: Target | None = None) -> Mention:
    who = Author(f"mastodon:{by}@social.example", handle=f"@{by}", name=by.title())
    id_ = f"mastodon:{number}" if kind != "edit" else f"mastodon:{number}@2"
    return Mention(id_, "mastodon", kind, NOW + number, NOW + number, who, text=text, lang="en", target=target)  # type: ignore[arg-type]


EVENING = [
    said(1, f"{SECRET} one"),
    said(2, "a calm word", by="bob"),
    said(1, f"{SECRET} two", kind="edit", target=Target("mastodon:1", "mastodon:ann@social.example")),
    said(4, f"{SECRET} one", by="cleo", kind="repost", target=Target("mastodon:1", "mastodon:ann@social.example")),
]


def config(folder: Path) -> Config:
    return Config(log=LogConfig(url=f"sqlite:{folder}/agora.db"), ingest=IngestConfig(spool=f"{folder}/spool"))


async def written(folder: Path) -> SqliteLog:
    log = await open_log(config(folder).log.url)
    assert isinstance(log, SqliteLog)
    await log.publish(MENTIONS, [Entry(m.author.id, encode(m)) for m in EVENING])
    letter = rejected("mastodon", "odd", NOW, f'{{"acct": "ann@social.example", "content": "{SECRET}"}}'.encode())
    await log.publish(REJECTED, [Entry("mastodon", encode(letter))])
    return log


def on_disk(folder: Path, word: str = SECRET) -> list[str]:
    """Files of the log that hold a word, in plain or as dead letters hold it."""
    needles = (word.encode(), b"InVuZm9yZ2V0", b"Ym9yZ2V0dGFibG")
    return [p.name for p in folder.glob("agora.db*") if any(n in p.read_bytes() for n in needles)]


@pytest.mark.parametrize("name", ["mastodon:ann@social.example", "@Ann"])
def test_an_author_is_gone_from_the_disk(tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """By id or by handle: posts, edits, others' reposts and dead letters are overwritten, also in the WAL; the rest stays."""

    async def fill() -> None:
        log = await written(tmp_path)
        await log.close()

    asyncio.run(fill())
    assert on_disk(tmp_path)
    assert forget.run(config(tmp_path), name) == 0
    assert on_disk(tmp_path) == []
    assert on_disk(tmp_path, "a calm word") == ["agora.db"]
    assert "mastodon:ann@social.example" in capsys.readouterr().out


def test_it_works_while_others_have_the_log_open(tmp_path: Path) -> None:
    """A running ingest and hub hear of it, and find an empty place where a record was."""

    async def evening() -> None:
        log = await written(tmp_path)
        code = await asyncio.to_thread(forget.run, config(tmp_path), "mastodon:ann@social.example")
        assert code == 0
        await log.erase()
        assert on_disk(tmp_path) == []
        async with await log.reader({MENTIONS: None, RETRACTIONS: None}) as reader:
            records: list[Record] = []
            while len(records) < 5:
                records += await reader.poll(1.0)
        left = [r.value for r in records if r.topic == MENTIONS.name and r.value is not None]
        assert left == [encode(EVENING[1])]
        assert [r.key for r in records if r.topic == RETRACTIONS.name] == ["mastodon:ann@social.example"]
        await log.close()

    asyncio.run(evening())


def test_a_deletion_at_the_source_is_overwritten_by_the_housekeeping(tmp_path: Path) -> None:
    """A post's retraction takes its text, its edits' and its reposts' off the disk; the author's other posts stay."""

    async def evening() -> None:
        log = await written(tmp_path)
        gone = Retraction(target="mastodon:1", scope="post", at=NOW)
        await log.publish(RETRACTIONS, [Entry(gone.target, encode(gone))])
        await log.erase()
        await log.close()

    asyncio.run(evening())
    data = (tmp_path / "agora.db").read_bytes()
    assert f"{SECRET} one".encode() not in data
    assert f"{SECRET} two".encode() not in data
    assert b"a calm word" in data


def test_nobody_of_that_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A handle that nobody has is told, with what to write instead."""
    assert forget.run(config(tmp_path), "@nobody") == 1
    assert "Nobody called @nobody" in capsys.readouterr().err


def test_a_checkpoint_holds_nothing_of_the_gone() -> None:
    """What a state writes down has no row of a retracted post or author, and what it measures stays the same."""
    state = State(Config(), 1_800_000)
    state.add(EVENING)
    state.advance(NOW + 60_000)
    state.retract(Retraction(target="mastodon:ann@social.example", scope="author", at=NOW))
    again = State.from_bytes(state.to_bytes(), Config())
    assert len(again) < len(state)
    written = b"".join(state.to_bytes())
    blocks = b"".join(bytes(cramjam.zstd.decompress(piece)) for piece in state.to_bytes() if piece[:4] == ZSTD)
    assert b"a calm word" in blocks
    assert SECRET.encode() not in blocks
    assert b"bob@social.example" in written
    assert written.count(b"ann@social.example") == 1, "the retraction itself, which is kept for good, names the id"
    assert b"@ann" not in written
    assert again.snapshot(NOW + 60_000) == state.snapshot(NOW + 60_000)


@pytest.mark.parametrize("name", ["mastodon:ann@social.example", "@Ann"])
def test_what_waits_for_the_log_is_overwritten_too(tmp_path: Path, name: str) -> None:
    """Entries of the author, and what repeats them, leave the spool; the others stay in their order and are drained."""
    folder = folder_of(config(tmp_path))
    spool = Spool(folder, 1 << 20, segment_bytes=200)
    for number in range(3):
        spool.append([(MENTIONS.name, Entry(m.author.id, encode(m))) for m in EVENING])
        if not number:
            spool.drop(1)
    spool.close()
    assert forget.run(config(tmp_path), name) == 0
    assert not any(SECRET.encode() in path.read_bytes() for path in folder.glob("*.segment"))
    spool = Spool(folder, 1 << 20, segment_bytes=200)
    assert [entry.key for _, entry in spool.peek(20)] == ["mastodon:bob@social.example"] * 3
    spool.append([(MENTIONS.name, Entry("x", b"later"))])
    spool.drop(3)
    assert [entry.value for _, entry in spool.peek(20)] == [b"later"]
    spool.close()
