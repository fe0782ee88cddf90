"""The pace of a hub: how far behind the log it is, and what it reads when that is too much for it."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import structlog

from stream.config import Config
from stream.hub.desk import Desk
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.reader import Follower
from stream.hub.shedding import LATE_MS, SUBJECT, WHOLE, Pace, Rule, Shedder, more
from stream.hub.threads import Analyst
from stream.log import MENTIONS, Offsets

LOOK_S: Final = 1.0
SPAN_S: Final = 5.0
"""Rates are means of so long, and of more where a starved hub looks more rarely."""
AHEAD_S: Final = 2.0
"""A rule begins so far ahead of what is applied: hubs that are no further from one another have read it by then."""
FREE: Final = 0.7
"""Of the analyst's time what is left for reading at most; the rest is for snapshots and cards."""
RECOVERS_S: Final = 60.0
"""After so long it is no longer known how little was left for reading when the hub was late last."""

log = structlog.get_logger(__name__)


class _Look(NamedTuple):
    at_s: float
    ends: Offsets
    read: int
    busy_s: float
    waits: bool
    """Whether mentions waited that were read from the log already: it was not the log that kept the hub waiting."""


class Pacer:
    """Belongs to the event loop. ``clock`` is hub time in ms; ``ready`` says whether staff's decisions are known."""

    def __init__(
        self,
        config: Config,
        *,
        engine: Engine,
        analyst: Analyst,
        follower: Follower,
        desk: Desk,
        metrics: Metrics,
        clock: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._analyst = analyst
        self._follower = follower
        self._desk = desk
        self._metrics = metrics
        self._clock = clock
        self._shedder = Shedder()
        self._looks: deque[_Look] = deque()
        self._free = FREE
        self._sheds = config.clock.mode != "replay"
        self._ahead = config.hub.partials
        """Whether others read for this hub, who may have come to the log's end."""

    @property
    def share(self) -> int:
        """Of 10,000 mentions those that are read."""
        return self._engine.shedding.share

    def lag_ms(self) -> float:
        """For how long the mention that is next to be applied has waited in the log, at most."""
        now, oldest = self._clock(), self._analyst.oldest_ms
        return max(self._follower.waits_ms(now), 0.0 if oldest is None else now - oldest)

    def tell(self) -> None:
        """What Prometheus reads of it."""
        self._metrics.lag.set(self.lag_ms() / 1000)
        self._metrics.queue.set(self._follower.behind + self._analyst.queued)
        self._metrics.share.set(self.share / WHOLE)

    async def keep(self) -> None:
        """Look once a second, for ever, and decide when more comes than can be read, or no more."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self._sheds and not self._follower.fault:
                await self.look()

    async def look(self) -> None:
        """Look now."""
        at_s, ends = self._follower.looked
        if ends is None or (self._looks and self._looks[-1].at_s == at_s):
            return
        since_s = at_s - self._looks[-1].at_s if self._looks else 0.0
        self._looks.append(_Look(at_s, dict(ends), self._engine.read, self._analyst.busy_s, self._analyst.queued > 0))
        while len(self._looks) > 2 and at_s - self._looks[0].at_s > SPAN_S:
            self._looks.popleft()
        first, last = self._looks[0], self._looks[-1]
        passed = last.at_s - first.at_s
        if passed < SPAN_S / 2:
            return
        coming = {p: max(0, end - first.ends.get(p, end)) / passed for p, end in last.ends.items()}
        read, busy_s, lag_ms = last.read - first.read, last.busy_s - first.busy_s, self.lag_ms()
        if lag_ms >= LATE_MS and all(look.waits for look in self._looks):  # what was read is all that can be
            self._free = min(FREE, busy_s / passed)
        else:
            self._free += (FREE - self._free) * min(1.0, since_s / RECOVERS_S)
        capacity = self._free * read / busy_s if read and busy_s > 0 else None
        now = int(self._clock())
        pace = Pace(lag_ms, sum(coming.values()), capacity)
        share = self._shedder.look(now, self.share, pace)
        if share is not None:
            await self._decide(share, coming, last.ends, now, pace)

    async def _decide(self, share: int, coming: Mapping[int, float], ends: Offsets, now: int, pace: Pace) -> None:
        value = await self._analyst.ask(lambda: self._begin(share, coming, ends, now))
        told = {
            "lag_s": round(pace.lag_ms / 1000, 1),
            "coming": round(pace.coming),
            "capacity": round(pace.capacity or 0),
        }
        log.warning("the hub sheds" if share < WHOLE else "the hub reads everything again", share=share, **told)
        reason = f"{told['coming']} mentions a second come, {told['capacity']} can be read"
        await self._desk.put(SUBJECT, value, seen=None, by="hub", reason=reason)

    def _begin(self, share: int, coming: Mapping[int, float], ends: Offsets, now: int) -> dict[str, Any]:
        """Let a rule stand, in the analyst's thread; what ``control`` is to hold.

        It stands here before the next mention is applied, not when it is read back: this hub could have come past its start.
        """
        shedding, place = self._engine.shedding, ends if self._ahead else self._engine.offsets[MENTIONS.name]
        start = {p: place.get(p, 0) + math.ceil(rate * AHEAD_S) for p, rate in coming.items()}
        value = more(shedding.rules, Rule(share, start, now), 2 * self._engine.state.window.reach)
        shedding.decide(value)
        return value
