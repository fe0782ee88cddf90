"""Topics: how often each is said, and in which mood."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.statistics.base import Batch, Statistic, grown, top


class Terms(Statistic):
    """For the newer (0) and the older half (1) of the window, by topic: rows, sum of moods, how many are known."""

    spans: ClassVar = (-1, 0, 1, -1)

    def __init__(self) -> None:
        self.counts = np.zeros((2, 3, 0), np.int64)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        slots = rows.shown()
        terms = rows.columns.terms[slots]
        at, place = np.nonzero(terms >= 0)
        ids = terms[at, place]
        moods = rows.columns.mood[slots][at].astype(np.int64)
        known = moods != UNKNOWN_MOOD
        self.counts = grown(self.counts, top(ids))
        np.add.at(self.counts[span, 0], ids, sign)
        np.add.at(self.counts[span, 1], ids[known], sign * moods[known])
        np.add.at(self.counts[span, 2], ids[known], sign)
