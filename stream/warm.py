"""Compile what numba keeps, before anybody waits for it: ``python -m stream.warm``."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import numpy as np

from stream.analysis.folding import ALL
from stream.analysis.state import State
from stream.compiled import clear_stale
from stream.config import Config
from stream.forces import Layout
from stream.mention import Author, Mention, Target
from stream.moderation import Chain

VOICES = 20
MINUTE_MS = 60_000
MANY = ALL + 2_000
"""Posts of an evening on which everything is measured as on a great one."""
PEOPLE = 600
TOPICS = 40


def warm() -> None:
    """Read, judge and measure a few posts, and take a force step of each size; nothing of it is kept but the code."""
    text = "Such a fine morning at the #harbour, they say: all of us are there https://example.org/"
    posts = [
        Mention(f"simulation:{n}", "simulation", "post", n, n, Author(f"simulation:{n}", f"voice{n}"), text=text)
        for n in range(VOICES)
    ]
    state, chain = State(Config(), MINUTE_MS), Chain()
    state.add(posts)
    state.snapshot(VOICES)
    chain.hear_all([*posts, msgspec.structs.replace(posts[0], id="simulation:mårk", text="Crème brûlée\u0301")])
    for post in posts:
        chain.judge(post, VOICES)
    chain.raids.look(lambda authors, _: [False] * len(authors))
    chain.forget(posts[0])
    chain.prune(VOICES)
    for nodes in (50, 500):
        Layout(nodes, 0).step(np.array([[0, 1], [1, 2]]), np.ones(2, np.float32))


def warm_whole() -> None:
    """``warm``, and what only a great evening needs: groups, ties, rises, stories that are folded anew."""
    warm()
    posts, t = list(_evening()), 10 * MINUTE_MS
    state = State(Config(), t)
    state.advance(t)
    for begin in range(0, MANY, MANY // 4):
        state.add(posts[begin : begin + MANY // 4])
        state.snapshot(t)
    state.show(posts[0].id, False)
    state.show(posts[0].id, True)
    state.show(posts[1].id, False)
    state.stories()
    state.acquainted([posts[0].author.id], t)
    state.snapshot(t + MINUTE_MS)
    state.merge(State.from_bytes(state.to_bytes(), Config()))
    state.advance(10 * t)


def _evening() -> Iterator[Mention]:
    """Six groups, each with topics of its own; one post in three answers somebody, and the last minute speaks of one thing."""
    for n in range(MANY):
        who, other = n % PEOPLE, (7 * n + n // PEOPLE) % PEOPLE
        group, at = who % 6, 1 + n * 10 * MINUTE_MS // MANY
        topic = "#rise" if n > 0.9 * MANY else f"#topic{group * 10 + n % 10 % (TOPICS // 6)}"
        text = f"{topic} #group{group} the lantern walk number {n} begins at the old harbour"
        answers = Target(f"simulation:{n - 1}", f"simulation:p{other}") if n % 3 == 1 else None
        links = (f"https://example.org/{n % 50}",) if n % 4 == 0 else ()
        yield Mention(
            f"simulation:{n}",
            "simulation",
            "reply" if answers else "post",
            at,
            at,
            Author(f"simulation:p{who}", f"voice{who}"),
            text=text,
            lang="en",
            target=answers,
            hashtags=(topic[1:], f"group{group}"),
            links=links,
        )


if __name__ == "__main__":
    clear_stale()
    warm_whole()
