"""Upkeep: what the hub writes down for later lives, and takes up from earlier ones: checkpoints, ``memory``, old decisions."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
import structlog

from stream.allocator import give_back
from stream.analysis import language
from stream.analysis.state import State
from stream.config import Config
from stream.hub import checkpoint
from stream.hub.checkpoint import Saved
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.threads import Analyst
from stream.log import MEMORY, Entry, Log, LogUnavailable, Offsets

REMEMBER_S: Final = 1.0
MISSED_S: Final = 0.1
"""How soon the next is written where an earlier life left several."""
HOUR_S: Final = 3600.0
NICE: Final = 10
"""Of the thread that packs and writes checkpoints: where processors are few, mentions are read before that."""

log = structlog.get_logger(__name__)


class Upkeep:
    """Belongs to the event loop. ``times`` gives hub time and T in ms, ``log_of`` the log once it is open."""

    def __init__(
        self,
        config: Config,
        *,
        engine: Engine,
        analyst: Analyst,
        metrics: Metrics,
        path: Path,
        times: Callable[[], tuple[int, int]],
        log_of: Callable[[], Log | None],
        prune: Callable[[Log, int], Awaitable[None]],
        ready: Callable[[], bool],
    ) -> None:
        self._config = config
        self._engine = engine
        self._analyst = analyst
        self._metrics = metrics
        self._path = path
        self._times = times
        self._log_of = log_of
        self._prune = prune
        self._ready = ready
        self._begun = False
        self._writing = asyncio.Lock()
        self._writer = ThreadPoolExecutor(1, "hub-checkpoint", _be_nice)

    def begin(self) -> None:
        """What staff decided is known: from now on a checkpoint is worth writing."""
        self._begun = True

    async def resumed(self, current: Log) -> Mapping[str, Offsets]:
        """Take up the checkpoint if it is one of this log; what is read from where then."""
        saved = await asyncio.to_thread(checkpoint.read, self._path, self._config)
        if saved is None:
            return {}
        if not await checkpoint.belongs(saved, current):
            log.warning("the checkpoint is ignored", reason="it was made from another log")
            return {}
        try:
            config = msgspec.structs.replace(self._config, tracks=saved.tracks)
            state = await asyncio.to_thread(State.from_bytes, saved.state, config)
        except ValueError as fault:
            log.warning("the checkpoint is ignored", reason=str(fault))
            return {}
        await self._analyst.ask(lambda: self._engine.restore(saved, state))
        return saved.offsets

    async def keep_checkpoints(self) -> None:
        """Write one every so often, for ever."""
        while True:
            await asyncio.sleep(self._config.hub.checkpoint_s)
            try:
                await self.checkpoint()
            except OSError as fault:
                log.warning("the checkpoint cannot be written", fault=str(fault))

    async def checkpoint(self) -> None:
        """Write what the hub knows now. Raises ``OSError``, or ``Ended`` when the hub has stopped."""
        if not self._begun:
            return
        async with self._writing:
            with self._metrics.checkpoint_s.time():
                saved = await self._analyst.ask(self._engine.save)
                size = await asyncio.get_running_loop().run_in_executor(self._writer, self._write, saved)
                self._metrics.checkpoint_bytes.set(size)

    def _write(self, saved: Callable[[], Saved]) -> int:
        size = checkpoint.write(self._path, saved())
        give_back()
        return size

    async def keep_house(self) -> None:
        """Clear old decisions about posts, once an hour."""
        while True:
            await asyncio.sleep(HOUR_S)
            current = self._log_of()
            if current is not None:
                with contextlib.suppress(LogUnavailable):
                    await self._prune(current, self._times()[0])

    async def remember(self) -> None:
        """Write what later hubs must know of what the window forgets; not before this one knows it all itself.

        What this one has read by then stays for long, and is left out of garbage collection: looking through it takes a quarter
        of a second with 200,000 posts, in which no thread runs. What tells languages is loaded then, before a text needs it.
        """
        wait, frozen = REMEMBER_S, False
        try:
            while True:
                await asyncio.sleep(wait)
                wait = REMEMBER_S
                current = self._log_of()
                if current is None or not self._ready():
                    continue
                if not frozen:
                    await asyncio.to_thread(language.warm)
                    gc.freeze()
                    frozen = True
                if found := await self._analyst.ask(self._memories):
                    wait = MISSED_S
                    await _publish(current, found)
        finally:
            if frozen:
                gc.unfreeze()

    def _memories(self) -> Mapping[str, bytes | None]:
        return self._engine.memories(*self._times(), self._analyst.behind_ms)


def _be_nice() -> None:
    """On Linux each thread has a niceness of its own."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


async def _publish(current: Log, found: Mapping[str, bytes | None]) -> None:
    try:
        await current.publish(MEMORY, [Entry(subject, value) for subject, value in found.items()])
    except LogUnavailable as fault:
        log.warning("memory is not written", fault=str(fault))
