"""Banners: what many gather under who say different things: a tag, a site or a person that nobody had brought up before, or
a post that they all answer.

What has been brought up for ten minutes is part of the conversation and no banner. Under a banner voices are weighed as among
posts that are alike (see ``evidence``), only that their accounts must look made for it, too: what goes round the world brings
strangers as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from zlib import crc32

import msgspec

from stream.mention import Mention
from stream.moderation.cluster import Cluster, Post
from stream.moderation.sketch import Sketch

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
KNOWN: Final = 50_000


class _Known(msgspec.Struct):
    """A banner: its hash and when it was brought up first (ms)."""

    mark: int
    first: int


class Banners:
    """Remembers what was brought up when, and who gathers under what is new."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._under: dict[int, list[Post]] = {}
        self._gathered: dict[int, Cluster] = {}
        self._first = 1 << 62

    def fresh(self, mention: Mention) -> Sketch:
        """The banners of a post that is heard: what nobody had brought up ten minutes before."""
        at = mention.at
        self._first = min(at, self._first)
        since = max(self._first + LISTENED_MS, at - FRESH_MS)
        found = []
        for name in _names(mention):
            known = self._known.get(name)
            if known is None:
                known = self._meet(name, at)
            elif at < known.first:
                known.first = at
            if known.first >= since:
                found.append(known.mark)
        if mention.target is not None and mention.kind != "post":
            found.append(_mark(f">{mention.target.id}"))
        return tuple(found[:BANNERS])

    def add(self, post: Post) -> None:
        """Put a post under its banners."""
        for mark in post.banners:
            gathered = self._gathered.get(mark)
            if gathered is not None:
                gathered.add(post)
                continue
            under = self._under.setdefault(mark, [])
            under.append(post)
            if len(under) >= FEWEST and len({p.author for p in under}) >= FEWEST:
                gathered = self._gathered[mark] = Cluster(mark)
                for each in self._under.pop(mark):
                    gathered.add(each)
        if len(self._under) > GATHERED:
            self._tidy(post.at)

    def clusters(self) -> Iterator[Cluster]:
        """Those that have gathered under a banner."""
        yield from self._gathered.values()

    def drop(self, gone: set[int]) -> None:
        """Forget who gathered under these."""
        self._gathered = {mark: cluster for mark, cluster in self._gathered.items() if mark not in gone}

    def save(self) -> dict[str, Any]:
        """What was brought up when."""
        return {"first": self._first, "known": {name: known.first for name, known in self._known.items()}}

    def restore(self, saved: dict[str, Any]) -> None:
        """Know what an earlier life did."""
        self._first = min(self._first, saved["first"])
        for name, first in saved["known"].items():
            self._meet(name, first)

    def _meet(self, name: str, at: int) -> _Known:
        """Know a name; the spellings of one tag are one."""
        folded = name.casefold()
        known = self._known.get(folded)
        if known is None:
            if len(self._known) >= KNOWN:
                newest = sorted(self._known, key=lambda n: self._known[n].first)[KNOWN // 2 :]
                self._known = {n: self._known[n] for n in newest}
            known = self._known[folded] = _Known(_mark(folded), at)
        self._known[name] = known
        known.first = min(known.first, at)
        return known

    def _tidy(self, now: int) -> None:
        """Let go of what has become quiet, and of what waits longest where that is not enough."""
        under = [(mark, posts) for mark, posts in self._under.items() if posts[-1].at > now - QUIET_MS]
        self._under = dict(under[-GATHERED // 2 :])
        self._gathered = {
            mark: cluster
            for mark, cluster in self._gathered.items()
            if cluster.raid is not None or cluster.newest > now - QUIET_MS
        }


def banners(mention: Mention) -> Sketch:
    """All that might be a banner of a post, whoever brought it up before."""
    found = [_mark(name.casefold()) for name in _names(mention)]
    if mention.target is not None and mention.kind != "post":
        found.append(_mark(f">{mention.target.id}"))
    return tuple(found)


def _names(mention: Mention) -> list[str]:
    """The tags, sites and people that a post brings up, marked apart."""
    found = [f"#{tag}" for tag in mention.hashtags] if mention.hashtags else []
    if mention.links:
        found += map(_site, mention.links)
    if mention.mentions:
        found += [f"@{person.id}" for person in mention.mentions]
    return found


def _site(link: str) -> str:
    """The site of a link: its host without what stands before the registered name."""
    host = link.partition("://")[2].partition("/")[0]
    parts = host.rsplit(".", 3)
    return ".".join(parts[-3:] if len(parts) > 2 and len(parts[-2]) <= 3 else parts[-2:])


def _mark(what: str) -> int:
    return crc32(what.encode("utf-8", "surrogatepass"))
