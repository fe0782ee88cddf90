"""Reading in a process of its own."""

from __future__ import annotations

import asyncio
import io
import os
import resource
import struct
import sys
from collections.abc import AsyncIterator
from types import SimpleNamespace

import msgspec
import pytest

from ingest.feeds import aside as module
from ingest.feeds.aside import Answer, Aside, Question, Refusal, answered, serve
from stream.mention import Unreadable
from tests.standins.feeds import item, rss

SLOW = b"<rss version='2.0'><channel>" + b"<item><title>a&b<" * 400_000


@pytest.fixture
async def aside() -> AsyncIterator[Aside]:
    reader = Aside()
    yield reader
    await reader.close()


async def test_a_document_is_read_there(aside: Aside) -> None:
    """What comes back is what reading it here gives, also several at a time, and refusals keep their reason."""
    pages = [rss(item(str(n), f"Number {n}")).encode() for n in range(5)]
    feeds = await asyncio.gather(*(aside.read(page, "", "") for page in pages))
    assert [feed.entries[0].title for feed in feeds] == [f"Number {n}" for n in range(5)]
    with pytest.raises(Unreadable, match="no feed of a known kind"):
        await aside.read(b"<html/>", "", "")


async def test_what_takes_too_long_is_given_up() -> None:
    """A document over which the process broods is refused, and the next one is read."""
    reader = Aside(limit_s=0.3)
    with pytest.raises(Unreadable, match=r"more than 0\.3 s"):
        await reader.read(SLOW, "", "")
    reader._limit_s = 60.0
    assert (await reader.read(rss().encode(), "", "")).title == "Harbour News"
    await reader.close()


async def test_a_process_that_dies_is_replaced(aside: Aside) -> None:
    """A document that kills the process is refused, and the next one is read."""
    await aside.read(rss().encode(), "", "")
    assert aside._process is not None
    aside._process.kill()
    with pytest.raises(Unreadable, match="ends the process"):
        await aside.read(rss().encode(), "", "")
    assert (await aside.read(rss().encode(), "", "")).title == "Harbour News"


async def test_who_goes_away_takes_the_process_along() -> None:
    """An answer that nobody waits for any more is not taken for that of the next question."""
    reader = Aside()
    asking = asyncio.create_task(reader.read(SLOW, "", ""))
    while reader._process is None:
        await asyncio.sleep(0.005)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    assert reader._process is None


def test_the_work_of_the_process(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    """It answers each question on its input until that ends."""
    asked = msgspec.msgpack.encode(Question(rss().encode(), "", ""))
    head = struct.pack(">I", len(asked))
    there, here = os.pipe()
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO((head + asked) * 2)))
    monkeypatch.setattr(module, "_bounded", lambda: None)
    monkeypatch.setattr(os, "dup", lambda _: here)
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    serve()
    with os.fdopen(there, "rb") as answers:
        for _ in range(2):
            (size,) = struct.unpack(">I", answers.read(4))
            said = msgspec.msgpack.decode(answers.read(size), type=Refusal | Answer)
            assert isinstance(said, Answer)
            assert said.feed.title == "Harbour News"


def test_the_process_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may not take more memory than a document deserves, where the system can see to that."""
    asked: list[object] = []
    monkeypatch.setattr(resource, "setrlimit", lambda *limit: asked.append(limit))
    monkeypatch.setattr(os, "nice", asked.append)
    module._bounded()
    assert asked == [(resource.RLIMIT_AS, (module.MEMORY, module.MEMORY)), 5]


def test_want_of_memory_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process says that it had too little memory, where it still can."""

    def read(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(module, "read", read)
    said = msgspec.msgpack.decode(answered(Question(b"", "", "")), type=Refusal | Answer)
    assert said == Refusal("reading it needs too much memory")
