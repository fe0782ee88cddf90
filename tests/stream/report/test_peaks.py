"""Peaks of a course, and when they were for the most part."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.report.peaks import core, greatest, peaks


def test_a_steep_hour_is_a_peak() -> None:
    """Where one stretch holds far more than the rest it is found, with its length."""
    peak = greatest("#tram", [1, 0, 2, 1, 0, 1, 30, 40, 1, 0, 1, 2] * 1 + [1] * 12)
    assert peak is not None
    assert (peak.begin, peak.end, peak.posts) == (6, 8, 70)
    assert peak.factor > 10


def test_an_even_course_has_none() -> None:
    """What is said all the time stands out nowhere."""
    assert greatest("#tram", [5, 6, 5, 4, 6, 5] * 10) is None
    assert greatest("#tram", [0] * 60) is None


def test_peaks_come_in_order_of_time() -> None:
    """Of several courses the peaks are told in the order in which they were."""
    late, early = [0] * 50 + [20] + [0] * 9, [0] * 5 + [20] + [0] * 54
    assert [peak.topic for peak in peaks({"late": late, "early": early})] == ["early", "late"]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60))
def test_core_is_the_shortest_stretch_with_half(times: list[int]) -> None:
    """The core holds at least half of the times, and no shorter stretch between two of them does."""
    at = sorted(times)
    begin, end = core(at)
    inside = np.array(at)
    half = (len(at) + 1) // 2
    assert np.count_nonzero((inside >= begin) & (inside <= end)) >= half
    for i in range(len(at) - half + 1):
        assert at[i + half - 1] - at[i] >= end - begin
