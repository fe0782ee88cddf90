"""The plan: what staff have laid down for later: playlists, slots of the schedule, the agenda, what is said, sponsors.

Each is a decision in ``control`` under ``<kind>:<id>`` (the agenda and a fresh start under their own name), so that it can be
undone, audited, and survives restarts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar

import msgspec
import structlog

from stream.config import ClockConfig
from stream.show import agenda
from stream.show.agenda import Agenda
from stream.show.playlist import Playlist
from stream.show.schedule import Slot
from stream.wire.said import Sponsor, Word, lasts

T = TypeVar("T")

KINDS: Final[Mapping[str, type[Any]]] = {
    "playlist": Playlist,
    "schedule": Slot,
    "announcement": Word,
    "sponsor": Sponsor,
}
SINGLE: Final = frozenset({"agenda", "fresh"})

log = structlog.get_logger(__name__)


class Kept(msgspec.Struct, Generic[T], frozen=True):
    """What stands, when it was decided and by whom."""

    value: T
    at: int
    by: str


class Plan:
    """``clock`` tells hub time and T apart, since an agenda's times are those of the event."""

    def __init__(self, clock: ClockConfig) -> None:
        self._clock = clock
        self.given = Agenda()
        """The agenda of the configuration, which holds until staff import another."""
        self._kept: dict[str, dict[str, Kept[Any]]] = {kind: {} for kind in KINDS}
        self._agenda: Agenda | None = None
        self.fresh: Kept[int] | None = None
        """The T before which posts are cleared from the stories."""

    @property
    def agenda(self) -> Agenda:
        """What staff imported, else the one of the configuration."""
        return self.given if self._agenda is None else self._agenda

    @staticmethod
    def owns(subject: str) -> bool:
        kind, _, rest = subject.partition(":")
        return subject in SINGLE or (kind in KINDS and bool(rest))

    def decide(self, subject: str, value: Mapping[str, Any] | None, at: int, by: str) -> None:
        """A decision about a subject that it ``owns``; a value that no longer means anything is left out, and said."""
        kind, _, key = subject.partition(":")
        try:
            if subject == "agenda":
                self._agenda = msgspec.convert(value, Agenda) if value else None
            elif subject == "fresh":
                self.fresh = Kept(int(value["since"]), at, by) if value else None
            elif value is None:
                self._kept[kind].pop(key, None)
            else:
                self._kept[kind][key] = Kept(msgspec.convert(value, KINDS[kind]), at, by)
        except (msgspec.ValidationError, KeyError, TypeError, ValueError) as fault:
            log.warning("a decision means nothing here", subject=subject, fault=str(fault))

    def kept(self, kind: str) -> Mapping[str, Kept[Any]]:
        """Everything of one of ``KINDS``, by id."""
        return self._kept[kind]

    @property
    def playlists(self) -> dict[str, Playlist]:
        return {key: kept.value for key, kept in self._kept["playlist"].items()}

    @property
    def slots(self) -> dict[str, Slot]:
        return {key: kept.value for key, kept in self._kept["schedule"].items()}

    def urgent(self, now: int) -> Kept[Word] | None:
        """The urgent announcement that takes the whole wall, the newest one."""
        found = [kept for kept in self._kept["announcement"].values() if kept.value.urgent and lasts(kept.value, now)]
        return max(found, key=lambda kept: (kept.value.since, kept.at), default=None)

    def speaking_until(self, now: int) -> int | None:
        """Until when (hub time) somebody speaks before the wall; None while nobody does."""
        session = agenda.speaking(self.agenda, self._clock.now(now))
        return self._clock.when(session.end) if session else None
