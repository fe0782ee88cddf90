"""Which column of a CSV file is which field of a mention: by its usual names, or as the configuration says."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from ingest.formats.csv_rows import DELIMITERS
from stream.config.networks import CsvConfig

USUAL: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "id_str", "post_id", "tweet_id", "status_id", "message_id", "comment_id", "uri"),
    "at": (
        "at",
        "created_at",
        "created",
        "created_utc",
        "timestamp",
        "datetime",
        "date_time",
        "published_at",
        "published",
        "posted_at",
        "post_date",
        "tweet_created",
        "date",
        "time",
    ),
    "text": ("text", "full_text", "tweet_text", "message", "content", "body", "tweet", "post", "caption", "comment"),
    "kind": ("kind", "type", "post_type", "tweet_type"),
    "lang": ("lang", "language", "language_code"),
    "source": ("network", "platform"),
    "author.id": ("author_id", "user_id", "userid", "from_id", "account_id"),
    "author.handle": (
        "author_handle",
        "author_username",
        "username",
        "screen_name",
        "user_screen_name",
        "handle",
        "user",
        "author",
        "account",
        "from_user",
    ),
    "author.name": ("author_name", "display_name", "user_name", "full_name", "name"),
    "author.avatar": ("author_avatar", "avatar", "profile_image_url"),
    "author.followers": ("author_followers", "followers", "followers_count", "follower_count", "user_followers"),
    "target.id": ("target_id", "in_reply_to_status_id", "in_reply_to_id", "reply_to_id", "parent_id"),
    "target.author": ("target_author", "in_reply_to_user_id", "reply_to_user_id"),
    "mentions": ("mentions", "user_mentions"),
    "hashtags": ("hashtags", "tags"),
    "links": ("links", "urls", "expanded_urls"),
    "place.country": ("place_country", "country_code", "country"),
    "place.lat": ("place_lat", "lat", "latitude"),
    "place.lon": ("place_lon", "lon", "lng", "long", "longitude"),
    "weight.likes": (
        "weight_likes",
        "likes",
        "like_count",
        "likes_count",
        "favorite_count",
        "favorites",
        "favourites",
        "favourites_count",
    ),
    "weight.reposts": (
        "weight_reposts",
        "reposts",
        "repost_count",
        "retweets",
        "retweet_count",
        "shares",
        "share_count",
        "reblogs",
        "reblogs_count",
    ),
    "weight.replies": ("weight_replies", "replies", "reply_count", "replies_count", "comments", "num_comments"),
    "sensitive": ("sensitive", "possibly_sensitive", "nsfw"),
    "visibility": ("visibility", "privacy"),
}
"""Field of a mention to the headers under which exports hold it, the best first."""
NEEDED: Final = ("at", "text")

_APART = re.compile(r"[^\w]+")


class Columns(msgspec.Struct, frozen=True):
    """How the rows of one file are read: what parts them, how many fields they have, and where each field stands."""

    delimiter: str
    width: int
    places: Mapping[str, int]


def columns_of(header: bytes, config: CsvConfig) -> Columns:
    """What ``header`` says. Raises ``ValueError`` with a sentence that names the columns found where it does not suffice."""
    strange = sorted(set(config.columns) - set(USUAL))
    if strange:
        raise ValueError(f"[csv.columns] names {strange[0]!r}, which is no field; there are {', '.join(USUAL)}")
    if header.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ValueError("the file is UTF-16; save it as CSV in UTF-8")
    try:
        text = header.decode(config.encoding)
    except UnicodeDecodeError:
        raise ValueError(unread(config.encoding)) from None
    tried = [config.delimiter] if config.delimiter else [delimiter.decode() for delimiter in DELIMITERS]
    readings = [(delimiter, fields(text, delimiter)) for delimiter in tried]
    found = [(_places(names, config.columns), delimiter, names) for delimiter, names in readings]
    places, delimiter, names = max(found, key=lambda reading: (len(reading[0]), len(reading[2])))
    told = ", ".join(repr(name[:40]) for name in names[:40]) or "none"
    for field, name in config.columns.items():
        if field not in places:
            raise ValueError(f"there is no column {name!r}, which [csv.columns] gives for {field}; there are {told}")
    missing = [field for field in NEEDED if field not in places]
    if missing:
        raise ValueError(
            f"no column is known as {' or '.join(missing)}; there are {told}; say which is which with [csv.columns]"
        )
    return Columns(delimiter, len(names), places)


def fields(text: str, delimiter: str) -> list[str]:
    """The fields of the one record in ``text``. Raises ``ValueError`` where it is none."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as fault:
        raise ValueError(str(fault)) from fault


def unread(encoding: str) -> str:
    """The sentence for bytes that are not in ``encoding``."""
    if encoding != "utf-8":
        return f"not in {encoding}, as [csv] encoding says"
    return 'not in UTF-8; save it so, or where an older spreadsheet wrote it set [csv] encoding = "windows-1252"'


def _places(names: Sequence[str], chosen: Mapping[str, str]) -> dict[str, int]:
    """Where each field stands: in the column chosen for it, else in the first with a usual name that nobody chose."""
    plain = [_plain(name) for name in names]
    places: dict[str, int] = {}
    for field, name in chosen.items():
        if name in names:
            places[field] = names.index(name)
        elif _plain(name) in plain:
            places[field] = plain.index(_plain(name))
    taken = set(places.values())
    for field, usual in USUAL.items():
        if field not in chosen:
            known = (plain.index(name) for name in usual if name in plain)
            place = next((index for index in known if index not in taken), None)
            if place is not None:
                places[field] = place
                taken.add(place)
    return places


def _plain(name: str) -> str:
    """A header as it is compared: ``Created At (UTC)`` is ``created_at_utc``."""
    return _APART.sub("_", name.strip().casefold()).strip("_")
