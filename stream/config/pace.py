"""How much anybody may ask of a door: so many requests at once, and so many in the long run."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

MOST_KEYS: Final = 10_000


class Pace:
    """Requests by key: ``burst`` at once, ``rate`` a second in the long run (a token bucket).

    ``clock`` gives seconds that never fall. Keys beyond ``MOST_KEYS`` are forgotten, the longest unused first.
    """

    def __init__(self, clock: Callable[[], float], rate: float, burst: int) -> None:
        self._clock, self._rate, self._burst = clock, rate, burst
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str) -> float:
        """Count a request of ``key``: 0 when it may pass, else the seconds until one may."""
        if wait := self.left_s(key):
            return wait
        now = self._clock()
        self._left[key] = (self._full(key, now) - 1.0, now)
        self._left.move_to_end(key)
        if len(self._left) > MOST_KEYS:
            self._left.popitem(last=False)
        return 0.0

    def left_s(self, key: str) -> float:
        """The same without counting."""
        left = self._full(key, self._clock())
        return 0.0 if left >= 1.0 else (1.0 - left) / self._rate

    def _full(self, key: str, now: float) -> float:
        left, at = self._left.get(key, (float(self._burst), now))
        return min(float(self._burst), left + (now - at) * self._rate)


def address_key(host: str) -> str:
    """Whose requests an address counts for: itself, or its /64 network, since one person easily holds a whole IPv6 network."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
