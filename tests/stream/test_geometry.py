"""Any grid of screens: frames, turns, and where nodes may lie."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.config import Misconfigured, load
from stream.config.wall import Bezel, ScreenConfig, WallConfig
from stream.wire.geometry import Grid, graph_area, place

TURNS = st.sampled_from([0, 90, 180, 270])
FRAMES = st.builds(Bezel, *4 * [st.integers(0, 40).map(float)])
SCREENS = st.builds(ScreenConfig, st.none() | TURNS, st.none() | FRAMES)


@st.composite
def walls(draw: st.DrawFn) -> WallConfig:
    """Any wall from 1 × 1 to 8 × 4, some of its screens turned or with other frames."""
    columns, rows = draw(st.integers(1, 8)), draw(st.integers(1, 4))
    own = draw(st.dictionaries(st.integers(1, columns * rows).map(str), SCREENS, max_size=4))
    size = draw(st.sampled_from([(1920, 1080), (1080, 1920), (640, 480)]))
    return WallConfig(columns, rows, *size, draw(TURNS), draw(st.sampled_from([0.63, 1.9])), 5.0, draw(FRAMES), own)


@given(walls())
def test_screens_lie_apart_by_their_frames(wall: WallConfig) -> None:
    """Neighbours in a row stand in line, no two overlap, and between two are at least both their frames."""
    grid = wall.grid
    assert list(wall.faults()) == []
    screens = {n: grid.screen(n) for n in range(1, grid.count + 1)}
    assert not any(a.overlaps(b) for a, b in combinations(screens.values(), 2))
    for number, screen in screens.items():
        assert grid.screen_at(screen.x, screen.y) == number
        assert grid.screen_at(screen.right - 0.5, screen.bottom - 0.5) == number
        if number % grid.columns:
            beside = screens[number + 1]
            own, other = (wall.screens.get(str(n), ScreenConfig()) for n in (number, number + 1))
            frames = [
                (one.bezel_mm or wall.bezel_mm).turned(grid.turn(n)) for n, one in ((number, own), (number + 1, other))
            ]
            assert beside.y == screen.y
            assert beside.x - screen.right >= round((frames[0].right + frames[1].left) / wall.pitch_mm)
            assert grid.screen_at((screen.right + beside.x) / 2, screen.y) is None or beside.x == screen.right


@given(FRAMES, TURNS)
def test_frames_turn_with_their_screen(frame: Bezel, degrees: int) -> None:
    """A quarter clockwise brings the upper edge to the right; what is turned and turned back is as it was."""
    quarter = frame.turned(90)
    assert (quarter.right, quarter.bottom, quarter.left, quarter.top) == (
        frame.top,
        frame.right,
        frame.bottom,
        frame.left,
    )
    assert frame.turned(degrees).turned(360 - degrees) == frame


@given(walls(), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=12))
def test_nodes_keep_their_order_on_any_grid(wall: WallConfig, uv: list[tuple[float, float]]) -> None:
    """Nodes lie inside their area, in the order of the unit box, which lies on its side where the area is tall."""
    grid = wall.grid
    area = graph_area(grid.canvas, title=False)
    box = np.array(uv, np.float32)
    xy = place(grid, area, box)
    if area.h > area.w:
        box = box[:, ::-1]
    for axis, (start, end) in enumerate(((area.x, area.right), (area.y, area.bottom))):
        order = np.argsort(box[:, axis], kind="stable")
        assert (np.diff(xy[order, axis]) >= -0.01).all()
        assert start - 0.01 <= xy[:, axis].min()
        assert xy[:, axis].max() <= end + 0.01


def test_a_wall_is_read_from_its_file(tmp_path: object) -> None:
    """Turned screens and frames of their own come from tables of their numbers; a screen that is not there is told."""
    path = f"{tmp_path}/agora.toml"
    text = "[wall]\ncolumns = 2\nrows = 1\nwidth = 1080\nheight = 1920\nrotate = 90\n[wall.screens.2]\nrotate = 270\n"
    with open(path, "w") as file:
        file.write(text)
    assert load(path, {}).wall.grid.turns == (90, 270)
    assert load(path, {"AGORA_WALL_ROTATE": "180"}).wall.grid.turns == (180, 270)
    with open(path, "a") as file:
        file.write("[wall.screens.7]\nrotate = 90\n")
    with pytest.raises(
        Misconfigured, match=r"agora.toml:9: wall.screens.7: there is no screen '7'; the wall has 1 to 2"
    ):
        load(path, {})


def test_frames_of_several_widths() -> None:
    """A gap is as wide as the widest pair of frames that meet there, so that all rows stand in line."""
    wide = ScreenConfig(bezel_mm=Bezel(30.0, 30.0, 0.0, 0.0))
    grid = WallConfig(columns=3, rows=2, pitch_mm=1.0, bezel_mm=Bezel(5, 5, 5, 5), screens={"1": wide}).grid
    assert grid.gap_x == (35, 10)
    assert grid.gap_y == 10
    assert Grid(columns=3, gap_x=(35, 10)).lefts == (0, 1955, 3885)
