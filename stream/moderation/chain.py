"""The chain: what may be shown, decided by ordered filters, the first opinion that settles it wins.

It stands between the state and every feed from the first day. No opinion means that nothing speaks against showing; whether
that happens after a delay or only when approved is the hub's to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stream.config import ModerationConfig
from stream.mention import Mention
from stream.moderation.alone import Alone
from stream.moderation.filters import WORDS_LIMIT, BlockedAuthors, BlockedTerms, Filter, Judged, Words
from stream.moderation.raids import Raids
from stream.moderation.repeated import REPEAT_MS, Repeated
from stream.moderation.verdict import NO_OPINION, Verdict, first


class Chain:
    """Blocked authors and terms, raids, the source's marks, bots, links, lists, links only, repetitions, ``more`` filters.

    A rejection by a later filter wins over an earlier hold, so that staff are not asked about what is blocked anyway. What
    an author repeats is told from the posts that ``hear`` was given, at most ``span_ms`` apart.
    """

    def __init__(
        self, config: ModerationConfig | None = None, more: Sequence[Filter] = (), span_ms: int = REPEAT_MS
    ) -> None:
        config = config or ModerationConfig()
        self._newest: Words | None = None
        self._known: Mapping[int, Judged] = {}
        self._authors = BlockedAuthors()
        self._terms = BlockedTerms(config.block)
        self._repeated = Repeated(span_ms)
        self.raids = Raids(config.raid)
        self._alone = Alone(config)
        self._reader = self._alone.reader
        self._reader.watch_too(self._terms.shapes)
        filters: tuple[Filter, ...] = (self._authors, self._terms, self.raids, self._alone, self._repeated, *more)
        self._judges = tuple(link.judge for link in filters)

    def prepare(self, known: Mapping[int, Judged]) -> None:
        """What is known already of mentions that are about to be heard, by ``id`` of the object; until the next call."""
        self._known = known

    def hear(self, mention: Mention) -> list[str]:
        """Take note of a post (its newest edit); ids of other posts that are to be judged anew."""
        words = self._words(mention)
        self.raids.hear(words)
        return self._repeated.hear(words)

    def forget(self, mention: Mention) -> list[str]:
        """What was heard is gone, or was changed; ids of other posts that are to be judged anew."""
        words = self._words(mention)
        self.raids.forget(words)
        return self._repeated.forget(words)

    def prune(self, before_ms: int) -> list[str]:
        """Forget what was written before ``before_ms``; ids of other posts that are to be judged anew."""
        return self._repeated.prune(before_ms)

    def judge(self, mention: Mention, t_ms: int) -> Verdict:
        """The verdict on a post with the names that stand beside it, at T ``t_ms``."""
        return first(self._judges, self._words(mention), t_ms)

    def judge_words(self, text: str) -> Verdict:
        """The verdict on words without a post: a name, a label, a link's title. Their language is unknown."""
        words = Words(text[:WORDS_LIMIT], reader=self._reader)
        for link in (self._terms, self._alone.lists):
            verdict = link.judge(words, 0)
            if verdict.what != "none":
                return verdict
        return NO_OPINION

    def save(self) -> dict[str, Any]:
        """What the chain has learnt from the posts that it heard, for ``restore``; blocks are not in it."""
        return {"repeated": self._repeated.save(), "raids": self.raids.save()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Know what an earlier life has learnt."""
        self._repeated.restore(saved["repeated"])
        self.raids.restore(saved["raids"])

    def block_term(self, term: str, on: bool) -> None:
        """Reject a word or phrase from now on, or no more. Raises ``ValueError`` where it has no letter."""
        self._terms.block(term, on)
        self._reader.watch_too(self._terms.shapes)

    def block_author(self, author_id: str, on: bool) -> None:
        """Reject everything of an author from now on, or no more."""
        self._authors.block(author_id, on)

    def _words(self, mention: Mention) -> Words:
        """What is judged of a mention; found out once for hearing and judging it."""
        newest = self._newest
        if newest is None or newest.mention is not mention:
            newest = self._newest = Words.of(mention, self._known.get(id(mention)), self._reader)
        return newest
