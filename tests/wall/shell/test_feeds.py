"""The store: from the hub's messages to the view of a moment."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.wire.messages import Card, Figures, Label, Labels, Motion, Stories
from stream.wire.snapshot import Numbers, PersonNode, Rising, TopicNode
from tests.wall.shell.frames import feed, hello, motion, on_air
from wall.feeds import DELAY_MS, PULSE_MS, SWITCH_MS, Store

CARD = Card("simulation:1", "Words", "A", "a", "en", "simulation", "public", age_s=1, count=1, voices=1)


class Clock:
    """Local time that a test moves."""

    def __init__(self) -> None:
        self.ms = 0.0

    def __call__(self) -> float:
        return self.ms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Store:
    return Store(hello(), clock)


def labels(layout: str, *texts: str) -> Labels:
    entries = tuple(Label(key=i, text=text, size=60.0, side=0) for i, text in enumerate(texts))
    return Labels(at=0, layout=layout, panel=0, graph="topics", labels=entries)


def talk(store: Store) -> None:
    """A hub that greets and says everything."""
    for message in (
        hello(),
        on_air("topics", "constellation"),
        labels("topics", "#agora"),
        Stories(at=0, cards=(CARD,)),
        Figures(at=0, T=0, window_s=60, numbers=Numbers(), rising=(Rising("t", 0.5, 0, "Topic"),),
                topics=(TopicNode("t", "Topic", 3, 0.5, 0.0, 0),), voices=(PersonNode("", "@ann", "public", 3, 0),)),
    ):  # fmt: skip
        store.take(message)


def settled(store: Store, clock: Clock) -> None:
    """Time passes while the hub says something, until words are there."""
    for _ in range(20):
        clock.ms += 100
        store.take(hello_again())
        store.view(clock.ms)


def hello_again() -> Motion:
    """Something that the hub says all the time."""
    return motion([], 0, rev=99)


def test_safe_scene_without_a_hub(store: Store) -> None:
    """A wall that has never heard a hub shows the safe scene, and no words."""
    view = store.view(1000.0)
    assert view.panic
    assert view.on_air.panic
    assert view.words == 0
    assert not view.graphs
    assert not store.complete()


def test_view_is_drawn_in_the_past(store: Store) -> None:
    """The view of hub time h is that of h − 66 ms, between the states around it."""
    store.take(feed([5], at=0))
    store.take(motion([(0.2, 0.2)], 1000))
    store.take(motion([(0.4, 0.2)], 1033))
    view = store.view(1016.5 + DELAY_MS)
    assert view.t == 1016.5
    assert view.graphs["topics"].uv[0] == pytest.approx([0.3, 0.2], abs=1e-4)


def test_revision_matches_by_key(store: Store) -> None:
    """A node keeps its place when the feed is ordered anew, before any motion of the new order has come."""
    store.take(feed([5, 6, 7], at=0))
    store.take(motion([(0.1, 0.1), (0.2, 0.2), (0.3, 0.3)], 1000))
    store.take(feed([7, 9, 5], rev=2, at=1010))
    state = store.view(1010 + DELAY_MS).graphs["topics"]
    assert state.key.tolist() == [7, 9, 5, 6]
    assert state.uv[[0, 2, 3], 0] == pytest.approx([0.3, 0.1, 0.2], abs=1e-4)
    assert state.light[1] == 0
    store.take(motion([(0.3, 0.3), (0.9, 0.9), (0.1, 0.1)], 1020, rev=2))
    late = store.view(2000 + DELAY_MS).graphs["topics"]
    assert late.key.tolist() == [7, 9, 5]
    assert late.light.tolist() == [1, 1, 1]
    assert late.uv[1] == pytest.approx([0.9, 0.9], abs=0.01)


def test_motion_of_another_revision_is_left_out(store: Store) -> None:
    """Places that belong to a structure that is not known yet are not shown."""
    store.take(motion([(0.1, 0.1)], 1))
    store.take(feed([5], rev=2, at=0))
    store.take(motion([(0.9, 0.9)], 2, rev=1))
    assert store.late == 2
    assert store.view(1000).graphs["topics"].light.tolist() == [0]


def test_pulses_last_three_seconds(store: Store) -> None:
    """A pulse is in the view from its moment on, for about three seconds, and follows its nodes through a new order."""
    store.take(feed([5, 6], at=0))
    store.take(motion([(0.1, 0.1), (0.2, 0.2)], 1000, pulses=[(0, 1)]))
    assert store.view(999 + DELAY_MS).graphs["topics"].pulses == []
    assert store.view(1001 + DELAY_MS).graphs["topics"].pulses == [(0, 1, 1000.0)]
    store.take(feed([6, 5], rev=2, at=1500))
    assert store.view(1600 + DELAY_MS).graphs["topics"].pulses == [(1, 0, 1000.0)]
    assert store.view(1000 + PULSE_MS + DELAY_MS).graphs["topics"].pulses == []


def test_bad_arrays_are_counted(store: Store) -> None:
    """A feed, places and pulses that do not fit change nothing and are counted."""
    store.take(feed([5, 6], at=0))
    store.take(motion([(0.1, 0.1), (0.2, 0.2)], 1000))
    store.take(msgspec.structs.replace(feed([5, 6], rev=2), key=b"x"))
    store.take(motion([(0.1, 0.1)], 1001))
    store.take(motion([(0.1, 0.1), (0.2, 0.2)], 1002, pulses=[(0, 7)]))
    assert store.malformed == 3
    assert store.view(1000 + DELAY_MS).graphs["topics"].key.tolist() == [5, 6]


def test_switch(store: Store) -> None:
    """A switch begins at its hub time, lasts 0.8 s, and says what it comes from."""
    store.take(on_air("pulse", "numbers", at=0))
    store.take(on_air("topics", "constellation", at=5000, rev=2))
    early = store.view(4990 + DELAY_MS)
    assert (early.on_air.rev, early.previous) == (1, None)
    during = store.view(5400 + DELAY_MS)
    assert during.on_air.rev == 2
    assert during.previous is not None
    assert during.previous.rev == 1
    assert store.view(5000 + SWITCH_MS + DELAY_MS).previous is None


def test_same_layout_is_no_switch(store: Store) -> None:
    """When only the reason changes, nothing moves."""
    first = on_air("pulse", "numbers", at=0)
    store.take(first)
    store.take(msgspec.structs.replace(first, at=5000, rev=2, why="take"))
    view = store.view(5100 + DELAY_MS)
    assert (view.on_air.rev, view.previous) == (2, None)


def test_panic_does_not_wait_for_its_time(store: Store) -> None:
    """The hub's panic is shown with the next view, not 66 ms later."""
    store.take(on_air("pulse", "numbers", at=0))
    store.take(on_air("pulse", "numbers", at=5000, rev=2, panic=True))
    assert store.view(5000).panic


