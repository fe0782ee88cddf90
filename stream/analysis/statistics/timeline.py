"""When: rows by bucket of the window, and those of good and of bad mood."""

from __future__ import annotations

import numpy as np

from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.statistics.base import Batch, Statistic
from stream.analysis.statistics.volume import POSITIVE
from stream.analysis.window import RING


class Timeline(Statistic):
    """Counts (3, ``RING``) by bucket modulo ``RING`` of rows in the window: all, positive, negative."""

    def __init__(self, bucket_ms: int = 60_000) -> None:
        self._bucket = bucket_ms
        self.counts = np.zeros((3, RING), np.int64)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        assert span == 0, "only the window is counted"
        ring = rows.columns.at[rows.slots] // self._bucket % RING
        mood = rows.columns.mood[rows.slots]
        bad = (mood < -POSITIVE) & (mood != UNKNOWN_MOOD)
        for what, some in enumerate((ring, ring[mood > POSITIVE], ring[bad])):
            self.counts[what] += sign * np.bincount(some, minlength=RING)
