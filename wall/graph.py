"""A graph as lights: where each node of a graph lies on one panel, how large and how bright, and the edges between.

A picture holds every node of the feed in the feed's order, the ones that a panel is too small for with no light, so that
two pictures of one graph can be mixed while a layout turns into another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Grid, Rect, node_radius, place, shown_nodes
from stream.wire.messages import Graph, Theme
from wall import palette
from wall.bundles import Ways, hearts
from wall.drawlist import CURVE, HALO, Layer
from wall.view import GraphState

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.uint32]

HALO_RADIUS: Final = 4.6
CORE_RADIUS: Final = 0.46
COMET_MS: Final = 1700.0
TAIL: Final = 0.24
SWAY: Final = 2.5
BRIDGE: Final = (3.6, 0.34, 0.62)
BRIDGE_GLOW: Final = (22.0, 0.085)
"""Width of a bridge and its light at both ends and at its crown; width and light of the soft glow along it."""
FAINTEST: Final = np.float32(0.45)
"""How much of their light edges keep that cross the whole wall."""
_ONE: Final = np.float32(1.0)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a kind of graph is drawn: edges a screen, and the light of its parts."""

    edges_a_screen: int
    edge_alpha: tuple[float, float]
    edge_width: tuple[float, float]
    field: float


MANNERS: Final[dict[Graph, Manner]] = {
    "topics": Manner(340, (0.22, 0.42), (1.6, 4.6), 0.62),
    "people": Manner(1000, (0.11, 0.30), (1.3, 3.4), 0.6),
}


@dataclass(slots=True)
class Lights:
    """``xy`` (n, 2) canvas pixels, ``radius`` (n,), ``light`` (n,) 0 … 1, ``colour`` (n, 3); edges (m,) in ``edge_light``."""

    state: GraphState
    manner: Manner
    xy: Floats
    radius: Floats
    light: Floats
    colour: Floats
    edge_light: Floats
    spacing: float
    signs: float = 1.0
    """How far comets, rings and the like are seen, in 0 … 1."""
    memo: dict[str, Any] = field(default_factory=dict)
    """What is worked out once and stays right until more than places changes."""

    @property
    def shown(self) -> int:
        return int((self.light > 0.02).sum())


def lights(
    state: GraphState,
    grid: Grid,
    area: Rect,
    screens: int,
    theme: Theme,
    t: float,
    memory: dict[str, Any] | None = None,
) -> Lights:
    """The strongest nodes of ``state`` in ``area``, as many as its screens hold in calm.

    With a panel's ``memory``, what does not move is worked out anew only when the state's arrays are other ones.
    """
    memory = {} if memory is None else memory
    asked = (area, screens, theme)
    known: tuple[tuple[Any, ...], tuple[Any, ...], Lights] | None = memory.get("lights")
    if known is None or known[0] != asked or any(a is not b for a, b in zip(known[1], _standing(state), strict=True)):
        known = memory["lights"] = (asked, _standing(state), _unmoved(state, area, screens, theme))
    still = known[2]
    xy = place(grid, area, state.uv)
    phase: Floats = still.memo["phase"]
    turn = np.float32(2.0 * math.pi * ((t / 1000.0) % 17.0) / 17.0)
    xy[:, 0] += SWAY * np.sin(phase + turn)
    xy[:, 1] += SWAY * np.cos(np.float32(2.0) * phase + turn)
    return replace(still, state=state, xy=xy)


def _standing(state: GraphState) -> tuple[npt.NDArray[Any], ...]:
    return (
        state.key, state.weight, state.light, state.community, state.role, state.source, state.target, state.strength,
        state.weak, state.light if state.turned is None else state.turned,
    )  # fmt: skip


def _unmoved(state: GraphState, area: Rect, screens: int, theme: Theme) -> Lights:
    """Everything of a picture but the places."""
    manner = MANNERS[state.graph]
    n = len(state.key)
    most = shown_nodes(state.graph, screens, n)
    spacing = math.sqrt(max(1.0, area.w * area.h) / max(1, most))
    phase = (state.key % 6283).astype(np.float32) / np.float32(1000.0)
    light = state.light.copy()
    light[most:] = 0.0
    radius = node_radius(state.graph, area, most, state.weight)
    colour = palette.of_nodes(theme, state.community, state.key)
    if state.was is not None and state.turned is not None:
        left = palette.of_nodes(theme, state.was, state.key)
        colour = left + (colour - left) * state.turned[:, None]
    edge_light = np.minimum(light[state.source], light[state.target]) if len(state.source) else np.zeros(0, np.float32)
    edge_light[min(len(edge_light), manner.edges_a_screen * screens) :] = 0.0
    nowhere = np.empty((0, 2), np.float32)
    return Lights(state, manner, nowhere, radius, light, colour, edge_light, spacing, memo={"phase": phase})


