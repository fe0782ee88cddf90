"""Bluesky: its whole network by Jetstream, of which what is listened for is taken here, and the profiles of who said it.

Nothing is asked of the network but the collections, so that other terms need no new connection. A connection that fails is
tried again with the next host, from a place some seconds back; the ledger knows what was said already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Final, Literal
from urllib.parse import urlencode, urlsplit

import structlog
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from ingest.backoff import BackOff
from ingest.bluesky.authors import Authors
from ingest.bluesky.cursor import Cursor
from ingest.bluesky.line import Line, Silent
from ingest.bluesky.listener import COLLECTIONS, FRAME_LIMIT, SOURCE, Listener
from ingest.bluesky.profile_cache import ProfileCache
from ingest.bluesky.profiles import Profiles, retry_after_s
from ingest.formats.jetstream import Notice
from ingest.roles import roles_of
from ingest.source import Batch, Context, Item, SourceUnavailable
from stream.mention import rejected

MESSAGE_LIMIT: Final = 16 << 20
"""Bytes of a frame that is taken from the network at all: enough to say of a monstrous one what it was."""
HEARTBEAT_S: Final = 1.0
"""How often the cursor moves on while nothing is taken."""
FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
LONGEST_ASKED_S: Final = 3600.0
STEP_US: Final = 100_000

_PATHS: Final = {"v1": "/subscribe", "v2": "/xrpc/network.bsky.jetstream.subscribeEvents"}

logger = structlog.get_logger("ingest")


class Bluesky:
    """Jetstream at ``hosts``, in turn. ``gather_s`` is how long events are gathered into one batch."""

    name = source = SOURCE
    tells_deletions = True
    remembered = True

    def __init__(
        self,
        hosts: Sequence[str],
        envelope: Literal["v1", "v2"],
        listener: Listener,
        authors: Authors,
        *,
        now: Callable[[], int],
        monotonic: Callable[[], float],
        pause: Callable[[float], Awaitable[None]],
        draw: Callable[[], float],
        agent: str,
        gather_s: float = 0.1,
        ping_s: float = 20.0,
        pong_s: float = 20.0,
    ) -> None:
        self._hosts, self._envelope = tuple(host.rstrip("/") for host in hosts), envelope
        self._listener, self._authors = listener, authors
        self._now, self._monotonic, self._pause = now, monotonic, pause
        self._agent = agent
        self._gather_s, self._ping_s, self._pong_s = gather_s, ping_s, pong_s
        self._back_off = BackOff(FIRST_S, LONGEST_S, draw=draw)
        self._turn = 0
        self._doubt = 0
        """0: a cursor is asked for as it is; 1: only its time, because the host refused its number; 2: not at all."""
        self._too_big = self._behind_us = 0
        """Frames in a row that could not be taken, and the place behind the last of them."""
        self._cursor = Cursor()

    @property
    def dropped(self) -> Counter[str]:
        """What was not taken, by reason."""
        return self._listener.dropped

    @property
    def complaint(self) -> str:
        """What is wrong while it runs, and what to do."""
        return self._authors.complaint

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """What is listened for after ``cursor``, until the connection fails."""
        self._cursor = Cursor.read(cursor)
        host = self._hosts[self._turn % len(self._hosts)]
        try:
            async with (
                self._connected(host) as socket,
                Line(
                    socket, pause=self._pause, gather_s=self._gather_s, ping_s=self._ping_s, pong_s=self._pong_s
                ) as line,
            ):
                # A newcomer that dies before the first event goes on from here, too.
                yield Batch(cursor=str(self._cursor if self._cursor.time_us else Cursor(self._now() * 1000)))
                async for batch in self._heard(line, host):
                    yield batch
        except (OSError, Silent, WebSocketException) as fault:
            if _was_too_big(fault):
                yield self._past_too_big()
            self._turn += 1
            raise self._unavailable(host, fault) from fault
        finally:
            await self._authors.close()

    def _connected(self, host: str) -> connect:
        asked = self._cursor.asked(self._envelope, host, trust_seq=self._doubt < 1) if self._doubt < 2 else None
        query: list[tuple[str, str | int]] = []
        if self._envelope == "v2":
            query += [("kinds", kind) for kind in ("commit", "identity", "account")]
        word = "collections" if self._envelope == "v2" else "wantedCollections"
        query += [(word, collection) for collection in COLLECTIONS]
        query.append(("maxMessageSizeBytes", FRAME_LIMIT))
        if asked is not None:
            query.append(("cursor", asked))
        return connect(
            f"{host}{_PATHS[self._envelope]}?{urlencode(query)}",
            subprotocols=[Subprotocol("xrpc.v1.json")] if self._envelope == "v2" else None,
            compression="deflate",
            user_agent_header=self._agent,
            max_size=MESSAGE_LIMIT,
            ping_interval=None,
            close_timeout=1.0,
        )

    async def _heard(self, line: Line, host: str) -> AsyncIterator[Batch]:
        told_at = self._monotonic()
        async for frames in line.bundles():
            items: list[Item] = []
            notice: Notice | None = None
            now_us, before = self._now() * 1000, self._cursor
            for frame in frames:
                said = self._listener.hear(frame, items)
                if isinstance(said, Notice):
                    notice = said
                    if said.fatal:
                        break
                elif said is not None and said.time_us:
                    self._cursor = self._cursor.after(said.time_us, said.seq, host, now_us)
            if self._cursor != before:
                self._well()
            items = await self._authors.named(items)
            if items or not frames or notice is not None or self._monotonic() - told_at >= HEARTBEAT_S:
                told_at = self._monotonic()
                yield Batch(tuple(items), cursor=str(self._cursor))
            if notice is not None:
                self._noticed(notice, host)

    def _well(self) -> None:
        """The host gives events: what was doubted is trusted again."""
        if self._cursor.time_us > self._behind_us:
            self._too_big = 0
        self._doubt = 0
        self._back_off.reset()

    def _noticed(self, notice: Notice, host: str) -> None:
        """Log what the stream says of itself; raises ``SourceUnavailable`` when it ends."""
        if not notice.fatal:
            logger.warning("Jetstream says", host=host, name=notice.name, message=notice.message)
            return
        if "cursor" in notice.name.lower():
            self._doubt += 1
        self._turn += 1
        sentence = f"{host} ended the stream: {notice.name or 'an error'} {notice.message}".rstrip()
        raise SourceUnavailable(sentence, pause_s=self._back_off.next())

    def _past_too_big(self) -> Batch:
        """A dead letter for a frame that cannot even be taken, and a cursor that lies further on each time."""
        self._cursor = self._cursor.beyond(STEP_US << min(self._too_big, 20))
        self._behind_us = self._cursor.time_us
        self._too_big += 1
        reason = f"a frame of more than {MESSAGE_LIMIT >> 20} MB; the stream goes on behind it"
        return Batch((rejected(SOURCE, reason, self._now(), b""),), cursor=str(self._cursor))

    def _unavailable(self, host: str, fault: Exception) -> SourceUnavailable:
        pause_s = self._back_off.next()
        if isinstance(fault, Silent):
            return SourceUnavailable(f"{host} fell silent: no answer to a ping in {self._pong_s:g} s", pause_s=pause_s)
        if isinstance(fault, ConnectionClosed):
            closed = fault.rcvd
            why = f"{closed.code} {closed.reason}".rstrip() if closed is not None else "without goodbye"
            return SourceUnavailable(f"{host} closed the connection: {why}", pause_s=pause_s)
        if isinstance(fault, InvalidStatus):
            return self._refused(host, fault, pause_s)
        return SourceUnavailable(f"{host} cannot be reached: {fault or type(fault).__name__}", pause_s=pause_s)

    def _refused(self, host: str, fault: InvalidStatus, pause_s: float) -> SourceUnavailable:
        """The host answered, but not with a stream."""
        status, body = fault.response.status_code, bytes(fault.response.body or b"")
        if status == 400 and b"cursor" in body[:2000].lower():
            self._doubt += 1
        if (asked_s := retry_after_s(fault.response.headers.get("Retry-After", ""), self._now())) is not None:
            pause_s = min(max(asked_s, pause_s), LONGEST_ASKED_S)
        refused = status in (401, 403)
        advice = "; it wants nobody without an account: choose other [bluesky] hosts" if refused else ""
        return SourceUnavailable(f"{host} answered {status}{advice}", pause_s=pause_s, stopped=refused)


def _was_too_big(fault: Exception) -> bool:
    return (
        isinstance(fault, ConnectionClosed) and fault.sent is not None and fault.sent.code == CloseCode.MESSAGE_TOO_BIG
    )


def create(context: Context) -> Bluesky:
    """``bluesky`` in ``[ingest] sources``, by ``[bluesky]``. Raises ``ValueError`` where nothing would ever be heard."""
    settings, matcher = context.config.bluesky, context.matcher
    if not matcher.terms and not matcher.accounts:
        raise ValueError("bluesky hears the whole network, but nothing is listened for; name terms with [match] terms")
    if not settings.hosts:
        raise ValueError("bluesky has no hosts; name some with [bluesky] hosts")
    for host in settings.hosts:
        if urlsplit(host).scheme not in ("ws", "wss"):
            raise ValueError(f"[bluesky] hosts: {host!r} must begin with wss://")
    agent = _agent(context.config.privacy.contact)
    now, monotonic, draw = context.now, context.monotonic, context.draw
    listener = Listener(matcher, roles_of(context.config.accounts), now=now)
    cache = ProfileCache(context.folder / "bluesky-profiles.db", now)
    profiles = Profiles(settings.profiles, cache, now=now, monotonic=monotonic, draw=draw, agent=agent)
    return Bluesky(
        settings.hosts,
        settings.envelope,
        listener,
        Authors(listener, matcher, profiles, now=now, monotonic=monotonic),
        now=now,
        monotonic=monotonic,
        pause=context.pause,
        draw=draw,
        agent=agent,
    )


def _agent(contact: str) -> str:
    """Who we are, and whom to write to, as services like to be told."""
    try:
        name = f"Agora/{version('agora-wall')}"
    except PackageNotFoundError:
        name = "Agora"
    contact = "".join(c for c in contact if c.isascii() and c.isprintable())
    return f"{name} (+{contact})" if contact else name
