"""The topic graph: what is said, and what is said together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import communities, identity
from stream.analysis.columns import SHOWN
from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics.forms import best
from stream.analysis.view import View, rounded, strongest
from stream.wire.snapshot import TopicEdge, TopicNode, Topics

MOST_NODES: Final = 2000
MOST_EDGES: Final = 6000
SEED: Final = 2008
_TOGETHER: Final = 2
"""Two topics are tied when at least so many posts say both."""


def of(view: View) -> Topics:
    halves = view.statistics.terms.counts
    weight = halves[:, 0].sum(0)
    names = view.names.terms.names
    chosen = strongest(weight, names, MOST_NODES)
    if not chosen:
        return Topics()
    ids = np.array(chosen)
    edges, strength = _edges(view, ids, weight[ids])
    ranked = np.lexsort((edges[:, 1], edges[:, 0], -strength))
    edges, strength = edges[ranked], strength[ranked]
    labels = communities.find(edges, strength, ids.size, SEED)
    labels[np.bincount(edges.ravel(), minlength=ids.size) == 0] = identity.ALONE
    members = [names[i] for i in chosen]
    colour = identity.colours(members, labels.tolist(), weight[ids].tolist(), view.memory.colours("topics", view.t))
    forms = best(view.statistics.forms.terms, ids, view.names.forms.names)
    (newer, _, _), (older, _, _) = halves[:, :, ids].tolist()
    moods, known = halves[:, 1:, ids].sum(0).tolist()
    nodes = tuple(
        TopicNode(
            id=names[i],
            label=forms.get(i, names[i]),
            weight=new + old,
            sentiment=rounded(mood / told / 10_000) if told else 0.0,
            trend=rounded((new - old) / max(old, 1)),
            community=colour.get(label, identity.ALONE),
        )
        for i, label, new, old, mood, told in zip(chosen, labels.tolist(), newer, older, moods, known, strict=True)
    )
    links = tuple(
        TopicEdge(source=members[a], target=members[b], weight=rounded(w))
        for (a, b), w in zip(edges[:MOST_EDGES].tolist(), strength[:MOST_EDGES].tolist(), strict=True)
    )
    return Topics(nodes, links)


def _edges(
    view: View, ids: NDArray[np.int64], weight: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of positions in ``ids`` and how strongly they are tied.

    Normalised pointwise mutual information (Bouma 2009), times the discount of Pantel and Lin (2002) for rare pairs.
    """
    inside = view.inside()
    shown = inside[(view.columns.flags[inside] & SHOWN) != 0]
    places = np.full(len(view.names.terms) + 1, -1, np.int64)
    places[ids] = np.arange(ids.size)
    pairs = SparseCounts()
    pairs.add(_pairs(view.columns.terms, shown, places, ids.size), 1)
    keys, together = pairs.items()
    often = together >= _TOGETHER
    pair, count = keys[often].astype(np.int64) - 1, together[often].astype(np.float64)
    source, target = pair // ids.size, pair % ids.size
    rarer = np.minimum(weight[source], weight[target])
    shared = np.log(shown.size * count / (weight[source] * weight[target]))
    surprise = -np.log(count / shown.size)
    npmi = np.where(surprise > 0, shared / np.where(surprise > 0, surprise, 1.0), 1.0)
    strength = np.clip(npmi, 0.0, 1.0) * (count / (count + 1)) * (rarer / (rarer + 1))
    kept = strength > 0
    return np.stack([source[kept], target[kept]], 1), np.round(strength[kept], 4)


@njit(cache=True, nogil=True)
def _pairs(terms, slots, places, n):  # type: ignore[no-untyped-def]
    """One key for each two chosen topics in each row: the lower place times ``n``, the higher place, and 1."""
    found = np.empty(1024, np.uint64)
    size = 0
    row = np.empty(terms.shape[1], np.int64)
    for slot in slots:
        count = 0
        for k in range(terms.shape[1]):
            if terms[slot, k] >= 0 and places[terms[slot, k]] >= 0:
                row[count] = places[terms[slot, k]]
                count += 1
        if size + count * count > found.size:
            more = np.empty(found.size * 2 + count * count, np.uint64)
            more[:size] = found[:size]
            found = more
        for a in range(count):
            for b in range(a + 1, count):
                found[size] = np.uint64(min(row[a], row[b]) * n + max(row[a], row[b]) + 1)
                size += 1
    return found[:size]
