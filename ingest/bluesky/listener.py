"""The ear for Bluesky: of all that the network says, what is listened for. No clock of its own, no network, no names."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import msgspec

from ingest.formats import bluesky, jetstream
from ingest.formats.bluesky import LIKE, POST, PROFILE, REPOST
from ingest.formats.jetstream import Account, Commit, Event, Identity, Other
from ingest.matching import Matcher
from ingest.roles import Roles
from ingest.source import Deletion, Item, Reaction, Takedown
from stream.mention import Author, Mention, Rejected, Unreadable, rejected

SOURCE: Final = "bluesky"
COLLECTIONS: Final = (POST, REPOST, LIKE, PROFILE)
"""What is asked for. Profiles because their authors may ask in them not to be shown."""
FRAME_LIMIT: Final = 1 << 20
"""Bytes of a frame that is read; a record has 1 MB at most by the network's own rules."""
RECENT: Final = 5000
"""Posts whose words are kept for those who repeat them."""

_TIME = re.compile(rb'"time_us":\s*(\d{1,18})')
_HEAD: Final = 1024


class Listener:
    """Turns frames into items. ``dropped`` counts by reason what is not taken; ``now`` tells milliseconds UTC.

    ``handles`` are those of the accounts that are listened for, by their id (``did:…``), as far as they are known.
    ``renamed`` and ``changed`` gather, for the profiles, new handles by id and accounts whose profile is another now.
    """

    def __init__(self, matcher: Matcher, roles: Roles, *, now: Callable[[], int]) -> None:
        self._matcher, self._roles, self._now = matcher, roles, now
        self._recent: OrderedDict[str, Mention] = OrderedDict()
        self.handles: Mapping[str, str] = {}
        self.dropped: Counter[str] = Counter()
        self.renamed: dict[str, str] = {}
        self.changed: set[str] = set()

    def hear(self, frame: bytes, items: list[Item]) -> Event | None:
        """Add to ``items`` what ``frame`` says; returns the event, None for what is none."""
        if len(frame) > FRAME_LIMIT:
            items.append(self._refused(frame, f"a frame of {len(frame)} bytes; at most {FRAME_LIMIT} are read"))
            time = _TIME.search(frame, 0, _HEAD)
            return Other("too large", int(time[1])) if time else None
        said: Event | None = None
        try:
            said = jetstream.event(frame)
            if isinstance(said, Commit):
                self._commit(said, items)
            elif isinstance(said, Account):
                self._account(said, items)
            elif isinstance(said, Identity):
                self.renamed[said.did] = said.handle
            elif isinstance(said, Other):
                self.dropped["unknown event"] += 1
        except Unreadable as fault:
            items.append(self._refused(frame, str(fault)))
        return said

    def knows(self, repost: Mention) -> bool:
        """Whether what ``repost`` repeats was taken lately."""
        return repost.target is not None and repost.target.id in self._recent

    def forget(self, author: str) -> None:
        """Keep no words of ``author`` (``bluesky:did:…``)."""
        for id in [id for id, post in self._recent.items() if post.author.id == author]:
            del self._recent[id]

    def _refused(self, frame: bytes, reason: str) -> Rejected:
        # Torn perhaps, but where its author asked for something nobody may read it, in dead letters neither.
        kept = b"" if bluesky.may_withhold(frame) else frame
        return msgspec.structs.replace(rejected(SOURCE, reason, self._now(), kept), size=len(frame))

    def _commit(self, said: Commit, items: list[Item]) -> None:
        if said.collection not in COLLECTIONS:
            self.dropped["another collection"] += 1
        elif said.operation == "delete":
            self._delete(said, items)
        elif said.operation not in ("create", "update"):
            self.dropped["unknown operation"] += 1
        elif said.collection == POST:
            self._post(said, items)
        elif said.collection == PROFILE:
            self._profile(said, items)
        else:
            self._reaction(said, items)

    def _delete(self, said: Commit, items: list[Item]) -> None:
        if said.collection == PROFILE:
            self.changed.add(said.did)
            return
        native = f"bluesky:{said.uri}"
        self._recent.pop(native, None)
        items.append(Deletion(native, self._moment(said.time_us)))

    def _account(self, said: Account, items: list[Item]) -> None:
        if said.gone:
            items.append(self._taken_down(said.did, said.time_us, said.status or "taken down"))
        self.changed.add(said.did)

    def _taken_down(self, did: str, time_us: int, reason: str) -> Takedown:
        author = f"bluesky:{did}"
        self.forget(author)
        return Takedown(author, self._moment(time_us), reason)

    def _post(self, said: Commit, items: list[Item]) -> None:
        post = bluesky.read(said.record)
        id = f"bluesky:{said.uri}"
        if post.withheld:
            self.dropped[post.withheld] += 1
            if said.revision:
                self._recent.pop(id, None)
                items.append(Deletion(id, self._moment(said.time_us), "withheld"))
            return
        now = self._now()
        if self._is_listened_for(post, said.did):
            mention = partial(
                bluesky.mention,
                post,
                said.uri,
                self._author(said.did),
                source=SOURCE,
                heard=self._moment(said.time_us),
                seen=now,
            )
            # An edit may be what makes it match: then it is a post that is new to us.
            items.append(mention())
            if said.revision:
                items.append(mention(revision=said.revision))
            self._remember(id, mention())
        elif said.revision:
            # Whatever it said before, it is not about our matter any more.
            self._recent.pop(id, None)
            items.append(Deletion(id, self._moment(said.time_us), "edited"))
        if post.reply and not said.revision:
            items.append(Reaction(f"bluesky:{post.reply}", id, "reply", now))

    def _reaction(self, said: Commit, items: list[Item]) -> None:
        if said.operation == "update":
            return
        now, native = self._now(), f"bluesky:{said.uri}"
        if said.collection == LIKE:
            items.append(Reaction(f"bluesky:{bluesky.subject(said.record)}", native, "like", now))
            return
        author = self._author(said.did)
        heard = self._moment(said.time_us)
        repost = bluesky.repost(said.record, said.uri, author, source=SOURCE, heard=heard, seen=now)
        target = repost.target.id if repost.target else ""
        original = self._recent.get(target)
        if original is not None:
            repost = msgspec.structs.replace(
                repost,
                text=original.text,
                lang=original.lang,
                hashtags=original.hashtags,
                links=original.links,
                flags=original.flags,
            )
        items.append(Reaction(target, native, "repost", now, repost))

    def _profile(self, said: Commit, items: list[Item]) -> None:
        self.changed.add(said.did)
        _, withheld = bluesky.labels_of(said.record)
        if withheld:
            items.append(self._taken_down(said.did, said.time_us, "withheld by its author"))

    def _author(self, did: str) -> Author:
        stable = f"bluesky:{did}"
        return Author(stable, role=self._roles.get(stable, "public"))

    def _moment(self, time_us: int) -> int:
        """Jetstream's time in milliseconds, never ahead of our own."""
        return min(time_us // 1000, self._now())

    def _is_listened_for(self, post: bluesky.Post, did: str) -> bool:
        named = [word for person in post.people for word in (person.id, person.handle) if word]
        if post.reply:
            parent = post.reply.split("/")[2]
            named += [f"bluesky:{parent}", self.handles.get(parent, "")]
        author = (f"bluesky:{did}", self.handles.get(did, ""))
        return any(
            self._matcher.says(post.text, hashtags=post.hashtags, accounts=named, author=author, lang=lang)
            for lang in post.langs[:3] or ("",)
        )

    def _remember(self, id: str, mention: Mention) -> None:
        self._recent.pop(id, None)
        self._recent[id] = mention
        if len(self._recent) > RECENT:
            self._recent.popitem(last=False)
