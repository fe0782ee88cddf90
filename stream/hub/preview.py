"""The preview: a layout with the present data, before it is taken, drawn by an off-screen wall of its own.

That wall is a process of low priority which lives only while somebody asks for it; one at a time, and a few frames a second.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable
from typing import Final, NamedTuple

import structlog

from stream.config import Config, environment_of
from stream.hub.board import Board
from stream.hub.stage import Stage
from stream.supervisor import die_with_parent, wait_before
from stream.wire.messages import Layout, OnAir, Picture, Watch, encode

CHANNEL: Final = "preview:"
"""What begins so on the board is for the preview's wall alone."""
ASKED_MS: Final = 10_000
"""Who looks asks again within so long."""
WARM_MS: Final = 25_000
"""How long the process is kept after the last ask, so that the next preview comes at once."""
SETTLED_MS: Final = 250
"""A picture drawn so soon after the layout was chosen may still show the one before."""
LOOK_S: Final = 0.5
TRIES: Final = 3
GRACE_S: Final = 3.0
LOW: Final = 15
"""Niceness of the process."""
LATE_MS: Final = 2_000
"""The preview's layout has been on for so long already, so that no switch is drawn."""

log = structlog.get_logger(__name__)


class Busy(Exception):
    """``by`` looks at a preview of ``layout`` just now."""

    def __init__(self, by: str, layout: str) -> None:
        super().__init__(f"{by} looks at {layout}")
        self.by, self.layout = by, layout


class Unseen(Exception):
    """The preview cannot be drawn here; says why."""


class _Asked(NamedTuple):
    who: str
    by: str
    layout: Layout
    since: int
    until: int


class Preview:
    """All methods belong to the event loop; ``clock`` is hub time in ms."""

    def __init__(self, config: Config, stage: Stage, board: Board, clock: Callable[[], float]) -> None:
        self.pid: int | None = None
        """The process, while it lives."""
        self.picture: Picture | None = None
        self._config = config
        self._stage = stage
        self._board = board
        self._clock = clock
        self._asked: _Asked | None = None
        self._warm_until = 0.0
        self._rev = 0
        self._failed = 0
        self._said = ""
        self._wanted = asyncio.Event()
        board.put(f"{CHANNEL}watch", encode(Watch(width=960, fps=2.0)))

    @property
    def layout(self) -> str:
        """What is looked at; empty when nobody looks."""
        return self._asked.layout.name if self._asked else ""

    def watched_by(self, who: str) -> bool:
        """Whether the pictures are for ``who``."""
        return self._asked is not None and self._asked.who == who

    def look(self, layout: Layout, who: str, by: str) -> None:
        """``who`` (a session), at the desk ``by``, looks at ``layout`` for the next seconds. Raises ``Busy`` and ``Unseen``."""
        now = int(self._clock())
        before = self._asked if self._asked and now < self._asked.until else None
        if before and before.who != who and before.layout != layout:
            raise Busy(before.by, before.layout.name)
        if self._failed >= TRIES:
            self._failed = 0
            raise Unseen(self._said or "its process ends again and again; the log says why")
        if before is None or before.layout != layout:
            self.picture = None
            self._rev += 1
            self._stage.preview(OnAir(at=now - LATE_MS, rev=self._rev, layout=layout, why="preview"))
        since = before.since if before and before.layout == layout else now
        self._asked = _Asked(who, by, layout, since, now + ASKED_MS)
        self._warm_until = now + WARM_MS
        self._wanted.set()

    def leave(self, who: str) -> None:
        """``who`` does not look any more."""
        if self._asked is not None and self._asked.who == who:
            self._end()

    def painted(self, picture: Picture) -> bool:
        """The preview's wall has sent a picture; whether it is one of what is looked at."""
        if self._asked is None or picture.at < self._asked.since + SETTLED_MS:
            return False
        self.picture = picture
        self._failed = 0
        return True

    async def keep(self) -> None:
        """Run the process while it is wanted, for ever."""
        try:
            while True:
                await self._wanted.wait()
                await self._run()
        finally:
            self._end()

    async def _run(self) -> None:
        command = (sys.executable, "-m", "wall", "--preview", "--headless", "--hub", self._config.hub.nearby)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                env={**os.environ, **environment_of(self._config)},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.PIPE,
                process_group=0,  # in the hub's session: where the kernel shares by session, being nice counts within one
                preexec_fn=_humbly,
            )
        except OSError as fault:
            self._fail(str(fault))
            await asyncio.sleep(LOOK_S)
            return
        self.pid = process.pid
        assert process.stderr is not None
        listening = asyncio.create_task(_last_line(process.stderr), name="preview-says")
        try:
            while process.returncode is None and self._clock() < self._warm_until:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(asyncio.shield(process.wait()), LOOK_S)
                if self._asked is not None and self._clock() >= self._asked.until:
                    self._end()
        finally:
            self.pid = None
            code = process.returncode
            await _ended(process)
            listening.cancel()
        if code is not None:
            self._fail((await _said(listening)) or f"it ended with code {code}")
            await asyncio.sleep(wait_before(self._failed))
        else:
            self._wanted.clear()

    def _fail(self, why: str) -> None:
        self._failed, self._said = self._failed + 1, why
        log.warning("the preview's wall ended", fault=why)
        if self._failed >= TRIES:
            self._end()
            self._wanted.clear()

    def _end(self) -> None:
        self._asked, self.picture = None, None
        self._stage.preview(None)


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Ask the process to end, and make it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), GRACE_S)
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _last_line(stream: asyncio.StreamReader) -> str:
    """The last line that a process writes, read to its end so that it never waits for us."""
    last = b""
    while chunk := await stream.read(1 << 14):
        lines = [line for line in (last + chunk).split(b"\n") if line.strip()]
        last = lines[-1][-400:] if lines else b""
    return last.decode("utf-8", "replace").strip()


async def _said(listening: asyncio.Task[str]) -> str:
    with contextlib.suppress(asyncio.CancelledError):
        return await listening
    return ""


def _humbly() -> None:
    """In the child: end with the hub, and take what processor time others leave."""
    die_with_parent()
    os.nice(LOW)
