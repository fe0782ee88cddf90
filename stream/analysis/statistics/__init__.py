"""Statistics over rows, one a file: each adds and subtracts exact integers, so that it is a function of the rows it holds."""

from __future__ import annotations

from stream.analysis.statistics.base import Batch, Statistic
from stream.analysis.statistics.echoed import Echoed
from stream.analysis.statistics.forms import Forms
from stream.analysis.statistics.phrased import Phrased
from stream.analysis.statistics.terms import Terms
from stream.analysis.statistics.ties import Ties
from stream.analysis.statistics.tracked import Tracked
from stream.analysis.statistics.voices import Voices
from stream.analysis.statistics.volume import Volume

ALL: tuple[type[Statistic], ...] = (Volume, Voices, Tracked, Terms, Ties, Forms, Echoed, Phrased)

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
    "Tracked",
    "Voices",
    "Volume",
]


class Statistics:
    """One of each, fed together."""

    def __init__(self) -> None:
        self.volume = Volume()
        self.voices = Voices()
        self.tracked = Tracked()
        self.terms = Terms()
        self.ties = Ties()
        self.forms = Forms()
        self.echoed = Echoed()
        self.phrased = Phrased()

    def each(self) -> tuple[Statistic, ...]:
        return (self.volume, self.voices, self.tracked, self.terms, self.ties, self.forms, self.echoed, self.phrased)

    def move(self, rows: Batch, before: int, after: int) -> None:
        """Rows that lay in the span ``before`` lie in the span ``after`` now (``columns.NOWHERE`` … ``BEFORE``)."""
        for statistic in self.each():
            old, new = statistic.spans[before], statistic.spans[after]
            if old == new:
                continue
            if old >= 0:
                statistic.remove(rows, old)
            if new >= 0:
                statistic.add(rows, new)
