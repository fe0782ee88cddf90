"""Who speaks in the window: how often, and how often as creator, and in which role."""

from __future__ import annotations

import numpy as np

from stream.analysis.columns import POST
from stream.analysis.statistics.base import Batch, Statistic, grown, top


class Voices(Statistic):
    """Counts by author: rows, rows that react to nothing, rows in the role of staff and of brand."""

    def __init__(self) -> None:
        self.counts = np.zeros((4, 0), np.int32)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        assert span == 0, "only the window is counted"
        columns, slots = rows.columns, rows.slots
        authors = columns.author[slots]
        self.counts = grown(self.counts, top(authors))
        np.add.at(self.counts[0], authors, sign)
        np.add.at(self.counts[1], authors[columns.kind[slots] == POST], sign)
        np.add.at(self.counts[2], authors[columns.role[slots] == 1], sign)
        np.add.at(self.counts[3], authors[columns.role[slots] == 2], sign)
