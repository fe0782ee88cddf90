"""Times as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.times import moment, pace, span


def test_a_moment_without_a_zone_is_utc() -> None:
    """moment reads a time without a zone as UTC, and one with a zone in its zone."""
    assert moment("2016-01-12T18:00") == moment("2016-01-12T18:00Z") == moment("2016-01-12T20:00+02:00")


@given(st.integers(1, 10_000), st.sampled_from("smhd"))
def test_a_span_is_a_number_of_units(number: int, unit: str) -> None:
    """span gives a number of seconds, minutes, hours or days in milliseconds."""
    assert span(f"{number}{unit}") == number * {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}[unit]


def test_a_pace_is_a_number_or_max() -> None:
    """pace gives the number, and None for as fast as the machine can."""
    assert (pace("2.5"), pace("max")) == (2.5, None)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (moment, "tuesday"),
        (span, "0m"),
        (span, ""),
        (span, "1.5h"),
        (span, "²d"),
        (pace, "-1"),
        (pace, "inf"),
        (pace, "nan"),
    ],
)
def test_what_means_nothing_is_told(read: object, text: str) -> None:
    """Text that is no time is refused with how to write one."""
    assert callable(read)
    with pytest.raises(ValueError, match="write"):
        read(text)
