"""What the house itself did: the agenda, what it decided, and for how long its announcements and sponsors were shown."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from stream.hub.decisions import Decision
from stream.hub.screen_time import SUBJECT as SHOWN
from stream.hub.screen_time import ScreenTime
from stream.show.agenda import Agenda
from stream.wire.said import Session

WORDS: Final[Mapping[str, str]] = {
    "block:author": "authors blocked",
    "block:term": "terms blocked",
    "raid": "raids decided",
    "layout": "layouts taken",
    "panic": "safe scene entered",
    "announcement": "announcements made",
}
SHOWINGS: Final[Mapping[str, str]] = {"hidden": "posts hidden", "approved": "posts approved"}


class House:
    """Fed from ``control``, ``memory`` and ``audit``; times in milliseconds UTC."""

    def __init__(self, sessions: tuple[Session, ...] = ()) -> None:
        self._given = sessions
        self._agenda: Agenda | None = None
        self._screen_time = ScreenTime()
        self._decisions: list[Decision] = []

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The agenda that staff imported, else the configured one, in order of time."""
        chosen = self._given if self._agenda is None else self._agenda.sessions
        return tuple(sorted(chosen, key=lambda session: (session.start, session.id)))

    def decide(self, subject: str, value: Mapping[str, Any] | None) -> None:
        """What stands in ``control``; only the agenda matters here."""
        if subject == "agenda":
            with contextlib.suppress(msgspec.ValidationError):
                self._agenda = msgspec.convert(value, Agenda) if value else None

    def remember(self, key: str, value: bytes | None) -> None:
        """A record of ``memory``; only screen time matters here."""
        if key.startswith(SHOWN):
            self._screen_time.remember(key, value)

    def audit(self, decisions: Iterable[Decision]) -> None:
        """What staff decided, in any order, each possibly more than once."""
        self._decisions += decisions

    def shown(self) -> list[tuple[str, str, int]]:
        """Kind (``announcement`` or ``sponsor``), name and milliseconds on the wall, the longest first."""
        times: Counter[tuple[str, str]] = Counter()
        for day in self._screen_time.days().values():
            for subject, shown in day.items():
                times[subject.partition(":")[0], shown.name] += shown.ms
        return sorted(((*which, ms) for which, ms in times.items()), key=lambda row: (-row[2], row))

    def decided(self, start: int, end: int) -> list[tuple[str, int]]:
        """How often staff decided what from ``start`` to ``end``, the most frequent first."""
        once = {decision.id: decision for decision in self._decisions if start <= decision.at <= end}
        words = (_word(decision) for decision in once.values() if decision.new is not None)
        counts = Counter(word for word in words if word)
        return sorted(counts.items(), key=lambda row: (-row[1], row[0]))


def _word(decision: Decision) -> str:
    kind = decision.subject.partition(":")[0]
    if kind == "post":
        return SHOWINGS.get(str((decision.new or {}).get("show")), "")
    return next((word for prefix, word in WORDS.items() if decision.subject.startswith(prefix)), "")
