"""The force layout: exact places of the smallest graphs, symmetry, determinism, stability."""

from __future__ import annotations

import itertools

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream import forces, repulsion
from stream.forces import Layout

NO_EDGES = np.zeros((0, 2), np.int64)
NO_WEIGHTS = np.zeros(0, np.float32)


def at_rest(layout, edges, weights, steps=1500):
    """Places after ``steps`` in a layout that does not cool."""
    for _ in range(steps):
        layout.alpha = 1.0
        places = layout.step(np.array(edges), np.array(weights, np.float32))
    return places


def distance(places, a, b):
    return float(np.hypot(*(places[a] - places[b])))


def test_one_node_comes_to_lie_in_the_middle():
    """A single node is pulled to (0, 0)."""
    assert at_rest(Layout(1, 7), NO_EDGES, NO_WEIGHTS) == pytest.approx(np.zeros((1, 2)), abs=1e-3)


def test_two_strangers_lie_where_repulsion_equals_gravity():
    """Two nodes without a link lie at the distance d with REPULSION / d = GRAVITY · d / 2, nearly."""
    places = at_rest(Layout(2, 3), NO_EDGES, NO_WEIGHTS)
    expected = np.sqrt(2 * forces.REPULSION / forces.GRAVITY - repulsion.SOFTENING)
    assert distance(places, 0, 1) == pytest.approx(expected, abs=2e-3)
    assert places.sum(axis=0) == pytest.approx(np.zeros(2), abs=1e-3)


def test_two_linked_nodes_lie_where_spring_and_gravity_equal_repulsion():
    """A pair's distance d solves (d − 1) / 2 + GRAVITY · d / 2 = REPULSION · d / (d² + SOFTENING)."""
    d = distance(at_rest(Layout(2, 3), [[0, 1]], [1.0]), 0, 1)
    pull = (d - forces.LENGTH) / 2 + forces.GRAVITY * d / 2
    assert pull == pytest.approx(forces.REPULSION * d / (d * d + repulsion.SOFTENING), abs=1e-3)


def test_a_triangle_is_equilateral():
    """Three nodes linked with one another lie at equal distances around the middle."""
    places = at_rest(Layout(3, 1), [[0, 1], [1, 2], [2, 0]], [1.0, 1.0, 1.0])
    sides = [distance(places, a, b) for a, b in itertools.combinations(range(3), 2)]
    assert sides == pytest.approx([sides[0]] * 3, abs=2e-3)
    assert places.mean(axis=0) == pytest.approx(np.zeros(2), abs=1e-3)


def test_a_chain_of_four_is_symmetric():
    """Four nodes in a row lie the same seen from either end, farther the more links lie between."""
    places = at_rest(Layout(4, 1), [[0, 1], [1, 2], [2, 3]], [1.0, 1.0, 1.0])
    assert distance(places, 0, 1) == pytest.approx(distance(places, 2, 3), abs=2e-3)
    assert distance(places, 0, 2) == pytest.approx(distance(places, 1, 3), abs=2e-3)
    assert distance(places, 0, 1) < distance(places, 0, 2) < distance(places, 0, 3)


def test_a_mirrored_graph_moves_like_its_mirror():
    """Places mirrored at the start are mirrored after every step."""
    rng = np.random.default_rng(5)
    here, there = Layout(30, 0), Layout(30, 0)
    here.x, here.y = rng.normal(size=(2, 30)).astype(np.float32) * 4
    there.x, there.y = -here.x, here.y.copy()
    edges, weights = rng.integers(0, 30, (40, 2)), np.ones(40)
    for _ in range(30):
        left, right = here.step(edges, weights), there.step(edges, weights)
    assert left * [-1, 1] == pytest.approx(right, abs=0.02)


