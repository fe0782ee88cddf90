"""When walls must hear of what staff say."""

from __future__ import annotations

from typing import Final

from stream.wire.said import Sponsor, Word

MOST: Final = 60
"""Announcements, and sponsors, that may stand at once."""
AHEAD_MS: Final = 60_000
"""Walls hear of what begins within so long, so that it begins in time on all of them."""


def matters(it: Word | Sponsor, now: int) -> bool:
    """Whether it is shown at ``now`` or soon after."""
    return it.since <= now + AHEAD_MS and (not it.until or now < it.until)
