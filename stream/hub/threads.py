"""The hub's two threads: one that analyses, and one that moves the graphs, so that neither waits for the other.

The event loop hands records and calls over and never waits for analysis; a removal or a decision goes before mentions.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from math import inf
from typing import Any, Final, TypeVar

from stream.hub.decisions import Value
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.presenter import Played
from stream.hub.stage import Stage
from stream.hub.tape import Tape
from stream.log import Record

CHUNK: Final = 500
"""Mentions that are applied in one go; a decision waits for no more than these."""
QUEUED: Final = 20_000
"""Mentions that may wait; more, and the reader waits too."""
BUSY: Final = 1000
"""Where so many wait, those that come are read from the log together …"""
TOGETHER_S: Final = 0.1
"""… so often: an answer of the log costs as much as dozens of the mentions in it, and these wait anyway."""
EVEN_MS: Final = 1000
"""A hub has caught up when the next mention has waited no longer than this."""
TICK_S: Final = 1 / 30
FRAME_S: Final = 1 / 30

T = TypeVar("T")


class Ended(Exception):
    """The hub has stopped, or broke: nobody answers any more."""


class Analyst(threading.Thread):
    """Owns the engine. ``times`` gives hub time and T in ms; ``failed`` hears of a fault that ended the thread.

    ``catching_up`` says whether what was said before this hub is still being read, ``per_record`` how many mentions a record
    holds at most.
    """

    def __init__(
        self,
        engine: Engine,
        times: Callable[[], tuple[int, int]],
        metrics: Metrics,
        failed: Callable[[BaseException], None],
        *,
        catching_up: Callable[[], bool] = lambda: False,
        per_record: int = 1,
    ) -> None:
        super().__init__(name="hub-analyst", daemon=True)
        self._chunk, self._busy, self._most = (max(1, n // per_record) for n in (CHUNK, BUSY, QUEUED))
        self._catching_up = catching_up
        self._engine = engine
        self._times = times
        self._metrics = metrics
        self._failed = failed
        self._changed = threading.Condition()
        self._calls: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self._mentions: deque[Record] = deque()
        self._room: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._even = False
        self.busy_s = 0.0
        """For how long it has applied mentions."""
        self.behind_ms = 0.0
        """How long the next mention had waited when it turned last."""
        self._ending = False

    @property
    def queued(self) -> int:
        """Mentions that wait to be applied."""
        return len(self._mentions)

    @property
    def oldest_ms(self) -> int | None:
        """Log time of the mention that is next to be applied; None when none waits."""
        with self._changed:
            return self._mentions[0].time if self._mentions else None

    def call(self, what: Callable[[], T]) -> Future[T]:
        """Let the thread call ``what`` before it goes on with mentions; the future has ``Ended`` when it does not any more."""
        future: Future[T] = Future()
        with self._changed:
            if self._ending:
                future.set_exception(Ended())
            else:
                self._calls.append((what, future))
                self._changed.notify()
        return future

    async def ask(self, what: Callable[[], T]) -> T:
        """What the thread answers. Raises ``Ended`` when it has ended."""
        return await asyncio.wrap_future(self.call(what))

    def decide(self, subject: str, value: Value) -> None:
        """Let a decision take effect; returns at once."""
        self.call(lambda: self._engine.decide(subject, value))

    def play(self, played: Played) -> None:
        """Let feeds follow the programme; returns at once."""
        self.call(lambda: self._engine.presenter.play(played))

    def record(self, tape: Tape | None) -> None:
        """The tape that a look back will play; returns at once."""
        self.call(lambda: self._engine.presenter.record(tape))

    async def decided(self) -> None:
        """Return when everything that was decided has taken effect."""
        await self.ask(lambda: None)

    async def approval(self, post_id: str) -> str:
        """The fingerprint of what would be approved. Raises ``KeyError`` for a post that is not in the window."""
        return await self.ask(lambda: self._engine.approval(post_id))

    async def raiders(self, raid_id: str) -> list[str]:
        """Who takes part in a raid. Raises ``KeyError`` for one that is not there."""
        return await self.ask(lambda: self._engine.raiders(raid_id))

    async def mentions(self, records: Sequence[Record]) -> None:
        """Queue mentions; waits while too many do, and a moment where enough do to go on with."""
        with self._changed:
            self._mentions.extend(records)
            self._changed.notify()
            waiting, room = len(self._mentions), asyncio.Event()
            if self._ending or waiting < self._busy:
                return
            if waiting >= self._most:
                self._room = (asyncio.get_running_loop(), room)
        await (room.wait() if waiting >= self._most else asyncio.sleep(TOGETHER_S))

    def end(self) -> None:
        """Finish what was begun and end; who still waits hears ``Ended``."""
        with self._changed:
            self._ending = True
            self._changed.notify()
        if self.is_alive():
            self.join()
        self._release()

    def run(self) -> None:
        try:
            while not self._ending:
                self._turn()
        except BaseException as fault:
            self._failed(fault)
        finally:
            self._release()

    def _release(self) -> None:
        """Let nobody wait for this thread any more."""
        with self._changed:
            self._ending = True
            calls, self._calls = self._calls, deque()
            self._make_room()
        for _, future in calls:
            if future.set_running_or_notify_cancel():
                future.set_exception(Ended())

    def _make_room(self) -> None:
        if self._room is not None:
            loop, room = self._room
            self._room = None
            if not loop.is_closed():
                loop.call_soon_threadsafe(room.set)

    def _turn(self) -> None:
        with self._changed:
            if not (self._calls or self._mentions or self._ending):
                self._changed.wait(TICK_S)
            call = self._calls.popleft() if self._calls else None
            chunk = [] if call else [self._mentions.popleft() for _ in range(min(self._chunk, len(self._mentions)))]
            if len(self._mentions) < self._most // 2:
                self._make_room()
        if call is not None:
            _answer(*call)
            if self._calls:
                return
        if chunk:
            begun = time.perf_counter()
            with self._metrics.apply_s.time():
                self._engine.apply(chunk, self._times()[0])
            self.busy_s += time.perf_counter() - begun
        now, t = self._times()
        oldest = self.oldest_ms
        self.behind_ms = 0.0 if oldest is None else max(0.0, now - oldest)
        self._even = self._even or (self.behind_ms < EVEN_MS and not self._catching_up())
        self._engine.tick(now, t, self.behind_ms if self._even else inf)


class Mover(threading.Thread):
    """Owns the stage: a frame every 1/30 s, and at once what cannot wait for the next."""

    def __init__(
        self, stage: Stage, clock: Callable[[], float], metrics: Metrics, failed: Callable[[BaseException], None]
    ) -> None:
        super().__init__(name="hub-mover", daemon=True)
        self._stage = stage
        self._clock = clock
        self._metrics = metrics
        self._failed = failed
        self._ending = False

    def end(self) -> None:
        self._ending = True
        self._stage.wake.set()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        try:
            due = time.monotonic()
            while not self._ending:
                if self._stage.wake.wait(max(0.0, due - time.monotonic())):
                    self._stage.wake.clear()
                    self._stage.frame(int(self._clock()))
                    continue
                late = time.monotonic() - due
                self._metrics.late_s.observe(max(0.0, late))
                with self._metrics.motion_s.time():
                    self._stage.tick(int(self._clock()))
                due = due + FRAME_S if late < FRAME_S else time.monotonic() + FRAME_S
        except BaseException as fault:
            self._failed(fault)


def _answer(what: Callable[[], T], future: Future[T]) -> None:
    """Run a call for whoever waits for ``future``; its fault is theirs."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(what())
    except BaseException as fault:
        future.set_exception(fault)
        if not isinstance(fault, Exception):
            raise
