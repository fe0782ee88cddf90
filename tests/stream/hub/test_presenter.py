"""The presenter: when feeds are made, and for whom first."""

from __future__ import annotations

import random

import pytest

from stream.analysis.state import State
from stream.config import ShowConfig
from stream.mention import Weight
from stream.wire.snapshot import Snapshot
from tests.stream.hub.house import NOW, SECRET, WORD, House, config, others, post


def test_slow_snapshot() -> None:
    """Where snapshots are slow, the words of a retracted post leave the newest feeds before the next one is made."""
    house = House()
    house.hear(post(1, SECRET), *others())
    house.later()
    presenter = house.engine.presenter
    presenter._cost_ms, presenter._soon_ms, presenter._due_ms = (
        3000.0,
        house.now + 6000.0,
        house.now + 12_000.0,
    )
    house.retract("simulation:1")
    house.at_once()
    assert "simulation:1" not in house.cards()
    assert house.removed


def test_a_card_comes_within_a_tenth_of_a_second() -> None:
    """A post that may be shown at once is a card before the next snapshot."""
    house = House()
    house.hear(*others())
    house.later()
    house.later(50)
    house.hear(post(1, SECRET))
    house.at_once()
    assert "simulation:1" in house.cards()


def test_a_new_card_does_not_wait_for_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a snapshot is due too the card is told before it is made, unless something has to go from the feeds first."""
    house = House()
    house.hear(*others())
    house.later()
    told: list[bool] = []
    snapshot = State.snapshot

    def looked(state: State, t_ms: int) -> Snapshot:
        told.append("simulation:1" in house.cards())
        return snapshot(state, t_ms)

    monkeypatch.setattr(State, "snapshot", looked)
    house.hear(post(1, SECRET))
    house.later()
    house.engine.decide("post:simulation:1", {"show": "hidden"})
    house.later()
    house.hear(post(1, SECRET), post(2, "Another one"))
    house.engine.decide("post:simulation:1", None)
    house.later()
    assert told == [True, True, False]
    assert "simulation:2" in house.cards()


def test_the_staff_are_told_in_a_turn_of_their_own() -> None:
    """The wall's feeds do not wait for the tablet's, but what has to go is gone from both in one turn."""
    house = House()
    house.hear(*others())
    house.later()

    def turn(ms: int = 0) -> list[str]:
        house.now += ms
        house.engine.tick(house.now, house.now)
        return [told["id"] for told in house.told("posts")["posts"]]

    house.hear(post(1, SECRET))
    assert "simulation:1" not in turn(1000)
    assert "simulation:1" in house.cards()
    assert "simulation:1" in turn()
    house.retract("simulation:1")
    assert "simulation:1" not in turn(1000)
    assert house.leaks(WORD, ("board", "tablet")) == []


def test_the_staff_are_not_told_names_that_have_to_go() -> None:
    """A label that is blocked between a snapshot and the staff's turn is not told to them, neither then nor later."""
    house = House()
    house.hear(*others())
    house.later()
    house.hear(*(post(n, f"Off to #{'Lisbon' if n % 2 else WORD} today, number {n}") for n in range(40, 56)))
    house.now += 1000
    house.engine.tick(house.now, house.now)
    assert house.leaks(WORD, ("board",)) != []
    house.engine.decide(f"block:term:{WORD}", {})
    for ms in (1, 1, 1000, 0):
        house.now += ms
        house.engine.tick(house.now, house.now)
        assert WORD.casefold() not in str(house.told("conversation")).casefold()
    assert "lisbon" in str(house.told("conversation")).casefold()


def test_the_strongest_and_the_newest() -> None:
    """A new post is a card also where a hundred are stronger."""
    house = House()
    letters = random.Random(1)
    for i in range(100):
        text = " ".join("".join(letters.choices("aeioklmnrst", k=6)) for _ in range(12))
        house.hear(post(i, text, at=NOW - 90_000 + i, weight=Weight(likes=900 - i)))
    house.hear(post(200, SECRET, at=NOW))
    house.later()
    cards = list(house.cards())
    assert len(cards) == 40
    assert cards[:20] == [f"simulation:{i}" for i in range(20)]
    assert "simulation:200" in cards[20:]


def test_removals_are_timed() -> None:
    """How long it took from hearing of a removal to feeds without it is a metric."""
    house = House()
    house.hear(post(1, SECRET))
    house.later()
    house.retract("simulation:1")
    house.at_once()
    assert house.metrics.registry.get_sample_value("agora_removal_seconds_count") == 1


def test_the_first_posts_are_on_the_board_at_once() -> None:
    """Feeds do not wait a second when the ones before them were empty, even while words wait for their delay."""
    house = House(config(show=ShowConfig(delay_s=10)))
    house.later()
    house.hear(*others())
    house.at_once()
    assert house.told("numbers")["numbers"]["posts"] == 6
