"""One raid: its texts, who takes part, and the record of it that the log keeps."""

from __future__ import annotations

from typing import Final

import msgspec

from stream.moderation.sketch import likeness

BEFORE_MS: Final = 120_000
"""How long before the first post that was recognised others may already belong to a raid."""
AFTER_MS: Final = 600_000
"""How long after its newest post a raid goes on holding what is like it."""
SAME: Final = 0.4
"""Likeness from which two texts are one that changes."""
TEXTS: Final = 40
_NEVER: Final = 1 << 62
STEP_MS: Final = 10_000
"""The record's times move in such steps, so that it is not written at each post."""


class Text(msgspec.Struct, frozen=True):
    """Hashes of the words that most posts of one text share."""

    words: frozenset[int]


class Record(msgspec.Struct, frozen=True):
    """What ``memory`` keeps of a raid: hashes of words, links and pictures, and times; no words and nobody's id.

    ``since`` is from when on posts can belong to it.
    """

    start: int
    newest: int
    strangers: float
    alike: float
    texts: list[list[int]]
    marks: list[int] = []
    since: int | None = None
    v: int = 1


_decoder: Final = msgspec.msgpack.Decoder(Record)


class Raid:
    """``members`` are its posts in the window: their author and time. Times are ms UTC.

    ``strangers`` is their share among the accounts, ``alike`` the mean share of a post's words that most others have too.
    ``marks`` are links and pictures that nobody else brings, ``others`` those that somebody else does.
    """

    def __init__(self, raid_id: str) -> None:
        self.id = raid_id
        self.start = self.newest = 0
        self._since = _NEVER
        self.strangers = 0.0
        self.alike = 0.0
        self.texts: list[Text] = []
        self.marks: frozenset[int] = frozenset()
        self.others: frozenset[int] = frozenset()
        self.decided = ""
        self.members: dict[str, tuple[str, int]] = {}
        self.accounts: dict[str, int] = {}

    @property
    def told(self) -> bool:
        """Whether it is known what it says."""
        return bool(self.texts or self.marks)

    @property
    def span(self) -> tuple[int, int]:
        """From when until when posts can belong to it: as its record says."""
        return self._since, _stepped(self.newest) + AFTER_MS

    def covers(self, at: int) -> bool:
        """Whether a post of that time can belong to it."""
        return self._since <= at <= _stepped(self.newest) + AFTER_MS

    def take(self, post_id: str, author: str, at: int) -> None:
        """A post belongs to it."""
        if post_id in self.members:
            return
        self.members[post_id] = (author, at)
        self.accounts[author] = self.accounts.get(author, 0) + 1
        self.start, self.newest = min(self.start or at, at), max(self.newest, at)

    def drop(self, post_id: str) -> None:
        """A post of it is gone."""
        author, _ = self.members.pop(post_id, ("", 0))
        if author and self.accounts.get(author, 0) <= 1:
            self.accounts.pop(author, None)
        elif author:
            self.accounts[author] -= 1

    def text_of(self, words: frozenset[int]) -> Text | None:
        """The text of which ``words`` is a newer form, if there is one."""
        alike = [(likeness(tuple(text.words), tuple(words)), i) for i, text in enumerate(self.texts)]
        best = max(alike, default=(0.0, 0))
        return self.texts[best[1]] if best[0] >= SAME else None

    def learn(self, words: frozenset[int], marks: frozenset[int], start: int, newest: int) -> None:
        """A text of it has these words now, and it brings these links and pictures."""
        if words:
            before = self.text_of(words)
            if before is not None:
                self.texts.remove(before)
            self.texts = [*self.texts, Text(words)][-TEXTS:]
        self.marks |= marks
        self._tell(start, newest, start - BEFORE_MS)

    def record(self) -> bytes:
        """The record of it as it is now."""
        texts = sorted(sorted(text.words) for text in self.texts)
        return msgspec.msgpack.encode(
            Record(
                self.start, _stepped(self.newest), self.strangers, self.alike, texts, sorted(self.marks), self._since
            )
        )

    def read(self, data: bytes) -> None:
        """Know what a record says. Raises ``ValueError`` (``msgspec.DecodeError``) for a broken one."""
        told = _decoder.decode(data)
        self._tell(told.start, told.newest, told.start - BEFORE_MS if told.since is None else told.since)
        self.strangers, self.alike = told.strangers, told.alike
        self.texts = [Text(frozenset(words)) for words in told.texts]
        self.marks = frozenset(told.marks)

    def _tell(self, start: int, newest: int, since: int) -> None:
        self.start = min(self.start or start, start)
        self.newest = max(self.newest, newest)
        self._since = min(self._since, since)


def _stepped(at: int) -> int:
    return -(-at // STEP_MS) * STEP_MS
