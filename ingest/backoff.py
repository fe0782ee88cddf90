"""How long to wait after one failure more: the pauses grow as the network asks, half of each at random."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal


class BackOff:
    """Pauses in seconds from ``first_s`` to ``longest_s``, each twice the last or ``first_s`` more.

    ``draw`` gives random numbers in 0 … 1 for the jitter, so that a hall full of clients does not come back as one.

    >>> pauses = BackOff(0.25, 16.0, grows="linear", draw=lambda: 1.0)
    >>> [pauses.next() for _ in range(3)]
    [0.25, 0.5, 0.75]
    """

    def __init__(
        self,
        first_s: float,
        longest_s: float,
        *,
        grows: Literal["linear", "double"] = "double",
        draw: Callable[[], float],
    ) -> None:
        self._first, self._longest, self._doubles, self._draw = first_s, longest_s, grows == "double", draw
        self._whole = 0.0

    def next(self) -> float:
        """The pause after one failure more: the whole of it, less up to a half."""
        grown = self._whole * 2 if self._doubles else self._whole + self._first
        self._whole = min(self._longest, max(self._first, grown))
        return self._whole * (0.5 + 0.5 * self._draw())

    def reset(self) -> None:
        """All is well again: the next failure is the first."""
        self._whole = 0.0
