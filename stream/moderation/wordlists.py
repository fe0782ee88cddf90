"""Word lists: what the maintained package ``glin_profanity`` holds in 24 languages, found in one pass over a text.

A list counts only in posts of its language, English everywhere. Where the language is unknown all lists count, less the
entries that are ordinary words elsewhere (``ordinary.txt``: "bite" is French slang and an English verb). What is an ordinary
word of the post's language is none, whatever list has it: "slut" is the end in Swedish. A hit is never more
than a reason to ask staff: lists know no context.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache, lru_cache
from importlib import resources
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation

from stream.moderation.folding import masks, term, undisguised

LANGUAGES: Final = {
    "ar": "arabic", "zh": "chinese", "cs": "czech", "da": "danish", "nl": "dutch", "en": "english", "eo": "esperanto",
    "fi": "finnish", "fr": "french", "de": "german", "hi": "hindi", "hu": "hungarian", "it": "italian", "ja": "japanese",
    "ko": "korean", "no": "norwegian", "fa": "persian", "pl": "polish", "pt": "portuguese", "ru": "russian", "es": "spanish",
    "tr": "turkish", "sv": "swedish", "th": "thai",
}  # fmt: skip
SAME: Final = {
    "nb": "no",
    "nn": "no",
    "iw": "he",
    "und": "",
    "mul": "",
    "zxx": "",
    "qme": "",
    "qht": "",
    "qam": "",
    "art": "",
}
"""Codes that mean another one, or nothing, at some source."""
SHORTEST_ANYWHERE: Final = 4
"""Entries with fewer letters count only in posts of their language."""
_NAME: Final = re.compile(r"\bDick\W+[A-Z]|\b[A-Z][a-z]*\.?,? Dick\b|Dick(?=[A-Z][a-z])|[a-z]Dick\b")
"""Dick as a given name, beside another capitalised word."""


class WordLists:
    """The lists of some languages as one automaton; ``languages`` empty means all that there are."""

    def __init__(self, languages: Collection[str] = (), allow: Iterable[str] = ()) -> None:
        allowed = {term(word).strip() for word in (*allow, *ordinary("allow"))}
        elsewhere = {term(word).strip() for word in ordinary("elsewhere")}
        owners: dict[str, set[str]] = {}
        for language in LANGUAGES:
            if languages and language not in languages and language != "en":
                continue
            for word in entries(language):
                shape = term(undisguised(word.replace("@", "a")))
                if not _tells(shape.strip()) or shape.strip() in allowed:
                    continue
                owners.setdefault(shape, set()).add(language)
                bare = shape.strip()
                if len(bare) >= SHORTEST_ANYWHERE and bare.isascii() and bare.isalpha():
                    if (
                        language == "en"
                        and not bare.endswith(("s", "x", "y", "z", "ing"))
                        and f"{bare}s" not in allowed
                    ):
                        owners.setdefault(f" {bare}s ", set()).add(language)
                    for mask in masks(bare):
                        owners.setdefault(mask, set()).add(language)
        self._terms = list(owners)
        self._owners = [frozenset(owners[shape]) for shape in self._terms]
        fair: dict[str, set[str]] = {}
        for language in sections().keys() - {"allow", "elsewhere"}:
            for word in ordinary(language):
                fair.setdefault(term(word).strip(), set()).add(language)
        self._fair = [frozenset(fair.get(shape.strip(), ())) for shape in self._terms]
        self._anywhere = [
            "en" in owners[shape] or (len(shape.strip()) >= SHORTEST_ANYWHERE and shape.strip() not in elsewhere)
            for shape in self._terms
        ]
        self._automaton = AhoCorasick(self._terms, implementation=Implementation.ContiguousNFA) if self._terms else None

    @property
    def shapes(self) -> list[str]:
        """The entries as they stand in a view."""
        return self._terms

    def find(self, within: str, lang: str = "", text: Callable[[], str] | None = None) -> str | None:
        """The first entry in ``within``, views of a text, that counts in ``lang`` (BCP 47, empty is unknown), or None.

        ``text`` gives the text as it was written, where it is needed to tell a given name from a word.
        """
        if self._automaton is None:
            return None
        hits = self._automaton.find_matches_as_indexes(within, overlapping=True)
        if not hits:
            return None
        language = base(lang)
        for found, _, _ in hits:
            owners = self._owners[found]
            counts = "en" in owners or language in owners if language else self._anywhere[found]
            counts = counts and language not in self._fair[found]
            word = self._terms[found].strip()
            if counts and not (word == "dick" and text is not None and _NAME.search(text())):
                return word
        return None


def _tells(words: str) -> bool:
    """Whether an entry is more than figures and single letters (``a.q.`` and ``18+`` are in the lists)."""
    return any(not word.isalnum() or (len(word) > 1 and not word.isnumeric()) for word in words.split())


@lru_cache(1000)
def base(lang: str) -> str:
    """The language of a BCP 47 tag as the lists know it; empty when it says nothing."""
    code = lang.replace("_", "-").partition("-")[0].lower()
    return SAME.get(code, code)


@cache
def entries(language: str) -> tuple[str, ...]:
    """The entries of the package's list of ``language``."""
    from glin_profanity.data.dictionary import dictionary

    return tuple(dictionary.get_words(LANGUAGES[language]))


def ordinary(section: str) -> tuple[str, ...]:
    """The words of one ``[section]`` of ``ordinary.txt``."""
    return tuple(sections().get(section, ()))


@cache
def sections() -> Mapping[str, list[str]]:
    """The words of ``ordinary.txt`` by section: ``allow``, ``elsewhere``, and languages in which they are ordinary words."""
    found: dict[str, list[str]] = {}
    here: list[str] = []
    for line in resources.files(__package__).joinpath("ordinary.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            here = found.setdefault(line.strip("[] "), [])
        elif line.strip() and not line.startswith("#"):
            here.append(line.strip())
    return found
