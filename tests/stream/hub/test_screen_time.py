"""For how long announcements and sponsors were on the wall."""

from __future__ import annotations

from stream.config import ClockConfig
from stream.hub.plan import Plan
from stream.hub.screen_time import ScreenTime, on_the_wall
from stream.wire.messages import Layout, OnAir, Panel
from stream.wire.said import TURN_MS

NOW = 1_700_000_000_000 // TURN_MS * TURN_MS


def plan() -> Plan:
    plan = Plan(ClockConfig())
    for key in "ab":
        plan.decide(f"sponsor:{key}", {"name": key.upper(), "picture": "0" * 16, "since": 0}, NOW, "desk")
    plan.decide(
        "announcement:1", {"kind": "announcement", "text": "Hello", "since": NOW, "until": NOW + 100}, NOW, "desk"
    )
    return plan


def air(visual: str = "title", why: str = "default", panic: bool = False) -> OnAir:
    return OnAir(at=NOW, rev=1, layout=Layout("x", "", (Panel(visual, (1, 2)),)), why=why, panic=panic)


def test_sponsors_take_turns_for_equally_long() -> None:
    """Over a whole round every sponsor has had the same time, and only where there is room for sponsors."""
    seen = [on_the_wall(plan(), air(), NOW + 1000 + i * TURN_MS) for i in range(4)]
    names = [next(iter(on.values())) for on in seen]
    assert sorted(names) == ["A", "A", "B", "B"]
    assert names[0] != names[1]
    assert on_the_wall(plan(), air("numbers"), NOW + 1000) == {}


def test_nothing_of_it_is_on_the_safe_scene() -> None:
    """The safe scene shows no announcement and no sponsor; an urgent announcement stands alone."""
    assert on_the_wall(plan(), air(panic=True), NOW) == {}
    urgent = plan()
    urgent.decide("announcement:2", {"kind": "announcement", "text": "Leave", "since": 0, "urgent": True}, NOW, "desk")
    assert on_the_wall(urgent, air("announcement", "urgent"), NOW) == {"announcement:2": "Leave"}
    assert "announcement:2" not in on_the_wall(urgent, air(), NOW)


def test_time_is_added_up_and_survives() -> None:
    """Looks add up to the time between them; a pause counts nothing; another life goes on from what was written."""
    time = ScreenTime()
    for ms in (0, 250, 500, 60_000, 60_250):
        time.look(NOW + ms, {"sponsor:a": "A"})
    due = time.due(NOW + 60_250)
    assert list(due) == ["shown:2023-11-14"]
    assert time.due(NOW + 60_251) == {}
    later = ScreenTime()
    for subject, value in due.items():
        later.remember(subject, value)
    later.look(NOW + 70_000, {})
    later.look(NOW + 70_500, {"sponsor:a": "A"})
    assert later.days()["2023-11-14"]["sponsor:a"].ms == 1250
