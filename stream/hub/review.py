"""Review: posts judged anew, because a decision, a raid or a repetition may concern them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final

from stream.analysis.state import State
from stream.hub.gate import Gate
from stream.mention import Mention

AT_ONCE: Final = 500
"""Posts judged anew in one tick after a decision that may concern all."""
LATER: Final = 50
"""Of posts from before the window, so many."""


class Review:
    """Lets the gate judge posts of the state again, and the state count them as it says. Times are hub time in ms."""

    def __init__(self, gate: Gate, state_of: Callable[[], State]) -> None:
        self._gate = gate
        self._state_of = state_of
        self._rest: Iterator[Mention] = iter(())
        self._raided: Iterator[Mention] = iter(())
        self._past: deque[int] = deque()

    def everything(self) -> None:
        """All posts are to be judged anew, ``some`` at a time."""
        self._rest = self._state_of().rows()

    def between(self, first: int, last: int) -> None:
        """Posts written from ``first`` to ``last`` (ms) are to be judged anew, after all that are."""
        self._raided = self._state_of().rows(first, last)

    def later(self, keys: Iterable[int]) -> None:
        """Posts from before the window, by key, are to be judged anew, a few at a time: only what it is compared with hangs on
        them.
        """
        self._past.extend(keys)

    def some(self, hub_ms: int, *, late: bool = False) -> None:
        """Judge the next of them; those of a raid's time wait while the hub is ``late``."""
        for row in islice(self._rest if late else chain(self._rest, self._raided), AT_ONCE):
            self.post(row, hub_ms)
        state, left = self._state_of(), LATER
        while self._past and left:
            found = state.row_of(self._past.popleft())
            if found is not None:
                self.post(found, hub_ms)
                left -= 1

    def keys(self, keys: Iterable[int], hub_ms: int) -> bool:
        """Judge posts anew, by key; whether one of them counts otherwise than before."""
        changed, state = False, self._state_of()
        for key in keys:
            row = state.row_of(key)
            if row is not None:
                changed |= self.post(row, hub_ms)
        return changed

    def post(self, row: Mention, hub_ms: int) -> bool:
        """Judge one post anew; whether it counts otherwise than before."""
        return self._state_of().show(row.id, self._gate.review(row.id, row, hub_ms))
