"""The hub's clock as a wall knows it: offset and drift estimated from pings.

A ping bounds the offset: the hub answered after it was asked and before its answer came. Each way has its own luck, so the
quickest way there and the quickest way back count, though of different pings: two parallel lines, one under all upper
bounds and one over all lower ones, as far apart as they can be (Moon, Skelly and Towsley 1999, for both ways at once). Their
slope is the drift, and the line midway between them the offset. The clock that is shown slews towards that and never runs back.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np

KEPT = 240
HORIZON_MS = 180_000.0
"""Older samples say nothing about the clock's drift now."""
MOST_DRIFT = 200e-6
CAUTION_MS = 20_000.0
"""A drift is believed when the lines lie further apart for it by that many ms a unit: 1 ms for 50 ppm."""
TRIALS = 30
MOST_SLEW = 0.1
"""The shown clock runs at most so much faster or slower than this machine's."""
STEP_MS = 2_000.0
"""A hub whose clock is further away is another hub: the clock steps, once two pings agree."""


@dataclass(frozen=True, slots=True)
class _Sample:
    local: float
    offset: float
    trip: float


class HubClock:
    """Hub time in ms from this machine's monotonic ms; any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._samples: deque[_Sample] = deque(maxlen=KEPT)
        self._suspects: list[_Sample] = []
        self._offset = 0.0
        self._drift = 0.0
        self._at = 0.0
        self._shown: float | None = None
        self._shown_at = 0.0

    @property
    def synchronised(self) -> bool:
        """Whether a ping has been answered."""
        with self._lock:
            return bool(self._samples)

    def at_least(self, local: float, hub: float) -> None:
        """A message of hub time ``hub`` came: a first guess, since the hub cannot be before it; pings replace it."""
        with self._lock:
            if not self._samples and hub > local + self._expected(local):
                self._offset, self._drift, self._at = hub - local, 0.0, local
                self._shown = None

    def pong(self, sent: float, received: float, hub: float) -> None:
        """The hub answered with its time ``hub`` to what left at ``sent`` and came back at ``received``."""
        trip = received - sent
        if trip < 0.0:
            return
        middle = (sent + received) / 2.0
        sample = _Sample(middle, hub - middle, trip)
        with self._lock:
            if self._samples and abs(sample.offset - self._expected(middle)) > STEP_MS + trip / 2.0:
                self._suspects.append(sample)
                if len(self._suspects) < 2:
                    return
                self._samples.clear()
                self._samples.extend(self._suspects[:-1])
                self._shown = None
            elif (
                not self._samples and self._shown is not None and abs(sample.offset - self._expected(middle)) > STEP_MS
            ):
                self._shown = None
            self._suspects = []
            self._samples.append(sample)
            self._estimate(middle)

    def now(self, local: float) -> float:
        """Hub time at this machine's ``local``; never less than it was, unless the hub is another one."""
        with self._lock:
            return self._shown_now(local)

    @property
    def drift(self) -> float:
        """How much faster the hub's clock runs than this machine's, as a share."""
        with self._lock:
            return self._drift

    def error_bound(self) -> float:
        """Half the shortest round trip: the clock cannot be further off than that, in ms."""
        with self._lock:
            return min((s.trip for s in self._samples), default=float("inf")) / 2.0

    def _expected(self, local: float) -> float:
        return self._offset + self._drift * (local - self._at)

    def _shown_now(self, local: float) -> float:
        wanted = local + self._expected(local)
        if self._shown is None:
            self._shown, self._shown_at = wanted, local
            return wanted
        passed = local - self._shown_at
        if passed <= 0.0:
            return self._shown
        straight = self._shown + passed
        slew = MOST_SLEW * passed
        self._shown = straight + min(slew, max(-slew, wanted - straight))
        self._shown_at = local
        return self._shown

    def _estimate(self, now: float) -> None:
        samples = [s for s in self._samples if now - s.local <= HORIZON_MS] or [self._samples[-1]]
        x = np.array([s.local - now for s in samples])
        upper = np.array([s.offset + s.trip / 2.0 for s in samples])
        lower = np.array([s.offset - s.trip / 2.0 for s in samples])

        def bounds(drift: float) -> tuple[float, float]:
            return float((upper - drift * x).min()), float((lower - drift * x).max())

        def apart(drift: float) -> float:
            above, below = bounds(drift)
            return above - below - CAUTION_MS * abs(drift)

        least, most = -MOST_DRIFT, MOST_DRIFT
        for _ in range(TRIALS):
            third = (most - least) / 3.0
            if apart(least + third) < apart(most - third):
                least += third
            else:
                most -= third
        self._drift = (least + most) / 2.0
        self._offset, self._at = sum(bounds(self._drift)) / 2.0, now
