"""Repetitions: what one author says again and again waits for staff, and what one writes beyond a rate.

The verdict is a function of the set of posts that were heard, not of the order in which they were: a hub that reads the
log anew, partition by partition, judges as one that was there.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping
from typing import Final

import xxhash

from stream.mention import Mention
from stream.moderation.filters import Words
from stream.moderation.verdict import NO_OPINION, Verdict

REPEATS: Final = 3
"""How often an author may say the same within ``REPEAT_MS``; each further time waits for staff."""
REPEAT_MS: Final = 10 * 60_000
MINUTE_MS: Final = 60_000
SHORT: Final = 16
"""Letters and figures of a text that may be said any number of times: thanks, congratulations."""
_DIGITS: Final = 15


class Repeated:
    """Holds a post when its author has said the same at least ``times`` times in the ``span_ms`` before it.

    What is the same says ``key``: a number, 0 for what counts nowhere. ``reason`` has a place for how often.

    Posts are in order of (time, id). They are kept as one string a text, ``<time><id>`` parted by spaces, which is a third of
    the memory of anything else that names them.
    """

    def __init__(
        self,
        span_ms: int = REPEAT_MS,
        times: int = REPEATS,
        reason: str = "said {} times in ten minutes",
        key: Callable[[Words], int] | None = None,
    ) -> None:
        self._span, self._times, self._reason, self._key = span_ms, times, reason, key or key_of
        self._said: dict[int, str] = {}

    def hear(self, words: Words) -> list[str]:
        """Take note of a post; ids of others whose verdict may be another now. A post that is known changes nothing."""
        key = self._key(words)
        if not key or words.mention is None:
            return []
        said = self._said.get(key)
        entry = _entry(words.mention)
        if said is None:
            self._said[key] = entry
            return []
        entries = said.split(" ")
        if entry in entries:
            return []
        insort(entries, entry)
        self._said[key] = " ".join(entries)
        return self._followers(entries, entry)

    def forget(self, words: Words) -> list[str]:
        """A post that was heard is gone; ids of others whose verdict may be another now."""
        key = self._key(words)
        said = self._said.get(key)
        if said is None or words.mention is None:
            return []
        entries = said.split(" ")
        entry = _entry(words.mention)
        if entry not in entries:
            return []
        changed = self._followers(entries, entry)
        entries.remove(entry)
        self._keep(key, entries)
        return changed

    def prune(self, before_ms: int) -> list[str]:
        """Forget what was said before ``before_ms``; ids of others whose verdict may be another now."""
        limit = f"{before_ms:0{_DIGITS}d}"
        changed: list[str] = []
        for key in [key for key, said in self._said.items() if said < limit]:
            entries = self._said[key].split(" ")
            first = bisect_left(entries, limit)
            if len(entries) > self._times:
                changed += (entry[_DIGITS:] for entry in entries[first:])
            self._keep(key, entries[first:])
        return changed

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        said = self._said.get(self._key(words))
        if said is None or words.mention is None:
            return NO_OPINION
        entries = said.split(" ")
        if len(entries) < self._times:
            return NO_OPINION
        before = bisect_left(entries, _entry(words.mention)) - bisect_left(entries, self._limit(words.mention.at))
        return Verdict("hold", self._reason.format(before + 1)) if before >= self._times else NO_OPINION

    def save(self) -> dict[int, str]:
        """What is kept in mind, for ``restore``."""
        return dict(self._said)

    def restore(self, said: Mapping[int, str]) -> None:
        """Keep in mind what an earlier life did."""
        self._said = {int(key): entries for key, entries in said.items()}

    def _limit(self, at: int) -> str:
        return f"{at - self._span:0{_DIGITS}d}"

    def _followers(self, entries: list[str], entry: str) -> list[str]:
        """Ids of those of ``entries`` that count ``entry`` among what was said before them."""
        if len(entries) <= self._times:
            return []
        end = f"{int(entry[:_DIGITS]) + self._span + 1:0{_DIGITS}d}"
        return [e[_DIGITS:] for e in entries[bisect_left(entries, entry) + 1 : bisect_left(entries, end)]]

    def _keep(self, key: int, entries: list[str]) -> None:
        if entries:
            self._said[key] = " ".join(entries)
        else:
            del self._said[key]


def key_of(words: Words) -> int:
    """What a post must share with another to be its repetition: author and folded text up to a link; 0 where none counts."""
    if words.key is None:
        words.key = _key(words)
    return words.key


def author_key(words: Words) -> int:
    """What an author's posts share, whatever they say; the house's own may write as often as they like."""
    mention = words.mention
    if mention is None or mention.kind not in ("post", "reply", "quote") or mention.author.role != "public":
        return 0
    return xxhash.xxh64_intdigest(mention.author.id.encode("utf-8", "surrogatepass"))


def _key(words: Words) -> int:
    mention = words.mention
    if mention is None or mention.kind not in ("post", "reply", "quote"):
        return 0
    if words.reading.length <= SHORT:
        return 0
    return xxhash.xxh64_intdigest(mention.author.id.encode("utf-8", "surrogatepass"), words.reading.said)


def _entry(mention: Mention) -> str:
    return f"{mention.at:0{_DIGITS}d}{mention.id}"
