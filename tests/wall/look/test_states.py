"""Whatever a hall brings, and on however many screens, what is shown can be read."""

from __future__ import annotations

import pytest

from tests.golden.states import VISUALS, sizes, states
from tests.wall.look.test_scene import draw, words
from wall import legibility


@pytest.mark.parametrize("visual", VISUALS)
def test_every_state_is_legible(visual: str) -> None:
    """Much, little, none, long words, every script, a burst, old data, no hub, and from far: no text is hard to read."""
    for name, view in states(visual):
        drawlist = draw(view)
        assert legibility.faults(drawlist, view.hello.grid) == [], name
        assert words(drawlist), name


@pytest.mark.parametrize("visual", VISUALS)
def test_every_size_is_legible(visual: str) -> None:
    """On one to six screens no text lies on another or under a bezel."""
    for name, view in sizes(visual):
        assert legibility.faults(draw(view), view.hello.grid) == [], name


def test_a_burst_is_told_while_it_lasts() -> None:
    """What shoots up in this minute says so."""
    (view,) = (view for name, view in states("river") if name == "a burst")
    assert any(word.endswith("posts a minute now") for word in words(draw(view)))
