"""What the ledger should say, told by plain dicts and no care for size, speed or crashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ingest.source import Deletion, Item, Reaction, Takedown
from stream.mention import Mention

Said = tuple[str, str]
"""``mention``, ``post`` or ``author`` (a retraction's scope), and the id."""


class Model:
    """The ledger as one would write it without a disk."""

    def __init__(self) -> None:
        self.posts: dict[str, Mention] = {}
        self.unsafe: set[str] = set()
        self.owed: set[Said] = set()
        self.gone: set[str] = set()
        self.early: set[Said] = set()
        self.names: dict[Said, str] = {}
        self.down: dict[str, int] = {}
        self.reactions: dict[str, tuple[str, str]] = {}
        self.told: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self.out: list[Said] = []

    def say(self, source: str, items: Sequence[Item], natives: Mapping[str, str]) -> list[Said]:
        """What goes to the log when ``source`` says ``items``."""
        self.out = []
        self.source, self.natives = source, natives
        self._name(*natives.values())
        for item in items:
            if isinstance(item, Mention):
                self.mention(item)
            elif isinstance(item, Reaction):
                self.reaction(item)
            elif isinstance(item, Deletion):
                self.deletion(item.native)
            elif isinstance(item, Takedown):
                self.takedown(item.author, item.at)
        return self.out

    def closed(self, safe: bool) -> None:
        """The last batch is safe, or is not."""
        for kind, id in self.out:
            if kind == "mention":
                (self.unsafe.discard if safe else self.unsafe.add)(id)
            elif not safe:
                self.owed.add((kind, id))

    def mention(self, m: Mention) -> None:
        ours = [m.id, *(n for n, id in self.natives.items() if id == m.id)]
        if any((self.source, name) in self.early for name in ours):
            self.retract(m.id)
            self.gone.add(m.id)
        elif m.id in self.gone or m.at <= self.down.get(m.author.id, -1) or self._target_gone(m):
            return
        elif m.id in self.posts:
            if m.id in self.unsafe and ("mention", m.id) not in self.out:
                self.out.append(("mention", m.id))
        elif m.kind != "edit" or (m.target and m.target.id in self.posts):
            self.posts[m.id] = m
            self.out.append(("mention", m.id))
            self._name(m.id)

    def _target_gone(self, m: Mention) -> bool:
        if m.target is None or m.kind not in ("edit", "repost"):
            return False
        there = m.target.id
        if there in self.gone or (self.source, there) in self.early:
            return True
        return m.target.author in self.down and there not in self.posts

    def reaction(self, r: Reaction) -> None:
        if r.target not in self.posts or r.native in self.gone or (self.source, r.native) in self.early:
            return
        if r.native not in self.reactions:
            self.reactions[r.native] = (r.target, r.kind)
            self.told[r.target][r.kind] += 1
        if r.mention:
            self.mention(r.mention)

    def deletion(self, native: str) -> None:
        if native in self.reactions:
            target, kind = self.reactions.pop(native)
            self.told[target][kind] -= 1
        name = (self.source, native)
        for id in filter(None, (native, self.names.get(name))):
            known = id in self.posts
            self.retract(id)
            if known or id != native:
                self.gone.add(id)
        if native not in self.gone:
            self.early.add(name)

    def takedown(self, author: str, at: int) -> None:
        if at <= self.down.get(author, -1):
            return
        self.down[author] = at
        mine = [id for id, m in self.posts.items() if m.author.id == author]
        of = [id for id, m in self.posts.items() if m.kind == "repost" and m.target and m.target.author == author]
        if mine or of:
            self.out.append(("author", author))
        for id in mine:
            of += [r for r, m in self.posts.items() if m.kind == "repost" and m.target and m.target.id == id]
            del self.posts[id]
            self.gone.add(id)
        for id in of:
            self.retract(id)

    def retract(self, id: str) -> None:
        reposts = [r for r, m in self.posts.items() if m.kind == "repost" and m.target and m.target.id == id]
        if self.posts.pop(id, None):
            self.gone.add(id)
            self.out.append(("post", id))
        for repost in reposts:
            self.retract(repost)

    def counts(self) -> dict[str, dict[str, int]]:
        """Reactions of the posts that are there, by kind, where there are or were any."""
        return {id: dict(kinds) for id, kinds in self.told.items() if id in self.posts}

    def _name(self, *ids: str) -> None:
        self.names |= {(self.source, n): id for n, id in self.natives.items() if id in ids and id in self.posts}
