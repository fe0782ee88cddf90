"""The wall turned to one topic or one person."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from msgspec.structs import replace

from stream.wire.geometry import Grid
from tests.wall.look import views
from wall import graph as pictures
from wall import legibility, spotlight
from wall.drawlist import DrawList
from wall.scene import Scene
from wall.view import View

LAYOUTS = views.TURNED


def draw(view: View) -> DrawList:
    return Scene(math.inf).draw(view)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_turned_wall_is_legible_and_about_it_alone(layout: str) -> None:
    """The name stands large, the stories are those about it, and nothing lies on anything."""
    view = views.turned(layout)
    drawlist = draw(view)
    assert legibility.faults(drawlist, Grid()) == []
    texts = {text.block.key[0] for _, text in drawlist.texts()}
    assert LAYOUTS[layout][1] in texts
    assert view.stories is not None
    assert not any(view.stories.cards[0].text[:20] in text for text in texts)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_else_steps_back(layout: str) -> None:
    """What is tied to the node stays lit, all else steps back, in the time of a switch and not before."""
    graph = LAYOUTS[layout][0]

    def lights(since: int) -> tuple[np.ndarray, np.ndarray]:
        view = views.turned(layout, since=since)
        state = view.graphs[graph]
        picture = pictures.lights(state, Grid(), Grid().canvas, 4, view.hello.theme, view.t)
        mine = (state.source == 0) | (state.target == 0)
        near = np.zeros(len(state.key), np.bool_)
        near[state.source[mine]] = near[state.target[mine]] = near[0] = True
        shown = picture.light > 0
        return spotlight.turned(view, picture, {}).light[near & shown], spotlight.turned(view, picture, {}).light[
            ~near & shown
        ]

    near, far = lights(0)
    assert near.min() == far.min() == pytest.approx(1.0)
    near, far = lights(5000)
    assert near.min() >= 0.7
    assert far.max() <= 0.2


def test_name_that_may_not_be_shown_is_not() -> None:
    """Without a name that passed moderation the wall says none, and a calm sentence instead."""
    view = views.turned("topic")
    assert view.focused is not None
    nameless = dataclasses.replace(view, focused=replace(view.focused, label=""))
    assert "Nothing is chosen now" in {text.block.key[0] for _, text in draw(nameless).texts()}
