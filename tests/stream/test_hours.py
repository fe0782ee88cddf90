"""Opening hours and brightness: overnight, over midnight, and over the change to summer time."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.config import Misconfigured, load
from stream.config.hours import HoursConfig, brightness, closed_until, parse, points

HELSINKI = "Europe/Helsinki"
ZONE = ZoneInfo(HELSINKI)


def at(text: str, zone: str = HELSINKI) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def light(hours: HoursConfig, text: str, seen_from: str | None = None) -> float:
    """The brightness at a local time, by the points that a hub made at ``seen_from``."""
    return round(brightness(points(hours, ZONE, at(seen_from or text)), at(text)), 3)


LOBBY = HoursConfig(("mon-fri 07:00-22:00", "sat 10:00-02:00"), 0.0, ("08:00-18:00",), 0.5, 120.0)


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("2026-11-27T06:00", 0.0),  # a Friday
        ("2026-11-27T06:59", 0.25),
        ("2026-11-27T07:00", 0.5),
        ("2026-11-27T12:00", 1.0),
        ("2026-11-27T18:00", 1.0),
        ("2026-11-27T18:01", 0.75),
        ("2026-11-27T21:00", 0.5),
        ("2026-11-27T22:02", 0.0),
        ("2026-11-28T09:00", 0.0),
        ("2026-11-28T23:59", 0.5),
        ("2026-11-29T01:30", 0.5),  # Sunday, and still Saturday's evening
        ("2026-11-29T02:03", 0.0),
        ("2026-11-29T12:00", 0.0),
    ],
)
def test_a_lobby_by_the_hour(text: str, level: float) -> None:
    """A wall is off outside its hours, dim in the evening, and fades between them."""
    assert light(LOBBY, text) == level


@pytest.mark.parametrize("text", ["2026-11-28T23:30", "2026-11-29T01:30", "2026-11-27T21:00"])
def test_points_of_yesterday_still_hold(text: str) -> None:
    """A wall that has not heard its hub for a day shines as it should."""
    day_before = text[:8] + f"{int(text[8:10]) - 1:02d}" + text[10:]
    assert light(LOBBY, text, day_before) == light(LOBBY, text)


def test_summer_time() -> None:
    """At eight it is eight o'clock there, before and after the clocks are put forward and back."""
    hours = HoursConfig(("08:00-20:00",), fade_s=0.0)
    for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26"):
        assert [light(hours, f"{day}T{time}") for time in ("07:59", "08:00", "19:59", "20:00")] == [0, 1, 1, 0]
        assert light(hours, f"{day}T09:00", f"{day}T00:30") == 1.0


def test_nothing_said_is_always_full() -> None:
    """Without hours a wall shines day and night; one that got no points too."""
    assert {y for _, y in points(HoursConfig(), ZONE, at("2026-11-27T03:00"))} == {1.0}
    assert brightness((), 3.0) == 1.0
    assert closed_until(HoursConfig(), ZONE, 0) is None


def test_when_it_opens() -> None:
    """While it is closed the next opening is known, over a weekend too."""
    week = HoursConfig(("mon-fri 07:00-22:00",))
    assert closed_until(week, ZONE, at("2026-11-27T12:00")) is None
    assert closed_until(week, ZONE, at("2026-11-27T23:00")) == at("2026-11-30T07:00")
    assert closed_until(week, ZONE, at("2026-11-30T06:59")) == at("2026-11-30T07:00")


@pytest.mark.parametrize("written", ["", "7-22", "mon 25:00-26:00", "moon 07:00-08:00", "mon-fri", "08:61-09:00"])
def test_no_hours(written: str) -> None:
    """What cannot be read is refused with how to write it."""
    with pytest.raises(ValueError, match="write them like"):
        parse(written)


def test_faults_have_their_line(tmp_path: object) -> None:
    """Hours that cannot be read are faults of the configuration, each with its line."""
    path = f"{tmp_path}/agora.toml"
    with open(path, "w") as file:
        file.write('[hours]\nopen = ["always"]\nday = ["8-9"]\n')
    with pytest.raises(Misconfigured) as error:
        load(path, {})
    assert [(f.line, f.sentence.split(";")[0]) for f in error.value.faults] == [
        (2, "hours.open: 'always' are no hours"),
        (3, "hours.day: '8-9' are no hours"),
    ]


MINUTES = st.integers(0, 24 * 60 - 1).map(lambda m: f"{m // 60:02d}:{m % 60:02d}")
DAYS = st.sampled_from(["", "mon ", "sat,sun ", "fri-mon "])
WINDOWS = st.lists(st.builds(lambda d, a, b: f"{d}{a}-{b}", DAYS, MINUTES, MINUTES), max_size=3).map(tuple)


@given(
    st.builds(HoursConfig, WINDOWS, st.floats(0, 0.1), WINDOWS),
    st.sampled_from(["UTC", HELSINKI, "America/New_York", "Australia/Lord_Howe"]),
    st.integers(1_770_000_000_000, 1_800_000_000_000),
)
def test_points_are_in_order_and_within_bounds(hours: HoursConfig, zone: str, now: int) -> None:
    """Whatever hours somebody writes, points follow in time, and no brightness is beyond what was set."""
    found = points(hours, ZoneInfo(zone), now)
    assert [t for t, _ in found] == sorted(t for t, _ in found)
    assert found[0][0] < now < found[-1][0]
    assert all(min(hours.off, hours.evening) <= y <= 1.0 for _, y in found)
