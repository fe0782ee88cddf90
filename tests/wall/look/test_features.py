"""Posts that stand large on one screen."""

from __future__ import annotations

import dataclasses
import math

import pytest
from msgspec.structs import replace

from stream.wire.geometry import Grid
from stream.wire.messages import Feature
from tests.wall.look import views
from wall import legibility
from wall.drawlist import DrawList
from wall.scene import Scene
from wall.view import View


def featured(layout: str, screen: int, since: float = 0.0, **more: object) -> View:
    view = views.view(views.shipped(layout))
    assert view.stories is not None
    card = replace(view.stories.cards[0], text="This one stands alone")
    stories = replace(view.stories, features=(Feature(screen, int(since), card),))
    return dataclasses.replace(view, stories=stories, **more)  # type: ignore[arg-type]


def seen(drawlist: DrawList, screen: int) -> set[str]:
    """What can be read on a screen."""
    rect = Grid().screen(screen)
    return {
        text.block.key[0]
        for layer, text in drawlist.texts()
        if text.opacity * layer.opacity > legibility.SEEN and rect.overlaps(text.box)
    }


@pytest.mark.parametrize("layout", ["topics", "stories", "pulse", "numbers"])
@pytest.mark.parametrize("screen", [1, 5])
def test_featured_post_has_its_screen_for_itself(layout: str, screen: int) -> None:
    """Whatever is on air, nothing else can be read on the screen, and everything on the others."""
    drawlist = Scene(math.inf).draw(featured(layout, screen))
    without = Scene(math.inf).draw(views.view(views.shipped(layout)))
    assert "This one stands alone" in seen(drawlist, screen)
    assert not seen(drawlist, screen) & {text for n in (2, 3, 4, 6) for text in seen(without, n)} - seen(
        without, screen
    )
    assert legibility.faults(drawlist, Grid()) == []
    other = 6 if screen == 1 else 3
    assert seen(drawlist, other) == seen(without, other)


def test_featured_post_comes_softly_and_is_not_on_the_safe_scene() -> None:
    """It fades in from its beginning; the safe scene and a wall whose words have faded show nothing of it."""
    view = featured("topics", 2, since=views.T)
    at_first = Scene(math.inf).draw(dataclasses.replace(view, t=view.t))
    assert "This one stands alone" not in seen(at_first, 2)
    for hidden in ({"panic": True}, {"words": 0.0}):
        texts = {text.block.key[0] for _, text in Scene(math.inf).draw(featured("topics", 2, **hidden)).texts()}
        assert "This one stands alone" not in texts
