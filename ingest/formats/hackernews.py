"""Items of Hacker News: stories, jobs, polls and comments become mentions; options of polls are no utterance of anybody."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from ingest import text as words
from ingest.markup import Markup, read
from ingest.roles import Roles
from stream.mention import Author, Mention, Target, Unreadable, Weight, repaired_time, validate

SOURCE: Final = "hackernews"
KINDS: Final = {"story": "post", "job": "post", "poll": "post", "comment": "reply"}


class Item(msgspec.Struct, frozen=True):
    """One item, as the service tells it. ``time`` is in seconds, ``text`` and ``title`` are HTML."""

    id: int
    type: str = ""
    by: str = ""
    time: int = 0
    text: str = ""
    title: str = ""
    url: str = ""
    parent: int | None = None
    score: int | None = None
    descendants: int | None = None
    deleted: bool = False
    dead: bool = False


_decoder: msgspec.json.Decoder[Item | None] = msgspec.json.Decoder(Item | None)


def item_of(raw: bytes) -> Item | None:
    """The item in ``raw``; None for a number that has none (yet). Raises ``Unreadable`` with the reason."""
    try:
        return _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Unreadable(f"an item of Hacker News: {fault}") from fault


def id_of(number: int) -> str:
    """The id of the mention of the item ``number``."""
    return f"{SOURCE}:{number}"


def number_of(id: str) -> int:
    """The number of the item whose mention has this ``id``."""
    return int(id.removeprefix(f"{SOURCE}:"))


def gone(item: Item) -> str:
    """Why ``item`` may not be shown, or empty: its author deleted it, or readers or moderators killed it."""
    return "deleted" if item.deleted else "dead" if item.dead else ""


def mention(item: Item, seen: int, roles: Roles, parent_by: str = "") -> Mention:
    """The mention that ``item`` is; ``parent_by`` is the author of what it answers. Raises ``Unreadable``."""
    kind = KINDS.get(item.type)
    if kind is None:
        raise Unreadable(f"an item of the type {item.type[:40]!r}")
    if not item.by:
        raise Unreadable("an item without an author")
    if kind == "reply" and item.parent is None:
        raise Unreadable("a comment on nothing")
    title, said = read(item.title).text, read(item.text)
    text = words.words("\n".join(part for part in (title, _whole(said)) if part))
    parent = id_of(item.parent) if item.parent is not None else ""
    made = Mention(
        id=id_of(item.id),
        source=SOURCE,
        kind="reply" if kind == "reply" else "post",
        at=item.time * 1000,
        seen=seen,
        author=_author(item.by, roles),
        text=text,
        target=Target(id=parent, author=f"{SOURCE}:{parent_by}" if parent_by else "") if kind == "reply" else None,
        hashtags=words.hashtags(text),
        links=words.unique([*words.web_links([item.url]), *words.web_links(said.links)]),
        weight=weight(item),
    )
    return msgspec.structs.replace(validate(made), at=repaired_time(made.at, seen))


def weight(item: Item) -> Weight | None:
    """What the service counted: points and comments; comments have neither."""
    if item.score is None and item.descendants is None:
        return None
    return Weight(likes=max(0, item.score or 0), replies=max(0, item.descendants or 0))


def revision(item: Item) -> str:
    """What changes when, and only when, ``item`` says something else."""
    return hashlib.sha256("\0".join((item.title, item.text, item.url)).encode()).hexdigest()[:12]


def edit(post: Mention, item: Item, number: int) -> Mention:
    """The ``number``-th edit of the post, which says what ``item`` says now. The service tells no time of it."""
    return msgspec.structs.replace(
        post,
        id=f"{post.id}@{number}-{revision(item)[:8]}",
        kind="edit",
        at=post.seen,
        target=Target(id=post.id, author=post.author.id),
    )


def tally(post: Mention) -> Mention | None:
    """What the service counts now for the post, or None where it counts nothing."""
    if post.weight is None:
        return None
    return Mention(
        id=f"{post.id}.t{post.seen}",
        source=SOURCE,
        kind="tally",
        at=post.seen,
        seen=post.seen,
        author=Author(id=post.author.id),
        target=Target(id=post.id, author=post.author.id),
        weight=post.weight,
    )


def _author(by: str, roles: Roles) -> Author:
    name = words.name(by)
    return Author(id=f"{SOURCE}:{name}", handle=name, name=name, role=roles.get(f"{SOURCE}:{name}", "public"))


def _whole(said: Markup) -> str:
    """The text with whole addresses where the service shortened them for the eye."""
    text = said.text
    for link in said.links:
        # "https://a.example/some-lo..." for a link to "https://a.example/some-long-path".
        for length in range(min(len(link), 80), 9, -1):
            shortened = link[:length] + "..."
            if shortened in text:
                text = text.replace(shortened, link, 1)
                break
    return text
