"""Communities: how much of the true groups of two known graphs the partition tells."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream.analysis import communities
from tests.bench.figure import Figure, figure
from tests.eval.data import find

SEEDS = range(10)
BARS = (("football", 0.885), ("polblogs", 0.64))

Ints = NDArray[np.int64]


def measure() -> Iterator[Figure]:
    """The mean over ten seeds; the least of them is told too."""
    for name, bar in BARS:
        edges, groups = graph(find(f"graphs/{name}.gml.gz"))
        told = [
            mutual(
                communities.find(edges, np.ones(len(edges)), groups.size, seed)[np.unique(edges)],
                groups[np.unique(edges)],
            )
            for seed in SEEDS
        ]
        note = f"{groups.size} nodes, those without a tie left out; least of {len(told)} seeds {min(told):.3f}"
        yield figure(f"communities: NMI {name}", float(np.mean(told)), "", least=bar, note=note)


def graph(path: Path) -> tuple[Ints, Ints]:
    """Edges (m, 2) and the true group of each node of a GML file."""
    text = gzip.decompress(path.read_bytes()).decode("utf-8", errors="replace")
    nodes = re.findall(r"node\s*\[(.*?)\n\s*\]", text, re.DOTALL)
    place = {_field("id", node): i for i, node in enumerate(nodes)}
    _, groups = np.unique([_field("value", node) for node in nodes], return_inverse=True)
    ends = [(place[a], place[b]) for a, b in re.findall(r"source\s+(\S+)\s+target\s+(\S+)", text)]
    return np.array(ends, np.int64), groups.astype(np.int64)


def _field(name: str, node: str) -> str:
    found = re.search(rf"\b{name}\s+(\S+)", node)
    assert found, f"a node without {name}"
    return found[1]


def mutual(one: Ints, two: Ints) -> float:
    """Normalised mutual information of two partitions, by the arithmetic mean of their entropies."""
    table = np.zeros((int(one.max()) + 1, int(two.max()) + 1))
    np.add.at(table, (one, two), 1)
    table /= one.size
    rows, columns = table.sum(1), table.sum(0)
    seen = table > 0
    shared = float((table[seen] * np.log(table[seen] / np.outer(rows, columns)[seen])).sum())
    return 2 * shared / (_entropy(rows) + _entropy(columns))


def _entropy(shares: NDArray[np.float64]) -> float:
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum())
