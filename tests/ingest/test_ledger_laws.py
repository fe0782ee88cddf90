"""The ledger against plain dicts, in any interleaving of what sources say, rewinds, restarts and crashes."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ledger import Ledger
from ingest.source import Batch, Deletion, Item, Reaction, Takedown
from stream.mention import Author, Mention, Retraction, Target
from tests.ingest.cable import NOW
from tests.ingest.ledger_model import Model, Said

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Where a file costs no disk: these laws open thousands."""
POSTS = tuple(f"n:{i}" for i in range(2))
AUTHORS = ("n:ann", "n:bob")
KINDS = ("like", "repost", "reply")


def author_of(post: str) -> str:
    return AUTHORS[int(post[-1]) % 2]


posts = st.sampled_from(POSTS)
times = st.integers(1, 5)


@st.composite
def mentions(draw: Any) -> Mention:
    """A post, or an edit or repost of one; a repost has an id of its own for each who repeats."""
    id, at = draw(posts), draw(times)
    kind = draw(st.sampled_from(("post", "post", "edit", "repost")))
    target = Target(id, draw(st.sampled_from((author_of(id), ""))))
    if kind == "edit":
        return Mention(f"{id}@{draw(times)}", "n", "edit", at, NOW, Author(author_of(id)), target=target)
    if kind == "repost":
        who = draw(st.sampled_from(AUTHORS))
        return Mention(f"n:r{who[-1]}{id[-1]}", "n", "repost", at, NOW, Author(who), target=target)
    return Mention(id, "n", "post", at, NOW, Author(author_of(id)))


natives = st.one_of(
    posts,
    st.sampled_from([f"n:r{who[-1]}{post[-1]}" for who in AUTHORS for post in POSTS]),
    st.sampled_from([f"local {i}" for i in range(2)]),
    st.sampled_from([f"like {i}" for i in range(2)]),
)
reactions = st.builds(
    Reaction,
    posts,
    st.sampled_from([f"like {i}" for i in range(2)]),
    st.sampled_from(KINDS),
    times,
    st.none() | mentions(),
)
items = st.one_of(
    mentions(), reactions, natives.map(lambda n: Deletion(n, 1)), st.builds(Takedown, st.sampled_from(AUTHORS), times)
)
says = st.tuples(
    st.just("say"),
    st.sampled_from(("here", "there")),
    st.lists(items, max_size=4),
    st.dictionaries(st.sampled_from([f"local {i}" for i in range(2)]), posts, max_size=2),
    st.sampled_from(("safe", "safe", "safe", "refused", "crash")),
)
rewinds = st.tuples(st.just("rewind"), st.integers(1, 6))
steps = st.lists(st.one_of(says, says, rewinds, st.just(("restart",))), max_size=14)


def said(items: list[Any]) -> list[Said]:
    """What went to the log, without tallies, in comparable words."""
    told = [
        (i.scope, i.target) if isinstance(i, Retraction) else ("mention", i.id)
        for i in items
        if getattr(i, "kind", "") != "tally"
    ]
    return sorted(told)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_it_says_what_plain_dicts_say(script: list[tuple[Any, ...]]) -> None:
    """Whatever comes in whatever order, however often, the log gets what the model says, and in the end the same tallies."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        path = Path(folder) / "ledger.db"
        ledger, model = Ledger(path, now=lambda: NOW), Model()
        history: list[tuple[str, list[Item], dict[str, str]]] = []
        pending = [step[1:] for step in reversed(script) if step[0] == "say"]
        for step in script:
            if step[0] == "restart":
                ledger.shut()
                ledger = Ledger(path, now=lambda: NOW)
            elif step[0] == "rewind":
                for source, batch, names in history[-step[1] :]:
                    settled = ledger.settle(source, Batch(tuple(batch), natives=names))
                    assert said(settled.items) == sorted(model.say(source, batch, names))
                    ledger.close(settled, True)
                    model.closed(True)
            else:
                source, batch, names, fate = pending.pop()
                history.append((source, batch, names))
                settled = ledger.settle(source, Batch(tuple(batch), natives=names))
                assert said(settled.items) == sorted(model.say(source, batch, names))
                model.closed(fate == "safe")
                if fate == "crash":
                    ledger.shut()
                    ledger = Ledger(path, now=lambda: NOW)
                else:
                    ledger.close(settled, fate == "safe")
        last = ledger.due(all=True)
        ledger.close(last, True)
        assert said(last.items) == sorted(model.owed)
        tallies = {i.target.id: i.weight for i in last.items if isinstance(i, Mention)}
        counts = model.counts()
        assert set(tallies) == set(counts)
        for id, weight in tallies.items():
            assert (weight.likes, weight.reposts, weight.replies) == tuple(counts[id].get(kind, 0) for kind in KINDS)
        assert ledger.due(all=True).items == []
        ledger.shut()
