"""Communities of a graph: Louvain's method (Blondel et al. 2008) at the resolution that tells the graph in the fewest words.

Modularity has a resolution: at 1 it breaks two camps into a dozen, and of forty small circles makes twenty. Each resolution
gives a partition; the one kept has the shortest description of the graph when ties are denser within communities than
between them, degrees given (the planted partition model: Newman 2016; its description length: Zhang and Peixoto 2020). So a
community that a few ties suggest by chance does not pay for being named.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Labels = NDArray[np.int64]
Graph = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]
"""Compressed rows of an undirected graph, each edge in both: where rows start, neighbours, weights."""

_RESOLUTIONS: Final = tuple(2 ** (step / 2) for step in range(-3, 8))
_FIRST: Final = 3
"""Place of resolution 1, where the search begins."""
_TRIES: Final = (10_000, 16)
"""Runs at each resolution: so many divided by the edges, at most this; one at least."""
_LEVELS: Final = 32


def find(edges: NDArray[Any], weights: NDArray[Any], n: int, seed: int) -> Labels:
    """The community of each of ``n`` nodes, numbered by size, the greatest first, ties by their first node.

    ``edges`` is (m, 2) node indices, undirected, in any order; equal pairs add up, loops do not count; ``weights`` > 0.
    A node without edges is alone. Runs are in seeded orders on sorted input, so that a seed gives one answer.
    """
    if n == 0:
        return np.zeros(0, np.int64)
    pairs = np.asarray(edges, np.int64).reshape(-1, 2)
    real = pairs[:, 0] != pairs[:, 1]
    pairs, given = pairs[real], np.asarray(weights, np.float64)[real]
    if not pairs.size:
        return np.arange(n, dtype=np.int64)
    graph = _rows(pairs, given, n)
    generator = np.random.Generator(np.random.PCG64(seed))
    tries = min(max(_TRIES[0] * 2 // graph[1].size, 1), _TRIES[1])
    best = _shortest(graph, generator, _RESOLUTIONS[_FIRST], tries)
    for ladder in (_RESOLUTIONS[_FIRST - 1 :: -1], _RESOLUTIONS[_FIRST + 1 :]):
        length = best[0]
        for resolution in ladder:
            found = _shortest(graph, generator, resolution, tries)
            if found[0] >= best[0]:
                break
            best = found
        if best[0] < length:  # the shortest description lies on this side
            break
    return _by_size(best[1])


def _shortest(graph: Graph, generator: np.random.Generator, resolution: float, tries: int) -> tuple[float, Labels]:
    runs = (_louvain(graph, generator, resolution) for _ in range(tries))
    return min(((float(_length(*graph, label)), label) for label in runs), key=lambda run: run[0])


def _rows(pairs: NDArray[np.int64], weights: NDArray[np.float64], n: int) -> Graph:
    """The graph of ``pairs``, equal ones summed in one order, whatever the order in which they come."""
    key = pairs.min(1) * n + pairs.max(1)
    order = np.lexsort((weights, key))
    key, weights = key[order], weights[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    key, weights = key[first], np.add.reduceat(weights, first)
    low, high = key // n, key % n
    ends = np.concatenate([high, low])
    owners = np.concatenate([low, high])
    order = np.lexsort((ends, owners))
    starts = np.searchsorted(owners[order], np.arange(n + 1))
    return starts, ends[order], np.concatenate([weights, weights])[order]


def _louvain(graph: Graph, generator: np.random.Generator, resolution: float) -> Labels:
    starts, ends, weights = graph
    loops = np.zeros(starts.size - 1, np.float64)
    label: Labels = np.arange(loops.size, dtype=np.int64)
    for _ in range(_LEVELS):
        found, size = _settle(starts, ends, weights, loops, generator.permutation(loops.size), resolution)
        label = found[label]
        if size == loops.size:
            break
        starts, ends, weights, loops = _fold(starts, ends, weights, loops, found, size)
    return label


@njit(cache=True, nogil=True)
def _settle(starts, ends, weights, loops, order, resolution):  # type: ignore[no-untyped-def]
    """One level: each node goes where it gains most, and again when a neighbour has gone (Ozaki et al. 2016).

    The label of each node, from 0 without a gap in the order of first nodes, and how many there are.
    """
    n = starts.size - 1
    degree = loops.copy()
    for i in range(n):
        for e in range(starts[i], starts[i + 1]):
            degree[i] += weights[e]
    total = degree.sum() / resolution
    label = np.arange(n)
    inside = degree.copy()
    gain = np.zeros(n, np.float64)
    touched = np.empty(n, np.int64)
    queue = order.copy()
    waits = np.ones(n, np.bool_)
    head, waiting = 0, n
    left = 64 * n
    while waiting > 0 and left > 0:
        left -= 1
        i = queue[head]
        head = (head + 1) % n
        waiting -= 1
        waits[i] = False
        home = label[i]
        inside[home] -= degree[i]
        seen = 0
        for e in range(starts[i], starts[i + 1]):
            c = label[ends[e]]
            if gain[c] == 0.0:
                touched[seen] = c
                seen += 1
            gain[c] += weights[e]
        best = home
        most = gain[home] - inside[home] * degree[i] / total
        for s in range(seen):
            c = touched[s]
            here = gain[c] - inside[c] * degree[i] / total
            if here > most + 1e-12 or (here > most - 1e-12 and c < best and best != home):
                best, most = c, here
        for s in range(seen):
            gain[touched[s]] = 0.0
        inside[best] += degree[i]
        label[i] = best
        if best != home:
            for e in range(starts[i], starts[i + 1]):
                j = ends[e]
                if not waits[j] and label[j] != best:
                    waits[j] = True
                    queue[(head + waiting) % n] = j
                    waiting += 1
    names = np.full(n, -1)
    size = 0
    for i in range(n):
        if names[label[i]] < 0:
            names[label[i]] = size
            size += 1
        label[i] = names[label[i]]
    return label, size


@njit(cache=True, nogil=True)
def _fold(starts, ends, weights, loops, label, size):  # type: ignore[no-untyped-def]
    """The graph of communities: their members' edges summed, those inside as loops."""
    n = starts.size - 1
    first = np.zeros(size + 1, np.int64)
    for i in range(n):
        first[label[i] + 1] += 1
    first = np.cumsum(first)
    members = np.empty(n, np.int64)
    place = first[:-1].copy()
    for i in range(n):
        members[place[label[i]]] = i
        place[label[i]] += 1
    rows = np.zeros(size + 1, np.int64)
    columns = np.empty(ends.size, np.int64)
    sums = np.empty(ends.size, np.float64)
    around = np.zeros(size, np.float64)
    inner = np.zeros(size, np.float64)
    used = 0
    for c in range(size):
        begin = used
        for k in range(first[c], first[c + 1]):
            i = members[k]
            inner[c] += loops[i]
            for e in range(starts[i], starts[i + 1]):
                d = label[ends[e]]
                if d == c:
                    inner[c] += weights[e]
                    continue
                if around[d] == 0.0:
                    columns[used] = d
                    used += 1
                around[d] += weights[e]
        columns[begin:used].sort()
        for e in range(begin, used):
            sums[e] = around[columns[e]]
            around[columns[e]] = 0.0
        rows[c + 1] = used
    return rows, columns[:used].copy(), sums[:used].copy(), inner


