"""Ways of edges: the same both ways, together between groups, and never a jump."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wall.look import views
from wall import painter
from wall.bundles import HIGHEST_BOW, Floats, Ways, hearts
from wall.drawlist import CURVE
from wall.palette import NONE
from wall.stage import StageBuilder


def ways(xy: Floats, source: list[int], target: list[int], community: list[int]) -> Floats:
    code, key = np.array(community, np.uint8), np.arange(len(community), dtype=np.uint32) + 7
    a, b = np.array(source), np.array(target)
    ends = np.concatenate([xy[a], xy[b]], axis=1).T
    via, _ = Ways(a, b, code, key).via(ends, hearts(xy, np.ones(len(xy), np.float32), code))
    return via.T


def crowd(seed: int) -> tuple[Floats, list[int]]:
    """Two groups of twelve at both ends of the wall, and four who belong to none."""
    random = np.random.default_rng(seed)
    xy = np.concatenate([random.normal((900, 600), 250, (12, 2)), random.normal((4500, 1500), 250, (12, 2)),
                         random.uniform(0, 2000, (4, 2))]).astype(np.float32)  # fmt: skip
    return xy, [0] * 12 + [1] * 12 + [NONE] * 4


@given(st.integers(0, 99))
@settings(max_examples=20)
def test_an_edge_runs_the_same_way_in_both_directions(seed: int) -> None:
    """Whoever answers whom, the comet flies on the edge that is drawn."""
    xy, community = crowd(seed)
    a, b = [0, 3, 5, 24], [1, 15, 20, 25]
    assert np.allclose(ways(xy, a, b, community), ways(xy, b, a, community), atol=0.01)


@given(st.integers(0, 99))
@settings(max_examples=20)
def test_edges_between_two_groups_come_together(seed: int) -> None:
    """Halfway between two groups their edges are closer to each other than straight ones would be."""
    xy, community = crowd(seed)
    a, b = list(range(12)), list(range(12, 24))
    straight = (xy[a] + xy[b]) / 2
    curved = straight + ways(xy, a, b, community) / 2
    assert curved.std(axis=0).max() < 0.6 * straight.std(axis=0).max()


@given(st.integers(0, 99))
@settings(max_examples=20)
def test_an_edge_inside_a_group_is_bowed_by_itself(seed: int) -> None:
    """It leaves its straight way by an eighth of its length and never far, and so does one of nobody's group."""
    xy, community = crowd(seed)
    a, b = [0, 2, 12, 24, 24], [1, 3, 13, 25, 0]
    away = np.hypot(*ways(xy, a, b, community).T)
    far = np.hypot(*(xy[b] - xy[a]).T)
    assert np.allclose(away, np.minimum(far / 4, HIGHEST_BOW), rtol=1e-3)


@given(st.integers(0, 99), st.integers(0, 27))
@settings(max_examples=20)
def test_a_small_step_of_a_node_is_a_small_step_of_every_way(seed: int, node: int) -> None:
    """A pixel of a node moves no control point by more than two."""
    xy, community = crowd(seed)
    a, b = list(range(14)), list(range(14, 28))
    before = ways(xy, a, b, community)
    xy[node] += (0.6, 0.8)
    assert np.hypot(*(ways(xy, a, b, community) - before).T).max() < 2.0


def test_fields_that_meet_do_not_turn_grey() -> None:
    """Where two groups are equally dense the light is no brighter than that of one; else it has the colour of the denser."""
    view = views.view(views.shipped("topics"), topics=0, people=0)
    grid, theme = view.hello.grid, view.hello.theme
    colours = np.zeros((256, 3), np.float32)
    colours[0], colours[1] = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)
    dark = StageBuilder(grid, theme).stage().colours
    lit = []
    for community in ([0, 0], [0, 1], [0, 0, 0, 1]):
        stage = StageBuilder(grid, theme)
        xy = np.full((len(community), 2), 1000.0, np.float32)
        stage.field(
            xy,
            np.full(len(xy), 2.0, np.float32),
            np.array(community, np.uint8),
            colours,
            ((grid.canvas, 1.0),),
            150.0,
            1.0,
        )
        lit.append(np.clip(stage.stage().colours - dark, 0, 1)[10, 10])
    one, both, mostly = lit
    assert both.sum() <= one.sum() + 1e-3
    assert mostly[0] > mostly[2]


@given(st.floats(1.0, 4000.0), st.floats(-300.0, 300.0), st.floats(-300.0, 300.0), st.sampled_from([0.5, 1.0]))
@settings(max_examples=60)
def test_a_curve_has_as_many_straight_pieces_as_it_needs(far: float, via_x: float, via_y: float, scale: float) -> None:
    """Its pieces stay within a pixel of it, and the next fewer would leave it by three tenths of one and more."""
    curve = np.zeros((1, len(CURVE)), np.float32)
    curve[0, 2], curve[0, 5:7] = far, (via_x, via_y)
    kind = int(painter.kinds(curve, scale)[0])
    pieces = [count for _, count in painter.CURVE_SEGMENTS]
    away = np.hypot(via_x, via_y) * scale / 2.0
    assert away / pieces[kind] ** 2 < 1.0
    assert kind == 0 or away / pieces[kind - 1] ** 2 > 0.3
