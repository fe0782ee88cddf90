"""Bursts: a detector that looks only back, and the topics that it calls rising."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.bursts import BurstDetector
from tests.stream.analysis.posts import measured, post
from tests.stream.analysis.worlds import LAWS, NOW


def scores(counts: list[float], period: float = 60.0) -> list[float]:
    detector = BurstDetector(period)
    return [detector.update(period * i, count) for i, count in enumerate(counts)]


@LAWS
@given(st.lists(st.integers(0, 100_000), max_size=80), st.integers(0, 80))
def test_no_look_ahead(counts: list[int], cut: int) -> None:
    """What comes later changes no score, and every score lies in 0 … 1."""
    whole = scores([float(count) for count in counts])
    assert whole[:cut] == scores([float(count) for count in counts[:cut]])
    assert all(0.0 <= score <= 1.0 for score in whole)


def test_a_jump_is_a_burst_and_noise_is_none() -> None:
    """Poisson noise around 20 stays quiet; five times as many is a burst at once; what lasts becomes the usual."""
    chance = random.Random(7)
    noise = [float(sum(chance.random() < 0.02 for _ in range(1000))) for _ in range(200)]
    found = scores([*noise, *[100.0] * 400])
    assert max(found[:200]) < 0.5
    assert found[200] > 0.9
    assert found[-1] < 0.5


def test_periods_left_out_had_nothing() -> None:
    """A gap in the series counts as zeros."""
    gap, zeros = BurstDetector(60), BurstDetector(60)
    for i in range(20):
        gap.update(60.0 * i, 5)
        zeros.update(60.0 * i, 5)
    for i in range(20, 40):
        zeros.update(60.0 * i, 0)
    assert gap.update(2400.0, 30) == zeros.update(2400.0, 30)


def test_a_period_is_longer_than_nothing() -> None:
    """A detector of no period is refused."""
    with pytest.raises(ValueError):
        BurstDetector(0)


def test_a_topic_that_jumps_rises() -> None:
    """A topic said once in two minutes, then every four seconds for two minutes, rises since then; a steady one does not."""
    steady = [post(f"s{i}", f"p{i}", text="#steady", ago_s=i * 20) for i in range(160)]
    quiet = [post(f"q{i}", f"p{i}", text="#storm", ago_s=120 + i * 120) for i in range(25)]
    storm = [post(f"x{i}", f"x{i}", text="#Storm", ago_s=i * 4) for i in range(30)]
    rising = measured(*steady, *quiet, *storm).rising
    assert [found.topic for found in rising] == ["#storm"]
    found = rising[0]
    assert found.label == "#Storm"
    assert 90_000 <= NOW - found.since <= 180_000
    assert found.factor > 10
    assert sum(found.curve) == 45
