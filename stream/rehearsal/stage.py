"""The stage: the real parts of Agora as processes of their own, on a log of their own, with a line that can be slowed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Self

import msgspec

from stream import machine
from stream.config import Config
from stream.hub import auth
from stream.rehearsal.desk import Desk
from stream.rehearsal.plan import Plan
from stream.rehearsal.slow import SlowLine
from stream.supervisor import Part, Supervisor

START_S: Final = 60.0
LOOK_S: Final = 0.1


class NotLit(RuntimeError):
    """The parts did not start; the message says which, and where their output is."""


class Stage:
    """``source`` are the arguments of the command that feeds the log. The folder ``var`` holds everything it writes."""

    def __init__(
        self, config: Config, plan: Plan, source: Sequence[str], var: Path, tell: Callable[[str], None]
    ) -> None:
        self.plan = plan
        self.config = msgspec.structs.replace(config, hub=msgspec.structs.replace(config.hub, port=_free_port()))
        self.var = var
        self.screens = config.wall.grid.count
        self._source, self._tell = tuple(source), tell
        self._task: asyncio.Task[int] | None = None
        made = auth.ensure(var)
        pin = (made or auth.new_pins(var, ["operator"]))["operator"]
        self.desk = Desk(f"http://127.0.0.1:{self.config.hub.port}", pin)
        self.line = SlowLine(self.config.hub.port, random.Random(config.simulation.seed))
        self.supervisor = Supervisor((), var / "agora.log", tell)

    async def __aenter__(self) -> Self:
        await self.line.__aenter__()
        self.supervisor.parts = tuple(self._parts())
        self._task = asyncio.create_task(self.supervisor.run(), name="stage")
        try:
            await self._lit()
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        self.supervisor.stop()
        for name in tuple(self.supervisor.running):
            self.signal(name, signal.SIGCONT)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        await self.line.__aexit__(None, None, None)
        await self.desk.__aexit__(None, None, None)

    def wall_of(self, screen: int) -> str:
        """The name of the part that drives a screen."""
        return next(f"wall{i + 1}" for i, screens in enumerate(self.shares()) if screen in screens)

    def shares(self) -> list[tuple[int, ...]]:
        """Which screens each wall drives."""
        each, more = divmod(self.screens, self.plan.walls)
        shares, first = [], 1
        for i in range(self.plan.walls):
            count = each + (i < more)
            shares.append(tuple(range(first, first + count)))
            first += count
        return shares

    def signal(self, name: str, sign: signal.Signals) -> None:
        """Send a running part a signal."""
        pid = self.supervisor.running.get(name)
        if pid is not None:
            with suppress(ProcessLookupError):
                os.kill(pid, sign)

    def _parts(self) -> list[Part]:
        parts = machine.parts(self.config, self._source, headless=True)
        shared = {"AGORA_VAR": str(self.var)}
        if any(trouble.kind == "raid" for trouble in self.plan.troubles):
            # Who is to be held must not have been shown before: words wait as they will at the event.
            shared["AGORA_SHOW_DELAY_S"] = f"{self.config.show.delay_s:g}"
        others = [
            msgspec.structs.replace(p, environment={**p.environment, **shared}) for p in parts if p.name != "wall"
        ]
        wall = next(p for p in parts if p.name == "wall")
        hub = ("--hub", f"http://127.0.0.1:{self.line.port}")
        walls = []
        for i, screens in enumerate(self.shares()):
            name = f"wall{i + 1}"
            share = ("--screens", ",".join(map(str, screens)), "--name", name)
            command = (sys.executable, "-m", "agora", "wall", "--headless", *hub, *share)
            walls.append(Part(name, command, {**wall.environment, **shared}))
        return [*others, *walls]

    async def _lit(self) -> None:
        """Wait until the hub is ready and every screen has a wall."""
        said = "the hub is not ready"
        for _ in range(int(START_S / LOOK_S)):
            assert self._task is not None
            if self._task.done():
                break
            if await self.desk.ready():
                with suppress(Exception):
                    await self.desk.sign_in()
                    dead = (await self.desk.walls())["dead"]
                    if not dead:
                        return
                    said = f"no wall shows screens {', '.join(map(str, dead))}"
            await asyncio.sleep(LOOK_S)
        raise NotLit(f"{said} after {START_S:.0f} s; {self.var / 'agora.log'} says more")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
