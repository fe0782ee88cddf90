"""The filters of the moderation chain: each looks at one thing and says accept, reject, hold or nothing."""

from __future__ import annotations

from typing import Final, NamedTuple, Protocol, Self

from ahocorasick_rs import AhoCorasick

from stream.mention import Mention
from stream.moderation.folding import haystack, name_haystack, term
from stream.moderation.sketch import FEW, Sketch, marks, sketch
from stream.moderation.verdict import NO_OPINION, Verdict
from stream.moderation.wordlists import WordLists

SENSITIVE: Final = frozenset({"sensitive", "porn", "sexual", "nudity", "graphic-media", "gore", "!warn"})
HIDDEN: Final = frozenset({"!hide", "!takedown"})
WORDS_LIMIT: Final = 5_000
"""Characters that are searched; what is longer is cut before it is shown."""


class Judged(NamedTuple):
    """What follows from a post and the configuration alone, and so may be found out elsewhere; see ``Words``."""

    verdict: Verdict
    key: int
    sketch: Sketch


class Words:
    """What is judged: the words that would be shown, their language, and the mention that they come from, if any.

    ``names`` stand beside the text. ``key`` is for the filter of repetitions, ``verdict`` what ``alone`` says of the post. What
    is not given is found out when it is asked for.
    """

    __slots__ = ("_haystack", "_said", "_sketch", "key", "lang", "mention", "names", "text", "verdict")

    def __init__(self, text: str, lang: str = "", mention: Mention | None = None, names: str = "") -> None:
        self.text = text
        self.lang = lang
        self.mention = mention
        self.names = names
        self.key: int | None = None
        self.verdict: Verdict | None = None
        self._said: str | None = None
        self._haystack: str | None = None
        self._sketch: Sketch | None = None

    @classmethod
    def of(cls, mention: Mention, judged: Judged | None = None) -> Self:
        """What is judged of a mention, and what is known of it already."""
        author = mention.author
        words = cls(mention.text[:WORDS_LIMIT], mention.lang, mention, f"{author.name}\n{author.handle}")
        if judged is not None:
            words.verdict, words.key, words._sketch = judged
        return words

    @property
    def said(self) -> str:
        """The text folded for searching."""
        if self._said is None:
            self._said = haystack(self.text)
        return self._said

    @property
    def haystack(self) -> str:
        """The text and the names, folded for searching."""
        if self._haystack is None:
            self._haystack = f"{self.said}\n{name_haystack(self.names)}" if self.names else self.said
        return self._haystack

    @property
    def sketch(self) -> Sketch:
        """What other posts that say nearly the same have in common with it, tags and people named left out."""
        if self._sketch is None:
            without: list[str] = []
            if self.mention is not None and (self.mention.links or self.mention.hashtags or self.mention.mentions):
                without = ["http", "https", *(tag.casefold() for tag in self.mention.hashtags)]
                without += [person.handle.casefold() for person in self.mention.mentions]
            self._sketch = sketch(self.said.partition("\n")[0], without)
        return self._sketch

    @property
    def marks(self) -> Sketch:
        """Links and pictures that other posts may bring too, and what is said where it is little."""
        mention = self.mention
        if mention is None or not (mention.links or mention.media or len(self.sketch) <= FEW):
            return ()
        return marks(mention, len(self.sketch))


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
        if found := self._lists.find(words.haystack, words.lang, lambda: f"{words.text}\n{words.names}"):
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