@njit(cache=True, nogil=True)
def _length(starts, ends, weights, label):  # type: ignore[no-untyped-def]
    """The description length of the graph by this partition, in nats, less what it takes without one.

    An edge of mean weight counts as one; nodes without edges do not count.
    """
    n = starts.size - 1
    degree = np.zeros(n, np.float64)
    members = np.zeros(n, np.int64)
    within = 0.0
    for i in range(n):
        members[label[i]] += starts[i + 1] > starts[i]
        for e in range(starts[i], starts[i + 1]):
            degree[label[i]] += weights[e]
            if label[ends[e]] == label[i]:
                within += weights[e]
    total = degree.sum()
    chance = (degree * degree).sum() / total
    length = 0.0
    if within > 0.0:
        length -= within * math.log(within / chance)
    if total - within > 1e-9 * total and total - chance > 1e-9 * total:
        length -= (total - within) * math.log((total - within) / (total - chance))
    length *= ends.size / total / 2
    live, groups = 0, 0
    for c in range(n):
        if members[c]:
            live += members[c]
            groups += 1
            length -= math.lgamma(members[c] + 1.0)
    # The partition itself: how many groups, their sizes, who is in which.
    length += math.lgamma(live + 1.0) + math.log(live)
    length += math.lgamma(live) - math.lgamma(groups) - math.lgamma(live - groups + 1.0)
    return length


def _by_size(label: Labels) -> Labels:
    _, first, where, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(size.size, np.int64)
    rank[np.lexsort((first, -size))] = np.arange(size.size)
    return rank[where]
