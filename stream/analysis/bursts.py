"""Bursts: how rare a count is in a long series of counts, told by its own past. Online, without look-ahead.

Counts of posts have heavy tails: in one series ten times the usual happens every day, in another once a year. So a count is
judged twice. Against the noise: by how many spreads its logarithm lies above the level, where the spread is that of the
series and the chance of a Poisson count together, and a rhythm of the day is taken out as far as it explains the series.
Against the series' own surprises: by how far it passes the edge that three of a thousand counts pass, in mean excesses
(peaks over a threshold, as Siffert et al. 2017 do for streams), or the echo of what was seen just before, so that a burst
counts when it begins and when it outdoes itself.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

STARTED: Final = 0.5
"""A score from which a burst begins: half a mean excess beyond the edge, or ``LOUD`` spreads above the level."""
WARM: Final = 12
"""Periods before anything can be called a burst."""
LOUD: Final = 3.5
"""Spreads above the level that are a burst however many such bursts there were."""
MEMORY: Final = 4000.0
"""Periods after which the level has forgotten (two weeks of five minutes); the spread takes twice as long."""
STEPS: Final = 256
"""Scores are multiples of 1/256, so that a threshold means the same on every machine."""

_OFFSET: Final = 3.0
"""Added to counts before the logarithm, so that one mention after none is nothing."""
_RARE: Final = 0.003
_PACE: Final = 0.03
"""Spreads that the edge moves by, at least; at first ``_HASTE`` over the number of periods."""
_HASTE: Final = 12.0
_PEAKS: Final = 30.0
"""Peaks that the mean excess remembers; it begins as if it knew ``_PRIOR``."""
_PRIOR: Final = 5.0
_ECHO: Final = 0.98
"""What is left after a period of the highest surprise."""
_TRUSTED: Final = (0.4, 0.7)
"""Shares of the variance that the rhythm of the day explains: from the first it is believed, from the second wholly."""
_RHYTHM: Final = 3.0
"""Hours' worth of doubt about each hour of the day; after twenty, the old days fade."""
_HOURS: Final = 24

_LEVEL, _RAW, _CALM, _EDGE, _EXCESS, _BEYOND, _HEARD, _SEEN, _FIXED = range(9)


def _fresh() -> NDArray[np.float64]:
    """The state before the first count: see the names above, then offset and number of periods of each hour of the day."""
    state = np.zeros(_FIXED + 2 * _HOURS)
    state[[_RAW, _CALM, _EDGE, _EXCESS, _BEYOND]] = 0.5, 0.5, 2.0, 1.5, _PRIOR
    return state


@njit(cache=True, nogil=True)
def _step(state, count, hour, an_hour):  # type: ignore[no-untyped-def]
    """Score ``count`` and learn from it; ``hour`` is that of the day, ``an_hour`` the number of periods in one."""
    value = math.log(count + _OFFSET)
    seen = state[_SEEN]
    state[_SEEN] = seen + 1.0
    if seen < 5.0:
        state[_LEVEL] += (value - state[_LEVEL]) / (seen + 1.0)
        return 0.0
    raw, calm = state[_RAW], state[_CALM]
    off = value - state[_LEVEL]
    rhythm = state[_FIXED + hour]
    explained = 1.0 - (calm / raw) ** 2
    trust = min(max((explained - _TRUSTED[0]) / (_TRUSTED[1] - _TRUSTED[0]), 0.0), 1.0)
    width = max((1.0 - trust) * raw + trust * calm, 0.05)
    above = (off - trust * rhythm) / math.sqrt(width * width + 1.0 / (count + _OFFSET))
    beyond = (above - max(state[_EDGE], state[_HEARD])) / state[_EXCESS]
    score = 0.0
    if seen >= WARM:
        score = 1.0 - 2.0 ** -max(beyond + 0.5, 0.0)
        if above > state[_HEARD]:
            score = max(score, STARTED * min(max(above, 0.0) / LOUD, 1.0))
    _learn_tail(state, above, seen)
    _learn_usual(state, off, rhythm, hour, an_hour, seen)
    return math.floor(score * STEPS + 0.5) / STEPS


