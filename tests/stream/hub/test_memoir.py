"""What the hub writes to memory, and when."""

from __future__ import annotations

import stat
from pathlib import Path

from stream.analysis.memory import Memory
from stream.hub.memoir import EFFECT_MS, PATIENCE_MS, POINT_MS, SETTLE_MS, memory_key
from tests.stream.hub.house import NOW, House, post

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


def test_key(tmp_path: Path) -> None:
    """The key is made once, and only its owner can read it."""
    key = memory_key(tmp_path / "var" / "checkpoint")
    assert len(key) == 32
    assert memory_key(tmp_path / "var" / "checkpoint") == key
    assert stat.S_IMODE((tmp_path / "var" / "memory.key").stat().st_mode) == 0o600
