"""The schedule: what is on air on which weekday and between which times of the day, where the wall hangs.

A slot that ends before it begins goes on over midnight; one that ends when it begins lasts a day. Times are those of the
wall's clock on the wall: an hour that daylight saving leaves out begins right after the gap, one that comes twice means the
first. Where slots overlap the one that began last is on air.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

Clock = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]

WEEK_MS: Final = 7 * 86_400_000


class Slot(msgspec.Struct, frozen=True):
    """``days`` are 0 for Monday to 6; ``start`` and ``end`` HH:MM; what is shown is a ``layout`` or a ``playlist``."""

    days: Annotated[tuple[Annotated[int, Meta(ge=0, le=6)], ...], Meta(min_length=1, max_length=7)]
    start: Clock
    end: Clock
    layout: str = ""
    playlist: str = ""
    title: str = ""


class Occurrence(NamedTuple):
    """One slot on one day, hub time in ms."""

    id: str
    slot: Slot
    since: int
    until: int


def current(slots: Mapping[str, Slot], zone: ZoneInfo, now: int) -> Occurrence | None:
    """What the schedule has on air at ``now``; None between the slots. ``until`` ends where another slot begins."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    near = _occurrences(slots, zone, today, back=2, ahead=1)
    running = [it for it in near if it.since <= now < it.until]
    if not running:
        return None
    best = max(running, key=lambda it: (it.since, it.id))
    begin = min((it.since for it in near if now < it.since < best.until), default=best.until)
    return best._replace(until=begin)


def coming(slots: Mapping[str, Slot], zone: ZoneInfo, now: int, most: int = 8) -> list[Occurrence]:
    """The next beginnings within a week, the first one first."""
    today = datetime.fromtimestamp(now / 1000, zone).date()
    ahead = [it for it in _occurrences(slots, zone, today, back=0, ahead=7) if now < it.since <= now + WEEK_MS]
    return sorted(ahead, key=lambda it: (it.since, it.id))[:most]


def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name, or of this machine where it is empty. Raises ``ValueError`` for a name that none has."""
    try:
        return ZoneInfo(name) if name else _here()
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(f"there is no time zone {name!r}; write one like Europe/Helsinki") from fault


def _occurrences(slots: Mapping[str, Slot], zone: ZoneInfo, today: date, back: int, ahead: int) -> list[Occurrence]:
    found = []
    for i in range(-back, ahead + 1):
        day = today + timedelta(days=i)
        for slot_id, slot in slots.items():
            if day.weekday() in slot.days:
                until = day if slot.end > slot.start else day + timedelta(days=1)
                found.append(Occurrence(slot_id, slot, _ms(day, slot.start, zone), _ms(until, slot.end, zone)))
    return found


def _ms(day: date, clock: str, zone: ZoneInfo) -> int:
    local = datetime.combine(day, time.fromisoformat(clock), zone)
    return round(local.astimezone(UTC).timestamp() * 1000)


def _here() -> ZoneInfo:
    """This machine's zone, as TZ or /etc/localtime name it; UTC where neither does."""
    named = os.environ.get("TZ", "").lstrip(":")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    for name in (named, linked, _written(Path("/etc/timezone"))):
        try:
            if name:
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def _written(file: Path) -> str:
    try:
        return file.read_text().strip()
    except OSError:
        return ""
