"""Pulses: who has just turned to whom, for the lights that run along the ties of a graph."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import SHOWN
from stream.analysis.held import Held

MOST: Final = 4096


class Pulses:
    """The latest ``MOST`` interactions as ids of people (from, to), each with a running number."""

    def __init__(self) -> None:
        self._latest: deque[tuple[str, str]] = deque(maxlen=MOST)
        self._number = 0

    def hear(self, columns: Held, slots: NDArray[np.int64], names: list[str]) -> None:
        """Rows have come."""
        shown = slots[(columns.flags[slots] & SHOWN) != 0][-MOST:]
        people = columns.people[shown]
        at, place = np.nonzero(people >= 0)
        for source, target in zip(columns.author[shown][at].tolist(), people[at, place].tolist(), strict=True):
            self._latest.append((names[source], names[target]))
        self._number += at.size

    def since(self, number: int, gone: Callable[[str], bool]) -> tuple[int, list[tuple[str, str]]]:
        """Those after ``number`` between people who are not gone, and the next ``number``."""
        fresh = min(max(self._number - number, 0), len(self._latest))
        newest = list(self._latest)[len(self._latest) - fresh :]
        return self._number, [(a, b) for a, b in newest if not (gone(a) or gone(b))]
