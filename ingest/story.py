"""What a film tells: a stretch of the made-up event, or of an archive, as something that can be asked from one T to another."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from ingest.simulation import World
from stream.mention import Mention, Retraction

Said = Callable[[int, int], Iterable[Mention | Retraction]]

EVENING: Final = 1_790_000_000_000
"""When the made-up event of a film is: a fixed evening, so that the same seed is the same film."""
SETTLING_MS: Final = 24_000
"""How long graphs move before the film begins, so that they have found their places."""
INTO_BURST_MS: Final = 50_000


def sudden(world: World) -> int:
    """A T at which something sudden is under way in the made-up event."""
    burst = next(b for b in world.bursts(EVENING, EVENING + 3_600_000) if b.start > EVENING)
    return burst.start + INTO_BURST_MS


def told(records: Iterable[Mention | Retraction], start: int, end: int) -> Said:
    """What ``records`` hold from ``start`` to ``end``, by the time at which it was written."""
    kept = sorted((r for r in records if start <= r.at < end), key=lambda r: r.at)
    times = [record.at for record in kept]

    def said(first: int, last: int) -> Iterator[Mention | Retraction]:
        return iter(kept[bisect_left(times, first) : bisect_left(times, last)])

    return said
