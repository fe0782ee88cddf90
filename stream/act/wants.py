"""Why a post wants an answer: what it is to us, and whether it asks, complains, or comes from a strong or a new voice."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

from stream.act.questions import asks
from stream.analysis.tracks import Tracker
from stream.config import AccountsConfig, TrackConfig
from stream.mention import Mention

STRONG: Final = 10_000
"""Followers that make a voice strong."""
CRITICAL: Final = -0.35
"""Mood at and below which a post complains."""
GUESTBOOK: Final = "guestbook"


class Reasons(msgspec.Struct, frozen=True):
    """Why, in a few words each; ``weight`` ranks posts, larger is sooner."""

    words: tuple[str, ...]
    weight: int


class Judge:
    """Knows what is to us: the accounts of brand and staff, and the terms of tracks of kind ``brand``.

    ``is_new`` tells whether somebody had not spoken in the days before, ``mood`` the mood of a post by its id, −1 … 1.
    """

    def __init__(
        self,
        accounts: AccountsConfig,
        tracks: Mapping[str, TrackConfig],
        is_new: Callable[[str], bool],
        mood: Callable[[str], float],
    ) -> None:
        self._ours = frozenset((*accounts.brand, *accounts.staff))
        self._is_new, self._mood = is_new, mood
        self.follow(tracks)

    def follow(self, tracks: Mapping[str, TrackConfig]) -> None:
        """The tracks are these now."""
        ours = {name: track for name, track in tracks.items() if track.kind == "brand" and track.terms}
        self._tracker = Tracker(ours) if ours else None

    @property
    def knows_us(self) -> bool:
        """Whether anything is configured that a post could be to us by."""
        return bool(self._ours) or self._tracker is not None

    def is_ours(self, row: Mention) -> bool:
        """Whether brand or staff wrote it."""
        return row.author.role != "public" or row.author.id in self._ours

    def reasons(self, row: Mention) -> Reasons | None:
        """Why the public's ``row`` wants an answer from us; None where it does not."""
        if self.is_ours(row) or row.kind in ("repost", "tally"):
            return None
        addressed = self._addressed(row)
        if not addressed and not self._names_us(row):
            return None
        words: list[str] = []
        weight = 0
        if asks(row.text, row.lang):
            words.append("asks a question")
            weight += 4
        if self._mood(row.id) <= CRITICAL:
            words.append("complains")
            weight += 3
        if row.author.followers >= STRONG:
            words.append(f"a strong voice, {_thousands(row.author.followers)} followers")
            weight += 2
        if addressed and row.source != GUESTBOOK and self._is_new(row.author.id):
            words.append("a new voice speaks to us")
            weight += 1
        return Reasons(tuple(words), weight) if words else None

    def _addressed(self, row: Mention) -> bool:
        """Whether it answers us, names one of our accounts, or was written into our guest book."""
        to = row.target.author if row.target is not None and row.kind in ("reply", "quote") else ""
        return row.source == GUESTBOOK or to in self._ours or any(person.id in self._ours for person in row.mentions)

    def _names_us(self, row: Mention) -> bool:
        return self._tracker is not None and bool(self._tracker.find(row).tracks)


def brands_answers(row: Mention, ours: Callable[[Mention], bool]) -> str | None:
    """The id of the post that ``row`` answers for us; None where it does not."""
    if row.kind not in ("reply", "quote") or row.target is None or not ours(row):
        return None
    return row.target.id


def median(values: Iterable[int]) -> int | None:
    """The middle one, the lower of two; None of none."""
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) // 2] if ordered else None


def _thousands(number: int) -> str:
    return (
        f"{number / 1_000_000:.1f} million" if number >= 1_000_000 else f"{number // 1000:,} thousand".replace(",", " ")
    )
