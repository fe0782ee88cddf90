"""A source for Agora: notices that somebody appends to a file, one JSON object a line.

    {"id": "7", "at": 1790000000000, "by": "harbour", "text": "The doors are open #kaleido"}
    {"id": "7", "at": 1790000300000, "gone": true}

``noticeboard:PATH`` in ``[ingest] sources``. The cursor is the byte up to which the file was read.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from ingest import text
from ingest.source import Batch, Context, LogItem, SourceUnavailable
from stream.mention import Author, Mention, Retraction, Unreadable, rejected, repaired_time, validate

WORD: Final = "noticeboard"
AT_ONCE: Final = 1 << 20
LOOK_S: Final = 1.0


class Notice(msgspec.Struct):
    """One line of the file; ``at`` in milliseconds UTC."""

    id: str
    at: int
    by: str = "somebody"
    text: str = ""
    gone: bool = False


_decoder = msgspec.json.Decoder(Notice)


class Noticeboard:
    """The file at ``path``, from its beginning, and what is appended while it listens."""

    name = WORD
    tells_deletions = True

    def __init__(self, path: Path, context: Context) -> None:
        self._path, self._now, self._pause = path, context.now, context.pause

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """What stands after the byte ``cursor``; an empty batch whenever there is nothing new."""
        at = int(cursor or 0)
        while True:
            lines, at = self._after(at)
            yield Batch(tuple(map(self._item, lines)), cursor=str(at))
            if not lines:
                await self._pause(LOOK_S)

    def _after(self, at: int) -> tuple[list[bytes], int]:
        """The whole lines after ``at``, and where they end. A file that became shorter is a new one."""
        try:
            with self._path.open("rb") as file:
                at = at if at <= file.seek(0, 2) else 0
                file.seek(at)
                read = file.read(AT_ONCE)
        except OSError as fault:
            raise SourceUnavailable(f"{self._path} cannot be read: {fault.strerror}") from fault
        # The last line may still be being written, unless it alone is more than is read at once.
        whole = read[: read.rfind(b"\n") + 1] or (read if len(read) == AT_ONCE else b"")
        return [line for line in whole.split(b"\n") if line.strip()], at + len(whole)

    def _item(self, line: bytes) -> LogItem:
        """What a line says; one that cannot be read goes to the dead letters with the reason."""
        try:
            notice = _decoder.decode(line)
            id = f"{WORD}:{notice.id}"
            if notice.gone:
                return Retraction(target=id, scope="post", at=notice.at)
            said, seen = text.words(notice.text), self._now()
            mention = Mention(
                id=id,
                source=WORD,
                kind="post",
                at=repaired_time(notice.at, seen),
                seen=seen,
                author=Author(id=f"{WORD}:{notice.by}", name=text.name(notice.by)),
                text=said,
                hashtags=text.hashtags(said),
                links=text.links(said),
            )
            return validate(mention)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, Unreadable) as fault:
            return rejected(WORD, str(fault), self._now(), line)


def create(context: Context) -> Noticeboard:
    """What the entry point names."""
    if not context.argument:
        raise ValueError("write a notice board as noticeboard:PATH")
    return Noticeboard(Path(context.argument), context)
