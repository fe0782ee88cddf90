"""Echoes: what of a text stays when it is told again, and when two texts are nearly the same (min-wise hashing, Broder 1997).

A text is read as its letters: without the people it is sent to or credited to, addresses of pages, hashtags at its end,
emoji, marks, capitals and accents. Its signature has ``BINS`` values, the least hash of its runs of letters in each bin
(one permutation: Li, Owen, Zhang 2012); two texts agree in about as many as they share of their runs. Texts are compared
that have all values of one of ``BANDS`` groups in common, their first letters, or their last.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import xxhash
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import BANDS, BINS, Columns
from stream.analysis.plain import plain
from stream.analysis.sparse import hint
from stream.analysis.text import LIMIT, Texts, classes

if TYPE_CHECKING:
    from stream.analysis.held import Held

SHORTEST: Final = 16
"""Letters that a text must have (an ideograph is two); shorter ones are alike by accident."""
SHORTEST_TOLD: Final = 24
"""The same where one of two is said to somebody: many thank and wish in the same words."""
SHORTEST_BOTH: Final = 40
"""The same where both are."""
ALIKE: Final = 0.58
"""Share of their runs that near-duplicates have in common at least."""
SHORT: Final = 0.1
"""So much more for the shortest ones, none for those of ``LINES`` letters."""
AKIN: Final = 0.35
"""The same for a text and the first one of the story that it joins by way of others."""
LENGTH: Final = 0.8
"""Length of the shorter to the longer at least: who adds more has words of their own."""
CONTAINED: Final = 0.75
"""Share of the runs of a text that was cut which the whole one has at least."""
LINES: Final = 60
"""Letters of texts that are near-duplicates with different links, at least."""
SAME: Final = 0.7
"""Share of their runs that these have in common at least."""
FEWEST: Final = 4
"""Values that a text which was cut and the whole one have in common at least."""

CUT: Final = np.uint16(0x8000)
"""Marks the length of a text that ends in an ellipsis."""
TOLD: Final = np.uint16(0x4000)
"""Marks that of a text said to somebody."""
RUNS: Final = np.uint16(0x3FFF)
"""What of it is the number of runs."""
NOTHING: Final = np.uint16(0)

_RUN: Final = 4
_EDGE: Final = 13
_GROUP: Final = BINS // BANDS
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_NONE: Final = np.uint64(0xFFFFFFFFFFFFFFFF)


class Echoes(NamedTuple):
    """What is kept of each text; all 0 where it is too short.

    Its signature (n, ``BINS``), keys of its first and last letters (n, 2), the numbers and people in it as a set of bits,
    and its number of runs with ``CUT`` and ``TOLD``.
    """

    sign: NDArray[np.uint8]
    ends: NDArray[np.uint32]
    figures: NDArray[np.uint64]
    length: NDArray[np.uint16]


def read(texts: Texts, answers: NDArray[np.bool_]) -> Echoes:
    """What is kept of some texts, some of which are ``answers`` to other posts."""
    n = texts.starts.size - 1
    echoes = Echoes(
        np.zeros((n, BINS), np.uint8), np.zeros((n, 2), np.uint32), np.zeros(n, np.uint64), np.zeros(n, np.uint16)
    )
    _read(texts.points, texts.starts, answers, classes(), _folds(), *echoes)
    return echoes


@cache
def _folds() -> NDArray[np.uint32]:
    """The letter without its accent, of each Latin one."""
    return np.array([ord(unicodedata.normalize("NFD", chr(c))[0]) for c in range(0x250)], np.uint32)


def counted(columns: Columns | Held, slots: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Four keys of each row that most of its near-duplicates share one of (n, 4): its ends and two bands; 0 is none."""
    keys = np.empty((slots.size, 4), np.uint32)
    keys[:, :2] = columns.ends[slots]
    keys[:, 2:] = bands(columns.sign, slots, 2)
    return keys


def bands(signs: NDArray[np.uint8], slots: NDArray[np.int64], most: int = BANDS) -> NDArray[np.uint32]:
    """The keys of the first bands of some signatures (n, ``most``), 0 for those of short texts."""
    keys = np.empty((slots.size, most), np.uint32)
    _bands(signs, slots, keys)
    return keys


@njit(cache=True, nogil=True)
def write_hints(signs, slots, hints):  # type: ignore[no-untyped-def]
    """Write the ``hint`` of the keys of the first bands of some rows."""
    for slot in slots:
        for band in range(hints.shape[1]):
            hints[slot, band] = hint(band_key(signs[slot], band))


@njit(cache=True, nogil=True)
def _bands(signs, slots, keys):  # type: ignore[no-untyped-def]
    for i in range(slots.size):
        for band in range(keys.shape[1]):
            keys[i, band] = band_key(signs[slots[i]], band)


@njit(cache=True, nogil=True)
def band_key(sign, band):  # type: ignore[no-untyped-def]
    """32 bits for the values of one band, or 0. An empty bin has the value of the next one that is not."""
    key = _BASIS + np.uint64(band + 1)
    for j in range(band * _GROUP, (band + 1) * _GROUP):
        k = j
        while sign[k % BINS] == 0:
            k += 1
            if k == j + BINS:
                return np.uint32(0)
        key = (key ^ np.uint64(sign[k % BINS])) * _MIX
        key ^= key >> np.uint64(31)
    return np.uint32(key & np.uint64(0xFFFFFFFF)) | np.uint32(1)


