"""Colours of a theme as arrays, the communities beyond the named ones included."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.messages import Theme

Floats = npt.NDArray[np.float32]
Colour = tuple[float, float, float]

NONE: Final = 255
"""The number of no community."""
MUTED: Final = 0.62
"""How much of its colour a community keeps that is too small to have one of its own."""


@lru_cache(maxsize=256)
def rgb(hexadecimal: str) -> Colour:
    """``#RRGGBB`` as three numbers in 0 … 1 (sRGB values: all blending is in display space)."""
    return tuple(int(hexadecimal[i : i + 2], 16) / 255.0 for i in (1, 3, 5))  # type: ignore[return-value]


def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """``a`` with ``share`` of ``b``."""
    return tuple(x + (y - x) * share for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def inked(colour: Colour, theme: Theme) -> Colour:
    """``colour`` as it can be seen on the theme's stage: on a light one as far towards ink as a mark needs."""
    if not theme.light:
        return colour
    ink, ground = rgb(theme.ink), sum(rgb(theme.stage_outer)) / 3.0
    dark = [share / 10 for share in range(10) if sum(mixed(colour, ink, share / 10)) / 3.0 < 0.56 * ground]
    return mixed(colour, ink, dark[0] if dark else 1.0)


def hexadecimal(colour: Colour) -> str:
    return "#" + "".join(f"{round(max(0.0, min(1.0, c)) * 255):02X}" for c in colour)


@lru_cache(maxsize=8)
def communities(theme: Theme) -> Floats:
    """(256, 3): the colour of each community number.

    Named ones are the theme's; further ones repeat them muted towards the rest's grey, so that small groups differ
    from each other and still stay behind; 255, no community, is the grey itself.
    """
    rest = rgb(theme.rest)
    named = [rgb(c) for c in theme.communities]
    table = [named[i] if i < len(named) else mixed(rest, named[i % len(named)], MUTED) for i in range(255)]
    return np.array([*table, rest], np.float32)


@lru_cache(maxsize=8)
def _alone(theme: Theme) -> Floats:
    """The colours of those who belong to no community: quiet, but not grey."""
    rest = rgb(theme.rest)
    return np.array([mixed(rest, rgb(c), MUTED) for c in theme.communities], np.float32)


def of_nodes(theme: Theme, community: npt.NDArray[np.uint8], key: npt.NDArray[np.uint32]) -> Floats:
    """(n, 3): the colour of each node; one without a community has one of its own, always the same."""
    colour = communities(theme)[community]
    alone = np.flatnonzero(community == NONE)
    if len(alone) and len(theme.communities):
        colour[alone] = _alone(theme)[key[alone] % len(theme.communities)]
    return np.asarray(colour, np.float32)
