"""Who talks to whom: directed interactions, by kind."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import LINKED, NAMED, SHOWN
from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics.base import Batch, Statistic

_PERSON = np.uint64(30)
_KIND = np.uint64(4)
_MASK = np.uint64((1 << 30) - 1)


class Interactions(NamedTuple):
    """Parallel arrays, in no order: ids of people, kind (``columns.REPLY`` … ``NAMED``), how often."""

    source: NDArray[np.int64]
    target: NDArray[np.int64]
    kind: NDArray[np.int64]
    times: NDArray[np.int32]


class Ties(Statistic):
    """Counts by source, target and kind: all in the window (0) and before it (1), and those that may be shown."""

    spans: ClassVar = (-1, 0, 0, 1)

    def __init__(self) -> None:
        self.counts = (SparseCounts(), SparseCounts())
        self.shown = SparseCounts()

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        columns, slots = rows.columns, rows.slots
        people = columns.people[slots]
        flags = columns.flags[slots]
        people[(flags & LINKED) == 0, 0] = -1
        at, place = np.nonzero(people >= 0)
        if not at.size:
            return
        source = columns.author[slots][at].astype(np.uint64)
        target = people[at, place].astype(np.uint64)
        kind = np.where(place == 0, columns.kind[slots][at], NAMED).astype(np.uint64)
        keys = (((source + np.uint64(1)) << _PERSON | target) << _KIND) | kind
        self.counts[span].add(keys, sign)
        if span == 0:
            self.shown.add(keys[(flags[at] & SHOWN) != 0], sign)

    def all(self, span: int) -> Interactions:
        """Everything that counts in the numbers."""
        return _unpack(self.counts[span])

    def visible(self) -> Interactions:
        """What the graph of the window may show."""
        return _unpack(self.shown)


def _unpack(counts: SparseCounts) -> Interactions:
    keys, numbers = counts.entries()
    kind = keys & np.uint64(15)
    target = (keys >> _KIND) & _MASK
    source = (keys >> (_KIND + _PERSON)) - np.uint64(1)
    return Interactions(source.astype(np.int64), target.astype(np.int64), kind.astype(np.int64), numbers)
