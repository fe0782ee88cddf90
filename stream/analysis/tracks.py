"""Tracked sets of terms: which of them a text names, whole words only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import ahocorasick_rs

from stream.config import TrackConfig

MOST: Final = 64
"""Tracks that a row can carry, one bit each."""


class Tracker:
    """Finds the terms of all tracks in one pass. Tracks are numbered in order of their names."""

    def __init__(self, tracks: Mapping[str, TrackConfig]) -> None:
        """Raises ``ValueError`` for more than ``MOST`` tracks."""
        if len(tracks) > MOST:
            raise ValueError(f"{len(tracks)} tracks; at most {MOST} can be counted")
        self.names = sorted(tracks)
        self.kinds = [tracks[name].kind for name in self.names]
        self.since = [_time(tracks[name].since) for name in self.names]
        owners: dict[str, int] = {}
        forms: dict[str, str] = {}
        for index, name in enumerate(self.names):
            for term in tracks[name].terms:
                folded = " ".join(term.casefold().split())
                if folded:
                    owners[folded] = owners.get(folded, 0) | 1 << index
                    forms.setdefault(folded, term)
        self._terms = sorted(owners)
        self._owners = [owners[term] for term in self._terms]
        self._forms = [forms[term] for term in self._terms]
        self._matcher = ahocorasick_rs.AhoCorasick(self._terms) if self._terms else None

    def find(self, folded: str, at: int) -> tuple[int, list[tuple[str, str]]]:
        """Bits of the tracks that a case-folded text written at ``at`` names, and the terms (folded, as configured)."""
        if self._matcher is None:
            return 0, []
        bits = 0
        found: dict[str, str] = {}
        for pattern, start, end in self._matcher.find_matches_as_indexes(folded, overlapping=True):
            if _inside(folded, start, end):
                continue
            owners = self._owners[pattern]
            active = 0
            for index, since in enumerate(self.since):
                if owners >> index & 1 and at >= since:
                    active |= 1 << index
            if active:
                bits |= active
                found[self._terms[pattern]] = self._forms[pattern]
        return bits, list(found.items())


def _inside(text: str, start: int, end: int) -> bool:
    """Whether the match is only a part of a word."""
    before = start > 0 and text[start - 1].isalnum() and text[start].isalnum()
    after = end < len(text) and text[end].isalnum() and text[end - 1].isalnum()
    return before or after


def _time(since: str) -> int:
    if not since:
        return 0
    when = datetime.fromisoformat(since)
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