@njit(cache=True, nogil=True)
def alike(read, a, b, least):  # type: ignore[no-untyped-def]
    """Whether two rows are near-duplicates that have at least this share of their runs in common.

    Texts that name different numbers or people are not, nor short ones said to different people. One that was cut is
    compared with as much of another that begins like it. One that is too short is like none.
    """
    signs, lengths, figures, ends, _ = read
    if lengths[a] == 0 or lengths[b] == 0:
        return False
    if figures[a] & ~figures[b] != 0 and figures[b] & ~figures[a] != 0:
        return False
    one, two = lengths[a] & RUNS, lengths[b] & RUNS
    shorter, longer = min(one, two), max(one, two)
    told, both = (lengths[a] | lengths[b]) & TOLD, lengths[a] & lengths[b] & TOLD
    if told and shorter < (SHORTEST_BOTH if both else SHORTEST_TOLD):
        return False
    cut = (lengths[a] & CUT and one <= two) or (lengths[b] & CUT and two <= one)
    cut = cut and ends[a, 0] == ends[b, 0]
    if not cut and shorter < LENGTH * longer:
        return False
    same, bins = 0, 0
    for k in range(BINS):
        one_value, other_value = signs[a, k], signs[b, k]
        same += one_value == other_value and one_value != 0
        bins += (one_value | other_value) != 0
    share = same / bins
    if cut:
        return same >= FEWEST and share * (one + two) >= CONTAINED * (1 + share) * shorter
    return share >= least + SHORT * max(0.0, 1.0 - shorter / LINES)


@njit(cache=True, nogil=True)
def alike_beside(read, a, b, least):  # type: ignore[no-untyped-def]
    """``alike``, and not lines of one kind about two pages: those that link to other pages must be long and say the same."""
    links, lengths = read[4], read[1]
    if links[a] != 0 and links[b] != 0 and links[a] != links[b]:
        return min(lengths[a] & RUNS, lengths[b] & RUNS) >= LINES and alike(read, a, b, max(least, SAME))
    return alike(read, a, b, least)


@njit(cache=True, nogil=True)
def _read(points, starts, answers, kinds, folds, signs, ends, figures, lengths):  # type: ignore[no-untyped-def]
    text = np.empty(LIMIT + 8, np.uint32)
    weights = np.empty(LIMIT + 8, np.uint8)
    least = np.empty(BINS, np.uint64)
    for i in range(starts.size - 1):
        size, weight, said, cut, told = plain(points, starts[i], starts[i + 1] - 1, kinds, folds, text, weights)
        if weight < SHORTEST:
            continue
        figures[i] = said
        ends[i, 0] = _edge(text, weights, 0, 1, size)
        ends[i, 1] = _edge(text, weights, size - 1, -1, size)
        least[:] = _NONE
        runs = 0
        for j in range(size):
            run, k, room = _BASIS, j, 0
            while room < _RUN and k < size:
                run = (run ^ np.uint64(text[k])) * _PRIME
                room += weights[k]
                k += 1
            if room < _RUN:
                break
            runs += 1
            run *= _MIX
            run ^= run >> np.uint64(29)
            run *= _MIX
            place = np.int64((run >> np.uint64(32)) * np.uint64(BINS) >> np.uint64(32))
            least[place] = min(least[place], run & np.uint64(0xFFFFFFFF))
        lengths[i] = np.uint16(runs) | (CUT if cut else NOTHING) | (TOLD if told or answers[i] else NOTHING)
        for k in range(BINS):
            if least[k] != _NONE:
                signs[i, k] = np.uint8(1 + least[k] % np.uint64(255))


@njit(cache=True, nogil=True)
def _edge(text, weights, at, step, size):  # type: ignore[no-untyped-def]
    """A key of the letters from one end of a text."""
    key = _BASIS + np.uint64(step + 1)
    room = 0
    while room < _EDGE and 0 <= at < size:
        key = (key ^ np.uint64(text[at])) * _PRIME
        room += weights[at]
        at += step
    key *= _MIX
    return np.uint32(key >> np.uint64(32)) | np.uint32(1)


_SCHEME: Final = re.compile(r"^https?://(?:www\.|m\.|mobile\.)?", re.IGNORECASE)
_TRACKING: Final = re.compile(
    r"(?:utm_\w*|at_\w*|mc_[ce]id|ref|ref_\w+|\w*clid|igsh\w*|si|s|t|cmpid|ocid|ncid|smid|wt_mc|mkt_tok|feature|_ga)(?:=|$)",
    re.IGNORECASE,
)


def link_key(url: str) -> int:
    """One number for a page, however the link to it is dressed; 0 for no link, and for a site's front page.

    Who points to a front page tells of the site, or of what is on it that day; it is no page that people pass on.
    """
    page, _, query = _SCHEME.sub("", url.strip()).partition("#")[0].partition("?")
    host, _, path = page.rstrip("/").partition("/")
    asked = "&".join(sorted(part for part in query.split("&") if part and not _TRACKING.match(part))) if query else ""
    if not path and not asked:
        return 0
    return xxhash.xxh3_64_intdigest(f"{host.lower()}/{path}?{asked}".encode("utf-8", "surrogatepass"), seed=1) or 1
