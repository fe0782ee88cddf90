"""Echoes: a signature of each text by which near-duplicates are found (min-wise hashing, Broder 1997).

A signature has ``BINS`` values; two texts agree in about as many of them as they share of their runs of five characters.
Texts that agree in all values of one of ``BANDS`` groups are compared.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import xxhash
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import BANDS, BINS
from stream.analysis.ngrams import normalise
from stream.analysis.text import EMOJI, LIMIT, OTHER, Texts, classes

_GROUP: Final = BINS // BANDS
ALIKE: Final = 8
"""Values that near-duplicates have in common at least."""
SHORTEST: Final = 16
"""Letters and spaces that a text must have; shorter ones are alike by accident."""

_RUN: Final = 5
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_NONE: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


def signatures(texts: Texts) -> NDArray[np.uint16]:
    """The signature of each text (n, ``BINS``), all 0 where it is too short."""
    values = np.zeros((texts.starts.size - 1, BINS), np.uint16)
    _sign(texts.points, texts.starts, classes(), values)
    return values


def bands(signs: NDArray[np.uint16], slots: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The keys of the bands of some signatures (n, ``BANDS``), 0 for those of short texts."""
    keys = np.empty((slots.size, BANDS), np.uint64)
    _bands(signs, slots, keys)
    return keys


@njit(cache=True, nogil=True)
def _bands(signs, slots, keys):  # type: ignore[no-untyped-def]
    for i in range(slots.size):
        for band in range(BANDS):
            keys[i, band] = band_key(signs[slots[i]], band)


@njit(cache=True, nogil=True)
def band_key(sign, band):  # type: ignore[no-untyped-def]
    """32 bits for the values of one band, or 0."""
    key = _BASIS + np.uint64(band + 1)
    some = 0
    for j in range(band * _GROUP, (band + 1) * _GROUP):
        some |= sign[j]
        key = (key ^ np.uint64(sign[j])) * _MIX
        key ^= key >> np.uint64(31)
    return (key & np.uint64(0xFFFFFFFF)) | np.uint64(1) if some else np.uint64(0)


@njit(cache=True, nogil=True)
def _sign(points, starts, kinds, values):  # type: ignore[no-untyped-def]
    text = np.empty(LIMIT * 3 + 8, np.uint32)
    least = np.empty(BINS, np.uint64)
    for i in range(starts.size - 1):
        start, end = starts[i], starts[i + 1] - 1
        if end - start > 3 and points[start] == 114 and points[start + 1] == 116 and points[start + 2] == 32:
            start += 3  # "rt " before words that are repeated by hand
        size, _, _ = normalise(points, start, end, kinds, text)
        kept = 1
        for j in range(1, size):
            c = text[j]
            kind = kinds[c] if c < kinds.size else 3
            if kind not in (OTHER, EMOJI) or (c == 32 and text[kept - 1] != 32):
                text[kept] = c
                kept += 1
        if kept < SHORTEST:
            continue
        least[:] = _NONE
        for j in range(kept - _RUN + 1):
            run = _BASIS
            for k in range(_RUN):
                run = (run ^ np.uint64(text[j + k])) * _PRIME
            run *= _MIX
            run ^= run >> np.uint64(29)
            run *= _MIX
            place = np.int64(run >> np.uint64(60))
            value = run & np.uint64(0x0FFFFFFFFFFFFFFF)
            least[place] = min(least[place], value)
        for j in range(BINS):
            k = j
            while least[k % BINS] == _NONE:
                k += 1
            values[i, j] = np.uint16((least[k % BINS] >> np.uint64(20)) & np.uint64(0xFFFF)) | np.uint16(1)


_DRESSING: Final = re.compile(
    r"^https?://(?:www\.|m\.|mobile\.)?|[#].*$|[?&](?:utm_\w+|fbclid|gclid|ref|s|t)=[^&#]*|/+(?=$|[?#])"
)


def link_key(url: str) -> int:
    """One number for a page, however the link to it is dressed; 0 for no link."""
    plain = _DRESSING.sub("", url.strip())
    return xxhash.xxh3_64_intdigest(plain.encode("utf-8", "surrogatepass"), seed=1) or 1 if plain else 0
