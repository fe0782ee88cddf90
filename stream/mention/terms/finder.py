"""Finds any number of terms in a text in one pass.

A text is searched together with what its hashtags say: those that the source gives beside it, and the words of those that are
written in humps or with ``_``, so that ``nokia`` is found in ``#NokiaPhone``. A phrase is found across spaces, line ends and
hyphens, and in a hashtag that is the phrase without its spaces.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Final

import ahocorasick_rs

from stream.mention.terms.boundaries import KINDS, Kind, begins, ends, whole
from stream.mention.terms.folding import fold
from stream.mention.terms.term import BadTerms, Sort, Term, faults, is_tag_character, parse

APART: Final = "\0"
"""Stands between the text and what its hashtags say, so that no phrase reaches across."""

_ADDRESS: Final = re.compile(
    r"(?:https?://|(?<![\w.])www\.)(?:[\w.-]*\.(?=[\w-]))?(?P<ending>[\w-]*(?::\d+)?)[!-\"$-;=@-~]*(?P<rest>[?#][!-~]*)?",
    re.ASCII,
)
"""In a folded text: ``ending`` is the last label of the host, ``rest`` the query and the fragment."""
_HANDLE: Final = re.compile(r"(?<![\w@/.])@(?P<name>[a-z0-9_](?:[\w-]*\w)?)(?:[.@-]+\w+)*", re.ASCII)
_ASCII_TAG: Final = re.compile(r"#(\w+)", re.ASCII)
_GOES_ON: Final = re.compile(r"\w|[.@-]\w", re.ASCII)
"""What a handle goes on with."""


class _Pattern:
    """What is looked for, with the number of its term."""

    __slots__ = ("prefix", "sort", "term")

    def __init__(self, term: int, sort: Sort, prefix: bool) -> None:
        self.term, self.sort, self.prefix = term, sort, prefix


class Finder:
    """Looks for ``terms``. Raises ``BadTerms`` with a sentence for each that can never be found."""

    def __init__(self, terms: Iterable[str]) -> None:
        written = tuple(terms)
        wrong = faults(written)
        if wrong:
            raise BadTerms("; ".join(wrong))
        self.terms = tuple(map(parse, written))
        patterns: dict[str, list[_Pattern]] = {}
        for number, term in enumerate(self.terms):
            for text, sort in _spellings(term):
                patterns.setdefault(text, []).append(_Pattern(number, sort, term.prefix))
        self._patterns = list(patterns.values())
        self._automaton = ahocorasick_rs.AhoCorasick(list(patterns)) if patterns else None
        self._accounts: dict[str, list[int]] = {}
        for number, term in enumerate(self.terms):
            if term.sort == "account" and not term.prefix:
                self._accounts.setdefault(term.folded[1:], []).append(number)
        self._starts = tuple((n, t.folded[1:]) for n, t in enumerate(self.terms) if t.sort == "account" and t.prefix)

    def find(self, text: str, hashtags: Iterable[str] = (), accounts: Iterable[str] = ()) -> set[int]:
        """The numbers of the terms that a post says.

        ``hashtags`` without sign, as the source gives them beside the text; ``accounts`` the handles and ids that it names.
        """
        found: set[int] = set()
        if self._accounts or self._starts:
            for account in accounts:
                self._find_account(fold(account).removeprefix("@"), found)
        if self._automaton is None:
            return found
        folded = fold(_with_tags(text, hashtags))
        seen = folded.replace("-", " ") if "-" in folded else folded
        hits = self._automaton.find_matches_as_indexes(seen, overlapping=True)
        if not hits:
            return found
        hidden = _hidden(folded) if "@" in folded or "://" in folded or "www." in folded else ()
        for number, start, end in hits:
            for pattern in self._patterns[number]:
                if pattern.term not in found and _stands(folded, start, end, pattern, hidden):
                    found.add(pattern.term)
        return found

    def _find_account(self, account: str, found: set[int]) -> None:
        found.update(self._accounts.get(account, ()))
        found.update(number for number, start in self._starts if account.startswith(start))


def _spellings(term: Term) -> Iterable[tuple[str, Sort]]:
    """Every text that says ``term``."""
    seen = term.folded.replace("-", " ").strip()
    yield seen, term.sort
    joined = seen.replace(" ", "")
    if term.sort == "words" and joined != seen and all(map(is_tag_character, joined)):
        yield f"#{joined}", "hashtag"


def _stands(text: str, start: int, end: int, pattern: _Pattern, hidden: Sequence[tuple[int, int, int]]) -> bool:
    """Whether ``text`` says the pattern from ``start`` to ``end``, instead of only holding its letters."""
    if hidden and _is_hidden(start, end, pattern.prefix, hidden):
        return False
    match pattern.sort:
        case "words":
            return begins(text, start) and (whole(text, end) if pattern.prefix else ends(text, end))
        case "cashtag":
            return _free(text, start) and (pattern.prefix or ends(text, end))
        case "hashtag":
            return _free(text, start) and (pattern.prefix or end == len(text) or not is_tag_character(text[end]))
        case "account":
            return _free(text, start) and (pattern.prefix or _GOES_ON.match(text, end) is None)


def _free(text: str, start: int) -> bool:
    """Whether a sign at ``start`` begins something, instead of standing inside a word or an address.

    A sign after a script without spaces does: 新しい#Nokia.
    """
    if start == 0:
        return True
    before = text[start - 1]
    return before not in "#@$&/" and KINDS[before] is not Kind.LETTER


def _is_hidden(start: int, end: int, prefix: bool, hidden: Sequence[tuple[int, int, int]]) -> bool:
    """Whether what is found lies where no words are; in a handle only its whole name is a word."""
    number = bisect_right(hidden, (start, sys.maxsize, 0)) - 1
    first, last, name = hidden[number] if number >= 0 else (0, 0, -1)
    return start < last and not (name >= 0 and start == first and (prefix or end == name))


def _hidden(text: str) -> list[tuple[int, int, int]]:
    """Where no words are, in order and apart: first, last, and where a handle's name ends (-1 in an address).

    Of an address only the names of its host and its path are words; of a handle only its whole name.
    """
    found = []
    for address in _ADDRESS.finditer(text):
        found.append((address.start(), address.start() + address[0].find("://") + 1, -1))
        found += [(*address.span(part), -1) for part in ("ending", "rest") if address[part]]
    found += [(handle.start() + 1, handle.end(), handle.end("name")) for handle in _HANDLE.finditer(text)]
    apart: list[tuple[int, int, int]] = []
    for zone in sorted(found):
        if zone[0] < zone[1] and (not apart or zone[0] >= apart[-1][1]):
            apart.append(zone)
    return apart


def _with_tags(text: str, hashtags: Iterable[str]) -> str:
    """``text``, the tags that stand beside it, and the words of those in it and beside it."""
    parts = [text]
    if "#" in text or "＃" in text:
        parts += filter(None, map(_words_of, _tags(text)))
    for tag in hashtags:
        bare = tag.lstrip("#＃")
        parts += filter(None, (f"#{bare}", _words_of(bare)))
    return APART.join(parts)


def _tags(text: str) -> Iterable[str]:
    if text.isascii():
        yield from _ASCII_TAG.findall(text)
        return
    for after in text.replace("＃", "#").split("#")[1:]:
        end = 0
        while end < len(after) and is_tag_character(after[end]):
            end += 1
        if end:
            yield after[:end]


@lru_cache(20_000)
def _words_of(tag: str) -> str:
    """The words of a tag that is written in humps or with ``_``; empty where it is one word.

    >>> _words_of("HarbourFestival2026"), _words_of("new_york"), _words_of("NASAFlies"), _words_of("nokia")
    ('Harbour Festival 2026', 'new york', 'NASA Flies', '')
    """
    parted = ""
    for i, c in enumerate(tag):
        before, after = tag[i - 1 : i] if i else "", tag[i + 1 : i + 2]
        hump = before.islower() and (c.isupper() or c.isdigit())
        hump = hump or (before.isupper() and c.isupper() and after.islower())
        parted += " " + c if hump else c
    parted = parted.replace("_", " ").strip()
    return parted if parted != tag else ""
