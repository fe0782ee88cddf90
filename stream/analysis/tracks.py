"""Tracked sets of terms: which of them a post names, by the same meaning of a term as the sources listen with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from stream.analysis.disclosures import DISCLOSURES
from stream.config import TrackConfig
from stream.mention import Mention
from stream.mention.terms import Finder, faults
from stream.times import moment

MOST: Final = 64
"""Tracks that a row can carry, one bit each."""


class Named(NamedTuple):
    """What a post names: bits of the tracks, bits of those whose start it came before, and the terms (folded, as written)."""

    tracks: int
    early: int
    terms: list[tuple[str, str]]


NOTHING: Final = Named(0, 0, [])


class Tracker:
    """Finds the terms of all tracks in one pass. Tracks are numbered in order of their names.

    Terms that can never be found (``agora check`` tells them) are left out.
    """

    def __init__(self, tracks: Mapping[str, TrackConfig]) -> None:
        """Raises ``ValueError`` for more than ``MOST`` tracks, and for a start that is no time."""
        if len(tracks) > MOST:
            raise ValueError(f"{len(tracks)} tracks; at most {MOST} can be counted")
        self.names = sorted(tracks)
        self.kinds = [tracks[name].kind for name in self.names]
        self.since = [moment(tracks[name].since) if tracks[name].since else 0 for name in self.names]
        self._started = sorted({since for since in self.since if since})
        named = _owners([tracks[name].terms for name in self.names])
        barred = _owners([tracks[name].exclude for name in self.names])
        written = sorted({*named, *barred})
        self._finder = Finder(written) if written else None
        self._named = [named.get(term, 0) for term in written]
        self._barred = [barred.get(term, 0) for term in written]

    def bits(self, kind: str) -> int:
        """The bits of the tracks of one kind."""
        return sum(1 << i for i, name in enumerate(self.kinds) if name == kind)

    def find(self, mention: Mention) -> Named:
        """What a post names. A track counts from its start on."""
        if self._finder is None:
            return NOTHING
        accounts = [name for person in mention.mentions for name in (person.id, person.handle) if name]
        found = sorted(self._finder.find(mention.text, mention.hashtags, accounts))
        bits = barred = 0
        for number in found:
            bits |= self._named[number]
            barred |= self._barred[number]
        bits &= ~barred
        if not bits:
            return NOTHING
        early = 0
        if self._started and mention.at < self._started[-1]:
            for index, since in enumerate(self.since):
                if mention.at < since:
                    early |= bits & 1 << index
        terms = [self._finder.terms[number] for number in found if self._named[number] & bits]
        return Named(
            bits & ~early, early, [(term.folded, term.written) for term in terms if term.sort in ("words", "cashtag")]
        )


def _owners(lists: Sequence[Sequence[str]]) -> dict[str, int]:
    """By term the bits of the lists that hold it."""
    owners: dict[str, int] = {}
    for index, terms in enumerate(lists):
        for term in terms:
            if not faults([term]):
                owners[term] = owners.get(term, 0) | 1 << index
    return owners


def bought(mention: Mention) -> bool:
    """Whether the author says that the post was paid for."""
    return any(tag.lstrip("#＃").casefold() in DISCLOSURES for tag in mention.hashtags)
