"""Visuals: what a panel can show, one a file.

A visual is an object with the attributes of ``Visual``. Those of Agora are found by their file's name; others come by the
entry point group ``agora.visuals``. What a visual draws is a function of the view and of what its place remembers, eased
with hub time.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module, metadata
from typing import Final, Protocol, cast

from stream.wire.messages import Graph
from wall.drawlist import Layer
from wall.graph import Lights
from wall.panel import Place
from wall.stage import Seen
from wall.view import View

SHIPPED: Final = (
    "constellation", "conversations", "stories", "numbers", "rising", "compare", "voices", "mood", "river", "world",
    "title", "focus", "announcement", "test_pattern",
)  # fmt: skip


class Visual(Protocol):
    """``needs`` names feeds (``graph:topics stories figures``); ``seconds`` is how long it wants to be seen."""

    name: str
    needs: frozenset[str]
    seconds: float
    graph: Graph | None
    """The graph whose nodes it shows, which fly to their new places when a layout turns into another."""

    def away(self, view: View) -> bool:
        """Whether it has nothing to show and should be skipped."""

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        """Add its part of the picture to ``layer``."""


class GraphVisual(Visual, Protocol):
    """A visual of a graph, in the parts that a scene needs while its nodes fly from panel to panel."""

    def picture(self, view: View, place: Place) -> Lights | None:
        """Where its lights are on ``place``, or None without any."""

    def draw_lights(self, view: View, place: Place, layer: Layer, picture: Lights, seen: Seen) -> None:
        """Add fields (where they are ``seen``), edges and nodes."""

    def draw_words(self, view: View, place: Place, layer: Layer, picture: Lights) -> None:
        """Add the labels."""


@cache
def find(name: str) -> Visual | None:
    """The visual of that name, or None."""
    if name in SHIPPED:
        visual: Visual = import_module(f"wall.visuals.{name}").VISUAL
        return visual
    for point in metadata.entry_points(group="agora.visuals"):
        if point.name == name:
            loaded: Visual = point.load()
            return loaded
    return None


def find_graph(name: str) -> GraphVisual | None:
    """The visual of that name when it shows a graph."""
    visual = find(name)
    return cast("GraphVisual", visual) if visual is not None and visual.graph is not None else None
