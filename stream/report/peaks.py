"""Peaks: the stretches of a course in which more was said than the rest of it makes likely."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from stream.analysis.scan import surprise, usual_rate

RARE: Final = 12.0
"""Nats of surprise below which nothing is called a peak."""
LEAST: Final = 6
"""Posts in a peak, at least."""
LONGEST: Final = 0.25
"""Share of the whole course that a peak may last: what lasts longer is no peak but the subject of the event."""


MOST: Final = 100.0
"""Times the usual that are told, at most: of what was hardly ever said before, nobody knows the usual."""


class Peak(NamedTuple):
    """``begin`` and ``end`` are buckets (end excluded), ``factor`` how many times its usual rate, ``nats`` how surprising."""

    topic: str
    begin: int
    end: int
    posts: int
    factor: float
    nats: float


def greatest(topic: str, course: Sequence[int]) -> Peak | None:
    """The most surprising stretch of one course, against all of it that lies outside."""
    counts = np.asarray(course, np.int64)
    sums = np.concatenate([[0], np.cumsum(counts)])
    best: Peak | None = None
    for length in range(1, max(1, int(len(counts) * LONGEST)) + 1):
        inside = sums[length:] - sums[:-length]
        begin = int(inside.argmax())
        posts, outside = int(inside[begin]), int(sums[-1] - inside[begin])
        buckets = len(counts) - length
        if posts < LEAST or buckets <= 0:
            continue
        nats = float(surprise(posts, float(length), float(outside), float(buckets)))
        if best is None or nats > best.nats:
            factor = min(posts / length / usual_rate(outside, buckets), MOST)
            best = Peak(topic, begin, begin + length, posts, round(factor, 1), nats)
    return best if best is not None and best.nats >= RARE else None


def core(times: Sequence[int]) -> tuple[int, int]:
    """Of times in ms, in order, the shortest stretch that holds half of them: its begin and end, both included."""
    half = max(1, (len(times) + 1) // 2)
    at = np.asarray(times, np.int64)
    lengths = at[half - 1 :] - at[: len(at) - half + 1]
    first = int(lengths.argmin())
    return int(at[first]), int(at[first + half - 1])


def peaks(courses: Mapping[str, Sequence[int]], most: int = 12) -> list[Peak]:
    """The greatest peak of each course that has one, the most surprising ``most`` of them in order of time."""
    found = [peak for topic, course in sorted(courses.items()) if (peak := greatest(topic, course)) is not None]
    chosen = sorted(found, key=lambda peak: (-peak.nats, peak.topic))[:most]
    return sorted(chosen, key=lambda peak: (peak.begin, peak.topic))
