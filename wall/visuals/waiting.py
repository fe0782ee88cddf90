"""What a visual shows when it has nothing to show yet: a few lights that drift, and a quiet sentence. Not an error."""

from __future__ import annotations

import math

import numpy as np

from wall.drawlist import HALO, Layer
from wall.panel import Place
from wall.view import View


def draw(view: View, place: Place, layer: Layer, sentence: str) -> None:
    motes(view, place, layer, 9 * len(place.panel.screens))
    screen = place.screens[0]
    body = place.body(screen)
    block = place.set(sentence, 60, colour=place.theme.quiet, width=body.w, lines=3)
    if block is not None:
        layer.text(block, body.x, body.y + (body.h + block.cap) / 2, 0.9)


def motes(view: View, place: Place, layer: Layer, count: int) -> None:
    """Faint lights on slow paths of their own, the same on every wall at the same time."""
    i = np.arange(count)
    a, b, c = (i * 0.61803399) % 1.0, (i * 0.75487767) % 1.0, (i * 0.56984029) % 1.0
    turn = (view.t / 1000.0) % 3600.0 * 2.0 * math.pi
    rows = np.empty((count, len(HALO)), np.float32)
    rows[:, 0] = place.rect.x + place.rect.w * (a + 0.02 * np.sin(turn / (60.0 + 30.0 * c) + 9.0 * b))
    rows[:, 1] = place.rect.y + place.rect.h * (b + 0.03 * np.cos(turn / (50.0 + 40.0 * a) + 7.0 * c))
    rows[:, 2], rows[:, 3] = 26.0 + 60.0 * c, 2.0 + 2.5 * c
    rows[:, 4:7] = place.accent
    rows[:, 7] = 0.10 + 0.16 * c * (1.0 + 0.5 * np.sin(turn / (11.0 + 9.0 * a) + 5.0 * c))
    layer.halos.append(rows)
