"""Looking back on the wall: a stretch of the past is read from the log by a process of its own, then played in a minute.

One at a time. While it plays it is a person's take; it ends by itself, and the tape is let go.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import sys
from collections.abc import Callable
from typing import Any, Final, NamedTuple, Protocol

import msgspec
import structlog

from stream.config import Config
from stream.hub.board import Board
from stream.hub.desk import Desk
from stream.hub.lookback import MOMENTS
from stream.hub.programme import FOCUSED, SAFE, SPEAKER
from stream.hub.tape import Tape
from stream.hub.winder import Wish
from stream.show.agenda import between
from stream.supervisor import die_with_parent
from stream.wire.messages import OnAir

PLAY_MS: Final = 60_000
"""The whole stretch is shown in this time."""
KEPT_MS: Final = 30_000
"""So long after it was shown, or wound and not shown, a tape is kept: somebody may look at a moment once more."""
LARGEST: Final = 1 << 27
"""Bytes of a moment; a process that announces more is broken."""
LOW: Final = 5
"""Niceness of the process."""
TOLD_S: Final = 0.25
LOOK_MS: Final = 5_000
"""A look at a moment near the end lasts so long at least."""
CALM: Final = frozenset({SPEAKER, SAFE.name, *(name for names in FOCUSED.values() for name in names)})
"""Layouts that a look back is not shown on, since they are for now alone. The default stands in, also for those without a title
beside which it could be said which moment it is."""

log = structlog.get_logger(__name__)


class Unwound(Exception):
    """The past cannot be shown now; says why."""


class Player(Protocol):
    """Who plays a tape: the analyst."""

    def record(self, tape: Tape | None) -> None:
        """Take this tape from now on; returns at once."""
        ...


class _Asked(NamedTuple):
    since: int
    until: int
    layout: str
    by: str


class Rewind:
    """All methods belong to the event loop. ``clock`` is hub time in ms, ``now`` gives T.

    ``tablet`` reads its channel ``rewind``: ``{at, state, fault}`` with the states ``off winding ready``, and but for ``off``
    ``{by, layout, share, asked, since, until, times, heard, sessions}``: ``asked`` is the T that was asked for as ``since``,
    ``heard`` the mentions in the time before each of ``times``.
    """

    def __init__(
        self,
        config: Config,
        *,
        desk: Desk,
        player: Player,
        tablet: Board,
        clock: Callable[[], float],
        now: Callable[[], int],
    ) -> None:
        self._config = config
        self._desk = desk
        self._player = player
        self._tablet = tablet
        self._clock = clock
        self._now = now
        self._tape: Tape | None = None
        self._whole = False
        self._asked: _Asked | None = None
        self._work: asyncio.Task[None] | None = None
        self._kept_until = 0.0
        self._fault = ""
        self._told: dict[str, Any] = {}

    def wind(self, minutes: int, *, layout: str | None, seen_rev: int | None, by: str) -> None:
        """Begin to read the last ``minutes``; they go on air when all is read.

        Raises ``Unwound`` while somebody else looks back or nothing can be seen of it, ``Conflict`` as ``Desk.take`` does.
        """
        on_air = self._desk.on_air
        self._desk.programme.check(seen_rev, by)
        if on_air.panic or on_air.frozen:
            raise Unwound("the picture is held, or the safe scene is on; release it first")
        if self._work is not None and not self._work.done() and self._asked is not None and self._asked.by != by:
            raise Unwound(f"{self._asked.by} winds back just now")
        self._stop()
        until = self._now()
        now, programme = on_air.layout, self._desk.programme
        fit = programme.knows(now.name) and now.name not in CALM and now.title
        chosen = layout or (now.name if fit else self._config.wall.layout)
        self._asked = _Asked(until - minutes * 60_000, until, chosen, by)
        self._fault = ""
        self._tape = Tape(secrets.token_hex(4))
        self._player.record(self._tape)
        self._work = asyncio.create_task(self._read(self._tape, self._asked), name="hub-rewind")
        self.tell()

    async def play(self, since: int | None, by: str) -> OnAir:
        """Show the past from T ``since`` on, by default from its beginning. Raises ``Unwound`` when there is none to show."""
        tape, asked = self._tape, self._asked
        if tape is None or asked is None or not self._whole:
            raise Unwound("the past is not read yet" if self._work else "nothing was wound back; do that first")
        first, last = tape.times[0], tape.times[-1]
        begin = min(max(first, first if since is None else since), last - 1)
        at = self._desk.next_at()
        ends = at + max(LOOK_MS, PLAY_MS * (last - begin) // max(1, last - first))
        value = {"layout": asked.layout, "tape": tape.key, "since": begin, "until": last, "begun": at, "ends": ends}
        self._desk.programme.tape = tape.key
        on_air = await self._desk.look_back(value, by, at)
        self._kept_until = ends + KEPT_MS
        self.tell()
        return on_air

    async def live(self, by: str) -> OnAir:
        """Back to now."""
        self._stop()
        on_air = await self._desk.look_back(None, by, self._desk.next_at())
        self._let_go()
        return on_air

    async def keep(self) -> None:
        """Let go of a tape that nobody looks at any more, and tell how it goes, for ever."""
        try:
            while True:
                await asyncio.sleep(TOLD_S)
                if self._whole and self._clock() >= self._kept_until and self._desk.on_air.back is None:
                    self._let_go()
                self.tell()
        finally:
            self._stop()

    def tell(self) -> None:
        """What tablets read, when it is something new."""
        tape, asked = self._tape, self._asked
        told: dict[str, Any] = {"state": "off", "fault": self._fault}
        if tape is not None and asked is not None:
            first = tape.times[0] if tape.times else asked.since
            told |= {
                "state": "ready" if self._whole else "winding",
                "by": asked.by,
                "share": min(1.0, len(tape.times) / (MOMENTS + 1)),
                "asked": asked.since,
                "since": first,
                "until": asked.until,
                "layout": asked.layout,
                "times": tape.times[:] if self._whole else [],
                "heard": tape.heard[:] if self._whole else [],
                "sessions": msgspec.to_builtins(between(self._desk.programme.plan.agenda, first, asked.until)),
            }
        if told != self._told:
            self._told = told
            self._tablet.put("rewind", msgspec.json.encode({"at": int(self._clock()), **told}))

    async def _read(self, tape: Tape, asked: _Asked) -> None:
        try:
            await self._run(tape, Wish(self._config, asked.since, asked.until))
            if len(tape.times) < 2:
                raise Unwound("the log holds nothing of that time")
            self._whole = True
            self._kept_until = self._clock() + KEPT_MS
            await self.play(None, asked.by)
        except (OSError, ValueError, Unwound) as fault:
            log.warning("the past cannot be shown", fault=str(fault))
            self._let_go(f"The past cannot be shown: {fault}.")

    async def _run(self, tape: Tape, wish: Wish) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "stream.hub.winder",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            preexec_fn=_humbly,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        said = asyncio.create_task(process.stderr.read(), name="rewind-says")
        try:
            process.stdin.write(msgspec.json.encode(wish))
            process.stdin.close()
            with contextlib.suppress(asyncio.IncompleteReadError):
                while True:
                    size = int.from_bytes(await process.stdout.readexactly(4), "little")
                    if size > LARGEST:
                        raise ValueError("its process has lost its way")
                    if data := await process.stdout.readexactly(size):
                        await asyncio.to_thread(tape.put, data)
            if await process.wait():
                last = (await said).decode("utf-8", "replace").strip().splitlines()
                raise Unwound(last[-1] if last else "its process ended without a word")
        finally:
            said.cancel()
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()

    def _stop(self) -> None:
        """End the reading, and let go of what was read."""
        if self._work is not None:
            self._work.cancel()
        self._let_go()

    def _let_go(self, fault: str = "") -> None:
        self._work, self._tape, self._asked, self._whole, self._fault = None, None, None, False, fault
        if self._desk.programme.tape:
            self._desk.programme.tape = ""
            self._desk.look()
        self._player.record(None)
        self.tell()


def _humbly() -> None:
    """In the child: end with the hub, and take what processor time others leave."""
    die_with_parent()
    os.nice(LOW)
