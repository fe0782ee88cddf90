"""Clusters: recent posts that say nearly the same, or bring the same link or picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Final

import msgspec
import numpy as np

from stream.moderation.raid import Raid
from stream.moderation.sketch import Sketch

COMMON: Final = 0.3
"""Share of a cluster's posts in which a word of its core stands."""
LATEST: Final = 200
"""Newest posts whose voices are weighed; under a banner no others are kept."""
_SAMPLE: Final = 200
"""Newest posts from which it is told how alike they are."""


class Post(msgspec.Struct, eq=False, gc=False):
    """What is remembered of a recent post. ``followed`` says that its author has many followers, ``followers`` how many.

    ``since`` is when the account was opened, 0 where nobody tells; ``banners`` see there. ``cluster`` is the number of its
    cluster, 0 for none.
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
    cluster: int = 0

    @property
    def sketch(self) -> Sketch:
        """The sketch, of which ``hashes`` are the bytes."""
        return tuple(memoryview(self.hashes).cast("I"))


class Cluster:
    """Posts that are alike; ``asked`` are authors of whom it is known whether they are strangers.

    ``core`` are the words that ``COMMON`` of the posts share, ``marks`` their links and pictures. Those under a ``banner`` have
    it alone in common. ``common`` is how many posts it must have before it is asked again whether it is a raid, ``least`` with
    how many strangers could be enough of its voices, as long as none of these is too old to be counted.
    """

    def __init__(self, number: int = 0, banner: int = 0) -> None:
        self.number = number
        self.banner = banner
        self.posts: dict[str, Post] = {}
        self.asked: dict[str, bool] = {}
        self.core: frozenset[int] = frozenset()
        self.marks: frozenset[int] = frozenset((banner,) if banner else ())
        self.first = self.newest = 0
        self.raid: Raid | None = None
        self.news = 0
        self.common = 0
        self.least = 0
        self._words: Counter[int] = Counter()
        self._brought: Counter[int] = Counter()
        self._uncounted: list[Post] = []
        self._cored = 0

    def add(self, *posts: Post) -> None:
        """More posts; the core follows as the cluster grows."""
        for post in posts:
            self._add(post)
        if not self.banner and len(self.posts) >= 1.2 * self._cored:
            self._cored = len(self.posts)
            least = max(2.0, COMMON * (self._cored if self._cored <= LATEST else LATEST + (self._cored - LATEST) / 8))
            words = np.frombuffer(b"".join([post.hashes for post in self._uncounted]), np.uint32)
            self._words.update(words.tolist())
            self._brought.update(mark for post in self._uncounted for mark in post.marks)
            self._uncounted.clear()
            self.core = frozenset([word for word, count in self._words.items() if count >= least])
            self.marks = frozenset([mark for mark, count in self._brought.items() if count >= least])

    def _add(self, post: Post) -> None:
        if not self.banner:
            post.cluster = self.number
        if post.id in self.posts:
            return
        at = post.at
        if at < self.first or not self.posts:
            self.first = at
        self.newest = max(self.newest, at)
        self.posts[post.id] = post
        self.news += 1
        if self.banner:
            if len(self.posts) > 2 * LATEST:
                self.posts = {each.id: each for each in reversed([*self.latest()])}
            return
        if len(self.posts) > LATEST and len(self.posts) % 8:
            return
        self._uncounted.append(post)

    def latest(self) -> Iterator[Post]:
        """The posts that came last, the newest first."""
        return islice(reversed(self.posts.values()), LATEST)

    @property
    def due(self) -> bool:
        """Whether so many posts are new that it is worth while to weigh its voices again: one, of many one in twenty."""
        return self.news > min(len(self.posts), LATEST) // 20

    def together(self, fewest: int, span_ms: int) -> bool:
        """Whether so many authors have spoken within ``span_ms``."""
        found = set()
        for post in self.latest():
            if post.at > self.newest - span_ms:
                found.add(post.author)
                if len(found) >= fewest:
                    return True
        return False

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

    def likeness(self, other: Cluster) -> float:
        """How alike two cores are: words of both by words of either, 0 … 1."""
        shared = len(self.core & other.core)
        return shared / (len(self.core) + len(other.core) - shared) if shared else 0.0

    def likes(self, post: Post) -> bool:
        """Whether a post says what this cluster does."""
        if post.marks and not self.marks.isdisjoint(post.marks):
            return True
        shared = len(self.core.intersection(memoryview(post.hashes).cast("I")))
        return says_the_same(shared, len(post.hashes) >> 2, len(self.core))


def says_the_same(count: int, size: int, core: int) -> bool:
    """Whether ``count`` words that a post of ``size`` words has in common with a text of ``core`` words say the same."""
    if count < 2 or count < 0.25 * core:
        return False
    return count == size if size <= 3 else count >= max(3.0, 0.5 * size)
