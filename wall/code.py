"""QR codes: dark modules on a light ground, joined along rows."""

from __future__ import annotations

from functools import lru_cache

import segno

from stream.wire.geometry import Rect
from wall.drawlist import Layer


def draw(layer: Layer, rect: Rect, url: str, opacity: float = 1.0) -> None:
    """The code of ``url`` over the square ``rect``, its quiet zone included."""
    rows = _modules(url)
    cell = rect.w / (len(rows) + 4)
    layer.rect(rect, (0.95, 0.97, 1.0), opacity, cell * 1.5)
    for r, row in enumerate(rows):
        c = 0
        while c < len(row):
            run = c
            while run < len(row) and row[run]:
                run += 1
            if run > c:
                dark = Rect(rect.x + (c + 2) * cell, rect.y + (r + 2) * cell, (run - c) * cell, cell)
                layer.rect(dark, (0.01, 0.02, 0.05), opacity)
            c = max(run, c + 1)


@lru_cache(maxsize=8)
def _modules(url: str) -> list[list[bool]]:
    return [[bool(m) for m in row] for row in segno.make(url, error="m", micro=False).matrix]
