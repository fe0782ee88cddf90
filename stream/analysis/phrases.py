"""Key phrases: content words that stand together, found by number so that the rare ones cost four bytes and no name.

A phrase is two content words, or two with one or two stop words between them ("state of the union"), or a run of two to
six characters of a script without spaces. Stop words are those of the ``stop-words`` package, each in its own languages.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Final

import numpy as np
import stop_words  # type: ignore[import-untyped]
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import PHRASES
from stream.analysis.text import IDEOGRAPH, WORD, Texts, classes

_CODES: Final = (
    "ar", "bg", "ca", "cs", "da", "nl", "en", "fi", "fr", "de", "gu", "hi", "hu", "id", "it", "nb", "no", "pl", "pt", "ro",
    "ru", "sk", "es", "sv", "tr", "uk", "vi", "fa", "el", "he", "zh", "ja", "ko",
)  # fmt: skip
_EVERYWHERE: Final = ("amp", "rt", "via", "http", "https", "www", "com", "quot", "gt", "lt")
_NAMING: Final = {
    "en": """
        area areas bill biol case cases computer date detail fact facts fire group groups hell home index information
        interest invention member members microsoft million billion trillion mill mine month net netscape novel number
        numbers order page pages place places point points problem problems research result results ring room rooms side
        sides site state states system test text value website wed word words work works world year years young youngest
    """,
}
"""Words that the package counts among the stop words of a language, and that name something."""
_MOST_BETWEEN: Final = 2
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_MIX: Final = np.uint64(0x9E3779B97F4A7C15)
_TABLE_BITS: Final = 16


@njit(cache=True, nogil=True)
def _hash(points, start, end):  # type: ignore[no-untyped-def]
    value = _BASIS
    for i in range(start, end):
        c = points[i]
        value = (value ^ np.uint64(39 if c == 0x2019 else c)) * _PRIME
    return value * _MIX


@njit(cache=True, nogil=True)
def _look_up(keys, masks, key):  # type: ignore[no-untyped-def]
    j = np.int64(key >> np.uint64(64 - _TABLE_BITS))
    while keys[j] != 0:
        if keys[j] == key:
            return masks[j]
        j = (j + 1) & (keys.size - 1)
    return np.uint64(0)


@njit(cache=True, nogil=True)
def _enter(keys, masks, points, starts, bits):  # type: ignore[no-untyped-def]
    for i in range(starts.size - 1):
        key = _hash(points, starts[i], starts[i + 1] - 1)
        j = np.int64(key >> np.uint64(64 - _TABLE_BITS))
        while keys[j] != 0 and keys[j] != key:
            j = (j + 1) & (keys.size - 1)
        keys[j] = key
        masks[j] |= bits[i]


@cache
def _stop_words() -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """A table of hashed words, each with a bit for every language in which it is a stop word."""
    keys, masks = np.zeros(1 << _TABLE_BITS, np.uint64), np.zeros(1 << _TABLE_BITS, np.uint64)
    known = stop_words.LANGUAGE_MAPPING
    for place, code in enumerate(_CODES):
        if code in known:
            words = Texts(sorted(set(stop_words.get_stop_words(code)).difference(_NAMING.get(code, "").split())))
            _enter(keys, masks, words.points, words.starts, np.full(words.starts.size - 1, 1 << place, np.uint64))
    words = Texts(_EVERYWHERE)
    _enter(keys, masks, words.points, words.starts, np.full(words.starts.size - 1, (1 << 64) - 1, np.uint64))
    return keys, masks


@lru_cache(4096)
def _bit(lang: str) -> int:
    """The bit of a language; all of them where it is unknown."""
    primary = lang.replace("_", "-").partition("-")[0].lower()
    return 1 << _CODES.index(primary) if primary in _CODES else (1 << 64) - 1


def find(texts: Texts, langs: Sequence[str]) -> NDArray[np.uint32]:
    """The phrases of each text, (n, ``PHRASES``), 0 where there are fewer: the first ones, each once."""
    count = texts.starts.size - 1
    found = np.zeros((count, PHRASES), np.uint32)
    bits = np.fromiter((_bit(lang) for lang in langs), np.uint64, count)
    _find((texts.points, texts.starts, classes()), bits, _stop_words(), found)
    return found


def locate(text: str, lang: str, phrase: int) -> str:
    """The words of ``text`` that are the phrase, as they are written; empty when it is not among them."""
    read = Texts([text])
    place = np.zeros(2, np.int64)
    _scan(
        (read.points, classes()),
        (0, read.points.size - 1),
        np.uint64(_bit(lang)),
        _stop_words(),
        (np.uint32(phrase), place),
    )
    start, end = place.tolist()
    return " ".join(text[start:end].split())


@njit(cache=True, nogil=True)
def _find(texts, bits, stops, found):  # type: ignore[no-untyped-def]
    points, starts, kinds = texts
    row = np.zeros(PHRASES + 1, np.uint32)
    nowhere = np.zeros(2, np.int64)
    for i in range(starts.size - 1):
        count = _walk((points, kinds), (starts[i], starts[i + 1] - 1), bits[i], stops, (row, np.uint32(0), nowhere))
        found[i, :count] = row[:count]


@njit(cache=True, nogil=True)
def _scan(text, span, bit, stops, wanted):  # type: ignore[no-untyped-def]
    row = np.zeros(1, np.uint32)
    _walk(text, span, bit, stops, (row, wanted[0], wanted[1]))


@njit(cache=True, nogil=True)
def _walk(text, span, bit, stops, out):  # type: ignore[no-untyped-def]
    """Write phrases into ``row``, or, where one is wanted, the place of that one; returns how many were written."""
    points, kinds = text
    start, end = span
    keys, masks = stops
    row, wanted, place = out
    count = 0
    head, head_start, run, between = np.uint64(0), 0, np.uint64(0), 0
    i = start
    while i < end:
        c = points[i]
        kind = kinds[c] if c < kinds.size else IDEOGRAPH
        phrase = np.uint32(0)
        begin = i
        if kind == WORD:
            bare = i == start or points[i - 1] not in (35, 36, 64, 47, 46, 95)
            while i < end and ((points[i] < kinds.size and kinds[points[i]] == WORD) or points[i] in (39, 0x2019)):
                i += 1
            stop = i
            while stop > begin and points[stop - 1] in (39, 0x2019):
                stop -= 1
            if stop - begin > 3 and points[stop - 1] == 115 and points[stop - 2] in (39, 0x2019):
                stop -= 2
            page = i + 2 < end and points[i] == 58 and points[i + 1] == 47
            if not bare or page or (i < end and points[i] == 64):
                while i < end and points[i] > 32:
                    i += 1
                head = np.uint64(0)
                continue
            key = _hash(points, begin, stop)
            if (_look_up(keys, masks, key) & bit) != 0:
                between += 1
                run = (run ^ key) * _PRIME
                if between > _MOST_BETWEEN:
                    head = np.uint64(0)
            elif stop - begin < 3 or 48 <= c <= 57:
                head = np.uint64(0)
            else:
                if head != 0:
                    whole = ((head ^ run) * _MIX ^ key) * _MIX
                    phrase = np.uint32(whole >> np.uint64(32)) | np.uint32(1)
                word_start = begin
                if phrase != 0:
                    begin = head_start
                head, head_start, run, between = key, word_start, np.uint64(0), 0
            last = stop
        elif kind == IDEOGRAPH:
            while i < end and (points[i] >= kinds.size or kinds[points[i]] == IDEOGRAPH):
                i += 1
            tagged = begin > start and points[begin - 1] in (35, 0xFF03)
            if 2 <= i - begin <= 6 and not tagged:
                key = _hash(points, begin, i)
                if (_look_up(keys, masks, key) & bit) == 0:
                    phrase = np.uint32(key >> np.uint64(32)) | np.uint32(1)
            head = np.uint64(0)
            last = i
        else:
            joins = c in (32, 45, 0xA0) and not (i > start and points[i - 1] == 45)
            if not joins:
                head = np.uint64(0)
            i += 1
            continue
        if phrase == 0:
            continue
        if wanted != 0:
            if phrase == wanted:
                place[0], place[1] = begin - start, last - start
                return count
            continue
        known = False
        for k in range(count):
            known = known or row[k] == phrase
        if not known:
            row[count] = phrase
            count += 1
            if count == PHRASES:
                break
    return count
