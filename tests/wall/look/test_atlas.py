"""The atlas: pictures of text keep apart on their pages, and their pages within the memory that they are given."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.golden.pictures import context
from wall.text.atlas import PAGE, STALE, Atlas, Spot
from wall.text.typesetter import Block, Style, Typesetter


def _block(type_: Typesetter, text: str, size: float = 60.0) -> Block:
    block = type_.set(text, Style(size, 600, shadow=True))
    assert block is not None
    return block


@pytest.mark.gl
def test_nothing_lies_beside_a_picture() -> None:
    """A smooth edge reads half a pixel beyond its picture: nothing is there, whatever video memory held before."""
    atlas = Atlas(context(), 16)
    atlas.spot(_block(Typesetter(), "first"), 1.0)
    atlas.pages[0].texture.write(b"\xff" * (PAGE * PAGE * 4))
    spot = atlas.spot(_block(Typesetter(), "second"), 0.7)
    assert spot is not None
    assert spot.shadow is not None
    page = np.frombuffer(atlas.pages[0].texture.read(), np.uint8).reshape(PAGE, PAGE, 4)
    for part in (spot, spot.shadow):
        assert not _around(page, part).any()


@pytest.mark.gl
def test_an_evening_of_new_words_stays_within_the_memory() -> None:
    """However many texts come and go, there are no more pages than the limit allows, and the newest is always there."""
    atlas, type_ = Atlas(context(), 32), Typesetter()
    for i in range(400):
        atlas.begin(float("inf"))
        assert atlas.spot(_block(type_, f"guest number {i}", 200.0), 1.0) is not None
    assert len(atlas.pages) == 2


@pytest.mark.gl
def test_what_is_seldom_said_makes_room_for_what_is_said_now() -> None:
    """A wall whose words change all day writes them where old ones were, and what stands there all day is drawn only once."""
    atlas, type_ = Atlas(context()), Typesetter()
    title = _block(type_, "Who talks with whom", 120.0)
    atlas.begin(float("inf"))
    first = atlas.spot(title, 1.0)
    lowest = 0
    for i in range(300):
        for _ in range(STALE // 16):
            atlas.begin(float("inf"))
            assert atlas.spot(title, 1.0) is first
        spot = atlas.spot(_block(type_, f"guest number {i}", 60.0 + 20 * (i % 7)), 1.0)
        assert spot is not None
        lowest = max(lowest, spot.page * PAGE + spot.y + spot.h)
    assert lowest < 1.6 * PAGE, "all of two pages, though a third of them is in use"


@pytest.mark.gl
def test_an_evening_of_layouts_in_turns_lies_on_one_page() -> None:
    """Eleven layouts in turns, four seconds each, half of their words new each time, lie on one page all evening."""
    atlas, type_ = Atlas(context()), Typesetter()
    rng = random.Random(11)
    styles = [Style(rng.choice((20.0, 26.0, 34.0, 48.0)), 600, shadow=True) for _ in range(28)]
    styles += [Style(90.0), Style(150.0), Style(40.0, width=900.0, lines=4), Style(46.0, width=900.0, lines=3)]
    ever = 0
    for turn in range(44):
        shown = []
        for k, style in enumerate(styles):
            more = k % 3 if style.lines == 1 else 3 * style.lines
            shown.append(type_.set(f"{turn * (k % 2)} {turn % 11} {k} " + "and who said so " * more, style))
        for _ in range(96):
            atlas.begin(float("inf"))
            spots = [atlas.spot(block, 1.0) for block in shown if block is not None]
        assert len(spots) == len(styles)
        ever += sum((spot.w + 2) * (spot.h + 2) for spot in spots if spot is not None)
        assert len(atlas.pages) == 1
    assert ever > 5 * PAGE * PAGE


@pytest.mark.gl
def test_pictures_never_lie_on_each_other() -> None:
    """Shelves that were cleared and cut anew hold pictures apart: what is drawn in one frame overlaps nowhere."""
    atlas, type_ = Atlas(context(), 32), Typesetter()
    rng = random.Random(7)
    for i in range(60):
        for _ in range(rng.choice((1, STALE // 3))):
            atlas.begin(float("inf"))
        spots = []
        for k in range(rng.randint(1, 12)):
            spot = atlas.spot(_block(type_, f"guest {(i + k * k) % 40}", rng.choice((40.0, 90.0, 200.0))), 1.0)
            assert spot is not None
            assert spot.shadow is not None
            spots += [spot, spot.shadow]
        taken = np.zeros((len(atlas.pages), PAGE, PAGE), bool)
        for spot in {id(spot): spot for spot in spots}.values():
            area = taken[spot.page, spot.y : spot.y + spot.h, spot.x : spot.x + spot.w]
            assert not area.any()
            area[:] = True


def _around(page: np.ndarray, spot: Spot) -> np.ndarray:
    x, y, right, bottom = spot.x - 1, spot.y - 1, spot.x + spot.w, spot.y + spot.h
    rows, columns = page[y : bottom + 1, [x, right]], page[[y, bottom], x : right + 1]
    return np.concatenate([rows.ravel(), columns.ravel()])
