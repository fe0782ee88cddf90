"""Advances: how wide a line of text will be, without a font: from a table of Inter's advance widths, in em.

``advances.json`` is made from the font by ``python -m stream.advances``. What Inter does not have is taken as wide as such
letters usually are, so that a label is rather too narrow for its room than too wide.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from functools import cache
from importlib import resources
from typing import Final

WEIGHT: Final = 600
"""Of the labels, as the wall draws them."""
CAP: Final = 0.727
"""Height of Inter's capitals in em."""
DEFAULT: Final = 0.8
NARROW: Final = 0.65
"""Hebrew to Tibetan, whose letters are narrower and often joined."""
EMOJI: Final = 1.4
ELLIPSIS: Final = "…"


_own: dict[str, float] = {}
"""The advances of the brand's own typeface, in em of Inter."""


def brand(file: str) -> None:
    """Reckon with the typeface in ``file``, set so large that its capitals are as high as Inter's; empty: with Inter alone."""
    _own.clear()
    if file:
        import skia

        font = skia.Font(skia.Typeface.MakeFromFile(file), 1000.0)
        size = CAP / max(300.0, font.getMetrics().fCapHeight)
        drawn = [code for code in range(0x20, 0x2200) if font.unicharToGlyph(code)]
        widths = font.getWidths([font.unicharToGlyph(code) for code in drawn])
        _own.update({chr(code): width * size for code, width in zip(drawn, widths, strict=True)})


@cache
def _table() -> dict[str, float]:
    """Advance by character, in em; kept as runs of neighbouring code points in thousandths."""
    runs = json.loads(resources.files(__package__).joinpath("advances.json").read_text(encoding="ascii"))
    return {chr(int(start) + i): width / 1000.0 for start, widths in runs.items() for i, width in enumerate(widths)}


def width(text: str) -> float:
    """The width of ``text`` on one line in em, rather too wide than too narrow: kerning is left out."""
    table = _table()
    total = 0.0
    for c in text:
        known = _own.get(c, table.get(c))
        total += _unknown(c) if known is None else known
    return total


def shortened(text: str, most: float) -> str:
    """``text`` cut to ``most`` em, with an ellipsis where something is missing."""
    if width(text) <= most:
        return text
    kept = text
    while kept and width(kept) + width(ELLIPSIS) > most:
        kept = kept[:-1]
        while kept and (unicodedata.combining(kept[-1]) or kept[-1] in "\u200d\ufe0f"):
            kept = kept[:-1]
    return kept.rstrip() + ELLIPSIS if kept else ""


@cache
def _unknown(c: str) -> float:
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0.0
    if c >= "\U0001f000":
        return EMOJI
    if "\u0590" <= c < "\u1000":
        return NARROW
    return 1.0 if unicodedata.east_asian_width(c) in ("W", "F") else DEFAULT


def measure(path: str) -> dict[str, list[int]]:
    """The table of the font file at ``path``: the advances of all that it can draw between U+0020 and U+2200."""
    from PIL import ImageFont

    font = ImageFont.truetype(path, 1000, layout_engine=ImageFont.Layout.BASIC)
    font.set_variation_by_axes([32, WEIGHT])
    missing = bytes(font.getmask("\uffff"))
    runs: dict[str, list[int]] = {}
    start, expected = 0, -1
    for code in range(0x20, 0x2200):
        c = chr(code)
        if unicodedata.category(c)[0] in "CM" or bytes(font.getmask(c)) == missing:
            continue
        if code != expected:
            start = code
        runs.setdefault(str(start), []).append(round(font.getlength(c)))
        expected = code + 1
    return runs


if __name__ == "__main__":
    import fontpkg_inter

    file = resources.files(fontpkg_inter).joinpath("files", "Inter[opsz,wght].ttf")
    json.dump(measure(str(file)), sys.stdout, separators=(",", ":"))
    sys.stdout.write("\n")
