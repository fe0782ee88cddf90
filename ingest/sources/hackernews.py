"""Hacker News: every new item in the order of its number, and the changed ones again; what matches becomes mentions.

The cursor is the number up to which everything is settled. A number may be without its item for a while: it is asked for again,
later ones go on meanwhile, and the cursor waits for it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec

from ingest.formats import hackernews
from ingest.formats.hackernews import Item
from ingest.hackernews.wire import Oversized, Refused, Wire
from ingest.revisions import Known, Revisions
from ingest.roles import roles_of
from ingest.source import Batch, Context, Deletion
from ingest.source import Item as Said
from stream.mention import HOUR_MS, Mention, Unreadable, rejected

WINDOW: Final = 64
"""Items that are settled in one batch."""
BACKLOG: Final = 50_000
"""After a break at most so many items are read, about three days of them; older ones are passed over."""
LATE_S: Final = (5.0, 15.0, 45.0, 120.0, 300.0)
"""Pauses before a number without an item is asked for again; after the last it counts as settled."""
LATE: Final = 500
"""Numbers that wait for their item; of more the oldest counts as settled."""
AGAIN_S: Final = 10.0
"""A changed item is read at most once in this time."""
REMEMBERED: Final = 5000
KEPT_MS: Final = 8 * 24 * HOUR_MS
RECENT_MS: Final = 24 * HOUR_MS
"""An item that comes to match, or comes back from the dead, is told when it is younger than this."""
READ_AGAIN: Final = 500
"""Items that were told in the last ``RECENT_MS`` and are read again after a break."""


class Late(msgspec.Struct):
    """A number without an item: how often it was asked for, and when it is next, in monotonic seconds."""

    tries: int
    due: float


class HackerNews:
    """The items of ``[hackernews] url`` that match. ``dropped`` counts by reason what is not told."""

    name = hackernews.SOURCE
    tells_deletions = True
    remembered = True

    def __init__(self, context: Context) -> None:
        self._context = context
        self._roles = roles_of(context.config.accounts)
        self._revisions: Revisions | None = None
        self._authors: dict[int, str] = {}
        self._read_at: dict[int, float] = {}
        self.dropped: Counter[str] = Counter()

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """What is new and what has changed, from now on or from after the item ``cursor``."""
        self._revisions = self._revisions or Revisions(self._context.folder / "hackernews" / "told.db")
        self._revisions.forget(self._context.now() - KEPT_MS)
        settled = int(cursor) if cursor.isascii() and cursor.isdigit() else 0
        late: dict[int, Late] = {}
        async with Wire(self._context) as wire:
            # Nobody says again what was deleted or changed during a break.
            told = self._revisions.since(self._context.now() - RECENT_MS, READ_AGAIN)
            wire.changed.update(dict.fromkeys(sorted(map(hackernews.number_of, told))))
            while True:
                letters, wire.letters = wire.letters, []
                if letters:
                    yield Batch(tuple(letters))
                wire.check()
                if not settled:
                    settled = wire.newest
                if settled and wire.newest - settled > BACKLOG:
                    self.dropped["missed"] += wire.newest - settled - BACKLOG
                    settled = wire.newest - BACKLOG
                now = self._context.monotonic()
                numbers = [number for number, wait in late.items() if wait.due <= now][:WINDOW]
                fresh = range(settled + 1, min(wire.newest, settled + WINDOW - len(numbers)) + 1)
                items, posts = await self._new(wire, [*numbers, *fresh], late)
                settled = max(settled, fresh.stop - 1) if fresh else settled
                if not fresh and not numbers:
                    items, posts = await self._changed(wire, settled)
                # Nothing at all is told only after a sign of life.
                if items or fresh or wire.news.is_set():
                    wire.news.clear()
                    safe_to = min(late, default=settled + 1) - 1
                    yield Batch(tuple(items), cursor=str(safe_to) if safe_to > 0 else "")
                    if posts:
                        self._revisions.put(posts, self._context.now())
                # Numbers may have come while items were read.
                if not fresh and wire.newest <= settled and not self._due(wire, settled):
                    await self._rest(wire, late)

    async def _new(self, wire: Wire, numbers: list[int], late: dict[int, Late]) -> tuple[list[Said], dict[str, Known]]:
        """The items with ``numbers`` for the first time; who has none yet is noted in ``late``."""
        items: list[Said] = []
        posts: dict[str, Known] = {}
        for number, raw in zip(numbers, await wire.items(numbers), strict=True):
            item = self._item(raw, items)
            if item is None and isinstance(raw, bytes) and raw.strip() == b"null":
                self._wait_for(number, late)
                continue
            late.pop(number, None)
            if item is None:
                continue
            if why := hackernews.gone(item):
                self.dropped[why] += 1
            elif (post := await self._mention(wire, item, items)) is not None:
                items.append(post)
                posts[post.id] = Known(hackernews.revision(item), 0)
        return items, posts

    async def _changed(self, wire: Wire, settled: int) -> tuple[list[Said], dict[str, Known]]:
        """What has become of items that were read before."""
        assert self._revisions is not None
        items: list[Said] = []
        posts: dict[str, Known] = {}
        numbers = self._due(wire, settled)[:WINDOW]
        known = self._revisions.get(hackernews.id_of(number) for number in numbers)
        # Before they are asked for: what changes meanwhile is read once more.
        for number in numbers:
            wire.changed.pop(number, None)
            self._read_at.pop(number, None)
            self._read_at[number] = self._context.monotonic()
        for number in list(self._read_at)[:-REMEMBERED]:
            del self._read_at[number]
        for number, raw in zip(numbers, await wire.items(numbers), strict=True):
            item = self._item(raw, items)
            if item is None:
                continue
            id, now = hackernews.id_of(number), self._context.now()
            was = known.get(id)
            if why := hackernews.gone(item):
                items.append(Deletion(id, at=now, reason=why))
            elif was is not None:
                self._compare(item, was, items, posts)
            elif now - item.time * 1000 <= RECENT_MS and (post := await self._mention(wire, item, items)) is not None:
                items.append(post)
                posts[id] = Known(hackernews.revision(item), 0)
        return items, posts

    def _compare(self, item: Item, was: Known, items: list[Said], posts: dict[str, Known]) -> None:
        """An item that was told: in other words it is an edit, and its points are counted anew."""
        try:
            post = hackernews.mention(item, self._context.now(), self._roles)
        except Unreadable as fault:
            items.append(rejected(self.name, str(fault), self._context.now(), msgspec.json.encode(item)))
            return
        revision = hackernews.revision(item)
        if revision != was.revision:
            posts[post.id] = Known(revision, was.edits + 1)
            items.append(hackernews.edit(post, item, was.edits + 1))
        if (tally := hackernews.tally(post)) is not None:
            items.append(tally)

    async def _mention(self, wire: Wire, item: Item, items: list[Said]) -> Mention | None:
        """The mention that ``item`` is, if it is one and is listened for. What cannot be read goes to ``items``."""
        if item.type not in hackernews.KINDS:
            self.dropped[f"type {item.type[:20]}"] += 1
            return None
        now = self._context.now()
        try:
            post = hackernews.mention(item, now, self._roles)
            if not self._context.matcher.admits(post):
                return None
            if item.parent is not None and item.type == "comment":
                post = hackernews.mention(item, now, self._roles, await self._author(wire, item.parent))
        except Unreadable as fault:
            items.append(rejected(self.name, str(fault), now, msgspec.json.encode(item)))
            return None
        return post

    async def _author(self, wire: Wire, number: int) -> str:
        """Who wrote the item ``number``; empty when nobody tells."""
        if number not in self._authors:
            (raw,) = await wire.items([number])
            try:
                item = hackernews.item_of(raw) if isinstance(raw, bytes) else None
            except Unreadable:
                item = None
            self._authors[number] = item.by if item is not None else ""
            if len(self._authors) > REMEMBERED:
                del self._authors[next(iter(self._authors))]
        return self._authors[number]

    def _item(self, raw: bytes | Refused | Oversized, items: list[Said]) -> Item | None:
        """The item in an answer; None for none, or for one that cannot be read, which goes to ``items``."""
        if isinstance(raw, Refused):
            self.dropped["refused"] += 1
            return None
        try:
            if isinstance(raw, Oversized):
                raise Unreadable(str(raw))
            return hackernews.item_of(raw)
        except Unreadable as fault:
            body = raw.head if isinstance(raw, Oversized) else raw
            items.append(rejected(self.name, str(fault), self._context.now(), body))
            return None

    def _wait_for(self, number: int, late: dict[int, Late]) -> None:
        tries = late[number].tries + 1 if number in late else 0
        if tries >= len(LATE_S):
            late.pop(number, None)
            self.dropped["never came"] += 1
            return
        late[number] = Late(tries, self._context.monotonic() + LATE_S[tries])
        if len(late) > LATE:
            del late[min(late)]
            self.dropped["never came"] += 1

    def _due(self, wire: Wire, settled: int) -> list[int]:
        """The changed items that may be read now; those that are new are read as such."""
        now = self._context.monotonic()
        for number in [number for number in wire.changed if number > settled]:
            del wire.changed[number]
        return [n for n in wire.changed if now - self._read_at.get(n, float("-inf")) >= AGAIN_S]

    async def _rest(self, wire: Wire, late: dict[int, Late]) -> None:
        """Until there is news, or it is time to ask again for what was late or read a moment ago."""
        now = self._context.monotonic()
        dues = [wait.due for wait in late.values()] + [self._read_at.get(n, now) + AGAIN_S for n in wire.changed]
        waiting: set[asyncio.Future[Any]] = {asyncio.ensure_future(wire.news.wait())}
        if dues:
            waiting.add(asyncio.ensure_future(self._context.pause(max(0.0, min(dues) - now))))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)


def create(context: Context) -> HackerNews:
    """Hacker News, as configured."""
    return HackerNews(context)
