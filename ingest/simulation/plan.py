"""What the world plans: items with the time at which they are told, and what was planted with them."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from stream.mention import Mention, Retraction

Planted = Literal["", "burst", "duplicate", "spam", "weak tie", "raid", "cheer"]


class Planned(msgspec.Struct, frozen=True):
    """One item of the world.

    ``due`` is when the source tells it (ms UTC); ``group`` names what it was planted with: a burst, a set of near-duplicates.
    """

    due: int
    item: Mention | Retraction
    planted: Planted = ""
    group: str = ""
    mood: int = 0


class Burst(msgspec.Struct, frozen=True):
    """A sudden event: from ``start`` to ``end`` (ms UTC) people post about ``tag`` beside everything else."""

    id: str
    tag: str
    topic: str
    mood: int
    start: int
    end: int

    def strength(self, t: int) -> float:
        """How strongly it is felt at ``t``: up within ``RISE_MS``, then fading; 0 … 1."""
        if not self.start <= t < self.end:
            return 0.0
        since = t - self.start
        if since < RISE_MS:
            return float(since / RISE_MS)
        return float((1 - (since - RISE_MS) / (self.end - self.start - RISE_MS)) ** 2)


RISE_MS: Final = 15_000
