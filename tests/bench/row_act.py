"""What it costs to find out whether a post wants an answer: one in fifty is to our account, or most of them name us."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

from stream.act.book import Book
from stream.act.wants import Judge
from stream.config import AccountsConfig, TrackConfig
from stream.mention import Author, Mention, Person
from tests.bench.figure import Figure, figure

POSTS = 20_000
WORDS = (
    "festival", "lovely", "tonight", "and", "we", "walk", "along", "the", "harbour", "with", "lanterns", "music", "night",
)  # fmt: skip
US = "bluesky:did:us"


def measure() -> Iterator[Figure]:
    """Processor time a post, in microseconds."""
    for what, term in (("one in fifty to us", "harbour festival"), ("most of them to us", "festival")):
        tracks = {"us": TrackConfig(kind="brand", terms=(term,))}
        book = Book(Judge(AccountsConfig(brand=(US,)), tracks, lambda _: False, lambda _: 0.0))
        posts = _posts(random.Random(1))
        for post in posts[:1000]:
            book.hear(post.id, post)
        began = time.thread_time()
        for post in posts:
            book.hear(post.id, post)
        cost = (time.thread_time() - began) / POSTS * 1e6
        yield figure(
            f"does a post want an answer, {what}", cost, "µs", note=f"{POSTS:,} posts, processor time of one thread"
        )


def _posts(chance: random.Random) -> list[Mention]:
    return [
        Mention(
            f"bluesky:at://did:{n}/app.bsky.feed.post/{n}",
            "bluesky",
            "post",
            n,
            n,
            Author(f"bluesky:did:{n % 997}", handle="somebody"),
            text=" ".join(chance.choices(WORDS, k=18)) + ("?" if n % 7 == 0 else ""),
            lang="en",
            mentions=(Person(US, "fest"),) if n % 50 == 0 else (),
        )
        for n in range(POSTS)
    ]
