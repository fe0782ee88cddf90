"""What the hub writes to memory, and when."""

from __future__ import annotations

import stat
from pathlib import Path

from stream.analysis.crowd import day_of
from stream.analysis.hours import HOUR_MS
from stream.analysis.memory import Memory
from stream.config import HubConfig, TrackConfig
from stream.hub.memoir import (
    BEHIND_MS,
    EFFECT_MS,
    PATIENCE_MS,
    POINT_MS,
    SETTLE_MS,
    URGENT_MS,
    VOICES_MS,
    memory_key,
)
from tests.stream.hub.house import NOW, House, config, post

POINT = (NOW // POINT_MS + 1) * POINT_MS


def chatting() -> House:
    """A house whose people have talked; memory has its colours up to the last point."""
    house = House(now=POINT - POINT_MS // 2)
    house.hear(*[post(i, f"Hello #tea{i % 3} #sun{i % 3}", at=house.now - 5000 - i) for i in range(30)])
    house.later()
    while due := house.engine.memories(house.now, house.now):
        back(house, due)
    return house


def back(house: House, due: dict[str, bytes]) -> None:
    house.engine.apply([house.record("memory", subject, value) for subject, value in due.items()], house.now)


def test_colours_are_written_after_each_point() -> None:
    """Colours are due a moment after a point of T, once, and count some seconds later."""
    house = chatting()
    house.later(POINT + SETTLE_MS - 1 - house.now)
    assert house.engine.memories(house.now, house.now) == {}
    house.later(1)
    due = house.engine.memories(house.now, house.now)
    assert {subject.rsplit(":", 1)[0] for subject in due} == {"communities:topics", "communities:people"}
    assert house.engine.memories(house.now, house.now) == {}
    back(house, due)
    assert house.engine.state.memory.latest() == POINT + EFFECT_MS
    house.later(PATIENCE_MS)
    assert house.engine.memories(house.now, house.now) == {}


def test_a_hub_that_is_behind_writes_colours_later() -> None:
    """It reads mentions first, but for as long as the colours will have been read back before they count."""
    house = chatting()
    house.later(POINT + URGENT_MS - 1 - house.now)
    assert house.engine.memories(house.now, house.now, BEHIND_MS) == {}
    assert URGENT_MS < EFFECT_MS
    house.later(1)
    late = house.engine.memories(house.now, house.now, BEHIND_MS)
    again = chatting()
    again.later(POINT + SETTLE_MS - again.now)
    assert late == again.engine.memories(again.now, again.now, BEHIND_MS - 1)


def test_lost_colours_are_written_again() -> None:
    """What does not come back is written once more."""
    house = chatting()
    house.later(POINT + SETTLE_MS - house.now)
    assert house.engine.memories(house.now, house.now)
    house.later(PATIENCE_MS)
    assert house.engine.memories(house.now, house.now)


def test_nothing_measured_changes_later() -> None:
    """A snapshot taken before its colours were read back is the same afterwards."""
    house = chatting()
    house.later(POINT + SETTLE_MS - house.now)
    due = house.engine.memories(house.now, house.now)
    before = house.snapshot()
    back(house, due)
    assert house.snapshot() == before


def test_voices_of_the_day() -> None:
    """Who spoke is written as keyed hashes, without those who are gone."""
    house = House()
    house.engine.state.memory = Memory(b"secret")
    house.hear(post(1, "Hello"), post(2, "Hello again"))
    house.retract("simulation:author2", "author")
    house.later()
    due = house.engine.memories(house.now, house.now)
    voices = b"".join(value for subject, value in due.items() if subject.startswith("voices:"))
    assert len(voices) == 8
    assert b"author" not in voices
    assert house.engine.memories(house.now, house.now) == {}


def test_voices_are_written_until_they_are_known() -> None:
    """A record that did not come back is written once more with whoever spoke since; what is known is not."""
    house = House()
    house.engine.state.memory = Memory(b"secret")
    house.hear(post(1, "Hello"), post(2, "Hello again"))
    house.later()
    assert house.engine.memories(house.now, house.now)
    house.hear(post(1, "Hello", at=house.now), post(3, "Good day", at=house.now))
    house.later(VOICES_MS // 2)
    due = {s: v for s, v in house.engine.memories(house.now, house.now).items() if s.startswith("voices:")}
    assert len(b"".join(due.values())) == 3 * 8
    back(house, due)
    house.later(VOICES_MS // 2)
    assert not [s for s in house.engine.memories(house.now, house.now) if s.startswith("voices:")]


def test_key(tmp_path: Path) -> None:
    """The key is made once, and only its owner can read it."""
    key = memory_key(tmp_path / "var" / "checkpoint")
    assert len(key) == 32
    assert memory_key(tmp_path / "var" / "checkpoint") == key
    assert stat.S_IMODE((tmp_path / "var" / "memory.key").stat().st_mode) == 0o600


def test_hours_of_tracks_and_voices_of_the_brand() -> None:
    """After each hour the posts of every track in it are written, once, and who spoke of the brand."""
    hour = 3_600_000
    begins = (NOW // hour + 1) * hour
    house = House(
        config(hub=HubConfig(window_s=3600), tracks={"tea": TrackConfig(kind="brand", terms=("tea",))}), now=begins
    )
    house.hear(*[post(i, "More tea", at=begins + i * 600_000) for i in range(5)], post(9, "Coffee", at=begins))
    house.later(hour + SETTLE_MS - 1)
    memory = house.engine.state.memory
    back(house, house.engine.memories(house.now, house.now))
    assert memory.hours.between("tea", begins - hour, begins + hour) == (0, 1)
    house.later(1)
    due = house.engine.memories(house.now, house.now)
    assert [subject for subject in due if subject.startswith("tracks:")]
    back(house, due)
    assert memory.hours.between("tea", begins, begins + hour) == (5, 1)
    house.later(PATIENCE_MS)
    assert not [s for s in house.engine.memories(house.now, house.now) if s.startswith("tracks:")]
    day = day_of(begins) + 1
    assert memory.spoke_of_brand(["simulation:author1", "simulation:author9"], day) == [True, False]


def test_baselines_are_written_each_hour() -> None:
    """A moment after each full hour it is written, once, how often each topic was said; until then nobody knows."""
    hour = (NOW // HOUR_MS + 1) * HOUR_MS
    house = House(now=hour - 60_000)
    house.hear(*[post(i, "Hello #tea", at=house.now - 5000 - i) for i in range(7)])
    house.later(hour + SETTLE_MS - house.now)
    subject = f"baselines:{hour // HOUR_MS % 168}"
    due = house.engine.memories(house.now, house.now)
    assert subject in due
    assert subject not in house.engine.memories(house.now, house.now)
    back(house, due)
    posts, span = house.engine.state.memory.baselines.usual(["#tea", "#sun"], hour)
    assert posts.tolist() == [7, 0]
    assert span == house.engine.state.window.width
    house.later(PATIENCE_MS)
    assert subject not in house.engine.memories(house.now, house.now)
