"""Limits on guessing: five failed tries a minute and address, then waits that double."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

TRIES: Final = 5
SPAN_S: Final = 60.0
LONGEST_S: Final = 3600.0
MOST_KEYS: Final = 10_000


class _Tries:
    __slots__ = ("count", "recent", "until")

    def __init__(self) -> None:
        self.recent: deque[float] = deque(maxlen=TRIES)
        self.count = 0
        """How often the limit was met without a success since."""
        self.until = 0.0


class Guesses:
    """Failed tries by key: an address, or a session that enters its PIN again, so that nobody else's guesses touch it.

    ``clock`` gives seconds that never fall. Keys beyond ``MOST_KEYS`` are forgotten, the longest unused first.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._keys: OrderedDict[str, _Tries] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Seconds until ``key`` may try again; 0 when it may now."""
        tries = self._keys.get(key)
        return max(0.0, tries.until - self._clock()) if tries else 0.0

    def failed(self, key: str) -> None:
        """Count a failure: the fifth within a minute means a minute's wait, each one after that twice the last."""
        now = self._clock()
        tries = self._keys.setdefault(key, _Tries())
        self._keys.move_to_end(key)
        tries.recent.append(now)
        full = len(tries.recent) == TRIES and now - tries.recent[0] < SPAN_S
        if full or tries.count:
            tries.until = now + min(LONGEST_S, SPAN_S * 2.0**tries.count)
            tries.count += 1
        while len(self._keys) > MOST_KEYS:
            self._keys.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of ``key``."""
        self._keys.pop(key, None)
