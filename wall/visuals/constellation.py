"""Constellation: the topics that people talk about, joined when they are said together; what grows now sends out rings.

With the option ``calm`` it is faint lights alone, behind somebody who speaks: no names, no comets, no rings.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import graph_area
from stream.wire.messages import Graph
from wall import graph, labels, palette, spotlight
from wall.drawlist import RING, Layer
from wall.graph import Lights
from wall.panel import MARGIN, Place
from wall.stage import Seen
from wall.view import View
from wall.visuals import waiting

Floats = npt.NDArray[np.float32]

BURST: Final = 0.35
RING_MS: Final = 4200.0
RINGS: Final = 3
MOST: Final = 6
"""Topics whose bursts are shown."""
WAVE: Final = 820.0
WAVE_WIDTH: Final = 90.0
"""Pixels that a burst's wave runs, and its width."""
SIGMA: Final = 150.0
CALM: Final = np.float32(0.45)
"""How much of their light the lights keep behind somebody who speaks."""


class Constellation:
    name = "constellation"
    needs = frozenset({"graph:topics", "labels"})
    seconds = 45.0
    graph: Graph | None = "topics"

    def away(self, view: View) -> bool:
        state = view.graphs.get("topics")
        return state is None or len(state.key) < 3

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        picture = self.picture(view, place)
        if picture is None:
            waiting.draw(view, place, layer, "Listening for the first topics")
            return
        self.draw_lights(view, place, layer, picture, ((place.rect, 1.0),))
        self.draw_words(view, place, layer, picture)

    def picture(self, view: View, place: Place) -> Lights | None:
        """Where its lights are on ``place``, or None without any."""
        state = view.graphs.get("topics")
        if state is None or not len(state.key):
            return None
        area = graph_area(place.rect, place.titled or bool(place.panel.caption))
        picture = graph.lights(state, place.grid, area, len(place.panel.screens), place.theme, view.t, place.memory)
        if _calm(place):
            picture.light = picture.light * CALM
            picture.edge_light = picture.edge_light * CALM
            picture.signs = 0.0
        return spotlight.turned(view, picture, place.memory)

    def draw_lights(self, view: View, place: Place, layer: Layer, picture: Lights, seen: Seen) -> None:
        scale = (picture.spacing / 160.0) ** 2
        place.stage.field(
            *graph.in_groups(picture, picture.light * (0.2 + 0.2 * min(1.6, scale))),
            palette.communities(place.theme), seen, SIGMA, picture.manner.field * place.opacity,
        )  # fmt: skip
        graph.draw_edges(layer, picture)
        gain = 0.78 + 0.22 * np.sqrt(np.clip(picture.state.weight, 0.0, 1.0))
        graph.draw_nodes(layer, picture, (gain * _ripples(picture, view.t)).astype(np.float32))
        if picture.signs > 0.0:
            graph.draw_comets(layer, picture, view.t)
            self._draw_rings(view, place, layer, picture)
        spotlight.draw_ring(layer, view, picture)

    def draw_words(self, view: View, place: Place, layer: Layer, picture: Lights) -> None:
        if not _calm(place):
            labels.draw(layer, place, view.labels.get((place.layout.name, place.index)), picture, view.t)

    def _draw_rings(self, view: View, place: Place, layer: Layer, picture: Lights) -> None:
        """Widening rings around what rises, kept off the title and off the bezels where the node itself is."""
        rows = []
        for node in np.flatnonzero((picture.state.burst > BURST) & (picture.light > 0.05))[:MOST]:
            x, y = float(picture.xy[node, 0]), float(picture.xy[node, 1])
            radius, burst = float(picture.radius[node]), float(picture.state.burst[node])
            reach = min(radius * 2.0 + 200.0 * burst, max(radius * 2.5 + 36.0, _free(place, x, y) - 10.0))
            colour = palette.mixed(tuple(map(float, picture.colour[node])), place.glare, 0.55)  # type: ignore[arg-type]
            start = int(picture.state.key[node]) % 4200
            for i in range(RINGS):
                phase = ((view.t + start) / RING_MS + i / RINGS) % 1.0
                alpha = (
                    0.75
                    * burst
                    * picture.signs
                    * float(picture.light[node])
                    * math.sin(math.pi * min(1.0, phase * 1.02))
                    * (1.0 - phase)
                )
                eased = 1.0 - (1.0 - phase) ** 1.6
                rows.append((x, y, radius * 1.2 + (reach - radius * 1.2) * eased, 5.0 - 3.0 * phase, *colour, alpha))
        if rows:
            layer.rings.append(np.array(rows, np.float32).reshape(-1, len(RING)))


def _ripples(picture: Lights, t: float) -> Floats:
    """(n,): how much brighter each node is while the wave of a burst passes it; the wave weakens on its way."""
    gain = np.ones(len(picture.light), np.float32)
    if picture.signs <= 0.0:
        return gain
    for node in np.flatnonzero((picture.state.burst > BURST) & (picture.light > 0.05))[:MOST]:
        away = np.hypot(picture.xy[:, 0] - picture.xy[node, 0], picture.xy[:, 1] - picture.xy[node, 1])
        for i in range(RINGS):
            phase = ((t + int(picture.state.key[node]) % 4200) / RING_MS + i / RINGS) % 1.0
            height = 1.6 * float(picture.state.burst[node]) * (1.0 - phase) ** 1.5 * picture.signs
            gain += np.float32(height) * np.exp(-(((away - WAVE * phase) / WAVE_WIDTH) ** 2)).astype(np.float32)
    return gain


def _calm(place: Place) -> bool:
    return bool(place.panel.options.get("calm"))


def _free(place: Place, x: float, y: float) -> float:
    """How far a point is from the nearest edge of its screen, and from the title above it."""
    number = place.grid.screen_at(x, y)
    if number is None:
        return 0.0
    screen = place.grid.screen(number)
    titled = screen.x == place.rect.x and screen.y == place.rect.y
    top = screen.y + (MARGIN + place.head if titled else 0.0)
    return min(x - screen.x, screen.right - x, y - top, screen.bottom - y)


VISUAL = Constellation()
