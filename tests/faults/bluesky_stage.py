"""Bluesky from end to end: a stand-in for the network, the real source, supervisor, ledger, publisher and log."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable
from itertools import count
from pathlib import Path
from typing import Literal

from ingest.bluesky.authors import Authors
from ingest.bluesky.listener import Listener
from ingest.bluesky.profile_cache import ProfileCache
from ingest.bluesky.profiles import Profiles
from ingest.cursors import Cursors
from ingest.ledger import Ledger
from ingest.matching import Matcher
from ingest.publisher import Publisher
from ingest.source import Batch
from ingest.sources.bluesky import Bluesky
from ingest.spool import Spool
from ingest.supervisor import Supervisor
from stream.config.networks import MatchConfig
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Log
from stream.mention import Mention, Rejected, Retraction, decode, decode_rejected, decode_retraction
from tests.ingest.cable import NOW, everything
from tests.standins.jetstream import Jetstream, ProfileService, post

START_US = (NOW - 60_000) * 1000
"""When a host begins to tell, in microseconds."""
PATIENCE_S = 20.0
"""How long a test waits for what must happen; what does not happen fails it."""


class Stage:
    """One life of ingest after another, over one log and one folder. ``host`` is the network, ``profiles`` who is who."""

    def __init__(self, log: Log, folder: Path, *hosts: Jetstream, profiles: ProfileService) -> None:
        self.log, self.folder, self.hosts, self.people = log, folder, hosts, profiles
        self.matcher = Matcher(MatchConfig(terms=("lantern", "#harbour")))
        self.envelope: Literal["v1", "v2"] = hosts[0].envelope
        self.pong_s = self.patience_s = 10.0
        self.clock_s = 0.0
        """The steady clock of the service of profiles."""
        self.paused: list[float] = []
        """How long the supervisor was asked to wait after each failure."""
        self.beats = 0
        """Batches that the source gave, empty ones included."""
        self.source: Bluesky
        self.supervisor: Supervisor

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[Bluesky]:
        """Ingest runs inside, and is ended in an orderly way after it."""
        listener = Listener(self.matcher, {}, now=lambda: NOW)
        cache = ProfileCache(self.folder / "profiles.db", lambda: NOW)
        profiles = Profiles(
            self.people.url, cache, now=lambda: NOW, monotonic=lambda: self.clock_s, draw=lambda: 1.0, agent="Agora",
            patience_s=self.patience_s, timeout_s=self.patience_s,
        )  # fmt: skip
        steps = count()
        self.source = Bluesky(
            [host.url for host in self.hosts], self.envelope, listener,
            Authors(listener, self.matcher, profiles, now=lambda: NOW, monotonic=lambda: self.clock_s),
            now=lambda: NOW, monotonic=lambda: float(next(steps)), pause=asyncio.sleep, draw=lambda: 1.0, agent="Agora",
            gather_s=0.005, ping_s=0.02, pong_s=self.pong_s,
        )  # fmt: skip
        self.source.batches = self._counted(self.source.batches)  # type: ignore[method-assign]
        spool = Spool(self.folder / "spool", 1 << 20)
        ledger = Ledger(self.folder / "ledger.db", now=lambda: NOW)
        publisher = Publisher(self.log, spool, now=lambda: NOW)
        cursors = Cursors(self.folder / "cursors.json", lambda: NOW)
        self.supervisor = Supervisor(
            [self.source], publisher, cursors, now=lambda: NOW, ledger=ledger, pause=self._soon, draw=lambda: 1.0
        )
        running = asyncio.create_task(self.supervisor.run())
        try:
            await self.until(lambda: self.connected > 0 or running.done() or any(h.refusals for h in self.hosts))
            yield self.source
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            ledger.shut()
            spool.close()
            cache.close()

    def _counted(self, batches: Callable[[str], AsyncIterator[Batch]]) -> Callable[[str], AsyncIterator[Batch]]:
        async def counted(cursor: str) -> AsyncIterator[Batch]:
            async with contextlib.aclosing(batches(cursor)) as given:  # type: ignore[type-var]
                async for batch in given:
                    self.beats += 1
                    yield batch

        return counted

    @property
    def connected(self) -> int:
        return sum(host.connected for host in self.hosts)

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what must come."""
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.002)

    async def taken(self, n: int) -> list[Mention]:
        """The mentions in the log once there are ``n`` of them, tallies not counted."""
        async with asyncio.timeout(PATIENCE_S):
            while len(found := await self.mentions()) < n:
                await asyncio.sleep(0.005)
        return found

    async def passed(self, host: Jetstream, *, name: str = "end") -> None:
        """Wait until everything that ``host`` said so far has reached the log; a last post tells."""
        rkey = f"end{host.seq}"
        await host.say(post(name, rkey, f"the last lantern {host.seq}"))
        async with asyncio.timeout(PATIENCE_S):
            while not any(m.id.endswith(f"/{rkey}") for m in await self.mentions()):
                await asyncio.sleep(0.005)

    async def until_retracted(self, target: str) -> None:
        """Wait for a retraction."""
        async with asyncio.timeout(PATIENCE_S):
            while target not in {r.target for r in await self.retractions()}:
                await asyncio.sleep(0.005)

    async def mentions(self) -> list[Mention]:
        found = [decode(record.value or b"") for record in await everything(self.log, MENTIONS)]
        return [m for m in found if m.kind != "tally"]

    async def tallies(self) -> dict[str, tuple[int, int, int]]:
        """The newest counts of each post: likes, reposts, replies."""
        found = [decode(record.value or b"") for record in await everything(self.log, MENTIONS)]
        newest = sorted((m for m in found if m.kind == "tally" and m.target), key=lambda m: m.at)
        return {
            m.target.id: (m.weight.likes, m.weight.reposts, m.weight.replies) for m in newest if m.target and m.weight
        }

    async def texts(self) -> Counter[str]:
        """How often each text is in the log, without the last ones."""
        return Counter(m.text for m in await self.mentions() if not m.text.startswith("the last lantern"))

    async def retractions(self) -> list[Retraction]:
        return [decode_retraction(record.value or b"") for record in await everything(self.log, RETRACTIONS)]

    async def rejected(self) -> list[Rejected]:
        return [decode_rejected(record.value or b"") for record in await everything(self.log, REJECTED)]

    async def _soon(self, seconds: float) -> None:
        self.paused.append(seconds)
        await asyncio.sleep(0)
