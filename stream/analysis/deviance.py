"""Deviance: how far each count of a short series lies above what the counts before it make likely."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

MEMORY: Final = 36.0
"""Periods after which the past weighs 1/e."""
WARM: Final = 6
"""Periods before anything can be called a burst."""
STARTED: Final = 0.5
"""A score from which a burst is one."""
RAREST: Final = 0.2
"""A period is thought to bring at least so much: the first mention of something is no burst."""


@njit(cache=True, nogil=True)
def step(state, count, share):  # type: ignore[no-untyped-def]
    """Score ``count`` in a period of which ``share`` (0 … 1] has passed, and learn from it once the period is whole.

    ``state`` is float64 (3,): level and spread of the counts' square roots, and how many periods were seen. Square roots
    make the noise of a Poisson count the same at every level (Anscombe 1948); a surprise teaches only as far as three
    spreads, so that a burst does not soon become its own baseline. The surprise is the deviance of the count, in spreads.
    """
    level, spread, seen = state[0], state[1], state[2]
    value = 2.0 * math.sqrt(count + 0.375)
    usual = max((level * level / 4.0 - 0.375) * share, RAREST)
    width = max(spread, 1.0)
    surprise = 0.0
    if count > usual:
        surprise = math.sqrt(2.0 * (count * math.log(count / usual) - (count - usual))) / width
    score = 0.0
    if seen >= WARM and surprise > 0:
        score = 1.0 - math.exp(-((surprise / 4.5) ** 2) * 0.6931471805599453)
    if share >= 1.0:
        pace = max(1.0 / (seen + 1.0), 1.0 / MEMORY)
        drift = value - level
        if seen >= WARM:
            drift = min(max(drift, -3.0 * width), 3.0 * width)
        state[0] = level + pace * drift
        state[1] = spread + pace * (1.2533 * abs(drift) - spread)
        state[2] = seen + 1.0
    return score


@njit(cache=True, nogil=True)
def fold(counts, share):  # type: ignore[no-untyped-def]
    """Scores of each row of ``counts`` (k, m), oldest period first, the last of them passed to ``share``."""
    k, m = counts.shape
    scores = np.zeros((k, m))
    for i in range(k):
        state = np.zeros(3)
        for j in range(m):
            scores[i, j] = step(state, float(counts[i, j]), share if j == m - 1 else 1.0)
    return scores


def curves(counts: NDArray[np.int64], share: float) -> NDArray[np.float64]:
    """``fold`` with a type."""
    scores: NDArray[np.float64] = fold(counts, share)
    return scores
