"""Conversations: who talks with whom. Weak ties, that carry an idea from group to group, are lit; the brand's own voices are ringed."""

from __future__ import annotations

import numpy as np

from stream.wire.geometry import Rect, graph_area
from stream.wire.messages import Graph
from wall import graph, labels, palette
from wall.drawlist import RING, Layer
from wall.panel import MARGIN, Place
from wall.view import View
from wall.visuals import waiting

SIGMA = 130.0
PUBLIC, STAFF, BRAND = 0, 1, 2
WEAK = (1.0, 0.93, 0.78)


class Conversations:
    name = "conversations"
    needs = frozenset({"graph:people", "labels"})
    seconds = 45.0
    graph: Graph | None = "people"

    def away(self, view: View) -> bool:
        state = view.graphs.get("people")
        return state is None or len(state.key) < 3

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        picture = self.picture(view, place)
        if picture is None:
            waiting.draw(view, place, layer, "Nobody has answered anybody yet")
            return
        self.draw_lights(view, place, layer, picture, place.rect)
        self.draw_words(view, place, layer, picture)

    def picture(self, view: View, place: Place) -> graph.Lights | None:
        """Where its lights are on ``place``, or None without any."""
        state = view.graphs.get("people")
        if state is None or not len(state.key):
            return None
        area = graph_area(place.rect, place.titled or bool(place.panel.caption))
        picture = graph.lights(state, place.grid, area, len(place.panel.screens), place.theme, view.t)
        own = state.role != PUBLIC
        picture.colour = np.where(own[:, None], np.array(place.accent, np.float32), picture.colour).astype(np.float32)
        picture.radius = np.where(own, np.maximum(picture.radius, 15.0), picture.radius).astype(np.float32)
        return picture

    def draw_lights(self, view: View, place: Place, layer: Layer, picture: graph.Lights, clip: Rect) -> None:
        state = picture.state
        scale = (picture.spacing / 160.0) ** 2
        place.stage.field(
            picture.xy, picture.light * (0.02 + 0.33 * min(1.6, scale)), state.community,
            palette.communities(place.theme), clip, SIGMA, picture.manner.field * place.opacity,
        )  # fmt: skip
        graph.draw_edges(layer, picture, weak_colour=np.array(WEAK, np.float32))
        gain = 0.45 + 0.55 * np.sqrt(np.clip(state.weight, 0.0, 1.0))
        bridges = np.zeros(len(state.key), bool)
        lit = (state.weak > 0) & (picture.edge_light > 0.01)
        bridges[state.source[lit]] = bridges[state.target[lit]] = True
        gain = np.where(bridges, np.maximum(gain, 0.8), gain)
        graph.draw_nodes(layer, picture, np.where(state.role != PUBLIC, 1.0, gain).astype(np.float32))
        graph.draw_comets(layer, picture, view.t)
        self._draw_roles(layer, picture, place)

    def draw_words(self, view: View, place: Place, layer: Layer, picture: graph.Lights) -> None:
        self._draw_legend(layer, place)
        labels.draw(layer, place, view.labels.get((place.layout.name, place.index)), picture, view.t)

    def _draw_legend(self, layer: Layer, place: Place) -> None:
        """What a bright line and a ring mean, in the band of the title on the second screen."""
        beside = [s for s in place.screens[1:2] if s.y == place.screens[0].y]
        if not beside or not place.titled:
            return
        unit = place.unit
        x, y = beside[0].x + MARGIN, beside[0].y + MARGIN + (66.9 + 92.0) * unit
        for sign, words in (("line", "a tie between two groups"), ("ring", "our own voices")):
            block = place.set(words, 56, 400, place.theme.quiet)
            if block is None:
                return
            middle = y - block.cap / 2
            if sign == "line":
                layer.line(np.array([[x, middle], [x + 72 * unit, middle]], np.float32), 4.0, WEAK, 0.9)
            else:
                tint = palette.mixed(place.accent, (1.0, 1.0, 1.0), 0.45)
                layer.rings.append(np.array([[x + 54 * unit, middle, 18.0 * unit, 4.0, *tint, 0.95]], np.float32))
            layer.text(block, x + 96 * unit, y)
            x += block.width + 160 * unit

    def _draw_roles(self, layer: Layer, picture: graph.Lights, place: Place) -> None:
        own = np.flatnonzero((picture.state.role != PUBLIC) & (picture.light > 0.02))
        if not len(own):
            return
        rows = np.empty((len(own), len(RING)), np.float32)
        rows[:, 0:2] = picture.xy[own]
        rows[:, 2] = picture.radius[own] * 1.05 + 9.0
        rows[:, 3] = np.where(picture.state.role[own] == BRAND, 4.5, 2.5)
        rows[:, 4:7] = palette.mixed(place.accent, (1.0, 1.0, 1.0), 0.45)
        rows[:, 7] = 0.9 * picture.light[own]
        layer.rings.append(rows)


VISUAL = Conversations()
