"""Plain words: the letters of a text that say something, and what stands around them left out."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from stream.analysis.text import EMOJI, OTHER

_TAIL: Final = 20
"""A longer word before an ellipsis is no word, but a sentence of a script without spaces."""
_HASH: Final = (35, 0xFF03)
_TAG: Final = 40
"""Nor is a longer hashtag one."""
_SPACES: Final = (0xA0, 0x3000)
_ELLIPSIS: Final = 0x2026
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_WORD: Final = 0
_ASIDE: Final = 1
"""A word that belongs to a text only when others follow: a hashtag, a person, "via"."""
_NOTHING: Final = 2


@njit(cache=True, nogil=True)
def plain(points, start, end, kinds, folds, out, weights):  # type: ignore[no-untyped-def]
    """Write the letters of a text, in lower case already, and the weight of each: 2 where one says as much as two.

    Returns how many there are, their weight, the numbers and people named in it as a set of bits, whether the text was
    cut, and whether it is said to somebody: who is repeated or credited is not addressed.
    """
    size, kept, kept_weight, weight = 0, 0, 0, 0
    figures, aside = np.uint64(0), np.uint64(0)
    cut, told, credit = False, False, False
    i = start
    while i < end:
        if _space(points[i]):
            i += 1
            continue
        j = i + 1
        while j < end and not _space(points[j]) and not _http(points, j, end):
            if points[i] == 64 and points[j] >= 0xE00:
                break  # a handle ends where a script without spaces goes on
            j += 1
        k = i
        while k < j and points[k] != 64 and points[k] not in _HASH and _marks(points[k], kinds):
            k += 1
        part = _part(points, k, j, kept)
        ellipsis = _cut(points, i, j, kinds)
        if ellipsis:
            cut = True
            if part == _WORD and kept > 0 and j - k <= _TAIL:
                part = _ASIDE
        told |= j - k > 1 and points[k] == 64 and not credit
        credit = part != _WORD and j > k and points[k] != 64 and points[k] not in _HASH
        if part != _NOTHING:
            size, weight, said = _spell(points, k, j, kinds, folds, out, weights, size, weight)
            aside |= _bits(_number(points, k, j, kinds)) if points[k] == 64 else said
            if part == _WORD:
                kept, kept_weight, figures = size, weight, aside
                cut = ellipsis
        i = j
    return kept, kept_weight, figures, cut, told


@njit(cache=True, nogil=True)
def _space(c):  # type: ignore[no-untyped-def]
    return c <= 32 or c in _SPACES


@njit(cache=True, nogil=True)
def _marks(c, kinds):  # type: ignore[no-untyped-def]
    return c < kinds.size and (kinds[c] == OTHER or kinds[c] == EMOJI)


@njit(cache=True, nogil=True)
def _http(points, i, end):  # type: ignore[no-untyped-def]
    return i + 4 <= end and points[i] == 104 and points[i + 1] == 116 and points[i + 2] == 116 and points[i + 3] == 112


@njit(cache=True, nogil=True)
def _part(points, k, j, kept):  # type: ignore[no-untyped-def]
    """What the word from ``k`` to ``j`` is in a text that has ``kept`` letters before it."""
    n = j - k
    if n == 0 or _http(points, k, j):
        return _NOTHING
    c = points[k]
    if c == 64 and n > 1:
        return _ASIDE if kept else _NOTHING
    if c in _HASH and 1 < n <= _TAG:
        return _ASIDE if kept else _NOTHING
    if n == 2 or (n == 3 and points[k + 2] == 58):
        if c == 114 and points[k + 1] == 116:
            return _ASIDE if kept else _NOTHING  # rt
        if (c == 98 and points[k + 1] == 121) or (c == 99 and points[k + 1] == 99):
            return _ASIDE  # by, cc
    if (n == 3 and c == 118 and points[k + 1] == 105 and points[k + 2] == 97) or (
        n == 3 and c == 104 and points[k + 1] == 47 and points[k + 2] == 116
    ):
        return _ASIDE  # via, h/t
    return _WORD


@njit(cache=True, nogil=True)
def _cut(points, i, j, kinds):  # type: ignore[no-untyped-def]
    """Whether a word ends in an ellipsis, and perhaps a bracket or quote behind it."""
    while j > i and points[j - 1] != 46 and points[j - 1] != _ELLIPSIS and _marks(points[j - 1], kinds):
        j -= 1
    if j > i and points[j - 1] == _ELLIPSIS:
        return True
    return j - i >= 3 and points[j - 1] == 46 and points[j - 2] == 46 and points[j - 3] == 46


@njit(cache=True, nogil=True)
def _spell(points, start, end, kinds, folds, out, weights, size, weight):  # type: ignore[no-untyped-def]
    """Append the letters of one word; at most two of a kind in a row, numbers whole."""
    figures, number = np.uint64(0), np.uint64(0)
    for i in range(start, end):
        c = points[i]
        if _marks(c, kinds) or 0x300 <= c < 0x370:
            figures |= _bits(number)
            number = np.uint64(0)
            continue
        if c < folds.size:
            c = folds[c]
        digit = _digit(c)
        if digit >= 0:
            c = np.uint32(48 + digit)
            number = ((number if number else _BASIS) ^ np.uint64(c)) * _PRIME
        else:
            figures |= _bits(number)
            number = np.uint64(0)
            if size >= 2 and out[size - 1] == c and out[size - 2] == c:
                continue
        out[size] = c
        weights[size] = 2 if c >= 0x3400 else 1
        weight += weights[size]
        size += 1
    return size, weight, figures | _bits(number)


@njit(cache=True, nogil=True)
def _number(points, start, end, kinds):  # type: ignore[no-untyped-def]
    """A number for a name."""
    number = _BASIS
    for i in range(start, end):
        if not _marks(points[i], kinds):
            number = (number ^ np.uint64(points[i])) * _PRIME
    return number


@njit(cache=True, nogil=True)
def _digit(c):  # type: ignore[no-untyped-def]
    for zero in (48, 0x660, 0x6F0, 0x966, 0xFF10):
        if zero <= c < zero + 10:
            return np.int64(c) - zero
    return -1


@njit(cache=True, nogil=True)
def _bits(number):  # type: ignore[no-untyped-def]
    """Two of 64 bits for a number, none for none."""
    if number == 0:
        return np.uint64(0)
    number *= _MIX
    return np.uint64(1) << (number >> np.uint64(58)) | np.uint64(1) << ((number >> np.uint64(52)) & np.uint64(63))
