"""Verdicts: what a filter of the moderation chain says about words."""

from __future__ import annotations

from typing import Final, Literal

import msgspec


class Verdict(msgspec.Struct, frozen=True):
    """``accept`` and ``reject`` end the chain, ``hold`` waits for staff, ``none`` is no opinion. ``reason`` is for staff;
    ``raid`` names the raid that a post belongs to.
    """

    what: Literal["accept", "reject", "hold", "none"]
    reason: str = ""
    raid: str = ""


NO_OPINION: Final = Verdict("none")
