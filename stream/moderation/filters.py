"""The filters of the moderation chain: each looks at one thing and says accept, reject, hold or nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Final, Protocol

import xxhash
from ahocorasick_rs import AhoCorasick

from stream.mention import Mention
from stream.moderation.folding import haystack, term
from stream.moderation.verdict import NO_OPINION, Verdict
from stream.moderation.wordlists import WordLists

SENSITIVE: Final = frozenset({"sensitive", "porn", "sexual", "nudity", "graphic-media", "gore", "!warn"})
HIDDEN: Final = frozenset({"!hide", "!takedown"})
REPEATS: Final = 3
"""How often an author may say the same within ``REPEAT_MS``; the next time waits for staff."""
REPEAT_MS: Final = 10 * 60_000
REMEMBERED: Final = 20_000
"""Texts that the filter of repetitions keeps in mind."""
WORDS_LIMIT: Final = 5_000
"""Characters that are searched; what is longer is cut before it is shown."""
SHORT: Final = 20
"""Characters of a text that may be said any number of times: thanks, congratulations."""


class Words:
    """What is judged: the words that would be shown, their language, and the mention that they come from, if any.

    ``haystack`` is the text folded for searching.
    """

    __slots__ = ("haystack", "lang", "mention", "text")

    def __init__(self, text: str, lang: str = "", mention: Mention | None = None) -> None:
        self.text = text
        self.lang = lang
        self.mention = mention
        self.haystack = haystack(text)


class Filter(Protocol):
    """One link of the chain. ``t_ms`` is T; a filter has no clock of its own."""

    def judge(self, words: Words, t_ms: int) -> Verdict: ...


class BlockedAuthors:
    """Rejects authors whom the staff have blocked, by stable id."""

    def __init__(self) -> None:
        self._blocked: set[str] = set()

    def block(self, author_id: str, on: bool) -> None:
        (self._blocked.add if on else self._blocked.discard)(author_id)

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        if words.mention is not None and words.mention.author.id in self._blocked:
            return Verdict("reject", "blocked author")
        return NO_OPINION


class BlockedTerms:
    """Rejects whole words and phrases that the staff or the configuration have blocked."""

    def __init__(self, terms: tuple[str, ...] = ()) -> None:
        self._terms = {shape: word for word in terms if (shape := term(word)).strip()}
        self._automaton: AhoCorasick | None = None
        self._build()

    def block(self, word: str, on: bool) -> None:
        """Raises ``ValueError`` for a term without a letter or figure: it would reject everything or nothing."""
        shape = term(word)
        if not shape.strip():
            raise ValueError(f"{word!r} has no letter to block")
        if on:
            self._terms[shape] = word
        else:
            self._terms.pop(shape, None)
        self._build()

    def _build(self) -> None:
        self._shapes = list(self._terms)
        self._automaton = AhoCorasick(self._shapes) if self._shapes else None

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        if self._automaton is None:
            return NO_OPINION
        for found, _, _ in self._automaton.find_matches_as_indexes(words.haystack):
            return Verdict("reject", f"blocked term: {self._terms[self._shapes[found]]}")
        return NO_OPINION


class ListedWords:
    """Holds what contains an entry of the word lists, for staff to judge in context."""

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        if found := self._lists.find(words.text, words.lang, words.haystack):
            return Verdict("hold", f"word list: {found}")
        return NO_OPINION


class Sensitive:
    """Holds what its source calls sensitive, rejects what it says must not be shown."""

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        if words.mention is None or not words.mention.flags:
            return NO_OPINION
        flags = set(words.mention.flags)
        if hidden := flags & HIDDEN:
            return Verdict("reject", f"marked {min(hidden)} by its source")
        if sensitive := flags & SENSITIVE:
            return Verdict("hold", f"marked {min(sensitive)} by its source")
        return NO_OPINION


class LinksOnly:
    """Rejects posts without a word of their own: links, names and tags say nothing to a passer-by."""

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        mention = words.mention
        if mention is None or not mention.links or mention.kind not in ("post", "reply", "quote", "edit"):
            return NO_OPINION
        for word in mention.text.split():
            if word[0] not in "@#" and "://" not in word and any(map(str.isalnum, word)):
                return NO_OPINION
        return Verdict("reject", "nothing but links")


class Repeated:
    """Holds what one author says more than ``REPEATS`` times in ten minutes; a mention judged again counts once."""

    def __init__(self) -> None:
        self._said: OrderedDict[int, dict[str, int]] = OrderedDict()

    def save(self) -> list[tuple[int, dict[str, int]]]:
        """What is kept in mind, oldest first, for ``restore``."""
        return [(key, dict(times)) for key, times in self._said.items()]

    def restore(self, said: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Keep in mind what an earlier life did."""
        self._said = OrderedDict((key, dict(times)) for key, times in said)

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        mention = words.mention
        if mention is None or mention.kind not in ("post", "reply", "quote") or not mention.text:
            return NO_OPINION
        text = mention.text[:WORDS_LIMIT].partition("https://")[0] or mention.text
        if len(text) <= SHORT:
            return NO_OPINION
        key = xxhash.xxh64_intdigest(f"{mention.author.id}\n{text}".encode("utf-8", "surrogatepass"))
        times = self._said.setdefault(key, {})
        self._said.move_to_end(key)
        times[mention.id] = mention.at
        if len(self._said) > REMEMBERED:
            self._said.popitem(last=False)
        if len(times) <= REPEATS:
            return NO_OPINION
        lately = [id_ for id_, at in times.items() if mention.at - REPEAT_MS <= at <= mention.at]
        if len(times) > 10 * REPEATS:
            self._said[key] = {id_: times[id_] for id_ in lately}
        if len(lately) > REPEATS:
            return Verdict("hold", f"said {len(lately)} times in ten minutes")
        return NO_OPINION
