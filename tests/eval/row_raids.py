"""The raid shield: what of a raid was never shown, and what else it held.

Raids of the simulation, on whose first kinds the shield was made (``ingest.simulation.raid``); raids and crowds that were
written after it was done (``unseen``); and real archives, in which everything that is held is held wrongly.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from typing import Final, NamedTuple

import numpy as np

from ingest.archive import read
from ingest.simulation import cheers, raid
from ingest.simulation.world import World
from stream.mention import Mention
from tests.bench.figure import Figure, figure
from tests.eval import unseen, unseen_fifth, unseen_fourth, unseen_second, unseen_third
from tests.eval.data import Absent, find
from tests.eval.raided import Played, played
from tests.eval.unseen import Speech

START: Final = 1_760_000_000_000
BEGINS: Final = START + 10 * 60_000
END: Final = BEGINS + 5 * 60_000
SEED: Final = 501
SIZES: Final = (20, 200, 2000)
OTHER_SIZES: Final = (20, 45, 130, 700)
RATE: Final = 8.0
NEW: Final = (0.2, 0.4, 0.6)
"""Shares of voices in a crowd that were never heard before."""


class Unseen(NamedTuple):
    """A list; ``ordinary`` are raids whose raiders say other things, too, ``called`` how those of one after the other are,
    ``within`` what a crowd says in whose middle one comes.
    """

    title: str
    raids: Mapping[str, Speech]
    crowds: Mapping[str, Speech]
    ordinary: Collection[str] = ()
    called: Sequence[unseen.Called] = (unseen.numbered,)
    sizes: Sequence[int] = OTHER_SIZES
    how: Mapping[str, unseen.How] = {}
    within: Mapping[str, Speech] = {}


LISTS: Final = (
    Unseen(", unseen", unseen.RAIDS, unseen.CROWDS),
    Unseen(", second list", unseen_second.RAIDS, unseen_second.CROWDS, unseen_second.WITH_ORDINARY),
    Unseen(", third list", unseen_third.RAIDS, unseen_third.CROWDS, (), (unseen.numbered, unseen_third.named)),
    Unseen(
        ", fourth list", unseen_fourth.RAIDS, unseen_fourth.CROWDS, (), (unseen.numbered, unseen_fourth.called),
        (20, 60, 250, 2000), unseen_fourth.HOW, unseen_fourth.WITHIN,
    ),
    Unseen(
        ", fifth list", unseen_fifth.RAIDS, unseen_fifth.CROWDS, (), (unseen.numbered, unseen_fifth.called),
        (20, 60, 300, 2000), unseen_fifth.HOW,
    ),
)  # fmt: skip
"""What was written when the shield was done, and each time when it was done again."""
CLASSES: Final = (12, 25, 60)
ARCHIVES: Final = (("congress/tweets-2016-q1.ndjson.gz", "twitter-v1"),)


def measure() -> Iterator[Figure]:
    """Means over raids of every size and kind; the least and the most are told too."""
    for title, kinds in (("", raid.KINDS), (", other kinds", raid.OTHER_KINDS)):
        found = [
            _simulated(kind, size, SEED + 10 * i + k) for i, size in enumerate(SIZES) for k, kind in enumerate(kinds)
        ]
        yield from _figures(title, f"{len(found)} raids of {SIZES[0]} to {SIZES[-1]}: {', '.join(kinds)}", found)
    for i, listed in enumerate(LISTS):
        yield from _unseen(listed, SEED + 1000 * i)
        for new in NEW:
            shares = []
            for k, (name, speech) in enumerate(listed.crowds.items()):
                posts = unseen.crowd(speech, 300, new, _backdrop()[0].people, BEGINS, SEED + 1000 * i + k)
                shares.append((_event(posts).wrongly([p.id for p in posts]), name))
            yield figure(
                f"raids{listed.title}: crowds held, {new:.0%} of them new", float(np.mean([share for share, _ in shares])), "",
                most=0.005, note=f"{len(shares)} crowds of 300; most: {max(shares)[1]} {max(shares)[0]:.3f}",
            )  # fmt: skip
    people, shares = _backdrop()[0].people, []
    for k, size in enumerate(CLASSES):
        posts = unseen.crowd(unseen_second.school_class, size, 1.0, people, BEGINS, SEED + k)
        shares.append(_event(posts).wrongly([p.id for p in posts]))
    sizes = ", ".join(map(str, CLASSES))
    yield figure(
        "raids: school classes held, all of them new", max(shares), "", most=0.005, note=f"the most of {sizes}"
    )
    for name in unseen_fifth.NEWCOMERS:
        shares = []
        for k, size in enumerate(CLASSES):
            posts = unseen_fifth.newcomers(unseen_fifth.CROWDS[name], size, BEGINS, SEED + k)
            shares.append(_event(posts).wrongly([p.id for p in posts]))
        yield figure(
            f"raids: {name} held, new accounts few follow", max(shares), "", most=0.005, note=f"the most of {sizes}"
        )
    for path, kind in ARCHIVES:
        try:
            posts = [item for item in read(str(find(path)), kind) if isinstance(item, Mention) and item.kind != "tally"]
        except Absent:
            continue
        told = played((post.seen, post) for post in sorted(posts, key=lambda post: (post.seen, post.id)))
        yield figure(
            f"raids: held in {path.partition('/')[0]}",
            told.wrongly([p.id for p in posts]),
            "",
            most=0.005,
            note=f"{len(posts)} real posts",
        )


def _unseen(listed: Unseen, seed: int) -> Iterator[Figure]:
    """Raids of one list in every size, every third of them slow."""
    found, worst, own, title = [], [], [], listed.title
    for i, size in enumerate(listed.sizes):
        for k, (name, speech) in enumerate(listed.raids.items()):
            called, how = listed.called[k % len(listed.called)], listed.how.get(name, unseen.USUAL)
            slow = k % 3 == 2 if how.slow is None else how.slow
            posts = unseen.raid(speech, size, BEGINS, seed + 20 * i + k, slow=slow, called=called, how=how)
            if name in listed.within:
                crowd = unseen.crowd(listed.within[name], 300, NEW[0], _backdrop()[0].people, BEGINS - 10_000, seed + k)
                found.append(_measured(posts, BEGINS, crowd))
            elif name in listed.ordinary:
                said = unseen.said_beside(posts, seed + k)
                own.append(_event([*posts, *said]).wrongly([post.id for post in said]))
                found.append(_measured(posts, BEGINS, said, counted=False))
            else:
                found.append(_measured(posts, BEGINS))
            worst.append((min(found[-1][:2]), f"{name} by {size}"))
    missed = ", ".join(f"{name} {share:.2f}" for share, name in sorted(worst) if share < 0.9)
    yield from _figures(
        title, f"{len(found)} raids of {listed.sizes[0]} to {listed.sizes[-1]}; below 0.9: {missed or 'none'}", found
    )
    if own:
        yield figure(
            f"raids{title}: what else raiders say, held",
            float(np.mean(own)),
            "",
            note="no bar: they say it nearly alike",
        )


def _figures(title: str, note: str, found: Sequence[tuple[float, float, float]]) -> Iterator[Figure]:
    unshown, early, others = (np.array(column) for column in zip(*found, strict=True))
    for name, shares in (("never shown", unshown), ("held 10 s after the start, or on arrival", early)):
        yield figure(
            f"raids{title}: posts {name}",
            float(shares.mean()),
            "",
            least=0.95,
            note=f"{note}; least {shares.min():.3f}",
        )
    yield figure(
        f"raids{title}: other posts held",
        float(others.max()),
        "",
        most=0.005,
        note=f"the most in one event; mean {others.mean():.5f}",
    )


@cache
def _backdrop() -> tuple[World, list[Mention]]:
    """An event without raids, as it is told, and its world."""
    world = World(SEED, RATE)
    plan = [p for p in world.plan(START, END) if p.planted != "spam"]
    return world, [p.item for p in plan if isinstance(p.item, Mention) and p.item.kind not in ("tally", "edit")]


def _event(posts: Sequence[Mention]) -> Played:
    return played(
        (post.seen, post) for post in sorted([*_backdrop()[1], *posts], key=lambda post: (post.seen, post.id))
    )


def _measured(
    posts: Sequence[Mention], begins: int, beside: Sequence[Mention] = (), *, counted: bool = True
) -> tuple[float, float, float]:
    """Of a raid: never shown, held early; of all other posts, those ``beside`` it ``counted`` or not: held."""
    told, ids = _event([*posts, *beside]), [post.id for post in posts]
    others = [post.id for post in (*_backdrop()[1], *(beside if counted else ()))]
    return told.unshown(ids), told.early(ids, begins), told.wrongly(others)


def _simulated(kind: raid.Kind, accounts: int, seed: int) -> tuple[float, float, float]:
    """A raid of the simulation, with a keynote moment of 300 voices beside it."""
    planned = raid.planned(raid.Raid(kind, accounts, BEGINS, seed), "simulation:")
    moment = cheers.planned(cheers.Cheers(300, BEGINS + 20_000, seed), _backdrop()[0].people, "simulation:")
    posts = [p.item for p in planned if p.planted == "raid" and isinstance(p.item, Mention)]
    beside = [
        p.item
        for p in (*planned, *moment)
        if p.planted != "raid" and p.due > BEGINS - 60_000 and isinstance(p.item, Mention)
    ]
    return _measured(posts, BEGINS, beside)
