"""The simulated event as a source: the wall is full at once, then it goes on as it happens.

A start tells the whole window that lies behind first, with the times at which it would have happened, then the span before it,
with which changes are compared. Ids belong to the moment, so that a restart makes nothing count twice. The cursor is the time
up to which everything was told; what was told in that same millisecond is told again.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Final

from ingest.simulation.plan import Planned
from ingest.simulation.world import World
from ingest.source import Batch, Context
from stream.config import ClockConfig

STEP_MS: Final = 100
CHUNK: Final = 1000
FOR_EVER: Final = 1 << 52


class Simulation:
    """``world`` told at the pace of ``clock``; a newcomer begins ``window_ms`` ago."""

    name = "simulation"
    tells_deletions = True

    def __init__(
        self,
        world: World,
        *,
        clock: ClockConfig,
        now: Callable[[], int],
        window_ms: int,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._world, self._clock, self._now, self._window, self._pause = world, clock, now, window_ms, pause

    async def batches(self, cursor: str) -> AsyncIterator[Batch]:
        """What was told since ``cursor``, but no earlier than the window reaches; then what is told next, for ever."""
        t = self._clock.now(self._now())
        told = max(int(cursor or 0), t - self._window)
        telling = _Telling(self._world.plan(told, FOR_EVER))
        before = _Telling(self._world.plan(told - self._window, told)) if not cursor else None
        while True:
            while items := await asyncio.to_thread(telling.until, t):
                yield Batch(tuple(planned.item for planned in items), cursor=str(items[-1].due))
            if before is not None:
                while items := await asyncio.to_thread(before.until, told):
                    yield Batch(tuple(planned.item for planned in items))
                before = None
            await self._pause(STEP_MS / 1000)
            t = self._clock.now(self._now())


class _Telling:
    """A plan, and the next item of it that is not yet due."""

    def __init__(self, plan: Iterator[Planned]) -> None:
        self._plan = plan
        self._next = next(plan, None)

    def until(self, t: int) -> list[Planned]:
        """The next items that are due at ``t``, at most ``CHUNK``."""
        items: list[Planned] = []
        while self._next is not None and self._next.due <= t and len(items) < CHUNK:
            items.append(self._next)
            self._next = next(self._plan, None)
        return items


def create(context: Context) -> Simulation:
    """``simulation`` in ``[ingest] sources``, by ``[simulation]`` rate and seed."""
    config = context.config
    world = World(config.simulation.seed, config.simulation.rate, raids_per_hour=config.simulation.raids_per_hour)
    return Simulation(world, clock=config.clock, now=context.now, window_ms=config.hub.window_s * 1000)
