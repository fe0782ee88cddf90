"""Graph views: keys, packing, places that fill the box and stay."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream import graphs
from stream.evening import evened, fitted
from stream.graphs import GraphView, key_of
from stream.wire.snapshot import PersonEdge, PersonNode, Rising, TopicEdge, TopicNode


def topic(name, weight=1, community=-1, trend=0.0, sentiment=0.0):
    return TopicNode(name, "#" + name, weight, sentiment, trend, community)


def town(n=120, communities=6, seed=0):
    """Topics in communities that mostly talk inside, as nodes and edges."""
    rng = np.random.default_rng(seed)
    nodes = [topic(f"t{i}", int(200 / (i + 1)) + 1, i % communities) for i in range(n)]
    edges = {}
    for _ in range(3 * n):
        a = int(rng.integers(n))
        b = (
            (a + communities * int(rng.integers(1, n // communities))) % n
            if rng.random() < 0.9
            else int(rng.integers(n))
        )
        if a != b:
            edges[f"t{min(a, b)}", f"t{max(a, b)}"] = round(float(rng.uniform(0.2, 1.0)), 4)
    return nodes, [TopicEdge(a, b, w) for (a, b), w in edges.items()]


def uv(view):
    return np.frombuffer(view.motion(0).uv, "<u2").reshape(-1, 2) / 65535


def second(view):
    for _ in range(30):
        view.step()


def test_a_feed_packs_what_the_snapshot_says():
    """Arrays are little-endian, strongest first, edges by index, unknown communities 255."""
    view = GraphView("topics", 1)
    feed = view.update(
        [topic("b", 2, 3, 0.5, -0.25), topic("a", 8, -1), topic("c", 4, 700)],
        [TopicEdge("a", "b", 0.25), TopicEdge("c", "a", 0.75), TopicEdge("a", "gone", 1.0)],
        [Rising("b", 0.5, 0)],
        total=90,
        at=17,
    )
    assert (feed.n, feed.m, feed.total, feed.at, feed.rev) == (3, 2, 90, 17, 1)
    assert np.frombuffer(feed.key, "<u4").tolist() == [key_of("a"), key_of("c"), key_of("b")]
    assert np.frombuffer(feed.weight, "<f4").tolist() == [1.0, 0.5, 0.25]
    assert list(feed.community) == [255, 255, 3]
    assert np.frombuffer(feed.trend, "<f4")[2] == 0.5
    assert np.frombuffer(feed.sentiment, "<f4")[2] == -0.25
    assert np.frombuffer(feed.burst, "<f4").tolist() == [0.0, 0.0, 0.5]
    assert np.frombuffer(feed.source, "<u4").tolist() == [1, 0]
    assert np.frombuffer(feed.target, "<u4").tolist() == [0, 2]
    assert np.frombuffer(feed.strength, "<f4").tolist() == [0.75, 0.25]
    assert list(feed.weak) == [0, 0]
    assert len(view.motion(0).uv) == 3 * 2 * 2


def test_people_carry_roles_and_weak_ties_and_one_edge_a_pair():
    """Both directions and all kinds of a pair are one edge; it is weak when one of them is; roles are numbers."""
    nodes = [
        PersonNode("x:1", "ann", "brand", 5, 0),
        PersonNode("x:2", "bo", "staff", 3, 1),
        PersonNode("x:3", "cy", "public", 1, 1),
    ]
    edges = [
        PersonEdge("x:1", "x:2", "reply", 1, False),
        PersonEdge("x:2", "x:1", "mention", 2, True),
        PersonEdge("x:3", "x:2", "reply", 1, False),
    ]
    feed = GraphView("people", 1).update(nodes, edges, [], 3, 0)
    assert list(feed.role) == [2, 1, 0]
    assert feed.m == 2
    assert list(feed.weak) == [1, 0]
    assert np.frombuffer(feed.strength, "<f4")[0] == 1.0


def test_only_the_strongest_are_taken():
    """Capacities cut nodes and edges at the weak end."""
    nodes, edges = town()
    feed = GraphView("topics", 1, capacity=50, edge_capacity=30).update(nodes, edges, [], 120, 0)
    assert (feed.n, feed.m, feed.total) == (50, 30, 120)
    assert np.frombuffer(feed.key, "<u4").tolist() == [key_of(f"t{i}") for i in range(50)]
    strength = np.frombuffer(feed.strength, "<f4")
    assert (np.diff(strength) <= 0).all()


def test_of_two_nodes_with_one_key_the_weaker_is_left_out(monkeypatch):
    """A collision of keys drops the weaker node and its edges."""
    monkeypatch.setattr(graphs, "key_of", lambda node_id: 7 if node_id in ("a", "b") else 9)
    feed = GraphView("topics", 1).update(
        [topic("a", 1), topic("b", 5), topic("c", 2)], [TopicEdge("a", "c", 1.0)], [], 3, 0
    )
    assert np.frombuffer(feed.key, "<u4").tolist() == [7, 9]
    assert feed.m == 0


def test_a_node_keeps_its_key_and_place_through_a_change_of_rank():
    """When weights change, indices change; keys and places do not."""
    nodes, edges = town()
    view = GraphView("topics", 1)
    feed = view.update(nodes, edges, [], 120, 0)
    second(view)
    before = dict(zip(np.frombuffer(feed.key, "<u4").tolist(), uv(view).tolist(), strict=True))
    turned = [topic(n.id, 500 - n.weight, n.community) for n in nodes]
    feed = view.update(turned, edges, [], 120, 1)
    after = dict(zip(np.frombuffer(feed.key, "<u4").tolist(), uv(view).tolist(), strict=True))
    assert after == before


def test_in_a_quiet_stream_no_node_that_stays_moves_more_than_a_hundredth_of_the_diagonal():
    """Each second two of 120 nodes go, two come, weights tremble: the others move at most 1 % between snapshots."""
    nodes, edges = town(140)
    view = GraphView("topics", 1)
    rng = np.random.default_rng(1)
    view.update(nodes[:120], edges, [], 120, 0)
    for _ in range(15):
        second(view)
    for k in range(8):
        shown = {n.id: n for n in nodes[2 * k : 120 + 2 * k]}
        now = [topic(n.id, max(1, int(n.weight * rng.uniform(0.9, 1.1))), n.community) for n in shown.values()]
        places = view.positions()
        assert set(places) >= set(shown) - {n.id for n in nodes[118 + 2 * k :]}
        feed = view.update(now, edges, [], 120, k)
        keys = np.frombuffer(feed.key, "<u4").tolist()
        before = dict(zip(keys, uv(view), strict=True))
        second(view)
        moved = uv(view) - np.array([before[key] for key in keys])
        assert (np.hypot(moved[:, 0] * 8, moved[:, 1] * 3) / np.hypot(8, 3)).max() <= 0.01


def test_the_picture_fills_the_box():
    """Every ninth of the box (3 × 3) holds nodes, and communities stay together."""
    nodes, edges = town(240, 8)
    view = GraphView("topics", 3)
    feed = view.update(nodes, edges, [], 240, 0)
    for _ in range(4):
        second(view)
    places = uv(view)
    cells = np.bincount(
        (np.minimum(2, places[:, 0] * 3).astype(int) * 3 + np.minimum(2, places[:, 1] * 3).astype(int)), minlength=9
    )
    assert cells.min() >= 240 / 9 / 4
    community = np.frombuffer(feed.community, np.uint8)
    flat = places * [8, 3]
    inside = np.mean([np.hypot(*(flat[community == c] - flat[community == c].mean(0)).T).mean() for c in range(8)])
    assert inside < 0.55 * np.hypot(*(flat - flat.mean(0)).T).mean()


def test_a_node_that_comes_back_finds_its_place():
    """A node that was away for a snapshot starts where it was."""
    nodes, edges = town()
    view = GraphView("topics", 1)
    view.update(nodes, edges, [], 120, 0)
    second(view)
    place = view.positions()["t100"]
    view.update([n for n in nodes if n.id != "t100"], edges, [], 120, 1)
    view.update(nodes, edges, [], 120, 2)
    assert view.positions()["t100"] == pytest.approx(place)


def test_a_restored_view_shows_the_same_picture():
    """Positions handed to a new view give nearly the same picture at once."""
    nodes, edges = town()
    view = GraphView("topics", 1)
    view.update(nodes, edges, [], 120, 0)
    for _ in range(20):
        second(view)
    again = GraphView("topics", 99)
    again.restore(view.positions())
    again.update(nodes, edges, [], 120, 0)
    assert np.abs(uv(again) - uv(view)).max() < 0.01


def test_pulses_name_nodes_by_index_and_forget_strangers():
    """A pulse between shown nodes is a pair of indices; others are left out."""
    view = GraphView("people", 1)
    view.update([PersonNode("a", "a", "public", 2, 0), PersonNode("b", "b", "public", 1, 0)], [], [], 2, 0)
    motion = view.motion(5, [("b", "a"), ("a", "z")])
    assert np.frombuffer(motion.pulses, "<u4").tolist() == [1, 0]
    assert (motion.rev, motion.at) == (1, 5)


def test_an_empty_graph_is_a_feed_too():
    """Nothing said gives a feed of nothing, and motion without nodes; so does a graph that empties."""
    view = GraphView("topics", 1)
    for nodes in ([], [topic("a"), topic("b")], []):
        feed = view.update(nodes, [], [], 0, 0)
        view.step()
        assert feed.n == len(nodes)
        assert len(view.motion(0).uv) == 4 * len(nodes)


def test_the_same_snapshots_give_the_same_bytes():
    """Two views with one seed agree in every bit, whatever the order of nodes and edges."""
    nodes, edges = town()
    one, other = GraphView("topics", 6), GraphView("topics", 6)
    feeds = (one.update(nodes, edges, [], 120, 0), other.update(nodes[::-1], edges, [], 120, 0))
    second(one)
    second(other)
    assert feeds[0] == feeds[1]
    assert one.motion(0) == other.motion(0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(-1e4, 1e4, width=32), st.floats(-1e4, 1e4, width=32)), max_size=60))
def test_any_places_fit_the_unit_box(points):
    """Fitting and evening keep every node within 0 … 1 and finite."""
    xy = np.array(points, np.float32).reshape(-1, 2)
    even = evened(fitted(xy), np.ones(len(xy), np.float32))
    for places in (fitted(xy), even):
        assert np.isfinite(places).all()
        assert ((places >= 0) & (places <= 1)).all()


def test_evening_covers_the_box_evenly():
    """A round heap becomes an even cover: each of eight cells holds about an eighth."""
    heap = np.clip(np.random.default_rng(0).normal(0.5, 0.1, (1600, 2)), 0, 1).astype(np.float32)
    even = evened(heap, np.ones(1600, np.float32))
    cells = np.histogram2d(even[:, 0], even[:, 1], bins=(4, 2), range=((0, 1), (0, 1)))[0] / 200
    assert cells.min() > 0.8
    assert cells.max() < 1.2


def test_loners_lie_among_the_others_without_an_edge_of_their_own():
    """Nodes without ties are no heap and no ring: they lie near tied nodes, and the feed holds no edge of theirs."""
    nodes, edges = town(120, 6)
    lone = [topic(f"lone{i}") for i in range(40)]
    view = GraphView("topics", 1)
    feed = view.update([*nodes, *lone], edges, [], 160, 0)
    tied = {key_of(name) for edge in edges for name in (edge.source, edge.target)}
    keys = np.frombuffer(feed.key, "<u4")
    for end in (feed.source, feed.target):
        assert set(keys[np.frombuffer(end, "<u4")].tolist()) <= tied
    for _ in range(3):
        second(view)
    flat = uv(view) * [8, 3]
    alone = np.isin(keys, [key_of(node.id) for node in lone])
    gap = np.hypot(*(flat[alone][:, None] - flat[~alone][None]).transpose(2, 0, 1)).min(axis=1)
    assert np.median(gap) < 0.6
    assert (flat[alone].std(axis=0) > 0.5 * flat[~alone].std(axis=0)).all()
