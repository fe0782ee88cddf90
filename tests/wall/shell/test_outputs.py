"""Which part of the canvas a process shows, and where each screen's picture goes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.wire.geometry import Grid, Rect
from tests.golden.pictures import context
from wall.frame import Frame
from wall.outputs import NotScreens, Part, fitted, parse_screens, pixels, spans_outputs, spelled

GRID = Grid()

grids = st.builds(
    Grid,
    columns=st.integers(1, 4), rows=st.integers(1, 3), width=st.integers(320, 2000), height=st.integers(240, 1200),
    gap_x=st.integers(0, 60), gap_y=st.integers(0, 60),
    turns=st.just(()) | st.lists(st.sampled_from([0, 90, 180, 270]), min_size=12, max_size=12).map(tuple),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "screens"),
    [(None, (1, 2, 3, 4, 5, 6)), ("1-6", (1, 2, 3, 4, 5, 6)), ("3", (3,)), ("4, 1-2,2", (1, 2, 4)), ((2, 1), (1, 2))],
)
def test_screens(text: str | None, screens: tuple[int, ...]) -> None:
    """Screens are named by ranges and numbers, in any order, each once."""
    assert parse_screens(text, GRID) == screens


@pytest.mark.parametrize("text", ["", "0", "7", "1-7", "6-1", "a", "1;2", "-1", ()])
def test_no_screens(text: str) -> None:
    """Anything else is refused with a sentence that says what there is."""
    with pytest.raises(NotScreens, match=r"1 to 6|write them like"):
        parse_screens(text, GRID)


@given(st.sets(st.integers(1, 6), min_size=1))
def test_spelled_screens_are_read_as_they_were(numbers: set[int]) -> None:
    """The name that a wall gives itself says which screens it drives."""
    screens = tuple(sorted(numbers))
    assert parse_screens(spelled(screens), GRID) == screens


@given(grids, st.data())
def test_joined_screens_do_not_overlap(grid: Grid, data: st.DataObject) -> None:
    """Every screen has its own place in the joined picture, inside it, and lies on no dark strip."""
    numbers = data.draw(st.sets(st.integers(1, grid.count), min_size=1))
    part = Part(grid, tuple(sorted(numbers)))
    w, h = part.joined
    places = [place for _, place in part.joins()]
    assert all(Rect(0, 0, w, h).contains(place) for place in places)
    assert not any(a.overlaps(b) for i, a in enumerate(places) for b in places[:i])
    assert not any(dark.overlaps(screen) for dark in part.dark() for screen, _ in part.joins())
    lit = sum(s.w * s.h for s, _ in part.joins())
    assert lit <= part.viewport.w * part.viewport.h


@given(grids, st.data())
def test_outputs_fill_the_desk(grid: Grid, data: st.DataObject) -> None:
    """Each screen has its own place on the desk, as large as its output; upright and lying ones have no desk together."""
    numbers = data.draw(st.sets(st.integers(1, grid.count), min_size=1))
    part = Part(grid, tuple(sorted(numbers)))
    lying = {grid.turn(n) % 180 for n in numbers}
    assert (part.desk is None) is (len(lying) > 1)
    if part.desk is not None:
        places = [place for _, place, _ in part.outputs()]
        assert all(Rect(0, 0, *part.desk).contains(place) for place in places)
        assert not any(a.overlaps(b) for i, a in enumerate(places) for b in places[:i])
        own = (grid.height, grid.width) if lying == {90} else (grid.width, grid.height)
        assert {(place.w, place.h) for place in places} == {own}


@pytest.mark.gl
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_screen_gets_its_picture_turned_back(turn: int) -> None:
    """What an output shows, turned clockwise as its screen hangs, is what a person should see."""
    width, height = (60, 100) if turn % 180 else (100, 60)
    grid = Grid(columns=2, rows=1, width=width, height=height, gap_x=20, turns=(turn, (turn + 180) % 360))
    part = Part(grid, (1, 2))
    assert part.desk is not None
    frame = Frame(context(), part, 1.0)
    random = np.random.default_rng(3)
    picture = np.kron(random.integers(0, 255, (10, 22, 3)), np.ones((height // 10, 10, 1))).astype(np.uint8)
    seen = np.zeros((height, 2 * width + 20, 3), np.uint8)
    seen[:, : picture.shape[1]] = picture[:, : seen.shape[1]]
    rgba = np.dstack([seen, np.full(seen.shape[:2], 255, np.uint8)])
    frame.target.color_attachments[0].write(rgba[::-1].tobytes())
    desk = context().simple_framebuffer(part.desk, components=4)
    frame.show(desk, part.desk, spanning=True)
    shown = np.frombuffer(desk.read(components=3), np.uint8).reshape(part.desk[1], part.desk[0], 3)[::-1]
    for (canvas, place, turned), hanging in zip(part.outputs(), (turn, (turn + 180) % 360), strict=True):
        assert turned == hanging
        output = shown[round(place.y) : round(place.bottom), round(place.x) : round(place.right)]
        wanted = seen[:, round(canvas.x) : round(canvas.right)]
        assert np.abs(np.rot90(output, -hanging // 90).astype(int) - wanted.astype(int)).max() <= 1
    frame.release()
    desk.release()


@pytest.mark.gl
def test_brightness_dims_everything_that_leaves_the_frame() -> None:
    """At a quarter of its brightness a window, a picture for the tablet and a shot have a quarter of the light."""
    part = Part(Grid(columns=1, rows=1, width=64, height=32), (1,))
    frame = Frame(context(), part, 1.0)
    frame.target.clear(0.8, 0.8, 0.8, 1.0)
    frame.brightness = 0.25
    window = context().simple_framebuffer((64, 32), components=4)
    for draw in (lambda: frame.show(window, (64, 32), spanning=False), lambda: frame.reduce(window)):
        window.clear()
        draw()
        assert np.abs(np.frombuffer(window.read(components=3), np.uint8).astype(int) - 51).max() <= 1
    assert np.abs(frame.joined().astype(int) - 51).max() <= 1
    frame.release()
    window.release()


def test_dark() -> None:
    """Between screens 1, 2 and 5 lie the bezels and screen 4, which another process shows."""
    dark = Part(GRID, (1, 2, 5)).dark()
    assert Rect(1920, 0, 36, 2196) in dark
    assert Rect(0, 1080, 3876, 36) in dark
    assert GRID.screen(4) in dark
    assert len(dark) == 3


@given(grids, st.integers(200, 4000), st.integers(200, 4000))
def test_fitted(grid: Grid, width: int, height: int) -> None:
    """A part fits into a window in its own proportions and touches two of its edges."""
    part = Part(grid, tuple(range(1, grid.count + 1)))
    x, y, w, h = fitted((part.viewport.w, part.viewport.h), (width, height))
    assert x >= 0
    assert y >= 0
    assert w <= width
    assert h <= height
    assert w == width or h == height
    assert abs(w / h - part.viewport.w / part.viewport.h) <= 2 * max(w, h) / min(w, h) ** 2 + 0.02


def test_pixels_of_neighbours_meet() -> None:
    """At half scale the strip beside a screen begins where the screen ends."""
    part = Part(GRID, (1, 2))
    view, size = part.viewport, (1938, 540)
    assert pixels(GRID.screen(1), view, size) == (0, 0, 960, 540)
    assert pixels(part.dark()[0], view, size)[0] == 960
    assert pixels(part.dark()[0], view, size)[2] == pixels(GRID.screen(2), view, size)[0]


@pytest.mark.parametrize(
    ("desktops", "spans"),
    [
        ([(5760, 2160)], True),
        ([(1920, 1080)] * 6, True),
        ([(1920, 1080)], False),
        ([(1920, 1080)] * 2, False),
        ([(1920, 1080)] * 5 + [(1280, 720)], False),
    ],
)
def test_spans_outputs(desktops: list[tuple[int, int]], spans: bool) -> None:
    """Displays are the wall itself when they have its pixels: as one desktop, or one output a screen."""
    assert spans_outputs(Part(GRID, (1, 2, 3, 4, 5, 6)), desktops) is spans


def test_one_screen_spans_nothing() -> None:
    """One screen in a window on a display of its size is a window."""
    assert not spans_outputs(Part(GRID, (1,)), [(1920, 1080)])
