"""The river: how often the loudest topics were said in each bucket of the window, from which walls draw a stream."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from stream.analysis.said import Said
from stream.analysis.view import View

MOST: Final = 32
"""Topics of which the course is told; a hub shows fewer, and needs some to choose from."""
LOOKED_AT: Final = 300
"""The most frequent topics; what is loud is among them."""
LOUD: Final = 3
SHARE: Final = 10
"""A topic is as loud as its loudest ``LOUD`` buckets would be ``SHARE`` times: what shoots up for a minute is not forgotten."""


def courses(view: View, said: Said) -> dict[str, tuple[int, ...]]:
    """Posts that say a topic in each bucket that overlaps the window, oldest first, by topic, the loudest first.

    The oldest bucket is counted whole, so that it does not melt while the window leaves it.
    """
    size = min(LOOKED_AT, len(said.ids))
    edges = view.window.edges(view.t)
    counts = said.courses(view, edges)[:size]
    found = {said.ids[i]: tuple(counts[i].tolist()) for i in range(size)}
    return {topic: found[topic] for topic in sorted(found, key=lambda topic: (-loudness(found[topic]), topic))[:MOST]}


def loudness(course: Sequence[int]) -> int:
    """How much a course weighs in the picture: all its posts, or those of its loudest time many times."""
    sums = np.convolve(np.asarray(course, np.int64), np.ones(LOUD, np.int64))
    return max(sum(course), SHARE * int(sums.max()))
