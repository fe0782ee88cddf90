"""The notice board keeps the contract of a source, and reads its file as it should."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from agora_noticeboard import create

from ingest.contract import NOW, Clock, SourceContract
from ingest.source import Batch, Context, SourceUnavailable, make
from stream.config import Config
from stream.mention import Mention, Rejected

LINES = "".join(f'{{"id":"{n}","at":{NOW - n},"by":"harbour","text":"notice {n} #kaleido"}}\n' for n in range(1, 6))


class TestContract(SourceContract):
    """The laws of every source."""

    factory = staticmethod(create)
    expected = tuple(f"noticeboard:{n}" for n in range(1, 6))
    deleted = ("noticeboard:2",)

    def argument(self, folder: Path) -> str:
        path = folder / "notices.jsonl"
        path.write_text(LINES + f'{{"id":"2","at":{NOW},"gone":true}}\n')
        return str(path)


def looks(path: Path, number: int, *, then: bytes = b"") -> list[Batch]:
    """The first ``number`` batches; ``then`` is appended after the first."""

    async def read() -> list[Batch]:
        clock = Clock()
        found = []
        context = Context(Config(), clock.now, path.parent, argument=str(path), pause=clock.pause)
        async for batch in create(context).batches(""):
            found.append(batch)
            if len(found) == 1 and then:
                with path.open("ab") as file:
                    file.write(then)
            if len(found) == number:
                break
        return found

    return asyncio.run(read())


def test_the_entry_point_is_found(tmp_path: Path) -> None:
    """Installed, it is known by its name."""
    (source,) = make("noticeboard:notices.jsonl", Context(Config(), lambda: NOW, tmp_path))
    assert source.name == "noticeboard"
    with pytest.raises(ValueError, match="noticeboard:PATH"):
        make("noticeboard", Context(Config(), lambda: NOW, tmp_path))


def test_a_line_that_is_still_written_is_waited_for(tmp_path: Path) -> None:
    """Half a notice is none yet."""
    path = tmp_path / "notices.jsonl"
    path.write_bytes(b'{"id":"1","at":1790000000000,"te')
    first, second = looks(path, 2, then=b'xt":"whole"}\n')
    (mention,) = second.items
    assert first.items == ()
    assert isinstance(mention, Mention)
    assert mention.text == "whole"


def test_a_broken_line_is_a_dead_letter(tmp_path: Path) -> None:
    """With its bytes, and the rest goes on."""
    path = tmp_path / "notices.jsonl"
    path.write_text('{"id":\n' + LINES)
    (batch,) = looks(path, 1)
    assert isinstance(batch.items[0], Rejected)
    assert batch.items[0].raw == b'{"id":'
    assert len(batch.items) == 6


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """In a sentence, and it is tried again later."""
    with pytest.raises(SourceUnavailable, match="cannot be read"):
        looks(tmp_path / "none", 1)
