"""Signs that something is wrong: with a source, the screens, the log, or the mood of the conversation. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from stream.hub.alerts import Sign
from stream.wire.snapshot import Numbers, SourceState

SHARE: Final = 1 / 3
"""The newest part of the window, whose mood is compared with the rest."""
FELT: Final = 20
"""Posts in a mood that either part needs to say something."""
DROP: Final = 0.25
"""How much more of the posts in a mood must be critical."""
OVER: Final = 0.10
"""A drop that was told is over when it is less than this."""
SURE: Final = 3.5
"""Standard errors that the drop must be wide: chance alone does this once in some thousand comparisons."""


def of_sources(states: Iterable[SourceState], name_of: Callable[[str], str]) -> list[Sign]:
    """Sources that are dead, stopped, or have tried in vain for five minutes. ``name_of`` says their names as people do."""
    found = []
    for state in states:
        name = name_of(state.name)
        error = f": {state.error}" if state.error else ""
        do = f"{state.advice[0].upper()}{state.advice[1:]}." if state.advice else "See Health for what it says."
        if state.state in ("dead", "stopped"):
            found.append(Sign("source", state.name, f"{name} is silent{error}.", do, 60, 60))
        elif state.state == "waiting":
            found.append(Sign("source", state.name, f"{name} cannot be reached{error}.", do, 300, 60))
    return found


def of_screens(dead: Sequence[int], lit: Iterable[int]) -> list[Sign]:
    """Screens that were ``lit`` before and for which no wall speaks now."""
    gone = sorted(set(dead) & set(lit))
    if not gone:
        return []
    many = len(gone) > 1
    says = f"Screen{'s' if many else ''} {_listed(gone)} {'do' if many else 'does'} not answer."
    return [Sign("screens", "", says, "See whether the machine that drives them has power and network.", 10, 5)]


def of_log(fault: str, unsaved: int) -> list[Sign]:
    """The log cannot be read, or takes no decisions."""
    if not fault and not unsaved:
        return []
    says = f"The log does not answer: {fault}." if fault else "The log does not take what staff decide."
    return [
        Sign("log", "", says, "See whether its disk is full, or its broker runs; decisions hold meanwhile.", 15, 15)
    ]


def of_mood(numbers: Numbers, *, told: bool) -> list[Sign]:
    """The mood of the newest part of the window against the rest; ``told`` says that a drop was told and is not over."""
    good, bad = numbers.timeline_positive, numbers.timeline_negative
    n = min(len(good), len(bad))
    newest = max(1, round(n * SHARE))
    if n <= newest:
        return []
    now_bad, now_all = sum(bad[n - newest : n]), sum(good[n - newest : n]) + sum(bad[n - newest : n])
    then_bad, then_all = sum(bad[: n - newest]), sum(good[: n - newest]) + sum(bad[: n - newest])
    if min(now_all, then_all) < FELT:
        return []
    drop = now_bad / now_all - then_bad / then_all
    both = (now_bad + then_bad) / (now_all + then_all)
    error = math.sqrt(both * (1 - both) * (1 / now_all + 1 / then_all))
    if drop < (OVER if told else DROP) or (not told and drop < SURE * error):
        return []
    minutes = max(1, round(newest * numbers.bucket_ms / 60_000))
    says = (
        f"The mood has dropped: of the posts in a mood {_percent(now_bad / now_all)} are critical in the last "
        f"{minutes} minutes, {_percent(then_bad / then_all)} before."
    )
    return [Sign("mood", "", says, "See Conversation for what they speak of.", 30, 300)]


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"


def _listed(numbers: Sequence[int]) -> str:
    words = [str(number) for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
