"""How a source does: told by its signs of life, its items and its failures. Durations are monotonic."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from ingest.source import SourceUnavailable
from stream.mention import Condition, SourceStatus

LIVE_S: Final = 60.0
"""A source whose newest item is younger is live."""
SILENCE_S: Final = 300.0
"""A source that gives no sign of life for longer is not well, unless it says otherwise with ``silence_s``."""
WELL_S: Final = 60.0
"""A source that ran this long was well: its next failure is its first again, and the last fault is past."""
RATE_S: Final = 60.0

_LOOK: Final = "look at its network's state, and restart agora ingest if this stays"
_JOURNAL: Final = "the journal of agora ingest has the details"


class Told(Protocol):
    """What is said of a source whatever becomes of it."""

    @property
    def name(self) -> str: ...

    @property
    def tells_deletions(self) -> bool: ...


class Health:
    """One source's health. ``now`` tells milliseconds UTC, ``monotonic`` seconds."""

    def __init__(self, source: Told, *, now: Callable[[], int], monotonic: Callable[[], float]) -> None:
        self.name, self.tells_deletions = source.name, source.tells_deletions
        self.source = str(getattr(source, "source", source.name))
        self._complaint: Callable[[], str] = lambda: str(getattr(source, "complaint", ""))
        self.silence_s = float(getattr(source, "silence_s", SILENCE_S))
        self.alive = self.heard = 0
        """Wall clock of the newest sign of life and of the newest item; 0 for never."""
        self.failures = 0
        self.fault = ""
        """What the journal says of the last failure; what others are told leaves out words that a stranger may have said."""
        self._said = ""
        self._now, self._monotonic = now, monotonic
        self._held: Condition | None = None
        self._began = self._alive_s = monotonic()
        self._ever = False
        self._heard_s = float("-inf")
        self._counts: deque[tuple[float, int]] = deque()
        self._told: tuple[Condition, int] = ("starting", now())

    def begin(self) -> None:
        """It is asked, for the first time or again."""
        self._held, self._ever = None, False
        self._began = self._alive_s = self._monotonic()

    def hear(self, items: int, published: int) -> None:
        """A batch came: ``items`` were said, ``published`` of them went to the log; none at all is a sign of life."""
        at = self._monotonic()
        self.alive, self._alive_s, self._ever = self._now(), at, True
        if items:
            self.heard, self._heard_s = self.alive, at
        if published:
            # A second a step, so that it stays small at any rate.
            if self._counts and at - self._counts[-1][0] < 1.0:
                started, count = self._counts.pop()
                self._counts.append((started, count + published))
            else:
                self._counts.append((at, published))
        self._forget(at)

    def fail(self, fault: Exception) -> None:
        """It ended with ``fault`` and waits for its next try."""
        self.failures = 1 if self._well() else self.failures + 1
        self._held = "stopped" if isinstance(fault, SourceUnavailable) and fault.stopped else "waiting"
        name = type(fault).__name__
        if isinstance(fault, SourceUnavailable):
            self.fault = self._said = str(fault)
        else:
            self.fault = f"{name}: {fault}"
            self._said = self.fault if isinstance(fault, OSError) else f"a fault of its own, {name}; {_JOURNAL}"

    def finish(self) -> None:
        """It came to its end."""
        self._held = "finished"

    @property
    def condition(self) -> Condition:
        """How it does now."""
        if self._held is not None:
            return self._held
        at = self._monotonic()
        if at - self._alive_s > self.silence_s:
            return "waiting"
        if not self._ever:
            return "starting"
        return "live" if at - self._heard_s < LIVE_S else "quiet"

    @property
    def rate(self) -> float:
        """Items that went to the log in the last minute."""
        self._forget(self._monotonic())
        return float(sum(count for _, count in self._counts))

    def status(self, spooled: int = 0) -> SourceStatus:
        """What the log is told of it now; ``since`` is when its condition was first told."""
        condition, now = self.condition, self._now()
        if condition != self._told[0]:
            self._told = (condition, now)
        fault, _, advice = self._fault().partition("; ")
        return SourceStatus(
            name=self.name,
            source=self.source,
            condition=condition,
            at=now,
            since=self._told[1],
            alive=self.alive,
            heard=self.heard,
            rate=self.rate,
            failures=0 if self._well() else self.failures,
            fault=fault,
            advice=advice,
            tells_deletions=self.tells_deletions,
            spooled=spooled,
        )

    def _fault(self) -> str:
        """What is wrong, and behind a semicolon what to do; empty for one that is well."""
        if self._held is None and self.condition == "waiting":
            return f"no sign of life for {(self._monotonic() - self._alive_s) / 60:.0f} minutes; {_LOOK}"
        if self._held is None and (complaint := self._complaint()):
            return complaint
        return "" if self._well() else self._said

    def _well(self) -> bool:
        return self._held is None and self._ever and self._monotonic() - self._began >= WELL_S

    def _forget(self, at: float) -> None:
        while self._counts and at - self._counts[0][0] >= RATE_S:
            self._counts.popleft()
