"""Names on what was heard, and nobody shown who does not want to be: what the profiles say about the listener's items."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

from ingest.bluesky.listener import Listener
from ingest.bluesky.profile_cache import Profile
from ingest.bluesky.profiles import Profiles
from ingest.matching import Matcher
from ingest.source import Item, Reaction, Takedown
from stream.mention import Mention, Rejected

ASK_S: Final = 600.0
"""How often it is asked whose a handle is that nobody has yet."""

_DID = re.compile(rb'"did"\s*:\s*"(did:[a-z]+:[A-Za-z0-9._:%-]{1,500})"')
_HANDLE = re.compile(r"@?([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)\Z")


class Authors:
    """The authors of what ``listener`` hears, by ``profiles``; and whose the handles are that ``matcher`` listens for."""

    def __init__(
        self,
        listener: Listener,
        matcher: Matcher,
        profiles: Profiles,
        *,
        now: Callable[[], int],
        monotonic: Callable[[], float],
    ) -> None:
        self._listener, self._matcher, self._profiles = listener, matcher, profiles
        self._now, self._monotonic = now, monotonic
        self._unknown: tuple[str, ...] = ()
        self._ask_at = float("-inf")
        matcher.tell(self._look_for_accounts)
        self._look_for_accounts()

    async def named(self, items: list[Item]) -> list[Item]:
        """``items`` with the names of who wrote them, and without those who do not want to be shown."""
        self._profiles.changed(self._listener.renamed, self._listener.changed)
        self._listener.renamed, self._listener.changed = {}, set()
        await self._find_accounts()
        authors = {}
        for item in items:
            if isinstance(item, Rejected) and (told := _DID.search(item.raw)):
                authors[told[1].decode()] = f"bluesky:{told[1].decode()}"
            mention = item.mention if isinstance(item, Reaction) else item
            # Who repeats a post that was not taken needs no name: it goes nowhere.
            if isinstance(mention, Mention) and (mention is item or self._listener.knows(mention)):
                authors[mention.author.id.removeprefix("bluesky:")] = mention.author.id
        known = await self._profiles.of(authors)
        gone = [Takedown(f"bluesky:{did}", self._now(), "withheld by its author") for did in self._profiles.opted_out]
        self._profiles.opted_out = set()
        for takedown in gone:
            self._listener.forget(takedown.author)
        if not known:
            return [*gone, *items]
        by_author = {authors[did]: profile for did, profile in known.items()}
        return [*gone, *(shown for item in items if (shown := self._shown(item, by_author)) is not None)]

    def _shown(self, item: Item, known: dict[str, Profile]) -> Item | None:
        if isinstance(item, Rejected):
            return _silenced(item, known)
        mention = item.mention if isinstance(item, Reaction) else item
        profile = known.get(mention.author.id) if isinstance(mention, Mention) else None
        if not isinstance(mention, Mention) or profile is None:
            return item
        if profile.withheld:
            self._listener.dropped[profile.withheld] += 1
            return msgspec.structs.replace(item, mention=None) if isinstance(item, Reaction) else None
        author = msgspec.structs.replace(
            mention.author,
            handle=profile.handle,
            name=profile.name,
            avatar=profile.avatar,
            followers=profile.followers,
        )
        flags = tuple(dict.fromkeys((*mention.flags, *profile.flags)))
        named = msgspec.structs.replace(mention, author=author, flags=flags)
        return msgspec.structs.replace(item, mention=named) if isinstance(item, Reaction) else named

    def _look_for_accounts(self) -> None:
        """The terms changed: of which handles must the accounts be known?"""
        written = (*self._matcher.accounts, *(term for term in self._matcher.terms if term.startswith("@")))
        known = set(self._listener.handles.values())
        handles = dict.fromkeys(found[1].lower() for word in written if (found := _HANDLE.match(word)))
        self._unknown = tuple(handle for handle in handles if handle not in known)
        self._ask_at = float("-inf")

    async def _find_accounts(self) -> None:
        """Ask whose the handles are that are listened for; events tell ids only."""
        if not self._unknown or self._monotonic() < self._ask_at:
            return
        self._ask_at = self._monotonic() + ASK_S
        found = await self._profiles.ids_of(self._unknown)
        self._listener.handles = {**self._listener.handles, **{did: handle for handle, did in found.items()}}
        self._unknown = tuple(handle for handle in self._unknown if handle not in found)

    @property
    def complaint(self) -> str:
        """What is wrong with the profiles, and what to do; empty when all is well."""
        if not self._profiles.fault:
            return ""
        why = f"posts have no names, because their service does not answer: {self._profiles.fault}"
        return f"{why}; look at [bluesky] profiles if that lasts"

    async def close(self) -> None:
        """End what is asked for."""
        await self._profiles.close()


def _silenced(letter: Rejected, known: dict[str, Profile]) -> Rejected:
    """A dead letter, without its bytes where they are of somebody who does not want to be shown."""
    told = _DID.search(letter.raw)
    profile = known.get(f"bluesky:{told[1].decode()}") if told else None
    return msgspec.structs.replace(letter, raw=b"") if profile is not None and profile.withheld else letter
