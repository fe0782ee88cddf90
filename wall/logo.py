"""The brand's logo beside a title and on the safe scene."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image as Picture

from stream.config.logo import NAME
from stream.wire.geometry import Rect
from wall.drawlist import Image, Layer
from wall.view import View

WIDEST: Final = 4.0
"""Times its height."""

Pixels = npt.NDArray[np.uint8]


def draw(view: View, layer: Layer, room: Rect, align: float) -> Rect | None:
    """The logo as large as it fits into ``room``, at its left (``align`` 0), middle (0.5) or right (1); None without one."""
    png = view.logos.get(NAME)
    if png is None or room.w <= 0.0 or room.h <= 0.0:
        return None
    pixels = premultiplied(png)
    height, width = pixels.shape[:2]
    share = min(min(room.w, WIDEST * room.h) / width, room.h / height)
    w, h = width * share, height * share
    rect = Rect(room.x + (room.w - w) * align, room.y + (room.h - h) / 2, w, h)
    layer.images.append(Image(f"logo {hash(png)}", pixels, rect))
    return rect


@lru_cache(maxsize=64)
def premultiplied(png: bytes) -> Pixels:
    """A logo's pixels u1 (h, w, 4), premultiplied."""
    straight = np.asarray(Picture.open(io.BytesIO(png)).convert("RGBA"), np.uint16)
    alpha = straight[:, :, 3:]
    return np.concatenate([straight[:, :, :3] * alpha // 255, alpha], axis=2).astype(np.uint8)
