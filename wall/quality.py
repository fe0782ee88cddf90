"""How finely the wall draws, so that it stays fluent: render scale and number of edges, by the time that frames take."""

from __future__ import annotations

from collections import deque
from typing import Final

STEPS: Final = ((1.0, 6000), (0.85, 6000), (0.75, 4500), (0.6, 3000), (0.5, 2000))
"""Render scale and edges, from the finest to the coarsest that is allowed."""
GPU_MS: Final = 14.0
SOFTWARE_MS: Final = 56.0
"""What a frame may take: 60 frames a second on a GPU, a little more than 15 on software GL."""
SLOW_FRAMES: Final = 10
CALM_FRAMES: Final = 120
ROOM: Final = 0.45
"""A finer step is tried when frames take less than this share of what they may."""
FIRST_PATIENCE_MS: Final = 10_000.0
LONGEST_PATIENCE_MS: Final = 600_000.0


class Quality:
    """``software`` GL begins at the coarsest step, a GPU at the finest. ``fixed`` keeps a scale (shots, measurements)."""

    def __init__(self, software: bool, fixed: float | None = None) -> None:
        self._limit = SOFTWARE_MS if software else GPU_MS
        self._step = len(STEPS) - 1 if software else 0
        self._fixed = fixed
        self._recent: deque[float] = deque(maxlen=CALM_FRAMES)
        self._patience = FIRST_PATIENCE_MS
        self._raised_at: float | None = None
        self._lowered_at: float | None = None

    @property
    def scale(self) -> float:
        """Rendered pixels a canvas pixel."""
        return STEPS[self._step][0] if self._fixed is None else self._fixed

    @property
    def edges(self) -> int:
        """The most edges drawn of a graph."""
        if self._fixed is None:
            return STEPS[self._step][1]
        return max(edges for scale, edges in STEPS if scale <= self._fixed) if self._fixed >= 0.5 else STEPS[-1][1]

    def frame(self, ms: float, now: float) -> bool:
        """A frame took ``ms`` and ended at local time ``now`` (ms); whether scale or edges have changed.

        A finer step that proves too slow is not tried again before a patience that doubles each time.
        """
        if self._fixed is not None:
            return False
        self._recent.append(ms)
        if len(self._recent) >= SLOW_FRAMES and self._step < len(STEPS) - 1:
            last = sorted(list(self._recent)[-SLOW_FRAMES:])
            if last[SLOW_FRAMES // 2] > self._limit:
                if self._raised_at is not None and now - self._raised_at < self._patience:
                    self._patience = min(LONGEST_PATIENCE_MS, 2.0 * self._patience)
                self._lowered_at = now
                return self._go(+1)
        if len(self._recent) == CALM_FRAMES and self._step > 0:
            waited = self._lowered_at is None or now - self._lowered_at > self._patience
            if waited and sorted(self._recent)[int(0.9 * CALM_FRAMES)] < ROOM * self._limit:
                self._raised_at = now
                return self._go(-1)
        return False

    def _go(self, by: int) -> bool:
        self._step += by
        self._recent.clear()
        return True
