"""Graph views: the strongest nodes of a graph with their places in the unit box, from snapshot to snapshot.

The view gives every node a key that it keeps for ever, steps the force layout, fits its places to the box of 8 : 3 and packs
both for the walls. It is stable: a node that stays moves little, one that comes back finds its place again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from stream import labels
from stream.evening import ASPECT, evened, fitted
from stream.forces import Floats, Layout
from stream.wire.geometry import Grid, graph_area, node_radius, place, shown_nodes, title_zone
from stream.wire.messages import Graph, GraphFeed, Label, Labels, Motion
from stream.wire.messages import Layout as WallLayout
from stream.wire.snapshot import PersonEdge, PersonNode, Rising, TopicEdge, TopicNode

Node = TopicNode | PersonNode
Edge = TopicEdge | PersonEdge

ROLES: Final = {"public": 0, "staff": 1, "brand": 2}
NO_COMMUNITY: Final = 255
HALF: Final = 0.5
"""How much of a place comes from rank, the rest from the forces."""
STEPS_A_SECOND: Final = 30
EASING: Final = 1.0 - 0.02 ** (1.0 / (2 * STEPS_A_SECOND))
"""Share of the way to a newly evened place that a step takes: 98 % in two seconds."""
CALM: Final = 0.009 / STEPS_A_SECOND
"""Fastest that a node is shown to move in a step of a quiet stream, in diagonals of the box: under 1 % between snapshots."""
HURRY: Final = 12.0
"""How many times faster in a hot layout."""
COLD: Final = 0.06
"""Below this ``alpha`` a layout counts as quiet."""
AWAY: Final = 4
"""Places of absent nodes are remembered up to this many times the capacity."""
REMEMBERED: Final = 24
"""Panels whose last labels are kept in mind."""
FOREIGN: Final = 0.15
"""A link between two communities pulls this much as strongly as one inside."""
SATELLITE: Final = 0.02
"""A loner's unseen link pulls it to its company, and its company hardly to it."""
FEW: Final = 3
"""Nodes tied only among so few count as loners."""
SETTLING: Final = 200
"""Steps taken at once when a graph is new, so that it is first shown in order."""


def key_of(node_id: str) -> int:
    """The key of a node on the wire: 32 bits of its id, the same for ever and everywhere."""
    return xxhash.xxh32_intdigest(node_id.encode("utf-8", "surrogatepass"))


class Links(NamedTuple):
    """One edge a pair, strongest first: ``ends`` (m, 2), ``strength`` (m,) in 0 … 1, ``weak`` (m,)."""

    ends: npt.NDArray[np.int64]
    strength: Floats
    weak: npt.NDArray[np.uint8]


