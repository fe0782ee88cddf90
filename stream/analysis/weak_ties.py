"""Weak ties: who carries an idea from one circle into another (Granovetter 1973), told by what their neighbours share.

Not every contact between strangers is one. People of two communities meet by chance all the time, once; a tie carries when
it is used again. So where communities touch at many places, only the ties that are used more than such contacts usually are
count; where they hardly touch, each does.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

SHARED: Final = 0.1
"""The ends of a weak tie have less than this of their neighbours in common."""
USED: Final = 2.0
"""It is used more than so many times as often as the ties between communities usually are (their geometric mean)."""
FEW: Final = 2
"""Communities hardly touch when there are at most so many ties between them for each of them."""

Ints = NDArray[np.int64]


def weak(low: Ints, high: Ints, times: Ints, labels: Ints) -> NDArray[np.bool_]:
    """Of each tie whether it is weak.

    Ties have ends ``low`` < ``high``, each pair once in the order of (low, high); ``times`` is how often each was used.
    ``labels`` has the community of each node, negative for none: such a node has no weak tie.
    """
    found: NDArray[np.bool_] = (labels[low] != labels[high]) & (labels[low] >= 0) & (labels[high] >= 0)
    found &= overlap(low, high, labels.size) < SHARED
    if np.count_nonzero(found) <= FEW * np.unique(labels[labels >= 0]).size:
        return found
    used = found & (times > USED * np.exp(np.log(times[found]).mean()))
    return used if used.any() else found


def overlap(low: Ints, high: Ints, n: int) -> NDArray[np.float64]:
    """Of each tie the share of its ends' neighbours that they have in common (Onnela et al. 2007).

    Ties are given once, in the order of (low, high), among ``n`` nodes.
    """
    shared: NDArray[np.float64] = _overlap(low, high, n)
    return shared


@njit(cache=True, nogil=True)
def _overlap(low, high, n):  # type: ignore[no-untyped-def]
    starts = np.zeros(n + 1, np.int64)
    for e in range(low.size):
        starts[low[e] + 1] += 1
        starts[high[e] + 1] += 1
    starts = np.cumsum(starts)
    neighbours = np.empty(2 * low.size, np.int64)
    place = starts[:-1].copy()
    for e in range(low.size):  # in this order, each node's neighbours come out sorted
        neighbours[place[low[e]]] = high[e]
        neighbours[place[high[e]]] = low[e]
        place[low[e]] += 1
        place[high[e]] += 1
    found = np.zeros(low.size, np.float64)
    for e in range(low.size):
        a, b = low[e], high[e]
        i, j = starts[a], starts[b]
        shared = 0
        while i < starts[a + 1] and j < starts[b + 1]:
            if neighbours[i] == neighbours[j]:
                shared += 1
                i += 1
                j += 1
            elif neighbours[i] < neighbours[j]:
                i += 1
            else:
                j += 1
        others = (starts[a + 1] - starts[a] - 1) + (starts[b + 1] - starts[b] - 1) - shared
        found[e] = shared / others if others > 0 else 0.0
    return found
