"""How a dead letter is read again: as what it was, by the rules of the source that it came from.

=========== ============================================ ==============================
letter from is read as                                   and its posts are taken
=========== ============================================ ==============================
archive     the format that its reason names, else any   always
bluesky     ``jetstream``                                when they are listened for
mastodon    ``mastodon``                                 when they are listened for
x           ``x-v2``; X matched it                       when nothing excludes them
rss         an entry, or a document, of a feed           when ``[feeds] match`` admits
hackernews  an item                                      when they are listened for
webhook     its sender's payload                         always
=========== ============================================ ==============================

A mention that the rules of the log refused was kept in our own form, whatever its source, so that is tried as well; for any
other source it is all that is. A letter speaks only for its own source, and roles come from the configuration.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import msgspec

from ingest.bluesky.listener import SOURCE as BLUESKY
from ingest.formats import FORMATS, agora, csv, feeds, hackernews, jetstream, mastodon, syndication, x_v2
from ingest.matching import Matcher
from ingest.payload import SOURCE as WEBHOOK
from ingest.payload import item_of
from ingest.roles import roles_of
from ingest.source import Deletion, Item, Takedown
from stream.config import Config
from stream.mention import NO_DELETIONS, Mention, Rejected, Retraction, Unreadable, repaired_time, validate

ARCHIVE: Final = "archive"
X: Final = "x"
REMEMBERED: Final = frozenset({BLUESKY, mastodon.SOURCE, X, feeds.SOURCE, hackernews.SOURCE})
"""Sources whose posts are in the ledger, so that deletions find them."""


class Reread(msgspec.Struct):
    """What a letter says for the source called ``name``; ``passed`` counts posts that nobody listens for or may read.

    ``natives`` is as in a batch, by the name of the source that may say them.
    """

    name: str
    items: list[Item] = []
    natives: dict[str, dict[str, str]] = {}
    passed: int = 0


class Rereader:
    """Reads letters by ``config``; ``matcher`` says what is listened for, ``now`` is milliseconds UTC."""

    def __init__(self, config: Config, matcher: Matcher, now: int) -> None:
        self._config, self._matcher, self._now = config, matcher, now
        self._roles = roles_of(config.accounts)
        self._readers: Mapping[str, Callable[[Rejected], Reread]] = {
            ARCHIVE: self._archive,
            BLUESKY: self._bluesky,
            mastodon.SOURCE: self._mastodon,
            X: self._x,
            feeds.SOURCE: self._feed,
            hackernews.SOURCE: self._hackernews,
            WEBHOOK: self._webhook,
        }

    def read(self, letter: Rejected) -> Reread:
        """What ``letter`` says. Raises ``Unreadable`` with the reason when nobody makes sense of it even now."""
        if letter.size > len(letter.raw):
            raise Unreadable(f"only {len(letter.raw)} of its {letter.size} bytes were kept")
        word = letter.source.partition(":")[0]
        try:
            found = self._readers.get(word, self._own)(letter)
        except (Unreadable, RecursionError) as fault:
            reason = "nested too deeply" if isinstance(fault, RecursionError) else str(fault)
            try:
                found = self._own(letter)
            except (Unreadable, RecursionError):
                raise Unreadable(reason) from None
        found.items = [self._checked(item, letter, word) for item in found.items]
        return found

    def _archive(self, letter: Rejected) -> Reread:
        named = letter.reason.partition(",")[0]
        tried = (named,) if named in FORMATS else tuple(FORMATS)
        reasons, passed = [], 0
        for format in tried:
            parse = csv.parser(self._roles, self._config.csv) if format == "csv" else FORMATS[format](self._roles)
            try:
                items = _readable(parse(letter.raw))
                for item in items:
                    repaired_time(item.at, self._now)  # an archive's own clock says nothing about the future; ours does
            except (Unreadable, RecursionError) as fault:
                reasons.append(str(fault))
                continue
            if items:
                return Reread(ARCHIVE, list(items))
            passed = 1  # not for everybody, or another format's
        if passed:
            return Reread(ARCHIVE, passed=passed)
        raise Unreadable("; ".join(reasons))

    def _bluesky(self, letter: Rejected) -> Reread:
        items = [_live(item, BLUESKY, letter.at) for item in jetstream.parser(self._roles)(letter.raw)]
        return self._chosen(Reread(BLUESKY, items, passed=not items), self._matcher.admits)

    def _mastodon(self, letter: Rejected) -> Reread:
        status = mastodon.document(letter.raw)
        if not isinstance(status, dict):
            raise Unreadable("no status")
        found = Reread(mastodon.SOURCE, natives={})
        servers, told_by = self._config.mastodon.servers, letter.source.partition(":")[2]
        # Of a letter that does not say which server told it, a deletion by its own number may come from any.
        for name, server in ({told_by: servers[told_by]} if told_by in servers else servers).items():
            host, known = urlsplit(server.url).netloc, mastodon.Known()
            found.items, passed = self._status(status, host, known, letter.at)
            found.passed = passed
            found.natives[f"{mastodon.SOURCE}:{name}"] = {} if passed else mastodon.natives(status, host, known)
        if not found.natives:
            raise Unreadable("no server is configured under [mastodon.servers] that could take it back")
        found.name = next(iter(found.natives))
        return self._chosen(found, self._matcher.admits)

    def _status(self, status: object, host: str, known: mastodon.Known, seen: int) -> tuple[list[Item], int]:
        try:
            return list(mastodon.read(status, self._roles, server=host, known=known, seen=seen)), 0
        except mastodon.Closed:
            return [], 1

    def _x(self, letter: Rejected) -> Reread:
        reading = x_v2.read(letter.raw, self._roles, source=X, seen=letter.at)
        items: list[Item] = list(reading.items)
        if broken := next((item for item in items if isinstance(item, Rejected)), None):
            raise Unreadable(broken.reason)
        found = Reread(X, items, {X: reading.natives}, passed=sum(reading.dropped.values()))
        return self._chosen(found, lambda mention: not self._matcher.bars(mention))

    def _feed(self, letter: Rejected) -> Reread:
        # Letters name their feed as it may be shown, which leaves out what may be secret.
        urls = [url for url in self._config.feeds.urls if letter.reason.startswith(f"{feeds.shown(url)}: ")]
        if not urls:
            raise Unreadable("its feed is not among [feeds] urls any more")
        try:
            feed = syndication.Feed("", "", (msgspec.json.decode(letter.raw, type=syndication.Entry),))
        except (msgspec.DecodeError, UnicodeDecodeError):
            feed = syndication.read(letter.raw, url=urls[0])
        items: list[Item] = [
            feeds.cut(feeds.checked(mention)) for _, mention in feeds.mentions(feed, urls[0], letter.at, self._roles)
        ]
        matched = self._config.feeds.match
        return self._chosen(Reread(feeds.SOURCE, items), lambda mention: not matched or self._matcher.admits(mention))

    def _hackernews(self, letter: Rejected) -> Reread:
        item = hackernews.item_of(letter.raw)
        if item is None or hackernews.gone(item):
            return Reread(hackernews.SOURCE, passed=1)
        found = Reread(hackernews.SOURCE, [hackernews.mention(item, letter.at, self._roles)])
        return self._chosen(found, self._matcher.admits)

    def _webhook(self, letter: Rejected) -> Reread:
        return Reread(letter.source, [item_of(letter.raw, letter.source.partition(":")[2], self._roles, self._now)])

    def _own(self, letter: Rejected) -> Reread:
        return Reread(letter.source, list(_readable(agora.parser(self._roles)(letter.raw))))

    def _chosen(self, found: Reread, admits: Callable[[Mention], bool]) -> Reread:
        """``found`` without the posts that are not for us; an edit follows its post, which the ledger knows."""
        kept = [item for item in found.items if not isinstance(item, Mention) or item.kind == "edit" or admits(item)]
        found.passed += len(found.items) - len(kept)
        found.items = kept
        return found

    def _checked(self, item: Item, letter: Rejected, word: str) -> Item:
        """``item`` if it speaks for its own source, as that source would have said it. Raises ``Unreadable``."""
        if not isinstance(item, Mention) or word == ARCHIVE:
            return item
        prefix = f"{letter.source if word == WEBHOOK else word}:"
        if item.source != word or not item.id.startswith(prefix) or not item.author.id.startswith(prefix):
            raise Unreadable(f"it speaks for {item.source}, not for {letter.source}")
        author = msgspec.structs.replace(item.author, role=self._roles.get(item.author.id, "public"))
        # Hacker News is asked again only about posts that its source took itself.
        mute = word in (feeds.SOURCE, hackernews.SOURCE) or (word == X and not self._config.x.enterprise)
        flags = (*item.flags, NO_DELETIONS) if mute and NO_DELETIONS not in item.flags else item.flags
        return validate(msgspec.structs.replace(item, author=author, flags=flags, at=repaired_time(item.at, item.seen)))


def _readable(items: Sequence[Mention | Retraction | Rejected]) -> list[Mention | Retraction]:
    """``items``, if all of them could be read. Raises ``Unreadable`` with the reason of the first that could not."""
    for item in items:
        if isinstance(item, Rejected):
            raise Unreadable(item.reason)
    return [item for item in items if not isinstance(item, Rejected)]


def _live(item: Mention | Retraction, word: str, seen: int) -> Item:
    """What an archive would have said, as the network says it: the ledger knows which deletions are ours to publish."""
    if isinstance(item, Mention):
        return msgspec.structs.replace(item, source=word, seen=seen)
    if item.scope == "author":
        return Takedown(item.target, item.at, item.reason)
    return Deletion(item.target, item.at, item.reason)
