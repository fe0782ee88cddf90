"""The filters that look at a post and the configuration alone: what they say is the same wherever the post is read."""

from __future__ import annotations

from stream.config import ModerationConfig
from stream.mention import Mention
from stream.moderation.filters import Judged, LinksOnly, ListedWords, Sensitive, Words
from stream.moderation.links import Bots, DoubtfulLinks
from stream.moderation.reading import Reader
from stream.moderation.repeated import key_of
from stream.moderation.verdict import Verdict, first
from stream.moderation.wordlists import WordLists


class Alone:
    """The source's marks, bots, links, word lists, links only: one link of the chain, whose verdict may be given already."""

    def __init__(self, config: ModerationConfig) -> None:
        lists = WordLists(config.languages, config.allow)
        self.lists = ListedWords(lists)
        self.reader = Reader()
        self.reader.watch(lists.shapes)
        filters = (
            Sensitive(),
            Bots(config.bots),
            DoubtfulLinks(config.links, config.shorteners),
            self.lists,
            LinksOnly(),
        )
        self._judges = tuple(link.judge for link in filters)

    def judge(self, words: Words, t_ms: int) -> Verdict:
        if words.verdict is None:
            words.verdict = first(self._judges, words, t_ms)
        return words.verdict

    def read(self, mention: Mention) -> Judged:
        """What may be handed on to who judges the post."""
        words = Words.of(mention, reader=self.reader)
        return Judged(self.judge(words, 0), key_of(words), words.sketch)
