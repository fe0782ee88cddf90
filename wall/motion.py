"""Where the nodes of one graph are at any hub time, from the positions that the hub sends thirty times a second.

Between two states positions are interpolated. Beyond the newest, motion dies out within half a second and a slow drift
begins, so that the wall stays alive without the hub. When states come again, what was shown eases into what is true.
"""

from __future__ import annotations

import numpy as np

from wall.structure import Indices, Malformed, ease
from wall.view import Floats, Ints

KEPT = 8
DYING_S = 0.5
LONGEST_STEP_MS = 250.0
"""States further apart than this say nothing about speed."""
DRIFT = (0.004, 0.009)
"""How far a node drifts from its place, in the unit box."""
DRIFT_PERIODS_S = (19.0, 27.0)
DRIFT_BEGINS_S = 3.0
SETTLE_MS = 500.0


class Motions:
    """The newest places of N nodes. A row that is not known yet is NaN; ``at`` gives 0.5 and says which rows are known."""

    def __init__(self) -> None:
        self._key: Ints = np.empty(0, np.uint32)
        self._times: list[float] = []
        self._places: list[Floats] = []
        self._shown_t = 0.0
        self._shown: Floats | None = None
        self._residual: Floats | None = None
        self._residual_t = 0.0
        self._restarted = False

    @property
    def newest(self) -> float | None:
        """Hub time of the newest state."""
        return self._times[-1] if self._times else None

    def restart(self) -> None:
        """The hub is a new one: whatever time its next state carries, it follows on what is shown."""
        self._restarted = True

    def remap(self, key: Ints, index: Indices) -> None:
        """The nodes are now ``key``; row i was row ``index[i]`` before, or is new where that is −1."""
        self._key = key
        self._places = [_taken(p, index, np.nan) for p in self._places]
        if self._shown is not None:
            self._shown = _taken(self._shown, index, np.nan)
        if self._residual is not None:
            self._residual = _taken(self._residual, index, 0.0)

    def place(self, at: float, data: bytes, n: int) -> bool:
        """The state of the first ``n`` nodes at hub time ``at``; False when a newer one is known already.

        Raises ``Malformed`` when ``data`` is not u2 (n, 2).
        """
        if len(data) != 4 * n:
            raise Malformed(f"uv has {len(data)} bytes; {n} places were announced")
        if self._times and at <= self._times[-1] and not self._restarted:
            return False
        uv = np.full((len(self._key), 2), np.nan, np.float32)
        uv[:n] = np.frombuffer(data, "<u2").reshape(-1, 2) / np.float32(65535)
        if self._places:
            uv[n:] = self._places[-1][n:]
        guessed = self._restarted or not self._times or self._shown_t > self._times[-1]
        if self._restarted:
            self._times, self._places = [], []
            self._restarted = False
        self._times = [*self._times, at][-KEPT:]
        self._places = [*self._places, uv][-KEPT:]
        if guessed and self._shown is not None:
            difference = _at_rest(self._shown - self._true(self._shown_t))
            self._residual, self._residual_t = difference, self._shown_t
        return True

    def at(self, t: float) -> tuple[Floats, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
        """Places f4 (N, 2) at hub time ``t``, and which of the nodes have one."""
        uv = self._true(t)
        if self._residual is not None:
            left = 1.0 - ease((t - self._residual_t) / SETTLE_MS)
            if left > 0.0:
                uv = uv + self._residual * np.float32(left)
            else:
                self._residual = None
        self._shown, self._shown_t = uv, t
        known = ~np.isnan(uv[:, 0])
        return (uv if known.all() else np.where(known[:, None], uv, np.float32(0.5))), known

    def _true(self, t: float) -> Floats:
        if not self._times:
            return np.full((len(self._key), 2), np.nan, np.float32)
        if t >= self._times[-1]:
            return self._beyond((t - self._times[-1]) / 1000.0)
        later = next(i for i, time in enumerate(self._times) if time > t)
        b = self._places[later]
        if later == 0:
            return b
        a = self._places[later - 1]
        f = np.float32((t - self._times[later - 1]) / (self._times[later] - self._times[later - 1]))
        uv = a + (b - a) * f
        return np.where(np.isnan(uv), b, uv)

    def _beyond(self, seconds: float) -> Floats:
        """Places so many seconds after the newest state: speed falls to nothing, then drift swells."""
        newest = self._places[-1]
        step = self._times[-1] - self._times[-2] if len(self._times) > 1 else 0.0
        if seconds <= 0.0 or not len(newest):
            return newest
        uv = newest
        if 0.0 < step <= LONGEST_STEP_MS:
            s = min(seconds, DYING_S)
            way = (s - s * s / (2 * DYING_S)) * 1000.0 / step
            uv = newest + _at_rest(newest - self._places[-2]) * np.float32(way)
        swell = ease((seconds - DYING_S) / DRIFT_BEGINS_S)
        if swell > 0.0:
            uv = uv + self._drift(seconds) * np.float32(swell)
        return uv

    def _drift(self, seconds: float) -> Floats:
        turn = 2.0 * np.pi / 2.0**32
        other = self._key * np.uint32(2654435761)
        phases = np.stack([self._key * turn, other * turn], axis=1)
        angles = 2.0 * np.pi * seconds / np.array(DRIFT_PERIODS_S)
        sway: Floats = ((np.sin(angles + phases) - np.sin(phases)) * 0.5 * np.array(DRIFT)).astype(np.float32)
        return sway


def _at_rest(step: Floats) -> Floats:
    """``step`` with nothing for nodes whose place was not known before or after it."""
    return np.where(np.isnan(step), np.float32(0.0), step)


def _taken(rows: Floats, index: Indices, otherwise: float) -> Floats:
    if not len(rows):
        return np.full((len(index), 2), otherwise, np.float32)
    taken: Floats = np.where((index >= 0)[:, None], rows[index], np.float32(otherwise)).astype(np.float32)
    return taken
