"""What was heard, kept small until it is known which of it may be told: mentions in compressed blocks, read again in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import cramjam

from stream.mention import Mention, decode, encode

BLOCK: Final = 5000
"""Mentions that are compressed together, and read again together: 150 bytes each, where as objects they take 1,600."""
_LEVEL: Final = 1


class Heard:
    """Mentions in the order in which they came.

    ``first`` and ``last`` are when the oldest and the newest post was written, in ms; edits and tallies are none.
    """

    def __init__(self) -> None:
        self.first: int | None = None
        self.last: int | None = None
        self._blocks: list[bytes] = []
        self._open: list[bytes] = []

    def take(self, mentions: Iterable[Mention]) -> None:
        """Keep these too."""
        for mention in mentions:
            if mention.kind not in ("edit", "tally"):
                self.first = mention.at if self.first is None else min(self.first, mention.at)
                self.last = mention.at if self.last is None else max(self.last, mention.at)
            self._open.append(encode(mention))
            if len(self._open) == BLOCK:
                self._blocks.append(bytes(cramjam.zstd.compress(b"\n".join(self._open), _LEVEL)))
                self._open = []

    def blocks(self) -> Iterator[tuple[list[Mention], list[bytes]]]:
        """All of them, so many at once, and as ``encode`` gives them."""
        for block in self._blocks:
            data = bytes(cramjam.zstd.decompress(block)).split(b"\n")
            yield list(map(decode, data)), data
        if self._open:
            yield list(map(decode, self._open)), self._open
