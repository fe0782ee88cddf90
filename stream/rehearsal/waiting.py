"""Waiting for what a sheet expects, and telling how long it took."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from stream.rehearsal.desk import Silent
from stream.rehearsal.sheet import Check

PATIENCE: Final = 3.0
"""How many times longer than expected is waited, so that the sheet can say how long it took."""
LOOK_S: Final = 0.1


async def until(what: Callable[[], Awaitable[bool]], expected: str, within_s: float) -> Check:
    """Wait for something; how long it took, or that it never came."""
    began = time.monotonic()
    while (took := time.monotonic() - began) < PATIENCE * within_s:
        with suppress(*Silent):
            if await what():
                took = time.monotonic() - began
                return Check(f"{expected} within {within_s:g} s", f"{took:.1f} s", took <= within_s)
        await asyncio.sleep(LOOK_S)
    return Check(f"{expected} within {within_s:g} s", f"not after {took:.0f} s", ok=False)
