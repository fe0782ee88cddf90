"""How a source does, as its signs of life tell."""

from __future__ import annotations

from types import SimpleNamespace

from ingest.health import LIVE_S, SILENCE_S, WELL_S, Health
from ingest.source import SourceUnavailable
from tests.ingest.cable import NOW


class Times:
    """Both clocks, moved by hand; the wall clock may jump without the other."""

    def __init__(self) -> None:
        self.wall, self.steady = NOW, 100.0

    def move(self, seconds: float) -> None:
        self.wall += int(seconds * 1000)
        self.steady += seconds


def health_of(times: Times, **more: object) -> Health:
    source = SimpleNamespace(**{"name": "net:place", "source": "net", "tells_deletions": True, **more})
    return Health(source, now=lambda: times.wall, monotonic=lambda: times.steady)  # type: ignore[arg-type]


def test_live_and_quiet() -> None:
    """Items make it live for a minute; heartbeats alone leave it quiet."""
    times = Times()
    health = health_of(times)
    assert health.condition == "starting"
    health.hear(3, 2)
    assert (health.condition, health.rate, health.heard, health.alive) == ("live", 2, NOW, NOW)
    times.move(LIVE_S)
    health.hear(0, 0)
    assert (health.condition, health.rate, health.heard, health.alive) == ("quiet", 0, NOW, NOW + 60_000)


def test_silence_is_not_life() -> None:
    """Without a sign of life it is not called live or quiet for ever, and it says what is wrong; a sign makes it well."""
    times = Times()
    health = health_of(times)
    for _ in range(2):
        times.move(SILENCE_S + 1)
        status = health.status()
        assert (status.condition, status.fault) == ("waiting", "no sign of life for 5 minutes")
        assert "restart" in status.advice
        health.hear(1, 1)
        assert health.status().condition == "live"
        assert health.status().fault == ""


def test_a_source_that_looks_seldom() -> None:
    """One that says how long it may be silent is given that time."""
    times = Times()
    health = health_of(times, silence_s=4000)
    health.hear(1, 1)
    times.move(3999)
    assert health.condition == "quiet"
    times.move(2)
    assert health.condition == "waiting"


def test_failures_are_counted_until_it_is_well() -> None:
    """Failures in a row grow; who then hears something and runs for a minute has none, and no fault."""
    times = Times()
    health = health_of(times)
    for n in (1, 2):
        health.begin()
        health.hear(1, 1)
        times.move(WELL_S - 1)
        health.fail(SourceUnavailable("no such host; ask the network's people", stopped=n == 2))
        assert health.failures == n
    status = health.status(spooled=7)
    assert (status.condition, status.fault, status.advice) == ("stopped", "no such host", "ask the network's people")
    assert (status.name, status.source, status.spooled, status.failures) == ("net:place", "net", 7, 2)
    health.begin()
    health.hear(1, 1)
    times.move(WELL_S)
    assert (health.status().fault, health.status().failures) == ("", 0)
    health.fail(KeyError("a stranger's word"))
    assert health.failures == 1
    assert health.fault == 'KeyError: "a stranger\'s word"'
    assert (health.status().fault, health.status().condition) == ("a fault of its own, KeyError", "waiting")
    health.fail(OSError("no route to host"))
    assert health.status().fault == "OSError: no route to host"
    health.finish()
    assert health.status().condition == "finished"


def test_since_is_when_the_condition_changed() -> None:
    """It stays while the condition does."""
    times = Times()
    health = health_of(times)
    times.move(5)
    health.hear(1, 1)
    assert health.status().since == NOW + 5000
    times.move(5)
    assert (health.status().since, health.status().at) == (NOW + 5000, NOW + 10_000)


def test_a_clock_that_jumps() -> None:
    """The wall clock may jump years: only told times follow it, no condition and no rate does."""
    times = Times()
    health = health_of(times)
    health.hear(1, 1)
    times.wall += 10**11
    assert (health.condition, health.rate) == ("live", 1)
    times.wall -= 2 * 10**11
    assert (health.condition, health.rate) == ("live", 1)


def test_the_rate_is_of_a_minute() -> None:
    """However many batches there are, it holds a step a second."""
    times = Times()
    health = health_of(times)
    for _ in range(12_000):
        times.move(0.01)
        health.hear(1, 1)
    assert 5900 <= health.rate <= 6100
    assert len(health._counts) <= 61
