"""When a wall shines and how brightly: opening hours, day and evening, as points of brightness over time.

Hours are written as people write them (``mon-fri 07:00-22:00``, ``sat,sun 10:00-02:00``, ``08:00-18:00``), in a time zone
with its summer time. One that ends before it begins ends on the next day. Walls get points in hub time and draw straight
lines between them, so that they need no time zone and go on when the hub is away.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import Annotated, Final, NamedTuple

import msgspec
from msgspec import Meta

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD_MS: Final = 49 * 3_600_000
BEHIND_MS: Final = 25 * 3_600_000
_WRITTEN: Final = re.compile(r"(?:([a-z,\- ]+?)\s+)?(\d{1,2}):(\d\d)\s*-\s*(\d{1,2}):(\d\d)", re.IGNORECASE)

Share = Annotated[float, Meta(ge=0, le=1)]
Point = tuple[int, float]
"""Hub time in ms, and the brightness at it."""


class HoursConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``open`` empty is always open, ``day`` empty is always day. ``evening`` and ``off`` are shares of full brightness."""

    open: tuple[str, ...] = ()
    off: Share = 0.0
    day: tuple[str, ...] = ()
    evening: Share = 0.6
    fade_s: Annotated[float, Meta(ge=0, le=1800)] = 120.0

    def faults(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What the types cannot say: the path of a key, and a sentence."""
        for key, windows in (("open", self.open), ("day", self.day)):
            for written in windows:
                try:
                    parse(written)
                except ValueError as fault:
                    yield (key,), str(fault)


class Window(NamedTuple):
    """Days of the week (0 is Monday) and minutes of the day; an end up to the start belongs to the next day."""

    days: tuple[int, ...]
    start: int
    end: int


def parse(written: str) -> Window:
    """Raises ``ValueError`` with a sentence that says how to write it."""
    match = _WRITTEN.fullmatch(written.strip())
    how = f"{written!r} are no hours; write them like 'mon-fri 07:00-22:00' or 'sat,sun 10:00-02:00'"
    if match is None:
        raise ValueError(how)
    start, end = (int(match[i]) * 60 + int(match[i + 1]) for i in (2, 4))
    if start >= 24 * 60 or end > 24 * 60 or int(match[3]) > 59 or int(match[5]) > 59:
        raise ValueError(how)
    days: set[int] = set()
    for part in (match[1] or "mon-sun").lower().replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise ValueError(how)
        a, b = DAYS.index(first), DAYS.index(last or first)
        days |= {d % 7 for d in range(a, b + 1 if b >= a else b + 8)}
    return Window(tuple(sorted(days)), start, end if end > start else end + 24 * 60)


def points(hours: HoursConfig, zone: tzinfo, now_ms: int) -> tuple[Point, ...]:
    """Brightness from a day ago until two days ahead. A light that grows is up at its time, one that fades begins then."""
    opening = spans(hours.open, zone, now_ms)
    day = spans(hours.day, zone, now_ms)

    def level(at: int) -> float:
        if hours.open and not _inside(opening, at):
            return hours.off
        return 1.0 if not hours.day or _inside(day, at) else hours.evening

    start, end = now_ms - BEHIND_MS, now_ms + AHEAD_MS
    turns = sorted({t for span in (*opening, *day) for t in span if start < t < end})
    found: list[Point] = [(start, level(start))]
    for i, at in enumerate(turns):
        before, after = level(at - 1), level(at)
        if before == after:
            continue
        room = min([at - (turns[i - 1] if i else start), (turns[i + 1] if i + 1 < len(turns) else end) - at])
        fade = int(min(hours.fade_s * 1000.0, room / 2))
        found += [(at - fade, before), (at, after)] if after > before else [(at, before), (at + fade, after)]
    return (*found, (end, found[-1][1]))


def brightness(between: Sequence[Point], at: float) -> float:
    """The brightness at hub time ``at``; that of the first or last point outside of them, full without any."""
    if not between:
        return 1.0
    if at <= between[0][0]:
        return between[0][1]
    for (a, low), (b, high) in pairwise(between):
        if at < b:
            return low + (high - low) * (at - a) / max(1.0, b - a)
    return between[-1][1]


def closed_until(hours: HoursConfig, zone: tzinfo, now_ms: int) -> int | None:
    """When it opens next, in ms; None while it is open, and ``now_ms`` where it does not within a week."""
    if not hours.open:
        return None
    opening = spans(hours.open, zone, now_ms, days_ahead=8)
    if _inside(opening, now_ms):
        return None
    return min((start for start, _ in opening if start > now_ms), default=now_ms)


def spans(windows: Sequence[str], zone: tzinfo, now_ms: int, days_ahead: int = 3) -> list[tuple[int, int]]:
    """Start and end in ms of all ``windows`` from two days ago on. A time that summer time leaves out is an hour later."""
    today = datetime.fromtimestamp(now_ms / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    found = []
    for offset in range(-2, days_ahead + 1):
        midnight = today + timedelta(days=offset)
        for days, start, end in map(parse, windows):
            if midnight.weekday() in days:
                found.append((_ms(midnight, start, zone), _ms(midnight, end, zone)))
    return sorted(found)


def _ms(midnight: datetime, minutes: int, zone: tzinfo) -> int:
    return int((midnight + timedelta(minutes=minutes)).replace(tzinfo=zone).timestamp() * 1000)


def _inside(found: Sequence[tuple[int, int]], at: int) -> bool:
    return any(start <= at < end for start, end in found)
