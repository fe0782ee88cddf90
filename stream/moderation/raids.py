"""The raid shield: many accounts that nobody knows say nearly the same within a minute, and are held as one.

Posts that are alike find each other by the keys of their sketches and form a cluster. A cluster becomes a raid when enough
accounts speak in it at once and most of them are strangers: enthusiasm comes from people who were there before, or in words
too short to be anybody's plan. From then on whatever is like the raid's texts is held, also what was said shortly before.

A raid is a record (see ``raid``): whether a post belongs to it follows from the record and the post alone, so that a hub that
reads the record back from the log judges as the one that wrote it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from stream.config import RaidConfig
from stream.moderation.filters import Words
from stream.moderation.raid import Raid, Text
from stream.moderation.sketch import Sketch, keys, likeness
from stream.moderation.verdict import NO_OPINION, Verdict

KINDS: Final = frozenset({"post", "reply", "quote"})
"""What can make a raid; reposts follow their original, but are held with the raid that they repeat."""
ALIKE: Final = 0.4
"""Likeness from which two posts are of one cluster."""
PAIR: Final = 2
"""Accounts of the smallest cluster."""
FEWEST: Final = 4
"""Accounts of the smallest cluster that joins a raid that is on, in other words."""
LOOKED_AT: Final = 12
"""Newest posts under one key that a new one is compared with."""
REMEMBERED: Final = 10_000
"""Posts after which a generation of the memory of recent posts ends; two are kept."""
SAVED: Final = 2_000
CLUSTERS: Final = 300
COMMON: Final = 0.3
"""Share of a cluster's posts in which a word of its core stands."""
SHORT: Final = 5
"""Core words up to which a text is short: many may come upon it by themselves."""
LONG: Final = 9
"""Core words above which a text is so long that nobody comes upon it alone: one account less is enough."""
BEYOND: Final = 0.2
"""By how much the share of strangers must exceed the usual one."""
CHANCE: Final = 0.0001
"""How probable it may be that so many of its accounts are strangers by chance."""
NEARLY_ALL: Final = 0.9
CROWD: Final = 0.6
"""Share of strangers that is usual in a crowd that cheers in few words."""
RARELY: Final = 0.08
"""Share of strangers that is usual at least: a sample of a hundred knows no less."""
QUIET_MS: Final = 120_000

Acquainted = Callable[[Sequence[str], int], Sequence[bool]]
"""Of each author id whether it was known before a time (ms): had spoken, or is of the house."""


class Post:
    """What is remembered of a recent post. ``followed`` says that its author has many followers."""

    __slots__ = ("at", "author", "followed", "id", "sketch")

    def __init__(self, id: str, at: int, author: str, followed: bool, sketch: Sketch) -> None:
        self.id, self.at, self.author, self.followed, self.sketch = id, at, author, followed, sketch


class Cluster:
    """Posts that are alike; ``asked`` are authors of whom it is known whether they are strangers."""

    def __init__(self) -> None:
        self.posts: dict[str, Post] = {}
        self.asked: dict[str, bool] = {}
        self.words: Counter[int] = Counter()
        self.core: frozenset[int] = frozenset()
        self.first = self.newest = 0
        self.raid: Raid | None = None
        self.changed = False
        self.looked = 0
        self._cored = 0

    def add(self, post: Post) -> None:
        """One more post; the core follows as the cluster grows."""
        if post.id in self.posts:
            return
        self.first = min(self.first, post.at) if self.posts else post.at
        self.newest = max(self.newest, post.at)
        self.posts[post.id] = post
        self.words.update(post.sketch)
        self.changed = True
        if len(self.posts) >= 1.2 * self._cored:
            self._cored = len(self.posts)
            least = max(2.0, COMMON * self._cored)
            self.core = frozenset(word for word, count in self.words.items() if count >= least)

    def alike(self) -> float:
        """The mean share of a post's words that are in the core, 0 … 1."""
        shares = [len(self.core.intersection(p.sketch)) / len(p.sketch) for p in list(self.posts.values())[-200:]]
        return sum(shares) / len(shares)

    def likes(self, of: Sketch) -> bool:
        """Whether a post says what this cluster does."""
        return _shares(len(self.core.intersection(of)), len(of), len(self.core))


