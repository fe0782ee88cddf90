"""The mention: one public utterance, or reaction to one, in the form that every part of Agora shares.

A mention is JSON in the log. Unknown fields are ignored, so that an older reader survives a newer writer; ``v`` says which
version wrote it. Only public posts become mentions (see ``docs/invariants.md``).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

import msgspec

VERSION: Final = 1

Source = str
"""``bluesky mastodon x rss hackernews webhook guestbook archive simulation``, or the name of a plugged-in source."""

Kind = Literal["post", "reply", "repost", "quote", "edit", "tally"]
Role = Literal["brand", "staff", "public"]
Scope = Literal["post", "author"]

HOUR_MS: Final = 3_600_000
EARLIEST_MS: Final = 631_152_000_000
"""1 January 1990: nothing was said on the networks before it, so an earlier time is a fault of the sender."""


NO_DELETIONS: Final = "no-deletions"
"""A flag that ingest sets where the source does not tell of deletions: such a post may be shown for a short while only."""


class Unreadable(ValueError):
    """A record of the world that is no mention; the message is the reason kept with the dead letter."""


class Withheld(Unreadable):
    """A record that may not be public, for all that can be read of it: its dead letter has no bytes, only reason and size."""


class Author(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who wrote it. ``id`` is stable at the source and prefixed with it (``bluesky:did:plc:…``).

    ``since`` is when the account was opened, in milliseconds UTC; 0 where the source does not tell.
    """

    id: str
    handle: str = ""
    name: str = ""
    avatar: str = ""
    followers: int = 0
    role: Role = "public"
    since: int = 0


class Target(msgspec.Struct, frozen=True, omit_defaults=True):
    """The other post of a reply, repost, quote, edit or tally, and its author's id where known."""

    id: str
    author: str = ""


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody named in a text. ``id`` is like an author's, or empty where the source gives only a handle."""

    id: str = ""
    handle: str = ""


class Media(msgspec.Struct, frozen=True, omit_defaults=True):
    """A picture or film that hangs on a post."""

    url: str
    kind: Literal["image", "video", "audio", "other"] = "image"
    alt: str = ""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where it was written: ISO 3166-1 alpha-2 country, coordinates in degrees rounded to 0.1."""

    country: str = ""
    lat: float | None = None
    lon: float | None = None


class Weight(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the source counted when we saw it; absolute numbers."""

    likes: int = 0
    reposts: int = 0
    replies: int = 0


class Mention(msgspec.Struct, frozen=True, omit_defaults=True):
    """One post, reply, repost, quote, edit or tally. Times are integer milliseconds, UTC."""

    id: str
    source: Source
    kind: Kind
    at: int
    seen: int
    author: Author
    v: int = VERSION
    text: str = ""
    lang: str = ""
    target: Target | None = None
    mentions: tuple[Person, ...] = ()
    hashtags: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    place: Place | None = None
    weight: Weight | None = None
    flags: tuple[str, ...] = ()


class Retraction(msgspec.Struct, frozen=True, omit_defaults=True):
    """A post, or everything of an author, that must be gone. It may come before its post."""

    target: str
    scope: Scope
    at: int
    reason: str = "deleted"
    v: int = VERSION


class Rejected(msgspec.Struct, frozen=True, omit_defaults=True):
    """A dead letter: what could not be read, why, and when. ``raw`` holds at most ``RAW_LIMIT`` bytes, none if ``Withheld``."""

    source: Source
    reason: str
    at: int
    raw: bytes
    size: int
    v: int = VERSION


Condition = Literal["starting", "live", "quiet", "waiting", "stopped", "finished"]
"""``live`` was heard lately; ``quiet`` is connected but says nothing; ``waiting`` failed and will be tried again; ``stopped``
waits for a person or a date, as its ``advice`` says."""


