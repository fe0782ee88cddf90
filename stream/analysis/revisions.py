"""What changes a post after it was written: edits and tallies, which may come before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from stream.analysis.extract import key_of
from stream.mention import Mention, decode, encode


class Edit(NamedTuple):
    """The newest edit of a post by one author; it is forgotten at ``until``."""

    at: int
    id: str
    data: bytes
    until: int


class Tally(NamedTuple):
    """Likes, reposts and replies of a post together: the newest absolute number."""

    at: int
    id: str
    reactions: int
    until: int


class Revisions:
    """Edits by key of the post and author, tallies by key of the post; of each the newest, ties by id."""

    def __init__(self) -> None:
        self.edits: dict[tuple[int, str], Edit] = {}
        self.tallies: dict[int, Tally] = {}

    def take(self, mention: Mention) -> int:
        """Remember an edit or tally; returns the key of its post, 0 where it has none."""
        if mention.target is None or not mention.target.id:
            return 0
        key = key_of(mention.target.id)
        until = max(mention.at, mention.seen)
        if mention.kind == "tally":
            weight = mention.weight
            count = weight.likes + weight.reposts + weight.replies if weight is not None else 0
            self._put_tally(key, Tally(mention.at, mention.id, count, until))
        else:
            edit = Edit(mention.at, mention.id, encode(mention), until)
            self._put_edit((key, mention.author.id), edit)
        return key

    def _put_edit(self, where: tuple[int, str], edit: Edit) -> None:
        held = self.edits.get(where)
        if held is not None:
            newest = max(held, edit, key=lambda e: (e.at, e.id, e.data))
            edit = newest._replace(until=max(held.until, edit.until))
        self.edits[where] = edit

    def _put_tally(self, key: int, tally: Tally) -> None:
        held = self.tallies.get(key)
        if held is not None:
            tally = max(held, tally)._replace(until=max(held.until, tally.until))
        self.tallies[key] = tally

    def merge(self, other: Revisions) -> set[int]:
        """The union; returns the keys of all posts that ``other`` changes."""
        for where, edit in other.edits.items():
            self._put_edit(where, edit)
        for key, tally in other.tallies.items():
            self._put_tally(key, tally)
        return {key for key, _ in other.edits} | set(other.tallies)

    def apply(self, original: Mention, key: int) -> Mention:
        """``original`` as its newest edit has it, at the original's time and under its id, with the newest tally."""
        edit = self.edits.get((key, original.author.id))
        if edit is None:
            return original
        return msgspec.structs.replace(
            decode(edit.data), id=original.id, kind=original.kind, at=original.at, target=original.target
        )

    def restore(
        self,
        edits: Sequence[tuple[int, str, int, str, bytes, int]],
        tallies: Sequence[tuple[int, int, str, int, int]],
    ) -> None:
        """Become what was saved: key and author before the fields of an edit, the key before those of a tally."""
        self.edits = {(key, author): Edit(at, edit_id, data, until) for key, author, at, edit_id, data, until in edits}
        self.tallies = {key: Tally(at, tally_id, count, until) for key, at, tally_id, count, until in tallies}

    def forget(self, floor_ms: int) -> None:
        """Drop what can only be about posts written at or before ``floor_ms``."""
        for where in [where for where, edit in self.edits.items() if edit.until <= floor_ms]:
            del self.edits[where]
        for key in [key for key, tally in self.tallies.items() if tally.until <= floor_ms]:
            del self.tallies[key]
