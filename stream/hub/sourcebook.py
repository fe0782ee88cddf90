"""The sources as the hub hears them: when each spoke last, what ingest says of them, and whether they tell of deletions."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from stream.hub import feeds
from stream.mention import NO_DELETIONS, Mention, SourceStatus
from stream.wire.snapshot import SourceState

SILENT_MS: Final = 60_000
"""Ingest tells every source's status four times a minute; one that is older than this comes from an ingest that is dead."""


class SourceBook:
    """By source the log time and the event time of its newest mention, and of its newest one without word of deletions; ms.

    Beside them the statuses of ``window_ms``; what is older than that counts nowhere, so that a hub that reads the log anew
    knows the same.
    """

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._heard: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._mute: dict[str, int] = {}
        self._statuses: dict[str, list[SourceStatus]] = {}

    def hear(self, mentions: Iterable[tuple[Mention, int]]) -> None:
        """The log took mentions, each at the time beside it."""
        heard, newest, mute = self._heard, self._newest, self._mute
        for mention, taken in mentions:
            name, at = mention.source, mention.at
            if taken > heard.get(name, -1):
                heard[name] = taken
            if at > newest.get(name, -1):
                newest[name] = at
            if mention.flags and NO_DELETIONS in mention.flags:
                mute[name] = max(at, mute.get(name, 0))

    def tell(self, status: SourceStatus) -> None:
        """Ingest says how a source does."""
        told = self._statuses.setdefault(status.name, [])
        if status not in told[-8:]:
            insort(told, status, key=_at)
        # As far back as a snapshot may look, and the window before it.
        old = told[-1].at - 3 * self._window_ms
        if told[0].at < old:
            del told[: bisect_right(told, old, key=_at)]

    def heard(self) -> dict[str, int]:
        """Log time of each source's newest mention."""
        return dict(self._heard)

    def age_ms(self, now: int) -> int:
        """Since the newest mention of any source."""
        return max(0, now - max(self._heard.values(), default=now))

    def now(self, hub_ms: int, rates: Mapping[str, int]) -> tuple[SourceState, ...]:
        """How each source does in hub time."""
        return self._states(self._heard, rates, hub_ms)

    def at(self, t_ms: int, rates: Mapping[str, int]) -> tuple[SourceState, ...]:
        """How each source does in event time: a function of the log."""
        return self._states(self._newest, rates, t_ms)

    def save(self) -> dict[str, list[int]]:
        """What a later life needs to know of mentions that it does not read again; statuses it reads again."""
        return {name: [self._heard[name], self._newest[name], self._mute.get(name, 0)] for name in self._heard}

    def restore(self, saved: Mapping[str, Sequence[int]]) -> None:
        """Know what ``save`` gave in an earlier life."""
        for name, (heard, newest, mute) in saved.items():
            self._heard[name] = max(int(heard), self._heard.get(name, 0))
            self._newest[name] = max(int(newest), self._newest.get(name, 0))
            if mute:
                self._mute[name] = max(int(mute), self._mute.get(name, 0))

    def _states(self, heard: Mapping[str, int], rates: Mapping[str, int], t_ms: int) -> tuple[SourceState, ...]:
        told = [status for name in self._statuses if (status := self._newest_of(name, t_ms)) is not None]
        spoken_of = {status.source for status in told}
        others = {name: at for name, at in heard.items() if name not in spoken_of}
        states = feeds.source_states(others, rates, t_ms, self._window_ms, self._silent())
        return tuple(sorted((*states, *(_state(status, t_ms) for status in told)), key=lambda state: state.name))

    def _newest_of(self, name: str, t_ms: int) -> SourceStatus | None:
        """The newest status of a source that was told by ``t_ms``, if it is in the window that ends there."""
        told = self._statuses[name]
        number = bisect_right(told, t_ms, key=_at)
        status = told[number - 1] if number else None
        return status if status is not None and t_ms - status.at < self._window_ms else None

    def _silent(self) -> frozenset[str]:
        """Sources whose newest mention came without word of deletions."""
        return frozenset(name for name, at in self._mute.items() if at >= self._newest[name])


def _at(status: SourceStatus) -> int:
    return status.at


def _state(status: SourceStatus, t_ms: int) -> SourceState:
    """What is said of a source at ``t_ms`` by its newest status."""
    state, error, advice = str(status.condition), status.fault, status.advice
    if t_ms - status.at > SILENT_MS and state != "finished":
        state, error = "dead", "agora ingest does not answer"
        advice = "see whether it runs on its machine, and start it again"
    return SourceState(
        name=status.name,
        state=state,
        age_ms=max(0, t_ms - status.heard) if status.heard else -1,
        rate=round(status.rate if state != "dead" else 0.0, 4),
        deletions=status.tells_deletions,
        error=error,
        advice=advice,
        source=status.source,
        alive_ms=max(0, t_ms - status.alive) if status.alive else -1,
        since=status.since,
        spooled=status.spooled,
    )
