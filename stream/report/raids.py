"""Raids that the staff hid: which posts of a log are theirs, by the records that the log keeps of raids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stream.mention import Mention
from stream.moderation.banners import banners
from stream.moderation.belonging import Belonging
from stream.moderation.filters import Words
from stream.moderation.raid import Raid


class HiddenRaids:
    """Fed from ``control`` and ``memory``, in any order, before any mention is asked about."""

    def __init__(self) -> None:
        self._known: dict[str, Raid] = {}
        self._hidden: set[str] = set()
        self._raids: list[Raid] = []
        self._belonging = Belonging()

    @property
    def any(self) -> bool:
        """Whether there is one by which posts are known."""
        return bool(self._raids)

    def decide(self, raid_id: str, value: Mapping[str, Any] | None) -> None:
        """What the staff said of a raid last."""
        hidden = value is not None and value.get("show") == "hidden"
        (self._hidden.add if hidden else self._hidden.discard)(raid_id)
        self._index()

    def remember(self, raid_id: str, record: bytes | None) -> None:
        """By what the posts of a raid are known; None where nothing is any more. Raises ``ValueError`` for a broken record."""
        self._known.pop(raid_id, None)
        if record is not None:
            raid = Raid(raid_id)
            raid.read(record)
            self._known[raid_id] = raid
        self._index()

    def holds(self, mention: Mention) -> bool:
        """Whether a post belongs to one of them."""
        if not any(raid.covers(mention.at) for raid in self._raids):
            return False
        words = Words.of(mention)
        marks = (*words.marks, *banners(mention)) if self._belonging.marked else ()
        return self._belonging.of(words, marks) is not None

    def _index(self) -> None:
        self._raids = [self._known[raid_id] for raid_id in sorted(self._hidden & self._known.keys())]
        self._belonging.index(self._raids)