def _hearts(picture: Lights) -> Floats:
    """The middle of each group's light, which edges and comets of one frame ask for."""
    known = picture.memo.get("hearts")
    if known is None or known[0] is not picture.xy:
        known = picture.memo["hearts"] = (picture.xy, hearts(*in_groups(picture, picture.light)))
    middle: Floats = known[1]
    return middle


def in_groups(picture: Lights, weight: Floats) -> tuple[Floats, Floats, npt.NDArray[np.uint8]]:
    """Places, ``weight`` and groups of nodes; one that changes its group counts in both, as far as it has come."""
    state = picture.state
    if state.was is None or state.turned is None:
        return picture.xy, weight, state.community
    turning = np.flatnonzero(state.turned < 1.0)
    return (
        np.concatenate([picture.xy, picture.xy[turning]]),
        np.concatenate([weight * state.turned, weight[turning] * (_ONE - state.turned[turning])]),
        np.concatenate([state.community, state.was[turning]]),
    )


def mixed(a: Lights, b: Lights, share: float) -> Lights:
    """``a`` on its way to ``b``, two pictures of one state: place, radius and light by ``share``."""
    return Lights(
        b.state,
        b.manner,
        a.xy + (b.xy - a.xy) * np.float32(share),
        a.radius + (b.radius - a.radius) * np.float32(share),
        a.light + (b.light - a.light) * np.float32(share),
        b.colour,
        a.edge_light + (b.edge_light - a.edge_light) * np.float32(share),
        a.spacing + (b.spacing - a.spacing) * share,
        a.signs + (b.signs - a.signs) * share,
    )


def draw_nodes(layer: Layer, picture: Lights, gain: Floats | float = 1.0) -> None:
    """Halos and cores of the nodes that give light, ``gain`` (n,) brighter or dimmer."""
    known = picture.memo.get("nodes")
    if known is None:
        alive = np.flatnonzero(picture.light > 0.004)
        rows = np.empty((len(alive), len(HALO)), np.float32)
        rows[:, 2] = picture.radius[alive] * HALO_RADIUS
        rows[:, 3] = picture.radius[alive] * CORE_RADIUS
        rows[:, 4:7] = picture.colour[alive]
        known = picture.memo["nodes"] = (alive, rows)
    alive, rows = known[0], known[1].copy()
    rows[:, 0:2] = picture.xy.take(alive, axis=0)
    rows[:, 7] = (picture.light * gain).take(alive)
    layer.halos.append(rows)


@dataclass(slots=True)
class _Edges:
    """Drawn edges, strongest first after ``lit`` ones: ends, ways, and rows of ``CURVE`` that lack place, way and light."""

    lit: bytes
    source: npt.NDArray[np.intp]
    target: npt.NDArray[np.intp]
    ways: Ways
    alpha: Floats
    rows: Floats
    turning: npt.NDArray[np.intp]
    left: Ways | None
    turned: Floats
    """Which edges end at a node that changes its community, the ways that they leave, and how far they have."""


def draw_edges(
    layer: Layer, picture: Lights, lit: npt.NDArray[np.int64] | None = None, share: Floats | None = None,
    lit_colour: Floats | None = None,
) -> None:  # fmt: skip
    """The edges whose ends give light, strongest first; the edges ``lit`` lead, and are bridges by ``share``."""
    lit = np.zeros(0, np.int64) if lit is None else lit
    known: _Edges | None = picture.memo.get("edges")
    if known is None or known.lit != lit.tobytes():
        known = picture.memo["edges"] = _unplaced(picture, lit)
    if not len(known.rows):
        return
    ends = np.empty((4, len(known.rows)), np.float32)
    for axis, places in enumerate(picture.xy.T.copy()):
        places.take(known.source, out=ends[axis], mode="clip")
        places.take(known.target, out=ends[axis + 2], mode="clip")
    heart = _hearts(picture)
    via, far = known.ways.via(ends, heart)
    if known.left is not None:
        left, _ = known.left.via(ends[:, known.turning], heart)
        via[:, known.turning] = left + (via[:, known.turning] - left) * known.turned
    alpha = known.alpha * np.minimum(np.maximum(np.float32(1.25) - far * np.float32(1.0 / 3600.0), FAINTEST), _ONE)
    bridged = len(lit) if share is not None and lit_colour is not None else 0
    rows = np.empty((3 * bridged + len(known.rows), len(CURVE)), np.float32)
    edges = rows[3 * bridged :]
    edges[:] = known.rows
    for column, values in zip((0, 1, 2, 3, 5, 6), (*ends, *via), strict=True):
        edges[:, column] = values
    if share is not None and lit_colour is not None:
        alpha[:bridged] *= _ONE - share
        rows[: 3 * bridged] = _bridges(edges[:bridged], picture.edge_light[lit] * share, lit_colour)
    edges[:, 10] = edges[:, 14] = alpha
    layer.curves.append(rows)


