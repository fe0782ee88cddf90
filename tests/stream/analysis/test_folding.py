"""What is folded onto the stories of a moment ago says what folding everything anew says."""

from __future__ import annotations

import numpy as np
import pytest

from ingest.simulation.world import World
from stream.analysis import folding
from stream.analysis.columns import NEWER, OLDER, REPOST, SHOWN
from stream.analysis.folding import Folded, fold
from stream.analysis.sparse import SparseCounts, among, hint, perhaps
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention, Retraction
from tests.stream.analysis.posts import MINUTE, post
from tests.stream.analysis.test_increments import START, looked_at
from tests.stream.analysis.test_stories import BRIDGE, MARKET
from tests.stream.analysis.worlds import NOW


@pytest.fixture(scope="module")
def records() -> list[Mention | Retraction]:
    """Six minutes of the simulated event."""
    world = World(seed=5, rate=8.0)
    return [item for item in world.events(START, START + 6 * MINUTE) if isinstance(item, (Mention, Retraction))]


def same(one: Folded, other: Folded) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def renewed(state: State) -> Folded:
    view = state.view()
    return view.folding.renewed(view)


def shown(state: State) -> list[int]:
    """The slots of what may be told."""
    view = state.view()
    inside = (view.span_of == NEWER) | (view.span_of == OLDER)
    found: list[int] = np.flatnonzero(inside & ((view.columns.flags & SHOWN) != 0)).tolist()
    return found


def test_what_comes_in_order_is_folded_as_if_at_once(records: list[Mention | Retraction]) -> None:
    """As long as nothing leaves the window, stories are the same to the byte, whenever they were renewed."""
    posts = sorted((record for record in records if isinstance(record, Mention)), key=lambda m: (m.at, m.id))
    state, other = State(Config(), 30 * MINUTE), State(Config(), 30 * MINUTE)
    for start in range(0, len(posts), 150):
        for each in (state, other):
            each.add(posts[start : start + 150])
            each.advance(posts[min(start + 149, len(posts) - 1)].at)
        assert state.stories() == other.snapshot().stories
        assert same(renewed(state), fold(state.view()))
    assert max(story.count for story in state.stories()) > 10


@pytest.mark.parametrize("most", [folding.ALL, 50])
def test_whatever_happens_all_that_may_be_told_is_told_once(
    records: list[Mention | Retraction], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Posts that come late, leave, are edited, hidden or taken back leave every row of the window in one story, in order of
    time, and all that repeat one post in the same; a snapshot depends on nothing that was asked before it.
    """
    monkeypatch.setattr(folding, "ALL", most)
    counts = []
    for number, state in enumerate(looked_at(records, 60)):
        told, story, alone = renewed(state)
        assert sorted([*told.tolist(), *np.flatnonzero(alone).tolist()]) == shown(state)
        columns = state.view().columns
        assert np.all(np.diff(columns.at[told]) >= 0)
        first: dict[int, int] = {}
        again = (columns.kind[told] == REPOST) & (columns.target[told] != 0)
        post_of = np.where(again, columns.target[told], columns.key[told])
        for key, which in zip(post_of.tolist(), story.tolist(), strict=True):
            assert first.setdefault(key, which) == which
        counts.append(np.bincount(story, minlength=1).max())
        if number % 7 == 6:
            view = state.view()
            assert same(view.folding.anew(view), fold(view))
            assert same(view.folding.renewed(view), fold(view))
    assert max(counts) > 5


def test_a_post_that_is_taken_back_leaves_the_stories_at_once() -> None:
    """Nothing that was folded before keeps it, nor the reposts of it, and what reads otherwise now is compared anew."""
    state = State(Config(), 30 * MINUTE)
    state.add(
        [post("1", "ann", text=BRIDGE), post("2", "ben", 50, text=BRIDGE + "!"), post("3", "cem", 40, text=MARKET)]
    )
    state.advance(NOW)
    assert [story.count for story in state.stories()] == [2, 1]
    state.add([post("4", "dee", 5, kind="repost", of=("3", "cem"), text=MARKET)])
    assert [(story.id, story.count) for story in state.stories()] == [("sim:3", 2), ("sim:1", 2)]
    state.retract(Retraction("sim:3", "post", NOW))
    assert [(story.id, story.count) for story in state.stories()] == [("sim:1", 2)]
    state.add([post("2@1", "ben", 3, kind="edit", of=("2", "ben"), text=MARKET)])
    assert sorted((story.id, story.count) for story in state.stories()) == [("sim:1", 1), ("sim:2", 1)]


def test_a_hint_hides_no_key_that_is_among_a_few() -> None:
    """Of a thousand keys the hint of each says that it may be among them; of as many others that of few does."""
    keys = np.random.default_rng(1).permutation(2**20).astype(np.uint32)[:2000]
    counts = SparseCounts(np.uint32)
    counts.add(keys[:1000], 1)
    few = counts.few()
    assert all(among(key, few) and perhaps(hint(key), few) for key in keys[:1000])
    assert sum(perhaps(hint(key), few) for key in keys[1000:]) < 100
