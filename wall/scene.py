"""The scene: a view becomes a draw list. It knows panels, titles, switches and the safe scene; visuals fill the panels."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Final

from stream.wire.geometry import Rect
from stream.wire.messages import Layout
from wall import banner, features, graph, safe, transition
from wall.drawlist import DrawList, Layer
from wall.headline import draw_head
from wall.panel import Place
from wall.stage import StageBuilder
from wall.text import typesetter
from wall.view import View
from wall.visuals import Visual, find, find_graph

TEXT_MS: Final = 4.0
DRIFT: Final = (4.0, 3.0)
"""How far still elements wander against burn-in, in pixels."""
REMEMBERED: Final = 24


class Scene:
    """Draws views. ``text_ms`` bounds the time for new text in a frame: infinite for single pictures that must be whole.

    What it remembers between views (labels on their way, figures that roll) eases with hub time, never with frames.
    """

    def __init__(self, text_ms: float = TEXT_MS) -> None:
        self.text_ms = text_ms
        self.type = typesetter.shared()
        self._banner: dict[str, Any] = {}
        self._featured: dict[str, Any] = {}
        self._memory: dict[tuple[str, int], dict[str, Any]] = {}

    def draw(self, view: View) -> DrawList:
        """Everything that the wall shows at ``view.t``: the panels on air, and those before them while they leave."""
        self.type.begin(self.text_ms)
        stage = StageBuilder(view.hello.grid, view.hello.theme)
        panic = view.panic or view.on_air.panic or bool(view.code)
        layers = self._safe(view, stage) if panic else self._layers(view, stage)
        if not panic:
            layers += features.over(view, self.type, stage, self._featured, layers)
        if not panic and (top := banner.over(view, self.type, stage, self._banner, layers)) is not None:
            layers.append(top)
        return DrawList(view.hello.grid.canvas, stage.stage(), layers, max(0.0, self.type.left_ms))

    def _safe(self, view: View, stage: StageBuilder) -> list[Layer]:
        layers = safe.layers(view, self.type, stage)
        for layer in layers:
            layer.offset = drift(view.t)
        return layers

    def _layers(self, view: View, stage: StageBuilder) -> list[Layer]:
        share = transition.share(view)
        coming = self._places(view, view.on_air.layout, stage, 1.0 if share >= 1.0 else transition.coming(share))
        if share >= 1.0 or view.previous is None:
            return [layer for place in coming for layer in self._panel(view, place)]
        leaving = self._places(view, view.previous.layout, stage, transition.leaving(share))
        flights = _flights(leaving, coming, view)
        layers = []
        for old, new in flights:
            layers += self._flight(view, old, new, share)
        flown_old, flown_new = {old.index for old, _ in flights}, {new.index for _, new in flights}
        before = replace(view, focused=view.left)
        for place in leaving:
            layers += [self._head(view, place)] if place.index in flown_old else self._panel(before, place)
        for place in coming:
            layers += [self._head(view, place)] if place.index in flown_new else self._panel(view, place)
        return layers

    def _places(self, view: View, layout: Layout, stage: StageBuilder, opacity: float) -> list[Place]:
        hello = view.hello
        places = []
        for index, panel in enumerate(layout.panels):
            screens = [n for n in panel.screens if 1 <= n <= hello.grid.count]
            if not screens:
                continue
            memory = self._memory.setdefault((layout.name, index), {})
            rect = hello.grid.span(screens)
            places.append(
                Place(
                    hello.grid, layout, index, panel, rect, hello.theme, self.type, stage, view.words, opacity, memory
                )
            )
        while len(self._memory) > REMEMBERED:
            self._memory.pop(next(iter(self._memory)))
        return places

    def _panel(self, view: View, place: Place) -> list[Layer]:
        visual = find(place.panel.visual)
        if visual is None:
            return [self._head(view, place)]
        layer = Layer(place.rect, place.opacity, (0.0, 0.0) if _exact(visual) else drift(view.t))
        visual.draw(view, place, layer)
        return [layer, self._head(view, place)]

    def _head(self, view: View, place: Place) -> Layer:
        layer = Layer(place.rect, place.opacity, drift(view.t))
        draw_head(view, place, layer, getattr(find(place.panel.visual), "legend", ()))
        return layer

    def _flight(self, view: View, old: Place, new: Place, share: float) -> list[Layer]:
        """One graph on its way from panel to panel: its lights fly, its labels fade with their own panel."""
        visual_old, visual_new = find_graph(old.panel.visual), find_graph(new.panel.visual)
        if visual_old is None or visual_new is None:
            return []
        before, after = visual_old.picture(view, old), visual_new.picture(view, new)
        if before is None or after is None:
            return []
        eased = transition.smooth(share)
        picture = graph.mixed(before, after, eased)
        clip = transition.between(old.rect, new.rect, eased)
        lights = Layer(clip)
        opacity, new.opacity = new.opacity, 1.0
        visual_new.draw_lights(view, new, lights, picture, ((old.rect, 1.0 - eased), (new.rect, eased)))
        new.opacity = opacity
        layers = [lights]
        for place, visual in ((old, visual_old), (new, visual_new)):
            words = Layer(Rect(0, 0, view.hello.grid.canvas.w, view.hello.grid.canvas.h), place.opacity)
            visual.draw_words(view, place, words, picture)
            layers.append(words)
        return layers


def drift(t: float) -> tuple[float, float]:
    """Where still elements are moved to at hub time ``t``: slowly around, so that no pixel is lit for ever."""
    seconds = (t / 1000.0) % 86_400.0
    return (
        DRIFT[0] * math.sin(2.0 * math.pi * seconds / 540.0),
        DRIFT[1] * math.sin(2.0 * math.pi * seconds / 720.0 + 1.0),
    )


def _exact(visual: Visual) -> bool:
    return visual.graph is not None or visual.name == "test_pattern"


def _flights(leaving: list[Place], coming: list[Place], view: View) -> list[tuple[Place, Place]]:
    """The panels before and after that show the same graph, each once."""
    pairs: list[tuple[Place, Place]] = []
    for new in coming:
        visual = find_graph(new.panel.visual)
        if visual is None or visual.graph not in view.graphs:
            continue
        for old in leaving:
            other = find_graph(old.panel.visual)
            free = all(old is not o and new is not n for o, n in pairs)
            if free and other is not None and other.graph == visual.graph:
                pairs.append((old, new))
    return pairs
