"""Presentable: strangers' text made safe to draw, without changing what it says.

Text arrives in NFC and without control characters (``stream.mention.clean``). What is left to disarm are directional tricks,
towers of combining marks, characters that no font draws, and length.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

LONGEST: Final = 1000
"""Graphemes; the wall shapes no more."""
TALLEST: Final = 3
"""Combining marks on one letter; no living script piles more that are not vowels or viramas (which are kept)."""
_ISOLATES: Final = "\u2066\u2067\u2068"
_POP_ISOLATE: Final = "\u2069"
_JOINER: Final = "\u200d"
_UNSAFE: Final = re.compile(
    "[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u2028-\u202e\u2060-\u2065"
    "\u206a-\u206f\u3164\ufdd0-\ufdef\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff\U000e0000-\U000e001f\U000e0080-\U000e00ff"
    "\U000f0000-\U0010ffff\ud800-\udfff\u2066-\u2069]"
)
_LINES: Final = re.compile(r"[ \t]*\n\s*\n\s*")
_SPACES: Final = re.compile(r"[ \u2000-\u200a\u205f\u00a0\u1680]{2,}")


def presentable(text: str, longest: int = LONGEST) -> str:
    """``text`` without overrides and unbalanced isolates, lone controls and towers of marks; at most ``longest`` graphemes.

    What is longer ends in "…".
    """
    if len(text) <= longest and text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    if _UNSAFE.search(text):
        text = _drawn(text)
    text = _SPACES.sub(" ", _LINES.sub("\n\n", text))
    return _cut(text, longest).strip()


def _drawn(text: str) -> str:
    """Only what can be drawn: isolates that are closed, each line for itself; tabs and odd line ends as plain ones."""
    text = re.sub("\r\n?|[\u2028\u2029\u0085\u000b\u000c]", "\n", text).replace("\t", " ")
    return "\n".join(
        _UNSAFE.sub(lambda m: m[0] if m[0] in _ISOLATES + _POP_ISOLATE else "", _balanced(line))
        for line in text.split("\n")
    )


def _balanced(line: str) -> str:
    """``line`` with only those isolates that are opened and closed in it."""
    if not any(c in line for c in _ISOLATES + _POP_ISOLATE):
        return line
    opened: list[int] = []
    kept: set[int] = set()
    for i, c in enumerate(line):
        if c in _ISOLATES:
            opened.append(i)
        elif c == _POP_ISOLATE and opened:
            kept |= {opened.pop(), i}
    return "".join(c for i, c in enumerate(line) if i in kept or c not in _ISOLATES + _POP_ISOLATE)


def _cut(text: str, longest: int) -> str:
    """At most ``longest`` graphemes of ``text``, none of which carries more than ``TALLEST`` piled marks.

    Graphemes follow UAX 29 as far as marks, emoji sequences, flags and variation selectors go.
    """
    if text.isascii():
        return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
    kept: list[str] = []
    count = marks = flags = 0
    end = 0
    before = ""
    for c in text:
        regional = "\U0001f1e6" <= c <= "\U0001f1ff"
        flags = flags + 1 if regional else 0
        category = "" if c < "\u0300" else unicodedata.category(c)
        piled = category in ("Mn", "Me") and unicodedata.combining(c) not in (0, 7, 9)
        if piled:
            marks += 1
            if marks > TALLEST:
                continue
        extends = (
            category in ("Mn", "Me", "Mc")
            or _JOINER in (c, before)
            or "\U0001f3fb" <= c <= "\U0001f3ff"
            or "\U000e0020" <= c <= "\U000e007f"
            or (regional and flags % 2 == 0)
        )
        if not extends:
            marks = 0
            if count == longest - 1:
                end = len(kept)
            count += 1
            if count > longest:
                return "".join(kept[:end]).rstrip() + "…"
        kept.append(c)
        before = c
    return "".join(kept)
