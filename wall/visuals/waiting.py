"""What a visual shows when it has nothing to show yet: a stream of lights that drifts, and a quiet sentence. Not an error."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stream.wire.messages import Theme
from wall import palette
from wall.drawlist import HALO, Layer
from wall.panel import Place
from wall.view import View

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.floating[Any]]

A_SCREEN: Final = 34
"""Lights a screen."""
PERIODS_S: Final = (150.0, 420.0)
"""How long the quickest and the slowest light takes from end to end."""


def draw(view: View, place: Place, layer: Layer, sentence: str) -> None:
    motes(view, place, layer, 1.0)
    screen = place.screens[0]
    body = place.body(screen)
    block = place.set(sentence, 72, 450, colour=place.theme.quiet, width=body.w, lines=3)
    if block is not None:
        layer.text(block, body.x, body.y + (body.h + block.cap) / 2, 0.95)


def motes(view: View, place: Place, layer: Layer, strength: float) -> None:
    """Soft lights that flow along a slow wave over the whole panel, the same on every wall at the same time."""
    lights, seconds, rect = _lights(A_SCREEN * len(place.screens), place.theme), view.t / 1000.0, place.rect
    along = (lights.start + seconds / lights.period) % 1.0
    sway = 0.015 * np.sin(seconds / lights.swaying + lights.phase)
    rows = lights.rows.copy()
    rows[:, 0] = rect.x + rect.w * along
    rows[:, 1] = rect.y + rect.h * (_wave(along, seconds) + lights.aside + sway)
    ends = np.minimum(1.0, 5.0 * np.minimum(along, 1.0 - along))
    rows[:, 7] *= strength * ends * (0.75 + 0.25 * np.sin(seconds / lights.twinkling + lights.phase))
    layer.halos.append(rows)
    for n, share in enumerate((0.16, 0.4, 0.64, 0.88)):
        x, y = rect.x + rect.w * share, rect.y + rect.h * float(_wave(np.array(share), seconds))
        glow = (0.085, 0.055)[n % 2] * strength * place.opacity
        place.stage.glow(x, y, 0.16 * rect.w, 0.24 * rect.h, place.accent, glow)


class _Lights(NamedTuple):
    """What each light of a stream is: rows of ``HALO`` that lack their places, and how it moves; all (n,)."""

    rows: Floats
    start: Doubles
    period: Doubles
    aside: Doubles
    swaying: Doubles
    twinkling: Doubles
    phase: Doubles


@lru_cache(maxsize=16)
def _lights(count: int, theme: Theme) -> _Lights:
    i = np.arange(count)
    a, b, c = (i * 0.61803399) % 1.0, (i * 0.75487767) % 1.0, (i * 0.56984029) % 1.0
    rows = np.zeros((count, len(HALO)), np.float32)
    rows[:, 2], rows[:, 3] = 22.0 + 74.0 * c**3, 1.8 + 3.4 * c**3
    colours = np.array([palette.rgb(theme.accent), *(palette.rgb(named) for named in theme.communities)], np.float32)
    own = colours[np.where(i % 3 == 0, i // 3 % len(colours), 0)]
    rows[:, 4:7] = 0.35 * np.array(palette.rgb(theme.quiet), np.float32) + 0.65 * own
    rows[:, 7] = 0.14 + 0.42 * c
    aside = (b + (i * 0.41421356) % 1.0 - 1.0) * (0.16 + 0.30 * c)
    period = PERIODS_S[0] + (PERIODS_S[1] - PERIODS_S[0]) * b
    return _Lights(rows, a, period, aside, 9.0 + 7.0 * a, 4.0 + 5.0 * a, 9.0 * c)


def _wave(along: Doubles, seconds: float) -> Doubles:
    """The height of the stream's middle, as a share of the panel's."""
    slow = np.sin(2.0 * math.pi * (0.62 * along - seconds / 230.0) + 0.6)
    return np.asarray(0.55 + 0.17 * slow + 0.06 * np.sin(9.0 * along + seconds / 47.0))
