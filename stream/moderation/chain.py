"""The chain: what may be shown, decided by ordered filters, the first opinion that settles it wins.

It stands between the state and every feed from the first day. No opinion means that nothing speaks against showing; whether
that happens after a delay or only when approved is the hub's to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from stream.config import ModerationConfig
from stream.mention import Mention
from stream.moderation.filters import (
    WORDS_LIMIT,
    BlockedAuthors,
    BlockedTerms,
    Filter,
    LinksOnly,
    ListedWords,
    Repeated,
    Sensitive,
    Words,
)
from stream.moderation.verdict import NO_OPINION, Verdict
from stream.moderation.wordlists import WordLists


class Chain:
    """Blocked authors, blocked terms, what the source says, word lists, links only, repetitions, then ``more`` filters.

    A rejection by a later filter wins over an earlier hold, so that staff are not asked about what is blocked anyway.
    """

    def __init__(self, config: ModerationConfig | None = None, more: Sequence[Filter] = ()) -> None:
        config = config or ModerationConfig()
        self._authors = BlockedAuthors()
        self._terms = BlockedTerms(config.block)
        self._repeated = Repeated()
        self._lists = ListedWords(WordLists(config.languages, config.allow))
        self._filters: tuple[Filter, ...] = (
            self._authors, self._terms, Sensitive(), self._lists, LinksOnly(), self._repeated, *more,
        )  # fmt: skip

    def judge(self, mention: Mention, t_ms: int) -> Verdict:
        """The verdict on a post with the names that stand beside it, at T ``t_ms``."""
        author = mention.author
        text = f"{mention.text[:WORDS_LIMIT]}\n{author.name}\n{author.handle}"
        return self._first(Words(text, mention.lang, mention), t_ms)

    def judge_words(self, text: str) -> Verdict:
        """The verdict on words without a post: a name, a label, a link's title. Their language is unknown."""
        words = Words(text[:WORDS_LIMIT])
        for link in (self._terms, self._lists):
            verdict = link.judge(words, 0)
            if verdict.what != "none":
                return verdict
        return NO_OPINION

    def save(self) -> list[tuple[int, dict[str, int]]]:
        """What the chain has learnt from the posts that it judged, for ``restore``; blocks are not in it."""
        return self._repeated.save()

    def restore(self, saved: Iterable[tuple[int, Mapping[str, int]]]) -> None:
        """Know what an earlier life has learnt."""
        self._repeated.restore(saved)

    def block_term(self, term: str, on: bool) -> None:
        """Reject a word or phrase from now on, or no more. Raises ``ValueError`` where it has no letter."""
        self._terms.block(term, on)

    def block_author(self, author_id: str, on: bool) -> None:
        """Reject everything of an author from now on, or no more."""
        self._authors.block(author_id, on)

    def _first(self, words: Words, t_ms: int) -> Verdict:
        held = NO_OPINION
        for link in self._filters:
            verdict = link.judge(words, t_ms)
            if verdict.what in ("accept", "reject"):
                return verdict if verdict.what == "reject" or held.what == "none" else held
            if verdict.what == "hold" and held.what == "none":
                held = verdict
        return held
