"""X's source on the way to the real log, beside a stand-in of X."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ingest.cursors import Cursors
from ingest.ledger import Ledger
from ingest.matching import Matcher
from ingest.publisher import Publisher
from ingest.source import Context
from ingest.sources.x import X, create
from ingest.spool import Spool
from ingest.supervisor import Supervisor
from stream.config import Config, IngestConfig
from stream.config.networks import MatchConfig, XConfig
from stream.log import MENTIONS, REJECTED, RETRACTIONS
from stream.mention import Mention, Rejected, Retraction, decode, decode_rejected, decode_retraction
from tests.ingest.cable import NOW, Cable, everything
from tests.standins.x import Play, Stage, XStandIn, message, post_id


def _nothing(seconds: float) -> None:
    """What happens in a pause: nothing."""


class Desk:
    """What surrounds the source: clocks that stand, pauses that are noted and pass at once, and the log that is read."""

    def __init__(self, folder: Path, cable: Cable) -> None:
        self.folder, self.cable = folder, cable
        self.now = NOW
        self.pauses: list[float] = []
        self.faults: list[str] = []
        self.conditions: set[str] = set()
        self.match = MatchConfig(terms=("harbour",))
        self.matcher = Matcher(self.match)
        self.sources: tuple[Any, ...] = ()
        self.supervisor: Supervisor | None = None
        self.on_pause: Callable[[float], None] = _nothing

    @property
    def x(self) -> X:
        """The stream."""
        stream: X = self.sources[0]
        return stream

    @property
    def spent(self) -> int:
        """Posts that count against this month's budget."""
        return int(self.x.figures["posts this month"])

    async def pause(self, seconds: float) -> None:
        """Note the pause, and what it is for, and let it pass."""
        self.pauses.append(seconds)
        assert self.supervisor is not None
        status = self.supervisor.states["x"].status()
        self.faults.append("; ".join(filter(None, (status.fault, status.advice))))
        self.conditions.add(status.condition)
        self.on_pause(seconds)
        await asyncio.sleep(0)

    @asynccontextmanager
    async def listening(self, x: XStandIn, silence_s: float = 30.0, **config: Any) -> AsyncIterator[Desk]:
        """The source runs; at the end it is stopped as SIGTERM stops it."""
        settings = XConfig(url=x.url, **{"token": "good", **config})
        context = Context(
            config=Config(x=settings, ingest=IngestConfig(spool=str(self.folder / "spool"))), now=lambda: self.now,
            folder=self.folder / "spool" / "log", matcher=self.matcher, pause=self.pause, draw=lambda: 1.0,
        )  # fmt: skip
        context.folder.mkdir(parents=True, exist_ok=True)
        self.sources = tuple(create(context))
        self.x._api._silence_s = silence_s
        spool, ledger = Spool(context.folder, 1 << 22), Ledger(context.folder / "ledger.db", now=lambda: self.now)
        publisher = Publisher(self.cable, spool, now=lambda: self.now)  # type: ignore[arg-type]
        self.supervisor = Supervisor(
            self.sources, publisher, Cursors(context.folder / "cursors.json", lambda: self.now),
            now=lambda: self.now, ledger=ledger, pause=self.pause, draw=lambda: 1.0,
        )  # fmt: skip
        running = asyncio.create_task(self.supervisor.run())
        try:
            yield self
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            spool.close()
            ledger.shut()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Return when it holds; fail when it never does."""
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.002)

    async def mentions(self, at_least: int = 0) -> list[Mention]:
        """The mentions in the log, in order; waits until there are enough."""
        async with asyncio.timeout(10):
            while len(found := [decode(r.value or b"") for r in await everything(self.cable.log, MENTIONS)]) < at_least:
                await asyncio.sleep(0.005)
        return sorted(found, key=lambda mention: (mention.at, mention.id))

    async def ids(self, at_least: int) -> Counter[str]:
        """How often each id is in the log; waits until there are enough."""
        return Counter(mention.id for mention in await self.mentions(at_least))

    async def letters(self, at_least: int = 0) -> list[Rejected]:
        """The dead letters."""
        async with asyncio.timeout(10):
            while (
                len(found := [decode_rejected(r.value or b"") for r in await everything(self.cable.log, REJECTED)])
                < at_least
            ):
                await asyncio.sleep(0.005)
        return found

    async def retractions(self, at_least: int = 0) -> list[Retraction]:
        """What must be gone."""
        async with asyncio.timeout(10):
            while len(found := await everything(self.cable.log, RETRACTIONS)) < at_least:
                await asyncio.sleep(0.005)
        return [decode_retraction(record.value or b"") for record in found]


def saying(*numbers: int, then: str = "hold") -> Play:
    """A stream that says these posts in one piece and then holds, beats, ends, or hangs up."""

    async def play(stage: Stage) -> None:
        await stage.say(*(message(NOW, n) for n in numbers))
        if then == "hang up":
            await asyncio.sleep(0.05)
            stage.exchange.hang_up()
        else:
            await getattr(stage, then)()

    return play


def ids(*numbers: int) -> dict[str, int]:
    """These posts, each once."""
    return {f"x:{post_id(NOW, n)}": 1 for n in numbers}
