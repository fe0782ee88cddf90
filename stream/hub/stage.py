"""The stage: the moving part of the feeds. Positions thirty times a second, labels once, what is on air at once.

It lives in a thread of its own, so that a long snapshot never holds up motion; ``hand`` is how the others reach it. Labels of
a layout stand on the board before the layout does.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from stream.graphs import GraphView
from stream.hub.board import Board
from stream.wire.geometry import Grid
from stream.wire.messages import Graph, Labels, Layout, OnAir, encode
from stream.wire.snapshot import PersonEdge, PersonNode, Rising, TopicEdge, TopicNode

GRAPHS: Final[tuple[Graph, ...]] = ("topics", "people")
PANELS: Final[Mapping[str, Graph]] = {"constellation": "topics", "conversations": "people"}
"""Visuals whose nodes have labels, and the graph they show."""

LABELS_MS: Final = 1000
IDLE_STEPS: Final = 6
"""A graph that is not on air takes a step in so many, to be in order when it comes."""
REMEMBER_STEPS: Final = 150
"""Places are kept for the checkpoint once in so many frames."""
MAX_PULSES: Final = 120


class Scene(NamedTuple):
    """One graph of a snapshot, and the names of its nodes that may be shown."""

    graph: Graph
    nodes: Sequence[TopicNode | PersonNode]
    edges: Sequence[TopicEdge | PersonEdge]
    rising: Sequence[Rising]
    total: int
    names: Mapping[str, str]


class Stage:
    """``tick`` belongs to one thread; ``hand``, ``name``, ``pulse`` and ``show`` to any. ``at`` is hub time in ms."""

    def __init__(self, grid: Grid, board: Board, seed: int) -> None:
        self._grid = grid
        self._board = board
        self._views: dict[Graph, GraphView] = {g: GraphView(g, seed + i) for i, g in enumerate(GRAPHS)}
        self._names: dict[Graph, Mapping[str, str]] = {g: {} for g in GRAPHS}
        self._on_air: OnAir | None = None
        self._ticks = 0
        self._labelled = float("-inf")
        self._lock = threading.Lock()
        self._scenes: dict[Graph, Scene] = {}
        self._renamed: dict[Graph, Mapping[str, str]] = {}
        self._pulses: list[tuple[str, str]] = []
        self._next: OnAir | None = None
        self._places: dict[Graph, Mapping[str, tuple[float, float]]] = {}
        self._remembered: dict[Graph, dict[str, tuple[float, float]]] = {}
        self._previewed: OnAir | None = None
        self._next_preview: OnAir | None = None
        self._turned = False
        self.wake = threading.Event()
        """Set when something waits that should not wait for the next frame."""

    def hand(self, scene: Scene) -> None:
        """A graph of the newest snapshot."""
        with self._lock:
            self._scenes[scene.graph] = scene
            self._renamed.pop(scene.graph, None)

    def name(self, graph: Graph, names: Mapping[str, str]) -> None:
        """Which names may be shown now; takes effect at once."""
        with self._lock:
            self._renamed[graph] = names
        self.wake.set()

    def pulse(self, interactions: Sequence[tuple[str, str]]) -> None:
        """People who were just heard to react to each other."""
        with self._lock:
            self._pulses = (self._pulses + list(interactions))[-MAX_PULSES:]

    def show(self, on_air: OnAir) -> None:
        """Put a layout on air: its labels first, then itself."""
        with self._lock:
            self._next = on_air
        self.wake.set()

    def preview(self, on_air: OnAir | None) -> None:
        """What a preview shows, or None for nothing: it has labels of its own, on channels of its own."""
        with self._lock:
            self._next_preview, self._turned = on_air, True
        self.wake.set()

    def positions(self) -> dict[Graph, dict[str, tuple[float, float]]]:
        """Where the nodes were a few seconds ago, for the checkpoint."""
        with self._lock:
            return dict(self._remembered)

    def restore(self, places: Mapping[Graph, Mapping[str, tuple[float, float]]]) -> None:
        """Where the nodes were in an earlier life."""
        with self._lock:
            self._places.update(places)

    def tick(self, at: int) -> None:
        """One frame: what was handed over, one step of each graph that is seen, its positions, labels when due."""
        with self._lock:
            scenes, self._scenes = self._scenes, {}
            renamed, self._renamed = self._renamed, {}
            places, self._places = self._places, {}
            pulses, self._pulses = self._pulses, []
            on_air, self._next = self._next, None
        for graph, known in places.items():
            self._views[graph].restore(known)
        for graph, scene in scenes.items():
            feed = self._views[graph].update(scene.nodes, scene.edges, scene.rising, scene.total, at)
            fewer = not self._names[graph].keys() <= scene.names.keys()
            self._names[graph] = scene.names
            self._board.put(f"graph:{graph}", encode(feed))
            if fewer:
                self._labelled = float("-inf")
        for graph, names in renamed.items():
            self._names[graph] = names
            self._labelled = float("-inf")
        if on_air is not None:
            self._switch(on_air, at)
        self._turn_preview(at)
        self._move(at, pulses, frozenset(scenes))
        if at - self._labelled >= LABELS_MS:
            self._label(at)
        if self._ticks % REMEMBER_STEPS == 0:
            self._remember()

    def frame(self, at: int) -> None:
        """What cannot wait for the next frame: a switch, or names that must go."""
        if self._next is not None or self._renamed:
            with self._lock:
                renamed, self._renamed = self._renamed, {}
                on_air, self._next = self._next, None
            self._names.update(renamed)
            if on_air is not None:
                self._switch(on_air, at)
            elif renamed:
                self._label(at)
        self._turn_preview(at)

    def _turn_preview(self, at: int) -> None:
        """Show what the preview is to show from now on."""
        if not self._turned:
            return
        with self._lock:
            on_air, self._turned = self._next_preview, False
        for i in range(len(self._previewed.layout.panels) if self._previewed else 0):
            self._board.drop(f"preview:labels:{i}")
        self._previewed = on_air
        if on_air is None:
            self._board.drop("preview:on_air")
        else:
            self._label_on("preview:labels:", on_air.layout, at)
            self._board.put("preview:on_air", encode(on_air))

    def _move(self, at: int, pulses: Sequence[tuple[str, str]], fresh: frozenset[Graph]) -> None:
        self._ticks += 1
        if self._on_air is not None and self._on_air.frozen:
            return
        seen = self._seen()
        for graph, view in self._views.items():
            if graph in seen or graph in fresh or self._ticks % IDLE_STEPS == 0:
                view.step()
                motion = view.motion(at, pulses if graph == "people" else ())
                self._board.put(f"motion:{graph}", encode(motion))

    def _seen(self) -> set[Graph]:
        shown = [on_air.layout for on_air in (self._on_air, self._previewed) if on_air is not None]
        return {PANELS[p.visual] for layout in shown for p in layout.panels if p.visual in PANELS}

    def _switch(self, on_air: OnAir, at: int) -> None:
        before = self._on_air
        self._on_air = on_air
        if before is None or before.layout != on_air.layout:
            self._label(at)
            for i in range(len(on_air.layout.panels), len(before.layout.panels) if before else 0):
                self._board.drop(f"labels:{i}")
        self._board.put("on_air", encode(on_air))

    def _label(self, at: int) -> None:
        self._labelled = at
        if self._on_air is not None:
            self._label_on("labels:", self._on_air.layout, at)
        if self._previewed is not None:
            self._label_on("preview:labels:", self._previewed.layout, at)

    def _label_on(self, channels: str, layout: Layout, at: int) -> None:
        for i, panel in enumerate(layout.panels):
            if panel.visual in PANELS:
                labels = self._chosen(layout, i, PANELS[panel.visual], at)
                self._board.put(f"{channels}{i}", encode(labels))
            else:
                self._board.drop(f"{channels}{i}")

    def _remember(self) -> None:
        remembered = {graph: view.positions() for graph, view in self._views.items()}
        with self._lock:
            self._remembered = remembered

    def _chosen(self, layout: Layout, panel: int, graph: Graph, at: int) -> Labels:
        return self._views[graph].choose_labels(self._grid, layout, panel, self._named(layout, graph), at)

    def _named(self, layout: Layout, graph: Graph) -> Mapping[str, str]:
        """The names that labels may be chosen from: of all nodes, or of the one that the wall turns to and those tied to it."""
        names = self._names[graph]
        focus = self._on_air.focus if self._on_air is not None and self._on_air.layout is layout else None
        if focus is None or focus.graph != graph:
            return names
        near = self._views[graph].near(focus.key)
        return {node_id: name for node_id, name in names.items() if node_id in near}


def on_air_json(
    on_air: OnAir, saved: bool, turned_to: tuple[Graph, str] | None = None, last: Mapping[str, Any] | None = None
) -> bytes:
    """What a tablet reads of ``on_air``; ``turned_to`` is the graph and the node that the wall turns to, ``last`` the last
    change by a person.
    """
    told: dict[str, Any] = {
        "at": on_air.at,
        "rev": on_air.rev,
        "layout": on_air.layout.name,
        "title": on_air.layout.title,
        "why": on_air.why,
        "by": on_air.by,
        "until": on_air.until,
        "panic": on_air.panic,
        "frozen": on_air.frozen,
        "saved": saved,
        "back": msgspec.to_builtins(on_air.back),
        "focus": {"graph": turned_to[0], "id": turned_to[1]} if turned_to else None,
        "last": last,
    }
    return msgspec.json.encode(told)
