"""How names are written: the forms of each topic and the handles of each person, so that the most frequent one is shown."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics.base import Batch, Statistic

_LOW: Final = np.uint64(32)
_ONE: Final = np.uint64(1)


class Forms(Statistic):
    """Counts by topic and form, and by person and handle, over rows that may be shown."""

    def __init__(self) -> None:
        self.terms = SparseCounts()
        self.handles = SparseCounts()

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        assert span == 0, "only the window is counted"
        columns, slots = rows.columns, rows.shown()
        self.terms.add(_pairs(columns.terms[slots], columns.forms[slots]), sign)
        self.handles.add(_pairs(columns.author[slots], columns.handle[slots]), sign)
        self.handles.add(_pairs(columns.people[slots], columns.handles[slots]), sign)


def _pairs(ids: NDArray[np.int32], forms: NDArray[np.int32]) -> NDArray[np.uint64]:
    given = (ids >= 0) & (forms >= 0)
    return (ids[given].astype(np.uint64) + _ONE) << _LOW | forms[given].astype(np.uint64)


def best(counts: SparseCounts, wanted: NDArray[np.int64], forms: list[str]) -> dict[int, str]:
    """For each id of ``wanted`` its most frequent form, of equals the first in order of text."""
    asked = np.zeros(int(wanted.max(initial=0)) + 1, np.bool_)
    asked[wanted] = True
    ids, shown, numbers = counts.pairs(asked)
    found: dict[int, tuple[int, str]] = {}
    for item, form, count in zip(ids.tolist(), shown.tolist(), numbers.tolist(), strict=True):
        candidate = (-count, forms[form])
        if item not in found or candidate < found[item]:
            found[item] = candidate
    return {item: form for item, (_, form) in found.items()}
