"""Folding: the views of a text in which word lists are searched, so that small disguises do not hide a word.

Every view is lower case words parted and surrounded by spaces, so that a term `` word `` is found as a whole word
only: Scunthorpe, assessment and class are left alone by construction. What is rare, a disguise, is looked for in the one pass
over the bytes that makes the plain view (see ``reading``), before anything is done about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from stream.moderation.seen import lowered

LETTERS_OF_DISGUISE: Final = str.maketrans("0134578@$!€£", "oieastbasiel")
AROUND: Final = ".,;:!?\"'()[]{}*#…"
_SIGN: Final = re.compile(r"[0134578@$!€£*]")
_LOOKALIKES: Final = str.maketrans("авеёкмнорстухіјѕԁԛɡαβεικνορτυχ", "abeekmhopctyxijsdqgabeiknoptux")
_APART: Final = bytes(code if code > 127 or chr(code).isalnum() else 32 for code in range(256))
SIGNED, SPELT, TRIPLED, MIXED, HUMPED = 1, 2, 4, 8, 128
"""Causes for another view: signs that stand for letters, letters that stand apart, one three times, two alphabets in a word,
a hashtag in humps of which a list may know one."""
_STRETCHED: Final = re.compile(r"([^\W\d_])\1{2,}")
_ONCE, _TWICE = r"\1", r"\1\1"
_LONELY: Final = frozenset("aioyueàéöåиявксуо")
"""Letters that are words in some language."""
_SPELT: Final = re.compile(r"(?: {1,2}[^\W\d_]){4,}(?= )")
_LATIN_AND_OTHER: Final = re.compile(r"[a-z][\u0370-\u052f\u0261]|[\u0370-\u052f\u0261][a-z]")
_TAG: Final = re.compile(r"#\w+")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def folded(text: str) -> str:
    """The plain view: links cut to their hosts, NFKC, case folded, invisible characters gone, punctuation to spaces."""
    return _words(_hosts_alone(lowered(text)))


def term(text: str) -> str:
    """A term as ``folded`` shows it; one in a script that parts no words is found anywhere."""
    words = folded(text).strip()
    words = " ".join(words.split())
    return words if any(_unparted(c) for c in words) else f" {words} "


def other_views(text: str, plain: str, causes: int) -> str:
    """The views beside the ``plain`` one for which ``text`` gives cause, each on a line of its own."""
    found = ""
    if "#" in text and (humped := "".join(map(_humps, _TAG.findall(text)))):
        found += "\n " + humped
    if causes & SIGNED:
        words = filter(_SIGN.search, _hosts_alone(lowered(text)).split())
        found += "\n " + " ".join(map(undisguised, words)) + " "
    if causes & TRIPLED:
        found += f"\n{_STRETCHED.sub(_ONCE, plain)}\n{_STRETCHED.sub(_TWICE, plain)}"
    if causes & SPELT:
        found += "\n " + " ".join(map(_joined, _SPELT.findall(plain))) + " "
    if causes & MIXED:
        mixed = [word for word in plain.split() if _LATIN_AND_OTHER.search(word)]
        found += "\n " + " ".join(mixed).translate(_LOOKALIKES) + " "
        signed = [
            word for word in _hosts_alone(lowered(text)).split() if _LATIN_AND_OTHER.search(word) and _SIGN.search(word)
        ]
        found += " ".join(undisguised(word.translate(_LOOKALIKES)) for word in signed) + " "
    return found


@lru_cache(20_000)
def _humps(tag: str) -> str:
    """The words of a hashtag that is written in humps, each with a space after it; empty where it has none."""
    parted = _HUMP.sub(" ", tag)
    return _words(parted.casefold())[1:] if parted != tag else ""


def _joined(spelt: str) -> str:
    """Letters that stand apart as one word; also without a first or last one that may be a word itself: such a w o r d."""
    word = spelt.replace(" ", "")
    rest = word[1:] if word[0] in _LONELY else ""
    return f"{word} {rest} {word[:-1]} {rest[:-1]}" if word[-1] in _LONELY else f"{word} {rest}"


def masks(word: str) -> Iterator[str]:
    """``word`` with one of its inner letters starred out, as people write it to slip through: f*ck."""
    for i in range(1, len(word) - 1):
        yield f" {word[:i]}*{word[i + 1 :]} "


def unmixed(plain: str) -> str:
    """``plain`` with the words of two alphabets read as of one."""
    words = plain.split(" ")
    return " ".join(word.translate(_LOOKALIKES) if _LATIN_AND_OTHER.search(word) else word for word in words)


def undisguised(word: str) -> str:
    """``word`` with figures and signs that stand for letters among letters read as letters."""
    bare = word.strip(AROUND)
    if bare[:1] == "@" or not any(map(str.isalpha, bare)):
        return word
    return bare.translate(LETTERS_OF_DISGUISE)


def _hosts_alone(text: str) -> str:
    """``text`` with each link cut to its host: paths are full of letters that mean nothing."""
    if "://" not in text:
        return text
    before, *links = text.replace("\n", " ").split("://")
    for link in links:
        address, _, after = link.partition(" ")
        host = address.partition("/")[0]
        before += f" {host} {after}" if after else f" {host}"
    return before


def _words(lowered: str) -> str:
    if "  " in lowered:
        lowered = " ".join(lowered.split())
    return f" {lowered} ".encode("utf-8", "replace").translate(_APART).decode()


def _unparted(c: str) -> bool:
    """Whether ``c`` belongs to a script that writes words without spaces between them."""
    return "\u0e00" <= c <= "\u0eff" or "\u3040" <= c <= "\u30ff" or "\u3400" <= c <= "\u9fff" or c == "🖕"