class GraphView:
    """One graph as the walls see it: at most ``capacity`` nodes and ``edge_capacity`` edges, the strongest of each."""

    def __init__(self, graph: Graph, seed: int, capacity: int = 2000, edge_capacity: int = 6000) -> None:
        self.graph = graph
        self.capacity = capacity
        self.edge_capacity = edge_capacity
        self.rev = 0
        self._layout = Layout(0, seed, aspect=ASPECT)
        self._ids: list[str] = []
        self._index: dict[str, int] = {}
        self._keys = np.zeros(0, np.uint32)
        self._weight = np.zeros(0, np.float32)
        self._ends = np.zeros((0, 2), np.int64)
        self._ties = np.zeros((0, 2), np.int64)
        self._pull = np.zeros(0, np.float32)
        self._away: dict[str, tuple[float, float]] = {}
        self._uv = np.zeros((0, 2), np.float32)
        self._shift = np.zeros((0, 2), np.float32)
        self._shift_to = np.zeros((0, 2), np.float32)
        self._steps = 0
        self._score = np.zeros(0, np.float32)
        self._own = np.zeros(0, np.bool_)
        self._labelled: dict[tuple[str, int], dict[int, Label]] = {}

    def update(
        self, nodes: Sequence[Node], edges: Sequence[Edge], rising: Sequence[Rising], total: int, at: int
    ) -> GraphFeed:
        """Take a snapshot's nodes and edges; nodes that stay keep their places. Returns the feed for the walls."""
        chosen = self._strongest(nodes)
        ids = [node.id for node in chosen]
        index = {node_id: i for i, node_id in enumerate(ids)}
        links = self._joined(edges, index)
        community = np.array([_community(node.community) for node in chosen], np.uint8)
        weight = np.array([max(0, node.weight) for node in chosen], np.float32)
        weight /= max(1.0, float(weight.max(initial=0.0)))
        self._rearrange(ids, links, community, weight)
        self.rev += 1
        burst_of = {r.topic: r.score for r in rising} if self.graph == "topics" else {}
        burst = np.array([min(1.0, max(0.0, burst_of.get(node_id, 0.0))) for node_id in ids], "<f4")
        trend = np.array([getattr(node, "trend", 0.0) for node in chosen], "<f4")
        sentiment = np.array([getattr(node, "sentiment", 0.0) for node in chosen], "<f4")
        role = np.array([ROLES.get(getattr(node, "role", "public"), 0) for node in chosen], np.uint8)
        self._score = ((weight + 0.02) * (1.0 + burst)).astype(np.float32)
        self._own = role > 0
        return GraphFeed(
            graph=self.graph,
            rev=self.rev,
            at=at,
            n=len(ids),
            m=len(links.ends),
            total=max(total, len(ids)),
            key=self._keys.astype("<u4").tobytes(),
            weight=self._weight.astype("<f4").tobytes(),
            community=community.tobytes(),
            role=role.tobytes(),
            trend=trend.tobytes(),
            sentiment=sentiment.tobytes(),
            burst=burst.tobytes(),
            source=links.ends[:, 0].astype("<u4").tobytes(),
            target=links.ends[:, 1].astype("<u4").tobytes(),
            strength=links.strength.astype("<f4").tobytes(),
            weak=links.weak.tobytes(),
        )

    def step(self) -> None:
        """One force step and its share of the easing; thirty a second."""
        if not self._ids:
            return
        self._layout.step(self._ends, self._pull)
        self._steps += 1
        if self._steps % STEPS_A_SECOND == 0:
            self._even_out()
        self._shift += (self._shift_to - self._shift) * np.float32(EASING)
        wanted = fitted(self._places()) + self._shift
        move = wanted - self._uv
        far = np.hypot(move[:, 0] * ASPECT, move[:, 1]) / np.hypot(ASPECT, 1.0)
        heat = min(1.0, max(0.0, (self._layout.alpha - COLD) / 0.3))
        fastest = CALM * (1.0 + (HURRY - 1.0) * heat)
        self._uv += move * np.minimum(1.0, fastest / np.maximum(far, 1e-9))[:, None].astype(np.float32)

    def motion(self, at: int, pulses: Sequence[tuple[str, str]] = ()) -> Motion:
        """Where the nodes are now, and the interactions just heard between nodes that are shown."""
        uv = np.rint(np.clip(self._uv, 0.0, 1.0) * 65535.0).astype("<u2")
        heard = [(self._index[a], self._index[b]) for a, b in pulses if a in self._index and b in self._index]
        packed = np.array(heard, "<u4").tobytes() if heard else b""
        return Motion(graph=self.graph, rev=self.rev, at=at, uv=uv.tobytes(), pulses=packed)

    def choose_labels(self, grid: Grid, layout: WallLayout, panel: int, names: Mapping[str, str], at: int) -> Labels:
        """The labels of one panel. ``names`` gives by node id what may be shown; other nodes stay unnamed."""
        spec = layout.panels[panel]
        rect = grid.span(spec.screens)
        titled = (panel == 0 and bool(layout.title)) or bool(spec.caption)
        area = graph_area(rect, titled)
        n = shown_nodes(self.graph, len(spec.screens), len(self._ids))
        radius = node_radius(self.graph, area, n, self._weight[:n])
        nodes = labels.Nodes(
            key=self._keys[:n].tolist(),
            xy=place(grid, area, self._uv[:n]),
            radius=np.where(self._own[:n], np.maximum(radius, 15.0), radius).astype(np.float32),
            weight=self._weight[:n],
            score=self._score[:n],
            text=[names.get(node_id, "") for node_id in self._ids[:n]],
        )
        where = (layout.name, panel)
        before = self._labelled.pop(where, {})
        chosen = labels.choose(grid, rect, title_zone(grid, area), nodes, before)
        self._labelled[where] = {label.key: label for label in chosen}
        for oldest in list(self._labelled)[:-REMEMBERED]:
            del self._labelled[oldest]
        return Labels(at=at, layout=layout.name, panel=panel, graph=self.graph, labels=chosen)

    def near(self, key: int) -> set[str]:
        """The node of that key and the nodes tied to it; empty when it is not shown."""
        found = np.flatnonzero(self._keys == key)
        if not found.size:
            return set()
        ties = self._ties
        others = np.concatenate([ties[ties[:, 0] == found[0], 1], ties[ties[:, 1] == found[0], 0], found[:1]])
        return {self._ids[i] for i in others.tolist()}

    def positions(self) -> dict[str, tuple[float, float]]:
        """Places in the layout's own space by node id, present and lately gone, for ``restore``."""
        now = {
            node_id: (float(x), float(y))
            for node_id, x, y in zip(self._ids, self._layout.x, self._layout.y, strict=True)
        }
        return {**self._away, **now}

    def restore(self, positions: Mapping[str, tuple[float, float]]) -> None:
        """Remember the places of another life of this view: nodes start there when they come."""
        self._away.update({k: (float(x), float(y)) for k, (x, y) in positions.items() if k not in self._index})
        self._trim()

    def _strongest(self, nodes: Sequence[Node]) -> list[Node]:
        """At most ``capacity`` nodes, strongest first, each with a key of its own: of two equal keys the weaker goes."""
        chosen: dict[int, Node] = {}
        for node in sorted(nodes, key=lambda node: (-node.weight, node.id)):
            if len(chosen) == self.capacity:
                break
            chosen.setdefault(key_of(node.id), node)
        return list(chosen.values())

    def _joined(self, edges: Sequence[Edge], index: Mapping[str, int]) -> Links:
        """The strongest ties between shown nodes; kinds and directions of a pair add up."""
        weights: dict[tuple[int, int], float] = {}
        weak: set[tuple[int, int]] = set()
        for edge in edges:
            a, b = index.get(edge.source), index.get(edge.target)
            if a is None or b is None or a == b or not edge.weight > 0:
                continue
            pair = (a, b) if (b, a) not in weights else (b, a)
            weights[pair] = weights.get(pair, 0.0) + edge.weight
            if isinstance(edge, PersonEdge) and edge.weak:
                weak.add(pair)
        pairs = sorted(weights, key=lambda pair: (-weights[pair], pair))[: self.edge_capacity]
        ends = np.array(pairs, np.int64).reshape(-1, 2)
        strength = np.array([weights[pair] for pair in pairs], np.float32)
        if strength.size:
            strength = np.sqrt(strength / strength.max()) if self.graph == "people" else np.minimum(strength, 1.0)
        return Links(ends, strength, np.array([pair in weak for pair in pairs], np.uint8))

    def _rearrange(self, ids: list[str], links: Links, community: npt.NDArray[np.uint8], weight: Floats) -> None:
        """Carry places over to the new order of nodes, place the new ones, and heat by how much has changed."""
        layout = self._layout
        ends, strength = links.ends, links.strength
        self._ties = ends
        index = {node_id: i for i, node_id in enumerate(ids)}
        origin = np.array([self._index.get(node_id, -1) for node_id in ids], np.int64)
        stays = origin >= 0
        for node_id, i in self._index.items():
            if node_id not in index:
                self._away[node_id] = (float(layout.x[i]), float(layout.y[i]))
        same = community[ends[:, 0]] == community[ends[:, 1]]
        pull = strength * np.where(same, 1.0, FOREIGN).astype(np.float32) if ends.size else strength
        self._keys = np.array([key_of(node_id) for node_id in ids], np.uint32)
        hidden = _satellites(ends, self._keys)
        ends = np.concatenate((ends, hidden))
        pull = np.concatenate((pull, np.full(len(hidden), SATELLITE, np.float32)))
        layout.rearrange(origin, ends, pull)
        back = [(i, self._away.pop(node_id)) for i, node_id in enumerate(ids) if not stays[i] and node_id in self._away]
        for i, (x, y) in back:
            layout.x[i], layout.y[i] = x, y
        known = int(stays.sum()) + len(back)
        layout.mass = _masses(weight, links.ends, self._keys)
        layout.group = np.where(community == NO_COMMUNITY, -1, community.astype(np.int64))
        self._ends, self._pull = ends, pull
        self._weight = weight
        old_uv, old_shift = self._uv, self._shift
        gone = len(self._ids) - int(stays.sum())
        self._ids, self._index = ids, index
        if known < 0.5 * len(ids):
            layout.alpha = 1.0
            for _ in range(SETTLING):
                layout.step(self._ends, self._pull)
        else:
            changed = (len(ids) - known + gone) / max(1, len(ids))
            layout.reheat(min(0.3, changed))
        self._even_out()
        self._shift = self._shift_to.copy()
        self._shift[stays] = old_shift[origin[stays]]
        self._uv = np.clip(fitted(self._places()) + self._shift, 0.0, 1.0)
        if known >= 0.5 * len(ids):
            self._uv[stays] = old_uv[origin[stays]]
        self._trim()

    def _even_out(self) -> None:
        now = fitted(self._places())
        self._shift_to = (evened(now, self._layout.mass) - now) * np.float32(HALF)

    def _places(self) -> Floats:
        return np.column_stack((self._layout.x, self._layout.y))

    def _trim(self) -> None:
        """Forget the places that were left longest ago."""
        for node_id in list(self._away)[: max(0, len(self._away) - AWAY * self.capacity)]:
            del self._away[node_id]


