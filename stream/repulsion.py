"""Repulsion: every node pushes every other away as 1 / distance; where there are many, far ones push together.

Up to ``EXACT`` nodes all pairs are summed. More are cut into cells of equally many, columns of them by x and each column by
y; the nodes of two cells that are near act one by one, and those of a far cell as if all were at the middle of their mass
(as in Barnes and Hut 1986, with one level of cells instead of a tree).
"""

from __future__ import annotations

import math
import os
import threading
from typing import Final

import numpy as np
import numpy.typing as npt
from numba import njit, prange

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

SOFTENING: Final = 0.01
"""Square of the distance below which repulsion grows no more."""
ALONE: Final = 400
"""With fewer nodes one thread is done before a second one has woken up."""
EXACT: Final = 3_000
CROWD: Final = 24
"""Nodes in a cell."""
FAR: Final = 1.25
"""Distance of the middles of two far cells, at least, in their radii together."""

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # threads that wait by spinning would take the wall's processor

_kernels = threading.Lock()
"""One parallel kernel at a time: numba's fallback thread pool cannot be entered twice."""


def pushes(x: Floats, y: Floats, mass: Floats) -> tuple[Floats, Floats]:
    """The push on each node, along x and along y (n,), the same for any number of threads."""
    push_x, push_y = np.empty_like(x), np.empty_like(y)
    if x.size < ALONE:
        _repel_alone(x, y, mass, push_x, push_y)
        return push_x, push_y
    if x.size <= EXACT:
        with _kernels:
            _repel(x, y, mass, push_x, push_y)
        return push_x, push_y
    order, starts = _cells(x, y)
    with _kernels:
        _repel_cells(x[order], y[order], mass[order], order, starts, push_x, push_y)
    return push_x, push_y


def _cells(x: Floats, y: Floats) -> tuple[Ints, Ints]:
    """Nodes in order of their cells, and where each cell starts, with the end of the last."""
    n = x.size
    side = math.isqrt(n // CROWD)
    order = np.argsort(x)
    for column in range(side):
        part = slice(column * n // side, (column + 1) * n // side)
        order[part] = order[part][np.argsort(y[order[part]])]
    columns = np.arange(side + 1) * n // side
    starts = columns[:-1, None] + np.diff(columns)[:, None] * np.arange(side) // side
    return order, np.append(starts.ravel(), n)


@njit(inline="always", error_model="numpy")
def _push_on(
    here_x: np.float32, here_y: np.float32, x: Floats, y: Floats, mass: Floats
) -> tuple[np.float32, np.float32]:
    """The sum of the pushes of all nodes on one place."""
    soft = np.float32(SOFTENING)
    sum_x = sum_y = np.float32(0.0)
    for j in range(x.size):
        dx, dy = here_x - x[j], here_y - y[j]
        push = mass[j] / (dx * dx + dy * dy + soft)
        sum_x += dx * push
        sum_y += dy * push
    return sum_x, sum_y


@njit(parallel=True, fastmath=True, cache=True, nogil=True, error_model="numpy")
def _repel(x: Floats, y: Floats, mass: Floats, push_x: Floats, push_y: Floats) -> None:
    """Every node is summed by one thread in one order, so that the number of threads changes nothing."""
    for i in prange(x.size):
        push_x[i], push_y[i] = _push_on(x[i], y[i], x, y, mass)


@njit(fastmath=True, cache=True, nogil=True, error_model="numpy")
def _repel_alone(x: Floats, y: Floats, mass: Floats, push_x: Floats, push_y: Floats) -> None:
    for i in range(x.size):
        push_x[i], push_y[i] = _push_on(x[i], y[i], x, y, mass)


@njit(parallel=True, fastmath=True, cache=True, nogil=True, error_model="numpy")
def _repel_cells(x: Floats, y: Floats, mass: Floats, order: Ints, starts: Ints, push_x: Floats, push_y: Floats) -> None:
    """Nodes in order of their cells; a cell is summed by one thread. The pushes are in the order of the nodes."""
    cells = starts.size - 1
    middle_x, middle_y = np.zeros(cells, np.float32), np.zeros(cells, np.float32)
    whole, radius = np.zeros(cells, np.float32), np.zeros(cells, np.float32)
    for c in range(cells):
        for i in range(starts[c], starts[c + 1]):
            whole[c] += mass[i]
            middle_x[c] += mass[i] * x[i]
            middle_y[c] += mass[i] * y[i]
        middle_x[c] /= whole[c]
        middle_y[c] /= whole[c]
        for i in range(starts[c], starts[c + 1]):
            radius[c] = max(radius[c], np.hypot(x[i] - middle_x[c], y[i] - middle_y[c]))
    for c in prange(cells):
        near_x, near_y, near_mass = np.empty_like(x), np.empty_like(y), np.empty_like(mass)
        known = 0
        for other in range(cells):
            dx, dy = middle_x[c] - middle_x[other], middle_y[c] - middle_y[other]
            near = np.float32(FAR) * (radius[c] + radius[other])
            if dx * dx + dy * dy > near * near:
                near_x[known], near_y[known], near_mass[known] = middle_x[other], middle_y[other], whole[other]
                known += 1
                continue
            for i in range(starts[other], starts[other + 1]):
                near_x[known], near_y[known], near_mass[known] = x[i], y[i], mass[i]
                known += 1
        for i in range(starts[c], starts[c + 1]):
            push_x[order[i]], push_y[order[i]] = _push_on(x[i], y[i], near_x[:known], near_y[:known], near_mass[:known])
