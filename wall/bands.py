"""A stream graph's geometry: bands over time on a baseline that keeps their edges calm.

Byron and Wattenberg, "Stacked Graphs – Geometry & Aesthetics", 2008: of all baselines theirs has the least wiggle, each
band's weighted by its width. The order of bands comes from the hub.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import numpy as np
import numpy.typing as npt

from stream.wire.messages import Figures
from wall import transition

Doubles = npt.NDArray[np.float64]

PER_BUCKET = 4
SETTLE_MS = 900.0
"""How long the river takes to become what the newest figures say."""
BEHIND = 1.5
"""Buckets by which the river's end is behind T: the newest one is still filling, the one before needs a neighbour."""
RUNS_MS = 8_000.0
"""For so long without new figures the river flows on."""
CALM = 26.0
"""Posts by which a band is evened out: the rarer, the wider. A single post is no wave."""


@dataclass(slots=True)
class Bands:
    """``keys`` from the uppermost to the lowest; ``at`` (m,) event time in ms; ``edges`` (bands + 1, m) from the upper edge on.

    Heights are posts a bucket, y down, 0 in the middle.
    """

    keys: list[int]
    at: Doubles
    edges: Doubles


def begin_end(before: Figures | None, now: Figures, t: float) -> tuple[float, float]:
    """Event times at the river's two ends at hub time ``t``: they run as fast as T did between the last two figures."""
    rate = 1.0
    if before is not None and now.at > before.at:
        rate = min(max(0.0, (now.T - before.T) / (now.at - before.at)), 100_000.0)
    since = t - now.at
    if since > RUNS_MS:
        since = RUNS_MS + 1000.0 * (1.0 - float(np.exp((RUNS_MS - since) / 1000.0)))
    bucket = now.numbers.bucket_ms
    end = now.T + rate * since - BEHIND * bucket
    return end - (now.window_s * 1000.0 - 2.0 * bucket), end


def at_time(before: Figures | None, now: Figures, t: float) -> Bands:
    """The bands at hub time ``t``, on their way from what the figures ``before`` say to what those of ``now`` say."""
    begin, end = begin_end(before, now, t)
    step = now.numbers.bucket_ms / PER_BUCKET
    at = np.concatenate([[begin], np.arange(begin // step + 1, end // step + 1) * step, [end]])
    share = transition.smooth((t - now.at) / SETTLE_MS)
    new = _heights(now, at)
    old = _heights(before, at) if before is not None and before.numbers.bucket_ms == now.numbers.bucket_ms else {}
    if not old or share >= 1.0:
        old = new
    keys = _merged(list(old), list(new))
    if not keys:
        return Bands([], at, np.zeros((1, len(at))))
    none = np.zeros(len(at))
    heights = np.array([(1.0 - share) * old.get(k, none) + share * new.get(k, none) for k in keys])
    base = (1.0 - share) * _baseline(np.array(list(old.values())), at) + share * _baseline(
        np.array(list(new.values())), at
    )
    return Bands(keys, at, np.vstack([base, base + np.cumsum(heights, axis=0)]))


def reach(figures: Figures) -> tuple[float, float]:
    """How far the bands of some figures alone reach up and down, in posts a bucket."""
    edges = at_time(None, figures, figures.at + SETTLE_MS).edges
    return float(edges[0].min()), float(edges[-1].max())


def _heights(figures: Figures, at: Doubles) -> dict[int, Doubles]:
    """Posts a bucket of each band at event times ``at``, evened out."""
    bucket = figures.numbers.bucket_ms
    found: dict[int, Doubles] = {}
    for buckets, alike in groupby(figures.river, lambda stream: len(stream.course)):
        if buckets > 4:
            streams = list(alike)
            first = (figures.T // bucket - buckets + 1.5) * bucket
            courses = np.array([_evened(stream.course[:-1]) for stream in streams])
            found |= zip((stream.key for stream in streams), curve(courses, (at - first) / bucket), strict=True)
    return found


@lru_cache(maxsize=64)
def _evened(course: tuple[int, ...]) -> Doubles:
    """A course without the jitter of single posts."""
    values = np.array(course, np.float64)
    for _ in range(int(np.clip(CALM / max(values.mean(), 0.5), 3, 24))):
        padded = np.concatenate([values[:1], values, values[-1:]])
        values = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    return values


def curve(values: Doubles, at: Doubles) -> Doubles:
    """Catmull-Rom through each row of ``values`` at places ``at`` (0 is the first), level beyond its ends, never below zero."""
    most = values.shape[-1] - 1
    at = np.minimum(np.maximum(at, 0.0), float(most))
    i = np.minimum(at.astype(int), most - 1)
    u = at - i
    p0, p1 = values[..., np.maximum(i - 1, 0)], values[..., i]
    p2, p3 = values[..., i + 1], values[..., np.minimum(i + 2, most)]
    bend = 2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * p1 - p0 - 3 * p2 + p3) * u**3
    return np.asarray(np.maximum(0.0, 0.5 * bend), np.float64)


def _baseline(heights: Doubles, at: Doubles) -> Doubles:
    """The upper edge of the first band: its slope is minus the mean slope of the bands' middles, weighted by their heights."""
    if not len(heights):
        return np.zeros(len(at))
    steps = np.diff(heights, axis=1)
    middle = (heights[:, 1:] + heights[:, :-1]) / 2.0
    slopes = np.cumsum(steps, axis=0) - 0.5 * steps
    total = np.maximum(middle.sum(axis=0), 1e-9)
    base = np.concatenate([[0.0], np.cumsum(-(slopes * middle).sum(axis=0) / total)])
    whole = heights.sum(axis=0)
    return np.asarray(base - float(((base + whole / 2.0) * whole).sum() / max(whole.sum(), 1e-9)), np.float64)


def _merged(old: list[int], new: list[int]) -> list[int]:
    """``new``, and those of ``old`` that are leaving, each below the one that it lay below."""
    keys, last = list(new), -1
    for key in old:
        if key in new:
            last = keys.index(key)
        else:
            last += 1
            keys.insert(last, key)
    return keys