def test_on_air_from_a_clock_that_is_ahead(store: Store, clock: Clock) -> None:
    """A switch that lies in the future for good is shown after a second."""
    store.take(on_air("pulse", "numbers", at=0))
    store.take(on_air("topics", "constellation", at=10_000_000, rev=2))
    assert store.view(5000).on_air.rev == 1
    clock.ms += 1000
    assert store.view(6000).on_air.rev == 2


def test_words_fade_without_the_hub(store: Store, clock: Clock) -> None:
    """After ten seconds without the hub words fade and are forgotten; lights stay and drift."""
    talk(store)
    store.take(feed([5], at=0))
    store.take(motion([(0.5, 0.5)], 0))
    settled(store, clock)
    silent = clock.ms
    clock.ms = silent + 9_900
    assert store.view(clock.ms).words == 1
    clock.ms = silent + 10_300
    assert 0.3 < store.view(clock.ms).words < 0.7
    clock.ms = silent + 10_700
    view = store.view(clock.ms)
    assert view.words == 0
    assert view.silent_s == pytest.approx(10.7)
    later = store.view(clock.ms)
    assert later.stories is None
    assert not later.labels
    assert later.figures is not None
    assert (later.figures.rising, later.figures.topics, later.figures.voices) == ((), (), ())
    assert later.on_air.layout.name == "topics"
    assert later.graphs["topics"].light.tolist() == [1]


def test_words_are_gone_even_when_nobody_looked(store: Store, clock: Clock) -> None:
    """A frame that comes long after the silence began shows no words at all."""
    talk(store)
    settled(store, clock)
    clock.ms += 60_000
    assert store.view(clock.ms).words == 0


