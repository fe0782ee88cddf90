"""The hub's threads: what happens to those who wait when one of them dies."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from stream.hub.metrics import Metrics
from stream.hub.threads import QUEUED, Analyst, Ended
from stream.log import MENTIONS, Record


class Breaking:
    """An engine that breaks at its first mention."""

    def apply(self, records, hub_ms) -> None:  # noqa: ARG002
        raise ZeroDivisionError

    def tick(self, hub_ms, t_ms, behind_ms) -> None: ...


def mentions(count: int) -> list[Record]:
    return [Record(MENTIONS.name, 0, i, i, "a", b"{}") for i in range(count)]


@pytest.fixture
def faults() -> list[BaseException]:
    return []


@pytest.fixture
def analyst(faults: list[BaseException]) -> Analyst:
    engine: Any = Breaking()
    return Analyst(engine, lambda: (0, 0), Metrics(), faults.append)


async def test_nobody_waits_for_a_dead_thread(analyst: Analyst, faults: list[BaseException]) -> None:
    """Whoever waits when the thread dies is told so, and whoever asks later; a reader goes on."""
    asked: list[asyncio.Future[int]] = []
    loop = asyncio.get_running_loop()

    def failed(fault: BaseException) -> None:
        faults.append(fault)
        asked.append(asyncio.run_coroutine_threadsafe(analyst.ask(lambda: 1), loop))  # type: ignore[arg-type]

    analyst._failed = failed
    analyst._calls.clear()
    reader = asyncio.ensure_future(analyst.mentions(mentions(2 * QUEUED)))
    await asyncio.sleep(0)
    waiting = analyst.call(lambda: 1)
    analyst.start()
    async with asyncio.timeout(10):
        await reader
        await asyncio.to_thread(analyst.join)
        assert waiting.result() == 1
        with pytest.raises(Ended):
            await asyncio.wrap_future(asked[0])  # type: ignore[arg-type]
        with pytest.raises(Ended):
            await analyst.ask(lambda: 1)
    assert isinstance(faults[0], ZeroDivisionError)


async def test_calls_that_wait_at_the_end(analyst: Analyst) -> None:
    """A thread that ends before it was asked to answer says so."""
    waiting = analyst.call(lambda: 1)
    analyst.end()
    with pytest.raises(Ended):
        await asyncio.wrap_future(waiting)


async def test_the_age_of_the_queue(analyst: Analyst) -> None:
    """The oldest mention that waits is the next to be applied."""
    assert analyst.oldest_ms is None
    await analyst.mentions(mentions(3)[1:])
    assert analyst.oldest_ms == 1
    assert analyst.queued == 2
