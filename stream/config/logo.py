"""The brand's logo, from a PNG, JPEG or SVG file to a small PNG that the wall can show at its size."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Final

NAME: Final = "theme"
"""Under which walls have it."""
LARGEST: Final = (1600, 800)
_BOX: Final = re.compile(rb"""viewBox\s*=\s*["']\s*[-\d.]+[\s,]+[-\d.]+[\s,]+([\d.]+)[\s,]+([\d.]+)""")
_SIZE: Final = re.compile(
    rb"""<svg[^>]*?\bwidth\s*=\s*["']([\d.]+)(?:px)?["'][^>]*?\bheight\s*=\s*["']([\d.]+)""", re.DOTALL
)


def png(path: Path) -> bytes:
    """Raises ``ValueError`` with a sentence when the file is no picture."""
    try:
        data = path.read_bytes()
        return _drawn(data) if path.suffix.lower() == ".svg" else _remade(data)
    except Exception as fault:  # Pillow and skia raise whatever a broken file leads them to
        raise ValueError(f"{path} is no picture that can be shown: {fault}") from fault


def _remade(data: bytes) -> bytes:
    from PIL import Image

    picture = Image.open(io.BytesIO(data), formats=("PNG", "JPEG")).convert("RGBA")
    picture.thumbnail(LARGEST, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _drawn(data: bytes) -> bytes:
    import skia

    drawing = skia.SVGDOM.MakeFromStream(skia.MemoryStream(data))
    size = _BOX.search(data) or _SIZE.search(data)
    if drawing is None or size is None:
        raise ValueError("an SVG needs a viewBox, or a width and a height")
    w, h = float(size[1]), float(size[2])
    share = min(LARGEST[0] / w, LARGEST[1] / h)
    surface = skia.Surface(max(1, round(w * share)), max(1, round(h * share)))
    drawing.setContainerSize(skia.Size(w * share, h * share))
    drawing.render(surface.getCanvas())
    return bytes(surface.makeImageSnapshot().encodeToData(skia.kPNG, 100))
