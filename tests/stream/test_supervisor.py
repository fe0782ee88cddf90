"""The supervisor, with real processes: what dies comes back, what cannot work is told, nothing is left behind."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from stream.supervisor import LONGEST_WAIT_S, Part, Supervisor, wait_before

SLEEPER = (sys.executable, "-c", "import signal; signal.pause()")
STUBBORN = (
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print('up', flush=True)\nwhile 1: signal.pause()",
)


def says(code: int, sentence: str) -> tuple[str, ...]:
    return (sys.executable, "-c", f"import sys; print({sentence!r}, file=sys.stderr); sys.exit({code})")


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


class Told:
    """The lines a person reads, and a way to wait for one."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._more = asyncio.Event()

    def __call__(self, line: str) -> None:
        self.lines.append(line)
        self._more.set()

    async def until(self, seen: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(20):
            while not seen(self.lines):
                self._more.clear()
                await self._more.wait()


async def running(supervisor: Supervisor, name: str) -> int:
    async with asyncio.timeout(20):
        while name not in supervisor.running:
            await asyncio.sleep(0)
    return supervisor.running[name]


async def test_a_part_that_is_killed_comes_back(tmp_path: Path) -> None:
    """A killed part is told and started again, and stop ends it."""
    told = Told()
    supervisor = Supervisor([Part("wall", SLEEPER)], tmp_path / "log", told)
    task = asyncio.create_task(supervisor.run())
    first = await running(supervisor, "wall")
    os.kill(first, signal.SIGKILL)
    await told.until(lambda lines: len(lines) == 1)
    assert told.lines[0].startswith("wall was killed by SIGKILL; starting it again in 0.")
    second = await running(supervisor, "wall")
    assert second != first
    supervisor.stop(0)
    assert await task == 0
    assert not alive(second)


async def test_a_part_that_cannot_work_ends_all(tmp_path: Path) -> None:
    """Exit code 2 ends everything, with the part's own sentence."""
    told = Told()
    parts = [Part("hub", says(2, "port 8000 is in use")), Part("wall", SLEEPER)]
    assert await Supervisor(parts, tmp_path / "log", told).run() == 2
    assert told.lines == ["hub cannot work: port 8000 is in use"]


async def test_each_part_has_its_own_last_words(tmp_path: Path) -> None:
    """What others say meanwhile is not taken for the words of a part that ended; the log has all, with names."""
    told = Told()
    chatter = "import itertools\nfor i in itertools.count(): print('all is well', flush=True)"
    log = tmp_path / "log"
    late = f"""
import sys
print('port 8000 is in use\\n\\n', flush=True)
while b'well' not in open({str(log)!r}, 'rb').read(): pass
sys.exit(2)"""
    parts = [Part("ingest", (sys.executable, "-c", chatter)), Part("hub", (sys.executable, "-c", late))]
    assert await Supervisor(parts, log, told).run() == 2
    assert told.lines == ["hub cannot work: port 8000 is in use"]
    lines = set(log.read_text().splitlines())
    assert {"part=hub port 8000 is in use", "part=ingest all is well"} <= lines


async def test_a_finished_part_stays_finished(tmp_path: Path) -> None:
    """Exit code 0 is not tried again, and ends all only where the part is essential."""
    told = Told()
    assert await Supervisor([Part("film", says(0, ""), essential=True)], tmp_path / "log", told).run() == 0
    assert told.lines == ["film has finished"]


async def test_a_fault_is_told_with_its_last_line(tmp_path: Path) -> None:
    """A part that ends with another code is told with the last line that it wrote."""
    told = Told()
    supervisor = Supervisor([Part("ingest", says(1, "no disk"))], tmp_path / "log", told)
    task = asyncio.create_task(supervisor.run())
    await told.until(lambda lines: len(lines) >= 2)
    supervisor.stop(0)
    await task
    assert told.lines[0].startswith("ingest ended with code 1: no disk; starting it again in ")


async def test_what_does_not_listen_is_killed(tmp_path: Path) -> None:
    """A part that ignores SIGTERM is gone when run returns."""
    log = tmp_path / "log"
    supervisor = Supervisor([Part("stubborn", STUBBORN)], log, Told())
    task = asyncio.create_task(supervisor.run())
    pid = await running(supervisor, "stubborn")
    async with asyncio.timeout(20):
        while b"up" not in log.read_bytes():
            await asyncio.sleep(0.01)
    supervisor.stop(0)
    assert await task == 0
    assert not alive(pid)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_waits_grow_and_stay_bounded(attempt: int, jitter: float) -> None:
    """Each wait is at least the one before and never beyond the longest with its jitter."""
    assert wait_before(attempt, 0) <= wait_before(attempt + 1, 0)
    assert wait_before(attempt, jitter) <= LONGEST_WAIT_S * 1.2
