"""Strangers' pictures as the wall draws them: an avatar in a circle, a picture of a post with soft corners."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture

from stream.wire.geometry import Rect
from wall.drawlist import Image, Layer
from wall.panel import Place
from wall.view import View

Pixels = npt.NDArray[np.uint8]

LARGEST: Final = 1024
CORNER: Final = 0.05
"""Radius of a picture's corners, of its shorter side."""
BESIDE: Final = 0.42
"""Of the room for words, how much of its width a picture may take."""


def pixels(webp: bytes) -> Pixels:
    """What a ``Still`` holds, u1 (h, w, 4), premultiplied. Raises ``OSError`` or ``ValueError`` for anything else."""
    picture = Picture.open(io.BytesIO(webp), formats=("WEBP",))
    if max(picture.size) > LARGEST:
        raise ValueError(f"a picture of {picture.width} × {picture.height} pixels")
    straight = np.asarray(picture.convert("RGBA"), np.uint16)
    alpha = straight[:, :, 3:]
    return np.concatenate([straight[:, :, :3] * alpha // 255, alpha], axis=2).astype(np.uint8)


def avatar(
    view: View, place: Place, layer: Layer, name: str, x: float, y: float, radius: float, opacity: float
) -> bool:
    """Draw an avatar around a point, if it may be shown and has come."""
    cut = _cut(view, place, name, circle=True)
    if cut is not None:
        layer.images.append(Image(f"{name} round", cut, Rect(x - radius, y - radius, 2 * radius, 2 * radius), opacity))
    return cut is not None


def beside(view: View, place: Place, layer: Layer, name: str, room: Rect, opacity: float, *, left: bool) -> float:
    """Draw a post's picture at the right (or left) end of ``room``; returns how wide it is, 0 where there is none."""
    cut = _cut(view, place, name, circle=False)
    if cut is None or room.h < 1.0:
        return 0.0
    high, wide = cut.shape[:2]
    share = min(room.w * BESIDE / wide, room.h / high)
    w, h = wide * share, high * share
    x = room.x if left else room.right - w
    layer.images.append(Image(name, cut, Rect(x, room.y + (room.h - h) / 2, w, h), opacity))
    return float(w)


def _cut(view: View, place: Place, name: str, *, circle: bool) -> Pixels | None:
    """The picture in its shape; shapes of pictures that have left are forgotten."""
    known: dict[tuple[str, bool], tuple[Pixels, Pixels]] = place.memory.setdefault("stills", {})
    for gone in [key for key in known if key[0] not in view.stills]:
        del known[gone]
    whole = view.stills.get(name)
    if whole is None:
        return None
    key = name, circle
    if key not in known or known[key][0] is not whole:
        high, wide = whole.shape[:2]
        side = min(high, wide)
        top, left = ((high - side) // 2, (wide - side) // 2) if circle else (0, 0)
        shaped = whole[top : top + side, left : left + side] if circle else whole
        mask = _mask(*shaped.shape[:2], side / 2 if circle else CORNER * side)
        known[key] = whole, (shaped * mask[:, :, None]).astype(np.uint8)
    return known[key][1]


@lru_cache(maxsize=32)
def _mask(high: int, wide: int, radius: float) -> npt.NDArray[np.float32]:
    """1 inside a rectangle with round corners, 0 outside, and between over one pixel."""
    y, x = np.mgrid[0:high, 0:wide].astype(np.float32) + np.float32(0.5)
    dx = np.maximum(np.abs(x - wide / 2) - (wide / 2 - radius), 0.0)
    dy = np.maximum(np.abs(y - high / 2) - (high / 2 - radius), 0.0)
    return np.asarray(np.clip(radius - np.hypot(dx, dy) + 0.5, 0.0, 1.0), np.float32)
