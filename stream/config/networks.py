"""What `[match]` and the networks' tables of ``agora.toml`` hold: what is listened for, where, and with which limits."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta


class MatchConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the networks' ingesters listen for, besides the terms of all tracks.

    A term is a word, a phrase of several words, a ``#hashtag``, a ``$cashtag`` or an ``@account`` that is named or replied to.
    With a ``*`` at its end it finds every word that begins so (``docs/matching.md``).
    ``accounts`` (handles, or stable ids as in ``AccountsConfig``) are heard whatever they say. ``exclude`` (terms) beats all
    else. ``languages`` (BCP 47) empty means all; a post whose language nobody tells passes.
    """

    terms: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


class BlueskyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Jetstream's hosts, tried in turn, and the service that knows names and pictures. An address may be ``ws://``."""

    hosts: tuple[str, ...] = (
        "wss://jetstream2.us-east.bsky.network",
        "wss://jetstream1.us-east.bsky.network",
        "wss://jetstream2.us-west.bsky.network",
        "wss://jetstream1.us-west.bsky.network",
    )
    envelope: Literal["v1", "v2"] = "v1"
    profiles: str = "https://public.api.bsky.app"


class MastodonServer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One server. ``streams`` are ``public``, ``public:local``, ``hashtag:NAME``, ``list:ID`` or ``user``.

    No streams means the hashtags among the terms. The token comes from the environment or ``var/secrets.toml``.
    """

    url: str
    token: str = ""
    streams: tuple[str, ...] = ()
    transport: Literal["sse", "websocket"] = "sse"


class MastodonConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The servers, by a name of one's own."""

    servers: dict[str, MastodonServer] = {}


class XConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """X's filtered stream: paid by the post, so at most ``monthly_posts`` are taken in a calendar month (UTC).

    ``enterprise`` says that the contract tells of deletions.
    """

    url: str = "https://api.x.com"
    token: str = ""
    monthly_posts: Annotated[int, Meta(ge=0)] = 10_000
    enterprise: bool = False


class FeedsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """RSS, Atom and JSON feeds. With ``match`` only entries that match a term are taken."""

    urls: tuple[str, ...] = ()
    interval_s: Annotated[float, Meta(ge=60)] = 300.0
    match: bool = False


class HackerNewsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hacker News' public service."""

    url: str = "https://hacker-news.firebaseio.com"


class CsvConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which column of a CSV archive is what: field of a mention to column name. ``columns`` adds to the usual names."""

    delimiter: Annotated[str, Meta(max_length=1)] = ""
    """Empty finds out."""
    encoding: Literal["utf-8", "windows-1252"] = "utf-8"
    source: str = "archive"
    """What ids begin with, where no column says."""
    columns: dict[str, str] = {}
