"""Where a post is at its network, for a person to open; empty where it has no page of its own."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote, urlsplit

from stream.mention import Mention

_PLAIN: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:~"


def permalink(row: Mention) -> str:
    """The address of a post, always ``https`` or ``http``: what a stranger wrote becomes no other kind of link."""
    native = row.id.partition(":")[2]
    if row.source == "bluesky":
        parts = native.removeprefix("at://").split("/")
        if len(parts) == 3 and parts[1] == "app.bsky.feed.post":
            return f"https://bsky.app/profile/{quote(parts[0], safe=_PLAIN)}/post/{quote(parts[2], safe=_PLAIN)}"
        return ""
    if row.source == "x":
        return f"https://x.com/i/web/status/{native}" if native.isascii() and native.isdigit() else ""
    if row.source == "hackernews":
        return f"https://news.ycombinator.com/item?id={native}" if native.isascii() and native.isdigit() else ""
    if row.source == "mastodon":
        return web(native)
    if row.source == "rss":
        return next((found for link in row.links if (found := web(link))), "")
    return ""


def web(address: str) -> str:
    """``address`` when a browser opens it as a page at a host, else nothing."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if (
        parts.scheme not in ("https", "http")
        or not parts.hostname
        or parts.username
        or (port is not None and port == 0)
    ):
        return ""
    return address if address.isprintable() and " " not in address and len(address) <= 2048 else ""
