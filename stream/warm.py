"""Compile what numba keeps, before anybody waits for it: ``python -m stream.warm``."""

from __future__ import annotations

import msgspec
import numpy as np

from stream.analysis.state import State
from stream.config import Config
from stream.forces import Layout
from stream.mention import Author, Mention
from stream.moderation import Chain

VOICES = 20
MINUTE_MS = 60_000


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
    for nodes in (50, 500):
        Layout(nodes, 0).step(np.array([[0, 1], [1, 2]]), np.ones(2, np.float32))


if __name__ == "__main__":
    warm()