def test_the_order_of_a_link_s_ends_does_not_matter():
    """A link from a to b pulls as one from b to a."""
    edges = np.random.default_rng(1).integers(0, 40, (80, 2))
    one, other = Layout(40, 2), Layout(40, 2)
    for _ in range(20):
        a, b = one.step(edges, np.ones(80)), other.step(edges[:, ::-1], np.ones(80))
    assert a == pytest.approx(b, abs=1e-3)


def test_the_same_seed_gives_the_same_bits_with_one_and_two_threads():
    """Neither a second run nor the number of threads changes a bit."""
    rng = np.random.default_rng(9)
    edges, weights = rng.integers(0, 300, (900, 2)), rng.uniform(0.1, 1.0, 900)
    runs, most = [], numba.get_num_threads()
    for threads in (1, most, most):
        numba.set_num_threads(threads)
        layout = Layout(300, 4)
        for _ in range(25):
            places = layout.step(edges, weights)
        runs.append(places.tobytes())
    assert len(set(runs)) == 1
    assert Layout(300, 5).step(edges, weights).tobytes() != Layout(300, 4).step(edges, weights).tobytes()


@settings(max_examples=60, deadline=None)
@given(
    n=st.integers(1, 40),
    pairs=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39), st.floats(0, 1e6)), max_size=120),
    spot=st.booleans(),
)
def test_places_stay_finite_whatever_the_graph(n, pairs, spot):
    """Self links, doubled links, weights of any size and nodes on one spot never give NaN."""
    layout = Layout(n, 0)
    if spot:
        layout.x[:] = layout.y[:] = 0.0
    links = np.array([(a % n, b % n) for a, b, _ in pairs], np.int64).reshape(-1, 2)
    for _ in range(30):
        places = layout.step(links, np.array([w for _, _, w in pairs], np.float32))
    assert places.dtype == np.float32
    assert places.shape == (n, 2)
    assert np.isfinite(places).all()


def test_nodes_on_one_spot_part():
    """Nodes that start on the very same place spread out."""
    layout = Layout(50, 0)
    layout.x[:] = layout.y[:] = 1.5
    for _ in range(100):
        places = layout.step(NO_EDGES, NO_WEIGHTS)
    gaps = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)) + np.eye(50) * 9
    assert gaps.min() > 0.05


def test_a_pinned_node_stays_until_freed():
    """A pin holds a node where it was put; freed, it moves again."""
    layout = Layout(3, 0)
    layout.pin(1, 4.0, -2.0)
    assert at_rest(layout, [[0, 1], [1, 2]], [1.0, 1.0], 50)[1].tolist() == [4.0, -2.0]
    layout.free(1)
    assert at_rest(layout, [[0, 1], [1, 2]], [1.0, 1.0], 50)[1].tolist() != [4.0, -2.0]


def test_nodes_carry_their_place_to_a_new_index():
    """After a rearrangement each old node lies where it lay, under its new index."""
    layout = Layout(4, 0)
    before = layout.step(NO_EDGES, NO_WEIGHTS)
    layout.rearrange([3, 1, 0], NO_EDGES, NO_WEIGHTS)
    assert np.column_stack((layout.x, layout.y)).tolist() == before[[3, 1, 0]].tolist()


def test_a_new_node_starts_beside_its_strongest_neighbour():
    """A newcomer lies half a link from the node at the other end of its heaviest link, so does the newcomer's newcomer."""
    layout = Layout(3, 0)
    layout.x[:], layout.y[:] = [0.0, 20.0, 40.0], [0.0, 0.0, 0.0]
    layout.rearrange([0, 1, 2, -1, -1], np.array([[3, 0], [3, 1], [4, 3]]), np.array([0.2, 0.9, 0.5]))
    places = np.column_stack((layout.x, layout.y))
    assert distance(places, 3, 1) == pytest.approx(0.5, abs=1e-5)
    assert distance(places, 4, 3) == pytest.approx(0.5, abs=1e-5)


