"""The chain: what may be shown, decided by ordered filters, the first opinion that settles it wins.

It stands between the state and every feed from the first day. No opinion means that nothing speaks against showing; whether
that happens after a delay or only when approved is the hub's to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

from stream.config import ModerationConfig
from stream.config.filters import ordered
from stream.mention import Mention
from stream.moderation.alone import Alone
from stream.moderation.filters import WORDS_LIMIT, BlockedAuthors, BlockedTerms, Filter, Judged, Words
from stream.moderation.raids import Raids
from stream.moderation.repeated import MINUTE_MS, REPEAT_MS, Repeated, author_key
from stream.moderation.verdict import NO_OPINION, Verdict, first

NOTHING: Final[Mapping[int, Judged]] = MappingProxyType({})


class Chain:
    """The filters in the order that the configuration wants (``order.FILTERS`` is the usual one), then ``more``.

    A rejection by a later filter wins over an earlier hold, so that staff are not asked about what is blocked anyway. What
    an author repeats is told from the posts that ``hear`` was given, at most ``span_ms`` apart.
    """

    def __init__(
        self, config: ModerationConfig | None = None, more: Sequence[Filter] = (), span_ms: int = REPEAT_MS
    ) -> None:
        config = config or ModerationConfig()
        self._newest: dict[int, Words] = {}
        """What was read last, by ``id`` of the mention, which it holds."""
        self._calm = False
        """Whether nothing but itself or a raid can speak against what was heard last."""
        self._authors = BlockedAuthors()
        self._terms = BlockedTerms(config.block)
        self._repeated = Repeated(span_ms)
        self.raids = Raids(config.raid)
        self._alone = Alone(config)
        self._reader = self._alone.reader
        self._reader.watch_too(self._terms.shapes)
        self._rate = Repeated(min(MINUTE_MS, span_ms), config.rate, "{} posts in a minute", author_key)
        heard: dict[str, Filter] = {
            "blocked authors": self._authors,
            "blocked terms": self._terms,
            "raid": self.raids,
            "repeated": self._repeated,
            **({"rate": self._rate} if config.rate else {}),
        }
        self._paced = (self._repeated, self._rate) if config.rate else (self._repeated,)
        names = [name for name in ordered(config.order) if name in heard or name in self._alone.filters]
        alone = [name in self._alone.filters for name in names]
        filters: list[Filter] = []
        for name, by_itself, before in zip(names, alone, [False, *alone], strict=False):
            if not by_itself:
                filters.append(heard[name])
            elif _together(alone):
                filters += [] if before else [self._alone]
            else:
                filters.append(self._alone.filters[name])
        self._links = (*filters, *more)
        self._more = bool(more)
        self._ask()

    def hear(self, mention: Mention) -> list[int]:
        """Take note of a post (its newest edit); keys of other posts that are to be judged anew."""
        return self.hear_all((mention,))

    def hear_all(self, mentions: Sequence[Mention], known: Mapping[int, Judged] = NOTHING) -> list[int]:
        """Take note of posts, which costs less together; what is ``known`` of some already, by ``id`` of the object.

        Returns the keys of posts that are to be judged anew; these may be among them.
        """
        heard = Words.all(mentions, known, self._reader, self._alone.plain)
        self._newest = dict(zip(map(id, mentions), heard, strict=True))
        self._alone.settle(heard)
        self.raids.hear_all(heard)
        anew = [post for pace in self._paced for post in pace.hear_all(heard)]
        self._calm = self._unblocked and all(pace.calm for pace in self._paced)
        return anew

    def forget(self, mention: Mention) -> list[int]:
        """What was heard is gone, or was changed; keys of other posts that are to be judged anew."""
        words, self._calm = self._words(mention), False
        self.raids.forget(words)
        return [post for pace in self._paced for post in pace.forget(words)]

    def prune(self, before_ms: int) -> list[int]:
        """Forget what was written before ``before_ms``; keys of other posts that are to be judged anew."""
        self._calm = False
        return [post for pace in self._paced for post in pace.prune(before_ms)]

    def judge(self, mention: Mention, t_ms: int) -> Verdict:
        """The verdict on a post with the names that stand beside it, at T ``t_ms``."""
        words = self._newest.get(id(mention))
        if words is None:
            words = self._words(mention)
        elif self._calm and words.verdict is NO_OPINION and (self.raids.none or self.raids.passes(words)):
            return NO_OPINION
        return first(self._judges, words, t_ms)

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
        return {"repeated": self._repeated.save(), "rate": self._rate.save(), "raids": self.raids.save()}

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Know what an earlier life has learnt."""
        self._calm = False
        self._repeated.restore(saved["repeated"])
        self._rate.restore(saved["rate"])
        self.raids.restore(saved["raids"])

    def block_term(self, term: str, on: bool) -> None:
        """Reject a word or phrase from now on, or no more. Raises ``ValueError`` where it has no letter."""
        self._terms.block(term, on)
        self._ask()
        self._reader.watch_too(self._terms.shapes)

    def block_author(self, author_id: str, on: bool) -> None:
        """Reject everything of an author from now on, or no more."""
        self._authors.block(author_id, on)
        self._ask()

    def _ask(self) -> None:
        """Ask every link but those of blocks where nothing is blocked."""
        idle = [blocks for blocks in (self._authors, self._terms) if not blocks.any]
        self._judges = tuple(link.judge for link in self._links if link not in idle)
        self._unblocked, self._calm = len(idle) == 2 and not self._more, False

    def _words(self, mention: Mention) -> Words:
        """What is judged of a mention; found out once for hearing and judging it."""
        words = self._newest.get(id(mention))
        if words is None:
            words, self._calm = Words.of(mention, reader=self._reader), False
            self._newest = {id(mention): words}
        return words


def _together(alone: Sequence[bool]) -> bool:
    """Whether the filters that need the post alone are asked one after the other: a worker may have asked them."""
    return sum(now and not before for now, before in zip(alone, [False, *alone], strict=False)) <= 1
