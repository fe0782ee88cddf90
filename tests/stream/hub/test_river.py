"""The bands of the river: which topics, in which order, and that neither flickers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.graphs import key_of
from stream.hub.river import MOST, NO_COMMUNITY, River
from stream.wire.snapshot import Numbers, People, Snapshot, TopicNode, Topics

Courses = Mapping[str, Sequence[int]]


def snapshot(courses: Courses) -> Snapshot:
    nodes = tuple(
        TopicNode(topic, topic.title(), sum(c), 0.0, 0.0, i - 1) for i, (topic, c) in enumerate(courses.items())
    )
    told = Topics(nodes, (), {topic: tuple(course) for topic, course in courses.items()})
    return Snapshot(0, 1800, False, Numbers(), told, People(), (), ())


def bands(river: River, courses: Courses, *untold: str) -> list[str]:
    """The topics of the bands, from the uppermost to the lowest."""
    topics = {key_of(topic): topic for topic in courses}
    found = river.of(snapshot(courses), {topic: topic.title() for topic in courses if topic not in untold})
    return [topics[stream.key] for stream in found]


def flat(weight: int, since: int = 0) -> list[int]:
    return [0] * since + [weight] * (60 - since)


def test_a_band_is_a_topic_with_its_label_and_its_course() -> None:
    """What travels is what may be shown; a topic without a community says so."""
    (stream,) = River().of(snapshot({"a": [1, 2, 3]}), {"a": "A"})
    assert stream.label == "A"
    assert stream.course == (1, 2, 3)
    assert stream.community == NO_COMMUNITY


def test_a_topic_that_may_not_be_named_is_no_band() -> None:
    """Without its label a topic is not shown, and it is gone at once when its label must go."""
    river = River()
    courses = {"a": flat(3), "b": flat(2)}
    assert set(bands(river, courses)) == {"a", "b"}
    assert bands(river, courses, "b") == ["a"]


def test_what_began_late_lies_outside() -> None:
    """The middle belongs to what has been said all the time."""
    courses = {"late": flat(9, 40), "early": flat(5), "soon": flat(5, 10), "later": flat(9, 50)}
    found = bands(River(), courses)
    assert {found[0], found[-1]} == {"late", "later"}


def test_a_newcomer_moves_nobody() -> None:
    """Bands that stay keep their order; a new one lies at an edge."""
    river, courses = River(), {f"t{i}": flat(20 - i, i) for i in range(6)}
    before = bands(river, courses)
    after = bands(river, courses | {"new": flat(400, 58)})
    assert [band for band in after if band != "new"] == before
    assert "new" in (after[0], after[-1])


def test_a_band_stays_until_another_is_a_fifth_heavier() -> None:
    """A topic that is as heavy as the lightest band does not take its place back and forth."""
    river = River()
    full = {f"t{i:02}": flat(50 + i) for i in range(MOST)}
    assert set(bands(river, full)) == set(full)
    assert "rival" not in bands(river, full | {"rival": flat(55)})
    assert "rival" in bands(river, full | {"rival": flat(61)})
    assert "rival" in bands(river, full | {"rival": flat(48)})


@given(st.lists(st.dictionaries(st.sampled_from("abcdefghijklmnopqrst"), st.lists(st.integers(0, 9), min_size=5, max_size=5)),
                max_size=5))  # fmt: skip
@settings(deadline=None, max_examples=40)
def test_bands_are_each_topic_once(history: list[dict[str, list[int]]]) -> None:
    """Whatever came before: at most so many bands, each once, each said by somebody."""
    river = River()
    for courses in history:
        found = bands(river, courses)
        assert len(found) == len(set(found)) <= MOST
        assert set(found) <= {topic for topic, course in courses.items() if any(course)}
        assert len(found) == min(MOST, sum(any(course) for course in courses.values()))


def test_bands_travel() -> None:
    """A band is the same after the wire."""
    (stream,) = River().of(snapshot({"a": [1, 2]}), {"a": "A"})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(stream), type=type(stream)) == stream
