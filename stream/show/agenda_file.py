"""Reading an agenda: a CSV file with a header, or an iCalendar file (RFC 5545). What cannot be read is told line by line."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from stream.show.agenda import LONGEST_TITLE, MOST_SESSIONS, Agenda
from stream.wire.said import Session

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "start": ("start", "begin", "begins", "from", "starts", "start time"),
    "end": ("end", "ends", "to", "until", "end time"),
    "title": ("title", "session", "name", "summary", "subject"),
    "speaker": ("speaker", "speakers", "who", "presenter"),
    "room": ("room", "location", "place", "stage", "hall", "where"),
    "date": ("date", "day"),
    "minutes": ("minutes", "duration"),
}
"""What a column may be called, whatever its case."""
LONGEST_SESSION: Final = timedelta(hours=24)
MOST_FAULTS: Final = 20
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]+")


class Read(NamedTuple):
    """The sessions in order of time, and what could not be read, one sentence each."""

    sessions: tuple[Session, ...]
    faults: tuple[str, ...]


def load(path: str, zone: ZoneInfo, room: str = "") -> tuple[Agenda, list[str]]:
    """The agenda in the file ``path`` for a wall in ``room``, and what is wrong with it; no file is an empty agenda."""
    if not path:
        return Agenda(), []
    try:
        text = decoded(Path(path).read_bytes())
    except OSError as fault:
        return Agenda(), [f"The agenda {path} cannot be read: {fault.strerror}. See [programme] agenda in agora.toml."]
    sessions, faults = read(text, zone)
    return Agenda(sessions, Path(path).name, zone.key, room), [f"{path}: {fault}" for fault in faults]


def decoded(data: bytes) -> str:
    """The text of a file: Unicode where it is that, else as spreadsheets of Western Europe write it (Windows-1252)."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def read(text: str, zone: ZoneInfo) -> Read:
    """The sessions in ``text``; times without a zone are in ``zone``. Who has a speaker turns the wall to ``speaker``."""
    text = text.removeprefix("\ufeff")
    if text.startswith("PK\x03\x04"):
        return Read(
            (), ("This is a workbook (.xlsx or .ods): save it as CSV in your spreadsheet, and take that file.",)
        )
    rows = _calendar(text, zone) if text.lstrip().upper().startswith("BEGIN:VCALENDAR") else _table(text, zone)
    sessions: dict[str, Session] = {}
    faults: list[str] = []
    for row in rows:
        if isinstance(row, str):
            faults.append(row)
        elif len(sessions) < MOST_SESSIONS:
            sessions[row.id] = row
        else:
            faults.append(f"More than {MOST_SESSIONS} sessions: the others were left out.")
            break
    ordered = tuple(sorted(sessions.values(), key=lambda s: (s.start, s.end, s.id)))
    return Read(ordered, tuple(faults[:MOST_FAULTS]))


def _table(text: str, zone: ZoneInfo) -> Iterator[Session | str]:
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    rows = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        header = [name.strip().casefold() for name in next(rows, [])]
        column = {field: i for field, names in COLUMNS.items() for i, name in enumerate(header) if name in names}
        if missing := [name for name in ("start", "title") if name not in column]:
            yield f"The first line must name the columns, with {' and '.join(missing)} among them (also: end, speaker, room)."
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                cells = {field: row[i].strip() if i < len(row) else "" for field, i in column.items()}
                yield _row(cells, rows.line_num, zone)
    except csv.Error as fault:
        yield f"Line {rows.line_num} is no CSV: {fault}."


def _row(cells: Mapping[str, str], line: int, zone: ZoneInfo) -> Session | str:
    try:
        day = _moment(cells["date"]) if cells.get("date") else None
        start = _moment(cells["start"], day)
        if cells.get("end"):
            end = _moment(cells["end"], day or start)
            end += timedelta(days=1 if end <= start and len(cells["end"]) <= 8 else 0)
        else:
            end = start + timedelta(minutes=float(cells.get("minutes") or 30))
    except (ValueError, OverflowError):
        return f"Line {line}: its times cannot be read; write them like 2026-09-01 09:30."
    return _session(
        "", cells["title"], cells.get("speaker", ""), cells.get("room", ""), start, end, zone, f"Line {line}"
    )


def _moment(text: str, day: datetime | None = None) -> datetime:
    """A date, a time of ``day``, or both. Raises ``ValueError``."""
    text = text.strip()
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", text):
        if day is None:
            raise ValueError(text)
        hour, minute = (int(part) for part in text.split(":")[:2])
        return day.replace(hour=hour, minute=minute, second=0)
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T](\d{1,2})[:.](\d{2}))?", text):
        parts = [int(part or 0) for part in match.groups()]
        return datetime(parts[2], parts[1], parts[0], parts[3], parts[4])
    return datetime.fromisoformat(text)


def _calendar(text: str, zone: ZoneInfo) -> Iterator[Session | str]:
    from icalendar import Calendar

    try:
        events = Calendar.from_ical(text).walk("VEVENT")
    except (ValueError, IndexError, KeyError, TypeError, AttributeError) as fault:
        yield f"This is no iCalendar file: {_plain(str(fault), 160)}."
        return
    for event in events:
        title = _plain(str(event.get("SUMMARY", "")), LONGEST_TITLE)
        where = f"“{title or 'A session without a name'}”"
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            continue
        try:
            start = event.decoded("DTSTART")
            end = event.decoded("DTEND") if "DTEND" in event else start + _length(event)
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
            yield f"{where}: its times cannot be read."
            continue
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            yield f"{where} lasts whole days and is left out."
            continue
        if "RRULE" in event:
            yield f"{where} repeats: only its first time is taken."
        place = str(event.get("LOCATION", ""))
        yield _session(str(event.get("UID", "")), title, _speaker(event), place, start, end, zone, where)


def _length(event: Any) -> timedelta:
    length = event.decoded("DURATION") if "DURATION" in event else timedelta(minutes=30)
    return length if isinstance(length, timedelta) else timedelta(minutes=30)


def _speaker(event: Any) -> str:
    """The names of those who attend, else of who organises, where the file says names."""
    people = event.get("ATTENDEE") or event.get("ORGANIZER") or []
    names = [str(person.params.get("CN", "")) for person in (people if isinstance(people, list) else [people])]
    return ", ".join(name for name in names if name)


def _session(uid: str, title: str, speaker: str, room: str, start: datetime, end: datetime, zone: ZoneInfo,
             where: str) -> Session | str:  # fmt: skip
    title, speaker, room = _plain(title, LONGEST_TITLE), _plain(speaker, 100), _plain(room, 60)
    if not title:
        return f"{where} has no title."
    try:
        begin, finish = _ms(start, zone), _ms(end, zone)
    except (ValueError, OverflowError, OSError):
        return f"{where}: its times are out of range."
    if not begin < finish <= begin + LONGEST_SESSION.total_seconds() * 1000:
        return f"{where} ends before it begins, or lasts more than a day."
    named = hashlib.sha256(f"{uid or title}\n{begin}\n{room}".encode("utf-8", "replace")).hexdigest()[:12]
    return Session(named, begin, finish, title, speaker, room, calm=bool(speaker))


def _ms(moment: datetime | date, zone: ZoneInfo) -> int:
    assert isinstance(moment, datetime)
    there = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    return round(there.astimezone(UTC).timestamp() * 1000)


def _plain(text: str, longest: int) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())[:longest]
