"""What the schedule has on air, over midnights and changes of the clock."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from stream.show.schedule import Slot, coming, current, zone_of

HELSINKI = ZoneInfo("Europe/Helsinki")
MON, FRI, SAT, SUN = 0, 4, 5, 6


def at(text: str, fold: int = 0) -> int:
    """Helsinki's clock on the wall as hub time."""
    return round(datetime.fromisoformat(text).replace(tzinfo=HELSINKI, fold=fold).timestamp() * 1000)


def on(slots: dict[str, Slot], text: str, fold: int = 0) -> str | None:
    found = current(slots, HELSINKI, at(text, fold))
    return found.id if found else None


def test_slot_has_its_weekday_and_hours() -> None:
    """A slot is on from its start, up to its end, on its days only."""
    slots = {"day": Slot((FRI,), "09:00", "18:00", "pulse")}
    assert on(slots, "2026-11-27 08:59:59") is None
    assert on(slots, "2026-11-27 09:00") == "day"
    assert on(slots, "2026-11-27 17:59:59") == "day"
    assert on(slots, "2026-11-27 18:00") is None
    assert on(slots, "2026-11-28 12:00") is None


def test_night_goes_on_over_midnight() -> None:
    """A slot that ends before it begins ends on the next day, also from Sunday into Monday."""
    slots = {"night": Slot((SUN,), "22:00", "02:00", "mood")}
    assert on(slots, "2026-11-29 23:00") == "night"
    assert on(slots, "2026-11-30 01:59") == "night"
    assert on(slots, "2026-11-30 02:00") is None
    assert on(slots, "2026-11-29 01:00") is None
    found = current(slots, HELSINKI, at("2026-11-30 01:00"))
    assert found is not None
    assert (found.since, found.until) == (at("2026-11-29 22:00"), at("2026-11-30 02:00"))


def test_slot_that_ends_when_it_begins_lasts_a_day() -> None:
    """From 08:00 to 08:00 is a whole day."""
    slots = {"all": Slot((SAT,), "08:00", "08:00", "pulse")}
    assert on(slots, "2026-11-29 07:59") == "all"
    assert on(slots, "2026-11-29 08:00") is None


def test_what_began_last_wins_until_it_ends() -> None:
    """A short slot within a long one is on while it lasts, and each says until when it is on."""
    slots = {"day": Slot((FRI,), "08:00", "20:00", "pulse"), "lunch": Slot((FRI,), "12:00", "13:00", "stories")}
    assert [on(slots, f"2026-11-27 {clock}") for clock in ("11:59", "12:30", "13:00")] == ["day", "lunch", "day"]
    morning = current(slots, HELSINKI, at("2026-11-27 10:00"))
    assert morning is not None
    assert morning.until == at("2026-11-27 12:00")


def test_hour_that_is_left_out_in_spring() -> None:
    """What begins in the hour that does not exist begins right after it, and nothing lies in between."""
    slots = {"a": Slot((SUN,), "01:00", "03:30", "pulse"), "b": Slot((SUN,), "03:30", "05:00", "mood")}
    # 2026-03-29: 03:00 becomes 04:00
    assert on(slots, "2026-03-29 02:59:59") == "a"
    after = current(slots, HELSINKI, at("2026-03-29 04:30"))
    assert after is not None
    assert after.id == "b"
    assert after.until - after.since == 30 * 60_000
    assert on(slots, "2026-03-29 04:00") == "a"


def test_hour_that_comes_twice_in_autumn() -> None:
    """A time in the hour that comes twice means the first; the slot is an hour longer, without a gap."""
    slots = {"a": Slot((SUN,), "01:00", "03:30", "pulse"), "b": Slot((SUN,), "03:30", "05:00", "mood")}
    # 2026-10-25: 04:00 becomes 03:00
    assert on(slots, "2026-10-25 03:29", fold=0) == "a"
    assert on(slots, "2026-10-25 03:30", fold=0) == "b"
    assert on(slots, "2026-10-25 03:10", fold=1) == "b"
    assert on(slots, "2026-10-25 04:59") == "b"


def test_coming_slots_in_their_order() -> None:
    """The next beginnings within a week come in the order of time."""
    slots = {"day": Slot((MON, FRI), "09:00", "18:00", "pulse"), "night": Slot((FRI,), "18:00", "09:00", "mood")}
    found = coming(slots, HELSINKI, at("2026-11-27 10:00"))
    assert [it.id for it in found] == ["night", "day", "day"]
    assert [it.since for it in found][:2] == [at("2026-11-27 18:00"), at("2026-11-30 09:00")]


def test_zone_that_does_not_exist() -> None:
    """An unknown zone is told with what one looks like; none means this machine's."""
    with pytest.raises(ValueError, match="Europe/Helsinki"):
        zone_of("Mars/Olympus")
    with pytest.raises(ValueError):
        zone_of("../etc/passwd")
    assert zone_of("").key
