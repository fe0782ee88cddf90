"""The values of a CSV file as people and spreadsheets write them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from stream.mention import Unreadable

_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?\Z", re.ASCII)
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?E\+\d+\Z", re.ASCII | re.IGNORECASE)
_CTIME: Final = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} [\d:]{8} [+-]\d{4} \d{4}\Z")
_GUARDED: Final = ("'=", "'+", "'-", "'@", "'\t", "'\r")
_THOUSANDS: Final = re.compile(r"[,'\s](?=\d{3}(?:\D|\Z))")
_ITEM: Final = re.compile(r"[^\s,;|\[\]\"']+")


def text(cell: str) -> str:
    """A cell without the apostrophe that a careful export puts before what a spreadsheet would take for a formula."""
    return cell[1:] if cell.startswith(_GUARDED) else cell


def identity(cell: str) -> str:
    """An id as it was before a spreadsheet had it: ``'123`` and ``="123"`` are 123.

    Raises ``Unreadable`` for one that was rounded, such as 1.23457E+18.
    """
    bare = cell.strip()
    if bare.startswith('="') and bare.endswith('"'):
        bare = bare[2:-1]
    bare = bare.removeprefix("'").strip()
    if _ROUNDED.match(bare):
        raise Unreadable(f"the id {bare[:40]!r} was rounded by a spreadsheet; export it as text")
    return bare


def time(cell: str) -> int:
    """A time in milliseconds UTC: ISO 8601 (UTC where it names no zone), seconds, milliseconds or microseconds since 1970,
    or as mails and older exports write it. Raises ``Unreadable``, also for days whose month cannot be told.
    """
    bare = identity(cell)
    if _NUMBER.match(bare):
        number = float(bare)
        for below, scale in ((1e11, 1000.0), (1e14, 1.0), (1e17, 0.001)):
            if abs(number) < below:
                return int(number * scale)
        raise Unreadable(f"the time is {bare[:40]!r}, far beyond our days")
    for zone in (" UTC", " GMT", " Z"):
        bare = bare.removesuffix(zone) + "+00:00" if bare.endswith(zone) and bare[:1].isdigit() else bare
    try:
        if _CTIME.match(bare):
            moment = datetime.strptime(bare, "%a %b %d %H:%M:%S %z %Y")
        elif bare[:1].isdigit() and bare[4:5] in ("-", "0", "1"):
            moment = datetime.fromisoformat(bare)
        else:
            moment = parsedate_to_datetime(bare)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return round(moment.timestamp() * 1000)
    except (ValueError, TypeError, OverflowError, IndexError):
        raise Unreadable(
            f"the time is {bare[:40]!r}; written like 2026-09-01T18:00Z or as seconds it is read"
        ) from None


def number(cell: str) -> int:
    """A count, with or without separators of thousands; 0 for what is none."""
    bare = cell.strip()
    if not (bare.isascii() and bare.isdigit()):
        bare = _THOUSANDS.sub("", bare)
    return max(0, int(float(bare))) if 0 < len(bare) < 16 and _NUMBER.match(bare) else 0


def degrees(cell: str, most: float) -> float | None:
    """A coordinate rounded to 0.1 degrees; None for what is none."""
    bare = cell.strip()
    value = float(bare) if _NUMBER.match(bare) else most + 1
    return round(value, 1) if abs(value) <= most else None


def several(cell: str) -> list[str]:
    """The values of one cell, parted by spaces, commas, semicolons or bars, or as a list in brackets."""
    return _ITEM.findall(cell)


def truth(cell: str) -> bool:
    """Whether a cell says yes."""
    return cell.strip().lower() in ("true", "t", "yes", "y", "1", "1.0", "x")
