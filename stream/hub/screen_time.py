"""Screen time: for how long each announcement and each sponsor was on the wall, by day, for the report.

Kept in ``memory`` under ``shown:<day>``; counted only while walls say that they show what is on air.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from stream.hub.plan import Plan
from stream.wire.messages import OnAir
from stream.wire.said import lasts, turn

SUBJECT: Final = "shown:"
LONGEST_MS: Final = 2000
"""A gap between two looks longer than this was a pause, in which nobody knows what was shown."""
WRITE_MS: Final = 60_000
DAYS: Final = 40
SPONSORED: Final = frozenset({"title"})
"""Visuals on which sponsors are shown, where they span more than one screen."""


class Shown(msgspec.Struct):
    """What was shown, under which name, and for how many milliseconds."""

    name: str
    ms: int = 0


_day: Final = msgspec.json.Decoder(dict[str, Shown])


class ScreenTime:
    """``look`` in the event loop, several times a second; hub time in ms."""

    def __init__(self) -> None:
        self._days: dict[str, dict[str, Shown]] = {}
        self._looked: int | None = None
        self._written = 0
        self._changed: set[str] = set()

    def remember(self, subject: str, value: bytes | None) -> None:
        """What an earlier life counted. Raises ``msgspec.DecodeError`` for a broken record."""
        day = subject.removeprefix(SUBJECT)
        before = _day.decode(value) if value else {}
        counted = self._days.setdefault(day, {})
        for key, shown in before.items():
            known = counted.get(key)
            if known is None or known.ms < shown.ms:
                counted[key] = shown
        for old in sorted(self._days)[:-DAYS]:
            del self._days[old]

    def look(self, now: int, on: Mapping[str, str]) -> None:
        """``on`` is what is on the wall now: its name by its subject."""
        before, self._looked = self._looked, now
        if before is None or not 0 < now - before <= LONGEST_MS:
            return
        day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
        counted = self._days.setdefault(day, {})
        for subject, name in on.items():
            shown = counted.setdefault(subject, Shown(name))
            shown.name = name
            shown.ms += now - before
            self._changed.add(day)

    def due(self, now: int) -> dict[str, bytes]:
        """What is to be written to ``memory`` now, by subject."""
        if now - self._written < WRITE_MS or not self._changed:
            return {}
        self._written = now
        changed, self._changed = self._changed, set()
        return {SUBJECT + day: msgspec.json.encode(self._days[day]) for day in sorted(changed)}

    def days(self) -> Mapping[str, Mapping[str, Shown]]:
        """By day (UTC) and subject."""
        return self._days


def on_the_wall(plan: Plan, on_air: OnAir, now: int) -> dict[str, str]:
    """The announcements and the sponsor that walls show at ``now``, their names by subject."""
    if on_air.panic:
        return {}
    words = {f"announcement:{key}": kept.value for key, kept in plan.kept("announcement").items()}
    if on_air.why == "urgent":
        return {key: word.text for key, word in words.items() if word.urgent and lasts(word, now)}
    found = {}
    quiet = [(key, word) for key, word in words.items() if not word.urgent]
    if (i := turn([word for _, word in quiet], now)) is not None:
        found[quiet[i][0]] = quiet[i][1].text
    sponsors = [(f"sponsor:{key}", kept.value) for key, kept in sorted(plan.kept("sponsor").items())]
    if any(panel.visual in SPONSORED and len(panel.screens) > 1 for panel in on_air.layout.panels):
        i = turn([sponsor for _, sponsor in sponsors], now)
        if i is not None:
            found[sponsors[i][0]] = sponsors[i][1].name
    return found
