"""Where a playlist is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream.show.playlist import Item, Playlist, Position, position, skipped

LIST = Playlist("Day", (Item("pulse", 60), Item("topics", 30), Item("gone", 10), Item("people", 20)))
KNOWN = {"pulse", "topics", "people"}
NOW = 1_700_000_000_000


def test_items_follow_each_other_over_and_over() -> None:
    """Each layout has its seconds; after the last comes the first; layouts that are gone are passed over."""
    at = [(0, "pulse"), (59, "pulse"), (60, "topics"), (90, "people"), (110, "pulse"), (170, "topics")]
    for seconds, layout in at:
        here = position(LIST, NOW, NOW + seconds * 1000, KNOWN)
        assert here is not None
        assert here.layout == layout
    assert position(LIST, NOW, NOW + 90_000, KNOWN) == Position(3, "people", NOW + 90_000, NOW + 110_000)


def test_nothing_that_can_be_shown_is_nowhere() -> None:
    """A playlist without a layout that exists is nowhere."""
    assert position(LIST, NOW, NOW, set()) is None


@given(st.integers(0, 10_000_000), st.integers(0, 10_000_000))
def test_next_begins_now(since: int, passed: int) -> None:
    """After going on, the next item that can be shown has just begun."""
    now = NOW + since + passed
    here = position(LIST, NOW + since, now, KNOWN)
    later = position(LIST, skipped(LIST, NOW + since, now, KNOWN), now, KNOWN)
    assert here is not None
    assert later is not None
    assert later.since == now
    assert later.layout != here.layout


@given(st.integers(-10_000_000, 10_000_000))
def test_now_lies_within_its_item(passed: int) -> None:
    """Whatever the time, it lies between the beginning and the end of the item that is shown."""
    here = position(LIST, NOW, NOW + passed, KNOWN)
    assert here is not None
    assert here.since <= NOW + passed < here.until