def _bridges(edges: Floats, light: Floats, colour: Floats) -> Floats:
    """Edges (m, 17) as bridges (3 m, 17): out of the colour of either end into ``colour`` at their crown, with a soft glow."""
    width, ends, crown = BRIDGE
    rows = np.tile(edges, (3, 1, 1))
    rows[0:2, :, 4], rows[2, :, 4] = width, BRIDGE_GLOW[0]
    rows[0, :, 11:14] = rows[1, :, 7:10] = colour
    rows[0, :, 10] = rows[1, :, 14] = ends * light
    rows[0, :, 14] = rows[1, :, 10] = crown * light
    rows[2, :, 10] = rows[2, :, 14] = BRIDGE_GLOW[1] * light
    rows[0, :, 16] = rows[1, :, 15] = 0.5
    return rows.reshape(-1, len(CURVE))


def _unplaced(picture: Lights, lit: npt.NDArray[np.int64]) -> _Edges:
    """All of the drawn edges that does not depend on where their ends are."""
    state = picture.state
    seen = picture.edge_light > 0.01
    seen[lit] = False
    alive = np.concatenate([lit, np.flatnonzero(seen)])
    source, target, strength = state.source[alive], state.target[alive], state.strength[alive]
    low, high = picture.manner.edge_alpha
    thin, thick = picture.manner.edge_width
    rows = np.zeros((len(alive), len(CURVE)), np.float32)
    rows[:, 4] = thin + (thick - thin) * strength
    rows[:, 7:10], rows[:, 11:14] = picture.colour[source], picture.colour[target]
    rows[:, 16] = 1.0
    alpha = ((low + (high - low) * strength) * picture.edge_light[alive]).astype(np.float32)
    ways = Ways(source, target, state.community, state.key)
    starts = lit.tobytes(), source.astype(np.intp), target.astype(np.intp)
    if state.was is None or state.turned is None:
        return _Edges(*starts, ways, alpha, rows, np.zeros(0, np.intp), None, np.zeros(0, np.float32))
    turned = np.minimum(state.turned[source], state.turned[target])
    turning = np.flatnonzero(turned < 1.0)
    left = Ways(source[turning], target[turning], state.was, state.key)
    return _Edges(*starts, ways, alpha, rows, turning, left, turned[turning])


def draw_comets(layer: Layer, picture: Lights, t: float) -> None:
    """A comet of white along the edge's curve for each interaction just heard."""
    count = len(picture.light)
    fresh = [
        (a, b, (t - at) / COMET_MS)
        for a, b, at in picture.state.pulses
        if 0.0 <= t - at < COMET_MS and max(a, b) < count
    ]
    if not fresh:
        return
    ends = [f[:2] for f in fresh]
    known = picture.memo.get("comets")
    if known is None or known[0] != ends:
        source, target = np.array(ends, np.uint32).T
        ways = Ways(source, target, picture.state.community, picture.state.key)
        known = picture.memo["comets"] = (ends, source, target, ways)
    _, source, target, ways = known
    age = np.array([f[2] for f in fresh], np.float32)
    light = np.minimum(picture.light[source], picture.light[target]) * np.clip(
        np.minimum(age, 1.0 - age) * 8.0, 0.0, picture.signs
    )
    head = age * age * (3.0 - 2.0 * age)
    rows = np.zeros((len(fresh), len(CURVE)), np.float32)
    rows[:, 0:2], rows[:, 2:4] = picture.xy[source], picture.xy[target]
    via, _ = ways.via(rows[:, 0:4].T, _hearts(picture))
    rows[:, 4], rows[:, 5:7] = 4.2, via.T
    rows[:, 7:10], rows[:, 11:14] = picture.colour[source], 1.0
    rows[:, 10], rows[:, 14] = 0.0, light
    rows[:, 15], rows[:, 16] = np.maximum(0.0, head - TAIL), head
    layer.comets.append(rows[light > 0.01])
    sparks = np.zeros((len(fresh), len(HALO)), np.float32)
    sparks[:, 0:2] = on_curve(rows, head)
    sparks[:, 2], sparks[:, 3] = 30.0, 3.2
    sparks[:, 4:7], sparks[:, 7] = 0.9, light
    layer.halos.append(sparks[light > 0.01])


def on_curve(rows: Floats, share: Floats) -> Floats:
    """The points (n, 2) at ``share`` (n,) of the way of curves (n, 17), as the vertex shader finds them."""
    a, b = rows[:, 0:2], rows[:, 2:4]
    c = 0.5 * (a + b) + rows[:, 5:7]
    u = share[:, None]
    return np.asarray((1 - u) ** 2 * a + 2 * u * (1 - u) * c + u**2 * b, np.float32)
