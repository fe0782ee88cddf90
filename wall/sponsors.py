"""Sponsors: their logos in turn at the foot of a screen, each for equally long, the same on every wall."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.said import TURN_MS, Sponsor, lasts, turn
from wall import transition
from wall.drawlist import Image, Layer
from wall.logo import premultiplied
from wall.panel import Place
from wall.view import View

ROOM: Final = 270.0
"""What a sponsor takes of the height of a screen, at its foot."""
HIGH: Final = 190.0
LONGEST: Final = 760.0
PAD: Final = 28.0
FADE_MS: Final = 700.0
LIGHT: Final = (0.95, 0.97, 1.0)
"""Logos are made for paper, so they stand on a light ground."""

Pixels = npt.NDArray[np.uint8]


def shown(view: View) -> Sponsor | None:
    """Whose turn it is."""
    sponsors = view.said.sponsors if view.said is not None else ()
    which = turn(sponsors, view.t)
    return sponsors[which] if which is not None else None


def draw(view: View, place: Place, layer: Layer, body: Rect, sponsor: Sponsor, wide: float = math.inf) -> None:
    """The logo of ``sponsor`` at the foot of ``body``, no wider than ``wide``, or its name where the logo has not come."""
    unit, opacity = place.unit, _turning(view)
    caption = place.set("With thanks to", 56, 450, place.theme.quiet)
    if caption is None:
        return
    room = Rect(body.x, body.bottom - HIGH * unit, min(wide, body.w), HIGH * unit)
    middle = body.bottom - HIGH * unit / 2
    layer.text(caption, room.x, middle + caption.cap / 2)
    x = room.x + caption.width + 48 * unit
    png = view.logos.get(sponsor.picture)
    if png is None:
        name = place.set(sponsor.name, 84, 600, width=room.right - x)
        layer.text(name, x, middle + (name.cap / 2 if name is not None else 0.0), opacity)
        return
    pixels = premultiplied(png)
    height, width = pixels.shape[:2]
    pad = PAD * unit
    share = min((min(LONGEST * unit, room.right - x) - 2 * pad) / width, (room.h - 2 * pad) / height)
    w, h = width * share, height * share
    card = Rect(x, middle - h / 2 - pad, w + 2 * pad, h + 2 * pad)
    layer.rect(card, LIGHT, opacity, 22 * unit)
    layer.images.append(Image(sponsor.picture, pixels, Rect(card.x + pad, card.y + pad, w, h), opacity))


def _turning(view: View) -> float:
    """The opacity while one sponsor gives way to the next."""
    sponsors = view.said.sponsors if view.said is not None else ()
    if sum(lasts(sponsor, view.t) for sponsor in sponsors) < 2:
        return 1.0
    passed = view.t % TURN_MS
    return min(transition.smooth(passed / FADE_MS), transition.smooth((TURN_MS - passed) / FADE_MS))
