"""What the moderation chain costs a post, by processor time: heard in batches and judged once, the raid shield looking."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from msgspec import structs

from ingest.simulation.raid import Raid, planned
from ingest.simulation.world import World
from stream.config import ModerationConfig, RaidConfig
from stream.mention import Mention
from stream.moderation import Chain
from stream.moderation.voices import Acquainted
from tests.bench.figure import Figure, figure
from tests.bench.posts import batches, originals

POSTS: Final = 20_000
WARM: Final = 5_000
RUNS: Final = 3
RAIDERS: Final = 2_000
BATCH: Final = 100
"""Posts that a hub reads at once; the raid shield looks after each."""


def measure() -> Iterator[Figure]:
    """With and without the raid shield; the median of some runs."""
    what, pool = originals()
    posts = [post for post in pool if post.kind != "tally"][: WARM + POSTS]
    gc.freeze()  # the posts that wait here to be read are no hub's; a full collection would look through them
    for name, on in (("", True), (", without the raid shield", False)):
        costs = [_cost(posts, ModerationConfig(raid=RaidConfig(on=on))) for _ in range(RUNS)]
        note = f"{what}, {POSTS} posts, median of {RUNS}, least {min(costs):.1f}"
        yield figure(f"moderation, a post{name}", statistics.median(costs), "µs", most=10.0 if on else None, note=note)
    dense = _dense()
    costs = [_cost(dense, ModerationConfig(), _guests) for _ in range(RUNS)]
    yield figure(
        "moderation, a post of a dense stream under a raid", statistics.median(costs), "µs", most=10.0,
        note=f"simulation at 1,000/s, {POSTS} posts, 2,000 of a raid; median of {RUNS}, least {min(costs):.1f}",
    )  # fmt: skip
    gc.unfreeze()


def _dense() -> list[Mention]:
    """Posts at 1,000 a second: those of the simulated event, drawn together, and a raid in the middle."""
    begun, number = 1_760_000_000_000, WARM + POSTS - RAIDERS
    made = (p for p in World(seed=1, rate=50.0).events(0, number * 40) if isinstance(p, Mention) and p.kind != "tally")
    drawn = [structs.replace(p, at=begun + n, seen=begun + n) for n, p in enumerate(islice(made, number))]
    raiders = planned(Raid("templated", RAIDERS, begun + 2 * WARM, 7), "simulation:")
    attack = [p.item for p in raiders if isinstance(p.item, Mention)][:RAIDERS]
    span = max(p.at for p in attack) - min(p.at for p in attack)
    attack = [structs.replace(p, at=begun + 2 * WARM + (p.at - begun) * WARM // span) for p in attack]
    return sorted((*drawn, *attack), key=lambda p: (p.at, p.id))


def _guests(authors: Sequence[str], before_ms: int) -> list[bool]:
    """Raiders are strangers."""
    return ["raid" not in author for author in authors]


def _cost(posts: Sequence[Mention], config: ModerationConfig, acquainted: Acquainted | None = None) -> float:
    """Microseconds of processor time a post."""
    chain = Chain(config)
    begun = 0.0
    for i, batch in enumerate(batches(posts, BATCH)):
        if i * BATCH == WARM:
            begun = time.thread_time()
        chain.hear_all(batch)
        for post in batch:
            chain.judge(post, post.at)
        chain.raids.look(acquainted or _everybody)
    return (time.thread_time() - begun) / (len(posts) - WARM) * 1e6


def _everybody(authors: Sequence[str], before_ms: int) -> list[bool]:
    return [True for _ in authors]
