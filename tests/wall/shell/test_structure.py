"""What grows in, what leaves, and what stays when a graph's structure changes."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wall.shell.frames import feed
from wall.structure import GROW_MS, Malformed, follow


def test_nodes_grow_in() -> None:
    """A new node's light rises from 0 to 1 within 0.8 s."""
    structure, index = follow(feed([7, 8], at=1000), None)
    assert index.tolist() == [-1, -1]
    light = [float(structure.light.at(structure.progress(t))[0]) for t in (1000, 1400, 1000 + GROW_MS)]
    assert light[0] == 0
    assert 0.4 < light[1] < 0.6
    assert light[2] == 1


def test_nodes_that_stay_keep_their_light() -> None:
    """A node of both feeds does not flicker, and its weight eases from the old to the new one."""
    before, _ = follow(feed([7, 8], weight=[1.0, 0.5], at=0), None)
    after, index = follow(feed([8, 7], weight=[1.0, 0.2], rev=2, at=5000), before)
    assert index.tolist() == [1, 0]
    assert after.light.at(after.progress(5000)).tolist() == [1, 1]
    assert after.weight.at(after.progress(5000)) == pytest.approx([0.5, 1.0])
    assert after.weight.at(after.progress(6000)) == pytest.approx([1.0, 0.2])


def test_nodes_that_leave_fade() -> None:
    """A node that is gone from the feed is still there, behind the others, and fades."""
    before, _ = follow(feed([7, 8], [(0, 1)], at=0), None)
    after, index = follow(feed([8], rev=2, at=5000), before)
    assert after.key.tolist() == [8, 7]
    assert index.tolist() == [1, 0]
    assert after.n == 1
    assert after.light.at(after.progress(5000)).tolist() == [1, 1]
    assert after.light.at(after.progress(5400))[1] == pytest.approx(0.5)
    assert after.light.at(after.progress(5800)).tolist() == [1, 0]
    assert after.strength.at(after.progress(5000)).tolist() == [0.5]
    assert (after.source.tolist(), after.target.tolist()) == ([1], [0])


def test_a_node_that_comes_back() -> None:
    """A node that comes back while it fades goes on from the light it has."""
    first, _ = follow(feed([7, 8], at=0), None)
    second, _ = follow(feed([8], rev=2, at=5000), first)
    third, _ = follow(feed([7, 8], rev=3, at=5400), second)
    assert third.light.at(third.progress(5400)) == pytest.approx([0.5, 1.0], abs=0.01)


def test_a_community_changes_gently() -> None:
    """A node that changes its community is on its way for 0.8 s, and sets out from the nearer one if it turns back."""
    before, _ = follow(feed([7, 8], at=0), None)
    after, _ = follow(msgspec.structs.replace(feed([8, 7], rev=2, at=5000), community=bytes([4, 2])), before)
    assert after.was.tolist() == [3, 2]
    assert [after.turned.at(after.progress(t)).tolist() for t in (5000, 5400, 5800)] == [[0, 1], [0.5, 1], [1, 1]]
    for at, left in ((5200, 3), (5700, 4)):
        back, _ = follow(msgspec.structs.replace(feed([8, 7], rev=3, at=at), community=bytes([1, 2])), after)
        assert back.was.tolist() == [left, 2]
        assert back.turned.at(back.progress(at)).tolist() == [0, pytest.approx(1)]
    assert not back.steady
    still, _ = follow(msgspec.structs.replace(feed([8, 7], rev=4, at=9000), community=bytes([1, 2])), back)
    assert still.steady


@pytest.mark.parametrize(
    "change",
    [
        {"key": b"123"},
        {"n": 3},
        {"m": 5},
        {"strength": b""},
        {"source": b"\xff\xff\xff\xff"},
        {"weight": b"\x00\x00\xc0\x7f" * 2},
    ],
)
def test_malformed(change: dict[str, object]) -> None:
    """Arrays that do not fit, edges to nowhere and numbers that are none are refused."""
    with pytest.raises(Malformed):
        follow(msgspec.structs.replace(feed([7, 8], [(0, 1)]), **change), None)


graphs = st.lists(
    st.tuples(
        st.lists(st.integers(0, 30), unique=True, max_size=12),
        st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20),
        st.integers(0, 900),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=120, deadline=None)
@given(graphs)
def test_whatever_follows_whatever(revisions: list[tuple[list[int], list[tuple[int, int]], int]]) -> None:
    """Nodes and edges are those of the feed, then those that fade; every array fits; light moves without a step."""
    structure, at = None, 0
    for rev, (keys, pairs, wait) in enumerate(revisions, 1):
        at += wait
        edges = sorted({(a, b) for a, b in pairs if a < len(keys) and b < len(keys)})
        lit = (
            {}
            if structure is None
            else dict(zip(structure.key.tolist(), structure.light.at(structure.progress(at)), strict=True))
        )
        structure, index = follow(feed(keys, edges, rev=rev, at=at), structure)
        assert structure.key[: structure.n].tolist() == keys
        assert len(set(structure.key.tolist())) == len(structure.key) == len(index)
        shown = list(zip(structure.source.tolist(), structure.target.tolist(), strict=True))
        assert shown[: structure.m] == edges
        assert all(a < len(structure.key) and b < len(structure.key) for a, b in shown)
        assert len(structure.strength.start) == len(structure.strength.end) == len(structure.weak) == len(shown)
        now = structure.light.at(structure.progress(at))
        for key, light in zip(structure.key.tolist(), now, strict=True):
            assert light == pytest.approx(lit.get(key, 0.0), abs=1e-6)
        end = structure.light.at(1.0)
        assert (end[: structure.n] == 1).all()
        assert (np.asarray(end[structure.n :]) == 0).all()
