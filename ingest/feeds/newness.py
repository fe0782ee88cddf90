"""What of a feed's document is new: told for the first time, told in other words, or passed over."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Final

import msgspec

from ingest.formats import feeds
from ingest.formats.syndication import Entry, Feed
from ingest.revisions import Known, Revisions
from ingest.roles import roles_of
from ingest.source import Context, LogItem
from stream.mention import HOUR_MS, Mention, Unreadable, rejected

FRESH_MS: Final = 24 * HOUR_MS
"""Of a feed that is read for the first time only entries of the last day are told, and none without a time."""
LATE_MS: Final = 7 * FRESH_MS
"""Later an entry may be this much older than the last look; what is older still was moved about, not written."""
UNTOLD: Final = -1
"""The number of edits of an entry that was not told."""


class Standing(msgspec.Struct):
    """What must survive a restart, a note a feed. ``url`` is where it moved to; ``looked`` and ``due`` are ms UTC.

    ``digest`` is of the last document, ``wait_s`` the pause that it asks for, ``broken`` why it could not be read, ``gone`` why
    nobody asks any more.
    """

    url: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    looked: int = 0
    due: int = 0
    wait_s: float = 0.0
    broken: str = ""
    gone: str = ""


def standing_in(note: bytes) -> Standing:
    """The standing that was noted; a new one where none was."""
    try:
        return msgspec.json.decode(note, type=Standing)
    except msgspec.DecodeError:
        return Standing()


class Newness:
    """Tells by ``revisions`` what is new. ``dropped`` counts the entries that are passed over, by reason."""

    def __init__(self, revisions: Revisions, context: Context, dropped: Counter[str]) -> None:
        self._revisions, self._context, self._dropped = revisions, context, dropped
        self._roles = roles_of(context.config.accounts)

    def of(self, url: str, read: Feed, looked: int) -> tuple[tuple[LogItem, ...], dict[str, Known]]:
        """What is to be told of the document ``read``, and what is to be remembered once that is safe.

        ``looked`` is when the feed was read before, in ms UTC, 0 for never.
        """
        now = self._context.now()
        pairs = list(feeds.mentions(read, url, now, self._roles))
        self._dropped["wordless"] += len(read.entries) - len(pairs)
        known = self._revisions.get([mention.id for _, mention in pairs])
        items: list[LogItem] = []
        posts: dict[str, Known] = {}
        for entry, mention in pairs:
            revision = feeds.revision(entry)
            was = known.get(mention.id, Known("", UNTOLD))
            posts[mention.id] = is_now = was._replace(revision=revision)
            if was.revision == revision:
                continue
            if was.edits > UNTOLD:
                posts[mention.id] = is_now._replace(edits=was.edits + 1)
                items.append(feeds.cut(feeds.edit(mention, entry, was.edits + 1)))
            elif reason := self._passed_over(entry, mention, looked):
                self._dropped[reason] += 1
            else:
                try:
                    items.append(feeds.cut(feeds.checked(mention)))
                    posts[mention.id] = is_now._replace(edits=0)
                except Unreadable as fault:
                    reason = f"{feeds.shown(url)}: {fault}"
                    items.append(rejected(feeds.SOURCE, reason, now, msgspec.json.encode(entry)))
        for reason, raw in read.refused:
            id = f"{feeds.key_of(url)} refused {hashlib.sha256(raw).hexdigest()}"
            if not self._revisions.get([id]):
                items.append(rejected(feeds.SOURCE, f"{feeds.shown(url)}: {reason}", now, raw))
            posts[id] = Known("", UNTOLD)
        return tuple(items), posts

    def _passed_over(self, entry: Entry, mention: Mention, looked: int) -> str:
        """Why an entry that was not told yet is not told now; empty when it is."""
        now = self._context.now()
        timed = entry.published is not None or entry.updated is not None
        if mention.at < (min(now, looked) - LATE_MS if looked else now - FRESH_MS) or not (timed or looked):
            return "old"
        return "unmatched" if self._context.config.feeds.match and not self._context.matcher.admits(mention) else ""
