"""The simulated event: planted communities and weak ties found, and communities that keep their colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ingest.simulation.world import World
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Mention
from stream.wire.snapshot import People, Snapshot
from tests.bench.figure import Figure, figure
from tests.eval.row_communities import mutual

START: Final = 1_760_000_000_000
MINUTE: Final = 60_000
WINDOW: Final = 30 * MINUTE
RATE: Final = 5.0
SEEDS: Final = (1, 2, 3)
STEP: Final = MINUTE
"""Between two snapshots; the colours of the first are remembered, as the hub does."""


def measure() -> Iterator[Figure]:
    """Half an hour of the event, three seeds; then ten minutes more for the colours."""
    groups, ties, kept = zip(*(_event(seed) for seed in SEEDS), strict=True)
    note = f"{len(SEEDS)} seeds, {RATE:g} mentions a second for half an hour"
    yield figure("communities: NMI planted", float(np.mean(groups)), "", least=0.9, note=note)
    yield figure("weak ties: average precision", float(np.mean(ties)), "", least=0.8, note=note)
    yield figure(
        "communities: nodes that keep theirs", float(np.mean(kept)), "", least=0.95, note="a minute later, ten times"
    )


def _event(seed: int) -> tuple[float, float, float]:
    world = World(seed, RATE)
    state = State(Config(), WINDOW)
    items = [item for item in world.events(START, START + WINDOW + 10 * STEP) if isinstance(item, Mention)]
    early = [item for item in items if item.at <= START + WINDOW]
    state.add(early)
    snapshot = state.snapshot(START + WINDOW)
    truth = world.truth(START, START + WINDOW)
    found = {node.id: node.community for node in snapshot.people.nodes if node.community >= 0}
    both = sorted(found.keys() & truth.communities.keys())
    _, planted = np.unique([truth.communities[person] for person in both], return_inverse=True)
    told = np.array([found[person] for person in both])
    precision = average_precision(_weakest(snapshot.people), set(truth.weak_ties))
    state.add(items)
    return mutual(told, planted.astype(np.int64)), precision, _kept(state, snapshot)


def _weakest(people: People) -> list[tuple[str, str]]:
    """Pairs that the analysis calls weak ties, those with most interactions first."""
    weight: dict[tuple[str, str], int] = {}
    for edge in people.edges:
        if edge.weak:
            pair = (min(edge.source, edge.target), max(edge.source, edge.target))
            weight[pair] = weight.get(pair, 0) + edge.weight
    return sorted(weight, key=lambda pair: (-weight[pair], pair))


def average_precision(ranked: Sequence[tuple[str, str]], planted: set[tuple[str, str]]) -> float:
    """The mean over the planted of the share of planted among those ranked as high; 0 for one not found."""
    right, total = 0, 0.0
    for rank, pair in enumerate(ranked, 1):
        if pair in planted:
            right += 1
            total += right / rank
    return total / max(len(planted), 1)


def _kept(state: State, before: Snapshot) -> float:
    """The share of people in both of two snapshots that keep their community, over the steps."""
    shares = []
    for step in range(1, 11):
        t = START + WINDOW + step * STEP
        held = {node.id: node.community for node in before.people.nodes if node.community >= 0}
        for subject, value in state.memory.colouring("people", step, t, held).items():
            state.memory.remember(subject, value)
        before = state.snapshot(t)
        now = {node.id: node.community for node in before.people.nodes if node.community >= 0}
        stay = held.keys() & now.keys()
        shares.append(sum(held[person] == now[person] for person in stay) / max(len(stay), 1))
    return float(np.mean(shares))
