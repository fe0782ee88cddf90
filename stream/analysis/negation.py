"""Words that turn what comes after them, by language."""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

WORDS: Final = {
    "da": "ikke aldrig ingen intet uden",
    "de": "nicht kein keine keinen keinem keiner keines nie niemals ohne weder",
    "es": "no nunca jamás tampoco sin ni",
    "fi": "en et ei emme ette eivät eikä enkä älä älkää ilman",
    "fr": "pas jamais aucun aucune sans ni",
    "hi": "nahi nahin nhi",
    "it": "non mai senza né nessun nessuna",
    "no": "ikke aldri ingen intet uten",
    "pt": "não nao nunca jamais sem nem",
    "ru": "не никогда без ни",
    "sv": "inte aldrig ingen inget inga utan ej",
}
"""English is not among them: its rules turn words by themselves (``lexicon``)."""
REACH: Final = 2
"""Words that are turned, unless a sentence or a part of it ends before."""

_SLOTS: Final = 1 << 9
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_PRIME: Final = np.uint64(0x100000001B3)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_SHIFT: Final = np.uint64(64 - 9)


@cache
def table(languages: tuple[str, ...]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Hashed words, open addressing, each with a bit for the place of every language in which it turns what follows."""
    keys, masks = np.zeros(_SLOTS, np.uint64), np.zeros(_SLOTS, np.uint64)
    for place, language in enumerate(languages):
        for word in WORDS.get(language, "").split():
            _enter(keys, masks, np.frombuffer(word.encode("utf-32-le"), np.uint32), np.uint64(1 << place))
    return keys, masks


@njit(cache=True, nogil=True)
def _enter(keys, masks, points, bit):  # type: ignore[no-untyped-def]
    value = _BASIS
    for c in points:
        value = (value ^ np.uint64(c)) * _PRIME
    at = np.int64((value * _MIX) >> _SHIFT)
    while keys[at] != 0 and keys[at] != value:
        at = (at + 1) & (_SLOTS - 1)
    keys[at] = value
    masks[at] |= bit


@njit(cache=True, nogil=True)
def turns(known, word, bit):  # type: ignore[no-untyped-def]
    """Whether a word, as the hash of its characters (FNV-1a), turns what follows in the language of the ``bit``."""
    keys, masks = known
    at = np.int64((word * _MIX) >> _SHIFT)
    while keys[at] != 0:
        if keys[at] == word:
            return masks[at] & bit != 0
        at = (at + 1) & (_SLOTS - 1)
    return False
