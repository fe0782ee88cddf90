"""What was planted between two moments: the answer that an analysis of the simulated event should find."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from ingest.simulation.festival import TOPICS
from ingest.simulation.people import People
from ingest.simulation.plan import Burst, Planned
from ingest.simulation.raid import Raid, name_of
from stream.mention import Mention

SOURCE: Final = "simulation:"


class PlantedBurst(msgspec.Struct, frozen=True):
    """A burst as it was planted, with the posts about it that were told. Times are ms UTC."""

    tag: str
    topic: str
    start: int
    end: int
    posts: int


class PlantedRaid(msgspec.Struct, frozen=True):
    """A raid as it was planted, with the ids of its posts that were told. ``start`` is ms UTC."""

    kind: str
    accounts: int
    start: int
    posts: tuple[str, ...]


class Truth(msgspec.Struct, frozen=True):
    """Everything planted among the items that were told from ``start`` to before ``end`` (ms UTC)."""

    start: int
    end: int
    communities: dict[str, str]
    """Author id to community, for everybody who spoke in one."""
    brand: tuple[str, ...]
    staff: tuple[str, ...]
    weak_ties: tuple[tuple[str, str], ...]
    """Pairs of author ids that tie two communities and talked, each pair in order of ids."""
    bursts: tuple[PlantedBurst, ...]
    raids: tuple[PlantedRaid, ...]
    cheers: tuple[str, ...]
    """Posts of keynote moments: many alike, and none of them a raid's."""
    duplicates: tuple[tuple[str, ...], ...]
    """Groups of near-duplicate posts, by id."""
    spam: tuple[str, ...]
    edited: tuple[str, ...]
    """Posts of which a newer edition was told."""
    retracted: tuple[str, ...]
    retracted_early: tuple[str, ...]
    """Those of ``retracted`` whose retraction was told before the post."""
    retracted_authors: tuple[str, ...]
    moods: dict[str, int]
    """Post id to the mood in which it was written: −1, 0, 1; only where the text is its author's own."""
    kinds: dict[str, int]
    languages: dict[str, int]


def truth_of(
    plan: Iterable[Planned], people: People, bursts: Sequence[Burst], raids: Sequence[Raid], start: int, end: int
) -> Truth:
    """The truth about the items of ``plan``, which were told from ``start`` to before ``end``."""
    numbered = {person.author.id: person for person in people.everybody}
    communities: dict[str, str] = {}
    groups: dict[str, list[str]] = defaultdict(list)
    burst_posts: Counter[str] = Counter()
    ties: set[tuple[str, str]] = set()
    spam: list[str] = []
    cheers: list[str] = []
    raided: dict[str, list[str]] = defaultdict(list)
    told: dict[str, int] = {}
    retracted: dict[str, int] = {}
    authors: list[str] = []
    edited: set[str] = set()
    moods: dict[str, int] = {}
    kinds: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for planned in plan:
        item = planned.item
        if not isinstance(item, Mention):
            kinds["retraction"] += 1
            if item.scope == "author":
                authors.append(item.target)
            else:
                retracted[item.target] = planned.due
            continue
        kinds[item.kind] += 1
        if item.kind == "tally":
            continue
        languages[item.lang] += 1
        told.setdefault(item.id, planned.due)
        person = numbered.get(item.author.id)
        if person is not None and person.community >= 0:
            communities[item.author.id] = TOPICS[person.community].name
        if item.kind == "edit" and item.target is not None:
            edited.add(item.target.id)
        if item.kind in ("post", "reply", "quote") and planned.planted not in ("spam", "raid"):
            moods[item.id] = planned.mood
        match planned.planted:
            case "burst":
                burst_posts[planned.group] += 1
            case "duplicate":
                groups[planned.group].append(item.id)
            case "spam":
                spam.append(item.id)
            case "raid":
                raided[planned.group].append(item.id)
            case "cheer":
                cheers.append(item.id)
            case "weak tie":
                for other in item.mentions:
                    low, high = sorted((item.author.id, other.id))
                    ties.add((low, high))
    return Truth(
        start=start,
        end=end,
        communities=communities,
        brand=(people[people.brand].author.id,),
        staff=tuple(people[i].author.id for i in people.staff),
        weak_ties=tuple(sorted(ties)),
        bursts=tuple(PlantedBurst(b.tag, b.topic, b.start, b.end, burst_posts[b.id]) for b in bursts),
        raids=tuple(
            PlantedRaid(r.kind, r.accounts, r.start, tuple(raided[name_of(r, SOURCE)]))
            for r in raids
            if name_of(r, SOURCE) in raided
        ),
        cheers=tuple(cheers),
        duplicates=tuple(tuple(ids) for _, ids in sorted(groups.items()) if len(ids) > 1),
        spam=tuple(spam),
        edited=tuple(sorted(edited)),
        retracted=tuple(sorted(retracted)),
        retracted_early=tuple(sorted(id for id, due in retracted.items() if due < told.get(id, due))),
        retracted_authors=tuple(sorted(authors)),
        moods=moods,
        kinds=dict(sorted(kinds.items())),
        languages=dict(sorted(languages.items())),
    )
