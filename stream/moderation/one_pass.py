"""One compiled pass over the bytes of many texts: their plain views, sketches, causes for other views, and hashes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.moderation.folding import AROUND, HUMPED, LETTERS_OF_DISGUISE, MIXED, SIGNED, SPELT, TRIPLED
from stream.moderation.seen import HARD, ODD, as_it_is, see
from stream.moderation.sketch import LONGEST, SHORTEST

SUSPECT, UNPARTED, OWN, UNREAD, TAGGED = 16, 32, 64, 256, 512
"""What is noted beside the causes: a word that a list may know, a script that parts no words, a word that is no tag, name or
link, a text that has to be lowered first, and one in which tags may read otherwise than they look.
"""
BITS: Final = 22
"""Of a hash, so many say where it stands among the suspects, behind a small table of ``SMALL`` bytes."""
SMALL: Final = 1 << 15
_FEW: Final = SMALL * 8 - 1
_PRIME: Final = np.uint64(0x100000001B3)
_BASIS: Final = np.uint64(0xCBF29CE484222325)
_NORMAL, _HOST, _PATH = 0, 1, 2
_SAID, _TAG, _LINK = 0, 1, 2
"""What a word is: part of what is said, of a tag or a name, of a link."""
_HASH, _STAR, _AT = 35, 42, 64
_NO_LETTER, _SMALL, _CAPITAL = 0, 1, 2
_NONE: Final = 0xFFFFFFFF
"""The remainder of no bytes."""


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
_READ_AS: Final[Any] = np.array([ord(chr(code).translate(LETTERS_OF_DISGUISE)) for code in range(256)], np.uint8)
_AROUND: Final[Any] = np.array([chr(code) in AROUND for code in range(256)])


@njit(cache=True, nogil=True)
def read_all(points, ends, as_is, table, rows, suspects, from_, out, hashes, columns, said):  # type: ignore[no-untyped-def]
    """Read texts, of which text i ends at ``points[ends[i]]``; those that are lowered already ``as_is``.

    Writes the plain views to ``out`` and the sketches to ``hashes``, one after another, and of each text to ``columns`` where
    they end, what is noted, and the length of what is ``said``.
    """
    begun, end, hashed = 0, 0, 0
    own = np.empty((2, LONGEST), np.uint32)
    for i in range(ends.size):
        text = points[begun : ends[i]]
        begun = ends[i]
        if as_is:
            size, what = as_it_is(text, from_), 0
        else:
            size, what = see(text, table, rows, from_)
        if what == HARD:
            columns[:, i] = end, hashed, UNREAD, 0
            continue
        view, noted, count, said[i], length = _pass(from_, size, out[end:], own, suspects)
        if noted & SIGNED and not noted & UNPARTED and not _signed(from_, size, suspects):
            noted ^= SIGNED
        hashes[hashed : hashed + count] = own[0, :count]
        end += view
        hashed += count
        columns[:, i] = end, hashed, noted | (TAGGED if what == ODD else 0), length


def watch(suspects: NDArray[np.uint8], crc: int) -> None:
    """Put a hash among the suspects."""
    few, bit = crc & _FEW, crc >> (32 - BITS)
    suspects[few >> 3] |= 1 << (few & 7)
    suspects[SMALL + (bit >> 3)] |= 1 << (bit & 7)


@njit(cache=True, nogil=True)
def both(one, other):  # type: ignore[no-untyped-def]
    """A hash of two words that follow each other, from theirs."""
    return (one * 31 ^ other) & 0xFFFFFFFF


@njit(cache=True, nogil=True)
def _pass(source, size, out, hashes, suspects):  # type: ignore[no-untyped-def]
    """Write the plain view of lower-case or ASCII bytes to ``out`` and the sketch to ``hashes``.

    Returns the length of the view, what is noted, of how many hashes the sketch is, the hash of what is said, and its length.
    """
    out[0], end, noted, state, gap = 32, 1, 0, _NORMAL, True
    begun, crc, aside, word = -1, _NONE, _SAID, 0  # the word that goes on, and the one before
    first, letters, linked = 0, False, False  # the part between white space that goes on
    before, last, single, apart = 32, 32, 0, 0  # classes of the last two signs, letters since a space, those apart
    triple, triples, latin, other = 0, 0, False, False  # the last letter, how often it came, and its alphabet
    tag, humped, was = False, False, _NO_LETTER  # whether a hashtag goes on, has humps, and what its last sign was
    hump, humps, hump_before = _NONE, 0, 0  # the part of a hashtag that goes on, its length, and the part before
    words, own, tags = 0, 0, 0
    said, length, said_then, length_then, kept, length_kept, linkless = _BASIS, 0, _BASIS, 0, _BASIS, 0, True
    i = -1
    while i < size:
        i += 1
        c: Any = np.int64(source[i]) if i < size else 32
        if 97 <= c <= 122 and last == 97 and begun >= 0 and state != _PATH and not tag and not other:
            triples = triples + 1 if triple == c else 1
            if triples == 3:
                noted |= TRIPLED
            triple, latin, before, gap = c, True, 97, False
            single += 1
            crc = _CRC[(crc ^ c) & 0xFF] ^ (crc >> 8)
            said = (said ^ np.uint64(c)) * _PRIME
            length += 1
            out[end] = c
            end += 1
            continue
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
        capital = 65 <= c <= 90
        if capital:
            c += 32
        if tag:
            letter = c > 127 or 48 <= c <= 57 or 97 <= c <= 122
            parts = capital and (was == _SMALL or (was == _CAPITAL and i + 1 < size and 97 <= source[i + 1] <= 122))
            humped = humped or parts
            if humps and (parts or not letter):
                hump ^= _NONE
                if (humped or c == 95) and (_in(suspects, hump) or _in(suspects, both(hump_before, hump))):
                    noted |= HUMPED
                hump_before, hump, humps = hump, _NONE, 0
            if letter:
                hump, humps = _CRC[(hump ^ c) & 0xFF] ^ (hump >> 8), humps + 1
                was = _CAPITAL if capital else _SMALL if 97 <= c <= 122 else _NO_LETTER
            else:
                tag, was = c == 95, _NO_LETTER
        if c == _HASH:
            tag, humped, was, humps, hump = True, False, _NO_LETTER, 0, _NONE
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
            if kind == 36 or (last == 97 and kind in (42, 48)):
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
                begun, crc, said_then, length_then = end, _NONE, said, length
                aside = _LINK if state == _HOST else aside
            letters = True
            crc = _CRC[(crc ^ c) & 0xFF] ^ (crc >> 8)
            said = (said ^ np.uint64(c)) * _PRIME
            length += start
            out[end] = c
        else:
            if begun >= 0:
                crc ^= _NONE
                if _in(suspects, crc) or _in(suspects, both(word, crc)):
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


@njit(cache=True, nogil=True)
def _signed(source, size, suspects):  # type: ignore[no-untyped-def]
    """Whether a word with signs for letters may be one that a list or a block looks for (``folding.undisguised``)."""
    begun, before, state, sign, i = -1, 0, _NORMAL, False, -1
    while i < size:
        i += 1
        c: Any = np.int64(source[i]) if i < size else 32
        white = c == 32 or 9 <= c <= 13 or 28 <= c <= 31
        linked = c == 58 and i + 2 < size and source[i + 1] == 47 and source[i + 2] == 47
        ends = white or linked or (state == _HOST and c == 47)
        if not ends and state != _PATH:
            sign = sign or _READ_AS[c] != c or c == _STAR
            begun = i if begun < 0 else begun
            continue
        if begun >= 0 and sign:
            word = _undisguised(source, begun, i)
            if _in(suspects, word) or _in(suspects, both(before, word)):
                return True
            before = word
        begun, sign = -1, False
        if ends:
            state = _HOST if linked else _NORMAL if white else _PATH
        i += 2 * linked
    return False


@njit(cache=True, nogil=True)
def _undisguised(source, begun, end):  # type: ignore[no-untyped-def]
    """The hash of a word with signs read as letters, without what stands around it; of a name or figures as they are."""
    first, last, letters = begun, end, False
    while first < last and _AROUND[source[first]]:
        first += 1
    while last > first and _AROUND[source[last - 1]]:
        last -= 1
    for i in range(first, last):
        letters = letters or source[i] > 127 or 65 <= source[i] <= 90 or 97 <= source[i] <= 122
    read = letters and source[first] != _AT
    if read:
        begun, end = first, last
    crc: Any = np.int64(_NONE)
    for i in range(begun, end):
        c = np.int64(_READ_AS[source[i]] if read else source[i])
        crc = _CRC[(crc ^ (c + 32 if 65 <= c <= 90 else c)) & 0xFF] ^ (crc >> 8)
    return crc ^ _NONE


@njit(cache=True, nogil=True)
def _in(suspects, crc):  # type: ignore[no-untyped-def]
    """Whether a hash stands among the suspects: first in the small table, which is always at hand, then in the large one."""
    few = crc & _FEW
    if not suspects[few >> 3] & (1 << (few & 7)):
        return False
    bit = crc >> (32 - BITS)
    return suspects[SMALL + (bit >> 3)] & (1 << (bit & 7)) != 0


@njit(cache=True, nogil=True)
def _https(out, begun):  # type: ignore[no-untyped-def]
    return (
        out[begun] == 104 and out[begun + 1] == 116 and out[begun + 2] == 116 and out[begun + 3] == 112
        and out[begun + 4] == 115
    )  # fmt: skip


@njit(cache=True, nogil=True)
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
