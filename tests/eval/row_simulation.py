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
SEEDS: Final = (1, 2, 3, 4, 5)
STEP: Final = MINUTE
"""Between two snapshots; the colours of the first are remembered, as the hub does."""
FIGURES: Final = (
    ("communities: NMI planted", 0.9, "people in a community; "),
    ("communities: NMI planted, everybody", None, "who is in none taken for one more; "),
    ("weak ties: average precision", 0.8, "by number of interactions; "),
    ("weak ties: F1 of those marked", None, ""),
    ("communities: nodes that keep theirs", 0.95, "a minute later, ten times; "),
)


def measure() -> Iterator[Figure]:
    """Half an hour of the event and ten minutes more for the colours; means over the seeds, the least is told too."""
    found = np.array([_event(seed) for seed in SEEDS])
    note = f"{len(SEEDS)} seeds, {RATE:g} mentions a second for half an hour; least"
    for column, (name, bar, more) in enumerate(FIGURES):
        told = found[:, column]
        yield figure(name, float(told.mean()), "", least=bar, note=f"{more}{note} {told.min():.3f}")


def _event(seed: int) -> tuple[float, ...]:
    world = World(seed, RATE)
    state = State(Config(), WINDOW)
    items = [item for item in world.events(START, START + WINDOW + 10 * STEP) if isinstance(item, Mention)]
    early = [item for item in items if item.at <= START + WINDOW]
    state.add(early)
    snapshot = state.snapshot(START + WINDOW)
    truth = world.truth(START, START + WINDOW)
    told = [(node.community, truth.communities.get(node.id, "")) for node in snapshot.people.nodes]
    told = [(found, planted) for found, planted in told if planted]
    marked, planted = _weakest(snapshot.people), set(truth.weak_ties)
    state.add(items)
    return (
        _agreement([pair for pair in told if pair[0] >= 0]),
        _agreement(told),
        average_precision(marked, planted),
        2 * len(planted & set(marked)) / max(len(planted) + len(marked), 1),
        _kept(state, snapshot),
    )


def _agreement(told: Sequence[tuple[int, str]]) -> float:
    found, planted = zip(*told, strict=True)
    return mutual(*(np.unique(groups, return_inverse=True)[1].astype(np.int64) for groups in (found, planted)))


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
