"""Communities of a graph: Louvain's method (Blondel et al. 2008) on sorted input, so that a seed gives one answer.

Modularity has a resolution: at 1 it breaks two camps into a dozen. The resolution at which it is the likelihood of a planted
partition follows from how much denser the communities are than the rest (Newman 2016); it is estimated from a first partition,
and once more from the second. It is never taken finer than 1: of a graph that is known from a few posts, finer is noise.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Labels = NDArray[np.int64]
_TRIES: Final = (2, 32)
"""Runs of which the best counts: few on a great graph, many on a small one, where they cost nothing."""
_LEVELS: Final = 32
_GUESSES: Final = 2
_RESOLUTIONS: Final = (0.5, 1.0)


@njit(cache=True, nogil=True)
def _settle(starts, ends, weights, loops, order, resolution):  # type: ignore[no-untyped-def]
    """One level: nodes move to the neighbouring community with the greatest gain until none does."""
    n = starts.size - 1
    degree = np.zeros(n, np.float64)
    for i in range(n):
        degree[i] = loops[i]
        for e in range(starts[i], starts[i + 1]):
            degree[i] += weights[e]
    total = degree.sum() / resolution
    label = np.arange(n)
    inside = degree.copy()
    gain = np.zeros(n, np.float64)
    touched = np.empty(n, np.int64)
    for _ in range(64):
        moved = 0
        for k in range(n):
            i = order[k]
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
                moved += 1
        if moved == 0:
            break
    return label


@njit(cache=True, nogil=True)
def _modularity(starts, ends, weights, label, resolution):  # type: ignore[no-untyped-def]
    n = starts.size - 1
    degree = np.zeros(n, np.float64)
    within = 0.0
    total = 0.0
    for i in range(n):
        for e in range(starts[i], starts[i + 1]):
            degree[label[i]] += weights[e]
            total += weights[e]
            if label[ends[e]] == label[i]:
                within += weights[e]
    return within / total - resolution * (degree * degree).sum() / (total * total)


@njit(cache=True, nogil=True)
def _likely(starts, ends, weights, label):  # type: ignore[no-untyped-def]
    """The resolution at which the partition is the likeliest one of a graph as dense within and between as this."""
    n = starts.size - 1
    degree = np.zeros(n, np.float64)
    within = 0.0
    for i in range(n):
        for e in range(starts[i], starts[i + 1]):
            degree[label[i]] += weights[e]
            if label[ends[e]] == label[i]:
                within += weights[e]
    total = degree.sum()
    chance = (degree * degree).sum() / total
    if within >= total or chance >= total or within <= chance:
        return 1.0
    inner, outer = within / chance, (total - within) / (total - chance)
    return (inner - outer) / (math.log(inner) - math.log(outer))


def _rows(n: int, source: Labels, target: Labels, weight: NDArray[np.float64]) -> tuple[Any, Any, Any]:
    """Compressed rows of an undirected graph given once in each direction, equal pairs summed."""
    pairs, where = np.unique(source * n + target, return_inverse=True)
    summed = np.bincount(where, weight, pairs.size)
    starts = np.searchsorted(pairs, np.arange(n + 1) * n)
    return starts, pairs % n, summed


def find(edges: NDArray[Any], weights: NDArray[Any], n: int, seed: int) -> Labels:
    """The community of each of ``n`` nodes, numbered by size, the greatest first, ties by their first node.

    ``edges`` is (m, 2) node indices, undirected, in any order; equal pairs add up, loops do not count; ``weights`` > 0.
    A node without edges is alone. The best of a few runs in seeded orders, by modularity.
    """
    if n == 0:
        return np.zeros(0, np.int64)
    pairs = np.asarray(edges, np.int64).reshape(-1, 2)
    real = pairs[:, 0] != pairs[:, 1]
    pairs, given = pairs[real], np.asarray(weights, np.float64)[real]
    if not pairs.size:
        return np.arange(n, dtype=np.int64)
    low, high = pairs.min(1), pairs.max(1)
    unique, where = np.unique(low * n + high, return_inverse=True)
    order = np.lexsort((given, where))  # one order of summation, whatever the order of the edges
    summed = np.bincount(where[order], given[order], unique.size)
    low, high = unique // n, unique % n
    base = _rows(n, np.concatenate([low, high]), np.concatenate([high, low]), np.concatenate([summed, summed]))
    generator = np.random.Generator(np.random.PCG64(seed))
    best: Labels = np.arange(n, dtype=np.int64)
    most = -np.inf
    resolution = 1.0
    for _ in range(_GUESSES):
        guess = float(_likely(*base, _louvain(n, base, generator, resolution)))
        resolution = min(max(guess, _RESOLUTIONS[0]), _RESOLUTIONS[1])
    for _ in range(min(max(40_000 // unique.size, _TRIES[0]), _TRIES[1])):
        label = _louvain(n, base, generator, resolution)
        quality = float(_modularity(*base, label, resolution))
        if quality > most + 1e-12:
            best, most = label, quality
    return _by_size(best)


def _louvain(n: int, base: tuple[Any, Any, Any], generator: np.random.Generator, resolution: float) -> Labels:
    label: Labels = np.arange(n, dtype=np.int64)
    starts, ends, weights = base
    loops: NDArray[Any] = np.zeros(n, np.float64)
    for _ in range(_LEVELS):
        size = starts.size - 1
        found, inverse = np.unique(
            _settle(starts, ends, weights, loops, generator.permutation(size), resolution), return_inverse=True
        )
        label = inverse[label]
        if found.size == size:
            break
        source = inverse[np.repeat(np.arange(size), np.diff(starts))]
        target = inverse[ends]
        inner = source == target
        loops = np.bincount(inverse, loops, found.size) + np.bincount(source[inner], weights[inner], found.size)
        starts, ends, weights = _rows(found.size, source[~inner], target[~inner], weights[~inner])
    return label


def _by_size(label: Labels) -> Labels:
    _, first, where, size = np.unique(label, return_index=True, return_inverse=True, return_counts=True)
    rank = np.empty(size.size, np.int64)
    rank[np.lexsort((first, -size))] = np.arange(size.size)
    return rank[where]
