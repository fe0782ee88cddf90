"""A shot: a PNG of what the screens show, pixel by pixel, bezels left out."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from wall.feeds import Store
from wall.frame import Frame

LONGEST_WAIT_MS: Final = 10_000.0
"""A hub that has not said everything by then is taken as it is."""
SETTLE_MS: Final = 900.0
"""From when everything is known until it has grown in."""


class Shot:
    """Decides when the picture is worth taking, and writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._began: float | None = None
        self._complete: float | None = None

    def due(self, drawn: int, frames: int | None, store: Store, now: float) -> bool:
        """Whether the frame just drawn, the ``drawn``-th, is the one: the last of ``frames``, or everything has grown in."""
        if frames is not None:
            return drawn >= frames
        if self._began is None:
            self._began = now
        if self._complete is None and store.complete():
            self._complete = now
        settled = self._complete is not None and now - self._complete >= SETTLE_MS
        return settled or now - self._began >= LONGEST_WAIT_MS

    def take(self, frame: Frame) -> None:
        """Write the picture; the file appears whole."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        Image.fromarray(np.ascontiguousarray(frame.joined())).save(unfinished, "PNG", compress_level=3)
        unfinished.replace(self.path)
