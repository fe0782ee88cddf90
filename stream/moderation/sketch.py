"""Sketches: what two posts must share to say nearly the same, as a few numbers.

A sketch is the set of a text's longer words as 32-bit hashes; two texts are as alike as their sketches overlap (Jaccard). What
else two posts may share are marks: a link, a picture, or, where there are hardly any words, all that is said.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from zlib import crc32

from stream.mention import Mention

SHORTEST: Final = 4
"""Bytes of the shortest word that counts; articles and such are shorter."""
FIRST_UNPARTED: Final = "\u0e00"
"""From here on lie the scripts that part no words."""
LONGEST: Final = 40
"""Words of a text that are looked at."""

MARKS: Final = 6
"""Marks of a post that are looked at."""
FEW: Final = 2
"""Words of the longest sketch that says so little that all that is said is a mark."""
_WORD: Final = re.compile(r"\w+")
_AGAIN: Final = re.compile(r"(.)\1+")

Sketch = tuple[int, ...]
"""Hashes in rising order, each once."""


def sketch(said: str) -> Sketch:
    """The sketch of folded words (see ``folding``) in any script."""
    if not said.isascii() and max(said) >= FIRST_UNPARTED:
        said = " ".join(_parted(said.split()))
    words = said.encode("utf-8", "surrogatepass").split()[:LONGEST]
    return tuple(sorted({crc32(word) for word in words if len(word) >= SHORTEST}))


def marks(mention: Mention, words: int) -> Sketch:
    """The marks of a post whose sketch has so many words: its links, its pictures, and what it says where that is little.

    A picture is known by the end of its address, where networks write what is in it.
    """
    found: list[int] = []
    for link in mention.links:
        begun = link.find("://") + 3
        plain = begun > 2 and "?" not in link and "#" not in link and not link.startswith("www.", begun)
        name = link[begun:].rstrip("/") or link if plain else _address(link)
        found.append(crc32(name.encode("utf-8", "surrogatepass")))
    for media in mention.media:
        if url := media.url:
            name = url[url.rfind("/") + 1 :]
            found.append(mark_of(name[: name.index("@")] if "@" in name else name))
    if words <= FEW:
        said = " ".join(w for w in mention.text.casefold().split() if w[0] not in "@#" and "://" not in w)
        if bare := _AGAIN.sub(r"\1", " ".join(_WORD.findall(said))):
            found.append(mark_of(bare))
        elif signs := {c for c in said if c > "\u2000" and unicodedata.category(c) not in ("Mn", "Sk", "Cf")}:
            found += map(mark_of, sorted(signs))
        elif mention.media:
            found.append(_WORDLESS)
    if len(found) < 2 or (len(found) == 2 and found[0] != found[1]):
        return tuple(found)
    return tuple(dict.fromkeys(found[-MARKS:]))


def _address(link: str) -> str:
    """Host and path of a link."""
    end = len(link)
    if "?" in link:
        end = link.index("?")
    if "#" in link:
        end = min(end, link.index("#"))
    begun = link.find("://", 0, end)
    if begun < 0:
        return link
    begun += 7 if link.startswith("www.", begun + 3, end) else 3
    return link[begun:end].rstrip("/") or link


def mark_of(what: str) -> int:
    """What stands for a link, a picture, a tag, in a sketch."""
    return crc32(what.encode("utf-8", "surrogatepass"))


_WORDLESS: Final = mark_of("a picture without words")


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
