"""The tracked sets of terms: volume and mood of each."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.statistics.base import Batch, Statistic
from stream.analysis.tracks import MOST


class Tracked(Statistic):
    """For the window (0) and the same span before it (1), by track: rows, sum of moods, how many are known."""

    spans: ClassVar = (-1, 0, 0, 1)

    def __init__(self) -> None:
        self.counts = np.zeros((2, 3, MOST), np.int64)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        bits = rows.columns.tracks[rows.slots]
        some = bits != 0
        if not some.any():
            return
        bits, moods = bits[some], rows.columns.mood[rows.slots][some].astype(np.int64)
        known = moods != UNKNOWN_MOOD
        moods[~known] = 0
        named = (bits[:, None] >> np.arange(MOST, dtype=np.uint64)) & np.uint64(1) != 0
        self.counts[span] += sign * np.array([named.sum(0), moods @ named, known.astype(np.int64) @ named])
