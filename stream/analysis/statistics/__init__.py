"""Statistics over rows, one a file: each adds and subtracts exact integers, so that it is a function of the rows it holds."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stream.analysis.held import Held
from stream.analysis.statistics.base import Batch, Statistic
from stream.analysis.statistics.echoed import Echoed
from stream.analysis.statistics.forms import Forms
from stream.analysis.statistics.phrased import Phrased
from stream.analysis.statistics.terms import Terms
from stream.analysis.statistics.ties import Ties
from stream.analysis.statistics.timeline import Timeline
from stream.analysis.statistics.tracked import Tracked
from stream.analysis.statistics.units import Units
from stream.analysis.statistics.voices import Voices
from stream.analysis.statistics.volume import Volume

ALL: tuple[type[Statistic], ...] = (Volume, Timeline, Voices, Tracked, Terms, Ties, Forms, Echoed, Phrased)

__all__ = [
    "ALL",
    "Batch",
    "Echoed",
    "Forms",
    "Phrased",
    "Statistic",
    "Statistics",
    "Terms",
    "Ties",
    "Timeline",
    "Tracked",
    "Voices",
    "Volume",
]


class Statistics:
    """One of each, fed together, and the ``Units`` that count the topics which are looked at, in buckets of ``bucket_ms``."""

    def __init__(self, bucket_ms: int = 60_000) -> None:
        self.volume = Volume()
        self.timeline = Timeline(bucket_ms)
        self.voices = Voices()
        self.tracked = Tracked()
        self.terms = Terms()
        self.ties = Ties()
        self.forms = Forms()
        self.echoed = Echoed()
        self.phrased = Phrased()
        self.units = Units(bucket_ms)

    def each(self) -> tuple[Statistic, ...]:
        return (
            self.volume,
            self.timeline,
            self.voices,
            self.tracked,
            self.terms,
            self.ties,
            self.forms,
            self.echoed,
            self.phrased,
        )

    def move(self, columns: Held, slots: NDArray[np.int64], before: int, after: int, weight: int = 1) -> None:
        """Rows that lay in the span ``before`` lie in the span ``after`` now (``columns.NOWHERE`` … ``BEFORE``).

        Each stands for ``weight`` rows.
        """
        rows = Batch(columns, slots)
        for statistic in self.each():
            old, new = statistic.spans[before], statistic.spans[after]
            if old == new:
                continue
            if old >= 0:
                statistic.remove(rows, old, weight)
            if new >= 0:
                statistic.add(rows, new, weight)
        self.units.move(columns, slots, before, after, weight)
