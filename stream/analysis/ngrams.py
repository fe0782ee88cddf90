"""Features of a text for the sentiment model: hashed words, pairs of words, and characters in runs of 2 to 5."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit

from stream.analysis.negation import REACH, turns
from stream.analysis.text import EMOJI, LIMIT, OTHER

BITS: Final = 20
"""A feature is a number below ``2 ** BITS``."""
LONGEST: Final = 5
ROOM: Final = LIMIT * (LONGEST + 2) + 64

_SPACE: Final = np.uint32(32)
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(64 - BITS)
_PAIR: Final = np.uint64(0x5851F42D4C957F2D)


@njit(cache=True, nogil=True)
def normalise(points, start, end, kinds, out):  # type: ignore[no-untyped-def]
    """Copy a text without addresses of pages and people, with single spaces and runs of at most three; returns its length.

    ``out`` begins and ends with a space. Also returns how many letters and emoji there are.
    """
    out[0] = _SPACE
    size, letters, emoji = 1, 0, 0
    i = start
    while i < end:
        c = points[i]
        begins = out[size - 1] == _SPACE
        if begins:
            slashes, j = 0, i
            while j < end and points[j] > 32:
                if points[j] == 47:
                    slashes += 1
                j += 1
            cut = j - i == 4 and c == 104 and points[i + 1] == 116 and points[i + 2] == 116 and points[i + 3] == 112
            page = slashes >= 2 or cut  # data for training say "http" for any page
            person = c == 64 and j - i > 1
            if page or person:
                i = j
                continue
        if c <= 32 or c == 0xA0:
            if not begins:
                out[size] = _SPACE
                size += 1
            i += 1
            continue
        kind = kinds[c] if c < kinds.size else 3
        if kind == EMOJI:
            emoji += 1
        elif kind != OTHER:
            letters += 1
            if 48 <= c <= 57:
                c = np.uint32(48)
                letters -= 1
        if c == 0x2019:
            c = np.uint32(39)
        if 0xFE00 <= c <= 0xFE0F or 0x1F3FB <= c <= 0x1F3FF:
            i += 1
            continue
        if size >= 3 and out[size - 1] == c and out[size - 2] == c and out[size - 3] == c:
            i += 1
            continue
        out[size] = c
        size += 1
        i += 1
    if out[size - 1] != _SPACE:
        out[size] = _SPACE
        size += 1
    return size, letters, emoji


@njit(cache=True, nogil=True)
def features(text, size, kinds, negations, bit, turned, out, only_emoji):  # type: ignore[no-untyped-def]
    """Write the features of a normalised text into ``out``: returns how many words, pairs and emoji, then how many in all.

    What a negation of the language of the ``bit`` turns is written as ``~feature``. ``turned`` is room for a flag a character.
    """
    found, reach = 0, 0
    turned[:size] = False
    previous = np.uint64(0)
    word = _BASIS
    length = 0
    for i in range(1, size):
        c = text[i]
        kind = kinds[c] if c < kinds.size else 3
        if kind == EMOJI:
            out[found] = np.int64(((np.uint64(c) + _PAIR) * _MIX) >> _SHIFT)
            found += 1
        if only_emoji:
            continue
        inside = kind not in (OTHER, EMOJI) or (c == 39 and length > 0)
        if inside:
            word = (word ^ np.uint64(c)) * _PRIME
            length += 1
        elif length > 0:
            feature = np.int64((word * _MIX) >> _SHIFT)
            out[found] = feature
            if reach > 0:
                out[found] = ~feature
                turned[i - length - 1 : i] = True
                reach -= 1
            found += 1
            if turns(negations, word, bit):
                reach = REACH
            if previous != 0:
                out[found] = np.int64(((previous * _PAIR ^ word) * _MIX) >> _SHIFT)
                found += 1
            previous = word
            word = _BASIS
            length = 0
        if not inside and c in (33, 44, 46, 58, 59, 63):
            reach = 0
    words = found
    if only_emoji:
        return words, found
    for i in range(size - 1):
        run = _BASIS
        for n in range(LONGEST):
            if i + n >= size:
                break
            c = text[i + n]
            run = (run ^ (np.uint64(c) + np.uint64(0x10000000))) * _PRIME
            if n >= 1:
                feature = np.int64((run * _MIX) >> _SHIFT)
                out[found] = ~feature if turned[i] else feature
                found += 1
                if c == _SPACE:
                    break
    return words, found
