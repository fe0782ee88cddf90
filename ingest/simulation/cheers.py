"""A keynote moment of the made-up event: hundreds who are there cheer in few words at once, and pass the same post on."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from ingest.simulation.plan import Planned
from stream.mention import Author, Kind, Mention, Target

if TYPE_CHECKING:
    from ingest.simulation.people import People

CHEERS: Final = (
    "What a keynote", "Wow what a keynote", "Best keynote ever", "This keynote", "Standing ovation for the keynote",
    "Goosebumps", "I am crying, what a keynote", "Incredible keynote", "Amazing", "Bravo", "That robot on stage",
    "The robot sings! The robot sings!", "Did you see that", "Everybody is standing", "So beautiful",
)  # fmt: skip
ENDINGS: Final = ("", "!", "!!", "!!!", " 😍", " 👏👏", " 🎉", " ❤️", "…")
NEWCOMERS: Final = 0.4
"""Share of those who cheer and were never heard before."""


class Cheers(NamedTuple):
    """``voices`` people cheer from ``start`` (ms UTC) on, for a minute and a half."""

    voices: int
    start: int
    seed: int


def planned(cheers: Cheers, people: People, prefix: str) -> list[Planned]:
    """What they post, quote and pass on; ``prefix`` begins every id."""
    rng = Random(f"cheers {cheers.seed} {cheers.start}")
    name = f"{prefix}cheers{cheers.seed:x}-{cheers.start // 1000:x}"
    brand = people[people.brand].author
    line = (
        "The robot orchestra has just sung its first song on the open stage, live at Kaleido. Thank you all! #Kaleido"
    )
    first = _mention(f"{name}.0", brand, line, cheers.start)
    found = [Planned(first.seen, first, "cheer", name)]
    for n in range(1, cheers.voices):
        if rng.random() < NEWCOMERS:
            author = Author(
                id=f"{name}-guest{n}",
                handle=f"guest_{n}_{rng.randrange(10_000)}",
                name=f"Guest {n}",
                followers=int(rng.lognormvariate(4.5, 1.2)),
            )
        else:
            author = people[rng.randrange(len(people.everybody) - 10)].author
        at = cheers.start + 2000 + int(min(88.0, rng.expovariate(1 / 18)) * 1000)
        if rng.random() < 0.35:
            item = _mention(f"{name}.{n}", author, line, at, repeats=first)
        else:
            text = f"{rng.choice(CHEERS)}{rng.choice(ENDINGS)}{rng.choice((' #Kaleido', ' #Kaleido', ' #KeynoteSlip', ''))}"
            item = _mention(f"{name}.{n}", author, text, at)
        found.append(Planned(item.seen, item, "cheer", name))
    return found


def _mention(id_: str, author: Author, text: str, at: int, repeats: Mention | None = None) -> Mention:
    target = Target(repeats.id, repeats.author.id) if repeats else None
    kind: Kind = "repost" if repeats else "post"
    tags = tuple(word[1:] for word in text.split() if word.startswith("#"))
    return Mention(
        id=id_, source="simulation", kind=kind, at=at, seen=at + 300, author=author, text=text, lang="en",
        target=target, hashtags=tags,
    )  # fmt: skip
