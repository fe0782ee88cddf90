"""RSS, Atom and JSON feeds: each asked at its own polite pace, so that a slow or broken one never slows the others.

Feeds do not tell of deletions: an entry that leaves a feed has only made room for a newer one.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

import httpx2
import msgspec

from ingest.backoff import BackOff
from ingest.feeds.aside import Aside
from ingest.feeds.fetch import LONGEST_WAIT_S, Fetched, Unfetched, fetch, user_agent
from ingest.feeds.newness import Newness, Standing, standing_in
from ingest.formats import feeds
from ingest.revisions import Known, Revisions
from ingest.source import Batch, Context, LogItem, SourceUnavailable
from stream.mention import HOUR_MS, Unreadable, rejected

KEPT_MS: Final = 60 * 24 * HOUR_MS
PATIENCE_S: Final = 60.0
AT_ONCE: Final = 16
"""Feeds that are asked at the same time; those with a fault wait for ``AILING`` places of their own."""
AILING: Final = 4


class Polled(msgspec.Struct):
    """One feed that is listened to: ``due`` is when it is asked next, in monotonic seconds."""

    url: str
    key: str
    pauses: BackOff
    standing: Standing
    due: float
    fault: str = ""


class News(msgspec.Struct, frozen=True, eq=False):
    """What one look at a feed brought: ``items`` for the log, and what is to be remembered once they are ``safe``."""

    feed: Polled
    standing: Standing
    items: tuple[LogItem, ...] = ()
    posts: dict[str, Known] = {}
    fault: str = ""
    wait_s: float = 0.0
    safe: asyncio.Event = msgspec.field(default_factory=asyncio.Event)


class Feeds:
    """All of ``[feeds] urls``. ``complaint`` tells of those that cannot be read now, ``dropped`` counts what is not told."""

    name = feeds.SOURCE
    tells_deletions = False
    remembered = True
    silence_s = LONGEST_WAIT_S + 2 * PATIENCE_S
    """Every feed may ask to be left alone for a day; one that does not answer is a fault, and no silence."""

    def __init__(self, context: Context, *, patience_s: float = PATIENCE_S, aside: Aside | None = None) -> None:
        self._context, self._config = context, context.config.feeds
        self._patience_s, self._aside = patience_s, aside or Aside()
        self._places, self._ailing = asyncio.Semaphore(AT_ONCE), asyncio.Semaphore(AILING)
        self._feeds: list[Polled] = []
        self._revisions: Revisions | None = None
        self.dropped: Counter[str] = Counter()

    @property
    def complaint(self) -> str:
        """Which feeds cannot be read, and why; empty when all can."""
        ill = [f"{feeds.shown(feed.url)}: {feed.fault}" for feed in self._feeds if feed.fault]
        if not ill:
            return ""
        return f"{len(ill)} of {len(self._feeds)} feeds cannot be read ({', '.join(ill)[:400]}); see [feeds] urls"

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:  # noqa: ARG002, a file of its own says more
        """What the feeds bring, as long as any of them can be read."""
        if not self._config.urls:
            raise SourceUnavailable("no feed is configured; name some with [feeds] urls", stopped=True)
        if self._revisions is None:
            self._revisions = Revisions(self._context.folder / "rss" / "seen.db")
            self._newness = Newness(self._revisions, self._context, self.dropped)
            self._feeds = self._begun(self._revisions)
        self._revisions.forget(self._context.now() - KEPT_MS)
        news: asyncio.Queue[News] = asyncio.Queue(1)
        async with httpx2.AsyncClient(
            headers={"user-agent": user_agent(self._context.config.privacy.contact)},
            timeout=httpx2.Timeout(self._patience_s / 2),
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=AT_ONCE),
            trust_env=False,
        ) as client:
            running = [
                asyncio.create_task(self._keep(feed, client, news), name=f"feed {feed.url}")
                for feed in self._feeds
                if not feed.standing.gone
            ]
            try:
                self._raise_if_all_are_gone()
                while True:
                    said = await _next(news, running)
                    if said.items or not said.fault:
                        yield Batch(said.items)
                    # Asked again, so that what was said is safe.
                    self._remember(said)
                    self._raise_if_none_is_well()
            finally:
                for task in running:
                    task.cancel()
                await asyncio.gather(*running, return_exceptions=True)
                await self._aside.close()

    def _begun(self, revisions: Revisions) -> list[Polled]:
        """The configured feeds, each where it stood; their first looks are spread."""
        urls = tuple(dict.fromkeys(self._config.urls))
        interval_s, now, at = self._config.interval_s, self._context.now(), self._context.monotonic()
        begun = []
        for number, url in enumerate(urls):
            key = feeds.key_of(url)
            standing = standing_in(revisions.note(key))
            # A clock that went back must not silence a feed for longer than the feed itself may.
            waits_s = min(max(0.0, (standing.due - now) / 1000), LONGEST_WAIT_S)
            waits_s = max(waits_s, number * min(1.0, interval_s / len(urls)))
            pauses = BackOff(2 * interval_s, 8 * interval_s, draw=self._context.draw)
            begun.append(Polled(url, key, pauses, standing, at + waits_s, fault=standing.gone or standing.broken))
        return begun

    async def _keep(self, feed: Polled, client: httpx2.AsyncClient, news: asyncio.Queue[News]) -> None:
        """Look at ``feed`` again and again, until it is gone for good."""
        while not feed.standing.gone:
            await self._context.pause(max(0.0, feed.due - self._context.monotonic()))
            async with self._ailing if feed.fault else self._places:
                said = await self._look(feed, client)
            feed.due = self._context.monotonic() + (said.standing.due - self._context.now()) / 1000
            await news.put(said)
            await said.safe.wait()

    async def _look(self, feed: Polled, client: httpx2.AsyncClient) -> News:
        was, wait_s = feed.standing, 0.0
        try:
            async with asyncio.timeout(self._patience_s):
                fetched = await fetch(
                    client,
                    was.url or feed.url,
                    etag=was.etag,
                    modified=was.modified,
                    trusted=feed.url,
                    now_s=lambda: self._context.now() / 1000,
                )
        except Unfetched as fault:
            # Where it has moved to may be wrong: the next look is at the address that a person wrote.
            gone = str(fault) if fault.gone else ""
            said, wait_s = News(feed, msgspec.structs.replace(was, url="", gone=gone), fault=str(fault)), fault.wait_s
        except TimeoutError:
            said = News(feed, msgspec.structs.replace(was, url=""), fault=f"it takes more than {self._patience_s:g} s")
        else:
            said = await self._heard(feed, fetched)
            wait_s = max(fetched.wait_s, said.wait_s)
        if said.fault:
            wait_s = max(wait_s, feed.pauses.next())
        else:
            feed.pauses.reset()
        wait_s = max(wait_s, self._config.interval_s) * (1 + 0.1 * self._context.draw())
        said.standing.due = self._context.now() + int(min(wait_s, LONGEST_WAIT_S) * 1000)
        return said

    async def _heard(self, feed: Polled, fetched: Fetched) -> News:
        """What the answer of a feed brings."""
        was, now = feed.standing, self._context.now()
        standing = Standing(
            url="" if fetched.url == feed.url else fetched.url,
            etag=fetched.etag or (was.etag if fetched.body is None else ""),
            modified=fetched.modified or (was.modified if fetched.body is None else ""),
            digest=was.digest,
            looked=now,
            broken=was.broken,
            wait_s=was.wait_s,
        )
        if fetched.body is None:
            return News(feed, standing, fault=standing.broken, wait_s=was.wait_s)
        digest = hashlib.sha256(fetched.body).hexdigest()
        if digest == was.digest:
            return News(feed, standing, fault=standing.broken, wait_s=was.wait_s)
        standing.digest = digest
        try:
            read = await self._aside.read(fetched.body, fetched.content_type, fetched.url)
        except Unreadable as fault:
            # One dead letter for each document, however often it comes.
            standing.broken, standing.looked = str(fault), was.looked
            letter = rejected(self.name, f"{feeds.shown(feed.url)}: {fault}", now, fetched.body)
            return News(feed, standing, (letter,), fault=standing.broken)
        standing.broken, standing.wait_s = "", read.wait_s
        if read.ended:
            standing.gone = "it says that it has ended"
        items, posts = self._newness.of(feed.url, read, was.looked)
        return News(feed, standing, items, posts, fault=standing.gone, wait_s=read.wait_s)

    def _remember(self, said: News) -> None:
        assert self._revisions is not None
        said.feed.standing, said.feed.fault = said.standing, said.fault
        note = {said.feed.key: msgspec.json.encode(said.standing)}
        self._revisions.put(said.posts, self._context.now(), notes=note)
        said.safe.set()

    def _raise_if_none_is_well(self) -> None:
        self._raise_if_all_are_gone()
        if all(feed.fault for feed in self._feeds):
            due = min(feed.due for feed in self._feeds if not feed.standing.gone)
            raise SourceUnavailable(self.complaint, pause_s=max(0.0, due - self._context.monotonic()))

    def _raise_if_all_are_gone(self) -> None:
        if all(feed.standing.gone for feed in self._feeds):
            raise SourceUnavailable(self.complaint, stopped=True)


async def _next(news: asyncio.Queue[News], running: list[asyncio.Task[None]]) -> News:
    """The next news; or what made one of the tasks fail, which is a fault of ours."""
    getting = asyncio.ensure_future(news.get())
    try:
        while not getting.done():
            ended, _ = await asyncio.wait(
                {getting, *(t for t in running if not t.done())}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in ended - {getting}:
                await task
        return getting.result()
    finally:
        getting.cancel()


def create(context: Context) -> Feeds:
    """The feeds of the configuration."""
    return Feeds(context)
