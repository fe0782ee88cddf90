"""Whatever a hall brings, and on however many screens, what is shown can be read."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tests.golden.states import VISUALS, sizes, states
from tests.wall.look.test_scene import draw, words
from wall import legibility
from wall.labels import BEACON


@pytest.mark.parametrize("visual", VISUALS)
def test_every_state_is_legible(visual: str) -> None:
    """Much, little, none, long words, every script, a burst, old data, no hub, and from far: no text is hard to read."""
    for name, view in states(visual):
        drawlist = draw(view)
        assert legibility.faults(drawlist, view.hello.grid) == [], name
        assert legibility.cut_shapes(drawlist, view.hello.grid) == [], name
        assert words(drawlist), name


@pytest.mark.parametrize("visual", VISUALS)
def test_every_size_is_legible(visual: str) -> None:
    """On one to six screens no text lies on another or under a bezel, and no face, bar or code does."""
    for name, view in sizes(visual):
        drawlist = draw(view)
        assert legibility.faults(drawlist, view.hello.grid) == [], name
        assert legibility.cut_shapes(drawlist, view.hello.grid) == [], name


@pytest.mark.parametrize("count", range(1, 9))
def test_rising_topics_share_the_screens(count: int) -> None:
    """However many rise, no row and no column of screens is left empty, and all can be read."""
    for name, view in sizes("rising"):
        assert view.figures is not None
        first = view.figures.rising[0]
        rising = tuple(
            msgspec.structs.replace(first, topic=f"{i}", label=f"#Topic{i}", factor=9.0 - i) for i in range(count)
        )
        view.figures = msgspec.structs.replace(view.figures, rising=rising)
        drawlist = draw(view)
        grid = view.hello.grid
        assert legibility.faults(drawlist, grid) == [], name
        named = {grid.screen_at(text.x, text.y) for _, text in drawlist.texts() if text.block.text.startswith("#Topic")}
        assert len(named) == min(count, grid.count), name
        courses = np.concatenate([ribbon[:, :2] for layer in drawlist.layers for ribbon in layer.ribbons])
        lit = {grid.screen_at(float(x), float(y)) for x, y in courses[::4]} | named
        screens = [grid.screen(number) for number in lit if number is not None]
        assert {s.x for s in screens} == set(grid.lefts), name
        assert {s.y for s in screens} == set(grid.tops), name


def test_a_named_light_is_a_beacon() -> None:
    """Where a label stands there is a light with a core one sees from afar, in the colour that the label has a little of."""
    view = dict(states("conversations"))["much"]
    drawlist = draw(view)
    beacons = next(
        h for layer in drawlist.layers for h in layer.halos[::-1] if len(h) and abs(h[0, 3] - BEACON[1]) < 0.1
    )
    assert len(beacons) == len(view.labels[("conversations", 0)].labels)
    ink = {text.block.style.colour for _, text in drawlist.texts() if text.role == "label"}
    assert len(ink) > 3


def test_a_burst_is_told_while_it_lasts() -> None:
    """What shoots up in this minute says so."""
    (view,) = (view for name, view in states("river") if name == "a burst")
    assert any(word.endswith("posts a minute now") for word in words(draw(view)))
