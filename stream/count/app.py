"""``agora count``: one worker in one process, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
import time

from stream.config import Config
from stream.count.worker import work
from stream.log import LogDamaged


def now_ms() -> int:
    """The wall clock in milliseconds UTC."""
    return time.time_ns() // 1_000_000


def run(config: Config) -> int:
    """Count until SIGTERM or SIGINT; exit code 0, or 2 with a sentence for what a person has to change."""
    try:
        asyncio.run(_run(config))
    except (ValueError, LogDamaged) as fault:
        print(f"agora count: {fault}", file=sys.stderr)
        return 2
    return 0


async def _run(config: Config) -> None:
    working = asyncio.create_task(work(config, now_ms), name="count")
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, working.cancel)
    try:
        await working
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group:
        fault: BaseException = group
        while isinstance(fault, BaseExceptionGroup):
            fault = fault.exceptions[0]
        raise fault from group
