"""The hub: reads the log, knows the conversation, decides what is on air, and keeps the newest of everything on two boards.

Its doors (HTTP and websockets) are in ``stream.hub.app``; they only move what stands on ``board`` and ``tablet``.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

import structlog

from stream import advances
from stream.act.book import Want
from stream.analysis.memory import Memory
from stream.config import Config
from stream.count.partial import BUCKET
from stream.hub import greeting
from stream.hub.board import Board
from stream.hub.decisions import Value
from stream.hub.desk import Desk, Receipt
from stream.hub.engine import Engine
from stream.hub.foremost import Foremost
from stream.hub.keepsakes import Keepsakes
from stream.hub.memoir import memory_key
from stream.hub.metrics import Metrics
from stream.hub.minder import Minder
from stream.hub.pace import Pacer
from stream.hub.pictures import at_the_hub
from stream.hub.preview import Preview
from stream.hub.programme import Conflict, Programme
from stream.hub.reader import Follower
from stream.hub.rewind import Rewind
from stream.hub.shelf import Shelf
from stream.hub.stage import Stage
from stream.hub.threads import Analyst, Ended, Mover
from stream.hub.upkeep import Upkeep
from stream.hub.walls import WallBook
from stream.hub.warden import Warden
from stream.log import Record
from stream.wire.messages import Graph, Layout, OnAir, encode

__all__ = ["Conflict", "Hub", "Receipt", "now_ms"]

LAG_MS: Final = 5000
SWITCH_S: Final = 0.001
"""How long one thread may keep the others from running: analysis must not make a websocket wait."""
END_S: Final = 1.5

T = TypeVar("T")

log = structlog.get_logger(__name__)


def now_ms() -> int:
    """The wall clock in milliseconds UTC."""
    return time.time_ns() // 1_000_000


class Hub:
    """One hub on one log. All methods belong to the event loop that ``start`` ran in; the boards to any thread.

    ``board`` holds MessagePack frames for walls: ``hello light on_air graph:topics motion:topics graph:people motion:people
    labels:<panel> stories figures watch``. ``tablet`` holds JSON for tablets, each an object with ``at`` (hub time):

    - ``on_air``: ``{at, rev, layout, title, why, by, until, panic, frozen, saved, focus}``, ``focus`` null or ``{graph, id}``
    - ``posts``: ``{at, posts: [Post]}``, newest first; ``held``: ``{at, total, posts: [Post]}``, oldest first; a ``Post`` is
      ``{id, text, name, handle, author, source, lang, role, at, seen, state, reason, due, pictures}`` with the states
      ``shown waiting held hidden``
    - ``numbers``: ``{at, T, window_s, numbers, rising}`` · ``sources``: ``{at, sources}``
    - ``conversation``: ``{at, rising, topics, people}`` (``stream.hub.talk``) · ``tracks``: ``{tracks}`` · ``health``:
      ``{at, lines}`` · ``alerts``: ``{alerts}`` · ``joining``: ``{walls}``
    - ``act``: ``{at, open, claimed, answered, first_answer_ms, knows_us, posts}``, each a ``Post`` with ``followers``, ``url``,
      ``reasons``, ``stands``, ``by``, ``since`` and ``own``
    - ``rewind``: see ``stream.hub.rewind``
    - ``walls``: ``{at, walls: [{…WallState, age_ms, confirmed, late}]}`` · ``notice``: ``{at, notices: [{kind, text}]}``
    """

    def __init__(self, config: Config, *, wall_clock: Callable[[], int] = now_ms) -> None:
        self.config = config
        self.board, self.tablet = Board(), Board()
        self.metrics = Metrics()
        self._wall_clock = wall_clock
        self._latest = 0.0
        self.walls = WallBook(self.clock, self.board)
        self.shelf = Shelf(config, self._reshelved)
        self.pictures = at_the_hub(config, self.board, self.clock)
        self._stage = Stage(config.wall.grid, self.board, seed=config.simulation.seed)
        self._engine = Engine(
            config,
            board=self.board,
            tablet=self.tablet,
            stage=self._stage,
            metrics=self.metrics,
            removed=self.walls.words_removed,
            memory=Memory(memory_key(Path(config.hub.checkpoint))),
            pictures=self.pictures,
        )
        self._analyst = Analyst(
            self._engine,
            self._times,
            self.metrics,
            self._broke,
            catching_up=lambda: not self._follower.caught_up,
            per_record=BUCKET if config.hub.partials else 1,
        )
        self.pictures.changed = self._repicture
        self._mover = Mover(self._stage, self.clock, self.metrics, self._broke)
        path = Path(config.hub.checkpoint)
        self._upkeep = Upkeep(
            config,
            engine=self._engine,
            analyst=self._analyst,
            metrics=self.metrics,
            path=path,
            times=self._times,
            log_of=lambda: self._follower.log,
            prune=lambda current, now: self.desk.scribe.prune(current, now),  # noqa: PLW0108 (the desk comes later)
            ready=self.ready,
        )
        self._follower = self._new_follower()
        self.signed_in: Callable[[], tuple[int, int]] = lambda: (0, 0)
        """How many have signed in, and how many of them are idle; the doors know."""
        self.warden = Warden(config, clock=self.clock, tablet=self.tablet, path=path.with_name(path.name + ".alerts"))
        self.desk = Desk(
            Programme.of(config, self.shelf.layouts, int(self.clock())),
            self._analyst,
            stage=self._stage,
            board=self.board,
            tablet=self.tablet,
            metrics=self.metrics,
            clock=self.clock,
            log_of=lambda: self._follower.log,
            spool=path.with_name(path.name + ".decisions"),
            seen=self.warden.see,
        )
        self._pacer = Pacer(
            config,
            engine=self._engine,
            analyst=self._analyst,
            follower=self._follower,
            desk=self.desk,
            metrics=self.metrics,
            clock=self.clock,
        )
        self.preview = Preview(config, self._stage, self.board, self.clock)
        self.keepsakes = Keepsakes(self.board, self.clock, lambda: self._follower.log)
        self._foremost = Foremost(self.desk.scribe, self.keepsakes, self.metrics, self._apply)
        advances.brand(config.theme.font)
        self.rewind = Rewind(
            config, desk=self.desk, player=self._analyst, tablet=self.tablet, clock=self.clock, now=self.now
        )
        self.minder = Minder(
            config,
            board=self.board,
            tablet=self.tablet,
            metrics=self.metrics,
            walls=self.walls,
            presenter=self._engine.presenter,
            heard=self._engine.sources.heard,
            follower=self._follower,
            pacer=self._pacer,
            warden=self.warden,
            desk=self.desk,
            keepsakes=self.keepsakes,
            clock=self.clock,
            now=self.now,
            signed_in=lambda: self.signed_in(),  # noqa: PLW0108 (the doors tell later)
            faults=self.faults,
        )
        self._begun = False
        self._task: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._fault: BaseException | None = None
        self._broken = asyncio.Event()

    async def start(self) -> None:
        """Light the board and begin to read the log. Returns before the hub has caught up with it.

        Raises ``ValueError`` for a log's URL that names none.
        """
        if not self.config.log.url.startswith(("sqlite:", "kafka://")):
            raise ValueError(f"{self.config.log.url!r} names no log; write sqlite:var/agora.db or kafka://host:9092")
        sys.setswitchinterval(SWITCH_S)
        self._loop = asyncio.get_running_loop()
        self.minder.greet()
        if logo := greeting.logo(self.config, int(self.clock())):
            self.board.put(f"logo:{logo.name}", encode(logo))
        self.desk.scribe.resume()
        self._analyst.start()
        self._mover.start()
        self._task = asyncio.create_task(self._run(), name="hub")

    async def stop(self) -> None:
        """Write a checkpoint and end every task and thread; safe to call twice."""
        if self._task is None:
            return
        task, self._task = self._task, None
        with contextlib.suppress(OSError, TimeoutError, Ended):
            await asyncio.wait_for(self._upkeep.checkpoint(), END_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await asyncio.to_thread(self._analyst.end)
        await asyncio.to_thread(self._mover.end)
        self._broken.set()

    async def wait(self) -> None:
        """Return when the hub was stopped; raise what broke it if something did."""
        await self._broken.wait()
        if self._fault is not None:
            raise self._fault

    def now(self) -> int:
        """T, event time in milliseconds."""
        return self.config.clock.now(int(self.clock()))

    def clock(self) -> float:
        """Hub time in milliseconds: what ``at`` means in every message; never falls."""
        now = time.time_ns() / 1e6 if self._wall_clock is now_ms else float(self._wall_clock())
        self._latest = max(self._latest, now)
        return self._latest

    def ready(self) -> bool:
        """Whether the hub has caught up with the log and lags less than five seconds behind it."""
        alive = self._task is not None and not self._task.done() and self._fault is None
        return (
            alive
            and self._begun
            and self._follower.caught_up
            and not self._follower.fault
            and self._pacer.lag_ms() < LAG_MS
        )

    async def snapshot(self, at: int | None) -> bytes:
        """The snapshot at T, or at an earlier T still in the window, as JSON.

        Raises ``ValueError`` for a time not held, ``Ended`` when the hub has stopped.
        """
        try:
            return await self._analyst.ask(lambda: self._engine.snapshot(at, self.now()))
        except LookupError as fault:
            raise ValueError(str(fault)) from fault

    def layouts(self) -> Mapping[str, Layout]:
        """The layouts that may be taken, by name."""
        return self.shelf.layouts

    def faults(self) -> list[str]:
        """What is wrong in the layout files now, one ``file:line: sentence`` each, and in the agenda's file."""
        return [*self.shelf.faults, *self.desk.programme.faults]

    @property
    def on_air(self) -> OnAir:
        """What is on air and why."""
        return self.desk.on_air

    async def take(self, layout: str, *, seen_rev: int | None, by: str) -> OnAir:
        """Put a layout on air for 15 minutes or until ``back_to_programme``.

        Raises ``KeyError`` for a layout that does not exist and ``Conflict`` when somebody else decided what is on air after
        ``seen_rev``.
        """
        return self._told(await self.desk.take(self.shelf.layouts, layout, seen_rev=seen_rev, by=by))

    async def focus(self, graph: Graph, node_id: str, *, seen_rev: int | None, by: str) -> OnAir:
        """Turn the whole wall to one topic or one person, as long as a take lasts.

        Raises ``KeyError`` for one that is not in the newest snapshot, and ``Conflict`` as ``take`` does.
        """
        if not self._engine.presenter.knows(graph, node_id):
            raise KeyError(node_id)
        return self._told(await self.desk.focus(graph, node_id, seen_rev=seen_rev, by=by))

    async def put(self, subject: str, value: Value, *, seen: int | None, by: str) -> Receipt:
        """Write a plan down, or take it back with None. Raises ``Conflict`` as ``Desk.put`` does."""
        return self._told(await self.desk.put(subject, value, seen=seen, by=by))

    async def back_to_programme(self, by: str) -> OnAir:
        """End the take or the focus."""
        return self._told(await self.desk.back_to_programme(by))

    async def panic(self, on: bool, by: str) -> OnAir:
        """Show the safe scene on every screen, or release it. Survives restarts."""
        return self._told(await self.desk.panic(on, by))

    async def freeze(self, on: bool, by: str) -> OnAir:
        """Hold the picture (hides and deletions still apply), or release it."""
        return self._told(await self.desk.freeze(on, by))

    async def decide(
        self, subject: str, value: Mapping[str, Any] | None, *, by: str, reason: str = "", anyway: bool = True
    ) -> Receipt:
        """Decide about a subject: ``post:<id>`` with ``{"show": "hidden"}`` or ``{"show": "approved"}``, ``block:author:<id>``
        or ``block:term:<term>`` with ``{}``; None clears.

        Returns when it has taken effect. Raises ``ValueError`` for a subject or value that means nothing, and unless
        ``anyway`` ``Conflict`` when somebody else has just decided otherwise.
        """
        return self._told(await self.desk.decide(subject, value, by=by, reason=reason, anyway=anyway))

    async def want(self, post_id: str) -> Want | None:
        """How a post stands that wants an answer; None when it is not among them."""
        return await self._analyst.ask(lambda: self._engine.act.state(post_id))

    async def undo(self, audit_id: str, by: str) -> Receipt:
        """Write the old value of an audited decision back. Raises ``KeyError`` when the audit has no such id."""
        return self._told(await self.desk.undo(audit_id, by))

    async def audit(self, limit: int = 100) -> list[dict[str, Any]]:
        """The newest decisions, newest first: ``{id, at, by, subject, old, new, reason}``; ids, never content."""
        return await self.desk.audit(limit)

    def held(self) -> list[dict[str, Any]]:
        """Posts that wait for a decision, oldest first, with the reason (as on the tablet's ``held``)."""
        return list(self._engine.presenter.staff.held)

    def posts(self) -> list[dict[str, Any]]:
        """The newest posts with their state, newest first (as on the tablet's ``posts``)."""
        return list(self._engine.presenter.staff.posts)

    def _told(self, outcome: T) -> T:
        """``outcome``, when staff can see whether it is saved."""
        self.minder.notice()
        return outcome

    def _repicture(self) -> None:
        """A picture has come, so that cards and tablets may look otherwise."""
        self._analyst.call(self._engine.presenter.remove)

    def _new_follower(self) -> Follower:
        live = self.config.clock.mode == "live"
        return Follower(
            self.config.log,
            self.metrics,
            first=lambda records: self._foremost.take(records),  # noqa: PLW0108 (it comes later)
            mentions=self._analyst.mentions,
            began=self._began,
            resume=self._upkeep.resumed,
            since=int(self.clock()) - self._engine.state.window.reach if live else None,
            partials=self.config.hub.partials,
        )

    async def _apply(self, records: Sequence[Record]) -> None:
        when = int(self.clock())
        await self._analyst.ask(lambda: self._engine.apply(records, when))

    async def _began(self) -> None:
        """``control`` and ``retractions`` are read: the programme is known, and posts may be shown."""
        self._begun = True
        await self._foremost.applied()
        await self._analyst.ask(self._engine.begin)
        self._upkeep.begin()
        self.desk.open()

    async def _run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follower.run(), name="hub-follower")
                group.create_task(self._foremost.keep(), name="hub-applies")
                group.create_task(self.desk.scribe.publish(lambda: self._follower.log), name="hub-scribe")
                group.create_task(self.shelf.watch(), name="hub-layouts")
                group.create_task(self.minder.keep(), name="hub-mind")
                if self.warden.messenger is not None:
                    group.create_task(self.warden.messenger.run(), name="hub-messenger")
                group.create_task(self._upkeep.keep_checkpoints(), name="hub-checkpoints")
                group.create_task(self._upkeep.keep_house(), name="hub-house")
                group.create_task(self._upkeep.remember(), name="hub-memory")
                group.create_task(self._pacer.keep(), name="hub-pace")
                group.create_task(self.keepsakes.write(), name="hub-keepsakes")
                group.create_task(self.pictures.work(), name="hub-pictures")
                group.create_task(self.preview.keep(), name="hub-preview")
                group.create_task(self.rewind.keep(), name="hub-rewind")
        except BaseExceptionGroup as group_fault:
            fault: BaseException = group_fault
            while isinstance(fault, BaseExceptionGroup):
                fault = fault.exceptions[0]
            self._broke(fault)

    def _broke(self, fault: BaseException) -> None:
        """Something of our own failed: the hub is not ready any more, and ``wait`` raises."""
        if self._fault is None and not isinstance(fault, asyncio.CancelledError):
            self._fault = fault
            log.error("the hub is broken", fault="".join(traceback.format_exception(fault)))
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._broken.set)

    def _reshelved(self) -> None:
        self.desk.programme.shelve(self.shelf.layouts)
        self.desk.look()
        self.minder.notice()

    def _times(self) -> tuple[int, int]:
        now = int(self.clock())
        return now, self.config.clock.now(now)