class SourceStatus(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a source does, as ingest sees it at ``at``. Times are milliseconds UTC, 0 for never.

    ``name`` is the source's own (``mastodon:social``), ``source`` the word that its mentions carry. ``alive`` is the newest
    sign of life, a heartbeat included; ``heard`` the newest item; ``rate`` items a minute; ``advice`` what a person can do.
    """

    name: str
    source: Source
    condition: Condition
    at: int
    since: int
    alive: int = 0
    heard: int = 0
    rate: float = 0.0
    failures: int = 0
    fault: str = ""
    advice: str = ""
    tells_deletions: bool = True
    spooled: int = 0
    v: int = VERSION


RAW_LIMIT: Final = 64 * 1024
TEXT_LIMIT: Final = 20_000
"""Characters of text that a mention keeps; the longest public posts of the supported networks are shorter."""

_ID = re.compile(r"[a-z0-9_-]+:\S+\Z")

_encoder = msgspec.json.Encoder()
_mention_decoder = msgspec.json.Decoder(Mention)
_retraction_decoder = msgspec.json.Decoder(Retraction)
_rejected_decoder = msgspec.json.Decoder(Rejected)
_status_decoder = msgspec.json.Decoder(SourceStatus)


def encode(record: Mention | Retraction | Rejected | SourceStatus) -> bytes:
    """The JSON bytes of a record, as the log holds them."""
    return _encoder.encode(record)


def decode(data: bytes) -> Mention:
    """The mention in ``data``. Raises ``Unreadable`` with the reason."""
    try:
        return _mention_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault


def decode_retraction(data: bytes) -> Retraction:
    """The retraction in ``data``. Raises ``Unreadable`` with the reason."""
    try:
        return _retraction_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault


def decode_rejected(data: bytes) -> Rejected:
    """The dead letter in ``data``. Raises ``Unreadable`` with the reason."""
    try:
        return _rejected_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault


def decode_status(data: bytes) -> SourceStatus:
    """The status in ``data``. Raises ``Unreadable`` with the reason."""
    try:
        return _status_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault


def rejected(source: Source, reason: str, at: int, raw: bytes) -> Rejected:
    """A dead letter for ``raw``, cut to ``RAW_LIMIT``; ``size`` keeps the length it had."""
    return Rejected(source=source, reason=reason, at=at, raw=raw[:RAW_LIMIT], size=len(raw))


def clean(text: str) -> str:
    """``text`` as a mention holds it: NFC, without lone surrogates, NULs and other control characters but newline.

    Raises ``Unreadable`` when it is longer than ``TEXT_LIMIT`` characters.
    """
    if len(text) > TEXT_LIMIT:
        raise Unreadable(f"text of {len(text)} characters; at most {TEXT_LIMIT} are read")
    if text.isascii() and text.isprintable():
        return text
    kept = (c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept))


def repaired_time(at: int, seen: int) -> int:
    """The event time of a post written at ``at`` and seen at ``seen``: up to 24 hours ahead becomes ``seen``.

    Raises ``Unreadable`` when it is further ahead, or before 1990.
    """
    if at < EARLIEST_MS:
        raise Unreadable(f"written at {at} ms, before 1990")
    if at > seen + 24 * HOUR_MS:
        raise Unreadable(f"written at {at} ms, more than 24 hours ahead of {seen} ms when it was seen")
    return min(at, seen)


def validate(mention: Mention) -> Mention:
    """``mention`` if it keeps the rules that its types cannot say. Raises ``Unreadable`` with the first broken one."""
    if not _ID.match(mention.id) or len(mention.id) > 512:
        raise Unreadable(f"id {mention.id[:60]!r} is not of the form source:native-id")
    if not mention.author.id or len(mention.author.id) > 512:
        raise Unreadable("an author needs a stable id of 1 to 512 characters")
    if mention.kind in ("edit", "tally", "repost") and mention.target is None:
        raise Unreadable(f"a mention of kind {mention.kind} needs a target")
    if mention.kind == "edit" and mention.target is not None and not mention.id.startswith(mention.target.id + "@"):
        raise Unreadable("an edit's id is <post id>@<revision>")
    repaired_time(mention.at, mention.seen)
    return mention
