"""Voices: who of a cluster is a stranger, and how usual strangers are among the others of that time."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from stream.moderation.cluster import LATEST, Cluster, Post
from stream.moderation.evidence import DRAWN, by_followers, by_sign, by_strangers

EVERY: Final = 8
"""One in so many of the posts that are like no other is asked about."""
SAMPLE: Final = 200
LEAST_FOLLOWERS: Final = 20
"""Voices whose followers are known from which it can be told how many people here usually have."""
LATELY: Final = 3
"""Spans in which a cluster's voices are counted."""
MORE: Final = 0.05
"""A crowd may have so many more strangers than is usual."""
MOST: Final = 0.95
FIGURES: Final = 5
"""Figures at the end of a handle that somebody made by the hundred; a year of birth has four."""
YOUNG_MS: Final = 30 * 86_400_000

Acquainted = Callable[[Sequence[str], int], Sequence[bool]]
"""Of each author id whether it was known before a time (ms): had spoken, or is of the house."""


class Weighed(NamedTuple):
    """How many times more probable a cluster's voices are in a raid than in a crowd (a logarithm), and the share of strangers.

    ``made`` is what the accounts alone say of it.
    """

    ratio: float
    strangers: float
    made: float


class Voices:
    """Who is known has spoken ``span_ms`` before the post that is looked at, at least."""

    def __init__(self, span_ms: int) -> None:
        self._span = span_ms
        self._heard = 0
        self._usual: deque[Post] = deque(maxlen=SAMPLE)

    def usual(self, posts: Sequence[Post]) -> None:
        """Posts that are like no others."""
        self._usual.extend(posts[-(self._heard + 1) % EVERY :: EVERY])
        self._heard += len(posts)

    def weigh(
        self, cluster: Cluster, acquainted: Acquainted, beside: Sequence[Post] = (), least: float = 0.0
    ) -> Weighed:
        """The evidence of a cluster's voices, and of those who have said the same ``beside`` it.

        Where the share of strangers is below ``least`` no more is asked: there is none.
        """
        since = cluster.newest - LATELY * self._span
        latest = {p.author: p for p in beside} | {p.author: p for p in cluster.latest() if p.at >= since}
        if unasked := [p for author, p in latest.items() if author not in cluster.asked]:
            known = acquainted([p.author for p in unasked], min(p.at for p in unasked) - self._span)
            cluster.asked |= {p.author: not (k or p.followed) for p, k in zip(unasked, known, strict=True)}
        strangers = sum(map(cluster.asked.__getitem__, latest))
        if strangers < least * len(latest):
            cluster.least = len(cluster.posts) + math.ceil(
                (least * len(latest) - strangers) / max(1e-9, 1 - least) - 1e-9
            )
            return Weighed(-math.inf, strangers / len(latest), -math.inf)
        others = {p.author: p for p in self._usual if p.author not in cluster.asked}
        usual = self._strange(list(others), min(p.at for p in latest.values()) - self._span, acquainted)
        voices, people = list(latest.values()), list(others.values())
        made = by_followers(*_followed(voices, people)) + _signs(voices, people)
        crowd = min(MOST, max(DRAWN, usual + MORE))
        told = by_strangers(len(latest), strangers, crowd)
        return Weighed(told + made, strangers / len(latest), made)

    def still_known(self, cluster: Cluster) -> bool:
        """Whether too few have spoken since a cluster was weighed for strangers to be ``least`` of its voices by now."""
        fresh = len(cluster.posts) <= LATEST and cluster.first >= cluster.newest - LATELY * self._span
        return fresh and len(cluster.posts) < cluster.least

    @staticmethod
    def _strange(authors: Sequence[str], before: int, acquainted: Acquainted) -> float:
        """The share of strangers among the others; a half where nobody else was heard."""
        known = acquainted(authors, before) if authors else ()
        return (sum(not k for k in known) + 0.5) / (len(authors) + 1)


def _followed(posts: Sequence[Post], others: Sequence[Post]) -> tuple[int, int]:
    """How many of ``posts`` have fewer followers than nine in ten of ``others``, and how many more than a quarter of them.

    Only those count whose sources tell it.
    """
    here = sorted(p.followers for p in others if p.followers)
    if len(here) < LEAST_FOLLOWERS:
        return 0, 0
    few, many = here[len(here) // 10], here[len(here) // 4]
    telling = {_source(p) for p in others if p.followers}
    told = [p.followers for p in posts if p.followers or _source(p) in telling]
    return sum(n < few for n in told), sum(n > many for n in told)


def _signs(posts: Sequence[Post], others: Sequence[Post]) -> float:
    """What handles that end in many figures say, and accounts opened within a month where their sources tell."""
    found = 0.0
    for sign, some, beside in (
        (_numbered, posts, others),
        (_young, [p for p in posts if p.since], [p for p in others if p.since]),
    ):
        having = sum(map(sign, some))
        usual = sum(map(sign, beside)) / len(beside) if beside else 0.0
        found += by_sign(having, len(some) - having, usual)
    return found


def _numbered(post: Post) -> bool:
    return _ends_in_figures(post.handle)


@lru_cache(20_000)
def _ends_in_figures(handle: str) -> bool:
    return handle.partition("@")[0][-FIGURES:].isdecimal() and len(handle) > FIGURES


def _young(post: Post) -> bool:
    return post.at - post.since < YOUNG_MS


def _source(post: Post) -> str:
    return post.author.partition(":")[0]
