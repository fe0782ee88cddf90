"""Banners: what many gather under who say different things: a tag or a site that nobody had brought up before, or a post or a
person that they all answer.

What has been brought up for ten minutes is part of the conversation and no banner. Under a banner voices are weighed as among
posts that are alike (see ``evidence``), only that their accounts must look made for it, too: what goes round the world brings
strangers as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

from stream.analysis.extract import person_of
from stream.mention import Mention
from stream.moderation.cluster import Cluster, Post
from stream.moderation.sketch import Sketch, mark_of

FRESH_MS: Final = 600_000
"""How long a banner is one after it was brought up first."""
LISTENED_MS: Final = 120_000
"""What is brought up sooner after the first post that was heard may be old."""
BANNERS: Final = 8
"""Banners of a post that are looked at."""
FEWEST: Final = 5
"""Posts from which those under a banner are looked at."""
QUIET_MS: Final = 180_000
GATHERED: Final = 4_000
GROUPS: Final = 100
KNOWN: Final = 50_000
"""How many waiting posts, groups and names are kept before it is looked what of them may go."""


class Banners:
    """Remembers what was brought up when (ms), and who gathers under what is new."""

    def __init__(self) -> None:
        self._tags: dict[str, int] = {}
        self._sites: dict[str, int] = {}
        self._alone: dict[int, Post] = {}
        self._under: dict[int, list[Post]] = {}
        self._gathered: dict[int, Cluster] = {}
        self._most = GROUPS
        self.first = 1 << 62
        """When the first post was written that was heard."""
        self._old: set[str] = set()
        """Spellings of tags, and hosts (which have a point), that are known to be no banners any more."""

    def fresh(self, mention: Mention) -> Sketch:
        """The banners of a post that is heard: what nobody had brought up ten minutes before."""
        at = mention.at
        if at < self.first:  # noqa: PLR1730
            self.first = at
        since = max(self.first + LISTENED_MS, at - FRESH_MS)
        found: list[int] = []
        old = self._old
        for tag in mention.hashtags:
            if tag not in old:
                name = tag.casefold()
                if self._tags.setdefault(name, at) >= since:
                    found.append(mark_of(f"#{name}"))
                else:
                    old.add(tag)
        for link in mention.links:
            begin = link.find("://") + 3
            end = link.find("/", begin)
            host = link[begin:] if end < 0 else link[begin:end]
            if host not in old:
                name = _site(host)
                if self._sites.setdefault(name, at) >= since:
                    found.append(mark_of(name))
                else:
                    old.add(host)
        if mention.kind == "reply" or (mention.mentions and mention.text.startswith("@")):
            found += _turned_to(mention)
        elif mention.kind == "quote" and mention.target is not None:
            found.append(mark_of(f">{mention.target.id}"))
        return tuple(found[:BANNERS]) if found else ()

    def add(self, post: Post) -> None:
        """Put a post under its banners."""
        for mark in post.banners:
            gathered = self._gathered.get(mark)
            if gathered is not None:
                gathered.add(post)
                continue
            under = self._under.get(mark)
            if under is None:
                alone = self._alone.setdefault(mark, post)
                if alone is not post:
                    self._under[mark] = [self._alone.pop(mark), post]
                continue
            under.append(post)
            if len(under) >= FEWEST and len({p.author for p in under}) >= FEWEST:
                gathered = self._gathered[mark] = Cluster(banner=mark)
                for each in self._under.pop(mark):
                    gathered.add(each)
        if len(self._under) + len(self._alone) > GATHERED or len(self._gathered) > self._most:
            self._tidy(post.at)

    def clusters(self) -> Iterable[Cluster]:
        """Those that have gathered under a banner."""
        return self._gathered.values()

    def drop(self, gone: set[int]) -> None:
        """Forget who gathered under these."""
        self._gathered = {mark: cluster for mark, cluster in self._gathered.items() if mark not in gone}

    def save(self) -> list[Any]:
        """What was brought up when."""
        return [self.first, self._tags, self._sites]

    def restore(self, saved: list[Any]) -> None:
        """Know what an earlier life did."""
        self.first = min(self.first, saved[0])
        for known, earlier in zip((self._tags, self._sites), saved[1:], strict=True):
            known.update(earlier)

    def _tidy(self, now: int) -> None:
        """Let go of what has become quiet, and of what waits longest where that is not enough."""
        if len(self._old) > KNOWN:
            self._old.clear()
        for known in (self._tags, self._sites):
            if len(known) > KNOWN:
                newest = sorted(known.items(), key=lambda name: (name[1], name[0]))[-KNOWN // 2 :]
                known.clear()
                known.update(newest)
        under = [(mark, posts) for mark, posts in self._under.items() if posts[-1].at > now - QUIET_MS]
        self._under = dict(under[-GATHERED // 4 :])
        alone = [(mark, post) for mark, post in self._alone.items() if post.at > now - QUIET_MS]
        self._alone = dict(alone[-GATHERED // 4 :])
        self._gathered = {
            mark: cluster
            for mark, cluster in self._gathered.items()
            if cluster.raid is not None or cluster.newest > now - QUIET_MS
        }
        self._most = max(GROUPS, 2 * len(self._gathered))


def banners(mention: Mention) -> Sketch:
    """All that might be a banner of a post, whoever brought it up before."""
    found = [*map(_of_tag, mention.hashtags), *(mark_of(_site(host_of(link))) for link in mention.links)]
    return (*found, *_turned_to(mention))


def _turned_to(mention: Mention) -> list[int]:
    """What those have in common who answer one post, and those who answer a person or begin with the name."""
    target, person = mention.target, ""
    found = [mark_of(f">{target.id}")] if target is not None and mention.kind != "post" else []
    if target is not None and mention.kind == "reply":
        person = target.author
    elif mention.mentions and mention.text.startswith("@"):
        person = person_of(mention.mentions[0], mention.source)
    if person:
        found.append(mark_of(f">{person}"))
    return found


@lru_cache(KNOWN)
def _of_tag(tag: str) -> int:
    return mark_of(f"#{tag.casefold()}")


def host_of(link: str) -> str:
    """The host of a link, with a port and a name before it if there are any."""
    begin = link.find("://") + 3
    end = link.find("/", begin)
    return link[begin:] if end < 0 else link[begin:end]


def _site(host: str) -> str:
    """The site of a host: without what stands before the registered name."""
    if host.count(".") < 2:
        return host
    parts = host.rsplit(".", 3)
    return ".".join(parts[-3:] if len(parts[-2]) <= 3 else parts[-2:])
