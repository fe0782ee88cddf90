"""Strings of strangers cut into what a reader takes for one character, and cleaned for display.

A cluster here is the extended grapheme of Unicode Annex 29 in the parts that posts are made of: combining marks, emoji
sequences with joiners, skin tones and tags, flags, Hangul, and conjuncts of the Indic scripts.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Final

LIMIT: Final = 1000
"""Graphemes that are shaped at most: a megabyte without a space takes the shaper 39 seconds."""

ZWJ: Final = "\u200d"
EMOJI_STYLE: Final = "\ufe0f"
RLI: Final = "\u2067"
PDI: Final = "\u2069"
_BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_IGNORABLE: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\ufe0e\ufe0f")
_VIRAMAS: Final = frozenset("\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u17d2\u1039")


def clean(text: str, lines: bool) -> str:
    """``text`` without controls and direction overrides, mathematical letters folded to plain ones.

    Runs of white space become one space; with ``lines`` a line break stays one line break.
    """
    text = text[: LIMIT * 16]
    if not text.isascii():
        text = "".join(_folded(c) for c in text if c not in _BIDI_CONTROLS)
        text = unicodedata.normalize("NFC", text)
    rows = [" ".join(row.split()) for row in text.splitlines()]
    joined = ("\n" if lines else " ").join(row for row in rows if row)
    return "".join(c for c in joined if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co"))


def _folded(char: str) -> str:
    code = ord(char)
    if 0x1D400 <= code <= 0x1D7FF or (0x2102 <= code <= 0x2138 and char.isalpha()):
        return unicodedata.normalize("NFKC", char)
    return char


def clusters(text: str) -> Iterator[str]:
    """The graphemes of ``text`` in logical order; joined they are ``text`` again."""
    start, flags = 0, 0
    for i in range(1, len(text)):
        before, here = text[i - 1], text[i]
        if _regional(here) and _regional(before):
            flags += 1
            if flags % 2:
                continue
        else:
            flags = 0
        if here == ZWJ or _extends(here) or (before == ZWJ and i > start + 1) or _hangul_joins(before, here):
            continue
        if before in _VIRAMAS and unicodedata.category(here) == "Lo":
            continue
        yield text[start:i]
        start = i
    if text:
        yield text[start:]


def _regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _extends(char: str) -> bool:
    if char < "\u0300":
        return False
    if "\U0001f3fb" <= char <= "\U0001f3ff" or "\U000e0020" <= char <= "\U000e007f":
        return True
    return unicodedata.category(char) in ("Mn", "Me", "Mc") or char == "\u200c"


def _hangul_joins(before: str, here: str) -> bool:
    return "\u1100" <= before <= "\u11ff" and "\u1160" <= here <= "\u11ff"


def ignorable(char: str) -> bool:
    """Whether a font need not have ``char``: joiners, variation selectors, marks of direction, white space."""
    return char in _IGNORABLE or char.isspace() or "\ufe00" <= char <= "\ufe0f" or "\U000e0020" <= char <= "\U000e007f"


def pictorial(cluster: str) -> bool:
    """Whether ``cluster`` is meant as a coloured emoji, whatever other fonts have for it."""
    first = cluster[0]
    return EMOJI_STYLE in cluster or "\U0001f000" <= first <= "\U0001faff" or "\u20e3" in cluster


def needs_room(text: str) -> bool:
    """Whether ``text`` has letters of Arabic or Thai, whose small parts are read at 1.15 times the size of Latin ones."""
    return not text.isascii() and any("\u0600" <= c <= "\u08ff" or "\u0e00" <= c <= "\u0e7f" for c in text)


def right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs right to left (rules P2 and P3 of the bidi algorithm)."""
    if text.isascii():
        return False
    for char in text:
        direction = unicodedata.bidirectional(char)
        if direction == "L":
            return False
        if direction in ("R", "AL"):
            return True
    return False
