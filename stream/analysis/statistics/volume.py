"""How many, of which kind, whence and in which mood."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.analysis.columns import SHOWN, UNKNOWN_MOOD
from stream.analysis.statistics.base import Batch, Statistic, grown, top

POSITIVE = 500
"""A mood beyond ± this (1/10,000) is positive or negative, between them neutral."""


class Volume(Statistic):
    """Counts in the window (0) and in the same span before it (1)."""

    spans: ClassVar = (-1, 0, 0, 1)

    def __init__(self) -> None:
        self.posts = np.zeros(2, np.int64)
        self.held = np.zeros(2, np.int64)
        self.roles = np.zeros((2, 3), np.int64)
        self.mood = np.zeros((2, 5), np.int64)
        """Sum of moods, how many are known, positive, neutral, negative."""
        self.sources = np.zeros((2, 0), np.int64)
        self.langs = np.zeros((2, 0), np.int64)
        self.countries = np.zeros((2, 0), np.int64)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        columns, slots = rows.columns, rows.slots
        self.posts[span] += sign * slots.size
        self.held[span] += sign * int(np.count_nonzero((columns.flags[slots] & SHOWN) == 0))
        self.roles[span] += sign * np.bincount(columns.role[slots], minlength=3)
        moods = columns.mood[slots]
        moods = moods[moods != UNKNOWN_MOOD].astype(np.int64)
        good, bad = int(np.count_nonzero(moods > POSITIVE)), int(np.count_nonzero(moods < -POSITIVE))
        self.mood[span] += sign * np.array([moods.sum(), moods.size, good, moods.size - good - bad, bad])
        for name, ids in (("sources", columns.source), ("langs", columns.lang), ("countries", columns.country)):
            given = ids[slots]
            given = given[given >= 0]
            counts = grown(getattr(self, name), top(given))
            np.add.at(counts[span], given, sign)
            setattr(self, name, counts)
