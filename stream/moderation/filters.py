"""The filters of the moderation chain: each looks at one thing and says accept, reject, hold or nothing."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple, Protocol, Self

import msgspec
from ahocorasick_rs import AhoCorasick

from stream.mention import Mention
from stream.moderation.folding import term
from stream.moderation.reading import Reader, Reading
from stream.moderation.sketch import Sketch, marks
from stream.moderation.verdict import NO_OPINION, Verdict
from stream.moderation.wordlists import WordLists

SENSITIVE: Final = frozenset({"sensitive", "porn", "sexual", "nudity", "graphic-media", "gore", "!warn"})
HIDDEN: Final = frozenset({"!hide", "!takedown"})
WORDS_LIMIT: Final = 5_000
"""Characters that are searched; what is longer is cut before it is shown."""


_READER: Final = Reader()


class Judged(NamedTuple):
    """What follows from a post and the configuration alone, and so may be found out elsewhere; see ``Words``."""

    verdict: Verdict
    key: int
    sketch: Sketch


class Words(msgspec.Struct, eq=False, gc=False):
    """What is judged: the words that would be shown, their language, and the mention that they come from, if any.

    ``names`` stand beside the text. ``key`` is for the filter of repetitions, ``verdict`` what ``alone`` says of the post,
    ``hashes`` the sketch of a post as bytes of uint32. What is not given is found out when it is asked for.
    """

    text: str
    lang: str = ""
    mention: Mention | None = None
    names: str = ""
    reader: Reader = _READER
    key: int | None = None
    verdict: Verdict | None = None
    hashes: bytes = b""
    _reading: Reading | None = None
    _suspect: str | None = None
    _marks: Sketch | None = None

    @classmethod
    def of(cls, mention: Mention, judged: Judged | None = None, reader: Reader = _READER) -> Self:
        """What is judged of a mention, and what is known of it already."""
        words = cls(mention.text[:WORDS_LIMIT], mention.lang, mention, _names(mention), reader)
        if judged is None:
            words.hashes = words.reading.hashes
        else:
            words.verdict, words.key, sketch = judged
            words.hashes = array("I", sketch).tobytes()
        return words

    @classmethod
    def all(
        cls, mentions: Sequence[Mention], known: Mapping[int, Judged], reader: Reader, plain: Verdict | None = None
    ) -> list[Self]:
        """What is judged of mentions, their texts read in one pass; what is ``known`` of some, by ``id`` of the object.

        ``plain`` is the verdict of ``alone`` on a post without links, marks, and words in which anything may be found.
        """
        if known:
            unread = iter(cls.all([m for m in mentions if id(m) not in known], {}, reader, plain))
            return [cls.of(m, known[id(m)], reader) if id(m) in known else next(unread) for m in mentions]
        texts = [mention.text[:WORDS_LIMIT] for mention in mentions]
        names = [_names(m) if m.media else f"{m.author.name}\n{m.author.handle}" for m in mentions]
        found = []
        for mention, text, beside, reading, named in zip(
            mentions, texts, names, reader.read_all(texts), reader.read_again(names), strict=True
        ):
            suspect = f"{reading.suspect}\n{named.suspect}" if named.suspect else reading.suspect
            verdict = None if suspect or mention.links or mention.flags else plain
            found.append(
                cls(text, mention.lang, mention, beside, reader, None, verdict, reading.hashes, reading, suspect)
            )
        return found

    @property
    def reading(self) -> Reading:
        """What is read of the text."""
        if self._reading is None:
            self._reading = self.reader.read(self.text)
        return self._reading

    @property
    def suspect(self) -> str:
        """The views of text and names in which a list or a block may find something, a line each; empty where none can."""
        if self._suspect is None:
            within, beside = self.reading.suspect, self.reader.read(self.names).suspect
            self._suspect = f"{within}\n{beside}" if beside else within
        return self._suspect

    @property
    def sketch(self) -> Sketch:
        """What other posts that say nearly the same have in common with it, tags and people named left out."""
        return tuple(memoryview(self.hashes).cast("I"))

    @property
    def marks(self) -> Sketch:
        """Links and pictures that other posts may bring too, and what is said where it is little."""
        if self._marks is None:
            self._marks = marks(self.mention, len(self.hashes) // 4) if self.mention is not None else ()
        return self._marks


def _names(mention: Mention) -> str:
    """What stands beside the text: name and handle, and the descriptions of pictures."""
    author = mention.author
    names = f"{author.name}\n{author.handle}"
    if mention.media:
        for media in mention.media:
            if media.alt:
                names = f"{names}\n{media.alt}"
        names = names[:WORDS_LIMIT]
    return names


class Filter(Protocol):
    """One link of the chain. ``t_ms`` is T; a filter has no clock of its own."""

    def judge(self, words: Words, t_ms: int) -> Verdict: ...


class BlockedAuthors:
    """Rejects authors whom the staff have blocked, by stable id."""

    def __init__(self) -> None:
        self._blocked: set[str] = set()

    @property
    def any(self) -> bool:
        """Whether one is blocked."""
        return bool(self._blocked)

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

    @property
    def any(self) -> bool:
        """Whether one is blocked."""
        return self._automaton is not None

    @property
    def shapes(self) -> list[str]:
        """The terms as they stand in a view."""
        return self._shapes

    def _build(self) -> None:
        self._shapes = list(self._terms)
        self._automaton = AhoCorasick(self._shapes) if self._shapes else None

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        if self._automaton is None or not (within := words.suspect):
            return NO_OPINION
        for found, _, _ in self._automaton.find_matches_as_indexes(within):
            return Verdict("reject", f"blocked term: {self._terms[self._shapes[found]]}")
        return NO_OPINION


class ListedWords:
    """Holds what contains an entry of the word lists, for staff to judge in context."""

    def __init__(self, lists: WordLists) -> None:
        self._lists = lists

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        within = words.suspect
        if within and (found := self._lists.find(within, words.lang, lambda: f"{words.text}\n{words.names}")):
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
        if mention is None or not mention.links or words.reading.own:
            return NO_OPINION
        if mention.kind not in ("post", "reply", "quote", "edit"):
            return NO_OPINION
        for word in mention.text.split():
            if word[0] not in "@#" and "://" not in word and any(map(str.isalnum, word)):
                return NO_OPINION
        return Verdict("reject", "nothing but links")
