"""The topic graph: what is said, and what is said together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import communities, identity
from stream.analysis.said import Said
from stream.analysis.sparse import SparseCounts
from stream.analysis.view import View, rounded
from stream.wire.snapshot import TopicEdge, TopicNode, Topics

MOST_EDGES: Final = 6000
SEED: Final = 2008
_TOGETHER: Final = 2
"""Two topics are tied when at least so many posts say both."""


def of(view: View, said: Said) -> Topics:
    """The graph of what is said."""
    if not said.ids:
        return Topics()
    size, weight = len(said.ids), said.newer + said.older
    edges, strength = _edges(said, weight)
    ranked = np.lexsort((edges[:, 1], edges[:, 0], -strength))
    edges, strength = edges[ranked], strength[ranked]
    labels = communities.find(edges, strength, size, SEED)
    labels[np.bincount(edges.ravel(), minlength=size) == 0] = identity.ALONE
    colour = identity.colours(said.ids, labels.tolist(), weight.tolist(), view.memory.colours("topics", view.t))
    numbers = (array.tolist() for array in (said.newer, said.older, said.moods, said.known, labels))
    nodes = tuple(
        TopicNode(
            id=topic,
            label=form,
            weight=newer + older,
            sentiment=rounded(mood / known / 10_000) if known else 0.0,
            trend=rounded((newer - older) / max(older, 1)),
            community=colour.get(label, identity.ALONE),
        )
        for topic, form, newer, older, mood, known, label in zip(said.ids, said.labels, *numbers, strict=True)
    )
    links = tuple(
        TopicEdge(source=said.ids[a], target=said.ids[b], weight=rounded(w))
        for (a, b), w in zip(edges[:MOST_EDGES].tolist(), strength[:MOST_EDGES].tolist(), strict=True)
    )
    return Topics(nodes, links)


def _edges(said: Said, weight: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of topics and how strongly they are tied.

    Normalised pointwise mutual information (Bouma 2009), times the discount of Pantel and Lin (2002) for rare pairs.
    """
    rows = said.places[said.inside]
    pairs = SparseCounts()
    pairs.add(_pairs(rows, weight.size), 1)
    keys, together = pairs.items()
    often = together >= _TOGETHER
    pair, count = keys[often].astype(np.int64) - 1, together[often].astype(np.float64)
    source, target = pair // weight.size, pair % weight.size
    rarer = np.minimum(weight[source], weight[target])
    shared = np.log(len(rows) * count / (weight[source] * weight[target]))
    surprise = -np.log(count / len(rows))
    npmi = np.where(surprise > 0, shared / np.where(surprise > 0, surprise, 1.0), 1.0)
    strength = np.clip(npmi, 0.0, 1.0) * (count / (count + 1)) * (rarer / (rarer + 1))
    kept = strength > 0
    return np.stack([source[kept], target[kept]], 1), np.round(strength[kept], 4)


@njit(cache=True, nogil=True)
def _pairs(rows, n):  # type: ignore[no-untyped-def]
    """One key for each two topics in each row: the lower place times ``n``, the higher place, and 1."""
    found = np.empty(1024, np.uint64)
    size = 0
    for i in range(rows.shape[0]):
        row = rows[i]
        if size + row.size * row.size > found.size:
            more = np.empty(found.size * 2, np.uint64)
            more[:size] = found[:size]
            found = more
        for a in range(row.size):
            if row[a] < 0:
                continue
            for b in range(a + 1, row.size):
                if row[b] >= 0 and row[a] != row[b]:
                    found[size] = np.uint64(np.int64(min(row[a], row[b])) * n + max(row[a], row[b]) + 1)
                    size += 1
    return found[:size]
