"""Communities: found alike in whatever order the edges come, and they keep their colours."""

from __future__ import annotations

import gzip
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.analysis.communities import find
from stream.analysis.identity import colours
from tests.stream.analysis.worlds import LAWS

GRAPHS = Path(__file__).parents[4] / "shared" / "data" / "graphs"


@st.composite
def graphs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, int]:
    n = draw(st.integers(1, 20))
    pairs = draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=60))
    weights = draw(st.lists(st.integers(1, 9), min_size=len(pairs), max_size=len(pairs)))
    return np.array(pairs, np.int64).reshape(-1, 2), np.array(weights, np.float64), n


@LAWS
@given(graphs(), st.randoms(use_true_random=False), st.integers(0, 5))
def test_order_of_edges_does_not_matter(graph, chance, seed) -> None:  # type: ignore[no-untyped-def]
    """Shuffled and turned round, the edges give the same communities, numbered without a gap by size."""
    edges, weights, n = graph
    found = find(edges, weights, n, seed)
    order = list(range(len(edges)))
    chance.shuffle(order)
    assert find(edges[order][:, ::-1], weights[order], n, seed).tolist() == found.tolist()
    sizes = np.bincount(found)
    assert sizes.sum() == n
    assert (sizes > 0).all()
    assert (np.diff(sizes) <= 0).all()


def test_a_ring_of_cliques() -> None:
    """Eight cliques of five in a ring are eight communities."""
    ring = nx.ring_of_cliques(8, 5)
    found = find(np.array(ring.edges), np.ones(ring.number_of_edges()), 40, 1)
    assert found.reshape(8, 5).std(1).max() == 0
    assert found.max() == 7


@pytest.mark.parametrize(("groups", "size", "within", "between"), [(2, 100, 0.12, 0.02), (40, 10, 0.9, 0.01)])
def test_the_graph_says_how_fine_it_is(groups: int, size: int, within: float, between: float) -> None:
    """Two camps stay two where communities of one size would be sought, and forty small circles are not twenty."""
    n = groups * size
    true = np.arange(n) // size
    chance = np.random.default_rng(3)
    low, high = np.triu_indices(n, 1)
    tied = chance.random(low.size) < np.where(true[low] == true[high], within, between)
    found = find(np.stack([low[tied], high[tied]], 1), np.ones(np.count_nonzero(tied)), n, 1)
    assert found.max() + 1 == groups
    assert nmi(true, found) > 0.95


@LAWS
@given(graphs(), st.sampled_from((0.25, 2.0, 8.0)))
def test_the_unit_of_weights_does_not_matter(graph, unit) -> None:  # type: ignore[no-untyped-def]
    """Weights in another unit give the same communities."""
    edges, weights, n = graph
    assert find(edges, weights * unit, n, 1).tolist() == find(edges, weights, n, 1).tolist()


def test_nothing_and_nobody() -> None:
    """No nodes are no communities; nodes without edges are each alone."""
    assert find(np.zeros((0, 2)), np.zeros(0), 0, 1).tolist() == []
    assert find(np.zeros((0, 2)), np.zeros(0), 3, 1).tolist() == [0, 1, 2]


def test_colours_stay_with_the_greater_share() -> None:
    """A community keeps its colour when it splits, in its greater part, and when it is numbered anew."""
    before = {"a": 3, "b": 3, "c": 3, "x": 0}
    found = colours(["x", "a", "b", "c", "new"], [0, 1, 1, 2, 3], [9, 1, 1, 1, 5], before)
    assert found == {0: 0, 1: 3, 3: 1, 2: 2}


def test_colours_outlive_a_merger() -> None:
    """Two that merge keep the colour of the greater; when they part, the greater keeps it and the other is given a free one."""
    apart = {"a": 0, "b": 0, "c": 0, "x": 1, "y": 1}
    together = colours(list("abcxy"), [0, 0, 0, 0, 0], [1] * 5, apart)
    assert together == {0: 0}
    assert colours(list("abcxy"), [1, 1, 1, 0, 0], [1] * 5, dict.fromkeys("abcxy", 0)) == {1: 0, 0: 1}


@pytest.mark.skipif(not GRAPHS.exists(), reason="the graphs with known communities are not here")
@pytest.mark.parametrize(("name", "least"), [("football", 0.885), ("polblogs", 0.64)])
def test_known_communities(name: str, least: float) -> None:
    """Normalised mutual information with the true groups is as high as Louvain's."""
    text = gzip.decompress((GRAPHS / f"{name}.gml.gz").read_bytes()).decode()
    graph = nx.parse_gml(
        text.replace("graph\n[", "graph\n[\n multigraph 1", 1).replace("graph [", "graph [ multigraph 1", 1), label="id"
    )
    place = {node: i for i, node in enumerate(graph)}
    edges = np.array([(place[a], place[b]) for a, b, *_ in graph.edges])
    true = np.array([graph.nodes[node]["value"] for node in graph])
    assert nmi(true, find(edges, np.ones(len(edges)), true.size, 7)) >= least


def nmi(one: np.ndarray, two: np.ndarray) -> float:
    joint = np.zeros((one.max() + 1, two.max() + 1)) if one.dtype.kind == "i" else np.zeros((0, 0))
    np.add.at(joint, (one, two), 1)
    joint /= one.size
    of_one, of_two = joint.sum(1), joint.sum(0)
    both = joint > 0
    shared = (joint[both] * np.log(joint[both] / np.outer(of_one, of_two)[both])).sum()

    def entropy(share: np.ndarray) -> float:
        return float(-(share[share > 0] * np.log(share[share > 0])).sum())

    return float(2 * shared / (entropy(of_one) + entropy(of_two)))
