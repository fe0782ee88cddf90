"""Lights, lines, figures and the painter: numbers and pixels."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.wire.geometry import Grid, Rect, graph_area
from tests.golden import pictures
from tests.wall.look import views
from wall import figure, graph, legibility, palette
from wall.bundles import Ways, hearts
from wall.drawlist import CURVE, DrawList, Layer, ribbon
from wall.panel import Place
from wall.scene import Scene
from wall.stage import StageBuilder
from wall.text.typesetter import Style, shared
from wall.view import GraphState


def test_edges_are_the_same_curve_in_both_directions() -> None:
    """A comet from b to a flies along the edge that was drawn from a to b."""
    view = views.view(views.shipped("topics"), topics=40, people=0)
    state = view.graphs["topics"]
    grid = view.hello.grid
    lights = graph.lights(state, grid, grid.canvas, 6, view.hello.theme, view.t)
    a, b = np.array([3], np.uint32), np.array([9], np.uint32)
    rows = []
    for source, target in ((a, b), (b, a)):
        row = np.zeros((1, len(CURVE)), np.float32)
        row[:, 0:2], row[:, 2:4] = lights.xy[source], lights.xy[target]
        ways = Ways(source, target, state.community, state.key)
        via, _ = ways.via(row[:, 0:4].T, hearts(lights.xy, lights.light, state.community))
        row[:, 5:7] = via.T
        rows.append(row)
    share = np.array([0.3], np.float32)
    assert np.allclose(graph.on_curve(rows[0], share), graph.on_curve(rows[1], 1 - share), atol=0.01)


def test_rings_keep_off_the_title() -> None:
    """What rises just below the title sends out rings that do not cross it, only smaller ones."""
    view = views.view(views.shipped("topics"), topics=120, people=0)
    grid, state = view.hello.grid, view.graphs["topics"]
    at = graph.lights(state, grid, graph_area(grid.canvas, title=True), 6, view.hello.theme, view.t)
    near = [i for i, (x, y) in enumerate(at.xy) if x < grid.width and 340.0 < y < 480.0][:3]
    state.burst = np.zeros_like(state.burst)
    state.burst[near] = 1.0
    widest = []
    for _ in range(21):
        view.t += 200.0
        rings = [
            ring
            for layer in Scene(np.inf).draw(view).layers
            for rows in layer.rings
            for ring in rows
            if ring[1] > 330.0
        ]
        widest += [(y - radius, radius) for _, y, radius, *_ in rings]
    assert len(widest) > 3 * len(near) > 0
    least = max(at.radius[near]) * 2.5 + 36.0
    assert all(top >= 226.0 or radius <= least for top, radius in widest)


@pytest.mark.parametrize("way", [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
def test_labels_do_not_follow_their_nodes_under_a_bezel(way: tuple[float, float]) -> None:
    """Nodes that move by a few per cent of the wall before labels are chosen again leave every label whole on a screen."""
    view = views.view(views.shipped("people"), topics=0, people=400)
    state, scene = view.graphs["people"], Scene(np.inf)
    rest, canvas = state.uv.copy(), view.hello.grid.canvas
    for step in range(12):
        state.uv = np.clip(rest + np.float32(10.0 * step) * np.array(way) / (canvas.w, canvas.h), 0.0, 1.0).astype(
            np.float32
        )
        view.t += 33.0
        told = legibility.faults(scene.draw(view), view.hello.grid)
        assert [fault for fault in told if "wholly" in fault] == []


def test_comets_live_for_their_time() -> None:
    """An interaction flies for less than two seconds after it was heard, and not before."""
    view = views.view(views.shipped("topics"), topics=40, people=0)
    state, grid = view.graphs["topics"], view.hello.grid
    state.pulses = [(0, 1, view.t)]
    lights = graph.lights(state, grid, grid.canvas, 6, view.hello.theme, view.t)
    seen = []
    for age in (-50.0, 800.0, 2500.0):
        layer = Layer(grid.canvas)
        graph.draw_comets(layer, lights, view.t + age)
        seen.append(sum(len(c) for c in layer.comets))
    assert seen == [0, 1, 0]


def test_a_node_changes_its_group_gently() -> None:
    """Colour, edges and field set out from where the old group had them and come to where the new one has them."""
    view = views.view(views.shipped("topics"), topics=40, people=0)
    state, grid, node = view.graphs["topics"], view.hello.grid, 3
    was = state.community.copy()
    was[node] = (was[node] + 1) % 5

    def drawn(turning: GraphState) -> list[np.ndarray]:
        lights = graph.lights(turning, grid, grid.canvas, 6, view.hello.theme, view.t)
        layer, stage = Layer(grid.canvas), StageBuilder(grid, view.hello.theme)
        graph.draw_nodes(layer, lights)
        graph.draw_edges(layer, lights)
        field = graph.in_groups(lights, lights.light)
        stage.field(*field, palette.communities(view.hello.theme), ((grid.canvas, 1.0),), 150.0, 0.6)
        return [layer.halos[0], layer.curves[0], stage.stage().colours]

    ends = drawn(dataclasses.replace(state, community=was)), drawn(state)
    for share in (0.0, 0.5, 1.0):
        turned = np.ones(len(was), np.float32)
        turned[node] = share
        now = drawn(dataclasses.replace(state, was=was, turned=turned))
        for i, (left, come, seen) in enumerate(zip(*ends, now, strict=True)):
            if share in (0.0, 1.0):
                assert np.allclose(seen, left if share == 0.0 else come, atol=0.01), i
            else:
                assert np.abs(seen - left).max() > 0.01 < np.abs(seen - come).max(), i


def test_weakest_nodes_stay_dark_on_a_small_panel() -> None:
    """A panel shows as many nodes as its screens hold in calm, the strongest."""
    view = views.view(views.shipped("pulse"), topics=400, people=0)
    state, grid = view.graphs["topics"], view.hello.grid
    lights = graph.lights(state, grid, grid.screen(1), 1, view.hello.theme, view.t)
    assert lights.light[:70].min() > 0
    assert lights.light[70:].max() == 0


def test_ribbon_of_a_straight_line_has_its_width() -> None:
    """A line ten pixels wide reaches five to each side, and one more to be smoothed."""
    strip = ribbon(np.array([[0, 0], [50, 0], [100, 0]], np.float32), 10.0, (1, 1, 1))
    assert sorted(set(strip[:, 1].round(3))) == [-6.0, 6.0]


def test_communities_keep_their_colours() -> None:
    """Named communities have the theme's colours, further ones muted ones, and none the grey."""
    theme = views.Theme()
    table = palette.communities(theme)
    assert palette.hexadecimal(tuple(table[0])) == theme.communities[0]  # type: ignore[arg-type]
    assert palette.hexadecimal(tuple(table[255])) == theme.rest  # type: ignore[arg-type]
    assert len({tuple(c) for c in table[:22]}) == 22


