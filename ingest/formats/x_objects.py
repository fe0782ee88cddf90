"""The objects of X's API v2, as far as they are read here; whatever else they hold is ignored.

Any field may be missing: X gives what was asked for, and archives keep what they like.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

Id = str | int
"""X writes ids as strings; tables that went through other hands hold numbers."""


class Problem(msgspec.Struct):
    """What X could not do, as it says in ``errors``."""

    title: str = ""
    detail: str = ""
    details: list[str] | None = None
    type: str = ""
    resource_type: str = ""
    resource_id: str = ""
    value: str = ""
    disconnect_type: str = ""
    connection_issue: str = ""


class Tag(msgspec.Struct):
    tag: str = ""


class Url(msgspec.Struct):
    url: str = ""
    expanded_url: str | None = None
    display_url: str | None = None
    media_key: str | None = None


class Named(msgspec.Struct):
    username: str = ""
    id: Id | None = None


class Entities(msgspec.Struct):
    hashtags: list[Tag] | None = None
    urls: list[Url] | None = None
    mentions: list[Named] | None = None


class Withheld(msgspec.Struct):
    copyright: bool | None = None
    country_codes: list[str] | None = None


class Followed(msgspec.Struct):
    followers_count: int | None = None


class User(msgspec.Struct):
    id: Id | None = None
    username: str | None = None
    name: str | None = None
    profile_image_url: str | None = None
    protected: bool | None = None
    public_metrics: Followed | None = None
    withheld: Withheld | None = None
    created_at: str | None = None


class _Bare(msgspec.Struct):
    id: Id | None = None
    protected: Any = None


class Medium(msgspec.Struct):
    media_key: str = ""
    type: str | None = None
    url: str | None = None
    preview_image_url: str | None = None
    alt_text: str | None = None


class Attached(msgspec.Struct):
    media_keys: list[str] | None = None
    media: list[Medium] | None = None


class Box(msgspec.Struct):
    bbox: list[float] | None = None


class Place(msgspec.Struct):
    id: str | None = None
    country_code: str | None = None
    place_type: str | None = None
    geo: Box | None = None


class Point(msgspec.Struct):
    coordinates: list[float] | None = None


class Geo(Place):
    place_id: str | None = None
    coordinates: Point | None = None


class Counts(msgspec.Struct):
    like_count: int | None = None
    retweet_count: int | None = None
    reply_count: int | None = None


class Note(msgspec.Struct):
    text: str | None = None
    entities: Entities | None = None


class Post(msgspec.Struct):
    id: Id | None = None
    action: str | None = None
    text: str | None = None
    note_tweet: Note | None = None
    author_id: Id | None = None
    author: User | None = None
    created_at: str | None = None
    edit_history_tweet_ids: list[Id] | None = None
    referenced_tweets: list[Reference] | None = None
    in_reply_to_user_id: Id | None = None
    in_reply_to_user: User | None = None
    entities: Entities | None = None
    attachments: Attached | None = None
    geo: Geo | None = None
    lang: str | None = None
    possibly_sensitive: bool | None = None
    public_metrics: Counts | None = None
    withheld: Withheld | None = None


class Reference(Post):
    type: str = ""


class Listed(msgspec.Struct):
    users: list[msgspec.Raw] | None = None
    tweets: list[msgspec.Raw] | None = None
    media: list[msgspec.Raw] | None = None
    places: list[msgspec.Raw] | None = None


class Line(msgspec.Struct):
    """A line: a page, a message of the stream, or a post or notice without anything around it."""

    data: msgspec.Raw = msgspec.Raw()
    includes: Listed | None = None
    errors: list[Problem] | None = None
    meta: msgspec.Raw = msgspec.Raw()
    id: msgspec.Raw = msgspec.Raw()


class Glance(msgspec.Struct):
    """Whose post it is, where the rest of it cannot be read."""

    author_id: Id | None = None
    author: User | None = None


_NOT_FOR_ALL: Final = re.compile(rb'"protected"\s*:\s*(?!false|null)\S|"withheld"\s*:\s*\{')
_user, _bare = msgspec.json.Decoder(User), msgspec.json.Decoder(_Bare)


def user_of(raw: msgspec.Raw) -> User:
    """The user in ``raw``; of one that cannot be read whether the account is protected. Raises what msgspec raises."""
    try:
        return _user.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        bare = _bare.decode(raw)
        return User(id=bare.id, protected=bare.protected not in (None, False))


def may_withhold(line: bytes) -> bool:
    """Whether something in ``line``, which nobody can read, is not for everybody."""
    return bool(_NOT_FOR_ALL.search(line))
