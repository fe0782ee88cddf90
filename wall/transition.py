"""The 0.8 s in which one layout turns into another: shares of old and new at a moment of hub time."""

from __future__ import annotations

from typing import Final

from stream.wire.geometry import Rect
from wall.view import View

DURATION_MS: Final = 800.0


def smooth(x: float) -> float:
    """From 0 to 1 with no jerk at either end."""
    x = min(1.0, max(0.0, x))
    return x * x * x * (x * (x * 6.0 - 15.0) + 10.0)


def share(view: View) -> float:
    """How far the layout on air has come: 0 at the switch, 1 when nothing is left of the one before."""
    if view.previous is None or view.previous.layout == view.on_air.layout:
        return 1.0
    return min(1.0, max(0.0, (view.t - view.on_air.at) / DURATION_MS))


def leaving(x: float) -> float:
    """Opacity of what goes: gone before the middle is long past, so that two texts never lie on each other."""
    return 1.0 - smooth(x / 0.55)


def coming(x: float) -> float:
    return smooth((x - 0.4) / 0.6)


def between(a: Rect, b: Rect, x: float) -> Rect:
    """The rectangle at ``x`` of the way from ``a`` to ``b``."""
    return Rect(a.x + (b.x - a.x) * x, a.y + (b.y - a.y) * x, a.w + (b.w - a.w) * x, a.h + (b.h - a.h) * x)
