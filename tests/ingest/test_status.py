"""What ingest tells the log about its sources."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from ingest.health import Health
from ingest.status import EVERY_TICKS, StatusTeller
from stream.log import SOURCES
from stream.mention import SourceStatus, decode_status
from tests.ingest.cable import NOW, Cable, everything


def health(name: str) -> Health:
    source = SimpleNamespace(name=name, tells_deletions=True)
    return Health(source, now=lambda: NOW, monotonic=lambda: 0.0)  # type: ignore[arg-type]


class Ticks:
    """A pause that lets the test go first."""

    def __init__(self) -> None:
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, _: float) -> None:
        self.asked.set()
        await self.go.wait()
        self.go.clear()

    async def next(self) -> None:
        await self.asked.wait()
        self.asked.clear()
        self.go.set()
        await self.asked.wait()


async def told(cable: Cable) -> list[SourceStatus]:
    return [decode_status(record.value or b"") for record in await everything(cable.log, SOURCES)]


async def test_changes_are_told_and_everything_now_and_then(cable: Cable) -> None:
    """Each change at the next tick, every source a quarter of a minute apart, and once more at the end."""
    one, other = health("one"), health("other")
    ticks = Ticks()
    running = asyncio.create_task(StatusTeller(cable, [one, other], lambda: 3, tick=ticks).run())  # type: ignore[arg-type]
    await ticks.asked.wait()
    assert [(s.name, s.condition, s.spooled) for s in await told(cable)] == [
        ("one", "starting", 3),
        ("other", "starting", 3),
    ]
    one.hear(1, 1)
    await ticks.next()
    assert [(s.name, s.condition) for s in (await told(cable))[2:]] == [("one", "live")]
    for _ in range(EVERY_TICKS - 1):
        await ticks.next()
    assert [s.name for s in (await told(cable))[3:]] == ["one", "other"]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert [s.name for s in (await told(cable))[5:]] == ["one", "other"]


async def test_the_log_may_be_away(cable: Cable) -> None:
    """Nothing is kept meanwhile; when it is back what changed is told once, as it is now."""
    one = health("one")
    teller = StatusTeller(cable, [one], lambda: 0)  # type: ignore[arg-type]
    cable.plugged = False
    assert not await teller.tell()
    one.hear(1, 1)
    assert not await teller.tell()
    cable.plugged = True
    assert await teller.tell()
    assert await teller.tell()
    assert [s.condition for s in await told(cable)] == ["live"]
