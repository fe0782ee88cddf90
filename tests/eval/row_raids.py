"""The raid shield on the simulated event: what of a raid was never shown, and what else it held.

The thresholds were set on ``KINDS`` with other seeds than these; ``OTHER_KINDS`` were never looked at while setting them. Each
event also has a keynote moment, of which nothing may be held.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from ingest.simulation.cheers import Cheers
from ingest.simulation.raid import KINDS, OTHER_KINDS, Kind, Raid
from ingest.simulation.world import World
from stream.config import Config
from stream.hub.board import Board
from stream.hub.engine import Engine
from stream.hub.metrics import Metrics
from stream.hub.stage import Stage
from stream.log import MENTIONS, Record
from stream.mention import Mention, encode
from tests.bench.figure import Figure, figure

START: Final = 1_760_000_000_000
BEFORE_MS: Final = 10 * 60_000
AFTER_MS: Final = 5 * 60_000
STEP_MS: Final = 100
SHOWN_MS: Final = 10_000
"""The delay after which words are shown."""
SEED: Final = 501
SIZES: Final = (20, 200, 2000)
RATE: Final = 8.0


def measure() -> Iterator[Figure]:
    """Means over raids of every size, kind and seed; the least and the most are told too."""
    for title, kinds in (("", KINDS), (", other kinds", OTHER_KINDS)):
        found = [event(kind, size, SEED + 10 * i + k) for i, size in enumerate(SIZES) for k, kind in enumerate(kinds)]
        unshown, early, others, cheers = (np.array(column) for column in zip(*found, strict=True))
        note = f"{len(found)} raids of {SIZES[0]} to {SIZES[-1]} accounts: {', '.join(kinds)}"
        yield figure(
            f"raids{title}: posts never shown",
            float(unshown.mean()),
            "",
            least=0.95,
            note=f"{note}; least {unshown.min():.3f}",
        )
        yield figure(
            f"raids{title}: held 10 s after the start, or on arrival",
            float(early.mean()),
            "",
            least=0.95,
            note=f"{note}; least {early.min():.3f}",
        )
        yield figure(
            f"raids{title}: other posts held",
            float(others.max()),
            "",
            most=0.005,
            note=f"the most in one event; mean {others.mean():.5f}",
        )
        yield figure(
            f"raids{title}: keynote cheers held",
            float(cheers.max()),
            "",
            most=0.005,
            note="the most in one event; 300 voices, 40 % of them new",
        )


def event(kind: Kind, accounts: int, seed: int) -> tuple[float, float, float, float]:
    """One raid in the middle of an event, through a hub's engine: shares of posts never shown, held early, held wrongly."""
    begins = START + BEFORE_MS
    raid, moment = Raid(kind, accounts, begins, seed), Cheers(300, begins + 20_000, seed)
    world = World(seed, RATE, raids=(raid,), cheers=(moment,))
    plan = [p for p in world.plan(START, begins + AFTER_MS) if isinstance(p.item, Mention) and p.item.kind != "tally"]
    held, told = _played([(p.due, p.item) for p in plan if isinstance(p.item, Mention)], begins + AFTER_MS)
    groups: dict[str, list[str]] = {"raid": [], "cheer": [], "": []}
    for p in plan:
        if isinstance(p.item, Mention) and p.item.kind != "edit" and (p.planted == "raid" or p.due >= begins - 60_000):
            groups[p.planted if p.planted in ("raid", "cheer") else ""].append(p.item.id)
        if p.planted == "spam" and isinstance(p.item, Mention):
            groups[""] = [post_id for post_id in groups[""] if post_id != p.item.id]
    ids = groups["raid"]
    never = 1 << 60
    unshown = [held.get(i, never) < told[i] + SHOWN_MS for i in ids]
    early = [held.get(i, never) <= max(begins + 10_000, told[i] + STEP_MS) for i in ids]
    return (
        float(np.mean(unshown)),
        float(np.mean(early)),
        _share(groups[""] + groups["cheer"], held),
        _share(groups["cheer"], held),
    )


def _share(ids: Sequence[str], held: dict[str, int]) -> float:
    return sum(i in held for i in ids) / max(1, len(ids))


def _played(items: Sequence[tuple[int, Mention]], end: int) -> tuple[dict[str, int], dict[str, int]]:
    """When each post was first held with a raid, and when it was told, by id; a turn of the engine every ``STEP_MS``."""
    config = Config()
    boards = Board(), Board()
    engine = Engine(
        config, board=boards[0], tablet=boards[1], stage=Stage(config.wall.grid, boards[0], seed=1), metrics=Metrics(),
        removed=lambda _: None, timer=lambda: 1.0,
    )  # fmt: skip
    engine.begin()
    held: dict[str, int] = {}
    told: dict[str, int] = {}
    waiting = list(reversed(items))
    for now in range(items[0][0], end + STEP_MS, STEP_MS):
        due = []
        while waiting and waiting[-1][0] <= now:
            due.append(waiting.pop()[1])
        told.update((m.id, now) for m in due)
        if due:
            records = [Record(MENTIONS.name, 0, len(told), now, m.author.id, encode(m)) for m in due]
            engine.apply(records, now)
        engine.state.advance(now)
        engine.review(now)
        for post_id, waits in engine.gate.held():
            if waits.raid:
                held.setdefault(post_id, now)
    return held, told
