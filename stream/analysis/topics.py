"""The topic graph: what is said, and what is said together."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis import communities, identity
from stream.analysis.said import Said
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
    edges, strength = _edges(view, said, weight)
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


def _edges(view: View, said: Said, weight: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Pairs of topics and how strongly they are tied.

    Normalised pointwise mutual information (Bouma 2009), times the discount of Pantel and Lin (2002) for rare pairs.
    """
    units, places = view.statistics.units, said.places(view)
    one, other, together = units.pairs_of(_TOGETHER)
    source, target, count = places[one], places[other], together.astype(np.float64)
    both = (source >= 0) & (target >= 0)
    source, target, count = np.minimum(source, target)[both], np.maximum(source, target)[both], count[both]
    rarer = np.minimum(weight[source], weight[target])
    shared = np.log(units.inside * count / (weight[source] * weight[target]))
    surprise = -np.log(count / units.inside)
    npmi = np.where(surprise > 0, shared / np.where(surprise > 0, surprise, 1.0), 1.0)
    strength = np.clip(npmi, 0.0, 1.0) * (count / (count + 1)) * (rarer / (rarer + 1))
    kept = strength > 0
    return np.stack([source[kept], target[kept]], 1), np.round(strength[kept], 4)
