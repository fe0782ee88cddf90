"""Evening out: from the places of a force layout to a picture that fills its box and keeps its quiet spaces.

A force layout is a round cloud, dense in the middle; the wall is a wide box. Half of where a node is shown comes from
the forces, half from its rank: the cloud is pushed towards an even cover of the box, one axis after the other, along
several axes, so that corners fill as well (sliced optimal transport, Bonneel et al. 2015).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.forces import Floats

ASPECT: Final = 8.0 / 3.0
"""Width to height of the box."""
SPREAD: Final = 2.0
"""Standard deviations from the middle of the cloud to the edge of the box."""
AXES: Final = 6
ROUNDS: Final = 8
"""Times that the cloud is evened along all axes; more change little."""


def fitted(xy: Floats) -> Floats:
    """Places (n, 2) of a layout as unit box positions (n, 2): scaled to fill it, round made square.

    What lies far out is held inside. Smooth in ``xy``, so that a node that moves little is shown to move little.
    """
    if len(xy) < 2:
        return np.full((len(xy), 2), 0.5, np.float32)
    middle = xy.mean(axis=0)
    edge = np.maximum(xy.std(axis=0), 1e-6) * SPREAD
    s = (xy - middle) / edge
    s *= np.hypot(s[:, :1], s[:, 1:]) / np.maximum((s**8).sum(axis=1, keepdims=True), 1e-30) ** 0.125
    held = s / (1.0 + np.abs(s) ** 6) ** (1.0 / 6.0)
    return np.asarray(0.5 + 0.5 * held, np.float32)


def evened(uv: Floats, mass: Floats) -> Floats:
    """Unit box positions ``uv`` (n, 2) moved until they cover the box evenly; ``mass`` (n,) is the room each takes.

    Near nodes stay near: each round moves every node along an axis to where its rank belongs. Deterministic; ties keep
    their order.
    """
    n = len(uv)
    if n < 2:
        return uv.copy()
    places = (uv - 0.5) * np.array([ASPECT, 1.0], np.float32)
    for turn in range(ROUNDS):
        moved = np.zeros_like(places)
        for k in range(AXES):
            angle = math.pi * (k + 0.5 * (turn % 2)) / AXES
            axis = np.array([math.cos(angle), math.sin(angle)], np.float32)
            along = places @ axis
            order = np.argsort(along, kind="stable")
            room = mass[order]
            share = (np.cumsum(room) - 0.5 * room) / room.sum()
            target = np.empty(n, np.float32)
            target[order] = _quantiles(share, abs(axis[0]) * ASPECT, abs(axis[1]))
            moved += (target - along)[:, None] * axis
        places += moved * np.float32(2.0 / AXES)
    return np.clip(places / np.array([ASPECT, 1.0], np.float32) + 0.5, 0.0, 1.0).astype(np.float32)


def _quantiles(share: npt.NDArray[np.float32], a: float, b: float) -> npt.NDArray[np.float32]:
    """Where ``share`` of an even box lies below, along an axis on which its sides measure ``a`` and ``b``.

    The shadow of a box is a trapezoid: its density rises over the shorter side, stays, and falls.
    """
    long, short = max(a, b), min(a, b)
    if short < 1e-6:
        return ((share - 0.5) * long).astype(np.float32)
    slope = short / (2.0 * long)
    low = np.sqrt(np.maximum(0.0, 2.0 * long * short * np.minimum(share, slope)))
    high = np.sqrt(np.maximum(0.0, 2.0 * long * short * np.minimum(1.0 - share, slope)))
    flat = (share - 0.5) * long
    ends = (long + short) / 2.0
    out = np.where(share < slope, low - ends, np.where(share > 1.0 - slope, ends - high, flat))
    return out.astype(np.float32)
