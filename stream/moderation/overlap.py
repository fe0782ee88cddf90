"""Overlap: which of many posts may share words or marks with what is sought. Nearly none do, and one compiled pass says so.

Words stand in a small table by part of their hashes, so what is left out shares nothing for certain; what is found is to be
looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

SHARED: Final = 2
"""Words that a post must share at least to say what a text does (``cluster.says_the_same``)."""
_SLOTS: Final = 1 << 15
_WORD, _MARK = 1, 2


class Overlap:
    """What is sought: hashes of words, of which ``SHARED`` are to be shared, and marks, of which one is enough.

    >>> from array import array
    >>> Overlap([7, 8, 9]).among([array("I", words).tobytes() for words in ([7, 9, 11], [7, 12])])
    [True, False]
    """

    def __init__(self, words: Iterable[int], marks: Iterable[int] = ()) -> None:
        self._slots = np.zeros(_SLOTS, np.uint8)
        for sought, kind in ((words, _WORD), (marks, _MARK)):
            self._slots[np.fromiter(sought, np.uint32) % _SLOTS] |= kind

    def among(self, sketches: Sequence[bytes]) -> list[bool]:
        """Of each sketch (bytes of uint32) whether it may share enough words."""
        found = np.empty(len(sketches), np.bool_)
        sizes = np.fromiter(map(len, sketches), np.int64, len(sketches)) >> 2
        _among(self._slots, np.frombuffer(b"".join(sketches), np.uint32), sizes, found)
        told: list[bool] = found.tolist()
        return told

    def rows(self, tokens: NDArray[np.uint32], words: NDArray[np.int64], marks: NDArray[np.int64]) -> NDArray[Any]:
        """The rows of ``tokens`` that may share enough: each has first so many ``words``, then so many ``marks``."""
        found = np.empty(len(tokens), np.bool_)
        _rows(self._slots, tokens, words, marks, found)
        return np.flatnonzero(found)


@njit(cache=True, nogil=True)
def _among(slots, hashes, sizes, found):  # type: ignore[no-untyped-def]
    begun = 0
    for i in range(sizes.size):
        shared = 0
        for j in range(begun, begun + sizes[i]):
            shared += slots[hashes[j] % _SLOTS] & _WORD
        found[i] = shared >= SHARED
        begun += sizes[i]


@njit(cache=True, nogil=True)
def _rows(slots, tokens, words, marks, found):  # type: ignore[no-untyped-def]
    for r in range(words.size):
        shared, marked = 0, 0
        for j in range(words[r]):
            shared += slots[tokens[r, j] % _SLOTS] & _WORD
        for j in range(words[r], words[r] + marks[r]):
            marked |= slots[tokens[r, j] % _SLOTS] & _MARK
        found[r] = shared >= SHARED or marked != 0
