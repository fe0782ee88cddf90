"""Pace: a hub that is behind spends its time on what it has not heard yet, and still shows what it knows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest

from stream.hub.pace import Pacer
from stream.hub.shedding import LATE_MS, SPARE, SUBJECT, WHOLE
from tests.stream.hub.house import NOW, House, post


def turns(house: House, behind_ms: float, seconds: int = 20) -> list[int]:
    """At which tenth of a second figures came, while a post came each time."""
    found, newest = [], 0
    for tenth in range(seconds * 10):
        house.now += 100
        house.hear(post(tenth, f"Tenth number {tenth} of a long evening", at=house.now))
        house.engine.tick(house.now, house.now, behind_ms)
        posted = house.board.newest("figures")
        if posted is not None and posted.rev != newest:
            newest = posted.rev
            found.append(tenth)
    return found


def test_snapshots_come_more_rarely_the_longer_mentions_wait() -> None:
    """A snapshot a second when nothing waits, fewer when mentions wait, and never none."""
    calm, late, very_late = (len(turns(House(), behind)) for behind in (0.0, 600.0, 60_000.0))
    assert calm >= 19
    assert calm > late > very_late >= 3


def test_a_hub_that_catches_up_presents_nothing_for_half_a_minute() -> None:
    """What walls show of an earlier life stays until a new one knows the evening, but no longer than half a minute."""
    reading, read = House(), House()
    assert turns(reading, math.inf, seconds=40)[0] == 300
    turns(read, math.inf, seconds=10)
    assert turns(read, 0.0, seconds=1)[0] == 0


def test_words_leave_a_hub_that_is_behind_at_once() -> None:
    """A deletion takes its words out of the feeds though the next snapshot of a hub that is behind is far."""
    house = House()
    turns(house, 0.0, seconds=2)
    assert "simulation:3" in house.cards()
    house.retract("simulation:3")
    house.now += 100
    house.engine.tick(house.now, house.now, 60_000.0)
    assert "simulation:3" not in house.cards()
    assert house.removed


def test_cards_wait_for_the_next_snapshot_while_mentions_wait() -> None:
    """No card is made between two snapshots while the hub is behind."""
    house = House()
    turns(house, 0.0, seconds=2)
    house.now += 100
    house.hear(post(9_999, "A card of its own, said by nobody else", at=house.now))
    house.engine.tick(house.now, house.now, 1_000.0)
    assert "simulation:9999" not in house.cards()
    house.now += 100
    house.engine.tick(house.now, house.now)
    assert "simulation:9999" in house.cards()


def test_posts_judged_anew_that_stay_held_take_nothing_out_of_the_feeds() -> None:
    """A repetition that comes late lets the ones after it be judged anew: feeds are made anew only if one of them goes."""
    house = House()
    turns(house, 0.0, seconds=2)
    said, began = "Come to my shop, the best shop, today", house.now
    house.hear(*(post(900 + n, said, author="loud", at=began + 1000 * n) for n in range(3)))
    house.later(3000)
    house.hear(post(903, said, author="loud", at=began + 1500))
    house.at_once()
    assert house.removed
    house.removed.clear()
    house.hear(post(904, said, author="loud", at=began + 1600))
    house.at_once()
    assert not house.removed


class Behind:
    """A follower that always waits, and a log whose ends grow by 1,500 a second."""

    looked: tuple[float, dict[int, int]] = (0.0, {0: 0})

    def waits_ms(self, now: float) -> float:  # noqa: ARG002
        return LATE_MS + 1.0


class Directly:
    """An analyst that answers where it is asked, and was busy all the time with 100 mentions a second."""

    queued, oldest_ms, busy_s = 0, None, 0.0

    async def ask(self, what: Callable[[], Any]) -> Any:
        return what()


@pytest.mark.parametrize("every_s", [1, 8])
async def test_a_rule_that_is_read_back_late_has_stood_from_its_start(every_s: int) -> None:
    """However rarely a starved hub looks it decides, and though it comes far past the start of its rule before the log gives it
    back, a later life leaves out the same."""
    house, behind, analyst, written = House(), Behind(), Directly(), list[Any]()

    class Slowly:
        """A desk whose log takes its time: 6,000 mentions are applied until a decision is in it."""

        async def put(self, subject: str, value: Any, **_: Any) -> None:
            house.hear(*said[house.engine.read :])
            written.append(value)
            house.engine.decide(subject, value)

    parts: Any = {"analyst": analyst, "follower": behind, "desk": Slowly()}
    pacer = Pacer(house.config, engine=house.engine, metrics=house.metrics, clock=lambda: house.now, **parts)
    said = [post(n, f"Post {n} of the crowd about #tea", at=NOW - 60_000 + n) for n in range(6500)]
    for second in range(5):
        if written:
            break
        behind.looked = (float(every_s * second), {0: 1500 * second})
        analyst.busy_s = float(second)
        house.hear(*said[100 * second : 100 * (second + 1)])
        await pacer.look()
    assert written
    later = House()
    later.engine.decide(SUBJECT, written[-1])
    later.hear(*said)
    assert house.engine.shedding.shed(house.now) == later.engine.shedding.shed(later.now) > 0


@pytest.mark.parametrize(
    ("queued", "expected"),
    [(20_000, [int(SPARE * WHOLE * 1000 / 1500)]), (0, [])],
    ids=["always waits", "log was away"],
)
async def test_a_late_hub_sheds_what_it_does_not_come_to(queued: int, expected: list[int]) -> None:
    """What keeps it from reading counts: it reads 1,000 of 1,500 a second in a third of its time, and takes on no more; but
    where nothing waited to be read it was the log that was slow, and all is read.
    """
    house, behind, analyst, shares = House(), Behind(), Directly(), list[int]()
    analyst.queued = queued

    class At:
        """A desk whose log takes a decision at once."""

        async def put(self, subject: str, value: Any, **_: Any) -> None:  # noqa: ARG002
            shares.append(value["rules"][-1]["share"])

    parts: Any = {"analyst": analyst, "follower": behind, "desk": At()}
    pacer = Pacer(house.config, engine=house.engine, metrics=house.metrics, clock=lambda: house.now, **parts)
    for second in range(6):
        behind.looked = (float(second), {0: 1500 * second})
        house.engine.read, analyst.busy_s = 1000 * second, second / 3
        await pacer.look()
    assert shares == expected
