"""The simulated world: a pure function of its seed and rate, readable from any moment on.

Time is cut into seconds. What begins in a second (posts, and everything that they will cause in the next ``HORIZON_MS``:
replies, reposts, edits, retractions) is drawn from a generator seeded with that second, so that any span of time can be told
without telling what came before, twice the same, with the same ids.
"""

from __future__ import annotations

import heapq
import math
import struct
from collections.abc import Iterator, Sequence
from functools import lru_cache
from random import Random
from typing import Final

import xxhash

from ingest.simulation.cascade import Cascade
from ingest.simulation.cheers import Cheers
from ingest.simulation.cheers import planned as planned_cheers
from ingest.simulation.festival import SUDDEN, TOPICS
from ingest.simulation.people import People
from ingest.simulation.plan import Burst, Planned
from ingest.simulation.raid import KINDS, Raid
from ingest.simulation.raid import planned as planned_raid
from ingest.simulation.truth import Truth, truth_of
from stream.mention import Mention, Retraction

SLOT_MS: Final = 1000
HORIZON_MS: Final = 15 * 60_000
"""How long after its beginning the last item of a cascade is told."""
BURST_EVERY_MS: Final = 8 * 60_000
"""One burst at most begins in each span of this length."""
BURST_SHARE: Final = 0.9
"""Posts about a sudden event at its strongest, relative to everything else."""
ITEMS_PER_ROOT: Final = 3.7
"""Mentions that one root causes on average, bursts included; measured, and kept true by a test."""
PREFIX: Final = "simulation:"
TIES: Final = 10
"""Pairs of people who tie two communities."""


