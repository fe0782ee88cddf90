"""A still: what some rows were at one moment, read a piece at a time while the rows go on changing.

Only rows that change before they are read are copied for it, so a still of a million rows needs next to no memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import FEATURES, Columns

Slots = NDArray[np.int64]
Take = Callable[[Slots], Columns]
PIECE: Final = 1 << 14
"""Rows that are read at once, for some milliseconds in which none may change."""


class Still:
    """Rows by ascending slot. ``take`` reads rows as they are now; it is only called while ``lock`` is held."""

    def __init__(self, slots: Slots, take: Take, lock: Lock) -> None:
        self._slots, self._take, self._lock = slots, take, lock
        self._waiting = np.zeros(int(slots.max(initial=-1)) + 1, np.bool_)
        self._waiting[slots] = True
        self._kept: list[tuple[Slots, Columns]] = []

    def keep(self, slots: Slots) -> None:
        """These rows are about to change: copy those that are still to be read."""
        slots = slots[slots < self._waiting.size]
        slots = slots[self._waiting[slots]]
        if slots.size:
            self._kept.append((slots, self._take(slots)))
            self._waiting[slots] = False

    def pieces(self) -> Iterator[Columns]:
        """The rows as they were, ``PIECE`` at a time; in any thread, once."""
        for start in range(0, self._slots.size, PIECE):
            yield self._read(self._slots[start : start + PIECE])

    def _read(self, slots: Slots) -> Columns:
        with self._lock:
            rows = self._take(slots)
            changed = not self._waiting[slots].all()
            self._waiting[slots] = False
            for those, kept in self._kept if changed else ():
                place = np.minimum(np.searchsorted(slots, those), slots.size - 1)
                here = slots[place] == those
                for name in FEATURES:
                    getattr(rows, name)[place[here]] = getattr(kept, name)[here]
        return rows


class Stills:
    """The stills of rows that somebody still reads. Rows change only ``with stills.changing(slots)``."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._of: WeakSet[Still] = WeakSet()

    def make(self, slots: Slots, take: Take) -> Still:
        """Of rows by ascending slot, as they are now."""
        still = Still(slots, take, self._lock)
        self._of.add(still)
        return still

    @contextmanager
    def changing(self, slots: Slots) -> Iterator[None]:
        """While rows change, or all of them move to larger arrays (no ``slots``): what they were is kept for every still."""
        with self._lock:
            for still in self._of:
                still.keep(slots)
            yield
