"""The simulated event as a source: the wall is full at once, then it goes on as it happens.

A start tells the whole window that lies behind first, with the times at which it would have happened. Ids belong to the moment, so
that a restart tells nothing twice that is counted twice. The cursor is the time up to which everything was told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

from ingest.simulation.world import World
from ingest.source import Batch, Context
from stream.config import ClockConfig

STEP_MS: Final = 100
CHUNK: Final = 1000


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
        while True:
            if t > told:
                events = tuple(await asyncio.to_thread(lambda: tuple(self._world.events(told, t))))
                for first in range(0, len(events), CHUNK):
                    last = first + CHUNK >= len(events)
                    yield Batch(events[first : first + CHUNK], cursor=str(t) if last else "")
                told = t
            await self._pause(STEP_MS / 1000)
            t = self._clock.now(self._now())


def create(context: Context) -> Simulation:
    """``simulation`` in ``[ingest] sources``, by ``[simulation]`` rate and seed."""
    config = context.config
    world = World(config.simulation.seed, config.simulation.rate)
    return Simulation(world, clock=config.clock, now=context.now, window_ms=config.hub.window_s * 1000)