class World:
    """The made-up event with ``rate`` mentions a second on average.

    >>> world = World(seed=7, rate=5)
    >>> list(world.events(0, 60_000)) == list(World(seed=7, rate=5).events(0, 60_000))
    True
    """

    def __init__(
        self,
        seed: int,
        rate: float,
        *,
        raids_per_hour: float = 0,
        raids: Sequence[Raid] = (),
        cheers: Sequence[Cheers] = (),
    ) -> None:
        self.seed, self.rate = seed, rate
        self._raids_per_hour, self._raids, self._cheers = raids_per_hour, tuple(raids), tuple(cheers)
        self._tag = f"{xxhash.xxh32_intdigest(struct.pack('<qd', seed, rate)):08x}"
        rng = self._rng(b"people", 0)
        self.people = People(int(min(20_000, max(240, 600 * math.sqrt(rate)))), rng, PREFIX)
        self.ties = self._planted_ties(rng)

    def events(self, start_ms: int, end_ms: int) -> Iterator[Mention | Retraction]:
        """Everything that is told from ``start_ms`` to before ``end_ms`` (ms UTC), in the order of telling."""
        for planned in self.plan(start_ms, end_ms):
            yield planned.item

    def plan(self, start_ms: int, end_ms: int) -> Iterator[Planned]:
        """Like ``events``, with when each is told and what was planted."""
        waiting: list[tuple[int, str, int, Planned]] = []
        first = (start_ms - HORIZON_MS) // SLOT_MS
        order = 0
        for slot in range(first, -(-end_ms // SLOT_MS)):
            for planned in self._slot(slot):
                if start_ms <= planned.due < end_ms:
                    order += 1
                    heapq.heappush(waiting, (planned.due, _key(planned), order, planned))
            while waiting and waiting[0][0] < (slot + 1) * SLOT_MS:
                yield heapq.heappop(waiting)[3]
        while waiting:
            yield heapq.heappop(waiting)[3]

    def bursts(self, start_ms: int, end_ms: int) -> list[Burst]:
        """The sudden events that are felt between two moments (ms UTC)."""
        blocks = range((start_ms - BURST_EVERY_MS) // BURST_EVERY_MS, end_ms // BURST_EVERY_MS + 1)
        bursts = (self._burst(block) for block in blocks)
        return [burst for burst in bursts if burst is not None and burst.start < end_ms and burst.end > start_ms]

    def raids(self, start_ms: int, end_ms: int) -> list[Raid]:
        """The raids that begin between two moments (ms UTC): those that were asked for, and ``raids_per_hour``."""
        found = [raid for raid in self._raids if start_ms <= raid.start < end_ms]
        if self._raids_per_hour:
            every = int(3_600_000 / self._raids_per_hour)
            for block in range(start_ms // every, end_ms // every + 1):
                rng = self._rng(b"raid", block)
                kind, start = rng.choice(KINDS), block * every + rng.randrange(every)
                raid = Raid(kind, int(20 * 100 ** rng.random()), start, rng.randrange(1 << 30))
                found += [raid] * (start_ms <= raid.start < end_ms)
        return found

    def truth(self, start_ms: int, end_ms: int) -> Truth:
        """What was planted among ``events(start_ms, end_ms)``."""
        raids = self.raids(start_ms - HORIZON_MS, end_ms)
        return truth_of(
            self.plan(start_ms, end_ms), self.people, self.bursts(start_ms, end_ms), raids, start_ms, end_ms
        )

    def _slot(self, slot: int) -> list[Planned]:
        """Everything that begins in the second ``slot``, with all that it causes."""
        rng = self._rng(b"slot", slot)
        t = slot * SLOT_MS
        cascade = Cascade(self, rng, t, f"simulation:{self._tag}-{slot:x}")
        roots = self.rate / ITEMS_PER_ROOT * SLOT_MS / 1000
        for _ in range(_poisson(rng, roots * _tide(t))):
            cascade.root()
        for raid in self.raids(t, t + SLOT_MS):
            cascade.planned += planned_raid(raid, PREFIX)
        for cheers in self._cheers:
            if t <= cheers.start < t + SLOT_MS:
                cascade.planned += planned_cheers(cheers, self.people, PREFIX)
        for burst in self.bursts(t, t + SLOT_MS):
            for _ in range(_poisson(rng, roots * BURST_SHARE * burst.strength(t))):
                cascade.sudden(burst)
        return cascade.planned

    def _burst(self, block: int) -> Burst | None:
        rng = self._rng(b"burst", block)
        if rng.random() < 0.1:
            return None
        sudden = SUDDEN[rng.randrange(len(SUDDEN))]
        start = block * BURST_EVERY_MS + rng.randrange(20_000, 220_000)
        return Burst(
            id=f"{sudden.name}-{block:x}",
            tag=sudden.name,
            topic=sudden.topic,
            mood=sudden.mood,
            start=start,
            end=start + rng.randrange(150_000, 240_000),
        )

    def _planted_ties(self, rng: Random) -> list[tuple[int, int]]:
        """Pairs of moderately active people of different communities."""
        ties = []
        for i in range(TIES):
            a, b = i % len(TOPICS), (i + 1 + i // len(TOPICS) * 2) % len(TOPICS)
            one, other = self.people.members[a], self.people.members[b]
            ties.append((one[rng.randrange(8, min(40, len(one)))], other[rng.randrange(8, min(40, len(other)))]))
        return ties

    def _rng(self, what: bytes, number: int) -> Random:
        return Random(xxhash.xxh64_intdigest(what + struct.pack("<qdq", self.seed, self.rate, number)))


def _key(planned: Planned) -> str:
    item = planned.item
    return item.id if isinstance(item, Mention) else item.target


@lru_cache(maxsize=4096)
def _tide(t: int) -> float:
    """How lively it is at ``t``: two slow waves around 1."""
    return 1 + 0.18 * math.sin(t / 660_000 * math.tau) + 0.12 * math.sin(t / 2_220_000 * math.tau + 1)


def _poisson(rng: Random, mean: float) -> int:
    """A Poisson number (Knuth; in steps of 20, so that ``exp`` stays far from 0)."""
    count = 0
    while mean > 0:
        step = min(mean, 20.0)
        mean -= step
        limit, product = math.exp(-step), rng.random()
        while product > limit:
            count += 1
            product *= rng.random()
    return count
