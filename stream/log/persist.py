"""Persisting: a call to the log is tried again and again while the log is away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import structlog

from stream.log import LogDamaged, LogUnavailable

RETRY_S: Final = 0.5
RETRY_MAX_S: Final = 5.0

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Persistence:
    """Says once that the log is away, and once that it is back. ``failed`` is called each time that it does not answer."""

    def __init__(self, failed: Callable[[], None] = lambda: None) -> None:
        self._failed = failed
        self.fault = ""
        """Why the log does not answer now; empty while it does."""

    async def __call__(self, call: Callable[[], Awaitable[T]]) -> T:
        """What ``call`` gives, however long that takes. Raises ``LogDamaged``, which waiting does not mend."""
        wait = RETRY_S
        while True:
            try:
                result = await call()
            except LogDamaged:
                raise
            except LogUnavailable as fault:
                if not self.fault:
                    log.warning("the log is not there", fault=str(fault))
                self.fault = str(fault)
                self._failed()
                await asyncio.sleep(wait)
                wait = min(RETRY_MAX_S, wait * 2)
            else:
                if self.fault:
                    log.warning("the log is back")
                    self.fault = ""
                return result
