"""One tracked term as it is written, and what is wrong with those that can never be found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final, Literal

import msgspec

from stream.mention.terms.boundaries import KINDS, Kind
from stream.mention.terms.folding import fold

LONGEST: Final = 200
"""Characters of a term."""
SHORTEST_PREFIX: Final = 2
"""Characters before a ``*``; fewer would listen to everybody."""

_CASHTAG: Final = re.compile(r"\$[a-z]{1,6}(?:[._][a-z]{1,2})?")

Sort = Literal["words", "hashtag", "cashtag", "account"]


class BadTerms(ValueError):
    """Terms that can never be found; a sentence for each."""


class Term(msgspec.Struct, frozen=True):
    """A term. ``folded`` is what is looked for, its sign included; ``prefix`` says that a word may go on after it."""

    written: str
    sort: Sort
    folded: str
    prefix: bool = False


def parse(written: str) -> Term:
    """The term in ``written``. Raises ``BadTerms`` with the sentence that says what is wrong."""
    fault = _fault(written)
    if fault:
        raise BadTerms(fault)
    folded = fold(written)
    bare = folded.rstrip("*")
    # "f**k*" is a prefix of four characters and more; "*" alone was a fault.
    return Term(written, _sort(bare), bare.rstrip(), prefix=bare != folded)


def faults(terms: Iterable[str]) -> list[str]:
    """A sentence for each of ``terms`` that can never be found, or would find everything; none when all are well."""
    return [sentence for term in terms if (sentence := _fault(term))]


def _sort(folded: str) -> Sort:
    if folded.startswith("#"):
        return "hashtag"
    if folded.startswith("@"):
        return "account"
    return "cashtag" if _CASHTAG.fullmatch(folded) else "words"


def _fault(written: str) -> str:
    shown = repr(written if len(written) <= 40 else written[:39] + "…")
    if len(written) > LONGEST:
        return f"the term {shown} has {len(written)} characters; at most {LONGEST} are looked for"
    folded = fold(written)
    if not folded:
        return f"the term {shown} is empty; write a word, a phrase, a #hashtag, a $cashtag or an @account"
    bare = folded.rstrip("*").rstrip()
    if not any(map(_tells, bare)):
        return f"the term {shown} has no letter, digit or picture; nobody could be found by it"
    if bare.startswith("*"):
        return f"the term {shown} begins with a *, which may stand at the end only"
    if bare != folded and sum(KINDS[c] is not Kind.JOINED for c in bare.lstrip("#@$")) < SHORTEST_PREFIX:
        return (
            f"the term {shown} would find almost everything; write at least {SHORTEST_PREFIX} characters before the *"
        )
    if bare[0] == "#" and not all(map(is_tag_character, bare[1:])):
        return f"the term {shown} is no hashtag; one is a single word of letters, digits and _ after its #"
    if bare[0] == "@" and " " in bare:
        return f"the term {shown} is no account; one is a single word after its @"
    return ""


def is_tag_character(character: str) -> bool:
    """Whether a hashtag goes on with ``character``."""
    return KINDS[character] not in (Kind.APART, Kind.FLAG) or character == "\u200c"


def _tells(character: str) -> bool:
    if character.isascii():
        return character.isalnum()
    return character.isalnum() or unicodedata.category(character)[0] == "S"
