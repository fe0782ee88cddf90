"""Where nodes are between the hub's states, and beyond them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wall.motion import DRIFT, Motions
from wall.structure import Malformed


def packed(*uv: tuple[float, float]) -> bytes:
    return np.rint(np.array(uv) * 65535).astype("<u2").tobytes()


def motions(n: int = 1) -> Motions:
    made = Motions()
    made.remap(np.arange(1, n + 1, dtype=np.uint32), np.full(n, -1, np.int64))
    return made


def test_between_states() -> None:
    """Between two states a node is where a straight line of even speed has it."""
    m = motions()
    m.place(1000, packed((0.2, 0.4)), 1)
    m.place(1033, packed((0.4, 0.2)), 1)
    uv, known = m.at(1016.5)
    assert known.all()
    assert uv[0] == pytest.approx([0.3, 0.3], abs=1e-4)


def test_before_the_first() -> None:
    """Before the oldest state a node is where that has it; without any it has no place."""
    m = motions()
    assert not m.at(0)[1].any()
    m.place(1000, packed((0.2, 0.4)), 1)
    assert m.at(0)[0][0] == pytest.approx([0.2, 0.4], abs=1e-4)


def test_motion_dies_out() -> None:
    """Beyond the newest state speed falls evenly to nothing within half a second, then only drift is left."""
    m = motions()
    m.place(0, packed((0.3, 0.5)), 1)
    m.place(100, packed((0.31, 0.5)), 1)
    x = [float(m.at(100 + t)[0][0, 0]) for t in range(0, 501, 50)]
    steps = np.diff(x)
    assert (steps > 0).all()
    assert (np.diff(steps) < 0).all()
    assert x[-1] == pytest.approx(0.31 + 0.25 * 0.1, abs=1e-4)


def test_drift_keeps_the_wall_alive() -> None:
    """Long after the last state nodes still move, each its own way, and stay near their places."""
    m = motions(2)
    m.place(0, packed((0.3, 0.5), (0.6, 0.5)), 2)
    places = np.array([m.at(t)[0] for t in range(10_000, 70_000, 1000)])
    assert (np.abs(np.diff(places, axis=0)).max(axis=(0, 2)) > 1e-5).all()
    assert (np.abs(places - places[0])[:, :, 0] <= 2 * DRIFT[0]).all()
    assert not np.allclose(places[:, 0] - places[0, 0], places[:, 1] - places[0, 1])


def test_states_that_come_back_ease_in() -> None:
    """A state after a long silence moves nothing at once: what was shown eases into it within half a second."""
    m = motions()
    m.place(0, packed((0.3, 0.5)), 1)
    shown = m.at(9_000)[0][0].copy()
    m.place(9_050, packed((0.7, 0.5)), 1)
    m.place(9_600, packed((0.7, 0.5)), 1)
    assert m.at(9_000)[0][0] == pytest.approx(shown, abs=1e-5)
    x = [float(m.at(t)[0][0, 0]) for t in range(9_000, 9_520, 10)]
    assert max(np.abs(np.diff(x))) < 0.02
    assert x[-1] == pytest.approx(0.7, abs=1e-3)


def test_another_hub_may_have_an_earlier_clock() -> None:
    """After a restart states of an earlier time are taken, and nothing jumps."""
    m = motions()
    m.place(50_000, packed((0.3, 0.5)), 1)
    shown = m.at(50_000)[0][0].copy()
    assert not m.place(1_000, packed((0.5, 0.5)), 1)
    m.restart()
    assert m.place(49_990, packed((0.5, 0.5)), 1)
    assert m.at(50_000)[0][0] == pytest.approx(shown, abs=1e-5)


def test_nodes_that_leave_stay_where_they_were() -> None:
    """A node that the feed no longer places stays at its last place."""
    m = motions(2)
    m.place(0, packed((0.3, 0.5), (0.6, 0.2)), 2)
    m.remap(np.array([1, 2], np.uint32), np.array([0, 1]))
    m.place(100, packed((0.4, 0.5)), 1)
    assert m.at(100)[0][1] == pytest.approx([0.6, 0.2], abs=1e-4)


def test_wrong_length() -> None:
    """Places of another number of nodes are malformed."""
    with pytest.raises(Malformed):
        motions(2).place(0, packed((0.3, 0.5)), 2)


steps = st.lists(
    st.tuples(st.integers(10, 400), st.floats(0, 1), st.floats(0, 1), st.integers(0, 600)), min_size=1, max_size=12
)


@settings(max_examples=60, deadline=None)
@given(steps)
def test_nothing_jumps(states: list[tuple[int, float, float, int]]) -> None:
    """However late states come and wherever they say that a node is, the state that comes moves nothing by itself."""
    m = motions()
    at, t = 0, 0.0
    m.place(0, packed((0.5, 0.5)), 1)
    for step, x, y, late in states:
        at += step
        t = max(t, at + late - 66.0)
        before = m.at(t)[0][0].copy()
        outran = t > (m.newest or 0)
        m.place(at, packed((x, y)), 1)
        if outran:
            assert m.at(t)[0][0] == pytest.approx(before, abs=1e-4)
        assert np.isfinite(m.at(t)[0]).all()
