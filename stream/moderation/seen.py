"""What characters are seen as: lower case, what is not seen left out, punctuation beyond ASCII as spaces, in tables that
compiled code reads.

What a character is seen as is found out when it is met first. Where it depends on its neighbours (marks that join a letter),
``lowered`` reads the whole text.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

WIDE: Final = 8
"""Bytes of what a character is seen as, at most."""
HARD, ODD = 1, 2
"""A text that ``lowered`` must read; one in which a tag may end elsewhere, or read otherwise, than its characters say."""
_POINTS: Final = 0x110000
_INVISIBLE: Final = frozenset(
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u3164\ufeff\uffa0"
    + "".join(map(chr, (*range(0x300, 0x370), *range(0x200B, 0x2010), *range(0x202A, 0x202F))))
    + "".join(map(chr, (*range(0x2060, 0x2070), *range(0xFE00, 0xFE10))))
)
_ASCII: Final = frozenset(map(chr, range(128)))
_COMPOSED: Final = (range(0xC0, 0x3100), range(0x11000, 0x12000))
"""Where the characters lie that are composed of two."""
_JAMO: Final = frozenset(map(chr, (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3))))


def lowered(text: str) -> str:
    """Lower case, without what is not seen, punctuation beyond ASCII as spaces."""
    if text.isascii():
        return text.lower()
    text = text.casefold()
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text).casefold()
    for c in set(text) - _ASCII:
        seen = _seen_as(c)
        if seen != c:
            text = text.replace(c, seen)
    return text


@lru_cache(20_000)
def _seen_as(c: str) -> str:
    """What a character beyond ASCII is searched as: itself, a space where it parts words, or nothing."""
    if c in _INVISIBLE:
        return ""
    return " " if c != "🖕" and unicodedata.category(c)[0] in "CPSZ" else c


@cache
def _joining() -> frozenset[str]:
    """Characters that become one with what stands before them."""
    pairs = (unicodedata.decomposition(chr(point)).split() for part in _COMPOSED for point in part)
    return _JAMO | {chr(int(pair[1], 16)) for pair in pairs if len(pair) == 2 and pair[0][0] != "<"}


class Seen:
    """The tables: of each code point 0 (not met yet), -1 (``lowered`` must read it), or its row in ``rows``.

    A row holds the length of what it is seen as, its combining class, whether it is odd, and the UTF-8 bytes.
    """

    def __init__(self) -> None:
        self.table: NDArray[np.int32] = np.zeros(_POINTS, np.int32)
        self.rows: NDArray[np.uint8] = np.zeros((1024, 3 + WIDE), np.uint8)
        self._met = 0

    def meet(self, text: str) -> None:
        """Find out about the characters of a text."""
        for c in set(text) - _ASCII:
            if not self.table[ord(c)]:
                self._meet(c)

    def _meet(self, c: str) -> None:
        parts = unicodedata.normalize("NFKC", c.casefold()).casefold()
        seen = lowered(c)
        data = seen.encode("utf-8", "replace")
        joins = any(part in _joining() for part in parts)
        marked = parts != c and any(map(unicodedata.combining, parts))
        if joins or marked or len(data) > WIDE:
            self.table[ord(c)] = -1
            return
        self._met += 1
        if self._met == len(self.rows):
            self.rows = np.concatenate([self.rows, np.zeros_like(self.rows)])
        kept = any(part > "\x7f" or part.isalnum() for part in seen)
        odd = not seen or kept != c.isalnum() or (kept and seen != c.casefold())
        self.rows[self._met, :3] = len(data), unicodedata.combining(c), odd
        self.rows[self._met, 3 : 3 + len(data)] = np.frombuffer(data, np.uint8)
        self.table[ord(c)] = self._met


@njit(cache=True)
def see(points, table, rows, into):  # type: ignore[no-untyped-def]
    """Write what code points are seen as to ``into``, ASCII as it is; the length, and ``HARD`` or ``ODD``."""
    end, what, before = 0, 0, 0
    for i in range(points.size):
        point = points[i]
        if point < 128:
            into[end] = point
            end += 1
            before = 0
            continue
        row: Any = table[point]
        if row <= 0 or (rows[row, 1] < before and rows[row, 1]):
            return 0, HARD
        before = rows[row, 1]
        if rows[row, 2]:
            what = ODD
        for j in range(rows[row, 0]):
            into[end + j] = rows[row, 3 + j]
        end += rows[row, 0]
    return end, what


@njit(cache=True)
def as_it_is(points, into):  # type: ignore[no-untyped-def]
    """Write code points to ``into`` as UTF-8; the length."""
    end = 0
    for i in range(points.size):
        point = points[i]
        if point < 0x80:
            into[end] = point
            end += 1
            continue
        size = 2 if point < 0x800 else 3 if point < 0x10000 else 4
        for j in range(size - 1, 0, -1):
            into[end + j] = 0x80 | point & 0x3F
            point >>= 6
        into[end] = (0xF00 >> size) & 0xFF | point
        end += size
    return end
