"""Forces: where the nodes of a graph lie, step by step, warm and the same for a seed whatever the number of threads.

Every pair repels as 1 / distance (``repulsion``), links pull like springs whose strength is divided by the smaller
degree of their ends (as in d3-force), gravity holds all together, and a weak pull to the middle of its group keeps a
community in one place. ``alpha`` cools; it is reheated when data arrives instead of starting over. One unit is the
length of a link at rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numba import njit

from stream.repulsion import pushes

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

REPULSION: Final = 0.05
GRAVITY: Final = 0.02
COHESION: Final = 0.15
LENGTH: Final = 1.0
FRICTION: Final = 0.4
"""Share of its velocity that a node loses in a step."""
COOLING: Final = 1.0 - 0.001 ** (1.0 / 300.0)
"""Share of ``alpha`` that a step takes: 1 falls to 0.001 in 300 steps, ten seconds at thirty a second."""
FASTEST: Final = 1.0
"""A node moves at most this far in a step."""
GOLDEN_ANGLE: Final = math.pi * (3.0 - math.sqrt(5.0))


class Layout:
    """The places of ``n`` nodes, ``x`` and ``y`` float32 (n,), first on a spiral that ``seed`` turns.

    ``aspect`` is width to height of the shape that gravity gives to a graph. ``mass`` float32 (n,) is how strongly a node
    pushes others away; ``group`` int64 (n,) holds together nodes of one number, −1 is none. Both may be written.
    """

    def __init__(self, n: int, seed: int, *, aspect: float = 1.0) -> None:
        if n < 0 or aspect <= 0:
            raise ValueError(f"a layout needs n >= 0 and aspect > 0, not {n} and {aspect}")
        self.seed = seed
        self.aspect = aspect
        self.alpha = 1.0
        self._turn = float(np.random.default_rng(seed).uniform(0.0, 2.0 * math.pi))
        self.x, self.y = self._spiral(np.arange(n))
        self._vx, self._vy = np.zeros(n, np.float32), np.zeros(n, np.float32)
        self.mass = np.ones(n, np.float32)
        self.group: Ints = np.full(n, -1, np.int64)
        self.pinned = np.zeros(n, np.bool_)

    @property
    def n(self) -> int:
        return self.x.size

    def step(self, edges: npt.NDArray[Any], weights: npt.NDArray[Any]) -> Floats:
        """One step with links ``edges`` (m, 2) between node indices and their ``weights`` (m,) > 0; returns (n, 2).

        Raises ``ValueError`` when shapes do not match or an edge names a node that does not exist.
        """
        ends, strengths = self._checked(edges, weights)
        self.alpha -= self.alpha * COOLING
        if self.n:
            gravity_x = GRAVITY * self.aspect**-0.5
            gravity_y = GRAVITY * self.aspect**0.5
            # Nodes on one spot would never part: each is seen a ten-thousandth beside its place.
            angle = np.arange(self.n, dtype=np.float32) * np.float32(GOLDEN_ANGLE)
            seen_x = self.x + np.cos(angle) * np.float32(1e-4)
            seen_y = self.y + np.sin(angle) * np.float32(1e-4)
            push_x, push_y = pushes(seen_x, seen_y, self.mass)
            _move(
                self.x, self.y, self._vx, self._vy, push_x, push_y, ends, strengths, self.group, self.pinned,
                np.float32(self.alpha), np.float32(gravity_x), np.float32(gravity_y),
            )  # fmt: skip
        return np.column_stack((self.x, self.y))

    def reheat(self, alpha: float) -> None:
        """Let the nodes move again, as far as ``alpha`` in 0 … 1 allows; a hotter layout stays as hot."""
        self.alpha = max(self.alpha, min(1.0, alpha))

    def pin(self, node: int, x: float, y: float) -> None:
        """Hold a node at a place until ``free``."""
        self.x[node], self.y[node] = x, y
        self._vx[node] = self._vy[node] = 0.0
        self.pinned[node] = True

    def free(self, node: int) -> None:
        """Let a pinned node move again."""
        self.pinned[node] = False

    def rearrange(self, origin: Sequence[int] | Ints, edges: npt.NDArray[Any], weights: npt.NDArray[Any]) -> None:
        """Nodes come, go and change places: new node i is the old node ``origin[i]``, or a new one where that is −1.

        A new node starts beside the neighbour of its heaviest link, else on the spiral. ``edges`` and ``weights`` are
        those of the new indices. ``mass`` and ``group`` go with their nodes.
        """
        old = np.asarray(origin, np.int64)
        if old.size and (old.max() >= self.n or old.min() < -1):
            raise ValueError("origin names a node that does not exist")
        stays = old >= 0
        before: tuple[npt.NDArray[Any], ...] = (self.x, self.y, self._vx, self._vy, self.mass, self.group, self.pinned)
        self.x, self.y = self._spiral(np.arange(old.size))
        self._vx, self._vy = np.zeros(old.size, np.float32), np.zeros(old.size, np.float32)
        self.mass = np.ones(old.size, np.float32)
        self.group = np.full(old.size, -1, np.int64)
        self.pinned = np.zeros(old.size, np.bool_)
        after: tuple[npt.NDArray[Any], ...] = (self.x, self.y, self._vx, self._vy, self.mass, self.group, self.pinned)
        for new, kept in zip(after, before, strict=True):
            new[stays] = kept[old[stays]]
        if stays.any() and not stays.all():
            ends, strengths = self._checked(edges, weights)
            self._settle_in(stays.copy(), ends, strengths)

    def _settle_in(self, placed: npt.NDArray[np.bool_], ends: Ints, weights: Floats) -> None:
        """Put nodes that are not yet ``placed`` beside their heaviest neighbour that is, over and over as more are."""
        order = np.argsort(-weights, kind="stable")
        waiting = ends[order]
        while waiting.size:
            known = placed[waiting]
            ready = np.flatnonzero(known[:, 0] != known[:, 1])
            if not ready.size:
                return
            for a, b in waiting[ready]:
                new, near = (b, a) if placed[a] else (a, b)
                if placed[new] or not placed[near]:
                    continue
                angle = self._turn + GOLDEN_ANGLE * new
                self.x[new] = self.x[near] + 0.5 * LENGTH * math.cos(angle)
                self.y[new] = self.y[near] + 0.5 * LENGTH * math.sin(angle)
                placed[new] = True
            waiting = waiting[~(placed[waiting].all(axis=1))]

    def _spiral(self, index: Ints) -> tuple[Floats, Floats]:
        radius = LENGTH * np.sqrt(0.5 + index)
        angle = self._turn + GOLDEN_ANGLE * index
        stretch = math.sqrt(self.aspect)
        return (
            (radius * np.cos(angle) * stretch).astype(np.float32),
            (radius * np.sin(angle) / stretch).astype(np.float32),
        )

    def _checked(self, edges: npt.NDArray[Any], weights: npt.NDArray[Any]) -> tuple[Ints, Floats]:
        ends = np.ascontiguousarray(edges, np.int64).reshape(-1, 2)
        strengths = np.ascontiguousarray(weights, np.float32)
        if strengths.shape != (len(ends),):
            raise ValueError(f"{len(ends)} edges with weights of shape {strengths.shape}")
        if ends.size and (ends.min() < 0 or ends.max() >= self.n):
            raise ValueError(f"an edge names a node outside 0 … {self.n - 1}")
        return ends, strengths


@njit(cache=True, nogil=True, error_model="numpy")
def _move(
    x: Floats, y: Floats, vx: Floats, vy: Floats, push_x: Floats, push_y: Floats, ends: Ints, weights: Floats,
    group: Ints, pinned: npt.NDArray[np.bool_], alpha: np.float32, gravity_x: np.float32, gravity_y: np.float32,
) -> None:  # fmt: skip
    """Add links, gravity and cohesion to the repulsion, then let the nodes move; in place."""
    n = x.size
    degree = np.zeros(n, np.float32)
    for e in range(len(ends)):
        degree[ends[e, 0]] += weights[e]
        degree[ends[e, 1]] += weights[e]
    for i in range(n):
        vx[i] += alpha * (np.float32(REPULSION) * push_x[i] - gravity_x * x[i])
        vy[i] += alpha * (np.float32(REPULSION) * push_y[i] - gravity_y * y[i])
    for e in range(len(ends)):
        a, b = ends[e, 0], ends[e, 1]
        if a == b or not weights[e] > 0:
            continue
        dx, dy = x[b] - x[a], y[b] - y[a]
        distance = max(np.float32(1e-3), np.sqrt(dx * dx + dy * dy))
        strength = weights[e] / min(degree[a], degree[b])
        pull = alpha * strength * (distance - np.float32(LENGTH)) / distance
        to_b = degree[a] / (degree[a] + degree[b])
        vx[b] -= dx * pull * to_b
        vy[b] -= dy * pull * to_b
        vx[a] += dx * pull * (np.float32(1.0) - to_b)
        vy[a] += dy * pull * (np.float32(1.0) - to_b)
    groups = group.max() + 1
    if groups > 0:
        members = np.zeros(groups, np.float32)
        middle_x, middle_y = np.zeros(groups, np.float32), np.zeros(groups, np.float32)
        for i in range(n):
            if group[i] >= 0:
                members[group[i]] += 1
                middle_x[group[i]] += x[i]
                middle_y[group[i]] += y[i]
        for i in range(n):
            g = group[i]
            if g >= 0:
                vx[i] += alpha * np.float32(COHESION) * (middle_x[g] / members[g] - x[i])
                vy[i] += alpha * np.float32(COHESION) * (middle_y[g] / members[g] - y[i])
    for i in range(n):
        if pinned[i]:
            vx[i] = vy[i] = np.float32(0.0)
            continue
        vx[i] *= np.float32(1.0 - FRICTION)
        vy[i] *= np.float32(1.0 - FRICTION)
        speed = np.sqrt(vx[i] * vx[i] + vy[i] * vy[i])
        if speed > np.float32(FASTEST):
            vx[i] *= np.float32(FASTEST) / speed
            vy[i] *= np.float32(FASTEST) / speed
        x[i] += vx[i]
        y[i] += vy[i]