def _masses(weight: Floats, ends: npt.NDArray[np.int64], keys: npt.NDArray[np.uint32]) -> Floats:
    """The room that each node takes: more for the strong, less, and unevenly so, for those that nothing ties.

    Loners of one size would settle in a grid, which the eye reads as an order that is not there.
    """
    mass = 1.0 + 3.0 * np.sqrt(weight)
    alone = np.bincount(ends.ravel(), minlength=len(weight)) == 0
    return np.where(alone, mass * (0.15 + 0.7 * (keys % 1024) / 1024.0), mass).astype(np.float32)


def _satellites(ends: npt.NDArray[np.int64], keys: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """Unseen links (k, 2) that give loners a place beside others, rather than a heap of their own in the middle.

    The company of each is the node next to it by key, so that it stays the same while others come and go.
    """
    part = np.arange(len(keys))
    while True:
        least = part.copy()
        np.minimum.at(least, ends[:, 0], part[ends[:, 1]])
        np.minimum.at(least, ends[:, 1], part[ends[:, 0]])
        least = least[least]
        if (least == part).all():
            break
        part = least
    many = np.bincount(part, minlength=len(keys))[part] > FEW
    company = np.flatnonzero(many)
    loners = np.unique(part[~many])
    if not company.size or not loners.size:
        return np.zeros((0, 2), np.int64)
    company = company[np.argsort(keys[company], kind="stable")]
    nearest = company[np.searchsorted(keys[company], keys[loners]) % len(company)]
    return np.column_stack((loners, nearest)).astype(np.int64)


def _community(number: int) -> int:
    """The community on the wire: none is 255, and all that lie beyond 254 share it (walls draw both as the rest)."""
    return number if 0 <= number < NO_COMMUNITY else NO_COMMUNITY
