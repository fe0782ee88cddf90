"""Baselines: how often each topic was said in the hours before the window: a short window too knows the rhythm of the day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.analysis.hours import HOUR_MS

HOURS: Final = 168
"""Records kept, one an hour of the week; a newer one takes the place of that of a week ago."""
TOPICS: Final = 500
"""Topics of a record, the strongest ones."""


class Baseline(msgspec.Struct, frozen=True):
    """Posts that said each topic in the ``span_ms`` before ``t`` (ms); it is good for times after that."""

    t: int
    span_ms: int
    posts: dict[str, int]


_baseline: Final = msgspec.msgpack.Decoder(Baseline)


class Baselines:
    """Subjects ``baselines:<hour of the week>``."""

    def __init__(self) -> None:
        self._held: dict[int, Baseline] = {}

    def remember(self, hour: int, value: bytes | None) -> None:
        """Take in the newest record of an hour of the week; None clears it. Raises ``ValueError`` for a broken one."""
        if not 0 <= hour < HOURS:
            raise ValueError(f"there is no hour {hour} in a week")
        self._held.pop(hour, None)
        if value:
            self._held[hour] = _baseline.decode(value)

    def entries(self) -> dict[str, bytes]:
        """Everything, by subject."""
        return {f"baselines:{hour}": msgspec.msgpack.encode(held) for hour, held in sorted(self._held.items())}

    def merge(self, other: Baselines) -> None:
        """Of each hour of the week the later record, of two of one time always the same."""
        for hour, theirs in other._held.items():
            mine = self._held.get(hour)
            if mine is None or _rank(theirs) > _rank(mine):
                self._held[hour] = theirs

    def has(self, t_ms: int) -> bool:
        """Whether the record of the hour that ended at T is held."""
        held = self._held.get(t_ms // HOUR_MS % HOURS)
        return held is not None and held.t >= t_ms

    def usual(self, topics: Sequence[str], t_ms: int) -> tuple[NDArray[np.float64], float]:
        """Posts that said each topic, and in how many ms, as far as the hours that ended until T tell.

        These are the hours of the last day, and those within one of this hour of the day in the last week.
        """
        alike = [held for held in self._held.values() if _tells(held.t, t_ms)]
        posts = np.array([sum(held.posts.get(topic, 0) for held in alike) for topic in topics], np.float64)
        return posts, float(sum(held.span_ms for held in alike))


def _tells(t: int, now: int) -> bool:
    age = now - t
    return 0 <= age < 24 * HOUR_MS or (
        age < HOURS * HOUR_MS and (age + HOUR_MS) % (24 * HOUR_MS) <= 2 * HOUR_MS and age >= 0
    )


def _rank(held: Baseline) -> tuple[int, int, list[tuple[str, int]]]:
    return held.t, held.span_ms, sorted(held.posts.items())


def record(t_ms: int, span_ms: int, posts: Mapping[str, int]) -> dict[str, bytes]:
    """The record of the hour that ended at T."""
    strongest = sorted(posts.items(), key=lambda entry: (-entry[1], entry[0]))[:TOPICS]
    value = msgspec.msgpack.encode(Baseline(t_ms, span_ms, dict(sorted(strongest))))
    return {f"baselines:{t_ms // HOUR_MS % HOURS}": value}
