"""From a feed's entries to mentions: whose they are, what they are called for ever, and when they say something else.

The same entry in two feeds is two mentions: two publishers said it, and nothing proves that they mean the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import msgspec

from ingest.formats.syndication import Entry, Feed
from ingest.roles import Roles
from ingest.text import hashtags, unique
from stream.mention import TEXT_LIMIT, Author, Mention, Target, repaired_time, validate

SOURCE: Final = "rss"
SHOWN: Final = 1000
"""Characters of title and summary that a mention keeps; the rest is behind the link."""
NATIVE_LIMIT: Final = 400

_SPACE = re.compile(r"\s")


def key_of(url: str) -> str:
    """The short name, for ever, of the feed configured as ``url``."""
    return _digest(url)


def shown(url: str) -> str:
    """The address of a feed as it may be shown: what stands in front of its host or behind its path may be a secret."""
    parts = urlsplit(url)
    return f"{parts.hostname or url.partition('?')[0]}{parts.path}"


def mentions(feed: Feed, url: str, seen: int, roles: Roles) -> Iterator[tuple[Entry, Mention]]:
    """Each entry of the feed configured as ``url`` with its mention, text uncut; one without words is left out.

    A mention that keeps the rules of no mention comes as well: ``checked`` refuses it.
    """
    key = key_of(url)
    repeated = Counter(entry.native for entry in feed.entries if entry.native)
    given: set[str] = set()
    for entry in feed.entries:
        # A feed that calls all its entries the same gives no ids.
        id = f"{SOURCE}:{key}:{_native(entry, unique=repeated[entry.native] == 1)}"
        text = _words(entry)
        if text and id not in given:
            given.add(id)
            yield entry, _mention(entry, id, text, _author(entry, feed, key, url, roles), seen)


def checked(mention: Mention) -> Mention:
    """``mention`` at the time at which it counts. Raises ``Unreadable`` for one that can be none."""
    return msgspec.structs.replace(validate(mention), at=repaired_time(mention.at, mention.seen))


def revision(entry: Entry) -> str:
    """What changes when, and only when, ``entry`` says something else."""
    return _digest(*(entry.title, entry.text, entry.link, *(m.url for m in entry.media)))


def edit(mention: Mention, entry: Entry, number: int) -> Mention:
    """The ``number``-th edit of the post ``mention``, which says what ``entry`` says now."""
    return msgspec.structs.replace(
        mention,
        id=f"{mention.id}@{number}-{revision(entry)[:8]}",
        kind="edit",
        # A time of change that the publisher did not move says nothing of this change.
        at=entry.updated if entry.updated and mention.at < entry.updated <= mention.seen else mention.seen,
        target=Target(id=mention.id, author=mention.author.id),
    )


def cut(mention: Mention) -> Mention:
    """``mention`` with as many words as a wall can show, cut between words."""
    if len(mention.text) <= SHOWN:
        return mention
    kept = mention.text[: SHOWN - 1]
    head, space, _ = kept.rpartition(" ")
    return msgspec.structs.replace(mention, text=(head if space and len(head) > SHOWN // 2 else kept).rstrip() + "…")


def _mention(entry: Entry, id: str, text: str, author: Author, seen: int) -> Mention:
    at = entry.updated if entry.published is None else entry.published
    return Mention(
        id=id,
        source=SOURCE,
        kind="post",
        at=seen if at is None else at,
        seen=seen,
        author=author,
        text=text,
        lang=entry.lang,
        hashtags=unique([*entry.tags, *hashtags(text[:SHOWN])]),
        links=(entry.link,) if entry.link else (),
        media=entry.media,
        flags=("sensitive",) if entry.sensitive else (),
    )


def _native(entry: Entry, *, unique: bool) -> str:
    if entry.native and unique:
        native = entry.native
    elif entry.native or entry.link:
        native = f"{entry.native} {entry.link} {'' if entry.published is None else entry.published}".strip()
    else:
        native = f"{entry.title} {entry.text if entry.published is None else entry.published}"
    return native if len(native) <= NATIVE_LIMIT and not _SPACE.search(native) else f"sha256-{_digest(native, size=32)}"


def _words(entry: Entry) -> str:
    title, text = entry.title, entry.text
    if not title or " ".join(text.split()).startswith(title.rstrip("….")):
        return text or title
    return f"{title}\n{text}"[:TEXT_LIMIT].strip()


def _author(entry: Entry, feed: Feed, key: str, url: str, roles: Roles) -> Author:
    whole = f"{SOURCE}:{key}"
    id = f"{whole}:{_SPACE.sub('_', entry.author.casefold())}" if entry.author else whole
    host = urlsplit(feed.site or url).hostname or ""
    role = roles.get(id) or roles.get(whole) or roles.get(f"{SOURCE}:{url}") or "public"
    return Author(id=id, handle=host.removeprefix("www."), name=entry.author or feed.title[:200] or host, role=role)


def _digest(*parts: str, size: int = 6) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[: 2 * size]
