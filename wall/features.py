"""Features: posts that staff want large, each over the whole of one screen, whatever else is there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stream.wire.geometry import Rect
from stream.wire.messages import Layout, Panel
from wall import transition
from wall.banner import make_room
from wall.drawlist import Layer
from wall.palette import mixed, rgb
from wall.panel import Place
from wall.stage import StageBuilder
from wall.text.typesetter import Typesetter
from wall.view import View
from wall.visuals.stories import VISUAL

NAME: Final = "feature"
FADE_MS: Final = 600.0
EDGE: Final = 10.0
"""Of the line in the accent's colour at the foot of the screen."""


def over(
    view: View, typesetter: Typesetter, stage: StageBuilder, memory: dict[str, Any], layers: Sequence[Layer]
) -> list[Layer]:
    """A layer for each featured post of ``view``, and room for it in the ``layers`` below. One that goes is gone at once."""
    grid, theme = view.hello.grid, view.hello.theme
    found = []
    for it in view.stories.features if view.stories is not None and view.words > 0.0 else ():
        if not 1 <= it.screen <= grid.count:
            continue
        screen, lit = grid.screen(it.screen), transition.smooth((view.t - it.since) / FADE_MS)
        panel = Panel(NAME, (it.screen,))
        place = Place(
            grid, Layout(NAME, "", (panel,)), 0, panel, screen, theme, typesetter, stage, view.words, 1.0, memory
        )
        layer = Layer(screen)
        layer.rect(screen, mixed(rgb(theme.stage_inner), place.accent, 0.06), lit * view.words, 0.0)
        foot = EDGE * place.unit
        layer.rect(Rect(screen.x, screen.bottom - foot, screen.w, foot), place.accent, lit * view.words, 0.0)
        VISUAL.card(view, place, layer, screen, it.card, lit)
        make_room(layers, screen, lit * view.words)
        found.append(layer)
    return found
