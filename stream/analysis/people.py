"""The people graph: who talks to whom, and who carries an idea from one circle into another."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import communities, identity
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.statistics.forms import best
from stream.analysis.view import View, strongest
from stream.wire.snapshot import People, PersonEdge, PersonNode

MOST_NODES: Final = 2000
MOST_EDGES: Final = 6000
SEED: Final = 1973
WEAK: Final = 0.1
"""A tie between two communities is weak when its ends share less than this of their neighbours."""
_KINDS: Final = {1: "reply", 2: "repost", 3: "quote", 4: "mention"}


def of(view: View) -> People:
    ties = view.statistics.ties.visible()
    present = view.present()
    use = present[ties.source] & present[ties.target]
    source, target, kind, count = ties.source[use], ties.target[use], ties.kind[use], ties.times[use].astype(np.int64)
    weight = np.zeros(present.size, np.int64)
    np.add.at(weight, source, count)
    np.add.at(weight, target, count)
    names = view.names.people.names
    chosen = strongest(weight, names, MOST_NODES)
    if not chosen:
        return People()
    ids = np.array(chosen)
    place = np.full(present.size, -1, np.int64)
    place[ids] = np.arange(ids.size)
    source, target = place[source], place[target]
    both = (source >= 0) & (target >= 0)
    source, target, kind, count = source[both], target[both], kind[both], count[both]
    pairs = np.stack([source, target], 1)
    labels = communities.find(pairs, count, ids.size, SEED)
    labels[np.bincount(pairs.ravel(), minlength=ids.size) == 0] = identity.ALONE
    members = [names[i] for i in chosen]
    colour = identity.colours(members, labels.tolist(), weight[ids].tolist(), view.memory.colours("people", view.t))
    handles = best(view.statistics.forms.handles, ids, view.names.forms.names)
    roles = view.roles()[ids].tolist()
    nodes = tuple(
        PersonNode(
            id=names[i],
            handle=handles.get(i, ""),
            role=ROLE_NAMES[role],
            weight=much,
            community=colour.get(label, identity.ALONE),
        )
        for i, role, much, label in zip(chosen, roles, weight[ids].tolist(), labels.tolist(), strict=True)
    )
    order = np.lexsort((kind, target, source, -count))[:MOST_EDGES]
    bridging = (labels[source] != labels[target]) & (overlap(source, target, ids.size) < WEAK)
    edges = tuple(
        PersonEdge(source=members[a], target=members[b], kind=_KINDS[k], weight=w, weak=weak)
        for a, b, k, w, weak in zip(
            source[order].tolist(),
            target[order].tolist(),
            kind[order].tolist(),
            count[order].tolist(),
            bridging[order].tolist(),
            strict=True,
        )
    )
    return People(nodes, edges)


def overlap(source: NDArray[np.int64], target: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Of each edge the share of its ends' neighbours that they have in common (Onnela et al. 2007), directions ignored."""
    low, high = np.minimum(source, target), np.maximum(source, target)
    pairs = np.unique(low * n + high)
    low, high = pairs // n, pairs % n
    both = np.unique(np.concatenate([low * n + high, high * n + low]))
    starts = np.searchsorted(both, np.arange(n + 1) * n)
    shared: NDArray[np.float64] = _overlap(starts, both % n, source, target)
    return shared


@njit(cache=True, nogil=True)
def _overlap(starts, ends, source, target):  # type: ignore[no-untyped-def]
    found = np.zeros(source.size, np.float64)
    for e in range(source.size):
        a, b = source[e], target[e]
        i, j = starts[a], starts[b]
        shared = 0
        while i < starts[a + 1] and j < starts[b + 1]:
            if ends[i] == ends[j]:
                shared += 1
                i += 1
                j += 1
            elif ends[i] < ends[j]:
                i += 1
            else:
                j += 1
        others = (starts[a + 1] - starts[a] - 1) + (starts[b + 1] - starts[b] - 1) - shared
        found[e] = shared / others if others > 0 else 0.0
    return found
