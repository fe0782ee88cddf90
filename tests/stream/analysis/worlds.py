"""Small worlds for the laws: few people and posts, so that edits, retractions and duplicates meet often."""

from __future__ import annotations

import os
from typing import Final

import msgspec
from hypothesis import settings
from hypothesis import strategies as st

from stream.config import AccountsConfig, Config, TrackConfig
from stream.mention import Author, Mention, Person, Place, Retraction, Target, Weight

LAWS: Final = settings(
    deadline=None, derandomize="AGORA_LAWS" not in os.environ, max_examples=int(os.environ.get("AGORA_LAWS", "25"))
)
"""How laws are tried: always the same examples, as many as the environment says; no deadline, since code is compiled."""
WINDOW: Final = 60_000
NOW: Final = 1_760_000_000_000
CONFIG: Final = Config(
    accounts=AccountsConfig(brand=("sim:a0",), staff=("sim:a1",)),
    tracks={"fair": TrackConfig(kind="campaign", terms=("fair trade", "#fair"))},
)

AUTHORS: Final = tuple(f"sim:a{i}" for i in range(6))
POSTS: Final = tuple(f"sim:p{i}" for i in range(10))
TEXTS: Final = (
    "",
    "Fair trade is a great idea, thank you all so much! #Fair",
    "Fair trade is a great idea, thank you all so much!! 😀 #fair",
    "I hate waiting for the bus in the rain, it is horrible #bus $BUS",
    "Odotan bussia sateessa, tämä on kamalaa #Bus",
    "大きな橋が開通しました #橋",
    "The bridge opens tomorrow at nine, come and see it #bridge #fair #bus",
)


def _role(author: str) -> str:
    return {"sim:a0": "brand", "sim:a1": "staff"}.get(author, "public")


@st.composite
def authors(draw: st.DrawFn, author_id: str | None = None) -> Author:
    name = author_id or draw(st.sampled_from(AUTHORS))
    return Author(
        name,
        handle=draw(st.sampled_from((name[4:], name[4:].upper()))),
        followers=draw(st.integers(0, 5)) * 100,
        role=_role(name),  # type: ignore[arg-type]
    )


@st.composite
def posts(draw: st.DrawFn, post_id: str, owners: dict[str, str]) -> Mention:
    """A post, reply, repost or quote under ``post_id``; each post has one author and one time in a world."""
    number = POSTS.index(post_id)
    kind = draw(st.sampled_from(("post", "post", "reply", "repost", "quote")))
    other = draw(st.sampled_from(POSTS)) if kind != "post" else None
    text = draw(st.sampled_from(TEXTS))
    at = NOW + draw(st.integers(-3 * WINDOW, WINDOW // 4)) if number % 2 else NOW - draw(st.integers(0, WINDOW - 1))
    return Mention(
        id=post_id,
        source=draw(st.sampled_from(("sim", "webhook"))),
        kind=kind,  # type: ignore[arg-type]
        at=at,
        seen=at,
        author=draw(authors(owners[post_id])),
        text=text,
        lang=draw(st.sampled_from(("en", "fi", "ja", "pt-BR", ""))),
        target=Target(other, draw(st.sampled_from((owners[other], "")))) if other else None,
        mentions=tuple(Person(a, a[4:]) for a in draw(st.lists(st.sampled_from(AUTHORS), max_size=2, unique=True))),
        hashtags=tuple(word[1:] for word in text.split() if word.startswith("#")),
        links=draw(st.sampled_from(((), ("https://example.org/a?utm_source=x",), ("http://www.example.org/a",)))),
        place=draw(st.sampled_from((None, Place("fi"), Place("BR")))),
        weight=draw(st.sampled_from((None, Weight(likes=3), Weight(1, 2, 3)))),
    )


@st.composite
def edits(draw: st.DrawFn, post: Mention) -> Mention:
    """A later form of ``post``, now and then by somebody who has no right to it."""
    later = post.at + draw(st.integers(0, 5000))
    return msgspec.structs.replace(
        draw(posts(post.id, dict.fromkeys(POSTS, post.author.id))),
        id=f"{post.id}@{draw(st.integers(1, 3))}",
        kind="edit",
        at=later,
        seen=later,
        author=draw(authors(draw(st.sampled_from((post.author.id, post.author.id, "sim:a5"))))),
        target=Target(post.id, post.author.id),
    )


@st.composite
def tallies(draw: st.DrawFn, post: Mention) -> Mention:
    at = post.at + draw(st.integers(0, 5000))
    return Mention(
        id=f"sim:t{draw(st.integers(0, 9))}-{post.id[4:]}-{at}",
        source="sim",
        kind="tally",
        at=at,
        seen=at,
        author=post.author,
        target=Target(post.id, post.author.id),
        weight=Weight(likes=draw(st.integers(0, 50))),
    )


class World(msgspec.Struct, frozen=True):
    """What is in the log: mentions of all kinds, retractions; and what the staff has decided in the end."""

    mentions: list[Mention]
    retractions: list[Retraction]
    blocked: list[str]
    hidden: list[str]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to ten posts with edits, tallies and duplicates, in the order of no clock."""
    owners = {post: draw(st.sampled_from(AUTHORS)) for post in POSTS}
    chosen = draw(st.lists(st.sampled_from(POSTS), unique=True, min_size=1))
    written = [draw(posts(post, owners)) for post in chosen]
    more: list[Mention] = []
    for post in written:
        more += draw(st.lists(edits(post), max_size=2))
        more += draw(st.lists(tallies(post), max_size=1))
        if draw(st.booleans()):
            more.append(msgspec.structs.replace(post, seen=post.seen + draw(st.integers(0, 2))))
    targets = st.sampled_from([*POSTS, *(edit.id for edit in more if edit.kind == "edit")])
    retractions = [Retraction(t, "post", NOW) for t in draw(st.lists(targets, max_size=2))]
    retractions += [Retraction(a, "author", NOW) for a in draw(st.lists(st.sampled_from(AUTHORS), max_size=1))]
    return World(
        mentions=written + more,
        retractions=retractions,
        blocked=draw(st.lists(st.sampled_from(AUTHORS), max_size=1)),
        hidden=draw(st.lists(st.sampled_from(POSTS), max_size=2, unique=True)),
    )