def test_words_come_back_with_the_hub(store: Store, clock: Clock) -> None:
    """When the hub speaks again, words rise within a second; only what it said since is there."""
    talk(store)
    settled(store, clock)
    clock.ms += 20_000
    store.view(clock.ms)
    store.take(hello())
    store.take(on_air("topics", "constellation"))
    view = store.view(clock.ms)
    assert view.words == pytest.approx(0, abs=0.01)
    assert view.stories is None
    store.take(Stories(at=0, cards=()))
    clock.ms += 900
    view = store.view(clock.ms)
    assert view.words == 1
    assert view.stories is not None


def test_a_new_hub_must_confirm_words(store: Store, clock: Clock) -> None:
    """A hub that restarts within the ten seconds, and does not say a story again, has it fade ten seconds after the old one."""
    talk(store)
    settled(store, clock)
    gone = clock.ms
    clock.ms += 3_000
    store.take(hello())
    store.take(on_air("topics", "constellation"))
    store.take(labels("topics", "#agora"))
    while clock.ms < gone + 9_900:
        clock.ms += 100
        store.take(hello_again())
        assert store.view(clock.ms).words == 1
    assert store.view(clock.ms).stories is not None
    while clock.ms < gone + 10_700:
        clock.ms += 100
        store.take(hello_again())
        store.view(clock.ms)
    assert store.view(clock.ms).stories is None
    assert store.view(clock.ms).labels
    clock.ms += 1000
    store.take(hello_again())
    assert store.view(clock.ms).words == 1


def test_labels_off_air_do_not_dim_the_wall(store: Store, clock: Clock) -> None:
    """Labels of a layout that has left are forgotten in silence after a restart of the hub."""
    talk(store)
    store.take(on_air("people", "conversations", rev=2))
    settled(store, clock)
    clock.ms += 1_000
    store.take(hello())
    store.take(Stories(at=0, cards=()))
    store.take(Figures(at=0, T=0, window_s=60, numbers=Numbers(), rising=()))
    for _ in range(150):
        clock.ms += 100
        store.take(hello_again())
        assert store.view(clock.ms).words == 1
    assert not store.view(clock.ms).labels


def test_complete(store: Store) -> None:
    """The store is complete when what the layout on air needs is there."""
    store.take(on_air("topics", "constellation"))
    assert not store.complete()
    store.take(feed([5], at=0))
    assert not store.complete()
    store.take(motion([(0.5, 0.5)], 0))
    assert store.complete()


ats, revs = st.integers(0, 5000), st.integers(1, 3)
messages = st.lists(
    st.one_of(
        st.builds(
            lambda k, a, r: feed(k, rev=r, at=a), st.lists(st.integers(0, 9), unique=True, max_size=5), ats, revs
        ),
        st.builds(lambda n, a, r: motion(np.full((n, 2), 0.5), a, rev=r), st.integers(0, 5), ats, revs),
        st.builds(lambda a, r, p: on_air("xy"[r % 2], "numbers", at=a, rev=r, panic=p), ats, revs, st.booleans()),
        st.builds(hello, ats),
        st.just(Stories(at=0, cards=(CARD,))),
        st.just(labels("x", "a")),
    ),
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(messages, st.lists(st.floats(0, 4000), min_size=25, max_size=25))
def test_any_order(said: list, waits: list[float]) -> None:
    """Whatever a hub says in whatever order, every view has arrays that fit, light and words in 0 … 1, and finite places."""
    clock = Clock()
    store = Store(hello(), clock)
    for message, wait in zip(said, waits, strict=False):
        store.take(message)
        clock.ms += wait
        view = store.view(clock.ms)
        assert 0 <= view.words <= 1
        for state in view.graphs.values():
            n, m = len(state.key), len(state.source)
            assert state.uv.shape == (n, 2)
            assert np.isfinite(state.uv).all()
            assert ((state.light >= 0) & (state.light <= 1)).all()
            assert {len(a) for a in (state.weight, state.light, state.community, state.role, state.burst)} == {n}
            assert {len(a) for a in (state.target, state.strength, state.weak)} == {m}
            assert not m or max(state.source.max(), state.target.max()) < n
