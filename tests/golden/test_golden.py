"""The shipped layouts look as they were last judged good, and can be read."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from stream.wire.geometry import Grid
from tests.golden import pictures
from tests.wall.look import views
from wall import legibility
from wall.visuals.test_pattern import DISC, disc_at

pytestmark = pytest.mark.gl


@pytest.mark.parametrize("name", pictures.GOLDEN)
def test_layout_looks_as_its_golden_picture(name: str) -> None:
    """A layout drawn on software GL is its golden picture, but for rounding and compression."""
    view = pictures.view_of(name)
    picture = pictures.halved(pictures.painted(pictures.drawn(view), view))
    golden = np.asarray(Image.open(pictures.kept(name)).convert("RGB"))
    assert not (said := pictures.difference(name, picture, golden)), said


@pytest.mark.parametrize("name", pictures.GOLDEN)
def test_layout_is_legible(name: str) -> None:
    """No label lies on another or under a bezel, none is cut or too small, no glyph is missing; no face or code is cut."""
    view = pictures.view_of(name)
    drawlist = pictures.drawn(view)
    assert legibility.faults(drawlist, view.hello.grid) == []
    assert name == "test-pattern" or legibility.cut_shapes(drawlist, view.hello.grid) == []


def test_difference_is_told_and_drawn(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture with a square that does not belong there fails, and the difference is written."""
    monkeypatch.setattr(pictures, "DIFFERENCES", tmp_path)
    golden = np.zeros((200, 300, 3), np.uint8)
    picture = golden.copy()
    picture[50:90, 60:120] = 200
    assert "much" in pictures.difference("square", picture, golden)
    assert (pictures.DIFFERENCES / "square-difference.png").exists()


def test_two_screens_apart_show_one_picture() -> None:
    """Two screens painted alone are, pixel for pixel, what one picture of both shows: the line and the disc have no step."""
    grid = Grid()
    view = views.view(views.shipped("test-pattern"), topics=0, people=0)
    pair = grid.span([1, 2])
    view.t = next(t for t in np.arange(views.T, views.T + 12_000, 20) if _crosses(float(t), grid))
    drawlist = pictures.drawn(view)
    whole = pictures.painted(drawlist, view, pair)
    for number in (1, 2):
        screen = grid.screen(number)
        alone = pictures.painted(pictures.drawn(view), view, screen)
        part = whole[:, round(screen.x - pair.x) : round(screen.right - pair.x)]
        assert np.abs(alone.astype(int) - part.astype(int)).max() <= 1


def _crosses(t: float, grid: Grid) -> bool:
    """Whether the disc is behind the bezel between screens 1 and 2."""
    x, y = disc_at(t, grid.canvas)
    middle = (grid.width + grid.lefts[1]) / 2
    return abs(x - middle) < DISC / 3 and y < grid.height - DISC
