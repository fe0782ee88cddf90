"""Belonging: to which raid a post belongs, by what it shares with the raid's texts, or by a link or picture that it brings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from stream.moderation.cluster import says_the_same
from stream.moderation.filters import Words
from stream.moderation.overlap import Overlap
from stream.moderation.raid import Raid, Text
from stream.moderation.sketch import Sketch


class Belonging:
    """Finds raids by the words of their texts, and by their marks.

    ``apart`` are those of the posts that were heard last whose words belong to no raid, as long as raids are what they were.
    """

    def __init__(self) -> None:
        self.apart: Collection[Words] = ()
        self._texts: dict[int, list[int]] = {}
        self._said: list[tuple[Raid, Text]] = []
        self._marks: dict[int, Raid] = {}
        self._sought = Overlap(())

    @property
    def marked(self) -> bool:
        """Whether any raid has marks."""
        return bool(self._marks)

    def index(self, raids: Collection[Raid]) -> None:
        """Raids are these now, and say what they do."""
        self._texts, self._marks, self.apart = {}, {}, ()
        self._said = [(raid, text) for raid in raids for text in raid.texts]
        for number, (_, text) in enumerate(self._said):
            for word in text.words:
                self._texts.setdefault(word, []).append(number)
        for raid in raids:
            self._marks |= dict.fromkeys(raid.marks, raid)
        self._sought = Overlap(self._texts)

    def hear(self, heard: Sequence[Words]) -> None:
        """See which of the posts that are heard are ``apart``."""
        near = self._sought.among([words.hashes for words in heard])
        self.apart = {words for words, shares in zip(heard, near, strict=True) if not shares}

    def of(self, words: Words, marks: Sketch) -> Raid | None:
        """The raid to which a post with these ``marks`` belongs."""
        if words.mention is None or (words in self.apart and self._marks.keys().isdisjoint(marks)):
            return None
        return self.raid_of(words.sketch, marks, words.mention.at)

    def raid_of(self, sketch: Sketch, marks: Iterable[int], at: int) -> Raid | None:
        """The raid whose text a post says, or whose link or picture it brings."""
        for mark in marks:
            marked = self._marks.get(mark)
            if marked is not None and marked.covers(at):
                return marked
        shared: dict[int, int] = {}
        for word in sketch:
            for number in self._texts.get(word, ()):
                shared[number] = shared.get(number, 0) + 1
        for number, count in sorted(shared.items(), key=lambda found: -found[1]) if shared else ():
            raid, text = self._said[number]
            if says_the_same(count, len(sketch), len(text.words)) and raid.covers(at):
                return raid
        return None
