"""The tracked sets of terms: volume, mood and kind of post of each."""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar

import numpy as np

from stream.analysis.columns import BOUGHT, TRACKED, UNKNOWN_MOOD
from stream.analysis.statistics.base import Batch, Statistic
from stream.analysis.statistics.volume import POSITIVE
from stream.analysis.tracks import MOST


class Of(IntEnum):
    """What is counted of a track; owned, earned and bought add up to its volume."""

    VOLUME = 0
    MOOD = 1
    KNOWN = 2
    POSITIVE = 3
    NEGATIVE = 4
    OWNED = 5
    BOUGHT = 6


class Tracked(Statistic):
    """For the window (0) and the same span before it (1), by track, the counts of ``Of``."""

    spans: ClassVar = (-1, 0, 0, 1)

    def __init__(self) -> None:
        self.counts = np.zeros((2, len(Of), MOST), np.int64)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        columns = rows.columns
        tracks = columns.tracks[rows.slots]
        some = tracks[:, TRACKED] != 0
        slots, tracks = rows.slots[some], tracks[some]
        if not slots.size:
            return
        moods = columns.mood[slots].astype(np.int64)
        known = moods != UNKNOWN_MOOD
        moods[~known] = 0
        owned = columns.role[slots] > 0
        said = (
            known,
            known & (moods > POSITIVE),
            known & (moods < -POSITIVE),
            owned,
            (tracks[:, BOUGHT] > 0) & ~owned,
        )
        counted = np.stack([np.ones(slots.size, np.int64), moods, *(what.astype(np.int64) for what in said)])
        named = (tracks[:, TRACKED, None] >> np.arange(MOST, dtype=np.uint64)) & np.uint64(1) != 0
        self.counts[span] += sign * (counted @ named)
