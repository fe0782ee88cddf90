"""Scan: in which of the latest spans of a short series more was said than all that came before makes likely.

The rate of a series before a span is known only as well as its past tells (a gamma distribution); so the count in the span is
negative binomial, and how rare a greater one is says how surprising it is (a scan statistic, Kulldorff 2001, for the present).
Where there is hardly a past, hardly anything is surprising.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

SPANS: Final = np.array([1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 60])
"""Lengths of the spans looked at, in buckets; all end now."""
_SHAPE: Final = 0.5
_BUCKETS: Final = 1.0
"""What is thought before anything was heard: half a post in one bucket."""
_STEADY: Final = 8.0
"""No past is steadier than so many posts: conversations come in gusts."""
_ALIVE: Final = 0.5
"""The last quarter of a span keeps up at least so much of its rate, or the span is over."""


def usual_rate(posts: float, buckets: float) -> float:
    """Posts expected in a bucket after ``posts`` in ``buckets``."""
    return (posts + _SHAPE) / (buckets + _BUCKETS)


@njit(cache=True, nogil=True)
def surprise(count, length, posts, buckets):  # type: ignore[no-untyped-def]
    """−log of the chance of ``count`` or more in ``length`` buckets after ``posts`` in ``buckets``, in nats."""
    shape, rate = posts + _SHAPE, buckets + _BUCKETS
    if shape > _STEADY:
        rate *= _STEADY / shape
        shape = _STEADY
    more = length / (rate + length)
    if count <= shape * length / rate:
        return 0.0
    first = math.lgamma(count + shape) - math.lgamma(shape) - math.lgamma(count + 1.0)
    first += shape * math.log(1.0 - more) + count * math.log(more)
    total, term = 1.0, 1.0
    for k in range(1000):
        term *= more * (count + k + shape) / (count + k + 1.0)
        total += term
        if term < 1e-6 * total:
            break
    return max(-first - math.log(total), 0.0)


@njit(cache=True, nogil=True)
def _scan(counts, share, known, buckets, spans, found, starts):  # type: ignore[no-untyped-def]
    k, m = counts.shape
    for i in range(k):
        whole = counts[i].sum()
        inside, begin = 0, m
        for span in spans:
            if span >= m:
                break
            while begin > m - span:
                begin -= 1
                inside += counts[i, begin]
            quarter = max(span // 4, 1)
            late = counts[i, m - quarter - 1 :].sum() if quarter < span else inside
            lasting = (quarter + share) / (span - 1.0 + share) if quarter < span else 1.0
            if late < _ALIVE * inside * lasting:
                continue
            nats = surprise(inside, span - 1.0 + share, whole - inside + known[i], m - span + buckets)
            if nats > found[i]:
                found[i], starts[i] = nats, begin


def scan(
    counts: NDArray[np.int64], share: float, known: NDArray[np.float64], buckets: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Of each row of ``counts`` (k, m), oldest bucket first, the most surprising span: its nats, and where it begins.

    Of the last bucket only ``share`` (0 … 1] has passed. ``known`` (k,) posts in ``buckets`` buckets are from further back.
    """
    found = np.zeros(len(counts))
    starts = np.full(len(counts), counts.shape[1] - 1, np.int64)
    _scan(counts, share, known, buckets, SPANS, found, starts)
    return found, starts
