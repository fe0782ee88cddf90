"""What it costs to listen: 100 terms and 10,000, on posts of which one in twenty says a term."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence

from ingest.matching import Matcher
from stream.config.networks import MatchConfig
from stream.mention.terms import Finder
from tests.bench.figure import Figure, figure
from tests.bench.posts import originals

POSTS, FEW, MANY, ROUNDS = 20_000, 100, 10_000, 5
SHARE = 20
"""One post in so many says a term."""


def measure() -> Iterator[Figure]:
    """Microseconds a post with few and with many terms, the best of some rounds each, in turn."""
    what, mentions = originals()
    dice = random.Random(1)
    texts = [mention.text for mention in dice.sample(mentions, POSTS)]
    absent = _absent(texts, MANY, dice)
    few, many = (_matcher(absent[:number]) for number in (FEW, MANY))
    # The same posts say a term of both, so that what is found costs both the same.
    said = [f"{text} {absent[dice.randrange(FEW)]}" if i % SHARE == 0 else text for i, text in enumerate(texts)]
    found = {sum(map(matcher.says, said)) for matcher in (few, many)}
    assert found == {-(-POSTS // SHARE)}, found
    times = [(_cost(few, said), _cost(many, said)) for _ in range(ROUNDS)]
    less, more = (min(column) for column in zip(*times, strict=True))
    note = f"{POSTS} {what}, one in {SHARE} says a term; words, phrases, hashtags and accounts"
    yield figure("matching 100 terms", less * 1e6, "µs/post", note=note)
    yield figure("matching 10,000 terms", more * 1e6, "µs/post", note=note)
    yield figure("10,000 terms against 100", more / less, "times", most=2.0)


def _absent(texts: Sequence[str], number: int, dice: random.Random) -> list[str]:
    """``number`` terms that nobody says, made of what people say, so that their beginnings are everywhere."""
    words = sorted(
        {word for text in texts for word in text.lower().split() if word.isascii() and word.isalpha() and len(word) > 3}
    )
    terms: dict[str, None] = {}
    while len(terms) < 2 * number:
        one, other = dice.choice(words), dice.choice(words)
        blend = one[: len(one) // 2 + 1] + other[len(other) // 2 :]
        forms = (f"#{one}{other}", f"@{one}_{other}", f"{one} {other}", f"{one} {other}", blend)
        terms[dice.choice(forms)] = None
    chosen = list(terms)
    everything = Finder(chosen)
    heard = set[int]().union(*map(everything.find, texts))
    return [term for i, term in enumerate(chosen) if i not in heard][:number]


def _matcher(terms: Sequence[str]) -> Matcher:
    return Matcher(MatchConfig(terms=tuple(terms)))


def _cost(matcher: Matcher, texts: Sequence[str]) -> float:
    """Seconds a text."""
    begin = time.perf_counter()
    for text in texts:
        matcher.says(text)
    return (time.perf_counter() - begin) / len(texts)
