"""Conversations: who talks with whom. Ties between groups are lit, and the brand's own voices are ringed."""

from __future__ import annotations

import numpy as np

from stream.wire.geometry import graph_area
from stream.wire.messages import Graph
from wall import graph, labels, palette, spotlight
from wall.drawlist import RING, Layer
from wall.graph import Lights
from wall.headline import Sign
from wall.panel import Place
from wall.stage import Seen
from wall.ties import TIES_A_SCREEN, Ties
from wall.view import View
from wall.visuals import waiting

SIGMA = 130.0
PUBLIC, STAFF, BRAND = 0, 1, 2
WEAK = (1.0, 0.93, 0.78)
OWN = (0.6, 0.86, 1.0)


class Conversations:
    name = "conversations"
    needs = frozenset({"graph:people", "labels"})
    seconds = 45.0
    graph: Graph | None = "people"
    legend: tuple[Sign, ...] = (("line", "between groups", WEAK), ("ring", "our own", OWN))

    def away(self, view: View) -> bool:
        state = view.graphs.get("people")
        return state is None or len(state.key) < 3

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        picture = self.picture(view, place)
        if picture is None:
            waiting.draw(view, place, layer, "Nobody has answered anybody yet")
            return
        self.draw_lights(view, place, layer, picture, ((place.rect, 1.0),))
        self.draw_words(view, place, layer, picture)

    def picture(self, view: View, place: Place) -> Lights | None:
        """Where its lights are on ``place``, or None without any."""
        state = view.graphs.get("people")
        if state is None or not len(state.key):
            return None
        area = graph_area(place.rect, place.titled or bool(place.panel.caption))
        picture = graph.lights(state, place.grid, area, len(place.panel.screens), place.theme, view.t, place.memory)
        if "own" not in picture.memo:
            own = state.role != PUBLIC
            colour = np.where(own[:, None], np.array(place.accent, np.float32), picture.colour).astype(np.float32)
            picture.memo["own"] = colour, np.where(own, np.maximum(picture.radius, np.float32(15.0)), picture.radius)
        picture.colour, picture.radius = picture.memo["own"]
        return spotlight.turned(view, picture, place.memory)

    def draw_lights(self, view: View, place: Place, layer: Layer, picture: Lights, seen: Seen) -> None:
        state = picture.state
        scale = (picture.spacing / 160.0) ** 2
        place.stage.field(
            *graph.in_groups(picture, picture.light * (0.02 + 0.33 * min(1.6, scale))),
            palette.communities(place.theme), seen, SIGMA, picture.manner.field * place.opacity,
        )  # fmt: skip
        ties: Ties = place.memory.setdefault("ties", Ties())
        lit, share = ties.light(picture, TIES_A_SCREEN * len(place.panel.screens), view.t)
        graph.draw_edges(layer, picture, lit, share, np.array(WEAK, np.float32))
        gain = 0.45 + 0.55 * np.sqrt(np.clip(state.weight, 0.0, 1.0))
        for ends in (state.source[lit], state.target[lit]):
            gain[ends] = np.maximum(gain[ends], 0.85 * share)
        graph.draw_nodes(layer, picture, np.where(state.role != PUBLIC, 1.0, gain).astype(np.float32))
        graph.draw_comets(layer, picture, view.t)
        self._draw_roles(layer, picture, place)
        spotlight.draw_ring(layer, view, picture)

    def draw_words(self, view: View, place: Place, layer: Layer, picture: Lights) -> None:
        labels.draw(layer, place, view.labels.get((place.layout.name, place.index)), picture, view.t)

    def _draw_roles(self, layer: Layer, picture: Lights, place: Place) -> None:
        own = np.flatnonzero((picture.state.role != PUBLIC) & (picture.light > 0.02))
        if not len(own):
            return
        rows = np.empty((len(own), len(RING)), np.float32)
        rows[:, 0:2] = picture.xy[own]
        rows[:, 2] = picture.radius[own] * 1.05 + 9.0
        rows[:, 3] = np.where(picture.state.role[own] == BRAND, 4.5, 2.5)
        rows[:, 4:7] = palette.mixed(place.accent, place.glare, 0.45)
        rows[:, 7] = 0.9 * picture.light[own]
        layer.rings.append(rows)


VISUAL = Conversations()
