"""The courses of topics: counts by bucket that add up to what the window holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.river import MOST, loudness
from tests.stream.analysis.posts import MINUTE, measured, post
from tests.stream.analysis.worlds import LAWS


def test_a_course_says_when_a_topic_was_said() -> None:
    """Posts count in the bucket of their time, oldest first, each topic in its own course."""
    old = [post(f"o{i}", text="#rain", ago_s=20 * 60) for i in range(3)]
    new = [post(f"n{i}", text="#rain #sun", ago_s=0) for i in range(2)]
    courses = measured(*old, *new).topics.courses
    assert list(courses) == ["#rain", "#sun"]
    assert courses["#rain"][-1] == 2
    assert courses["#rain"][-41] == 3
    assert sum(courses["#sun"]) == 2


def test_the_oldest_bucket_is_counted_whole() -> None:
    """A post that has just left the window still counts in the bucket that it shares with posts inside."""
    posts = [post(str(i), text="#rain", ago_s=ago) for i, ago in enumerate((30 * 60 + 1, 30 * 60 - 1, 60))]
    courses = measured(*posts).topics.courses
    assert courses["#rain"][0] >= 1
    assert sum(courses["#rain"]) == 3


def test_only_the_strongest_have_a_course() -> None:
    """However many topics there are, no more travel than a river needs to choose from."""
    posts = [post(f"{i}", text=f"#topic{i}") for i in range(MOST + 9)]
    assert len(measured(*posts).topics.courses) == MOST


def test_what_shoots_up_is_louder_than_what_drones() -> None:
    """As many posts in a minute outweigh those of half an hour."""
    assert loudness([0] * 50 + [20, 20]) > loudness([2] * 52)
    assert loudness([2] * 52) == 104


@LAWS
@given(st.lists(st.integers(0, 31 * 60), min_size=1, max_size=40))
def test_a_course_adds_up(ages: list[int]) -> None:
    """Every post of the window is in the course of its topic once."""
    snapshot = measured(*(post(str(i), text="#rain", ago_s=ago) for i, ago in enumerate([60, *ages])))
    inside = 1 + sum(age * 1000 < 30 * MINUTE for age in ages)
    course = snapshot.topics.courses["#rain"]
    assert inside <= sum(course) <= 1 + len(ages)
    assert sum(course[1:]) <= inside
    assert len(course) == len(snapshot.numbers.timeline)
