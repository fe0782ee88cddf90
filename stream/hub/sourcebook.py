"""The sources as the hub hears them: when each spoke last, and whether it tells of deletions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stream.hub import feeds
from stream.mention import NO_DELETIONS, Mention
from stream.wire.snapshot import SourceState


class SourceBook:
    """By source the log time and the event time of its newest mention, and of its newest one without word of deletions; ms."""

    def __init__(self) -> None:
        self._heard: dict[str, int] = {}
        self._newest: dict[str, int] = {}
        self._mute: dict[str, int] = {}

    def hear(self, mention: Mention, taken: int) -> None:
        """The log took ``mention`` at ``taken``."""
        name = mention.source
        self._heard[name] = max(taken, self._heard.get(name, 0))
        self._newest[name] = max(mention.at, self._newest.get(name, 0))
        if NO_DELETIONS in mention.flags:
            self._mute[name] = max(mention.at, self._mute.get(name, 0))

    def heard(self) -> dict[str, int]:
        """Log time of each source's newest mention."""
        return dict(self._heard)

    def age_ms(self, now: int) -> int:
        """Since the newest mention of any source."""
        return max(0, now - max(self._heard.values(), default=now))

    def now(self, hub_ms: int, rates: Mapping[str, int], window_ms: int) -> tuple[SourceState, ...]:
        """How each source does in hub time."""
        return feeds.source_states(self._heard, rates, hub_ms, window_ms, self._silent())

    def at(self, t_ms: int, rates: Mapping[str, int], window_ms: int) -> tuple[SourceState, ...]:
        """How each source does in event time: a function of the log."""
        return feeds.source_states(self._newest, rates, t_ms, window_ms, self._silent())

    def save(self) -> dict[str, list[int]]:
        return {name: [self._heard[name], self._newest[name], self._mute.get(name, 0)] for name in self._heard}

    def restore(self, saved: Mapping[str, Sequence[int]]) -> None:
        """Know what ``save`` gave in an earlier life."""
        for name, (heard, newest, mute) in saved.items():
            self._heard[name] = max(int(heard), self._heard.get(name, 0))
            self._newest[name] = max(int(newest), self._newest.get(name, 0))
            if mute:
                self._mute[name] = max(int(mute), self._mute.get(name, 0))

    def _silent(self) -> frozenset[str]:
        """Sources whose newest mention came without word of deletions."""
        return frozenset(name for name, at in self._mute.items() if at >= self._newest[name])
