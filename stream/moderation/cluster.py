"""Clusters: recent posts that say nearly the same, or bring the same link or picture."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from stream.moderation.raid import Raid
from stream.moderation.sketch import Sketch

COMMON: Final = 0.3
"""Share of a cluster's posts in which a word of its core stands."""
_SAMPLE: Final = 200
"""Newest posts from which it is told how alike they are."""


class Post(msgspec.Struct, eq=False):
    """What is remembered of a recent post. ``followed`` says that its author has many followers, ``followers`` how many.

    ``since`` is when the account was opened, 0 where nobody tells; ``banners`` see there.
    """

    id: str
    at: int
    author: str
    followers: int
    followed: bool
    hashes: bytes
    marks: Sketch
    handle: str = ""
    since: int = 0
    banners: Sketch = ()
    cluster: Cluster | None = None

    @property
    def sketch(self) -> Sketch:
        """The sketch, of which ``hashes`` are the bytes."""
        return tuple(memoryview(self.hashes).cast("I"))


class Cluster:
    """Posts that are alike; ``asked`` are authors of whom it is known whether they are strangers.

    ``core`` are the words that ``COMMON`` of the posts share, ``marks`` their links and pictures. Those under a ``banner`` have
    it alone in common. ``common`` is how many posts it must have before it is asked again whether it is a raid.
    """

    def __init__(self, banner: int = 0) -> None:
        self.banner = banner
        self.posts: dict[str, Post] = {}
        self.asked: dict[str, bool] = {}
        self.core: frozenset[int] = frozenset()
        self.marks: frozenset[int] = frozenset((banner,) if banner else ())
        self.first = self.newest = 0
        self.raid: Raid | None = None
        self.changed = False
        self.common = 0
        self._words: Counter[int] = Counter()
        self._brought: Counter[int] = Counter()
        self._cored = 0

    def add(self, post: Post) -> None:
        """One more post; the core follows as the cluster grows."""
        if not self.banner:
            post.cluster = self
        if post.id in self.posts:
            return
        self.first = min(self.first, post.at) if self.posts else post.at
        self.newest = max(self.newest, post.at)
        self.posts[post.id] = post
        self.changed = True
        if self.banner:
            return
        self._words.update(post.sketch)
        self._brought.update(post.marks)
        if len(self.posts) >= 1.2 * self._cored:
            self._cored = len(self.posts)
            least = max(2.0, COMMON * self._cored)
            self.core = frozenset(word for word, count in self._words.items() if count >= least)
            self.marks = frozenset(mark for mark, count in self._brought.items() if count >= least)

    @property
    def links(self) -> int:
        """Neighbours in a cluster by which one who says it otherwise belongs to it: two while it is small, then ever more."""
        return max(2, len(self.posts) // 3)

    def alike(self) -> float:
        """The mean share of a post's words that are in the core, 0 … 1; a post without words shares all."""
        shares = [
            len(self.core.intersection(p.sketch)) / len(p.sketch)
            for p in list(self.posts.values())[-_SAMPLE:]
            if p.sketch
        ]
        return sum(shares) / len(shares) if shares else 1.0

    def likes(self, post: Post) -> bool:
        """Whether a post says what this cluster does."""
        if not self.marks.isdisjoint(post.marks):
            return True
        return says_the_same(len(self.core.intersection(post.sketch)), len(post.sketch), len(self.core))


def says_the_same(count: int, size: int, core: int) -> bool:
    """Whether ``count`` words that a post of ``size`` words has in common with a text of ``core`` words say the same."""
    if count < 2 or count < 0.25 * core:
        return False
    return count == size if size <= 3 else count >= max(3.0, 0.5 * size)
