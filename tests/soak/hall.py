"""The hall: ingest, hub and walls as real processes under the supervisor, on a log, a disk and clocks that can be harmed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple, Self

import httpx2

from stream.config import Config, load
from stream.hub import auth
from stream.rehearsal.desk import Desk
from stream.rehearsal.slow import SlowLine
from stream.supervisor import Part, Supervisor
from tests.kafka import Broker
from tests.soak import clock

SECRET: Final = "whsec_" + "c29hay1zb2FrLXNvYWstc29hay1zb2FrLXNvYWs="
SENDER: Final = "crowd"
WALLS: Final = 2
DISK_MB: Final = 192
KEPT: Final = 400
"""Lines of what the parts said that are kept of a round that failed."""
PARTS: Final = ("hub", "ingest", *(f"wall{n + 1}" for n in range(WALLS)))
ROOT: Final = Path(__file__).parent.parent.parent

_SETTINGS: Final = """
[log]
url = "{log}"
timeout_s = 3.0
[ingest]
sources = ["simulation", "webhook"]
spool = "{var}/spool"
metrics_port = 0
[simulation]
rate = {rate}
seed = {seed}
[hub]
port = {hub}
window_s = 60
checkpoint = "{var}/checkpoint"
checkpoint_s = 2.0
[show]
delay_s = 0.0
[media]
fetch = false
[moderation.raid]
on = false
[wall]
columns = {walls}
rows = 1
width = 426
height = 240
pitch_mm = 2.9
[webhook]
port = {webhook}
[webhook.senders.{sender}]
secret = "{secret}"
"""


class Harm(NamedTuple):
    """What was told to be safe, and may have been destroyed since: ids of mentions, targets of retractions."""

    ids: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()


NONE: Final = Harm()


class Disk:
    """A folder on a small disk of its own where that is allowed (root), else an ordinary one."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        size = f"size={megabytes}m"
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
        )
        self.small = mounted.returncode == 0

    def fill(self) -> None:
        """Leave not a byte. Only a small one may be filled."""
        with (self.folder / "ballast").open("wb", buffering=0) as file, contextlib.suppress(OSError):
            for size in (1 << 20, 4096, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def clear(self) -> None:
        """Give the room back."""
        (self.folder / "ballast").unlink(missing_ok=True)

    def remove(self) -> None:
        if self.small:
            subprocess.run(["umount", "--lazy", str(self.folder)], capture_output=True, check=False)


class Hall:
    """Everything in ``folder``; ``kafka`` says on which log. ``ended`` tells how parts ended, oldest first."""

    def __init__(self, folder: Path, seed: int, rate: float, *, kafka: bool) -> None:
        self.folder, self.seed, self.rate = folder, seed, rate
        self.disk = Disk(folder / "var", DISK_MB)
        self.var = self.disk.folder
        self.ports = {name: _free_port() for name in ("hub", "webhook")}
        rng = random.Random(seed)
        self.lines = {"walls": SlowLine(self.ports["hub"], rng)}
        self.broker: Broker | None = None
        if kafka:
            self.broker = Broker()
            self.lines["log"] = SlowLine(self.broker.port, rng)
        self.clocks = {name: folder / f"{name}.clock" for name in PARTS}
        for path in self.clocks.values():
            clock.make(path)
        self.ended: list[str] = []
        self.acknowledged: Callable[[], Harm] = lambda: NONE
        """What ingest has told to be safe by now; whoever sends it knows."""
        self.planned: Callable[[int, int], Harm] = lambda *_: NONE
        """What the simulated event tells between two times."""
        self.supervisor = Supervisor((), folder / "agora.log", self.ended.append)
        self.desk: Desk
        self.config: Config
        self._task: asyncio.Task[int] | None = None

    @property
    def url(self) -> str:
        """The log as its readers know it."""
        return f"kafka://127.0.0.1:{self.lines['log'].port}" if self.broker else f"sqlite:{self.var}/agora.db"

    async def __aenter__(self) -> Self:
        try:
            await self._light()
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def _light(self) -> None:
        for line in self.lines.values():
            await line.__aenter__()
        if self.broker is not None:
            # Clients come through the line, so that it can be slowed and cut.
            told = "advertised.listeners=BROKER://127.0.0.1:{},"
            text = self.broker.properties.read_text()
            text = text.replace(told.format(self.broker.port), told.format(self.lines["log"].port))
            self.broker.properties.write_text(text)
            await asyncio.to_thread(self.broker.start)
        file = self.folder / "agora.toml"
        file.write_text(_SETTINGS.format(
            log=self.url, var=self.var, rate=self.rate, seed=self.seed, walls=WALLS, secret=SECRET, sender=SENDER,
            **self.ports,
        ))  # fmt: skip
        self.config = load(file)
        pins = auth.ensure(self.var)
        assert pins is not None
        self.desk = Desk(f"http://127.0.0.1:{self.ports['hub']}", pins["operator"])
        self.supervisor.parts = tuple(self._part(name, file) for name in PARTS)
        self._task = asyncio.create_task(self.supervisor.run(), name="hall")

    async def __aexit__(self, *_: object) -> None:
        self.supervisor.stop()
        for name in PARTS:
            self.signal(name, signal.SIGCONT)
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
            await self.desk.__aexit__()
        for line in self.lines.values():
            await line.__aexit__()
        if self.broker is not None:
            await asyncio.to_thread(self.broker.remove)
        self.disk.remove()

    @property
    def over(self) -> bool:
        """Whether the supervisor has given up."""
        return self._task is None or self._task.done()

    def pid(self, name: str) -> int | None:
        """The process of a part that runs now."""
        return self.supervisor.running.get(name)

    def signal(self, name: str, sign: signal.Signals) -> None:
        """Send a running part a signal."""
        if (pid := self.pid(name)) is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sign)

    async def waits(self) -> float:
        """How many mentions the hub has not yet applied, as it says itself."""
        headers = {"authorization": f"Bearer {auth.load(self.var).tokens['metrics']}"}
        async with httpx2.AsyncClient(timeout=10.0, headers=headers) as client:
            page = (await client.get(f"http://127.0.0.1:{self.ports['hub']}/metrics")).text
        return next(float(line.split()[1]) for line in page.splitlines() if line.startswith("agora_queue_records "))

    @property
    def spool(self) -> Path:
        """The folder where ingest keeps what the log did not take."""
        return next((self.var / "spool").glob("*-*"))

    def keep(self, path: Path) -> None:
        """Write the last that the parts said to ``path``."""
        path.parent.mkdir(parents=True, exist_ok=True)
        log = self.folder / "agora.log"
        path.write_bytes(b"\n".join(log.read_bytes().splitlines()[-KEPT:]) if log.exists() else b"")

    def _part(self, name: str, settings: Path) -> Part:
        command: tuple[str, ...] = (name,)
        if name.startswith("wall"):
            hub = f"http://127.0.0.1:{self.lines['walls'].port}"
            command = ("wall", "--headless", "--hub", hub, "--screens", name.removeprefix("wall"), "--name", name)
        environment = {"AGORA_CONFIG": str(settings), "AGORA_VAR": str(self.var), "PYTHONPATH": str(ROOT)}
        # Drawing takes what there is: it must not take it from what is measured.
        gently = ("nice", "-n", "10") if name.startswith("wall") else ()
        run = (*gently, sys.executable, "-m", "tests.soak.clock", str(self.clocks[name]))
        return Part(name, (*run, *command), environment)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
