"""The clusters of the moment: posts find those that they are like, and clusters that say the same become one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from stream.moderation.cluster import Cluster, Post

ALIKE: Final = 0.4
"""Likeness from which two clusters are one."""
MOST: Final = 4_000
QUIET_MS: Final = 120_000


class Clusters:
    """By number, in the order in which they began."""

    def __init__(self) -> None:
        self._by_number: dict[int, Cluster] = {}
        self._touched: set[int] = set()
        """Those that have grown since they were taken last."""
        self._newest = 0

    def __iter__(self) -> Iterator[Cluster]:
        return iter(self._by_number.values())

    def take_touched(self) -> list[Cluster]:
        """Those that have grown since the last call."""
        touched = [self._by_number[n] for n in sorted(self._touched) if n in self._by_number]
        self._touched.clear()
        return touched

    def keep(self, stays: Callable[[Cluster], bool]) -> None:
        """Let go of those that do not stay."""
        self._by_number = {n: cluster for n, cluster in self._by_number.items() if stays(cluster)}

    def tidy(self, now: int) -> None:
        """Where there are too many, let go of those that have become quiet, and of what is quiet longest."""
        if len(self._by_number) <= MOST:
            return
        kept = [n for n, c in self._by_number.items() if c.raid or c.newest > now - QUIET_MS]
        kept = sorted(kept, key=lambda n: self._by_number[n].newest)[-MOST // 2 :]
        self._by_number = {n: self._by_number[n] for n in sorted(kept)}

    def join(self, post: Post, near: Sequence[Post]) -> None:
        """Put a post into the cluster of its neighbours; two that say the same become one."""
        numbers = {other.cluster for other in near}
        if len(numbers) == 1 and (only := self._by_number.get(near[0].cluster)) is not None:
            if post.at - only.newest < QUIET_MS and (len(near) >= only.links or only.likes(post)):
                only.add(post)
                self._touched.add(only.number)
            return
        joined: Cluster | None = None
        votes = Counter([other.cluster for other in near if other.cluster in self._by_number])
        clusters = {number: self._by_number[number] for number in votes}
        for number, _ in votes.most_common():
            cluster = clusters[number]
            if post.at - cluster.newest < QUIET_MS and (votes[number] >= cluster.links or cluster.likes(post)):
                joined = cluster if joined is None else self._merged(joined, cluster)
        alone = [other for other in near if other.cluster not in clusters]
        if joined is None:
            if not alone:
                return
            self._newest += 1
            joined = Cluster(self._newest)
        new = not joined.posts
        if new:
            self._by_number[joined.number] = joined
            joined.add(*alone, post)
        else:
            joined.add(*(other for other in alone if joined.likes(other)), post)
        self._touched.add(joined.number)

    def _merged(self, one: Cluster, other: Cluster) -> Cluster:
        """One cluster of two that a post is like, when they say the same."""
        if one is other or (one.raid and other.raid) or one.likeness(other) < ALIKE:
            return one
        if len(one.posts) < len(other.posts):
            one, other = other, one
        one.add(*other.posts.values())
        one.asked |= other.asked
        one.raid = one.raid or other.raid
        del self._by_number[other.number]
        return one
