"""The lottery: the rows of smallest key in the window that may be shown, a sample that depends on the rows alone."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import BEFORE, NOWHERE, SHOWN
from stream.analysis.held import Held

SAMPLE: Final = 20_000
_SPARE: Final = 2 * SAMPLE
_MOST: Final = 4 * SAMPLE
_EVERY: Final = np.uint64(2**64 - 1)

Slots = NDArray[np.int64]


class Lottery:
    """Keeps the rows whose keys are below a bound that leaves more than ``SAMPLE``."""

    def __init__(self) -> None:
        self._bound = np.uint64(0)
        self._drawn: list[Slots] = []
        self._ticket = np.zeros(0, np.bool_)
        """By slot whether it is in ``_drawn``."""

    def enter(self, columns: Held, slots: Slots) -> None:
        """Rows that may be shown have come into the window."""
        if not self._bound:
            return
        if self._ticket.size < columns.size:
            self._ticket = np.concatenate([self._ticket, np.zeros(columns.size - self._ticket.size, np.bool_)])
        low = slots[columns.key[slots] <= self._bound]
        low = low[~self._ticket[low]]
        if low.size:
            self._drawn.append(low)
            self._ticket[low] = True

    def draw(self, columns: Held, spans: NDArray[np.uint8]) -> Slots:
        """All rows, or ``SAMPLE`` of more."""
        slots = np.concatenate(self._drawn) if self._drawn else np.zeros(0, np.int64)
        slots = slots[_in(columns, spans, slots) & (columns.key[slots] <= self._bound)]
        if slots.size < SAMPLE and self._bound != _EVERY:
            every = np.flatnonzero((spans != NOWHERE) & (spans != BEFORE))
            slots = every[_in(columns, spans, every)]
            self._bound = _EVERY
        if slots.size > _MOST:
            slots = slots[np.argpartition(columns.key[slots], _SPARE)[:_SPARE]]
            self._bound = columns.key[slots].max()
        self._drawn = [slots]
        self._ticket = np.zeros(columns.size, np.bool_)
        self._ticket[slots] = True
        if slots.size > SAMPLE:
            return slots[np.argpartition(columns.key[slots], SAMPLE)[:SAMPLE]]
        return slots


def _in(columns: Held, spans: NDArray[np.uint8], slots: Slots) -> NDArray[np.bool_]:
    """Of rows whether they may be shown and lie in the window."""
    span = spans[slots]
    use: NDArray[np.bool_] = (
        (columns.held[slots] != 0) & (span != NOWHERE) & (span != BEFORE) & ((columns.flags[slots] & SHOWN) != 0)
    )
    return use
