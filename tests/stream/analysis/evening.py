"""A made-up evening as records, to be measured in a process of its own: ``python -m tests.stream.analysis.evening``."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator

from stream.analysis.analyse import analyse
from stream.config import Config
from stream.mention import Author, Mention, Person, Retraction, Target
from stream.wire.snapshot import encode
from tests.stream.analysis.worlds import NOW

WORDS = (
    "bridge", "river", "mayor", "ribbon", "night", "market", "bus", "rain",
    "music", "food", "storm", "harbour", "light", "window", "train", "ferry",
)  # fmt: skip
MOODS = ("I love it, wonderful", "terrible, I hate this", "", "kiitos, ihanaa", "quelle horreur", "😀", "😡")


def records(number: int = 3000, seed: int = 5) -> Iterator[Mention | Retraction]:
    """Circles of people who mostly talk among themselves, each about its own topics, in no order of time."""
    chance = random.Random(seed)
    for i in range(number):
        group, person = chance.randrange(6), chance.randrange(12)
        other = chance.randrange(12) + (12 * chance.randrange(6) if chance.random() < 0.05 else 12 * group)
        at = NOW - int(chance.random() ** 2 * 3_600_000)
        tags = tuple(chance.sample(WORDS[group * 2 : group * 2 + 4], 2)) if chance.random() < 0.7 else ()
        words = " ".join(chance.choices(WORDS, k=8)) if chance.random() < 0.7 else " ".join(WORDS[:9])
        kind = chance.choice(("post", "post", "reply", "repost", "quote"))
        target = Target(f"sim:{chance.randrange(i + 1)}", f"sim:p{other}") if kind != "post" else None
        author = Author(f"sim:p{12 * group + person}", handle=f"P{12 * group + person}", followers=person)
        yield Mention(
            id=f"sim:{i}", source="sim", kind=kind, at=at, seen=at, author=author, text=f"{words} {chance.choice(MOODS)}",
            lang=chance.choice(("en", "fi", "fr", "")), target=target, hashtags=tags,
            mentions=(Person(f"sim:p{other}", f"P{other}"),) if chance.random() < 0.3 else (),
        )  # fmt: skip
        if chance.random() < 0.02:
            yield Retraction(f"sim:{chance.randrange(number)}", "post", NOW)


if __name__ == "__main__":
    sys.stdout.buffer.write(encode(analyse(records(), Config(), 1_800_000)))
