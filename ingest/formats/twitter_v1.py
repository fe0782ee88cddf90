"""Posts as Twitter's API v1.1 gave them, one JSON object a line.

The ids are those of the network (``x:<id>``), so that a post has one identity however it is heard; the source is
``archive``, because an archive hears of no deletion later and nobody may take it for the live network.

``seen`` is the time of the post: an archive cannot know when it would have been seen, and a post of 2016 read today is not
ten years late. A retweet or quote gives its target, not a mention of its own for the post embedded in it, which was
written by somebody who may not be in the archive, at another time; the retweet carries the whole text of that post, since its
own is cut. A protected account's posts are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, Literal

import msgspec

from ingest import text as words
from ingest.formats import twitter
from ingest.roles import Roles
from stream.mention import Author, Kind, Media, Mention, Person, Place, Retraction, Role, Target, Unreadable, Weight

SOURCE: Final = "archive"
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class _Hashtag(msgspec.Struct):
    text: str


class _Url(msgspec.Struct):
    url: str | None = None
    expanded_url: str | None = None


class _Named(msgspec.Struct):
    id_str: str | None = None
    id: int | None = None
    screen_name: str | None = None


class _Media(msgspec.Struct):
    type: str | None = None
    media_url_https: str | None = None
    media_url: str | None = None
    ext_alt_text: str | None = None


class _Entities(msgspec.Struct):
    hashtags: list[_Hashtag] | None = None
    urls: list[_Url] | None = None
    user_mentions: list[_Named] | None = None
    media: list[_Media] | None = None


class _User(msgspec.Struct):
    id_str: str | None = None
    id: int | None = None
    screen_name: str | None = None
    name: str | None = None
    profile_image_url_https: str | None = None
    followers_count: int | None = None
    protected: bool | None = None


class _Box(msgspec.Struct):
    coordinates: list[list[tuple[float, float]]] | None = None


class _Place(msgspec.Struct):
    country_code: str | None = None
    place_type: str | None = None
    bounding_box: _Box | None = None


class _Point(msgspec.Struct):
    coordinates: tuple[float, float] | None = None


class _Extended(msgspec.Struct):
    full_text: str | None = None
    entities: _Entities | None = None
    extended_entities: _Entities | None = None


class _Deleted(msgspec.Struct):
    id_str: str | None = None
    id: int | None = None


class _Delete(msgspec.Struct):
    status: _Deleted
    timestamp_ms: str | None = None


class _Status(msgspec.Struct):
    id_str: str | None = None
    id: int | None = None
    created_at: str | None = None
    text: str | None = None
    full_text: str | None = None
    user: _User | None = None
    lang: str | None = None
    entities: _Entities | None = None
    extended_entities: _Entities | None = None
    extended_tweet: _Extended | None = None
    retweeted_status: _Status | None = None
    quoted_status: _Status | None = None
    quoted_status_id_str: str | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_user_id_str: str | None = None
    in_reply_to_screen_name: str | None = None
    place: _Place | None = None
    coordinates: _Point | None = None
    favorite_count: int | None = None
    retweet_count: int | None = None
    reply_count: int | None = None
    possibly_sensitive: bool | None = None
    delete: _Delete | None = None


_decoder = msgspec.json.Decoder(_Status)
_NO_ENTITIES: Final = _Entities()


def parser(roles: Roles) -> Callable[[bytes], Sequence[Mention | Retraction]]:
    """A parser of lines that gives the accounts in ``roles`` their role."""

    def parse(line: bytes) -> Sequence[Mention | Retraction]:
        try:
            status = _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as fault:
            raise Unreadable(str(fault)) from fault
        if status.delete is not None:
            return (_retraction(status.delete),)
        if status.user is not None and status.user.protected:
            return ()
        return (_mention(status, roles),)

    return parse


def _mention(status: _Status, roles: Roles) -> Mention:
    number = _number(status.id_str, status.id, "the post")
    if status.user is None:
        raise Unreadable("the post has no user")
    at = time_of(status.created_at, number)
    kind, target, said = _relation(status)
    extended = said.extended_tweet
    text = (extended.full_text if extended else None) or said.full_text or said.text
    if text is None:
        raise Unreadable("the post has no text")
    entities = (extended.entities if extended else None) or said.entities or _NO_ENTITIES
    pictures = (extended.extended_entities if extended else None) or said.extended_entities or entities
    return Mention(
        id=f"x:{number}",
        source=SOURCE,
        kind=kind,
        at=at,
        seen=at,
        author=_author(status.user, roles),
        text=twitter.words(text),
        lang=twitter.language(status.lang),
        target=target,
        mentions=_people(status, kind, target),
        hashtags=words.unique([words.name(tag.text) for tag in entities.hashtags]) if entities.hashtags else (),
        links=_links(entities.urls, status, kind) if entities.urls else (),
        media=_pictures(pictures.media) if pictures.media else (),
        place=_place(status) if status.place or status.coordinates else None,
        weight=None if kind == "repost" else _weight(status),
        flags=("sensitive",) if said.possibly_sensitive or status.possibly_sensitive else (),
    )


def _retraction(delete: _Delete) -> Retraction:
    number = _number(delete.status.id_str, delete.status.id, "the deleted post")
    stamp = delete.timestamp_ms or ""
    return Retraction(target=f"x:{number}", scope="post", at=int(stamp) if stamp.isdigit() else time_of(None, number))


def _relation(status: _Status) -> tuple[Kind, Target | None, _Status]:
    """The kind, its target, and the status whose words are said: the original's in a retweet."""
    if status.retweeted_status is not None:
        original = status.retweeted_status
        return "repost", _target(_number(original.id_str, original.id, "the retweeted post"), original.user), original
    if status.in_reply_to_status_id_str:
        number = _number(status.in_reply_to_status_id_str, None, "the post replied to")
        author = f"x:{status.in_reply_to_user_id_str}" if status.in_reply_to_user_id_str else ""
        return "reply", Target(id=f"x:{number}", author=author), status
    if status.quoted_status is not None:
        quoted = status.quoted_status
        return "quote", _target(_number(quoted.id_str, quoted.id, "the quoted post"), quoted.user), status
    if status.quoted_status_id_str:
        number = _number(status.quoted_status_id_str, None, "the quoted post")
        return "quote", Target(id=f"x:{number}"), status
    return ("reply" if status.in_reply_to_user_id_str else "post"), None, status


