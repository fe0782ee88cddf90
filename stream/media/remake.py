"""Pictures made anew, in a process of their own that may crash, with little memory, little time and nothing to write to.

``python -m stream.media.remake PIXELS`` reads a picture and writes it as WebP with at most so many pixels a side; what else the
file held (metadata, a second format behind the first, all frames but the first) is left out.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Final

from stream.media.fetch import Unpictured

MEMORY: Final = 1 << 30
SECONDS: Final = 5
LONGEST_S: Final = 12.0
MOST_PIXELS: Final = 24_000_000
QUALITY: Final = 84
LARGEST: Final = 1 << 20
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF")


async def remade(data: bytes, pixels: int) -> bytes:
    """``data`` as a small WebP of at most ``pixels`` a side. Raises ``Unpictured``."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stream.media.remake", str(pixels),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(LONGEST_S):
            out, _ = await child.communicate(data)
    except TimeoutError:
        raise Unpictured("it takes too long to be read") from None
    finally:
        if child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if child.returncode or not out.startswith(b"RIFF") or len(out) > LARGEST:
        raise Unpictured("it cannot be read as a picture")
    return out


def confine() -> None:
    """Take from this process what it does not need to read a picture."""
    import resource

    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def small(data: bytes, pixels: int) -> bytes:
    """The first frame of ``data``, upright, as WebP. Raises whatever Pillow does."""
    import io
    import warnings

    from PIL import Image, ImageOps

    with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning):
        picture: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
        if picture.width * picture.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        picture.draft("RGB", (pixels, pixels))
        picture = ImageOps.exif_transpose(picture)
    picture = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    picture.thumbnail((pixels, pixels), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()


if __name__ == "__main__":
    confine()
    sys.stdout.buffer.write(small(sys.stdin.buffer.read(), int(sys.argv[1])))
