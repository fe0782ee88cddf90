"""The river's bands: which topics it shows and in which order they lie, with memory, so that no band flickers or jumps.

Order after Byron and Wattenberg, "Stacked Graphs – Geometry & Aesthetics", 2008: what began early lies inside, what began
late outside, each on the lighter side. A newcomer therefore never moves those that are there.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from stream.analysis.river import loudness
from stream.graphs import key_of
from stream.wire.messages import Stream
from stream.wire.snapshot import Snapshot

MOST: Final = 12
BETTER: Final = 1.2
"""How much louder than the quietest band a topic must be to take its place."""
BEGUN: Final = 0.05
"""The share of its posts after which a topic has begun."""
NO_COMMUNITY: Final = 255


class River:
    """Remembers the bands of the last snapshot, on either side of the middle from the inside out."""

    def __init__(self) -> None:
        self._sides: tuple[list[str], list[str]] = ([], [])

    def of(self, snapshot: Snapshot, names: Mapping[str, str]) -> tuple[Stream, ...]:
        """The bands from the uppermost to the lowest; ``names`` are the labels that may be shown, by topic."""
        courses = {topic: course for topic, course in snapshot.topics.courses.items() if topic in names and any(course)}
        weight = {topic: loudness(course) for topic, course in courses.items()}
        chosen = self._chosen(weight)
        for side in self._sides:
            side[:] = [topic for topic in side if topic in chosen]
        fresh = chosen.difference(*self._sides)
        for topic in sorted(fresh, key=lambda topic: (_onset(courses[topic]), -weight[topic], topic)):
            min(self._sides, key=lambda side: sum(weight[band] for band in side)).append(topic)
        upper, lower = self._sides
        community = {node.id: node.community for node in snapshot.topics.nodes if node.id in chosen}
        return tuple(
            Stream(key_of(topic), names[topic], _coloured(community.get(topic, -1)), courses[topic])
            for topic in [*reversed(upper), *lower]
        )

    def _chosen(self, weight: Mapping[str, int]) -> set[str]:
        """The loudest; one that is shown stays until another is a fifth louder."""
        shown: Collection[str] = [topic for side in self._sides for topic in side]
        lead = {topic: heavy * (BETTER if topic in shown else 1.0) for topic, heavy in weight.items()}
        return set(sorted(lead, key=lambda topic: (-lead[topic], topic))[:MOST])


def _onset(course: Sequence[int]) -> int:
    """The bucket in which a topic has begun."""
    bar, said = BEGUN * sum(course), 0
    for bucket, posts in enumerate(course):
        said += posts
        if said > bar:
            return bucket
    return len(course)


def _coloured(community: int) -> int:
    return community if 0 <= community < NO_COMMUNITY else NO_COMMUNITY