def test_cooling_ends_motion_and_reheating_begins_it():
    """A cold layout hardly moves; a reheated one does, and never becomes colder by reheating."""
    rng = np.random.default_rng(2)
    edges, weights = rng.integers(0, 60, (90, 2)), np.ones(90)
    layout = Layout(60, 0)
    for _ in range(400):
        before = layout.step(edges, weights)
    cold = np.abs(layout.step(edges, weights) - before).max()
    assert cold < 2e-3
    layout.reheat(0.5)
    layout.reheat(0.1)
    assert layout.alpha == 0.5


def test_a_settled_graph_moves_little_when_one_node_joins():
    """One newcomer among 120 moves nobody by more than a tenth of the graph's width."""
    rng = np.random.default_rng(3)
    edges, weights = rng.integers(0, 120, (200, 2)), np.ones(200)
    layout = Layout(120, 0)
    for _ in range(300):
        before = layout.step(edges, weights)
    joined = np.vstack((edges, [[120, 5]]))
    layout.rearrange([*range(120), -1], joined, np.ones(201))
    layout.reheat(0.05)
    for _ in range(60):
        after = layout.step(joined, np.ones(201))
    assert np.hypot(*(after[:120] - before).T).max() < 0.1 * np.ptp(before[:, 0])


def test_a_group_lies_closer_together_than_strangers():
    """Nodes of one group lie nearer to one another than nodes of none."""
    loose, held = Layout(40, 0), Layout(40, 0)
    held.group[:] = np.arange(40) % 2
    spread = [at_rest(layout, NO_EDGES, NO_WEIGHTS, 300)[::2].std() for layout in (loose, held)]
    assert spread[1] < 0.75 * spread[0]


def test_aspect_stretches_the_graph():
    """Gravity shapes strangers into a cloud about as wide to high as asked."""
    places = at_rest(Layout(400, 0, aspect=8 / 3), NO_EDGES, NO_WEIGHTS, 300)
    assert np.ptp(places[:, 0]) / np.ptp(places[:, 1]) == pytest.approx(8 / 3, rel=0.15)


@pytest.mark.parametrize(
    ("edges", "weights"), [([[0, 3]], [1.0]), ([[-1, 0]], [1.0]), ([[0, 1]], [1.0, 2.0])], ids=["high", "low", "count"]
)
def test_a_link_to_nowhere_is_refused(edges, weights):
    """Edges outside the nodes, or without a weight each, raise ``ValueError``."""
    with pytest.raises(ValueError, match="edge"):
        Layout(3, 0).step(np.array(edges), np.array(weights))


def test_no_nodes_are_a_layout_too():
    """A layout of nothing steps and returns nothing."""
    assert Layout(0, 0).step(NO_EDGES, NO_WEIGHTS).shape == (0, 2)


def cloud(n, seed=0):
    """Places in heaps, and masses."""
    rng = np.random.default_rng(seed)
    heaps = rng.normal(0, 40, (12, 2))
    places = (heaps[rng.integers(0, 12, n)] + rng.normal(0, 4, (n, 2))).astype(np.float32)
    return places[:, 0].copy(), places[:, 1].copy(), rng.uniform(1, 4, n).astype(np.float32)


def test_far_nodes_push_together_almost_as_one_by_one(monkeypatch):
    """Where cells are summed, the pushes are those of all pairs within two hundredths."""
    x, y, mass = cloud(3_500)
    near = np.column_stack(repulsion.pushes(x, y, mass))
    monkeypatch.setattr(repulsion, "EXACT", 10_000)
    exact = np.column_stack(repulsion.pushes(x, y, mass))
    off = np.linalg.norm(near - exact, axis=1) / np.linalg.norm(exact, axis=1).mean()
    assert off.max() < 0.05
    assert off.mean() < 0.01


def test_nodes_on_one_spot_are_summed_too():
    """Cells without extent are no trouble."""
    x, y = np.zeros(4_000, np.float32), np.zeros(4_000, np.float32)
    push_x, push_y = repulsion.pushes(x, y, np.ones(4_000, np.float32))
    assert not push_x.any()
    assert not push_y.any()