@njit(cache=True, nogil=True)
def _learn_tail(state, above, seen):  # type: ignore[no-untyped-def]
    """The edge follows a quantile (Robbins and Monro 1951), the excess is the mean of what passed it."""
    edge, excess = state[_EDGE], state[_EXCESS]
    pace = max(_PACE, _HASTE / (seen + 1.0))
    if above > edge:
        state[_EDGE] = edge + (1.0 - _RARE) * pace
        excess += (min(above - edge, 8.0 * excess) - excess) / (state[_BEYOND] + 1.0)
        state[_BEYOND] = min(state[_BEYOND] + 1.0, _PEAKS)
    else:
        state[_EDGE] = edge - _RARE * pace
    state[_EXCESS] = max(excess, 0.2)
    state[_HEARD] = max(state[_HEARD] * _ECHO, above)


@njit(cache=True, nogil=True)
def _learn_usual(state, off, rhythm, hour, an_hour, seen):  # type: ignore[no-untyped-def]
    """Level, spreads and rhythm; a surprise teaches only as far as three or four spreads."""
    raw, calm = state[_RAW], state[_CALM]
    still = off - rhythm
    state[_LEVEL] += max(1.0 / (seen + 1.0), 1.0 / MEMORY) * min(max(off, -3.0 * raw), 3.0 * raw)
    pace = max(1.0 / (seen + 10.0), 0.5 / MEMORY)
    state[_RAW] += pace * (1.2533 * min(abs(off), 4.0 * raw) - raw)
    state[_CALM] += pace * (1.2533 * min(abs(still), 4.0 * calm) - calm)
    known = state[_FIXED + _HOURS + hour] + 1.0
    state[_FIXED + _HOURS + hour] = known
    doubt = min(known, 20.0 * an_hour) + _RHYTHM * an_hour
    state[_FIXED + hour] = rhythm + min(max(still, -3.0 * calm), 3.0 * calm) / doubt


@njit(cache=True, nogil=True)
def _pass(state, periods, t, period_s):  # type: ignore[no-untyped-def]
    """Periods after ``t`` in which nothing was said."""
    for i in range(periods):
        _step(state, 0.0, int((t + (i + 1) * period_s) // 3600.0) % _HOURS, 3600.0 / period_s)


class BurstDetector:
    """Scores a series of counts, one a period of ``period_s`` seconds; ``STARTED`` and more is a burst.

    Memory is bounded, and the time of an update too: of a longer gap 10,000 periods count.

    >>> detector = BurstDetector(60)
    >>> quiet = [detector.update(60.0 * i, 5 + i % 3) for i in range(30)]
    >>> max(quiet) < 0.2, detector.update(1800.0, 60) > 0.5
    (True, True)
    """

    def __init__(self, period_s: float) -> None:
        if not (period_s > 0 and math.isfinite(period_s)):
            raise ValueError("a period lasts longer than nothing, and not for ever")
        self.period_s = float(period_s)
        self._state = _fresh()
        self._last: float | None = None

    def update(self, t: float, count: float) -> float:
        """The score of ``count`` in the period that begins at ``t`` (seconds, UTC), 0 … 1.

        Periods left out had a count of 0; one that does not come later than the last follows it. Raises ``ValueError``
        for a count or a time that is no number.
        """
        if not (math.isfinite(t) and math.isfinite(count)):
            raise ValueError("counts and times are finite numbers")
        if self._last is not None:
            missed = min(round((t - self._last) / self.period_s) - 1, 10_000)
            _pass(self._state, missed, t - (missed + 1) * self.period_s, self.period_s)
        self._last = t if self._last is None else max(t, self._last)
        hour = int(t // 3600.0) % _HOURS
        return float(_step(self._state, max(float(count), 0.0), hour, 3600.0 / self.period_s))
