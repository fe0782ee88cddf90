"""Sketches: what two posts must share to say nearly the same, as a few numbers.

A sketch is the set of a text's longer words as 32-bit hashes; two texts are as alike as their sketches overlap (Jaccard). The
four smallest hashes are a sample that near-duplicates mostly agree in (Broder 1997): its pairs are the keys under which they
find each other.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final
from zlib import crc32

SHORTEST: Final = 4
"""Bytes of the shortest word that counts; articles and such are shorter."""
FIRST_UNPARTED: Final = "\u0e00"
"""From here on lie the scripts that part no words."""
LONGEST: Final = 40
"""Words of a text that are looked at."""

Sketch = tuple[int, ...]
"""Hashes in rising order, each once."""


def sketch(said: str, without: Collection[str] = ()) -> Sketch:
    """The sketch of folded words (see ``folding``), leaving out those of ``without`` where others remain."""
    if not said.isascii() and max(said) >= FIRST_UNPARTED:
        said = " ".join(_parted(said.split()))
    words = said.encode("utf-8", "surrogatepass").split()[:LONGEST]
    hashes = {crc32(word) for word in words if len(word) >= SHORTEST}
    if without:
        rest = hashes.difference([crc32(word.encode("utf-8", "surrogatepass")) for word in without])
        hashes = rest if len(rest) > 1 else hashes
    return tuple(sorted(hashes))


def keys(of: Sketch) -> tuple[int, ...]:
    """The keys of a sketch: pairs of its smallest hashes; none for a single word."""
    if len(of) >= 4:
        a, b, c, d = of[:4]
        return (a << 32 | b, a << 32 | c, b << 32 | c, a << 32 | d, b << 32 | d, c << 32 | d)
    if len(of) == 3:
        a, b, c = of
        return (a << 32 | b, a << 32 | c, b << 32 | c)
    return (of[0] << 32 | of[1],) if len(of) == 2 else ()


def likeness(one: Sketch, other: Sketch) -> float:
    """How alike two texts are: words of both by words of either, 0 … 1."""
    shared = len(set(one).intersection(other))
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def _parted(words: list[str]) -> list[str]:
    """``words`` with those of scripts that part no words cut into pairs of characters."""
    found: list[str] = []
    for word in words:
        if word > "\u0e00" and len(word) > 2 and not word.isascii() and "\u0e00" <= word[0] <= "\u9fff":
            found.extend(word[i : i + 2] for i in range(len(word) - 1))
        else:
            found.append(word)
    return found
