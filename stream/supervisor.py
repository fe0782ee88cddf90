"""The supervisor: keeps the parts of one machine running.

A part that dies is started again after a wait that grows from a quarter of a second to half a minute, and that is short
again once the part has run for a minute. Exit code 0 means that a part has finished, 2 that it cannot work as configured:
neither is tried again, and 2 ends everything, because trying again would not help.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

FINISHED: Final = 0
MISCONFIGURED: Final = 2
FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 30.0
STEADY_S: Final = 60.0
LINE_LIMIT: Final = 1 << 16
LAST_WORDS_S: Final = 1.0
GRACE_S: Final = 4.0
"""How long parts have to end by themselves before they are killed."""

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Part(msgspec.Struct, frozen=True):
    """One process: its name in the log, its command, what its environment adds, and whether all ends when it finishes."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = {}
    essential: bool = False


def wait_before(attempt: int, jitter: float = 0.0) -> float:
    """Seconds before the ``attempt``-th restart in a row (from 0); ``jitter`` in 0 … 1 adds up to a fifth."""
    return min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt, 10)) * (1 + 0.2 * jitter)


class Supervisor:
    """Runs parts until told to stop.

    Their output goes to ``log``, each line with its part's name; ``tell`` gets one line a fact for the person who watches.
    """

    def __init__(self, parts: Sequence[Part], log: Path, tell: Callable[[str], None]) -> None:
        self.parts = tuple(parts)
        self.log = log
        self.tell = tell
        self.running: dict[str, int] = {}
        """Process id of each part that runs now."""
        self._stopping = asyncio.Event()
        self._code = 0

    def stop(self, code: int = 0) -> None:
        """End everything; ``run`` then returns ``code``."""
        if not self._stopping.is_set():
            self._code = code
            self._stopping.set()

    async def run(self) -> int:
        """Start all parts and keep them running until ``stop`` or a signal; returns the exit code."""
        loop = asyncio.get_running_loop()
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(sign, self.stop, 0)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            tasks = [asyncio.create_task(self._keep(part, output), name=part.name) for part in self.parts]
            await self._stopping.wait()
            await asyncio.gather(*tasks)
        return self._code

    async def _keep(self, part: Part, output: BinaryIO) -> None:
        attempt = 0
        while not self._stopping.is_set():
            started = time.monotonic()
            process = await asyncio.create_subprocess_exec(
                *part.command,
                env={**os.environ, **part.environment},
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )
            self.running[part.name] = process.pid
            assert process.stdout is not None
            said = asyncio.create_task(_written(part.name, process.stdout, output), name="output")
            code = await self._ended(process)
            del self.running[part.name]
            # A grandchild may hold the pipe open.
            await asyncio.wait({said}, timeout=LAST_WORDS_S)
            last = said.result() if said.done() else ""
            said.cancel()
            if self._stopping.is_set():
                return
            if code == FINISHED:
                self.tell(f"{part.name} has finished")
                if part.essential:
                    self.stop(0)
                return
            if code == MISCONFIGURED:
                self.tell(f"{part.name} cannot work: {last or 'see ' + str(self.log)}")
                self.stop(MISCONFIGURED)
                return
            attempt = 0 if time.monotonic() - started > STEADY_S else attempt
            wait = wait_before(attempt, (process.pid % 97) / 97)
            attempt += 1
            what = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
            self.tell(
                f"{part.name} {what}{': ' + last if last and code > 0 else ''}; starting it again in {wait:.1f} s"
            )
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    async def _ended(self, process: asyncio.subprocess.Process) -> int:
        """The exit code of ``process``, which is asked to end, and after a grace made to, when everything stops."""
        ended = asyncio.create_task(process.wait(), name="process")
        stopping = asyncio.create_task(self._stopping.wait(), name="stopping")
        await asyncio.wait({ended, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not ended.done():
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            done, _ = await asyncio.wait({ended}, timeout=GRACE_S)
            if not done:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        return await ended


async def _written(name: str, said: asyncio.StreamReader, output: BinaryIO) -> str:
    """Write what a part says to ``output``, each line with the part's name; returns its last line when it says no more."""
    rest, last = b"", b""
    while chunk := await said.read(1 << 16):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > LINE_LIMIT:
            lines, rest = [*lines, rest], b""
        _write(name, lines, output)
        last = next((line for line in reversed(lines) if line.strip()), last)
    _write(name, [rest] if rest else [], output)
    return (rest.strip() or last.strip()).decode("utf-8", "replace")[:400]


def _write(name: str, lines: Sequence[bytes], output: BinaryIO) -> None:
    if lines:
        # A full disk must not end what keeps the wall lit.
        with contextlib.suppress(OSError):
            output.write(b"".join(b"part=%s %s\n" % (name.encode(), line) for line in lines))
            output.flush()


def die_with_parent() -> None:
    """In the child: end when the supervisor is gone, even if it was killed."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
