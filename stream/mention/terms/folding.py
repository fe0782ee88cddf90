"""One spelling for what people write in many: the form in which texts and terms are compared.

What only the keyboard, the font or the moment decides is folded away: case in full (ß is ss, final sigma sigma), width, fonts
and ligatures, apostrophes and hyphens, skin tones and variation selectors, marks that readers may leave out (Arabic and
Hebrew points, the accents that Greek capitals lose, the dots of ё), and the dot that parts the Turkish i from ı, because
capitals without their language do not tell it. What makes another word stays: é is not e, and Nokia² is not Nokia2.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_DROPPED: Final = re.compile(
    "[\u00ad\u034f\u061c\u0640\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff\U000e0100-\U000e01ef"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0670]+"
    # A joiner matters between pictures only; in words it shapes letters.
    r"|\u200d(?=[\w\s]|\Z)"
)
_UNSPACED: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_BREAK: Final = re.compile(f"(?<=[{_UNSPACED}])\u200b|\u200b(?=[{_UNSPACED}])")
_ACCENTS: Final = "[\u0300\u0301\u0313\u0314\u0342]+"
_GREEK_MARKS: Final = re.compile(f"(?<=[\u0370-\u03ff]){_ACCENTS}")
_KEPT_FORMS: Final = frozenset({"<super>", "<sub>", "<fraction>", "<noBreak>"})
_KEPT_COMPATIBLE: Final = frozenset("…¨¯¸˘˙˚˛˜˝΄῾᾿῀῍῎῏῝῞῟῭΅‗‾ำຳ")
"""What would fall apart into spaces and marks, or (Thai, Lao) is written as one vowel by everybody."""

_SAME: Final = {
    **dict.fromkeys("’‘‛ʼʻ′`´＇`", "'"),
    **dict.fromkeys("‐‑‒–−﹣－", "-"),
    "ı": "i",
    "İ": "i",
    "ё": "е",
    "Ё": "е",
    "ي": "ی",
    "ك": "ک",
}


class _Folds(dict[int, str]):
    """For ``str.translate``: what a character is folded to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _folded(chr(code))
        return folded


def _folded(character: str) -> str:
    """A fixed point of the rules for single characters."""
    if character in _SAME:
        return _SAME[character]
    form, _, rest = unicodedata.decomposition(character).partition(" ")
    if form[:1] == "<" and form not in _KEPT_FORMS and character not in _KEPT_COMPATIBLE:
        found = "".join(chr(int(code, 16)) for code in rest.split())
    else:
        found = character.casefold()
    if _is_greek(found):
        found = re.sub(_ACCENTS, "", unicodedata.normalize("NFD", found))
    found = unicodedata.normalize("NFC", found)
    return found if found == character else "".join(map(_folded, found))


def _is_greek(text: str) -> bool:
    return "\u0370" <= text[:1] <= "\u03ff" or "\u1f00" <= text[:1] <= "\u1fff"


_FOLDS: Final = _Folds()


def fold(text: str) -> str:
    """``text`` in the form in which it is compared: NFC, runs of white space one space, hyphens kept.

    >>> fold("ＮＯＫＩＡ’s  Straße\\n") == fold("Nokia's STRASSE")
    True
    """
    if text.isascii():
        return " ".join(text.lower().replace("`", "'").split())
    if "\u200b" in text:
        text = _BREAK.sub("", text).replace("\u200b", " ")
    text = unicodedata.normalize("NFC", _DROPPED.sub("", text)).translate(_FOLDS)
    text = _GREEK_MARKS.sub("", text).replace("i\u0307", "i")
    return unicodedata.normalize("NFC", " ".join(text.split()))
