"""Mastodon: one source for each server, heard as it happens; what was missed in a break is read from its timelines.

The cursor says for each stream the newest local id that was told. A new connection subscribes first and reads the gap then,
so that nothing falls between; what comes twice thereby, or from several servers, is the ledger's to drop. A server does not say
again what was deleted during a break.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import msgspec
import structlog

from ingest.formats.mastodon import SOURCE, Closed, Known, document, natives, read
from ingest.mastodon.api import Api
from ingest.mastodon.events import SILENCE_S, Events
from ingest.mastodon.inbox import Heard, Inbox, Oversized, Pulse
from ingest.mastodon.refusals import Refusals
from ingest.mastodon.socket import Socket
from ingest.mastodon.streams import Stream, order, rewound, stream
from ingest.roles import roles_of
from ingest.source import Batch, Context, Deletion, Item, SourceUnavailable, Takedown
from stream.config.networks import MastodonServer
from stream.mention import Unreadable, Withheld, rejected

PAGES: Final = 50
"""Pages of a timeline that one gap is filled with: 2,000 posts."""
REWIND_MS: Final = 120_000
SETTLE_S: Final = 1.0
"""A server does not say when a subscription holds; the gap is read this much later."""

logger = structlog.get_logger("ingest")


class Mastodon:
    """The server called ``name`` in the configuration.

    ``dropped`` counts by reason what must not be heard, and gaps that could not be filled.
    """

    source = SOURCE
    tells_deletions = True
    remembered = True
    silence_s = SILENCE_S + 60

    def __init__(self, name: str, server: MastodonServer, context: Context, *, settle_s: float = SETTLE_S) -> None:
        url = urlsplit(server.url)
        if url.scheme not in ("http", "https") or not url.netloc:
            raise ValueError(f"[mastodon.servers.{name}] url is {server.url!r}; write it like https://mastodon.social")
        self.name = f"{SOURCE}:{name}"
        self.dropped: Counter[str] = Counter()
        self._server, self._context, self._host, self._settle_s = server, context, url.netloc, settle_s
        self._streams = frozenset(map(stream, server.streams))
        self._roles = roles_of(context.config.accounts)
        self._refusals = Refusals(
            name, url.netloc, bool(server.token), now=context.now, monotonic=context.monotonic, draw=context.draw
        )
        self._api = Api(server.url, server.token, self._refusals, contact=context.config.privacy.contact)
        self._known = Known()
        self._inbox = Inbox()
        context.matcher.tell(self._look_up)

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """What the server says from now on, and before it what it said since ``cursor``."""
        marks = _marks(cursor)
        self._inbox = Inbox()
        self._refusals.begin()
        # Before anybody is asked: there may be nothing to ask for.
        self._wanted()
        async with self._api.opened() as client:
            base = await self._api.streaming(client)
            async with self._transport(base, client) as transport:
                followed: frozenset[Stream] = frozenset()
                while True:
                    wanted = self._wanted()
                    if wanted != followed:
                        new, gone, followed = wanted - followed, followed - wanted, wanted
                        for left in gone:
                            marks.pop(left.written, None)
                        # A stream without a mark gets it before it is heard: then nothing is between the two.
                        for joined in sorted(new):
                            if await self._marked(client, joined, marks):
                                yield Batch(cursor=_cursor(marks))
                        await transport.follow(wanted)
                        await self._context.pause(self._settle_s)
                        for joined in sorted(new):
                            async for batch in self._caught_up(client, joined, marks):
                                yield batch
                    heard = await self._inbox.take()
                    told = self._batch(heard, marks, followed)
                    if told is not None:
                        yield told
                    for fault in heard:
                        if isinstance(fault, Exception):
                            raise fault

    def _look_up(self) -> None:
        self._inbox.wake()

    def _wanted(self) -> frozenset[Stream]:
        """The streams of the configuration, else the hashtags that are listened for."""
        wanted = self._streams or frozenset(Stream("hashtag", tag) for tag in self._context.matcher.hashtags)
        if not wanted:
            name = self.name.partition(":")[2]
            raise SourceUnavailable(
                f"there is nothing to hear at {self._host}: listen for a #hashtag, or name [mastodon.servers.{name}] streams",
                pause_s=60.0,
                stopped=True,
            )
        return wanted

    def _transport(self, base: str, client: httpx2.AsyncClient) -> Events | Socket:
        pause, monotonic = self._context.pause, self._context.monotonic
        if self._server.transport == "websocket":
            return Socket(base, self._api, self._inbox, self._refusals, pause=pause, monotonic=monotonic)
        return Events(base, self._api, client, self._inbox, self._refusals, pause=pause, monotonic=monotonic)

    async def _marked(self, client: httpx2.AsyncClient, stream: Stream, marks: dict[str, str]) -> bool:
        """Set the mark of ``stream`` where it stands now, if it has none; returns whether it was set."""
        if stream.written in marks:
            return False
        newest = await self._api.page(client, stream, limit=1)
        if newest is not None:
            marks[stream.written] = max(_ids(newest), key=order, default="0")
        return newest is not None

    async def _caught_up(
        self, client: httpx2.AsyncClient, stream: Stream, marks: dict[str, str]
    ) -> AsyncIterator[Batch]:
        """What ``stream`` said since its mark."""
        if (mark := marks.get(stream.written)) is None:
            return
        since = rewound(mark, REWIND_MS) if stream.chosen else mark
        for _ in range(PAGES):
            page = await self._api.page(client, stream, min_id=since)
            if page is None:
                self._missed("gap without a timeline", stream)
                return
            newest_id = max(_ids(page), key=order, default=since)
            if order(newest_id) <= order(since):
                return
            since = newest_id
            batch = self._told(page, stream)
            marks[stream.written] = max(marks[stream.written], since, key=order)
            yield msgspec.structs.replace(batch, cursor=_cursor(marks))
        self._missed(f"gap of more than {PAGES} pages", stream)

    def _missed(self, reason: str, stream: Stream) -> None:
        self.dropped[reason] += 1
        logger.warning("a gap was not filled", source=self.name, stream=stream.written, reason=reason)

    def _told(self, statuses: Iterable[Any], stream: Stream) -> Batch:
        """The statuses of a page, which begins with the newest, in the order of their writing."""
        items: list[Item] = []
        names: dict[str, str] = {}
        for status in reversed(list(statuses)):
            self._take(status, msgspec.json.encode(status), stream, items, names)
        return Batch(tuple(items), natives=names)

    def _batch(self, heard: Sequence[Heard], marks: dict[str, str], followed: frozenset[Stream]) -> Batch | None:
        """What was heard, as items; None where that is nothing, not even a sign of life."""
        items: list[Item] = []
        names: dict[str, str] = {}
        alive = False
        for said in heard:
            if isinstance(said, Exception):
                continue
            alive = True
            if isinstance(said, Oversized):
                items.append(
                    self._letter(
                        Withheld(f"an event of {said.size} bytes, whose visibility is unknown"), b"", said.size
                    )
                )
            elif isinstance(said, Pulse):
                continue
            elif said.event in ("update", "status.update"):
                try:
                    status = document(said.payload)
                except Unreadable as fault:
                    items.append(self._letter(fault, said.payload))
                    continue
                self._take(status, said.payload, said.stream, items, names)
                if said.event == "update" and said.stream in followed and (ids := _ids([status])):
                    marks[said.stream.written] = max(marks.get(said.stream.written, "0"), *ids, key=order)
            elif said.event == "delete":
                items += self._deletions(said.payload)
        return Batch(tuple(items), cursor=_cursor(marks), natives=names) if alive else None

    def _take(self, status: Any, raw: bytes, stream: Stream | None, items: list[Item], names: dict[str, str]) -> None:
        """Add what ``status`` says to ``items`` and its local ids to ``names``."""
        now = self._context.now()
        try:
            mentions = read(status, self._roles, server=self._host, known=self._known, seen=now)
        except Closed as refusal:
            self.dropped[str(refusal)] += 1
            if refusal.author:
                items.append(Takedown(refusal.author, now, "opted out"))
            return
        except Unreadable as fault:
            items.append(self._letter(fault, raw))
            return
        matcher = self._context.matcher
        if matcher.bars(mentions[0]):
            # The words before the edit may have been taken.
            items += [Deletion(edit.target.id, now, "edited") for edit in mentions[1:] if edit.target is not None]
            return
        heard = (stream is not None and stream.chosen) or matcher.admits(mentions[0])
        # An edit that leads away from what is listened for still takes the place of what was said before.
        taken = mentions if heard else mentions[1:]
        items += taken
        if taken:
            names.update(natives(status, self._host, self._known))

    def _deletions(self, payload: bytes) -> tuple[Deletion, ...]:
        """The server's own id, and the mention's where we know it: reposts carry the words of posts that we may not have."""
        native = f"{self._host}/{payload.decode(errors='replace').strip().strip(chr(34))[:200]}"
        now = self._context.now()
        return tuple(Deletion(id, now) for id in (native, self._known.get(native)) if id)

    def _letter(self, fault: Unreadable, raw: bytes, size: int = 0) -> Item:
        letter = rejected(self.name, str(fault), self._context.now(), raw)
        if not isinstance(fault, Withheld):
            return letter
        return msgspec.structs.replace(letter, raw=b"", size=size or letter.size)


def _ids(statuses: Iterable[Any]) -> list[str]:
    return [
        s["id"] for s in statuses if isinstance(s, dict) and isinstance(s.get("id"), str) and 0 < len(s["id"]) <= 64
    ]


def _marks(cursor: str) -> dict[str, str]:
    try:
        return msgspec.json.decode(cursor, type=dict[str, str]) if cursor else {}
    except msgspec.DecodeError:
        return {}


def _cursor(marks: dict[str, str]) -> str:
    return msgspec.json.encode(marks, order="sorted").decode()


def create(context: Context) -> tuple[Mastodon, ...]:
    """``mastodon`` in ``[ingest] sources``: every ``[mastodon.servers.NAME]``; ``mastodon:NAME`` is that one alone."""
    servers = context.config.mastodon.servers
    if context.argument:
        if context.argument not in servers:
            raise ValueError(f"there is no [mastodon.servers.{context.argument}]")
        servers = {context.argument: servers[context.argument]}
    if not servers:
        raise ValueError("mastodon has no servers; name one with [mastodon.servers.NAME] url")
    return tuple(Mastodon(name, server, context) for name, server in servers.items())
