"""The spotlight: the wall turns to one node of a graph; it and what is tied to it stay lit, all else steps back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from stream.wire.messages import Graph, Layout
from wall import transition
from wall.drawlist import RING, Layer
from wall.graph import Lights
from wall.view import View
from wall.visuals import find_graph

BACK: Final = np.float32(0.14)
"""The light that is left of what steps back."""
BACK_EDGE: Final = np.float32(0.05)
AMONG: Final = np.float32(0.4)
"""Of an edge between two nodes that are both tied to the one."""
GROWN: Final = np.float32(1.7)


def turned(view: View, picture: Lights, memory: dict[str, Any]) -> Lights:
    """``picture`` with the light on the node that the wall turns to, as far as it has turned yet."""
    key, share = _share(view, picture)
    node = np.flatnonzero(picture.state.key == key)
    if share <= 0.0 or not node.size:
        return picture
    known = memory.get("spotlight")
    asked = (key, round(share, 3), id(picture.memo))
    if known is None or known[0] != asked:
        known = memory["spotlight"] = (asked, picture.memo, _lit(picture, int(node[0]), np.float32(share)))
    lit: Lights = known[2]
    return replace(lit, state=picture.state, xy=picture.xy, signs=picture.signs * (1.0 - share))


def draw_ring(layer: Layer, view: View, picture: Lights) -> None:
    """A fine ring around the node that the wall turns to, within the room that its label leaves."""
    key, share = _share(view, picture)
    for node in np.flatnonzero(picture.state.key == key)[:1] if share > 0.0 else ():
        x, y = picture.xy[node]
        ring = (x, y, picture.radius[node] * 0.62 + 16.0, 4.0, 1.0, 1.0, 1.0, 0.85 * share)
        layer.rings.append(np.array([ring], np.float32).reshape(-1, len(RING)))


def _share(view: View, picture: Lights) -> tuple[int, float]:
    """The node that the wall turns to, or turns away from, and how far: at once where the graph comes or goes with it."""
    now, before = view.on_air.focus, view.previous.focus if view.previous is not None else None
    passed = transition.smooth((view.t - view.on_air.at) / transition.DURATION_MS)
    graph = picture.state.graph
    if now is not None and now.graph == graph:
        there = view.previous is None or _shows(view.previous.layout, graph)
        return now.key, passed if there and now != before else 1.0
    if before is not None and before.graph == graph:
        return before.key, 1.0 - passed if _shows(view.on_air.layout, graph) else 1.0
    return 0, 0.0


def _shows(layout: Layout, graph: Graph) -> bool:
    visuals = (find_graph(panel.visual) for panel in layout.panels)
    return any(visual is not None and visual.graph == graph for visual in visuals)


def _lit(picture: Lights, node: int, share: np.float32) -> Lights:
    state = picture.state
    mine = (state.source == node) | (state.target == node)
    near = np.zeros(len(state.key), np.bool_)
    near[state.source[mine]] = near[state.target[mine]] = near[node] = True
    kept = np.where(near, np.float32(1.0), BACK)
    edges = np.where(mine, np.float32(1.6), np.where(near[state.source] & near[state.target], AMONG, BACK_EDGE))
    radius = picture.radius.copy()
    radius[node] *= np.float32(1.0) + (GROWN - np.float32(1.0)) * share
    light = picture.light.copy()
    light[near] = np.maximum(light[near], np.where(state.light[near] > 0, share * np.float32(0.75), np.float32(0.0)))
    return replace(
        picture,
        radius=radius,
        light=(light * (1 + share * (kept - 1))).astype(np.float32),
        edge_light=np.clip(picture.edge_light * (1 + share * (edges - 1)), 0.0, 1.0).astype(np.float32),
        memo={},
    )
