"""The people graph: who talks to whom, and who carries an idea from one circle into another.

A circle is made by who knows whom, not by how often two of them talk: a tie counts once in finding communities. The brand
and its staff talk with everybody and would tie all circles into one, so they are left out of it: they belong to no
community, nor does who talked only with them, nor a couple that talked with nobody else.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis import communities, identity
from stream.analysis.extract import ROLE_NAMES
from stream.analysis.statistics.forms import best
from stream.analysis.view import View, strongest
from stream.analysis.weak_ties import weak
from stream.wire.snapshot import People, PersonEdge, PersonNode

MOST_NODES: Final = 2000
MOST_EDGES: Final = 6000
SEED: Final = 1973
SMALLEST: Final = 3
"""Fewer people are no community."""
_KINDS: Final = {1: "reply", 2: "repost", 3: "quote", 4: "mention"}

Ints = NDArray[np.int64]


def of(view: View) -> People:
    """The strongest people of the window, and how they interact."""
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
    roles = view.roles()[ids]
    labels, bridging = circles(source, target, count, roles > 0)
    members = [names[i] for i in chosen]
    strength = weight[ids].tolist()
    colour = identity.colours(members, labels.tolist(), strength, view.memory.colours("people", view.t))
    handles = best(view.statistics.forms.handles, ids, view.names.forms.names)
    nodes = tuple(
        PersonNode(
            id=names[i],
            handle=handles.get(i, ""),
            role=ROLE_NAMES[role],
            weight=much,
            community=colour.get(label, identity.ALONE),
        )
        for i, role, much, label in zip(chosen, roles.tolist(), strength, labels.tolist(), strict=True)
    )
    order = np.lexsort((kind, target, source, -count))[:MOST_EDGES]
    edges = tuple(
        PersonEdge(source=members[a], target=members[b], kind=_KINDS[k], weight=times, weak=bridge)
        for a, b, k, times, bridge in zip(
            *(array[order].tolist() for array in (source, target, kind, count, bridging)), strict=True
        )
    )
    return People(nodes, edges)


def circles(source: Ints, target: Ints, count: Ints, house: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
    """The community of each person, or ``identity.ALONE``, and of each interaction whether its tie is weak.

    ``count`` is how often ``source`` turned to ``target``, in any of several kinds; ``house`` says who speaks for the brand.
    """
    n = house.size
    among = np.flatnonzero(~house[source] & ~house[target] & (source != target))
    ends = np.minimum(source, target)[among] * n + np.maximum(source, target)[among]
    pairs, tie = np.unique(ends, return_inverse=True)
    times = np.bincount(tie, count[among], pairs.size).astype(np.int64)
    low, high = pairs // n, pairs % n
    labels = communities.find(np.stack([low, high], 1), np.ones(pairs.size), n, SEED)
    labels[np.bincount(labels)[labels] < SMALLEST] = identity.ALONE
    bridging = np.zeros(source.size, np.bool_)
    bridging[among] = weak(low, high, times, labels)[tie]
    return labels, bridging
