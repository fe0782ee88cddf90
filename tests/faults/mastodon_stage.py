"""Mastodon from end to end: stand-in servers, the real sources, supervisor, ledger, publisher and log."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Literal

from ingest.cursors import Cursors
from ingest.ledger import Ledger
from ingest.matching import Matcher
from ingest.publisher import Publisher
from ingest.source import Context
from ingest.sources.mastodon import Mastodon
from ingest.spool import Spool
from ingest.supervisor import Supervisor
from stream.config import Config
from stream.config.networks import MastodonConfig, MastodonServer, MatchConfig
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Log
from stream.mention import Mention, Rejected, Retraction, decode, decode_rejected, decode_retraction
from tests.ingest.cable import everything
from tests.ingest.hours import Hours
from tests.standins.mastodon import TOKEN, MastodonStandIn, status

PATIENCE_S = 20.0
"""How long a test waits for what must happen; what does not happen fails it."""


class Stage:
    """One life of ingest after another, over one log and one folder. The servers are called ``a``, ``b``, … in order."""

    def __init__(
        self,
        log: Log,
        folder: Path,
        *servers: MastodonStandIn,
        transport: Literal["sse", "websocket"] = "sse",
        streams: tuple[str, ...] = ("hashtag:kaleido",),
        token: str = TOKEN,
    ) -> None:
        self.log, self.folder, self.servers = log, folder, servers
        self.transport: Literal["sse", "websocket"] = transport
        self.streams, self.token = streams, token
        for server in servers:
            server.transport = transport
        self.hours = Hours()
        self.matcher = Matcher(MatchConfig(terms=("#kaleido",)))
        self.tries = 100
        """How often failed sources are asked again at once; then they wait until it is more."""
        self.paused: list[float] = []
        """How long the supervisor was asked to wait after each failure."""
        self.sources: list[Mastodon] = []
        self._last = 50_000

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Supervisor]:
        """Ingest runs inside, and is ended in an orderly way after it."""
        hours = self.hours
        servers = {
            name: MastodonServer(url=server.url, token=self.token, streams=self.streams, transport=self.transport)
            for name, server in zip("abc", self.servers, strict=False)
        }
        context = Context(
            Config(mastodon=MastodonConfig(servers=servers)), hours.now, self.folder, matcher=self.matcher,
            pause=hours.pause, monotonic=hours.monotonic, draw=lambda: 1.0,
        )  # fmt: skip
        self.sources = [Mastodon(name, server, context, settle_s=0) for name, server in servers.items()]
        spool = Spool(self.folder / "spool", 1 << 20)
        ledger = Ledger(self.folder / "ledger.db", now=hours.now)
        cursors = Cursors(self.folder / "cursors.json", hours.now)
        supervisor = Supervisor(
            self.sources, Publisher(self.log, spool, now=hours.now), cursors, now=hours.now, ledger=ledger,
            pause=self._wait, monotonic=hours.monotonic, draw=lambda: 1.0,
        )  # fmt: skip
        running = asyncio.create_task(supervisor.run())
        try:
            yield supervisor
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            ledger.shut()
            spool.close()

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for what must come."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.002)

    async def follows(self, *streams: str, server: int = 0) -> None:
        """Wait until exactly these streams are heard and their gaps are filled."""
        wanted = sorted(streams or self.streams)
        await self.until(lambda: self.servers[server].following == wanted)
        await self.passed(server, wanted[0])

    async def passed(self, server: int = 0, stream: str = "hashtag:kaleido") -> None:
        """Wait until everything that the server said so far has reached the log; a last post tells."""
        self._last += 1
        last = status(self._last, f"the last #kaleido {self._last}")
        await self.servers[server].post(last, stream)
        async with asyncio.timeout(PATIENCE_S):
            while not any(m.id.endswith(f"/{self._last}") for m in await self._mentions()):
                await asyncio.sleep(0.005)

    async def mentions(self) -> list[Mention]:
        """All but the last ones."""
        return [mention for mention in await self._mentions() if not mention.text.startswith("the last")]

    async def texts(self) -> list[str]:
        return [mention.text for mention in await self.mentions()]

    async def retracted(self, n: int) -> list[Retraction]:
        """The retractions once there are ``n`` of them."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := await self.retractions()) < n:
                await asyncio.sleep(0.005)
        return found

    async def retractions(self) -> list[Retraction]:
        return [decode_retraction(record.value or b"") for record in await everything(self.log, RETRACTIONS)]

    async def lettered(self, n: int) -> list[Rejected]:
        """The dead letters once there are ``n`` of them."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := await self.letters()) < n:
                await asyncio.sleep(0.005)
        return found

    async def letters(self) -> list[Rejected]:
        return [decode_rejected(record.value or b"") for record in await everything(self.log, REJECTED)]

    async def _mentions(self) -> list[Mention]:
        return [decode(record.value or b"") for record in await everything(self.log, MENTIONS)]

    async def _wait(self, seconds: float) -> None:
        self.paused.append(seconds)
        await asyncio.sleep(0)
        while len(self.paused) > self.tries:
            await asyncio.sleep(0.005)
