"""Readings: everything that the filters need of a text, from one pass over its bytes.

A reading holds the plain view (see ``folding``) and others for which there is cause, whether a word is one that a list or a
block looks for, the sketch, and a hash by which repetitions are told. Most give no cause and cost the pass alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final
from zlib import crc32

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.moderation.folding import HUMPED, MIXED, SIGNED, SPELT, TRIPLED, lowered, other_views
from stream.moderation.sketch import LONGEST, SHORTEST, Sketch, sketch

CACHED: Final = 8192
"""Texts whose readings are kept: names, and what is reposted."""
SUSPECT, UNPARTED, OWN = 16, 32, 64
"""What else is noted: a word that a list may know, a script that parts no words, a word that is no tag, name or link."""
_CAUSES: Final = SIGNED | SPELT | TRIPLED | MIXED | HUMPED
_BITS: Final = 22
_ROOM: Final = 4096
"""Bytes of a text up to which the same memory is used again."""
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_NORMAL, _HOST, _PATH = 0, 1, 2
_SAID, _TAG, _LINK = 0, 1, 2
"""What a word is: part of what is said, of a tag or a name, of a link."""
_HASH, _AT = 35, 64


def _classes() -> NDArray[np.int64]:
    """Of each byte: a letter, a figure that may stand for one, a sign that may, or a space."""
    kinds = np.full(256, 32, np.int64)
    for code in range(256):
        if code > 127 or chr(code).isalpha():
            kinds[code] = ord("a")
        elif chr(code) in "0134578":
            kinds[code] = ord("0")
        elif chr(code) in "*$":
            kinds[code] = code
        elif chr(code) in "@!":
            kinds[code] = ord("!")
    return kinds


def _remainders() -> NDArray[np.int64]:
    """The table of CRC-32, so that words have the hashes that ``sketch`` gives them."""
    table = np.arange(256, dtype=np.int64)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ 0xEDB88320, table >> 1)
    return table


_KINDS: Final[Any] = _classes()
_CRC: Final[Any] = _remainders()


class Reading:
    """What is known of a text. ``more`` are views beside the plain one, each after a line end; ``hashes`` is the sketch as
    bytes of uint32. ``said`` is a hash of what stands before a link, of ``length`` letters and figures.
    """

    __slots__ = ("_plain", "hashes", "length", "more", "noted", "said")

    def __init__(self, plain: bytes, more: str, noted: int, hashes: bytes, said: int, length: int) -> None:
        self._plain, self.more, self.noted, self.hashes, self.said, self.length = (
            plain, more, noted, hashes, said, length,
        )  # fmt: skip

    @property
    def plain(self) -> str:
        """The plain view."""
        return self._plain.decode("utf-8", "replace")

    @property
    def sketch(self) -> Sketch:
        """The sketch of the text."""
        return tuple(memoryview(self.hashes).cast("I"))

    @property
    def suspect(self) -> str:
        """The views in which a list or a block may find something; empty where none can."""
        return self.plain + self.more if self.noted & (SUSPECT | UNPARTED) else self.more


class Reader:
    """Reads texts for one thread. Until it is told what is ``suspect``, everything is."""

    def __init__(self) -> None:
        self._suspects: NDArray[np.uint8] = np.full(1 << (_BITS - 3), 255, np.uint8)
        self._cached: dict[str, Reading] = {}
        self._room = np.zeros((2, 2 * _ROOM), np.uint8)
        self._into, self._from = memoryview(self._room[0]), memoryview(self._room[1])
        self._hashes = np.zeros((2, LONGEST), np.uint32)
        self._sketched = memoryview(self._hashes[0]).cast("B")

    def watch(self, terms: Iterable[str]) -> None:
        """Only where one of ``terms`` (``folding.term``) may stand is something suspect from now on."""
        self._suspects[:] = 0
        self.watch_too(terms)

    def watch_too(self, terms: Iterable[str]) -> None:
        """So it is where one of these may stand."""
        self._cached.clear()
        for term in terms:
            words = [crc32(word.encode("utf-8", "surrogatepass")) for word in term.split()[:2]]
            if words:
                bit = (words[0] if len(words) == 1 else _pair(*words)) >> (32 - _BITS)
                self._suspects[bit >> 3] |= 1 << (bit & 7)

    def read(self, text: str) -> Reading:
        """The reading of a text."""
        reading = self._cached.get(text)
        if reading is None:
            if len(self._cached) >= CACHED:
                self._cached.clear()
            reading = self._cached[text] = self._read(text)
        return reading

    def _read(self, text: str) -> Reading:
        raw = text.encode() if text.isascii() else lowered(text).encode("utf-8", "replace")
        size = len(raw)
        if size <= _ROOM:
            self._into[:size] = raw
            source, out, view = self._room[0], self._room[1], self._from
        else:
            source, out = np.frombuffer(raw, np.uint8).copy(), np.zeros(2 * size + 2, np.uint8)
            view = out.data
        end, noted, hashed, said, length = _pass(source, size, out, self._hashes, self._suspects)
        plain = bytes(view[:end])
        hashes = bytes(self._sketched[: 4 * hashed])
        more = ""
        if noted & _CAUSES or (size > len(text) and "#" in text):
            more = other_views(text, plain.decode("utf-8", "replace"), noted)
        if noted & UNPARTED:
            hashes = np.array(sketch(plain.decode("utf-8", "replace")), np.uint32).tobytes()
        return Reading(plain, more, noted, hashes, said, length)


@njit(cache=True)
def _pair(one, other):  # type: ignore[no-untyped-def]
    """A hash of two words that follow each other, from theirs."""
    return (one * 31 ^ other) & 0xFFFFFFFF


@njit(cache=True)
def _pass(source, size, out, hashes, suspects):  # type: ignore[no-untyped-def]
    """Write the plain view of lower-case or ASCII bytes to ``out`` and the sketch to ``hashes``.

    Returns the length of the view, what is noted, of how many hashes the sketch is, the hash of what is said, and its length.
    """
    out[0], end, noted, state, gap = 32, 1, 0, _NORMAL, True
    begun, crc, aside, word = -1, 0xFFFFFFFF, _SAID, 0  # the word that goes on, and the one before
    first, letters, linked = 0, False, False  # the part between white space that goes on
    before, last, single, apart = (
        32,
        32,
        0,
        0,
    )  # classes of the last two signs, letters since a space, letters that stand apart
    triple, triples, latin, other = (
        0,
        0,
        False,
        False,
    )  # the last letter, how often it came, and of which alphabet it is
    words, own, tags = 0, 0, 0
    said, length, said_then, length_then, kept, length_kept, linkless = _BASIS, 0, _BASIS, 0, _BASIS, 0, True
    i = -1
    while i < size:
        i += 1
        c: Any = np.int64(source[i]) if i < size else 32
        white = c == 32 or 9 <= c <= 13 or 28 <= c <= 31
        if white:
            if letters and not linked and first not in (_AT, _HASH):
                noted |= OWN
            first, letters, linked, state = 0, False, False, _NORMAL
            if gap:
                continue
            c = 32
        elif c == 58 and i + 2 < size and source[i + 1] == 47 and source[i + 2] == 47:
            linked, state, aside = True, _HOST, _LINK
            i += 2
            c = 32
        elif state == _PATH or (state == _HOST and c == 47):
            state = _PATH
            continue
        elif 65 <= c <= 90:
            if aside == _TAG and begun >= 0:
                noted |= HUMPED
            c += 32
        gap = white
        first = first if white else first or c
        kind = _KINDS[c]
        start = c <= 127 or c >= 192
        if kind == 97:
            if last == 48 or (last == 33 and before == 97):
                noted |= SIGNED
            single += 0 if not start else 1 if c < 224 else 2
        elif kind == 32:
            apart = apart + 1 if single == 1 else 0
            if apart == 4:
                noted |= SPELT
            single = 0
        else:
            if kind == 36 or (kind == 42 and last == 97):
                noted |= SIGNED
            single += 2
        before, last = last, kind
        if c >= 192:
            pair = (c << 8) + (source[i + 1] if i + 1 < size else 0)
            triples = triples + 1 if triple == pair and c < 224 else 1
            triple = pair
            other = c == 0xC9 or 0xCD <= c <= 0xD4
            if other and latin:
                noted |= MIXED
            latin = False
            if c >= 0xE1 or pair >= 0xE0B8:
                noted |= UNPARTED
        elif start:
            triples = 0 if kind != 97 else triples + 1 if triple == c else 1
            triple, latin = c, kind == 97
            if other and latin:
                noted |= MIXED
            other = False
        if triples == 3:
            noted |= TRIPLED
        if c > 127 or 48 <= c <= 57 or 97 <= c <= 122:
            if begun < 0:
                begun, crc, said_then, length_then = end, 0xFFFFFFFF, said, length
                aside = _LINK if state == _HOST else aside
            letters = True
            crc = _CRC[(crc ^ c) & 0xFF] ^ (crc >> 8)
            said = (said ^ np.uint64(c)) * _PRIME
            length += start
            out[end] = c
        else:
            if begun >= 0:
                crc ^= 0xFFFFFFFF
                if _in(suspects, crc) or _in(suspects, _pair(word, crc)):
                    noted |= SUSPECT
                word = crc
                if words < LONGEST and end - begun >= SHORTEST and aside != _LINK:
                    if aside == _SAID:
                        hashes[0, own] = crc
                        own += 1
                    else:
                        hashes[1, tags] = crc
                        tags += 1
                words += 1
                if linkless and end - begun == 5 and _https(out, begun):
                    linkless = False
                    kept, length_kept = said_then, length_then
                begun = -1
            if c in (_HASH, _AT):
                aside = _TAG
            elif c != 95 and not (aside == _TAG and c in (45, 46)):
                aside = _SAID
            out[end] = 32
        end += 1
    if length_kept:
        said, length = kept, length_kept
    own = _sorted(hashes[0], own)
    if own <= 1:
        tags = min(tags, LONGEST - own)
        hashes[0, own : own + tags] = hashes[1, :tags]
        own = _sorted(hashes[0], own + tags)
    return end, noted, own, said, length


@njit(cache=True)
def _in(suspects, crc):  # type: ignore[no-untyped-def]
    bit = crc >> (32 - _BITS)
    return suspects[bit >> 3] & (1 << (bit & 7)) != 0


@njit(cache=True)
def _https(out, begun):  # type: ignore[no-untyped-def]
    return (
        out[begun] == 104 and out[begun + 1] == 116 and out[begun + 2] == 116 and out[begun + 3] == 112
        and out[begun + 4] == 115
    )  # fmt: skip


@njit(cache=True)
def _sorted(hashes, count):  # type: ignore[no-untyped-def]
    """Sort the first ``count`` and leave each once; how many are left."""
    left = 0
    for i in range(count):
        one = hashes[i]
        j = left
        while j > 0 and hashes[j - 1] > one:
            j -= 1
        if j > 0 and hashes[j - 1] == one:
            continue
        for k in range(left, j, -1):
            hashes[k] = hashes[k - 1]
        hashes[j] = one
        left += 1
    return left
