"""Repetitions: what one author says again and again waits for staff, and what one writes beyond a rate.

The verdict is a function of the set of posts that were heard, not of the order in which they were: a hub that reads the
log anew, partition by partition, judges as one that was there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

import xxhash
from numpy.typing import ArrayLike

from stream.analysis.extract import key_of as post_key
from stream.moderation.filters import Words
from stream.moderation.heard import KNOWN, Heard
from stream.moderation.verdict import NO_OPINION, Verdict
from stream.pieces import Pieces

REPEATS: Final = 3
"""How often an author may say the same within ``REPEAT_MS``; each further time waits for staff."""
REPEAT_MS: Final = 10 * 60_000
MINUTE_MS: Final = 60_000
MANY: Final = 1000
"""How often is counted to this."""
_SAYS: Final = frozenset({"post", "reply", "quote"})
SHORT: Final = 16
"""Letters and figures of a text that may be said any number of times: thanks, congratulations."""


class Repeated:
    """Holds a post when its author has said the same at least ``times`` times in the ``span_ms`` before it.

    What is the same says ``key``: a number, 0 for what counts nowhere. ``reason`` has a place for how often.

    Posts are named by their keys (``stream.analysis.extract.key_of``), and are in order of (time, key).
    """

    def __init__(
        self,
        span_ms: int = REPEAT_MS,
        times: int = REPEATS,
        reason: str = "said {} times in ten minutes",
        key: Callable[[Words], int] | None = None,
    ) -> None:
        self._span, self._times, self._reason, self._key = span_ms, times, reason, key or key_of
        self._heard = Heard()
        self._seldom: set[Words] = set()
        """Of what was heard last, what was said too seldom to be held."""
        self.calm = False
        """Whether nothing of what was heard last is held."""

    def hear(self, words: Words) -> list[int]:
        """Take note of a post; others whose verdict may be another now. A post that is known changes nothing."""
        return self.hear_all((words,))

    def hear_all(self, heard: Sequence[Words]) -> list[int]:
        """Take note of posts; those whose verdict may be another now, for others or for these."""
        counted: list[Words] = []
        keys, times, posts = [], [], []
        of = self._key
        for words in heard:
            if (mention := words.mention) is not None and (key := of(words)):
                counted.append(words)
                keys.append(key)
                times.append(mention.at)
                posts.append(post_key(mention.id))
        others, late = self._heard.add(keys, times, posts, self._times)
        self.calm = not others or (min(others) > KNOWN and max(others) < self._times)
        if self.calm:
            self._seldom = set(counted)
            return []
        self._seldom = {words for words, n in zip(counted, others, strict=True) if KNOWN < n < self._times}
        new = Counter(key for key, n in zip(keys, others, strict=True) if n > KNOWN)
        return [
            post
            for i in late
            if others[i] >= self._times
            for post in self._after(keys[i], times[i], posts[i], range(self._times, self._times + new[keys[i]]))
        ]

    def forget(self, words: Words) -> list[int]:
        """A post that was heard is gone; others whose verdict may be another now."""
        key, mention = self._key(words), words.mention
        self._seldom, self.calm = set(), False
        if not key or mention is None or not self._heard.remove(key, mention.at, post_key(mention.id)):
            return []
        return self._after(key, mention.at, post_key(mention.id), range(self._times - 1, self._times))

    def prune(self, before_ms: int) -> list[int]:
        """Forget what was said before ``before_ms``; others whose verdict may be another now."""
        self._seldom, self.calm = set(), False
        return self._heard.forget(before_ms, self._span, self._times)

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        if words in self._seldom:
            return NO_OPINION
        key, mention = self._key(words), words.mention
        if not key or mention is None:
            return NO_OPINION
        n = self._heard.before(key, mention.at, post_key(mention.id), mention.at - self._span, MANY)
        if n < self._times:
            return NO_OPINION
        return Verdict("hold", self._reason.format(n + 1 if n < MANY else f"more than {MANY}"))

    def save(self) -> list[Pieces]:
        """What is kept in mind, for ``restore``."""
        return self._heard.save()

    def restore(self, said: Sequence[ArrayLike]) -> None:
        """Keep in mind what an earlier life did."""
        self._heard.restore(said)
        self._seldom, self.calm = set(), False

    def _after(self, key: int, at: int, post: int, counts: range) -> list[int]:
        return self._heard.after(key, at, post, self._span, counts)


def key_of(words: Words) -> int:
    """What a post must share with another to be its repetition: author and folded text up to a link; 0 where none counts."""
    if words.key is not None:
        return words.key
    mention, words.key = words.mention, 0
    if mention is not None and mention.kind in _SAYS and (reading := words.reading).length > SHORT:
        words.key = xxhash.xxh64_intdigest(mention.author.id.encode("utf-8", "surrogatepass"), reading.said)
    return words.key


def author_key(words: Words) -> int:
    """What an author's posts share, whatever they say; the house's own may write as often as they like."""
    mention = words.mention
    if mention is None or mention.kind not in _SAYS or mention.author.role != "public":
        return 0
    return xxhash.xxh64_intdigest(mention.author.id.encode("utf-8", "surrogatepass"))
