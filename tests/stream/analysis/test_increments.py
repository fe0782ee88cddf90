"""What is kept while rows come and go says what is told by reading all of them anew."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.simulation.world import World
from stream.analysis import lottery, said
from stream.analysis.columns import NEWER, NOWHERE, SHOWN
from stream.analysis.held import Held
from stream.analysis.ragged import NEAR, Ragged, Seldom
from stream.analysis.state import State
from stream.analysis.statistics import units
from stream.config import Config
from stream.mention import Mention, Retraction
from stream.wire.snapshot import encode
from tests.stream.analysis.posts import MINUTE, post
from tests.stream.analysis.worlds import LAWS, NOW

START = 1_760_000_000_000
WINDOW = 4 * MINUTE


@pytest.fixture(scope="module")
def records() -> list[Mention | Retraction]:
    """Ten minutes of the simulated event."""
    return [
        item
        for item in World(seed=11, rate=6.0).events(START, START + 10 * MINUTE)
        if isinstance(item, (Mention, Retraction))
    ]


def looked_at(records: list[Mention | Retraction], every: int) -> Iterator[State]:
    """A state now and then, while posts come, some of them late, are hidden and shown, retracted, and their authors blocked."""
    chance = random.Random(7)
    state = State(Config(), WINDOW)
    late: list[Mention] = []
    posts: list[Mention] = []
    for number, record in enumerate(records):
        if isinstance(record, Retraction):
            state.retract(record)
            continue
        if chance.random() < 0.1:
            late.append(record)
        else:
            posts.append(record)
        if number % 100 == 99:
            state.add(posts)
            chosen = chance.choice(posts)
            state.show(chosen.id, chance.random() < 0.5)
            if chance.random() < 0.1:
                state.block(chosen.author.id, chance.random() < 0.5)
            posts = []
        if number % every == every - 1:
            state.add(late)
            late = []
            state.advance(record.seen)
            yield state


def anew(state: State) -> State:
    """A state with the same rows that nobody has looked at."""
    return State.from_bytes(state.to_bytes(), Config())


def test_a_snapshot_says_what_a_fresh_state_says(records: list[Mention | Retraction]) -> None:
    """Topics, their edges and courses, phrases, stories and numbers depend on the rows, not on what was asked before."""
    moments = list(map(encode_both, looked_at(records, 500)))
    assert len(moments) > 5
    for now, fresh in moments:
        assert now == fresh


def test_what_is_no_longer_looked_at_is_let_go(
    records: list[Mention | Retraction], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Little room for units and a small sample mean that all are read again and again, and change nothing else."""
    monkeypatch.setattr(units, "MOST", 300)
    monkeypatch.setattr(said, "_SOON", 1)
    monkeypatch.setattr(lottery, "SAMPLE", 100)
    monkeypatch.setattr(lottery, "_SPARE", 200)
    monkeypatch.setattr(lottery, "_MOST", 400)
    sizes = []
    for state in looked_at(records, 1000):
        now, fresh = encode_both(state)
        sizes.append(state.view().statistics.units.size)
        assert now == fresh
    assert max(sizes) < 900


def encode_both(state: State) -> tuple[bytes, bytes]:
    return encode(state.snapshot()), encode(anew(state).snapshot())


LISTS = st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 5), max_size=6)), max_size=30)


@LAWS
@given(LISTS)
def test_ragged_lists_are_read_as_they_were_written(steps: list[tuple[int, list[int]]]) -> None:
    """The newest list of each row is found, however long, and lists that were replaced leave no room taken."""
    lists, numbers = Ragged(6), Seldom(3)
    lists.grow(10)
    numbers.grow(10)
    known = {slot: [-1] * 6 for slot in range(10)}
    for slot, ids in steps:
        known[slot] = ids + [-1] * (6 - len(ids))
        lists[np.array([slot])] = np.array([known[slot]], np.int32)
        numbers[np.array([slot])] = np.array([[len(ids), 0, 0]], np.uint64)
    every = np.arange(10)
    assert lists[every].tolist() == [known[slot] for slot in range(10)]
    lengths = [sum(number >= 0 for number in known[slot]) for slot in range(10)]
    assert numbers[every][:, 0].tolist() == lengths
    assert numbers.slots().tolist() == [slot for slot in range(10) if lengths[slot]]
    assert len(lists.beside) <= 64
    assert lists.first.tolist() == [known[slot][0] for slot in range(10)]
    assert lists.near.shape[1] == NEAR


def test_a_phrase_is_written_as_its_first_posts_in_the_window_write_it() -> None:
    """When the first posts are hidden, or leave, the next ones tell how a phrase is written, though nothing else came."""
    state = State(Config(), 30 * MINUTE)
    forms = ["Night Bus"] * 3 + ["night bus"] * 5
    for number, form in enumerate(forms):
        text = (
            f"{['quite', 'very', 'really', 'truly', 'just', 'so'][number % 6]} {number} {form} {'abcdefgh'[number] * 9}"
        )
        state.add([post(str(number), author=f"p{number}", ago_s=1700 - number, text=text, lang="en")])

    def label() -> list[str]:
        return [node.label for node in state.snapshot().topics.nodes if node.id == "night bus"]

    state.advance(NOW)
    assert label() == ["Night Bus"]
    for number in range(3):
        state.show(f"sim:{number}", False)
    assert label() == ["night bus"]
    for number in range(3):
        state.show(f"sim:{number}", True)
    assert label() == ["Night Bus"]
    state.advance(NOW + 102_500)
    assert label() == ["night bus"]


@LAWS
@given(st.lists(st.tuples(st.integers(0, 39), st.booleans()), max_size=60), st.integers(0, 2**32))
def test_the_lottery_draws_the_smallest_keys(steps: list[tuple[int, bool]], seed: int) -> None:
    """Whoever enters and leaves, those are drawn that have the smallest keys of all there are."""
    columns, draw = Held(64), lottery.Lottery()
    columns.key[:] = np.random.default_rng(seed).integers(1, 2**63, columns.size)
    with pytest.MonkeyPatch.context() as patch:
        for name, number in (("SAMPLE", 3), ("_SPARE", 6), ("_MOST", 9)):
            patch.setattr(lottery, name, number)
        for slot, enters in steps:
            inside = columns.span[slot] != NOWHERE
            columns.held[slot], columns.flags[slot] = enters, SHOWN
            columns.span[slot] = NEWER if enters else NOWHERE
            if enters and not inside:
                draw.enter(columns, np.array([slot]))
            there = np.flatnonzero(columns.span)
            expected = sorted(there.tolist(), key=lambda row: int(columns.key[row]))[:3]
            assert sorted(draw.draw(columns, columns.span).tolist()) == sorted(expected)
