"""A recording for walls that are measured: the most people and edges that a hub sends, all labels, thirty motions a second."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import msgspec
import numpy as np

from stream import labels as choice
from stream.wire.geometry import graph_area, node_radius, place, shown_nodes, title_zone
from stream.wire.messages import Graph, Labels, OnAir, encode
from tests.wall.look import views
from tests.wall.shell.evening import LATENCY_MS, MOTION_MS, moved, structure
from wall.recording import Recorder
from wall.view import GraphState, View

PEOPLE, TOPICS, EDGES = 2_000, 408, 6_000
STRUCTURE_MS = 1_000.0


@cache
def graphs() -> dict[Graph, GraphState]:
    """Both graphs, each with ``EDGES`` edges."""
    return {
        "topics": views.graph_state("topics", TOPICS, EDGES, seed=7),
        "people": views.graph_state("people", PEOPLE, EDGES, seed=11, groups=16),
    }


def shown(name: str) -> View:
    """The evening on the shipped layout ``name``."""
    view = views.view(views.shipped(name), topics=0, people=0, graphs=graphs())
    for index, panel in enumerate(view.on_air.layout.panels):
        graph: Graph | None = {"constellation": "topics", "conversations": "people"}.get(panel.visual)  # type: ignore[assignment]
        if graph is not None:
            view.labels[view.on_air.layout.name, index] = _labels(view, index, graphs()[graph])
    return view


def _labels(view: View, panel: int, state: GraphState) -> Labels:
    """What the hub would choose for a panel where every node has a name: as many labels as there may be."""
    layout, grid = view.on_air.layout, view.hello.grid
    screens = layout.panels[panel].screens
    rect = grid.span(screens)
    area = graph_area(rect, panel == 0 or bool(layout.panels[panel].caption))
    n = shown_nodes(state.graph, len(screens), len(state.key))
    names = views.TOPICS if state.graph == "topics" else views.PEOPLE
    nodes = choice.Nodes(
        key=state.key[:n].tolist(),
        xy=place(grid, area, state.uv[:n]),
        radius=node_radius(state.graph, area, n, state.weight[:n]),
        weight=state.weight[:n],
        score=state.weight[:n] + 1e-3,
        text=[f"{names[i % len(names)]}{i // len(names) or ''}" for i in range(n)],
    )
    chosen = choice.choose(grid, rect, title_zone(grid, area), nodes, {})
    return Labels(int(view.t), layout.name, panel, state.graph, chosen)


def record(path: Path, names: Sequence[str], seconds: float, turn_s: float) -> None:
    """Write ``seconds`` that show the layouts ``names`` one after another, ``turn_s`` each, over and over."""
    random = np.random.default_rng(3)
    evenings = [shown(name) for name in names]
    begin, recorder = int(evenings[0].t), Recorder(path)

    def say(at: float, *messages: object) -> None:
        for message in messages:
            recorder.write(at + LATENCY_MS, encode(message))  # type: ignore[arg-type]

    say(begin, msgspec.structs.replace(evenings[0].hello, at=begin))
    turn, rev, told = -1, 0, float("-inf")
    for tick in range(round(seconds * 1000 / MOTION_MS)):
        at = begin + tick * MOTION_MS
        passed = int(tick * MOTION_MS / 1000.0 / turn_s)
        view = evenings[passed % len(evenings)]
        if fresh := passed != turn:
            turn = passed
            say(at, *view.labels.values())
            say(at, OnAir(at if tick else begin - 60_000, turn + 1, view.on_air.layout, "playlist"))
        if fresh or at - told >= STRUCTURE_MS:
            rev, told = rev + 1, at
            for state in graphs().values():
                say(at, structure(state, rev, at if tick else begin - 60_000))
            for message in (*view.labels.values(), view.stories, view.figures):
                if message is not None:
                    say(at, msgspec.structs.replace(message, at=at))
        for state in graphs().values():
            say(at, moved(state, rev, at, random))
    recorder.close()