@given(st.floats(0.0, 1.0))
def test_a_share_is_said_in_words(share: float) -> None:
    """Every share has words that a visitor understands without a sum."""
    assert figure.part(share)
    assert "%" in figure.percent(share)


def _place_of_figures() -> Place:
    view = views.view(views.shipped("numbers"), topics=0, people=0)
    grid, layout = view.hello.grid, view.on_air.layout
    return Place(grid, layout, 0, layout.panels[0], grid.canvas, view.hello.theme, shared(),
                 StageBuilder(grid, view.hello.theme), 1.0, 1.0)  # fmt: skip


def test_a_figure_rolls_and_comes_to_rest() -> None:
    """Digits that change roll through their window; a second later the new figure stands alone."""
    place, seen = _place_of_figures(), []
    for text, t in (("118", 0.0), ("121", 100.0), ("121", 600.0), ("121", 5000.0)):
        layer = Layer(place.rect)
        figure.draw(layer, place, "posts", text, 0.0, 500.0, 300, t)
        seen.append(("".join(x.block.text for x in layer.texts if x.window is None), len(layer.texts)))
    assert seen[0] == ("118", 3)
    assert seen[2][1] > 3
    assert seen[3] == ("121", 3)


def test_figures_of_stories_that_are_gone_are_forgotten() -> None:
    """A panel that has told a thousand stories remembers the figures of a few; one that was there all the time still rolls."""
    place = _place_of_figures()
    for story in range(1000):
        figure.draw(Layer(place.rect), place, "posts", "118", 0.0, 500.0, 300, 33.0 * story)
        figure.draw(Layer(place.rect), place, f"lead {story}", "118", 0.0, 500.0, 300, 33.0 * story)
    layer = Layer(place.rect)
    figure.draw(layer, place, "posts", "121", 0.0, 500.0, 300, 33_000.0)
    assert any(text.window is not None for text in layer.texts)
    assert sum(len(kept) for kept in place.memory.values()) <= figure.KEPT


def test_legibility_sees_what_is_wrong() -> None:
    """Texts on each other, under a bezel, cut, too small, or with lost letters are told."""
    grid = Grid()
    stage = StageBuilder(grid, views.Theme()).stage()
    big, small = shared().set("Harbour", Style(90.0)), shared().set("tiny", Style(20.0))
    lost = shared().set("\u0378 lost", Style(90.0))
    layer = Layer(grid.screen(1))
    layer.text(big, 200, 300)
    layer.text(big, 240, 330)
    layer.text(big, grid.width - 100, 700)
    layer.text(small, 200, 600)
    layer.text(lost, 200, 900)
    found = " ".join(legibility.faults(DrawList(grid.canvas, stage, [layer]), grid))
    for said in ("lies on", "one screen", "cut by its panel", "too small", "no font has"):
        assert said in found


