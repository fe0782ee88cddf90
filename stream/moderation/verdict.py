"""Verdicts: what a filter of the moderation chain says about words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, TypeVar

import msgspec

T = TypeVar("T")


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """``accept`` and ``reject`` end the chain, ``hold`` waits for staff, ``none`` is no opinion. ``reason`` is for staff;
    ``raid`` names the raid that a post belongs to.
    """

    what: Literal["accept", "reject", "hold", "none"]
    reason: str = ""
    raid: str = ""


NO_OPINION: Final = Verdict("none")


def first(judges: Iterable[Callable[[T, int], Verdict]], words: T, t_ms: int) -> Verdict:
    """The first opinion that settles it: a rejection, or an acceptance or a hold that none rejects later."""
    held = NO_OPINION
    for judge in judges:
        verdict = judge(words, t_ms)
        if verdict is NO_OPINION:
            continue
        if verdict.what in ("accept", "reject"):
            return verdict if verdict.what == "reject" or held.what == "none" else held
        if verdict.what == "hold" and held.what == "none":
            held = verdict
    return held
