"""What a webhook's sender may say, and the mentions and retractions that it becomes.

A sender speaks only for itself: its ids, its authors' ids and what it edits, counts or deletes all begin with
``webhook:<sender>:``. Role, ``seen`` and flags are ours to give, never the payload's.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from ingest import text
from ingest.roles import Roles
from stream.mention import (
    Author,
    Kind,
    Media,
    Mention,
    Person,
    Place,
    Retraction,
    Target,
    Unreadable,
    Weight,
    repaired_time,
    validate,
)

SOURCE: Final = "webhook"
NETWORKS: Final = ("archive", "bluesky", "guestbook", "hackernews", "mastodon", "rss", "x")
"""Sources whose posts a sender may reply to, quote or repost, by their full id."""

_Short = Annotated[str, Meta(max_length=300)]


class _Author(msgspec.Struct):
    id: Annotated[str, Meta(min_length=1, max_length=300)]
    handle: _Short = ""
    name: _Short = ""
    avatar: Annotated[str, Meta(max_length=2048)] = ""
    followers: Annotated[int, Meta(ge=0, le=10**10)] = 0


class _Target(msgspec.Struct):
    id: Annotated[str, Meta(min_length=1, max_length=400)]
    author: _Short = ""


class _Place(msgspec.Struct):
    country: str = ""
    lat: Annotated[float, Meta(ge=-90, le=90)] | None = None
    lon: Annotated[float, Meta(ge=-180, le=180)] | None = None


class Payload(msgspec.Struct):
    """One thing that a sender tells. A ``delete`` needs ``id``, or ``author`` for everything of theirs; all else an author.

    ``at`` is ISO 8601 or milliseconds UTC; missing is now. ``revision`` numbers the editions of an edited post.
    """

    kind: Literal["post", "reply", "repost", "quote", "edit", "tally", "delete"] = "post"
    id: Annotated[str, Meta(min_length=1, max_length=300)] = ""
    at: str | int | None = None
    text: str = ""
    lang: Annotated[str, Meta(max_length=35)] = ""
    author: _Author | None = None
    target: _Target | None = None
    revision: Annotated[str | int, Meta()] = ""
    mentions: list[_Short] = []
    hashtags: list[_Short] = []
    links: list[str] = []
    media: list[Media] = []
    place: _Place | None = None
    weight: Weight | None = None


_decoder = msgspec.json.Decoder(Payload)


def item_of(raw: bytes, sender: str, roles: Roles, now_ms: int) -> Mention | Retraction:
    """What ``sender`` says in ``raw``, JSON of one ``Payload``. Raises ``Unreadable`` with a reason for the sender."""
    try:
        payload = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
    except RecursionError as fault:
        raise Unreadable("nested too deeply") from fault
    own = f"{SOURCE}:{sender}:"
    if payload.kind == "delete":
        return _retraction(payload, own, now_ms)
    if payload.author is None:
        raise Unreadable("author is missing")
    if not payload.id and payload.kind != "edit":
        raise Unreadable("id is missing")
    author = payload.author
    stable = _own_id(own, author.id)
    said = text.words(payload.text)
    if payload.place is not None and (payload.place.lat is None) != (payload.place.lon is None):
        raise Unreadable("a place needs both lat and lon, or neither")
    id, target = _identity(payload, own)
    return validate(
        Mention(
            id=id,
            source=SOURCE,
            kind=_kind(payload.kind),
            at=repaired_time(_time(payload.at, now_ms), now_ms),
            seen=now_ms,
            author=Author(
                id=stable,
                handle=text.name(author.handle),
                name=text.name(author.name),
                avatar="".join(text.web_links([author.avatar])),
                followers=author.followers,
                role=roles.get(stable, "public"),
            ),
            text=said,
            lang=payload.lang,
            target=target,
            mentions=tuple(
                Person(handle=text.name(handle.removeprefix("@")))
                for handle in text.unique(payload.mentions or text.handles(said))
            ),
            hashtags=text.unique(text.name(tag.lstrip("#")) for tag in payload.hashtags) or text.hashtags(said),
            links=text.web_links(payload.links) or text.links(said),
            media=tuple(m for m in payload.media[: text.LIST_LIMIT] if text.web_links([m.url])),
            place=_place(payload.place) if payload.place else None,
            weight=payload.weight,
        )
    )


def _retraction(payload: Payload, own: str, now_ms: int) -> Retraction:
    if payload.id:
        return Retraction(target=_own_id(own, payload.id), scope="post", at=now_ms)
    if payload.author is not None:
        return Retraction(target=_own_id(own, payload.author.id), scope="author", at=now_ms)
    raise Unreadable("a delete needs the id of a post, or an author")


def _identity(payload: Payload, own: str) -> tuple[str, Target | None]:
    """The mention's id, and its target."""
    given = payload.target
    if payload.kind == "edit":
        if given is None and not payload.id:
            raise Unreadable("an edit needs target.id, the id of the post")
        post = _own_id(own, given.id if given else payload.id)
        revision = str(payload.revision) or (payload.id if given else "")
        if not revision:
            raise Unreadable("an edit needs a revision, a number or word that no other edition has")
        author = _own_id(own, payload.author.id) if payload.author else ""
        return f"{post}@{revision.rpartition('@')[2]}", Target(id=post, author=author)
    id = _own_id(own, payload.id)
    if given is None:
        return id, None
    if payload.kind == "tally":
        return id, Target(id=_own_id(own, given.id), author=_own_id(own, given.author) if given.author else "")
    foreign = given.id.partition(":")[0] in NETWORKS and ":" in given.id
    if foreign:
        return id, Target(id=given.id, author=given.author if given.author.partition(":")[0] in NETWORKS else "")
    return id, Target(id=_own_id(own, given.id), author=_own_id(own, given.author) if given.author else "")


def _own_id(own: str, native: str) -> str:
    """``native`` as an id of this sender, whatever it pretends to be."""
    return native if native.startswith(own) and len(native) > len(own) else own + native


def _kind(kind: Literal["post", "reply", "repost", "quote", "edit", "tally", "delete"]) -> Kind:
    if kind == "delete":
        raise Unreadable("a delete is no mention")
    return kind


def _time(at: str | int | None, now_ms: int) -> int:
    if at is None:
        return now_ms
    if isinstance(at, int):
        return at
    try:
        moment = datetime.fromisoformat(at)
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise Unreadable(f"at is {at[:60]!r}; write it like 2026-06-01T12:00:00Z") from None


def _place(place: _Place) -> Place:
    country = place.country.upper()
    lat, lon = place.lat, place.lon
    return Place(
        country=country if len(country) == 2 and country.isascii() and country.isalpha() else "",
        lat=None if lat is None else round(lat, 1),
        lon=None if lon is None else round(lon, 1),
    )
