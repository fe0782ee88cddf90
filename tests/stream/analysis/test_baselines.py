"""Baselines: what memory knows of the hours before the window."""

from __future__ import annotations

import pytest

from stream.analysis.baselines import HOURS, TOPICS, Baselines, record
from stream.analysis.hours import HOUR_MS
from tests.stream.analysis.worlds import NOW

HOUR = NOW // HOUR_MS * HOUR_MS


def knowing(*records: dict[str, bytes]) -> Baselines:
    found = Baselines()
    for subject, value in (item for held in records for item in held.items()):
        found.remember(int(subject.partition(":")[2]), value)
    return found


def test_the_last_day_and_this_hour_of_others_tell() -> None:
    """Hours of the last day count, and of earlier days those near this hour; what is to come does not."""
    told = [record(HOUR - ago * HOUR_MS, 1000, {"#tea": 1 << i}) for i, ago in enumerate((1, 23, 30, 48, 49, 51, -1))]
    posts, span = knowing(*told).usual(["#tea", "#sun"], HOUR)
    assert posts.tolist() == [0b0011011, 0]
    assert span == 4000


def test_a_record_replaces_that_of_a_week_ago() -> None:
    """There is one record an hour of the week; None clears it; only the strongest topics are in it."""
    many = {f"t{i:04}": i for i in range(2 * TOPICS)}
    held = knowing(record(HOUR - HOURS * HOUR_MS, 5, {"#tea": 3}), record(HOUR, 7, many))
    assert len(held.entries()) == 1
    assert held.has(HOUR)
    assert not held.has(HOUR + HOUR_MS)
    posts, span = held.usual(["t0000", f"t{2 * TOPICS - 1:04}"], HOUR)
    assert (posts.tolist(), span) == ([0, 2 * TOPICS - 1], 7)
    held.remember(HOUR // HOUR_MS % HOURS, None)
    assert held.entries() == {}
    with pytest.raises(ValueError):
        held.remember(HOURS, b"")


def test_merge_keeps_the_later() -> None:
    """Whoever merges with whom, both know the same."""
    old, new, other = record(HOUR, 5, {"#a": 1}), record(HOUR, 5, {"#b": 1}), record(HOUR - HOUR_MS, 5, {})
    one, two = knowing(old, other), knowing(new)
    one.merge(knowing(new))
    two.merge(knowing(old, other))
    assert one.entries() == two.entries() == knowing(new, other).entries()
