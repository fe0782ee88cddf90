"""The ledger: what we published in the last seven days, so that each thing is said once and whatever is deleted is found.

A batch is settled before it is published, and closed after it. What is settled is written down at once, but not as safe: after
a crash between the two a deletion finds the post all the same, while the post itself, and a retraction, are published again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

from ingest.shelf import Count, Grave, Post, Shelf, key_of
from ingest.source import Batch, Deletion, Item, LogItem, Reaction, Takedown
from stream.mention import Author, Mention, Rejected, Retraction, Scope, Target, Weight

DAY_MS: Final = 86_400_000
KEPT_MS: Final = 7 * DAY_MS
EARLY_MS: Final = DAY_MS
"""How long the deletion of what we never published is kept, in case it came before its post."""
TALLY_MS: Final = 10_000
"""A post has at most one tally in this time."""


class Settled(msgspec.Struct):
    """``items`` go to the log; the keys are what ``Ledger.close`` marks as safe."""

    items: list[LogItem]
    posts: set[int] = msgspec.field(default_factory=set)
    graves: set[int] = msgspec.field(default_factory=set)
    told: list[tuple[Count, int]] = msgspec.field(default_factory=list)


class Ledger:
    """The memory in the file at ``path``. ``now`` tells milliseconds UTC; ``steady`` likewise, but never jumps.

    ``dropped`` counts by source's name and reason what was not published. Synchronous, for one event loop. Methods raise
    ``LedgerUnavailable`` (the batch is to be asked for again) and ``LedgerDamaged``.
    """

    def __init__(self, path: Path, *, now: Callable[[], int], steady: Callable[[], int] | None = None) -> None:
        self._shelf = Shelf(path)
        self._now, self._steady = now, steady or now
        self._flying_posts: Counter[int] = Counter()
        self._flying_graves: Counter[int] = Counter()
        self.dropped: Counter[tuple[str, str]] = Counter()

    def settle(self, source: str, batch: Batch) -> Settled:
        """What of ``batch`` of the source called ``source`` goes to the log. ``close`` must follow, whatever happens."""
        items = self._without_strangers(batch.items)
        settled = Settled([item for item in items if isinstance(item, Rejected)])
        if len(settled.items) == len(items) and not batch.natives:
            return settled
        with self._shelf.writing():
            settling = _Settling(self, self._shelf, source, batch.natives, settled)
            for item in items:
                settling.take(item)
        self._flying_posts.update(settled.posts)
        self._flying_graves.update(settled.graves)
        return settled

    def due(self, *, all: bool = False, tallies: bool = True) -> Settled:
        """Tallies whose time has come (with ``all`` every one that is not told) and retractions that may never have arrived.

        Without ``tallies`` only these.
        """
        settled, now = Settled([]), self._now()
        with self._shelf.told():
            for grave in self._shelf.unsafe_graves():
                if not self._flying_graves[grave.key]:
                    settled.items.append(_retraction(grave))
                    settled.graves.add(grave.key)
            for count in self._shelf.untold() if tallies else ():
                # told > now: the clock went back.
                if all or not count.told <= now < count.told + TALLY_MS:
                    at = max(now, count.told + 1)
                    settled.items.append(_tally(count, at))
                    settled.told.append((count, at))
        self._flying_graves.update(settled.graves)
        return settled

    def close(self, settled: Settled, safe: bool) -> None:
        """``settled`` was published, and ``safe`` says whether the log or the spool has it."""
        for flying, keys in ((self._flying_posts, settled.posts), (self._flying_graves, settled.graves)):
            flying.subtract(keys)
            for key in keys:
                if flying[key] <= 0:
                    del flying[key]
        if safe and (settled.posts or settled.graves or settled.told):
            with self._shelf.writing():
                self._shelf.mark_safe(settled.posts, settled.graves)
                self._shelf.tell(settled.told)

    def prune(self) -> int:
        """Forget some of what is older than seven days; returns how much, 0 when nothing is left to forget."""
        return self._shelf.forget(self._steady())

    def clear(self) -> None:
        """Forget everything: the log is a new one."""
        self._shelf.clear()

    @property
    def bytes(self) -> int:
        """What it holds of the disk."""
        return self._shelf.bytes

    def shut(self) -> None:
        """Close the file."""
        self._shelf.close()

    def until(self, kept_ms: int = KEPT_MS) -> int:
        """When a row that is written now may be forgotten."""
        return self._steady() + kept_ms

    def flies(self, post: Post) -> bool:
        """Whether ``post`` is on its way to the log."""
        return self._flying_posts[post.key] > 0

    def _without_strangers(self, items: Sequence[Item]) -> list[Item]:
        """``items`` without the reactions to what we never published: most of what a whole network says."""
        reactions = {key_of(item.target) for item in items if isinstance(item, Reaction)}
        if not reactions:
            return list(items)
        with self._shelf.told():
            known = self._shelf.published(reactions)
        known |= {key_of(m.id) for item in items if (m := _mention_in(item)) is not None}
        return [item for item in items if not isinstance(item, Reaction) or key_of(item.target) in known]


class _Settling:
    """One batch inside one transaction, item by item."""

    def __init__(self, ledger: Ledger, shelf: Shelf, source: str, natives: Mapping[str, str], settled: Settled) -> None:
        self._ledger, self._shelf, self._source, self._settled = ledger, shelf, source, settled
        self._natives: dict[str, list[str]] = {}
        for native, id in natives.items():
            self._natives.setdefault(id, []).append(native)
        for id in self._natives:
            self._name(id)

    def take(self, item: Item) -> None:
        """Do what ``item`` says."""
        if isinstance(item, Mention):
            self._mention(item)
        elif isinstance(item, Reaction):
            self._reaction(item)
        elif isinstance(item, Deletion):
            self._deletion(item)
        elif isinstance(item, Takedown):
            self._takedown(item.author, item.at, item.reason, sure=False)
        elif isinstance(item, Retraction):
            self._retraction(item)

    def _mention(self, mention: Mention) -> None:
        key, target = key_of(mention.id), mention.target
        if mention.kind == "tally":
            self._counted(mention)
        elif self._is_gone(mention, key):
            self._drop("deleted before")
        elif (post := self._shelf.post(key)) is not None:
            self._shelf.renew(key, self._ledger.until())
            if post.safe or self._ledger.flies(post) or key in self._settled.posts:
                self._drop("heard before")
            else:
                self._publish(mention, key)
        elif mention.kind == "edit" and (target is None or self._shelf.post(key_of(target.id)) is None):
            self._drop("edit of a post that was not published")
        else:
            if mention.kind == "edit" and target is not None:
                self._shelf.renew(key_of(target.id), self._ledger.until())
            repeats = target if mention.kind == "repost" else None
            weight = mention.weight or Weight()
            self._shelf.add_post(
                Post(key, mention.id, mention.author.id, False),
                key_of(repeats.id) if repeats else None,
                repeats.author or None if repeats else None,
                (weight.likes, weight.reposts, weight.replies),
                self._ledger.until(),
            )
            self._publish(mention, key)
            self._name(mention.id)

    def _publish(self, mention: Mention, key: int) -> None:
        self._settled.items.append(mention)
        self._settled.posts.add(key)

    def _drop(self, reason: str) -> None:
        self._ledger.dropped[self._source, reason] += 1

    def _is_gone(self, mention: Mention, key: int) -> bool:
        """Whether the post, what it edits or repeats, or everything of its author was retracted."""
        names = [mention.id, *self._natives.get(mention.id, ())]
        early = next((g for name in names if (g := self._shelf.grave(self._scoped(name))) is not None), None)
        if early is not None:
            # Told by an id that only now is known to be this post's; another copy may be on the walls already.
            self._retract_all(key, mention.id, early.at, early.reason, sure=False)
            return True
        if self._shelf.grave(key) is not None or self._down(mention.author.id, mention.at):
            return True
        target = mention.target
        if target is None or mention.kind not in ("edit", "repost"):
            return False
        there = key_of(target.id)
        if self._shelf.grave(there) is not None or self._shelf.grave(self._scoped(target.id)) is not None:
            return True
        # Of an author who was taken down only what was written since may be repeated.
        return bool(target.author) and self._grave_of(target.author) is not None and self._shelf.post(there) is None

    def _down(self, author: str, at: int) -> bool:
        grave = self._grave_of(author)
        return grave is not None and at <= grave.at

    def _counted(self, tally: Mention) -> None:
        """A source that tells what its network counted; it comes out at the ledger's pace."""
        weight = tally.weight or Weight()
        if tally.target is not None:
            self._shelf.set_counts(key_of(tally.target.id), (weight.likes, weight.reposts, weight.replies))

    def _reaction(self, reaction: Reaction) -> None:
        post = self._shelf.post(key_of(reaction.target))
        key = key_of(reaction.native)
        undone = self._shelf.grave(key) or self._shelf.grave(self._scoped(reaction.native))
        if post is None or undone is not None:
            return
        if self._shelf.reaction(key) is None:
            self._shelf.add_reaction(key, post.key, reaction.kind, self._ledger.until())
            self._shelf.count(post.key, reaction.kind, 1)
        if reaction.mention is not None:
            self._mention(reaction.mention)

    def _deletion(self, deletion: Deletion) -> None:
        key, scoped = key_of(deletion.native), self._scoped(deletion.native)
        reaction = self._shelf.reaction(key)
        if reaction is not None:
            self._shelf.drop_reaction(key)
            self._shelf.count(*reaction, -1)
        alias = self._shelf.alias(scoped)
        for known in (key,) if alias is None else (key, alias):
            post = self._shelf.post(known)
            self._retract_all(known, post.id if post else "", deletion.at, deletion.reason, sure=False)
        if self._shelf.grave(key) is None:
            grave = Grave(scoped, "", "post", deletion.at, deletion.reason, True)
            kept = EARLY_MS if reaction is None and alias is None else KEPT_MS
            self._shelf.bury(grave, self._ledger.until(kept))

    def _retraction(self, said: Retraction) -> None:
        if said.scope == "author":
            self._takedown(said.target, said.at, said.reason, sure=True)
        else:
            self._retract_all(key_of(said.target), said.target, said.at, said.reason, sure=True)

    def _takedown(self, author: str, at: int, reason: str, *, sure: bool) -> None:
        """``sure``: the source says that it must be told, whatever we published."""
        key = key_of("author", author)
        known = self._shelf.grave(key)
        if known is not None and at <= known.at and (known.target or not sure):
            return  # told again: what the author has written since stays
        posts, reposts = self._shelf.posts_by(author), self._shelf.reposts_from(author)
        if posts or reposts or sure:
            self._retract(Grave(key, author, "author", at, reason, False))
        else:
            early = Grave(key, "", "author", at, reason, True) if known is None else known._replace(at=at)
            self._shelf.bury(early, self._ledger.until())
        for post in posts:
            # The author's own go with the author; what others repeated of them is named one by one.
            reposts += self._shelf.reposts_of(post.key)
            self._shelf.drop_post(post.key)
            self._shelf.bury(Grave(post.key, "", "post", at, reason, True), self._ledger.until())
        for repost in reposts:
            self._retract_all(repost.key, repost.id, at, reason, sure=False)

    def _retract_all(self, key: int, id: str, at: int, reason: str, *, sure: bool) -> None:
        """Retract the post, if it was published or ``sure``, and the reposts of it; with an ``id`` it never comes back."""
        reposts, known = self._shelf.reposts_of(key), self._shelf.grave(key)
        if self._shelf.post(key) is not None or (sure and not (known and known.target)):
            self._shelf.drop_post(key)
            self._retract(Grave(key, id, "post", at, reason, False))
        elif id and known is None:
            self._shelf.bury(Grave(key, "", "post", at, reason, True), self._ledger.until())
        for repost in reposts:
            self._retract_all(repost.key, repost.id, at, reason, sure=False)

    def _retract(self, grave: Grave) -> None:
        self._shelf.bury(grave, self._ledger.until())
        self._settled.items.append(_retraction(grave))
        self._settled.graves.add(grave.key)

    def _name(self, id: str) -> None:
        """Keep the other names of the post ``id``, if it is one of ours."""
        natives = self._natives.get(id)
        if natives and self._shelf.post(key_of(id)) is not None:
            for native in natives:
                self._shelf.add_alias(self._scoped(native), key_of(id), self._ledger.until())

    def _grave_of(self, author: str) -> Grave | None:
        return self._shelf.grave(key_of("author", author))

    def _scoped(self, native: str) -> int:
        """The key of an id of the source's own: two servers number their posts alike."""
        return key_of(self._source, native)


def _mention_in(item: Item) -> Mention | None:
    if isinstance(item, Mention):
        return item
    return item.mention if isinstance(item, Reaction) else None


def _retraction(grave: Grave) -> Retraction:
    scope: Scope = "author" if grave.scope == "author" else "post"
    return Retraction(target=grave.target, scope=scope, at=grave.at, reason=grave.reason)


def _tally(count: Count, at: int) -> Mention:
    return Mention(
        id=f"{count.id}.t{at}",
        source=count.id.partition(":")[0],
        kind="tally",
        at=at,
        seen=at,
        author=Author(id=count.author),
        target=Target(id=count.id, author=count.author),
        weight=Weight(likes=count.likes, reposts=count.reposts, replies=count.replies),
    )
