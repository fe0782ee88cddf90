"""The filters that look at a post and the configuration alone: what they say is the same wherever the post is read."""

from __future__ import annotations

from collections.abc import Sequence

from stream.config import ModerationConfig
from stream.config.filters import ordered
from stream.mention import Mention
from stream.moderation.filters import Filter, Judged, LinksOnly, ListedWords, Sensitive, Words
from stream.moderation.links import Bots, DoubtfulLinks
from stream.moderation.reading import Reader
from stream.moderation.repeated import key_of
from stream.moderation.verdict import NO_OPINION, Verdict, first
from stream.moderation.voiced import FewFollowers, NewAccounts
from stream.moderation.wordlists import WordLists


class Alone:
    """The source's marks, bots, links, word lists, links only, and what is known of the account, as one link of the chain
    whose verdict may be given already.
    """

    def __init__(self, config: ModerationConfig) -> None:
        lists = WordLists(config.languages, config.allow)
        self.lists = ListedWords(lists)
        self.reader = Reader()
        self.reader.watch(lists.shapes)
        filters: dict[str, Filter] = {
            "marks": Sensitive(),
            "bots": Bots(config.bots),
            "links": DoubtfulLinks(config.links, config.shorteners),
            "words": self.lists,
            "links only": LinksOnly(),
            "age": NewAccounts(config.age_days),
            "followers": FewFollowers(config.followers),
        }
        idle = {
            "bots": config.bots == "pass", "links": not config.links, "age": not config.age_days,
            "followers": not config.followers,
        }  # fmt: skip
        self.filters = {name: filters[name] for name in ordered(config.order) if name in filters and not idle.get(name)}
        self.plain = NO_OPINION if self.filters.keys().isdisjoint(("age", "followers")) else None
        """The verdict on a post in which there is nothing for a filter to look at; None where some look at the account."""
        self._judges = tuple(link.judge for link in self.filters.values())

    def settle(self, read: Sequence[Words]) -> None:
        """Say at once of posts what there is against them, where nothing but their links is for a filter to look at."""
        if self.plain is None:
            return
        judge = self.filters["links"].judge if "links" in self.filters else None
        for words in read:
            mention = words.mention
            if words.verdict is not None or mention is None or not mention.links:
                continue
            if words.reading.own and not (words.suspect or mention.flags):
                words.verdict = judge(words, 0) if judge else self.plain

    def judge(self, words: Words, t_ms: int) -> Verdict:
        if words.verdict is None:
            words.verdict = first(self._judges, words, t_ms)
        return words.verdict

    def read_all(self, mentions: Sequence[Mention]) -> list[Judged]:
        """What may be handed on to who judges the posts."""
        read = Words.all(mentions, {}, self.reader)
        return [Judged(self.judge(words, 0), key_of(words), words.sketch) for words in read]
