"""Rising: topics that grow against their own past, found by folding the burst detector over the buckets."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.deviance import STARTED, curves
from stream.analysis.said import Said
from stream.analysis.view import View, rounded
from stream.wire.snapshot import Rising

SILENT: Final = 0.1
"""Posts in a bucket that a topic nobody spoke of is compared with."""
MOST: Final = 40
LOOKED_AT: Final = 500
"""The most frequent topics; a topic that rises is among them."""
LEAST: Final = 5
"""Posts in the window below which nothing is called rising."""
RECENT: Final = 2
"""Periods, the last one among them, of which one must be in the burst."""
PATIENCE: Final = 2
"""Quiet periods that do not end a burst."""
SCALES: Final = (1, 6)
"""Buckets in a period: the short one sees a burst at once, the long one a rise that no single bucket shows."""


def of(view: View, said: Said) -> tuple[Rising, ...]:
    """Topics in a burst now, the strongest first."""
    chosen = np.flatnonzero(said.newer + said.older >= LEAST)[:LOOKED_AT]
    if not chosen.size:
        return ()
    edges = _edges(view)
    counts = _counts(view, said, edges)[chosen]
    shown = view.window.edges(view.t).size
    looks = [_look(counts, edges, view, scale) for scale in SCALES]
    found = []
    for i, topic in enumerate(chosen.tolist()):
        score, _, look = max((float(look.scores[i, -look.recent :].max()), -k, look) for k, look in enumerate(looks))
        if score < STARTED:
            continue
        start = _start(look.scores[i])
        found.append(
            Rising(
                topic=said.ids[topic],
                score=rounded(score),
                since=int(look.edges[start]),
                label=said.labels[topic],
                factor=_factor(look.counts[i], start, look.share),
                curve=(0,) * (shown - edges.size) + tuple(counts[i, -shown:].tolist()),
            )
        )
    return tuple(sorted(found, key=lambda r: (-r.score, -r.factor, r.topic))[:MOST])


class _Look(NamedTuple):
    """Counts (k, m) by period, the start of each period, how much of the last one has passed, and the scores (k, m)."""

    counts: NDArray[np.int64]
    edges: NDArray[np.int64]
    share: float
    scores: NDArray[np.float64]
    recent: int
    """How many of the last periods say what is so now."""


def _look(counts: NDArray[np.int64], edges: NDArray[np.int64], view: View, scale: int) -> _Look:
    """The series in periods of ``scale`` buckets, which begin at fixed multiples of the clock."""
    width = view.window.bucket * scale
    starts, first = np.unique(edges // width, return_index=True)
    summed = np.add.reduceat(counts, first, axis=1)
    share = (view.t + 1 - int(starts[-1]) * width) / width
    recent = 1 if scale > 1 and share >= 0.5 else RECENT
    return _Look(summed, np.maximum(starts * width, edges[0]), share, curves(summed, share), recent)


def _edges(view: View) -> NDArray[np.int64]:
    """Starts of the whole buckets of the window and the span before it, from the first in which anything was said."""
    width = view.window.bucket
    oldest = max(view.t - 2 * view.window.width + 1, int(view.columns.at[view.slots].min()))
    first = min(-(-oldest // width), view.t // width)
    return np.arange(first, view.t // width + 1, dtype=np.int64) * width


def _counts(view: View, said: Said, edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """Posts that say each topic, by bucket."""
    bucket = (view.columns.at[said.slots] - edges[0]) // view.window.bucket
    counts = np.zeros((len(said.ids), edges.size), np.int64)
    _by_bucket(said.places, bucket, counts)
    return counts


@njit(cache=True, nogil=True)
def _by_bucket(places, bucket, counts):  # type: ignore[no-untyped-def]
    for i in range(bucket.size):
        if bucket[i] >= 0:
            for k in range(places.shape[1]):
                if places[i, k] >= 0:
                    counts[places[i, k], bucket[i]] += 1


def _start(scores: NDArray[np.float64]) -> int:
    """The bucket with which the burst began that reaches into the newest ones."""
    start = last = int(np.flatnonzero(scores >= STARTED)[-1])
    for bucket in range(last, -1, -1):
        if scores[bucket] >= STARTED:
            start = bucket
        elif start - bucket > PATIENCE:
            break
    return start


def _factor(counts: NDArray[np.int64], start: int, share: float) -> float:
    """How many times the mean of the buckets before the burst the mean in it is.

    A burst counts as lasting at least one bucket, and a topic that nobody spoke of before as said once in ten.
    """
    before = counts[:start]
    rate = int(counts[start:].sum()) / max(counts.size - start - 1 + share, 1.0)
    usual = max(int(before.sum()) / max(before.size, 1), SILENT)
    return rounded(rate / usual)
