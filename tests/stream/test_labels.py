"""Labels: large, apart, on their node's screen, and where they were."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream import advances, labels
from stream.graphs import GraphView, key_of
from stream.labels import Nodes
from stream.wire.geometry import Grid, Rect, graph_area, node_radius, place, shown_nodes, title_zone
from stream.wire.messages import Layout, Panel
from stream.wire.snapshot import PersonNode, Rising, TopicEdge, TopicNode

GRID = Grid()
WHOLE = GRID.canvas
AREA = graph_area(WHOLE, True)
TITLE = title_zone(GRID, AREA)


def nodes_of(xy, weight, text=None):
    """Nodes with keys 1 … n at canvas places."""
    xy, weight = np.array(xy, np.float32).reshape(-1, 2), np.array(weight, np.float32)
    names = [f"#topic{i}" for i in range(len(xy))] if text is None else text
    return Nodes(list(range(1, len(xy) + 1)), xy, 6 + 34 * np.sqrt(weight), weight, weight + 0.01, names)


def boxes(chosen, nodes):
    at = {key: i for i, key in enumerate(nodes.key)}
    return [labels.box(c, *map(float, nodes.xy[at[c.key]]), float(nodes.radius[at[c.key]])) for c in chosen]


def by_key(chosen):
    return {label.key: label for label in chosen}


def keeps_the_rules(chosen, nodes, title=TITLE):
    """Asserts everything that must hold of any choice."""
    at = {key: i for i, key in enumerate(nodes.key)}
    around = boxes(chosen, nodes)
    for a, b in itertools.combinations(around, 2):
        assert not a.overlaps(b)
    counts = {}
    for label, area in zip(chosen, around, strict=True):
        screen = GRID.screen_at(*map(float, nodes.xy[at[label.key]]))
        assert screen is not None
        assert GRID.screen(screen).contains(area)
        assert title is None or not title.overlaps(area)
        assert label.size * advances.CAP >= GRID.smallest_cap_px
        assert label.text
        counts[screen] = counts.get(screen, 0) + 1
    assert max(counts.values(), default=0) <= labels.MOST


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1, width=32),
            st.floats(0, 1, width=32),
            st.floats(0, 1, width=32),
            st.sampled_from(["", "#a", "#Demokratie", "ひとびとのはなし", "#" + "long" * 20, "مرحبا بالعالم"]),
        ),
        min_size=1,
        max_size=120,
    )
)
def test_labels_never_overlap_and_stay_on_their_node_s_screen(rows):
    """Whatever the nodes: apart, on one screen, off the title, few, readable."""
    uv = np.array([row[:2] for row in rows], np.float32)
    nodes = nodes_of(place(GRID, AREA, uv), [row[2] for row in rows], [row[3] for row in rows])
    keeps_the_rules(labels.choose(GRID, WHOLE, TITLE, nodes, {}), nodes)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31))
def test_small_movements_change_nothing(seed):
    """Where every node moves a pixel and weights by a hundredth, the same labels stand on the same sides."""
    rng = np.random.default_rng(seed)
    nodes = nodes_of(place(GRID, AREA, rng.random((30, 2), np.float32)), rng.random(30) ** 3)
    first = labels.choose(GRID, WHOLE, TITLE, nodes, {})
    calm = nodes._replace(
        xy=nodes.xy + rng.uniform(-1, 1, (30, 2)).astype(np.float32),
        weight=nodes.weight * rng.uniform(0.99, 1.01, 30).astype(np.float32),
        score=nodes.score * rng.uniform(0.99, 1.01, 30).astype(np.float32),
    )
    second = labels.choose(GRID, WHOLE, TITLE, calm, by_key(first))
    keeps_the_rules(second, calm)
    before, after = by_key(first), by_key(second)
    assert len(before.keys() - after.keys()) <= 1
    same = [key for key in before.keys() & after.keys() if before[key].side == after[key].side]
    assert len(same) >= len(before) - 2


def row_of(count):
    """Nodes in a column on screen 5, far enough apart for a label each."""
    screen = GRID.screen(5)
    return [(screen.x + 600, screen.y + 60 + 100 * i) for i in range(count)]


def test_the_strongest_are_named():
    """Of twelve nodes that each have room, the nine strongest are named, strongest first."""
    screen = GRID.screen(5)
    xy = [(screen.x + 300 + 900 * (i % 2), screen.y + 100 + 160 * (i // 2)) for i in range(12)]
    weight = [(i + 1) / 12 for i in range(12)]
    chosen = labels.choose(GRID, WHOLE, None, nodes_of(xy, weight), {})
    assert [label.key for label in chosen] == list(range(12, 3, -1))


def test_a_label_stays_until_another_is_a_fifth_better():
    """Two nodes share one place for a label: the second takes it at more than 1.2 times the first, not before."""
    xy = [(2200.0, 300.0), (2204.0, 304.0)]
    here = nodes_of(xy, [0.5, 0.4], ["#first", "#second"])
    small = here._replace(radius=np.full(2, 4.0, np.float32))
    chosen = labels.choose(GRID, WHOLE, None, small, {})
    assert chosen[0].key == 1
    near = small._replace(score=np.array([0.5, 0.59], np.float32))
    far = small._replace(score=np.array([0.5, 0.62], np.float32))
    held = {1: chosen[0]}
    kept = labels._on_screen(GRID, GRID.screen(2), near, np.array([0, 1]), held)
    taken = labels._on_screen(GRID, GRID.screen(2), far, np.array([0, 1]), held)
    assert kept[0][1].key == 1
    assert taken[0][1].key == 2


def test_a_label_changes_its_side_rather_than_collide():
    """When another strong node comes to lie under a label, it moves to another side."""
    one = nodes_of([(2500.0, 500.0), (3300.0, 500.0)], [0.6, 1.0])
    first = by_key(labels.choose(GRID, WHOLE, None, one, {}))
    assert first[1].side == 0
    moved = one._replace(xy=np.array([(2500.0, 500.0), (2640.0, 500.0)], np.float32))
    second = labels.choose(GRID, WHOLE, None, moved, first)
    keeps_the_rules(second, moved, None)
    assert by_key(second)[1].side != 0


def test_no_label_covers_another_strong_node():
    """The cores of named nodes stay free."""
    rng = np.random.default_rng(4)
    nodes = nodes_of(place(GRID, AREA, rng.random((60, 2), np.float32)), rng.random(60))
    chosen = labels.choose(GRID, WHOLE, TITLE, nodes, {})
    named = [nodes.key.index(label.key) for label in chosen]
    for label, area in zip(chosen, boxes(chosen, nodes), strict=True):
        for i in named:
            if nodes.key[i] != label.key:
                x, y = nodes.xy[i]
                assert not (area.x < x < area.right and area.y < y < area.bottom)


def test_size_grows_with_weight_and_distance():
    """The strongest is written largest; a wall read from ten metres is written twice as large."""
    nodes = nodes_of(row_of(3), [1.0, 0.3, 0.0])
    sizes = [label.size for label in labels.choose(GRID, WHOLE, None, nodes, {})]
    assert sizes[0] == pytest.approx(labels.SIZES[1], abs=1)
    assert sizes == sorted(sizes, reverse=True)
    assert labels.sizes(Grid(distance_m=10.0))[0] == pytest.approx(2 * labels.sizes(GRID)[0])


def test_a_long_name_is_cut():
    """A name that would fill the screen ends in an ellipsis."""
    chosen = labels.choose(GRID, WHOLE, None, nodes_of([(2900.0, 500.0)], [1.0], ["#" + "abcdefgh" * 12]), {})
    assert chosen[0].text.endswith("…")
    assert advances.width(chosen[0].text) * chosen[0].size <= 0.42 * GRID.width


def view_of(n=40, graph="topics"):
    view = GraphView(graph, 1)
    if graph == "people":
        view.update([PersonNode(f"n{i}", f"n{i}", "public", n - i, i % 4) for i in range(n)], [], [], n, 0)
    else:
        nodes = [TopicNode(f"n{i}", f"#n{i}", n - i, 0.0, 0.0, i % 4) for i in range(n)]
        edges = [TopicEdge(f"n{i}", f"n{(i * 7 + 4) % n}", 0.5) for i in range(n)]
        view.update(nodes, edges, [Rising("n5", 1.0, 0)], n, 0)
    return view


def test_a_view_names_only_what_may_be_shown():
    """Nodes without a permitted name stay unnamed; the message says which panel it is for."""
    layout = Layout("topics", "What people talk about", (Panel("constellation", (1, 2, 3, 4, 5, 6)),))
    told = view_of().choose_labels(GRID, layout, 0, {f"n{i}": f"#n{i}" for i in range(0, 40, 2)}, 7)
    assert (told.at, told.layout, told.panel, told.graph) == (7, "topics", 0, "topics")
    assert told.labels
    assert {label.key for label in told.labels} <= {key_of(f"n{i}") for i in range(0, 40, 2)}


def test_a_view_remembers_the_labels_of_each_panel():
    """Asked again without a change, a view gives the same labels, on each panel its own."""
    layout = Layout("pulse", "Now", (Panel("constellation", (1, 2)), Panel("constellation", (5,), "Topics")))
    view, names = view_of(), {f"n{i}": f"#n{i}" for i in range(40)}
    first = [view.choose_labels(GRID, layout, panel, names, 0).labels for panel in (0, 1)]
    assert [view.choose_labels(GRID, layout, panel, names, 1).labels for panel in (0, 1)] == first
    assert first[0] != first[1]


def test_a_panel_of_people_is_labelled_too():
    """The graph of people labels on its own panel, on its one screen."""
    layout = Layout("pulse", "", (Panel("numbers", (1,)), Panel("conversations", (5,), "Who")))
    view = view_of(30, "people")
    told = view.choose_labels(GRID, layout, 1, {f"n{i}": f"n{i}" for i in range(30)}, 0)
    area = graph_area(GRID.screen(5), True)
    uv = np.frombuffer(view.motion(0).uv, "<u2").reshape(-1, 2).astype(np.float32) / 65535
    weight = np.arange(30, 0, -1, dtype=np.float32) / 30
    nodes = Nodes(
        [key_of(f"n{i}") for i in range(30)],
        place(GRID, area, uv),
        node_radius("people", area, shown_nodes("people", 1, 30), weight),
        weight,
        weight,
        [""] * 30,
    )
    assert 1 <= len(told.labels) <= labels.MOST
    for box in boxes(told.labels, nodes):
        assert GRID.screen(5).contains(box)


def test_an_empty_view_has_no_labels():
    """A graph without nodes gives a message without labels."""
    layout = Layout("topics", "T", (Panel("constellation", (1, 2, 3, 4, 5, 6)),))
    assert GraphView("topics", 1).choose_labels(GRID, layout, 0, {}, 0).labels == ()


def test_nodes_keep_below_the_title_and_use_the_corners_beside_it():
    """At v = 0 a node lies under the title on its screen and at the top margin on the last one, in order of v everywhere."""
    u = np.linspace(0, 1, 200, dtype=np.float32)
    top = place(GRID, AREA, np.column_stack((u, np.zeros_like(u))))
    assert (top[top[:, 0] < 1920, 1] >= TITLE.bottom - 1e-3).all()
    assert top[-1, 1] == pytest.approx(AREA.y)
    for x in (0.1, 0.36, 0.45, 0.9):
        column = place(GRID, AREA, np.column_stack((np.full(200, x, np.float32), u)))
        assert (np.diff(column[:, 1]) >= 0).all()
    assert title_zone(GRID, graph_area(WHOLE, False)) is None
    assert title_zone(GRID, graph_area(GRID.screen(2), True)) == Rect(1956.0, 0.0, 1920.0, 286.0)


def test_advances_are_those_of_the_font():
    """The table adds up to Inter's own widths; other scripts are taken as wide, marks as nothing."""
    assert advances.width("#SOTU") == pytest.approx(3.33, abs=0.01)
    assert advances.width("e\u0301") == advances.width("e")
    assert advances.width("漢字") == 2.0
    assert advances.shortened("#SOTU", 4.0) == "#SOTU"
    assert advances.shortened("#BlackHistoryMonth", 4.0).endswith("…")
    assert advances.width(advances.shortened("#BlackHistoryMonth", 4.0)) <= 4.0
