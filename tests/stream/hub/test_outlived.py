"""Posts whose source does not tell of deletions: shown for a while, and no longer."""

from __future__ import annotations

from stream.analysis.state import State
from stream.config import ClockConfig, HubConfig
from stream.hub.gate import MUTE_MS
from stream.mention import NO_DELETIONS, encode
from tests.stream.hub.house import NOW, SECRET, WORD, House, config, others, post


def live() -> House:
    return House(config(hub=HubConfig(window_s=3600), clock=ClockConfig()))


def replay() -> House:
    return House(config(hub=HubConfig(window_s=3600), clock=ClockConfig(mode="replay")))


def test_a_source_that_does_not_tell_of_deletions() -> None:
    """Its posts are shown for fifteen minutes after the log took them, then only their numbers count."""
    house = live()
    house.hear(post(1, SECRET, flags=(NO_DELETIONS,)), *others())
    house.later(MUTE_MS - 1)
    assert "simulation:1" in house.cards()
    house.at_once()
    assert house.leaks(WORD) == []
    assert house.cards()
    assert house.told("numbers")["numbers"]["posts"] == 7
    assert house.told("posts")["posts"][-1]["state"] == "hidden"
    assert "does not tell of deletions" in house.told("posts")["posts"][-1]["reason"]


def test_its_time_runs_on_over_a_restart() -> None:
    """With or without a checkpoint, a post whose time is over is not shown again, nor one longer because of it."""
    muted = post(1, SECRET, flags=(NO_DELETIONS,))
    for passed, shown in ((MUTE_MS - 10_000, True), (MUTE_MS + 10_000, False)):
        first = live()
        record = first.record("mentions", "a", encode(muted))
        first.engine.apply([record], first.now)
        first.later(passed)
        with_it, without = live(), live()
        with_it.engine.restore(first.engine.save()(), State.from_bytes(first.engine.state.to_bytes(), first.config))
        without.engine.apply([record], first.now)
        then = first.now
        for house in (first, with_it, without):
            house.now = then
            house.later(1000)
            assert ("simulation:1" in house.cards()) == shown
            house.later(20_000)
            assert house.leaks(WORD) == []


def test_in_a_replay_nobody_waits_for_deletions() -> None:
    """The limit is for what is said now."""
    house = replay()
    house.hear(post(1, SECRET, flags=(NO_DELETIONS,)))
    house.later(MUTE_MS + 1000)
    assert "simulation:1" in house.cards()


def test_sources_say_whether_they_tell_of_deletions() -> None:
    """A source whose newest post came with the flag does not; whatever the order of reading."""
    told = []
    for order in (1, -1):
        house = live()
        house.hear(*[post(1, "One"), post(2, "Two", at=NOW, flags=(NO_DELETIONS,))][::order])
        house.later()
        told.append([s["deletions"] for s in (*house.told("sources")["sources"], *house.snapshot()["sources"])])
    assert told == [[False, False]] * 2
