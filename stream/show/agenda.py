"""The agenda of the event: sessions with their times, and who is speaking when. T in ms."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from msgspec import Meta

from stream.wire.said import LEEWAY_MS, Session

MOST_SESSIONS: Final = 500
LONGEST_TITLE: Final = 160


class Agenda(msgspec.Struct, frozen=True):
    """``room`` is where the wall hangs: only sessions there turn it to ``speaker``; empty means all. ``on`` lets them."""

    sessions: Annotated[tuple[Session, ...], Meta(max_length=MOST_SESSIONS)] = ()
    name: str = ""
    zone: str = ""
    room: str = ""
    on: bool = True


def speaking(agenda: Agenda, t: int) -> Session | None:
    """The session in which somebody speaks before this wall at T, the one that began last."""
    if not agenda.on:
        return None
    running = [s for s in agenda.sessions if s.calm and s.start <= t < s.end and _here(agenda, s)]
    return max(running, key=lambda s: (s.start, s.id), default=None)


def between(agenda: Agenda, start: int, end: int) -> tuple[Session, ...]:
    """The sessions that touch that span of T, those of the wall's own room before others, in order of time."""
    found = [s for s in agenda.sessions if s.start < end and s.end + LEEWAY_MS > start]
    return tuple(sorted(found, key=lambda s: (not _here(agenda, s), s.start, s.id)))


def _here(agenda: Agenda, session: Session) -> bool:
    return not agenda.room or session.room.casefold().strip() == agenda.room.casefold().strip()
