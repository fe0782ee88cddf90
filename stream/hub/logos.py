"""Logos of sponsors: pictures that staff uploaded, made anew as small PNGs, and kept in ``memory`` under their hash.

Making them anew leaves out whatever else a file holds: metadata, scripts, a second format behind the first.
"""

from __future__ import annotations

import hashlib
import io
import warnings
from typing import Final

from PIL import Image, ImageOps

SUBJECT: Final = "picture:"
LARGEST: Final = (960, 540)
"""Pixels of a logo on the wall, at most."""
MOST_PIXELS: Final = 40_000_000
MOST_BYTES: Final = 400_000
FORMATS: Final = ("PNG", "JPEG")


class Unusable(ValueError):
    """A file that cannot be a logo; the sentence says what to do."""


def remade(data: bytes) -> bytes:
    """A PNG or JPEG as a PNG of at most ``LARGEST`` pixels. Raises ``Unusable``."""
    try:
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
            picture = Image.open(io.BytesIO(data), formats=FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise Unusable(f"This picture has {picture.width} × {picture.height} pixels; 4000 × 4000 are plenty.")
            turned = ImageOps.exif_transpose(picture).convert("RGBA")
    except Unusable:
        raise
    except Exception as fault:  # Pillow raises whatever a broken file leads it to
        raise Unusable("This is no PNG or JPEG that can be read; save the logo as one and try again.") from fault
    for share in (1.0, 0.7, 0.5):
        small = turned.copy()
        small.thumbnail((round(LARGEST[0] * share), round(LARGEST[1] * share)), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_BYTES:
            return out.getvalue()
    raise Unusable("This picture is too rich for a logo; a flat logo on a clear ground is what the wall shows best.")


class Logos:
    """The pictures by name, as ``memory`` has them."""

    def __init__(self) -> None:
        self._pngs: dict[str, bytes] = {}

    def remember(self, key: str, value: bytes | None) -> None:
        """A record of ``memory``; those that are no pictures are passed over."""
        if key.startswith(SUBJECT):
            name = key.removeprefix(SUBJECT)
            if value:
                self._pngs[name] = value
            else:
                self._pngs.pop(name, None)

    def png(self, name: str) -> bytes | None:
        return self._pngs.get(name)


def name_of(png: bytes) -> str:
    """The name that a picture is kept under."""
    return hashlib.sha256(png).hexdigest()[:16]
