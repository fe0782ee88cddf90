"""Reading an agenda, who is speaking, and which session a moment belongs to."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.show.agenda import Agenda, between, speaking
from stream.show.agenda_file import decoded, load, read
from stream.wire.said import LEEWAY_MS, Session, under

HELSINKI = ZoneInfo("Europe/Helsinki")


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=HELSINKI).timestamp() * 1000)


CSV = """Date;Start;End;Session;Speaker;Room
2026-09-01;09:00;09:45;"Opening; with music";Ada Lovelace;Main hall
2026-09-01;12:00;13:00;Lunch;;Foyer
2026-09-01;23:30;00:30;Night of science;Grace Hopper;Main hall
2026-09-01;whenever;10:00;Broken;;
"""

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//example//EN
BEGIN:VEVENT
UID:1@example.org
DTSTART;TZID=Europe/Helsinki:20260901T090000
DTEND;TZID=Europe/Helsinki:20260901T094500
SUMMARY:Opening\\, with music
LOCATION:Main hall
ATTENDEE;CN=Ada Lovelace:mailto:ada@example.org
END:VEVENT
BEGIN:VEVENT
UID:2@example.org
DTSTART:20260901T090000Z
DURATION:PT1H
SUMMARY:Lunch
END:VEVENT
BEGIN:VEVENT
UID:3@example.org
DTSTART;VALUE=DATE:20260901
SUMMARY:Fair
END:VEVENT
BEGIN:VEVENT
UID:4@example.org
DTSTART:20260901T150000
DTEND:20260901T160000
STATUS:CANCELLED
SUMMARY:Cancelled
END:VEVENT
END:VCALENDAR
"""


def test_table_is_read_with_its_faults() -> None:
    """A CSV with columns by any usual name gives sessions in order; a line that cannot be read is told by its number."""
    sessions, faults = read(CSV, HELSINKI)
    assert [(s.title, s.start, s.end) for s in sessions] == [
        ("Opening; with music", at("2026-09-01 09:00"), at("2026-09-01 09:45")),
        ("Lunch", at("2026-09-01 12:00"), at("2026-09-01 13:00")),
        ("Night of science", at("2026-09-01 23:30"), at("2026-09-02 00:30")),
    ]
    assert [(s.speaker, s.room, s.calm) for s in sessions][:2] == [
        ("Ada Lovelace", "Main hall", True), ("", "Foyer", False),
    ]  # fmt: skip
    assert faults == ("Line 5: its times cannot be read; write them like 2026-09-01 09:30.",)


def test_table_without_its_columns_says_which() -> None:
    """A file whose first line names no columns is told what it must name."""
    assert "start and title" in read("a,b\n1,2\n", HELSINKI).faults[0]
    assert read("", HELSINKI).sessions == ()


def test_calendar_is_read_with_its_zones() -> None:
    """An iCalendar file gives its sessions; what lasts whole days is told, what was cancelled is left out."""
    sessions, faults = read(ICS.replace("\n", "\r\n"), HELSINKI)
    assert [(s.title, s.speaker, s.calm) for s in sessions] == [
        ("Opening, with music", "Ada Lovelace", True), ("Lunch", "", False),
    ]  # fmt: skip
    assert sessions[0].start == at("2026-09-01 09:00")
    assert sessions[1].start == at("2026-09-01 12:00")
    assert sessions[1].end - sessions[1].start == 3_600_000
    assert faults == ("“Fair” lasts whole days and is left out.",)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_letters_are_those_that_were_written(tmp_path: Path, encoding: str) -> None:
    """A spreadsheet's file is read in Unicode where it is that, else as Western Europe writes it."""
    file = tmp_path / "agenda.csv"
    file.write_bytes("start;title\n2026-09-01 09:00;Eröffnung – Grüße\n".encode(encoding))
    agenda, faults = load(str(file), HELSINKI)
    assert ([s.title for s in agenda.sessions], faults) == (["Eröffnung – Grüße"], [])


def test_a_workbook_is_told_to_be_saved_as_csv() -> None:
    """A file of Excel or LibreOffice itself says what to do with it."""
    assert "save it as CSV" in read(decoded(b"PK\x03\x04\x14\x00\x06\xff\x81"), HELSINKI).faults[0]


def test_a_file_that_is_not_there_names_its_setting(tmp_path: Path) -> None:
    """Where the agenda is missing, the setting that names it is told."""
    assert load(str(tmp_path / "no.csv"), HELSINKI)[1][0].endswith(
        "no.csv cannot be read: No such file or directory. See [programme] agenda in agora.toml."
    )


@given(st.text(max_size=400) | st.text(max_size=200).map(lambda t: "BEGIN:VCALENDAR\r\n" + t) | st.just(ICS[:300]))
def test_anything_is_read_without_a_crash(text: str) -> None:
    """Whatever file somebody chooses, it gives sessions and sentences, never a crash."""
    sessions, faults = read(text, HELSINKI)
    assert all(s.start < s.end for s in sessions)
    assert all(isinstance(fault, str) for fault in faults)


def test_speaker_is_on_in_the_room_before_the_wall() -> None:
    """Somebody speaks while a calm session lasts in the wall's room; not in another, and not when it is switched off."""
    here = Session("a", 1000, 2000, "Opening", "Ada", "Main hall", calm=True)
    there = Session("b", 1500, 2500, "Workshop", "Ben", "Room 2", calm=True)
    lunch = Session("c", 2000, 3000, "Lunch", room="Main hall")
    agenda = Agenda((here, there, lunch), room="main hall ")
    assert [speaking(agenda, t) for t in (999, 1000, 1999, 2000)] == [None, here, here, None]
    assert speaking(Agenda((here, there, lunch)), 1600) == there
    assert speaking(Agenda((here,), on=False), 1500) is None


def test_moment_belongs_to_its_session() -> None:
    """A spike belongs to the session that was on, before the wall first, or to the one that had just ended."""
    first = Session("a", 0, 1000, "Opening", room="Main hall")
    other = Session("b", 0, 5000, "Workshop", room="Room 2")
    agenda = Agenda((other, first), room="Main hall")
    known = between(agenda, 0, 10_000)
    assert known == (first, other)
    assert under(known, 500) == first
    assert under(known, 2000) == other
    assert under(known, 5000 + LEEWAY_MS - 1) == other
    assert under(known, 5000 + LEEWAY_MS) is None
