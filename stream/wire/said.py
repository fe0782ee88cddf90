"""What staff say on the wall, as it travels: announcements, countdowns, QR codes, sponsors, and sessions of the agenda."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

Kind = Literal["announcement", "countdown", "code"]

LONGEST_TEXT: Final = 140
LONGEST_DETAIL: Final = 200
TURN_MS: Final = 12_000
"""How long one announcement, or one sponsor, is shown before the next."""
LEEWAY_MS: Final = 10 * 60_000
"""What people say of a session they still say so long after its end."""


class Word(msgspec.Struct, frozen=True):
    """``since`` and ``until`` are hub time in ms, ``until`` 0 for "until it is taken back". ``at`` is what a countdown ends
    at. ``urgent`` takes the whole wall. A ``code`` has a ``url`` to read by telephone.
    """

    kind: Kind
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST_TEXT)]
    since: int
    until: int = 0
    detail: Annotated[str, Meta(max_length=LONGEST_DETAIL)] = ""
    url: str = ""
    at: int = 0
    urgent: bool = False


class Sponsor(msgspec.Struct, frozen=True):
    """``picture`` is the name of the logo among the pictures that the hub keeps."""

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    picture: str
    since: int
    until: int = 0


class Session(msgspec.Struct, frozen=True):
    """A session of the agenda, T in ms. ``calm`` turns the wall to ``speaker`` while it lasts."""

    id: str
    start: int
    end: int
    title: str
    speaker: str = ""
    room: str = ""
    calm: bool = False


def lasts(it: Word | Sponsor, now: float) -> bool:
    """Whether it is to be shown at ``now``."""
    return it.since <= now and (not it.until or now < it.until)


def turn(items: Sequence[Word] | Sequence[Sponsor], now: float) -> int | None:
    """Which of ``items`` is shown at ``now``: each in turn for equally long, the same on every wall; None while none lasts."""
    every: Sequence[Word | Sponsor] = items
    present = [i for i, it in enumerate(every) if lasts(it, now)]
    return present[int(now // TURN_MS) % len(present)] if present else None


def quiet(words: Sequence[Word]) -> list[Word]:
    """Those that do not take the whole wall."""
    return [word for word in words if not word.urgent]


def under(sessions: Iterable[Session], t: int) -> Session | None:
    """The session that people talked about at T: the first of ``sessions`` that lasts then, else one that has just ended."""
    known = tuple(sessions)
    running = next((s for s in known if s.start <= t < s.end), None)
    if running is not None:
        return running
    ended = [s for s in known if s.end <= t < s.end + LEEWAY_MS]
    return max(ended, key=lambda s: s.end, default=None)
