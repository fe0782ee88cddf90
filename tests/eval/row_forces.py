"""Forces: the time of a step, and how far nodes that stay move between the snapshots of a quiet stream."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.simulation.world import World
from stream.analysis.state import State
from stream.config import Config
from stream.evening import ASPECT
from stream.forces import Layout
from stream.graphs import STEPS_A_SECOND, GraphView
from stream.mention import Mention
from stream.wire.messages import Graph
from stream.wire.snapshot import Snapshot
from tests.bench.figure import Figure, figure, percentile

SIZES = ((2_000, 6_000, 1.0), (10_000, 30_000, 8.0))
STEPS = 200
WINDOW = 1_800_000
RATE = 3.0
SNAPSHOTS = 40
SETTLED = 20
"""Seconds before the first snapshot that counts."""
GRAPHS: tuple[Graph, ...] = ("topics", "people")


def measure() -> Iterator[Figure]:
    """The median step of a warm layout, then the moves of the graphs of a simulated event at three posts a second."""
    for nodes, edges, bar in SIZES:
        began = time.process_time()
        took = steps(nodes, edges)
        work = (time.process_time() - began) * 1000 / STEPS
        note = f"{edges} edges; fastest tenth {percentile(took, 0.1):.2f} ms; work of the processors {work:.2f} ms"
        yield figure(f"forces: a step, {nodes} nodes", percentile(took, 0.5), "ms", most=bar, note=note)
    moves = quiet(SNAPSHOTS)
    for graph in GRAPHS:
        far = np.concatenate(moves[graph]) * 100
        note = f"median {np.median(far):.3f} %, 95th percentile {np.quantile(far, 0.95):.3f} %, {far.size} moves in a second"
        yield figure(f"forces: farthest move of a node that stays, {graph}", float(far.max()), "%", most=1.0, note=note)


def steps(nodes: int, edges: int) -> list[float]:
    """Milliseconds of steps after the first ones."""
    chance = np.random.default_rng(1)
    ends = chance.integers(0, nodes, (edges, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    weights = chance.random(len(ends)).astype(np.float32)
    layout = Layout(nodes, 1)
    took = []
    for _ in range(STEPS):
        start = time.perf_counter()
        layout.step(ends, weights)
        took.append((time.perf_counter() - start) * 1000)
    return took[STEPS // 4 :]


def quiet(seconds: int) -> dict[Graph, list[NDArray[np.float64]]]:
    """How far each node that stays moves in each second, in diagonals of the box."""
    views: dict[Graph, GraphView] = {graph: GraphView(graph, 1) for graph in GRAPHS}
    moves: dict[Graph, list[NDArray[np.float64]]] = {graph: [] for graph in GRAPHS}
    before: dict[Graph, dict[int, tuple[float, float]]] = {}
    for second, snapshot in enumerate(snapshots(SETTLED + seconds)):
        for graph, view in views.items():
            now = shown(view, snapshot)
            if second >= SETTLED:
                moves[graph].append(far(before[graph], now))
            before[graph] = now
    return moves


def shown(view: GraphView, snapshot: Snapshot) -> dict[int, tuple[float, float]]:
    """Where the nodes are by key, a second after a snapshot was taken in."""
    section = snapshot.topics if view.graph == "topics" else snapshot.people
    feed = view.update(section.nodes, section.edges, snapshot.rising, len(section.nodes), snapshot.at)
    for _ in range(STEPS_A_SECOND):
        view.step()
    places = np.frombuffer(view.motion(snapshot.at).uv, "<u2").reshape(-1, 2) / 65535
    return dict(zip(np.frombuffer(feed.key, "<u4").tolist(), map(tuple, places.tolist()), strict=True))


def far(before: dict[int, tuple[float, float]], now: dict[int, tuple[float, float]]) -> NDArray[np.float64]:
    """How far each node of both has moved, in diagonals of the box."""
    stays = sorted(before.keys() & now.keys())
    move = np.array([now[key] for key in stays]) - np.array([before[key] for key in stays])
    return np.asarray(np.hypot(move[:, 0] * ASPECT, move[:, 1]) / np.hypot(ASPECT, 1.0))


def snapshots(seconds: int) -> Iterator[Snapshot]:
    """One a second of a simulated event, its window full."""
    heard = [item for item in World(seed=1, rate=RATE).events(0, WINDOW + seconds * 1000) if isinstance(item, Mention)]
    state = State(Config(), WINDOW)
    for start, end in pairwise([-(2**62), *range(WINDOW, WINDOW + seconds * 1000 + 1, 1000)]):
        state.add(written(heard, start, end))
        state.advance(end)
        yield state.snapshot()


def written(heard: Sequence[Mention], start: int, end: int) -> list[Mention]:
    """What was written after ``start`` until ``end``."""
    return [mention for mention in heard if start < mention.at <= end]
