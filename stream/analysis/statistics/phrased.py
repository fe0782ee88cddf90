"""Key phrases: how many posts say each in their own words."""

from __future__ import annotations

import numpy as np

from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics.base import Batch, Statistic


class Phrased(Statistic):
    """Counts by phrase of rows that may be shown; reposts have no phrases."""

    def __init__(self) -> None:
        self.counts = SparseCounts(np.uint32)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        assert span == 0, "only the window is counted"
        found = rows.columns.phrases[rows.shown()].ravel()
        self.counts.add(found[found != 0], sign)