class Raids:
    """Hears posts, finds raids, and holds what belongs to them. Times are those of the posts; it has no clock of its own."""

    def __init__(self, config: RaidConfig | None = None) -> None:
        self._config = config or RaidConfig()
        self._span = int(self._config.within_s * 1000)
        self._recent: dict[int, Post | list[Post]] = {}
        self._older: dict[int, Post | list[Post]] = {}
        self._heard = 0
        self._clusters: dict[int, Cluster] = {}
        self._of_key: dict[int, Cluster] = {}
        self._next = 0
        self._usual: list[str] = []
        self._raids: dict[str, Raid] = {}
        self._texts: dict[int, list[tuple[Raid, Text]]] = {}
        self._told: dict[str, bytes] = {}
        self._written: dict[str, set[bytes]] = {}

    def hear(self, words: Words) -> None:
        """Take note of a post."""
        mention = words.mention
        if mention is None or not self._config.on or mention.kind not in KINDS or len(words.sketch) < 2:
            return
        author = mention.author
        followed = author.followers >= self._config.followers or author.role != "public"
        post = Post(mention.id, mention.at, author.id, followed, words.sketch)
        if self._texts and (found := self._belongs(post.sketch, post.at)) is not None:
            found[0].take(post.id, post.author, post.at)
        self._place(post)

    def forget(self, words: Words) -> None:
        """A post that was heard is gone."""
        if words.mention is not None:
            for raid in self._raids.values():
                raid.drop(words.mention.id)

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        """Holds what belongs to a raid, rejects it when the staff hid the raid."""
        if not self._texts or words.mention is None:
            return NO_OPINION
        found = self._belongs(words.sketch, words.mention.at)
        if found is None:
            return NO_OPINION
        raid = found[0]
        if raid.decided == "approved":
            return NO_OPINION
        reason = f"raid: {len(raid.accounts)} accounts say nearly the same"
        return Verdict("reject" if raid.decided == "hidden" else "hold", reason, raid.id)

    def look(self, acquainted: Acquainted) -> list[str]:
        """See whether a cluster is a raid, or a raid has grown; ids of posts that are to be judged anew."""
        anew: list[str] = []
        for cluster in [c for c in self._clusters.values() if c.changed]:
            cluster.changed = False
            grown = self._grown(cluster) if cluster.raid is not None else self._recognised(cluster, acquainted)
            if grown:
                anew += self._spread(cluster)
        return anew

    def records(self) -> dict[str, bytes]:
        """What is to be remembered of raids that are new or have changed, by id."""
        found = {}
        for raid in self._raids.values():
            data = raid.record()
            if raid.texts and self._told.get(raid.id) != data:
                found[raid.id] = self._told[raid.id] = data
                self._written.setdefault(raid.id, set()).add(data)
        return found

    def remember(self, raid_id: str, data: bytes | None) -> list[str]:
        """Know a raid from its record (None: it is over); ids of posts that are to be judged anew.

        Raises ``ValueError`` for a broken record.
        """
        if data is None:
            self._let_go([raid_id])
            return []
        if data in self._written.get(raid_id, ()):
            return []
        raid = self._raids.setdefault(raid_id, Raid(raid_id))
        raid.read(data)
        self._told[raid_id] = data
        self._index()
        return self._taken(raid, self._remembered().values())

    def decide(self, raid_id: str, value: Mapping[str, Any] | None) -> list[str]:
        """What the staff says of a raid: ``{"show": "hidden"}`` or ``{"show": "approved"}``, None takes it back.

        Returns the ids of its posts, to be judged anew.
        """
        raid = self._raids.setdefault(raid_id, Raid(raid_id))
        raid.decided = "" if value is None else str(value.get("show", ""))
        return list(raid.members)

    def prune(self, before_ms: int) -> list[str]:
        """Let go of raids that ended before; returns their ids."""
        over = [raid.id for raid in self._raids.values() if raid.texts and raid.newest < before_ms]
        self._let_go(over)
        return over

    def all(self) -> list[Raid]:
        """The raids that are known, the newest first."""
        return sorted((r for r in self._raids.values() if r.texts), key=lambda r: (-r.start, r.id))

    def save(self) -> dict[str, Any]:
        """What a later life needs to go on from here."""
        recent = list(self._remembered().values())[-SAVED:]
        return {
            "raids": {raid.id: [raid.record(), raid.members] for raid in self._raids.values() if raid.texts},
            "recent": [[p.id, p.at, p.author, p.followed, list(p.sketch)] for p in recent],
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Know what an earlier life did."""
        for raid_id, (record, members) in saved["raids"].items():
            self.remember(raid_id, record)
            for post_id, (author, at) in members.items():
                self._raids[raid_id].take(post_id, author, at)
        for id_, at, author, followed, hashes in saved["recent"]:
            self._place(Post(id_, at, author, followed, tuple(hashes)))

    def _place(self, post: Post) -> None:
        """Put a post among the recent ones, and with those that it is like."""
        self._heard += 1
        if self._heard >= REMEMBERED:
            self._heard, self._older, self._recent = 0, self._recent, {}
        recent, older, of_key = self._recent, self._older, self._of_key
        joined: Cluster | None = None
        post_keys = keys(post.sketch)
        for key in post_keys:
            cluster = of_key.get(key)
            if cluster is not None and post.at - cluster.newest < QUIET_MS and cluster.likes(post.sketch):
                joined = cluster if joined is None else self._merged(joined, cluster)
            held, before = recent.get(key), older.get(key)
            if held is None:
                recent[key] = post
                if before is None:
                    continue
            elif isinstance(held, list):
                held.append(post)
            else:
                recent[key] = [held, post]
            if joined is None:
                joined = self._formed(post, before, held)
        if joined is not None:
            joined.add(post)
            for key in post_keys:
                of_key[key] = joined
        elif self._heard % 16 == 0:
            self._usual = [*self._usual[-199:], post.author]

    def _formed(self, post: Post, *groups: Post | list[Post] | None) -> Cluster | None:
        """A new cluster around ``post``, when others in ``groups`` are like it."""
        mine, size, near = set(post.sketch), len(post.sketch), [post]
        first, last = post.at - self._span, post.at + self._span
        for group in groups:
            for other in group[-LOOKED_AT:] if isinstance(group, list) else [group] if group is not None else []:
                if first <= other.at <= last and other.author != post.author:
                    shared = len(mine.intersection(other.sketch))
                    if shared >= ALIKE * (size + len(other.sketch) - shared):
                        near.append(other)
        if len(near) < PAIR:
            return None
        cluster = Cluster()
        for other in near:
            cluster.add(other)
        self._next += 1
        self._clusters[self._next] = cluster
        while len(self._clusters) > CLUSTERS:
            del self._clusters[min(self._clusters, key=lambda n: self._clusters[n].newest)]
            self._of_key = {k: c for c in self._clusters.values() for p in c.posts.values() for k in keys(p.sketch)}
        for other in near:
            for other_key in keys(other.sketch):
                self._of_key.setdefault(other_key, cluster)
        return cluster

    def _merged(self, one: Cluster, other: Cluster) -> Cluster:
        """One cluster of two that a post is like, when they say the same."""
        if one is other or likeness(tuple(one.core), tuple(other.core)) < ALIKE or (one.raid and other.raid):
            return one
        if len(one.posts) < len(other.posts):
            one, other = other, one
        for post in other.posts.values():
            one.add(post)
            for key in keys(post.sketch):
                self._of_key[key] = one
        one.asked |= other.asked
        one.raid = one.raid or other.raid
        self._clusters = {n: c for n, c in self._clusters.items() if c is not other}
        return one

    def _recognised(self, cluster: Cluster, acquainted: Acquainted) -> bool:
        """Whether a cluster is a raid now; it then has one."""
        if len(cluster.posts) < max(FEWEST, 1.1 * cluster.looked):
            return False
        cluster.looked = len(cluster.posts)
        together = {p.author for p in cluster.posts.values() if p.at > cluster.newest - self._span}
        ongoing = self._ongoing(cluster)
        if len(together) < (FEWEST if ongoing else self._config.accounts - 1):
            return False
        strangers, usual = self._strangers(cluster, acquainted)
        if not self._is_raid(len(together), strangers, usual, len(cluster.core), ongoing is not None):
            return False
        first = min(cluster.posts.values(), key=lambda p: (p.at, p.id))
        raid = ongoing or Raid(f"{first.at:x}-{first.sketch[0]:08x}")
        cluster.raid = self._raids.setdefault(raid.id, raid)
        cluster.raid.strangers = max(cluster.raid.strangers, round(strangers, 4))
        return True

    def _is_raid(self, accounts: int, strangers: float, usual: float, core: int, ongoing: bool) -> bool:
        """The rule. ``strangers`` is their share in the cluster, ``usual`` that among other recent posts."""
        config = self._config
        if strangers < config.strangers or strangers < usual + BEYOND or tail(accounts, strangers, usual) > CHANCE:
            return False
        if core <= SHORT:
            surprising = tail(accounts, strangers, max(usual, CROWD)) <= CHANCE
            return accounts >= 2 * config.accounts and strangers >= NEARLY_ALL and surprising
        if accounts >= config.accounts:
            return True
        return strangers >= 0.9 and (ongoing or (accounts >= config.accounts - 1 and core > LONG))

    def _strangers(self, cluster: Cluster, acquainted: Acquainted) -> tuple[float, float]:
        """The share of strangers among a cluster's accounts, and among those of other recent posts."""
        before = cluster.first - self._span
        posts = {p.author: p for p in cluster.posts.values() if p.author not in cluster.asked}
        if posts:
            known = acquainted(list(posts), before)
            cluster.asked |= {a: not (k or p.followed) for (a, p), k in zip(posts.items(), known, strict=True)}
        others = [author for author in dict.fromkeys(self._usual) if author not in cluster.asked]
        usual = [not known for known in acquainted(others, before)] if others else []
        strange = sum(cluster.asked.values()) / len(cluster.asked)
        return strange, sum(usual) / len(usual) if usual else 0.0

    def _ongoing(self, cluster: Cluster) -> Raid | None:
        """A raid that is on while ``cluster`` speaks, in other words."""
        near = [r for r in self._raids.values() if r.texts and abs(r.newest - cluster.newest) <= self._span]
        return max(near, key=lambda r: (r.newest, r.id), default=None)

    def _grown(self, cluster: Cluster) -> bool:
        """Whether a raid's words are others now."""
        assert cluster.raid is not None
        text = cluster.raid.text_of(cluster.core)
        return text is None or text.words != cluster.core

    def _spread(self, cluster: Cluster) -> list[str]:
        """Let a cluster's raid know its words; posts that belong to it and are to be judged anew."""
        raid = cluster.raid
        assert raid is not None
        raid.alike = round(cluster.alike(), 4)
        raid.learn(cluster.core, cluster.first, cluster.newest)
        self._index()
        return self._taken(raid, (*cluster.posts.values(), *self._remembered().values()))

    def _taken(self, raid: Raid, posts: Iterable[Post]) -> list[str]:
        """Those of ``posts`` that belong to a raid and were not known to."""
        found = []
        for post in posts:
            if post.id not in raid.members and (met := self._belongs(post.sketch, post.at)) and met[0] is raid:
                raid.take(post.id, post.author, post.at)
                found.append(post.id)
        return found

    def _remembered(self) -> dict[str, Post]:
        """The recent posts by id."""
        found: dict[str, Post] = {}
        for generation in (self._older, self._recent):
            for held in generation.values():
                found.update((post.id, post) for post in (held if isinstance(held, list) else [held]))
        return found

    def _belongs(self, of: Sketch, at: int) -> tuple[Raid, Text] | None:
        """The raid whose text a post says, and the text."""
        shared: Counter[int] = Counter()
        met: dict[int, tuple[Raid, Text]] = {}
        for word in of:
            for entry in self._texts.get(word, ()):
                shared[id(entry[1])] += 1
                met[id(entry[1])] = entry
        for number, count in shared.most_common():
            raid, text = met[number]
            if _shares(count, len(of), len(text.words)) and raid.covers(at):
                return raid, text
        return None

    def _let_go(self, raid_ids: Iterable[str]) -> None:
        for raid_id in raid_ids:
            for known in (self._raids, self._told, self._written):
                known.pop(raid_id, None)
        self._clusters = {n: c for n, c in self._clusters.items() if c.raid is None or c.raid.id in self._raids}
        self._index()

    def _index(self) -> None:
        """Find raids by the words of their texts."""
        self._texts = {}
        for raid in self._raids.values():
            for text in raid.texts:
                for word in text.words:
                    self._texts.setdefault(word, []).append((raid, text))


def _shares(count: int, size: int, core: int) -> bool:
    """Whether ``count`` words that a post of ``size`` words has in common with a text of ``core`` words say the same."""
    if count < 2 or count < 0.25 * core:
        return False
    return count == size if size <= 3 else count >= max(3.0, 0.5 * size)


def tail(accounts: int, strangers: float, usual: float) -> float:
    """How probable it is that of ``accounts`` at least the share ``strangers`` are strangers, where ``usual`` of all are."""
    p = max(usual, RARELY)
    least = math.ceil(strangers * accounts - 1e-9)
    if accounts > 200:
        return 0.0 if strangers > p else 1.0
    return sum(math.comb(accounts, k) * p**k * (1 - p) ** (accounts - k) for k in range(least, accounts + 1))
