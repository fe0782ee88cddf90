"""Above the limit of rows the oldest are a sample: the laws hold, memory is bounded, and what is told is about right."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.simulation.world import World as Event
from stream.analysis import thinning, window
from stream.analysis.state import State
from stream.config import Config, HubConfig
from stream.mention import Mention, Retraction
from stream.wire.snapshot import Snapshot
from tests.stream.analysis.posts import MINUTE
from tests.stream.analysis.test_state_laws import Step, after, said, steps
from tests.stream.analysis.worlds import CONFIG, LAWS, NOW, WINDOW, World, worlds

FEW = msgspec.structs.replace(CONFIG, hub=HubConfig(rows=3))
START = 1_760_000_000_000


@contextmanager
def coarse() -> Iterator[None]:
    """A window has four buckets, and of an old one a single row is left."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window, "BUCKETS", 4)
        patch.setattr(thinning, "LEAST", 1)
        yield


@LAWS
@given(
    world=worlds(),
    shuffle=st.randoms(use_true_random=False),
    times=st.lists(st.integers(NOW - 3 * WINDOW, NOW), max_size=3),
)
@coarse()
def test_order_does_not_matter(world: World, shuffle: random.Random, times: list[int]) -> None:
    """Which rows are left, and what they stand for, is the same whatever the order and whenever somebody looked."""
    calls = steps(world)
    expected = said(after(calls, config=FEW))
    shuffle.shuffle(calls)
    assert said(after(calls, tuple(sorted(times)), FEW)) == expected


@LAWS
@given(world=worlds(), chance=st.randoms(use_true_random=False))
@coarse()
def test_merge_is_the_union(world: World, chance: random.Random) -> None:
    """Two samples together are the sample of all that both have seen."""
    calls = steps(world)
    parts: tuple[list[Step], list[Step]] = ([], [])
    for call in calls:
        parts[chance.randrange(2)].append(call)
        if chance.random() < 0.2:
            parts[chance.randrange(2)].append(call)
    expected = said(after(calls, config=FEW))
    for one, two in (parts, parts[::-1]):
        state = after(one, config=FEW)
        state.merge(after(two, config=FEW))
        assert said(state) == expected


@LAWS
@given(world=worlds(), cut=st.integers(0, 40))
@coarse()
def test_restart_equals_no_restart(world: World, cut: int) -> None:
    """A sample that went through bytes goes on like one that did not."""
    calls = steps(world)
    state = State(FEW, WINDOW)
    for call in calls[:cut]:
        call(state)
    state = State.from_bytes(state.to_bytes(), FEW)
    for call in calls[cut:]:
        call(state)
    state.advance(NOW)
    assert said(state) == said(after(calls, config=FEW))


@LAWS
@given(worlds())
@coarse()
def test_what_is_gone_leaves_no_trace(world: World) -> None:
    """A sample shows nobody who is gone."""
    snapshot = after(steps(world), config=FEW).snapshot()
    gone = {r.target for r in world.retractions} | set(world.blocked)
    assert not gone & {node.id for node in snapshot.people.nodes}
    assert not gone & {story.author for story in snapshot.stories}
    assert not gone & {story.id for story in snapshot.stories}


@pytest.fixture(scope="module")
def event() -> list[Mention | Retraction]:
    """Twelve minutes of the simulated event."""
    found = Event(seed=5, rate=12.0).events(START, START + 12 * MINUTE)
    return [item for item in found if isinstance(item, (Mention, Retraction))]


def measured(event: list[Mention | Retraction], rows: int) -> tuple[State, Snapshot]:
    state = State(Config(hub=HubConfig(rows=rows)), 5 * MINUTE)
    for item in event:
        if isinstance(item, Retraction):
            state.retract(item)
    posts = [item for item in event if isinstance(item, Mention)]
    for first in range(0, len(posts), 500):
        state.add(posts[first : first + 500])
    return state, state.snapshot(START + 12 * MINUTE)


def test_a_sample_tells_about_the_same(event: list[Mention | Retraction]) -> None:
    """Of a window far over the limit posts, voices and shares are told to a few percent, and it says that it is approximate."""
    whole, exact = measured(event, 1_000_000)
    few, about = measured(event, 1000)
    assert not exact.approximate
    assert about.approximate
    assert len(few) < 0.75 * len(whole)
    for name, share in (("posts", 0.1), ("voices", 0.15), ("creators", 0.15), ("earned", 0.1)):
        assert getattr(about.numbers, name) == pytest.approx(getattr(exact.numbers, name), rel=share)
    assert about.numbers.sentiment.mean == pytest.approx(exact.numbers.sentiment.mean, abs=0.05)
    loud = [node.id for node in exact.topics.nodes[:10]]
    assert len(set(loud) & {node.id for node in about.topics.nodes[:15]}) >= 8
    assert about.numbers.timeline[-10:] == exact.numbers.timeline[-10:]


def test_rows_stay_few_however_many_come(event: list[Mention | Retraction]) -> None:
    """No more rows are held than the limit and the samples of all buckets."""
    few, _ = measured(event, 1000)
    buckets = few.window.reach // few.window.bucket + 2
    assert len(few) <= 1000 + buckets * thinning.LEAST
