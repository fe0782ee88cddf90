"""One topic under several names: ``#stateoftheunion``, "State of the Union", ``#SOTU``; a word in its inflected forms.

Names fold when they are the same letters, or the same words up to their endings (Snowball stemmers, Porter 2001), or when one
is the initials of the other and people say both together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Final

import snowballstemmer  # type: ignore[import-untyped]
import stop_words  # type: ignore[import-untyped]

TOGETHER: Final = 2
"""Posts that must say a phrase and its initials together, and"""
SHARE: Final = 0.1
"""the share of the rarer one's posts that these must be."""
INITIALS: Final = range(3, 7)
"""Letters of initials."""

_STEMMED: Final = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "fi": "finnish", "fr": "french", "hu": "hungarian", "id": "indonesian",
    "it": "italian", "lt": "lithuanian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
_INFLECTED: Final = frozenset(("et", "fi", "hu", "lt", "pl", "cs", "ru", "tr"))
"""Languages in which a single word has so many forms that hashtags are folded too; elsewhere that would do more harm."""
_LEAST: Final = 4
"""Letters of a stem that tells words apart."""
_APART: Final = re.compile(r"[\s\-_'’.]+")


def initialled(ids: Sequence[str], langs: Sequence[str]) -> list[tuple[int, int]]:
    """Pairs of topics (by place in ``ids``) of which the first may be the initials of the second."""
    tags = {topic[1:]: i for i, topic in enumerate(ids) if topic[0] == "#" and len(topic) - 1 in INITIALS}
    return [
        (tags[initials], i)
        for i, (topic, lang) in enumerate(zip(ids, langs, strict=True))
        for initials in _initials(topic, lang)
        if initials in tags
    ]


def groups(ids: Sequence[str], langs: Sequence[str], pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Topics (by place in ``ids``) that are one, by the place of the one whose id they take: the first in order of text.

    ``langs`` are the languages in which each is mostly said; ``pairs`` are one as well.
    """
    parent = list(range(len(ids)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    first: dict[tuple[str, ...], int] = {}
    for i, (topic, lang) in enumerate(zip(ids, langs, strict=True)):
        for shape in _shapes(topic, lang):
            same = first.setdefault(shape, i)
            if same != i:
                parent[root(i)] = root(same)
    for a, b in pairs:
        parent[root(a)] = root(b)
    members: dict[int, list[int]] = {}
    for i in range(len(ids)):
        members.setdefault(i if parent[i] == i else root(i), []).append(i)
    return {min(of, key=lambda i: ids[i]): of for of in members.values() if len(of) > 1}


@lru_cache(8_000)
def _shapes(topic: str, lang: str) -> tuple[tuple[str, ...], ...]:
    """What must be the same for two topics to be one."""
    if topic[0] == "$":
        return ()
    bare = topic[1:] if topic[0] == "#" else topic
    letters = "letters", _APART.sub("", bare)
    words = bare.replace("-", " ").split()
    if len(words) > 1 or lang in _INFLECTED:
        stems = _stems(bare.replace("-", " "), lang)
        if stems:
            return letters, (lang, *stems)
    return (letters,)


@lru_cache(20_000)
def _stems(words: str, lang: str) -> tuple[str, ...]:
    """The stems of some words; none where the language has no stemmer or a stem is too short to tell words apart."""
    name = _STEMMED.get(lang)
    if name is None:
        return ()
    stems = tuple(_stemmer(name).stemWords(words.split()))
    return stems if max(map(len, stems)) >= _LEAST else ()


@cache
def _stemmer(name: str) -> Any:
    return snowballstemmer.stemmer(name)


@lru_cache(20_000)
def _initials(topic: str, lang: str) -> tuple[str, ...]:
    """The initials of a phrase, with and without its stop words."""
    words = topic.replace("-", " ").split()
    if topic[0] in "#$@" or len(words) < 2:
        return ()
    small = _small(lang)
    every = "".join(word[0] for word in words)
    content = "".join(word[0] for word in words if word not in small)
    return tuple(dict.fromkeys(letters for letters in (every, content) if len(letters) in INITIALS))


@cache
def _small(lang: str) -> frozenset[str]:
    known = stop_words.LANGUAGE_MAPPING
    return frozenset(stop_words.get_stop_words(lang)) if lang in known else frozenset()
