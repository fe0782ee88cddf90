"""The laws of the pauses between two tries."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.backoff import BackOff


def test_pauses_double_up_to_the_longest() -> None:
    """Each pause is twice the last, until the longest."""
    pauses = BackOff(5, 320, draw=lambda: 1.0)
    assert [pauses.next() for _ in range(8)] == [5, 10, 20, 40, 80, 160, 320, 320]


def test_pauses_grow_by_the_first() -> None:
    """Linear pauses grow by the first one, up to the longest."""
    pauses = BackOff(0.25, 0.9, grows="linear", draw=lambda: 1.0)
    assert [pauses.next() for _ in range(5)] == [0.25, 0.5, 0.75, 0.9, 0.9]


def test_reset_begins_anew() -> None:
    """After a reset the next failure is the first one."""
    pauses = BackOff(1, 60, draw=lambda: 0.0)
    assert [pauses.next(), pauses.next()] == [0.5, 1.0]
    pauses.reset()
    assert pauses.next() == 0.5


@given(st.floats(0.01, 100), st.floats(0.01, 1000), st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_jitter_takes_at_most_half(first: float, longest: float, draws: list[float]) -> None:
    """A pause lies between half of the whole one and the whole one, and is never longer than the longest."""
    dice = iter(draws)
    whole, real = BackOff(first, longest, draw=lambda: 1.0), BackOff(first, longest, draw=lambda: next(dice))
    for _ in draws:
        most = whole.next()
        assert most / 2 <= real.next() <= most <= max(first, longest)
