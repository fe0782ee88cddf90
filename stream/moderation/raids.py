"""The raid shield: many accounts that nobody knows say nearly the same within a minute, and are held as one.

Posts that are alike find each other (see ``neighbours``) and form a cluster. A cluster becomes a raid when its voices are far
more probable in one than in a crowd (see ``evidence``). From then on whatever is like the raid is held, also what was said
shortly before. Should those who were there before join in, it was a crowd after all, and is let go.

A raid is a record (see ``raid``): whether a post belongs to it follows from the record and the post alone, so that a hub that
reads the record back from the log judges as the one that wrote it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final

import msgspec

from stream.config import RaidConfig
from stream.mention import Mention
from stream.moderation.banners import Banners, banners
from stream.moderation.belonging import Belonging
from stream.moderation.cluster import LATEST, Cluster, Post
from stream.moderation.clusters import Clusters
from stream.moderation.evidence import (
    LEAST_UNDER_BANNER,
    MADE,
    OVER,
    SURE,
    SURE_OF_MORE,
    SURE_OF_ONE,
    SURE_UNDER_BANNER,
)
from stream.moderation.filters import Words
from stream.moderation.neighbours import Neighbours
from stream.moderation.overlap import Overlap
from stream.moderation.raid import Raid
from stream.moderation.sketch import FEW, Sketch
from stream.moderation.verdict import NO_OPINION, Verdict
from stream.moderation.voices import Acquainted, Voices

KINDS: Final = frozenset({"post", "reply", "quote"})
"""What can make a raid; reposts follow their original, but are held with the raid that they repeat."""
FEWEST: Final = 4
"""Accounts of the smallest cluster that joins a raid that is on, in other words."""
SAVED: Final = 2_000


class Raids:
    """Hears posts, finds raids, and holds what belongs to them. Times are those of the posts; it has no clock of its own."""

    def __init__(self, config: RaidConfig | None = None) -> None:
        self._config = config or RaidConfig()
        self._span = int(self._config.within_s * 1000)
        self._neighbours = Neighbours(self._span)
        self._waiting: list[Post] = []
        self._clusters = Clusters()
        self._banners = Banners()
        self._voices = Voices(self._span)
        self._raids: dict[str, Raid] = {}
        self._belonging = Belonging()
        self._told: dict[str, bytes] = {}
        self._written: dict[str, set[bytes]] = {}
        self._over: list[str] = []
        self._changes = self._changes_then = self._changes_told = 0

    def hear_all(self, heard: Sequence[Words]) -> None:
        """Take note of posts."""
        if not self._config.on:
            return
        many, listening, wait = self._config.followers, self._banners, self._waiting.append
        if attacked := bool(self._raids):
            self._belonging.hear(heard)
        for words in heard:
            mention = words.mention
            if mention is None or mention.kind not in KINDS:
                continue
            hashes = words.hashes
            links, at = mention.links, mention.at
            if at < listening.first:  # noqa: PLR1730
                listening.first = at
            marks = words.marks if links or mention.media or len(hashes) <= 4 * FEW else ()
            fresh: Sketch = ()
            if links or mention.hashtags or mention.target or (mention.mentions and mention.text.startswith("@")):
                fresh = listening.fresh(mention)
            if len(hashes) < 8 and not marks and not fresh:
                continue
            author = mention.author
            followers = author.followers
            followed = followers >= many or author.role != "public"
            post = Post(
                mention.id, at, author.id, followers, followed, hashes, marks, author.handle, author.since, fresh
            )
            if attacked and (raid := self._belonging.of(words, (*marks, *fresh))) is not None:
                raid.take(post.id, post.author, at)
            wait(post)

    def forget(self, words: Words) -> None:
        """A post that was heard is gone."""
        if words.mention is not None:
            for raid in self._raids.values():
                raid.drop(words.mention.id)

    @property
    def none(self) -> bool:
        """Whether no raid is known."""
        return not self._raids

    def passes(self, words: Words) -> bool:
        """Whether it is known already of a post that was heard last that it belongs to none of the raids."""
        return words in self._belonging.apart and not self._belonging.marked

    def judge(self, words: Words, t_ms: int) -> Verdict:  # noqa: ARG002
        """Holds what belongs to a raid, rejects it when the staff hid the raid."""
        if not self._raids or words.mention is None:
            return NO_OPINION
        raid = self._belonging.of(words, (*words.marks, *banners(words.mention)) if self._belonging.marked else ())
        if raid is None or raid.decided == "approved":
            return NO_OPINION
        same = "say nearly the same" if raid.texts else "that nobody knows come together at once"
        reason = f"raid: {len(raid.accounts)} accounts {same}"
        return Verdict("reject" if raid.decided == "hidden" else "hold", reason, raid.id)

    def look(self, acquainted: Acquainted) -> list[str]:
        """See whether a cluster is a raid, or a raid has grown or is none; ids of posts that are to be judged anew."""
        self._gather()
        anew: list[str] = []
        touched = chain(self._clusters.take_touched(), self._banners.clusters())
        for cluster in [c for c in touched if c.news and c.due]:
            cluster.news = 0
            if cluster.raid is None:
                if self._recognised(cluster, acquainted):
                    anew += self._spread(cluster)
            elif self._no_raid(cluster, acquainted):
                anew += self._freed(cluster.raid)
            elif self._grown(cluster) and not self._common(cluster, acquainted):
                anew += self._spread(cluster)
        return anew

    def take(self, raid_id: str, mention: Mention) -> None:
        """A post of which it was judged that it belongs to a raid."""
        self._raids[raid_id].take(mention.id, mention.author.id, mention.at)

    def changed(self) -> tuple[int, int] | None:
        """Once raids have stayed the same since the last call, after they had changed: from when until when posts can belong
        to one.

        A post that came before its raid was recognised may be remembered no longer.
        """
        still, self._changes_then = self._changes == self._changes_then, self._changes
        if not still or self._changes == self._changes_told:
            return None
        self._changes_told = self._changes
        spans = [raid.span for raid in self._raids.values() if raid.told]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    def records(self) -> dict[str, bytes]:
        """What is to be remembered of raids that are new or have changed, by id."""
        found = {}
        for raid in self._raids.values():
            data = raid.record()
            if raid.told and self._told.get(raid.id) != data:
                found[raid.id] = self._told[raid.id] = data
                self._written.setdefault(raid.id, set()).add(data)
        return found

    def remember(self, raid_id: str, data: bytes | None) -> list[str]:
        """Know a raid from its record (None: it is over); ids of posts that are to be judged anew.

        Raises ``ValueError`` for a broken record.
        """
        if data is None:
            gone = self._raids.get(raid_id)
            self._let_go([raid_id])
            return list(gone.members) if gone else []
        if data in self._written.get(raid_id, ()):
            return []
        raid = self._raids.setdefault(raid_id, Raid(raid_id))
        raid.read(data)
        self._changes += 1
        self._told[raid_id] = data
        self._belonging.index(self._raids.values())
        return self._taken(raid)

    def decide(self, raid_id: str, value: Mapping[str, Any] | None) -> list[str]:
        """What the staff says of a raid: ``{"show": "hidden"}`` or ``{"show": "approved"}``, None takes it back.

        Returns the ids of its posts, to be judged anew.
        """
        raid = self._raids.setdefault(raid_id, Raid(raid_id))
        raid.decided = "" if value is None else str(value.get("show", ""))
        return list(raid.members)

    def prune(self, before_ms: int) -> list[str]:
        """Let go of raids that ended before; returns the ids of those whose records are of no more use, and of raids that were
        none. What staff hid is left out of reports by its record.
        """
        over = [raid for raid in self._raids.values() if raid.told and raid.newest < before_ms]
        self._let_go([raid.id for raid in over])
        none, self._over = self._over, []
        return [*none, *(raid.id for raid in over if raid.decided != "hidden")]

    def all(self) -> list[Raid]:
        """The raids that are known, the newest first."""
        return sorted((r for r in self._raids.values() if r.told), key=lambda r: (-r.start, r.id))

    def save(self) -> dict[str, Any]:
        """What a later life needs to go on from here."""
        recent = [*self._neighbours.remembered(), *self._waiting][-SAVED:]
        return {
            "raids": {raid.id: [raid.record(), raid.members] for raid in self._raids.values() if raid.told},
            "recent": [msgspec.structs.astuple(p)[:-1] for p in recent],
            "banners": self._banners.save(),
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        """Know what an earlier life did."""
        for raid_id, (record, members) in saved["raids"].items():
            self.remember(raid_id, record)
            for post_id, (author, at) in members.items():
                self._raids[raid_id].take(post_id, author, at)
        self._banners.restore(saved["banners"])
        for post_id, at, author, followers, followed, hashes, marks, handle, since, fresh in saved["recent"]:
            self._waiting.append(
                Post(post_id, at, author, followers, followed, hashes, tuple(marks), handle, since, tuple(fresh))
            )
        self._gather()

    def _gather(self) -> None:
        """Put the posts that were heard since among the recent ones, and with those that they are like."""
        posts, self._waiting = self._waiting, []
        near_of = self._neighbours.place(posts)
        for i, post in enumerate(posts):
            if post.banners:
                self._banners.add(post)
            if i in near_of:
                self._clusters.join(post, near_of[i])
        self._voices.usual([post for i, post in enumerate(posts) if i not in near_of] if near_of else posts)
        if posts:
            self._clusters.tidy(posts[-1].at)

    def _recognised(self, cluster: Cluster, acquainted: Acquainted) -> bool:
        """Whether a cluster is a raid now; it then has one."""
        if len(cluster.posts) < min(FEWEST, self._config.accounts) or self._voices.still_known(cluster):
            return False
        ongoing = self._ongoing(cluster)
        fewest = FEWEST if ongoing else self._config.accounts
        if len(cluster.posts) < max(fewest, cluster.common) or not cluster.together(fewest, self._span):
            return False
        weighed = self._voices.weigh(cluster, acquainted, (), self._config.strangers)
        if cluster.banner:
            enough = weighed.made >= MADE and weighed.ratio >= (SURE if ongoing else SURE_UNDER_BANNER)
        else:
            enough = weighed.ratio >= (SURE_OF_MORE if ongoing else SURE)
        if not enough or self._common(cluster, acquainted):
            return False
        if weighed.ratio < SURE_OF_ONE and not (cluster.banner or ongoing) and self._of_a_crowd(cluster, acquainted):
            return False
        first = min(cluster.posts.values(), key=lambda p: (p.at, p.id))
        raid = ongoing or self._same(cluster)
        raid = raid or Raid(f"{first.at:x}-{(first.sketch or first.marks or first.banners)[0]:08x}")
        cluster.raid = self._raids.setdefault(raid.id, raid)
        cluster.raid.strangers = max(cluster.raid.strangers, round(weighed.strangers, 4))
        return True

    def _common(self, cluster: Cluster, acquainted: Acquainted) -> bool:
        """Whether what a cluster says is what others say here anyway, or gathers others too: it would hold them."""
        if banner := cluster.banner:
            beside = [p for p in self._neighbours.remembered() if banner in p.banners]
        else:
            alike = self._neighbours.sharing(Overlap(cluster.core, cluster.marks))
            beside = [p for p in alike if p.id not in cluster.posts and cluster.likes(p)]
        if not beside:
            return False
        weighed = self._voices.weigh(cluster, acquainted, beside)
        if weighed.ratio >= SURE_OF_MORE and (not banner or weighed.strangers >= LEAST_UNDER_BANNER):
            return False
        cluster.common = len(cluster.posts) * 3 // 2
        return True

    def _of_a_crowd(self, cluster: Cluster, acquainted: Acquainted) -> bool:
        """Whether most of a cluster stand under a banner with a crowd that says other things as well."""
        under = Counter(mark for post in cluster.latest() for mark in post.banners)
        most = min(len(cluster.posts), LATEST) / 2
        gathered = [c for c in self._banners.clusters() if under[c.banner] > most]
        return any(self._voices.weigh(each, acquainted).ratio < OVER for each in gathered)

    def _no_raid(self, cluster: Cluster, acquainted: Acquainted) -> bool:
        """Whether what was taken for a raid turns out to be a crowd; what staff have decided about stays."""
        raid = cluster.raid
        if raid is None or raid.decided or self._voices.weigh(cluster, acquainted).ratio >= OVER:
            return False
        return sum(self._voices.weigh(each, acquainted).ratio for each in self._of(raid)) < OVER

    def _freed(self, raid: Raid) -> list[str]:
        """A raid that was none is let go; the ids of its posts."""
        for cluster in self._of(raid):
            cluster.raid = None
        self._let_go([raid.id])
        self._over.append(raid.id)
        return list(raid.members)

    def _of(self, raid: Raid) -> list[Cluster]:
        return [cluster for cluster in self._all() if cluster.raid is raid]

    def _all(self) -> Iterator[Cluster]:
        return chain(self._clusters, self._banners.clusters())

    def _ongoing(self, cluster: Cluster) -> Raid | None:
        """A raid that is on while ``cluster`` speaks, in other words."""
        near = [r for r in self._raids.values() if r.told and abs(r.newest - cluster.newest) <= self._span]
        return max(near, key=lambda r: (r.newest, r.id), default=None)

    def _same(self, cluster: Cluster) -> Raid | None:
        """A raid that says what ``cluster`` says, or brings what it brings, at another time."""
        told = [r for r in self._raids.values() if r.told and r.covers(cluster.newest)]
        same = [r for r in told if not r.marks.isdisjoint(cluster.marks) or r.text_of(cluster.core) is not None]
        return max(same, key=lambda r: (r.newest, r.id), default=None)

    def _grown(self, cluster: Cluster) -> bool:
        """Whether a raid's words are others now, or its links and pictures."""
        assert cluster.raid is not None
        text = cluster.raid.text_of(cluster.core)
        new = bool(cluster.core) and (text is None or text.words != cluster.core)
        return new or not cluster.marks <= cluster.raid.marks | cluster.raid.others

    def _spread(self, cluster: Cluster) -> list[str]:
        """Let a cluster's raid know its words; posts that belong to it and are to be judged anew."""
        raid = cluster.raid
        assert raid is not None
        if not cluster.banner:
            raid.alike = round(cluster.alike(), 4)
        if cluster.marks:
            marked = self._neighbours.sharing(Overlap((), cluster.marks))
            raid.others |= cluster.marks & {mark for p in marked if p.id not in cluster.posts for mark in p.marks}
        raid.learn(cluster.core, cluster.marks - raid.others, cluster.first, cluster.newest)
        self._changes += 1
        self._belonging.index(self._raids.values())
        return self._taken(raid, cluster.posts.values())

    def _taken(self, raid: Raid, posts: Iterable[Post] = ()) -> list[str]:
        """Those of ``posts``, and of all that are remembered, that belong to a raid and were not known to."""
        found = []
        near = self._neighbours.sharing(Overlap((word for text in raid.texts for word in text.words), raid.marks))
        if raid.marks:
            known = set(map(id, near))
            under = raid.marks.intersection
            near = [p for p in self._neighbours.remembered() if id(p) in known or (p.banners and under(p.banners))]
        for post in chain(posts, near):
            if post.id in raid.members:
                continue
            if self._belonging.raid_of(post.sketch, (*post.marks, *post.banners), post.at) is raid:
                raid.take(post.id, post.author, post.at)
                found.append(post.id)
        return found

    def _let_go(self, raid_ids: Iterable[str]) -> None:
        for raid_id in raid_ids:
            for known in (self._raids, self._told, self._written):
                known.pop(raid_id, None)
        self._clusters.keep(lambda c: c.raid is None or c.raid.id in self._raids)
        self._banners.drop({c.banner for c in self._banners.clusters() if c.raid and c.raid.id not in self._raids})
        self._belonging.index(self._raids.values())
