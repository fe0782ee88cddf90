"""Fault rounds: a fault at a random moment, and what must hold after it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

from ingest.simulation import World
from stream.mention import Mention
from stream.rehearsal.desk import Silent
from tests.soak.book import Book
from tests.soak.crowd import Crowd
from tests.soak.faults import KINDS, Fault, NotHere, draw
from tests.soak.hall import NONE, PARTS, WALLS, Hall, Harm

RATE: Final = 10.0
LOOK_S: Final = 0.1
READY_S: Final = 5.0
"""The hub has caught up so soon after a fault is over, or its process began anew (the design's bar with a checkpoint)."""
WITHOUT_S: Final = 25.0
"""The same without its checkpoint."""
LIT_S: Final = 10.0
"""Every screen shows what is on air so soon after a fault, or its wall's beginning."""
WARM_S: Final = 120.0
"""So long a first start may take: what is compiled is kept for later ones."""
TOLD_S: Final = 30.0
"""So soon the log has all that had been said: ingest's and the client's pauses lie in it."""
SAME_S: Final = 10.0
SAME_PATIENCE: Final = 4.0
"""Beyond that the hub holds T no more."""
FRESH_MS: Final = 2_500
ANOTHER_LOG: Final = frozenset({"WAL cut", "log cut"})
"""After these the log is another one, to which no checkpoint belongs."""
DARK_S: Final = 4.0
"""A wall that used no processor for so long draws nothing."""
SETTLE_MS: Final = 1_500
"""What the simulation told so shortly before may still be on its way."""


class Round(NamedTuple):
    """What befell, what did not hold (none: it is well), how long it took to recover, and whether everything ``ended``."""

    number: int
    faults: tuple[Fault, ...]
    failures: tuple[str, ...]
    skipped: str
    back_s: float
    lasted_s: float
    ended: bool


class Failed(Exception):
    """Something did not hold in time; the message says what."""


class Rounds:
    """Rounds in one hall. ``patience`` stretches every bar, on a machine that is busy with other things."""

    def __init__(self, hall: Hall, patience: float) -> None:
        self._hall, self._patience = hall, patience
        self._book = Book(hall.config)
        self._crowd = Crowd(hall.ports["webhook"], hall.seed)
        hall.acknowledged = lambda: Harm(frozenset(self._crowd.posts), frozenset(self._crowd.gone))
        self._world = World(hall.seed, hall.rate)
        hall.planned = self._planned
        self._acknowledged = self._lost = NONE
        self._dark: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._reading: asyncio.Task[None]
        self._expected: set[str] = set()
        self._expected_gone: set[str] = set()
        self._planned_ms = 0
        self._differed: tuple[int, Any] | None = None

    def keep(self, path: Path) -> None:
        """Write what the log says and what the hub said where they differed, to ``path``."""
        if self._differed is not None:
            self._book.keep(path, *self._differed)
            self._differed = None

    @contextlib.asynccontextmanager
    async def going(self) -> AsyncIterator[Rounds]:
        """Everything is lit, and posts flow."""
        self._tasks = [asyncio.create_task(self._watch_walls(), name="walls")]
        try:
            await self._until(self._ready, 60.0, "the hub is ready")
            await self._hall.desk.sign_in()
            await self._until(self._lit, 60.0, "every screen is lit")
            await self._until(self._flows, WARM_S, "the hub has read what the event had told before")
            self._planned_ms = _now_ms()
            self._open_book()
            self._tasks.append(asyncio.create_task(self._crowd.run(), name="crowd"))
            yield self
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, self._close_book(), return_exceptions=True)

    async def play(self, number: int, rng: random.Random, only: str = "") -> Round:
        """One round; ``only`` names the kind of fault that is wanted."""
        began = time.monotonic()
        faults = draw(rng, "kafka" if self._hall.broker else "sqlite", only)
        await asyncio.sleep(rng.uniform(0.2, 2.0))
        failures, skipped, back_s = [], "", 0.0
        pids = {name: self._hall.pid(name) for name in PARTS}
        ended = len(self._hall.ended)
        self._dark.clear()
        try:
            another = any(fault.kind in ANOTHER_LOG for fault in faults)
            if another:
                await self._close_book()
            waits = [0.0, *(rng.uniform(0.0, 3.0) for _ in faults[1:])]
            # All have happened before the next round begins, also where one of them cannot be made here.
            befell = await asyncio.gather(*map(self._befall, faults, waits), return_exceptions=True)
            harms = [harm for harm in befell if isinstance(harm, Harm)]
            self._lost = Harm(
                self._lost.ids.union(*(h.ids for h in harms)), self._lost.gone.union(*(h.gone for h in harms))
            )
            if another:
                self._open_book()
            skipped = "; ".join(str(fault) for fault in befell if isinstance(fault, NotHere))
            for fault in befell:
                if isinstance(fault, BaseException) and not isinstance(fault, NotHere):
                    raise fault
            back_s = await self._back(faults)
            await self._compare(rng)
        except Failed as fault:
            failures.append(str(fault))
        failures += self._went_on(faults, pids, self._hall.ended[ended:])
        self._book.forget(_now_ms() - 4 * 1000 * self._hall.config.hub.window_s)
        return Round(number, tuple(faults), tuple(failures), skipped, back_s, time.monotonic() - began, self._hall.over)

    async def _befall(self, fault: Fault, wait: float) -> Harm:
        await asyncio.sleep(wait)
        return await KINDS[fault.kind].make(self._hall, fault)

    def _open_book(self) -> None:
        """Read the log from its beginning."""
        self._book = Book(self._hall.config)
        self._reading = asyncio.create_task(self._book.follow(), name="book")

    async def _close_book(self) -> None:
        """Let go of the log: a machine whose disk is cut has no reader that lives on."""
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    async def _back(self, faults: Iterable[Fault]) -> float:
        """Wait until everything works again; how long it took since every part runs."""
        over = _now_ms()
        self._expected |= self._crowd.posts - self._lost.ids
        self._expected_gone |= self._crowd.gone - self._lost.gone
        self._acknowledged = Harm(frozenset(self._crowd.posts), frozenset(self._crowd.gone))
        await self._until(self._running, 45.0, "every part runs")
        began = time.monotonic()
        without = any(fault.kind == "checkpoint cut" or fault.kind in ANOTHER_LOG for fault in faults)
        await self._until(self._ready, WITHOUT_S if without else READY_S, "the hub has caught up")
        await self._until(self._lit, LIT_S, "every screen shows what is on air")
        back_s = time.monotonic() - began
        try:
            await self._until(lambda: self._told(over), TOLD_S, "the log has what was said")
        except Failed as fault:
            missing = sorted(self._expected | self._expected_gone)
            self._lost = Harm(self._lost.ids | self._expected, self._lost.gone | self._expected_gone)
            raise Failed(f"{fault}; {len(missing)} are missing, such as {missing[:3]}") from fault
        return back_s

    async def _compare(self, rng: random.Random) -> None:
        """Ingest pauses, so that the log stays as it is, and the hub must say what the log says."""
        self._hall.signal("ingest", signal.SIGSTOP)
        try:
            read = 0
            while read != (read := sum(self._book.ids.values())):
                await asyncio.sleep(0.4)
            missing = self._acknowledged.ids - self._book.ids.keys() - self._book.gone - self._lost.ids
            kept = self._acknowledged.gone - self._book.gone - self._lost.gone
            if missing or kept:
                # Told once: what is lost in one round is no fault of the next.
                self._lost = Harm(self._lost.ids | missing, self._lost.gone | kept)
                lost = f"{len(missing)} acknowledged mentions and {len(kept)} deletions are lost"
                raise Failed(f"{lost}, such as {min(missing | kept)}")
            t_ms, differs = _now_ms(), list[str]()
            until = time.monotonic() + SAME_S * min(self._patience, SAME_PATIENCE)
            while (other := await self._differs(t_ms, rng)) and time.monotonic() < until:
                differs += [other] * (other not in differs)
                await asyncio.sleep(LOOK_S)
            if other:
                self._differed = t_ms, await self._hall.desk.snapshot(t_ms)
                raise Failed("; then ".join(dict.fromkeys([*differs[:2], other])))
        finally:
            self._hall.signal("ingest", signal.SIGCONT)

    async def _differs(self, t_ms: int, rng: random.Random) -> str:
        """In what the hub's snapshot at T is not the one of the log."""
        try:
            told = await self._hall.desk.snapshot(t_ms)
        except Silent as fault:
            return f"no snapshot: {fault}"
        posts = told["numbers"]["posts"]
        if posts != (counted := len(self._book.counted(t_ms))):
            waits, unlike = await self._hall.waits(), self._book.unlike(t_ms)
            return f"the hub counts {posts} posts, in the log are {counted}; {waits:.0f} records wait, {unlike}"
        if posts != (analysed := self._book.analysed(t_ms).numbers.posts):
            return f"the hub counts {posts} posts, agora analyse {analysed}"
        oracle: dict[str, Any] = json.loads(await asyncio.to_thread(self._book.said, t_ms, rng))
        other = {
            key: difference(said, told.get(key))
            for key, said in oracle.items()
            if key != "sources" and said != told.get(key)
        }
        return (
            "the snapshot is another one: " + ", ".join(f"{key}{how}" for key, how in sorted(other.items()))
            if other
            else ""
        )

    def _went_on(self, faults: Iterable[Fault], pids: dict[str, int | None], ended: list[str]) -> Iterable[str]:
        """What stopped that nothing had befallen."""
        harmed = {fault.what for fault in faults}
        cut = {fault.kind for fault in faults}
        if cut & {"checkpoint cut", "WAL cut", "log cut"}:
            harmed.add("hub")
        if cut & {"spool cut", "WAL cut", "log cut"}:
            harmed.add("ingest")
        for name, pid in pids.items():
            if name not in harmed and self._hall.pid(name) != pid:
                yield f"{name} did not go on: {'; '.join(line for line in ended if line.startswith(name))}"
        for name, dark_s in self._dark.items():
            if name not in harmed and dark_s > DARK_S * self._patience:
                yield f"{name} drew nothing for {dark_s:.1f} s"
        if self._hall.over:
            yield f"everything ended: {'; '.join(ended)}"

    async def _watch_walls(self) -> None:
        """For how long each wall used no processor, at most."""
        used: dict[str, tuple[int | None, int, float]] = {}
        while True:
            for n in range(WALLS):
                name = f"wall{n + 1}"
                pid, now = self._hall.pid(name), time.monotonic()
                ticks = _ticks(pid)
                before = used.get(name)
                if before is None or before[0] != pid or before[1] != ticks:
                    used[name] = (pid, ticks, now)
                else:
                    self._dark[name] = max(self._dark.get(name, 0.0), now - before[2])
            await asyncio.sleep(LOOK_S)

    async def _running(self) -> bool:
        return all(self._hall.pid(name) is not None for name in PARTS)

    async def _ready(self) -> bool:
        return await self._hall.desk.ready()

    async def _flows(self) -> bool:
        posts: int = (await self._hall.desk.snapshot())["numbers"]["posts"]
        return posts > 0 and not await self._hall.waits()

    async def _lit(self) -> bool:
        told = await self._hall.desk.walls()
        fresh = [w for w in told["walls"] if w["confirmed"] and w["age_ms"] <= FRESH_MS and w["fps"] > 0]
        return len({screen for wall in fresh for screen in wall["screens"]}) == WALLS

    async def _told(self, until_ms: int) -> bool:
        """Whether the log has what the simulated event told since the beginning, and what was acknowledged."""
        if (end := max(self._planned_ms, until_ms - SETTLE_MS)) > self._planned_ms:
            planned = self._planned(self._planned_ms, end)
            self._expected |= planned.ids
            self._expected_gone |= planned.gone
            self._planned_ms = end
        # What was taken back need not be there any more: the log writes over it.
        self._expected -= self._book.ids.keys() | self._book.gone | self._lost.ids
        self._expected_gone -= self._book.gone | self._lost.gone
        return not self._expected and not self._expected_gone

    def _planned(self, begin_ms: int, end_ms: int) -> Harm:
        """What the simulated event tells between two times."""
        items = list(self._world.events(begin_ms, end_ms))
        ids = frozenset(item.id for item in items if isinstance(item, Mention))
        return Harm(ids, frozenset(item.target for item in items if not isinstance(item, Mention)))

    async def _until(self, what: Callable[[], Any], within_s: float, expected: str) -> None:
        end = time.monotonic() + within_s * self._patience
        while True:
            with contextlib.suppress(*Silent):
                if await what():
                    return
            if self._hall.over:
                raise Failed(f"{expected}: everything has ended")
            if time.monotonic() > end:
                raise Failed(f"not within {within_s * self._patience:.0f} s: {expected}")
            await asyncio.sleep(LOOK_S)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def difference(wanted: Any, told: Any) -> str:
    """Where two pieces of JSON differ first, and how."""
    if isinstance(wanted, dict) and isinstance(told, dict):
        key = next(k for k in [*wanted, *told] if wanted.get(k) != told.get(k))
        return f".{key}{difference(wanted.get(key), told.get(key))}"
    if isinstance(wanted, list) and isinstance(told, list) and len(wanted) == len(told):
        place = next(i for i, (one, other) in enumerate(zip(wanted, told, strict=True)) if one != other)
        return f"[{place}]{difference(wanted[place], told[place])}"
    return f" is {json.dumps(told)[:120]}, not {json.dumps(wanted)[:120]}"


def _ticks(pid: int | None) -> int:
    """Processor time that a process has used, in clock ticks."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return int(fields[11]) + int(fields[12])