def test_a_face_under_a_bezel_is_told() -> None:
    """A disc or a code that reaches from one screen to the next is seen, and one that is hardly there is not."""
    grid = Grid()
    layer = Layer(grid.canvas)
    layer.disc(grid.width - 10, 500, 60, (1, 1, 1))
    layer.disc(grid.width - 10, 900, 60, (1, 1, 1), 0.1)
    layer.disc(300, 300, 60, (1, 1, 1))
    drawlist = DrawList(grid.canvas, StageBuilder(grid, views.Theme()).stage(), [layer])
    assert legibility.cut_shapes(drawlist, grid) == ["a shape at 1850, 440 is not wholly on one screen"]


@pytest.mark.gl
def test_a_part_of_the_canvas_is_that_part_of_the_picture() -> None:
    """Any viewport shows exactly what the whole picture shows there, at half scale as well."""
    view = views.view(views.shipped("pulse"), topics=80, people=120)
    drawlist = pictures.drawn(view)
    whole = pictures.painted(drawlist, view, scale=0.5)
    part = pictures.painted(drawlist, view, Rect(1956, 1116, 1920, 1080), 0.5)
    cut = whole[558 : 558 + 540, 978 : 978 + 960]
    assert np.abs(part.astype(int) - cut.astype(int)).mean() < 0.3


@pytest.mark.gl
def test_panel_is_cut_to_its_clip() -> None:
    """Light of one panel never falls on another."""
    grid = Grid(columns=2, rows=1, width=640, height=360)
    view = views.view(views.shipped("topics"), grid, topics=0, people=0)
    layer = Layer(grid.screen(1))
    layer.halos.append(np.array([[620.0, 180.0, 300.0, 20.0, 1.0, 1.0, 1.0, 1.0]], np.float32))
    dark = DrawList(grid.canvas, StageBuilder(grid, view.hello.theme).stage())
    lit = DrawList(grid.canvas, dark.stage, [layer])
    apart = np.abs(pictures.painted(lit, view).astype(int) - pictures.painted(dark, view).astype(int)).max(axis=2)
    assert apart[:, :640].max() > 150
    assert apart[:, 640:].max() == 0


@pytest.mark.gl
def test_light_never_clips_to_less() -> None:
    """A hundred halos on one place are white, not wrapped around or darker than one."""
    grid = Grid(columns=1, rows=1, width=640, height=360)
    view = views.view(views.shipped("topics"), grid, topics=0, people=0)
    layer = Layer(grid.canvas)
    layer.halos.append(np.tile(np.array([[320.0, 180.0, 80.0, 8.0, 0.2, 0.6, 1.0, 0.9]], np.float32), (100, 1)))
    picture = pictures.painted(DrawList(grid.canvas, StageBuilder(grid, view.hello.theme).stage(), [layer]), view)
    assert picture[180, 320].min() >= 250


@pytest.mark.gl
def test_text_comes_within_a_few_frames_when_time_is_short() -> None:
    """With four milliseconds a frame for new text the whole wall is written after some frames, and then stays."""
    view = views.view(views.shipped("stories"), topics=0, people=0)
    scene = Scene(text_ms=1.0)
    counts = []
    for _ in range(200):
        view.t += 16.0
        counts.append(len(list(scene.draw(view).texts())))
        if len(counts) > 3 and counts[-1] == counts[-2] == counts[-3] and scene.type.left_ms > 0.99:
            break
    whole = Scene(math.inf)
    assert counts[-1] == len(list(whole.draw(view).texts()))


def test_labels_have_the_colour_that_their_group_has_now() -> None:
    """Once groups have turned into others, labels that stayed are written in the new colours, as if they came only now."""
    now = views.view(views.shipped("topics"), topics=40, people=0)
    state = now.graphs["topics"]
    was = ((state.community + 1) % 5).astype(state.community.dtype)

    def inks(scene: Scene, share: float | None, t: float) -> dict[str, str]:
        turned = None if share is None else np.full(len(was), share, np.float32)
        turning = dataclasses.replace(state, was=None if share is None else was, turned=turned)
        drawn = scene.draw(dataclasses.replace(now, t=t, graphs={**now.graphs, "topics": turning}))
        return {text.block.key[0]: text.block.style.colour for _, text in drawn.texts() if text.role == "label"}

    stayed, fresh = Scene(math.inf), Scene(math.inf)
    begun = inks(stayed, 0.0, now.t)
    inks(stayed, 0.5, now.t + 400)
    for n in range(3):
        ended = inks(stayed, None, now.t + 800 + 40 * n)
    assert ended == inks(fresh, None, now.t + 880)
    assert begun != ended
