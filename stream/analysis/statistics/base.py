"""What every statistic is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import SHOWN, Columns
from stream.analysis.held import Held


class Batch:
    """Some rows: ``columns`` and the ``slots`` in it, both never changed by a statistic."""

    def __init__(self, columns: Columns | Held, slots: NDArray[np.int64]) -> None:
        self.columns = columns
        self.slots = slots

    def shown(self) -> NDArray[np.int64]:
        """The slots of rows that may be shown."""
        shown: NDArray[np.int64] = self.slots[(self.columns.flags[self.slots] & SHOWN) != 0]
        return shown


class Statistic(ABC):
    """Counts of rows. ``spans`` says for each place in time (nowhere, newer, older, before) which count it goes to, or -1."""

    spans: ClassVar[tuple[int, int, int, int]] = (-1, 0, 0, -1)

    def add(self, rows: Batch, span: int = 0, weight: int = 1) -> None:
        """Count the rows, each as ``weight``."""
        self.apply(rows, span, weight)

    def remove(self, rows: Batch, span: int = 0, weight: int = 1) -> None:
        """Take the rows out again; what ``add`` did is undone to the last bit."""
        self.apply(rows, span, -weight)

    @abstractmethod
    def apply(self, rows: Batch, span: int, sign: int) -> None:
        """Add ``sign`` (1 or -1, times what each row stands for) for each of the rows to the counts of ``span``."""


def grown(array: NDArray[Any], size: int) -> NDArray[Any]:
    """``array`` with room for ``size`` columns in its last axis, zeros in what is new."""
    if array.shape[-1] >= size:
        return array
    room = max(size, array.shape[-1] + array.shape[-1] // 2, 256)
    fresh = np.zeros((*array.shape[:-1], room), array.dtype)
    fresh[..., : array.shape[-1]] = array
    return fresh


def top(ids: NDArray[np.int32]) -> int:
    """How many columns an array needs to be indexed by ``ids``."""
    return int(ids.max()) + 1 if ids.size else 0
