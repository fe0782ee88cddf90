"""Many texts as one array of code points, so that compiled code reads them in one pass."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

LIMIT: Final = 2000
"""Characters of a text that are read."""

OTHER: Final = 0
WORD: Final = 1
"""Letters, digits and the marks that belong to them."""
KANA: Final = 2
"""Syllables that join words in Japanese."""
IDEOGRAPH: Final = 3
"""Scripts that write words without spaces between them: Han, katakana, Thai, Lao, Khmer, Burmese."""
EMOJI: Final = 4

_LONGER: Final = "\u0130"
"""The only letter that is longer in lower case: a capital i with a dot."""

Points = NDArray[np.uint32]


class Texts:
    """Lower-case texts; text i is ``points[starts[i] : starts[i + 1] - 1]``, a zero stands after each.

    ``capital`` says which points were capital letters.
    """

    points: Points
    starts: NDArray[np.int64]
    capital: NDArray[np.bool_]

    def __init__(self, texts: Sequence[str]) -> None:
        joined = "\0".join([text[:LIMIT] for text in texts])
        if joined.count("\0") != len(texts) - 1:
            joined = "\0".join([text[:LIMIT].replace("\0", " ") for text in texts])
        joined = (joined + "\0").replace(_LONGER, "i") if texts else ""
        self.points = _points(joined.lower())
        self.capital = self.points != _points(joined)
        self.starts = np.concatenate([[0], np.flatnonzero(self.points == 0) + 1]).astype(np.int64)

    def lower(self, i: int) -> str:
        """Text i, in lower case."""
        return self.points[self.starts[i] : self.starts[i + 1] - 1].tobytes().decode("utf-32-le", "surrogatepass")


def _points(text: str) -> Points:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


_UNSPACED: Final = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x30A0, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF),
)  # fmt: skip


@cache
def classes() -> NDArray[np.uint8]:
    """The class of each code point of the first two planes (0x20000 entries); what lies beyond is ``IDEOGRAPH``."""
    found = np.zeros(0x20000, np.uint8)
    for point in range(0x10000):
        if unicodedata.category(chr(point))[0] in "LMN":
            found[point] = WORD
    found[0x10000:] = WORD
    for low, high in _UNSPACED:
        part = found[low : high + 1]
        part[part == WORD] = IDEOGRAPH
    found[0x3040:0x30A0] = KANA
    found[0x30FC] = IDEOGRAPH
    found[0xFE00:0xFE10] = OTHER
    found[0x20E3] = OTHER
    found[0x1F000:0x20000] = EMOJI
    found[0x1F3FB:0x1F400] = OTHER
    for low, high in ((0x2600, 0x27BF), (0x2B50, 0x2B55), (0x2764, 0x2764), (0x231A, 0x231B), (0x23E9, 0x23FA)):
        found[low : high + 1] = EMOJI
    return found
