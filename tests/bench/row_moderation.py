"""What the moderation chain costs a post, by processor time: heard in batches and judged once, the raid shield looking."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator, Sequence
from typing import Final

from stream.config import ModerationConfig, RaidConfig
from stream.mention import Mention
from stream.moderation import Chain
from tests.bench.figure import Figure, figure
from tests.bench.posts import batches, originals

POSTS: Final = 20_000
WARM: Final = 5_000
RUNS: Final = 3
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
    gc.unfreeze()


def _cost(posts: Sequence[Mention], config: ModerationConfig) -> float:
    """Microseconds of processor time a post."""
    chain = Chain(config)
    begun = 0.0
    for i, batch in enumerate(batches(posts, BATCH)):
        if i * BATCH == WARM:
            begun = time.thread_time()
        chain.hear_all(batch)
        for post in batch:
            chain.judge(post, post.at)
        chain.raids.look(_everybody)
    return (time.thread_time() - begun) / (len(posts) - WARM) * 1e6


def _everybody(authors: Sequence[str], before_ms: int) -> list[bool]:
    return [True for _ in authors]