def _target(number: int, user: _User | None) -> Target:
    return Target(id=f"x:{number}", author=f"x:{user.id_str or user.id}" if user and (user.id_str or user.id) else "")


def _number(text: str | None, number: int | None, what: str) -> int:
    return twitter.number(number if text is None else text, what)


def time_of(created_at: str | None, number: int) -> int:
    """When the post ``number`` was written, in milliseconds UTC: ``created_at``, or where that is missing, from the id.

    Raises ``Unreadable`` when neither tells.
    """
    if created_at is None:
        return twitter.time_of_id(number)
    # "Wed Oct 10 20:19:24 +0000 2018", always UTC, always this width.
    try:
        if created_at[19:26] != " +0000 " or created_at[13] != ":" or created_at[16] != ":" or len(created_at) != 30:
            raise ValueError
        hour, minute, second = int(created_at[11:13]), int(created_at[14:16]), int(created_at[17:19])
        if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second <= 60):
            raise ValueError
        return (_day(created_at[4:10], created_at[26:]) * 86_400 + hour * 3600 + minute * 60 + second) * 1000
    except (ValueError, IndexError):
        raise Unreadable(f"created_at is {created_at[:60]!r}, not like 'Wed Oct 10 20:19:24 +0000 2018'") from None


@lru_cache(maxsize=1024)
def _day(month_day: str, year: str) -> int:
    """Days since 1 January 1970."""
    return date(int(year), _MONTHS.index(month_day[:3]) + 1, int(month_day[4:])).toordinal() - 719_163


def _author(user: _User, roles: Roles) -> Author:
    number = user.id_str or (str(user.id) if user.id is not None else "")
    if not number:
        raise Unreadable("the user has no id")
    stable = f"x:{number}"
    role: Role = roles.get(stable, "public")
    return Author(
        id=stable,
        handle=words.name(user.screen_name or ""),
        name=words.name(user.name or ""),
        avatar=(user.profile_image_url_https or "")[:2048],
        followers=max(0, user.followers_count or 0),
        role=role,
    )


def _people(status: _Status, kind: Kind, target: Target | None) -> tuple[Person, ...]:
    """Whom the author addresses. A retweet addresses whom it repeats, not those whom the repeated post names."""
    entities = (status.extended_tweet.entities if status.extended_tweet else None) or status.entities or _NO_ENTITIES
    named: dict[str, Person] = {}
    for user in entities.user_mentions or ():
        number = user.id_str or user.id
        handle = words.name(user.screen_name or "")
        if (number or handle) and str(number) != "-1":
            stable = f"x:{number}" if number else ""
            named.setdefault(stable or handle, Person(id=stable, handle=handle))
    if status.in_reply_to_user_id_str and status.in_reply_to_screen_name:
        stable = f"x:{status.in_reply_to_user_id_str}"
        named.setdefault(stable, Person(id=stable, handle=words.name(status.in_reply_to_screen_name)))
    if kind == "repost" and target is not None:
        return (named[target.author],) if target.author in named else ()
    return tuple(named.values())[: words.LIST_LIMIT]


def _links(urls: list[_Url], status: _Status, kind: Kind) -> tuple[str, ...]:
    """The pages linked, in full; the address of the quoted post is a relation and no link."""
    quoted = f"/status/{status.quoted_status_id_str}" if kind == "quote" and status.quoted_status_id_str else None
    found = (url.expanded_url or url.url or "" for url in urls)
    return words.web_links(link for link in found if not (quoted and link.split("?")[0].endswith(quoted)))


def _pictures(media: list[_Media]) -> tuple[Media, ...]:
    pictures = []
    for medium in media[: words.LIST_LIMIT]:
        address = medium.media_url_https or medium.media_url
        if address:
            kind: Literal["image", "video"] = "video" if medium.type in ("video", "animated_gif") else "image"
            pictures.append(Media(url=address[:2048], kind=kind, alt=words.words((medium.ext_alt_text or "")[:1000])))
    return tuple(pictures)


def _place(status: _Status) -> Place | None:
    place = status.place
    corners: list[tuple[float, float]] = []
    if place and place.place_type in twitter.EXACT_PLACES and place.bounding_box and place.bounding_box.coordinates:
        corners = place.bounding_box.coordinates[0]
    point = status.coordinates.coordinates if status.coordinates else None
    return twitter.place(place.country_code if place else None, point, corners)


def _weight(status: _Status) -> Weight | None:
    likes, reposts, replies = status.favorite_count or 0, status.retweet_count or 0, status.reply_count or 0
    if likes <= 0 and reposts <= 0 and replies <= 0:
        return None
    return Weight(likes=max(0, likes), reposts=max(0, reposts), replies=max(0, replies))
