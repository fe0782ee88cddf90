"""Makes the page's type: ``python -m tests.browser.font`` writes ``stream/hub/page/inter.woff2``.

Inter as the wall has it, with the letters of European languages, one optical size and the weights that the page uses: a tenth
of the whole, so that the first load stays small. Other scripts are set in the tablet's own type.
"""

from __future__ import annotations

import io
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont
from fontTools.varLib.instancer import instantiateVariableFont

OUT: Final = Path(__file__).resolve().parents[2] / "stream" / "hub" / "page" / "inter.woff2"
LETTERS: Final = [*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "–—‘’“”„•…\u202f\u2009←↑→↓−×€✓")]


def make() -> bytes:
    """The font file."""
    with as_file(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf") as whole:
        font = instantiateVariableFont(TTFont(whole), {"opsz": 16, "wght": (400, 700)})
    plain = io.BytesIO()
    font.save(plain)
    font = TTFont(io.BytesIO(plain.getvalue()))
    options = Options(layout_features=["kern", "liga", "tnum", "mark", "ccmp", "locl"], hinting=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    font.flavor = "woff2"
    packed = io.BytesIO()
    font.save(packed)
    return packed.getvalue()


if __name__ == "__main__":
    OUT.write_bytes(make())
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")
