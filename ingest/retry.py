"""Dead letters on their way back to the log, once they can be read."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import msgspec

from ingest.bluesky.authors import Authors
from ingest.bluesky.listener import SOURCE as BLUESKY
from ingest.bluesky.listener import Listener
from ingest.bluesky.profile_cache import ProfileCache
from ingest.bluesky.profiles import Profiles
from ingest.ledger import Ledger, Settled
from ingest.matching import Matcher
from ingest.publisher import mention_entry
from ingest.reread import REMEMBERED, Reread, Rereader
from ingest.roles import roles_of
from ingest.source import Batch, Item
from ingest.tracking import Tracking, begin
from stream.config import Config
from stream.log import MENTIONS, RETRACTIONS, Entry, Log, Topic
from stream.mention import Mention, Rejected, Retraction, Unreadable, encode

AT_ONCE: Final = 200
"""Letters that are read, and published, together."""
PATIENCE_S: Final = 10.0
"""How long Bluesky is asked who wrote something."""


class Replayed(msgspec.Struct):
    """What became of the dead letters that were read again.

    ``passed`` were not for us: not public, not listened for, or published before.
    """

    published: int = 0
    retracted: int = 0
    passed: int = 0
    unreadable: int = 0


async def replay_letters(
    log: Log,
    letters: AsyncIterator[Rejected],
    gone: Collection[str],
    config: Config,
    folder: Path,
    now: Callable[[], int],
) -> Replayed:
    """Read ``letters`` again, and publish what can be read now and is not among the ids that are ``gone``.

    What is published is remembered in the ledger in ``folder``, so that a deletion that comes later finds it.
    """
    matcher = Matcher(config.match, config.tracks)
    async with await begin(log, Tracking(config, matcher)):
        pass
    retry = _Retry(log, Ledger(folder / "ledger.db", now=now), gone)
    rereader = Rereader(config, matcher, now())
    try:
        some: list[Rejected] = []
        async for letter in letters:
            some.append(letter)
            if len(some) == AT_ONCE:
                await retry.publish(await _named(retry.readable(rereader, some), config, matcher, folder, now))
                some = []
        await retry.publish(await _named(retry.readable(rereader, some), config, matcher, folder, now))
    finally:
        retry.ledger.shut()
    return retry.done


class _Retry:
    """Counts what becomes of letters, and publishes what they say."""

    def __init__(self, log: Log, ledger: Ledger, gone: Collection[str]) -> None:
        self._log, self.ledger, self._gone = log, ledger, gone
        self.done = Replayed()

    def readable(self, rereader: Rereader, letters: Sequence[Rejected]) -> list[Reread]:
        """What those of ``letters`` say that can be read now."""
        found = []
        for letter in letters:
            try:
                found.append(rereader.read(letter))
            except Unreadable:
                self.done.unreadable += 1
        return found

    async def publish(self, found: Sequence[Reread]) -> None:
        """Publish what is neither gone nor published before."""
        entries: dict[Topic, list[Entry]] = {RETRACTIONS: [], MENTIONS: []}
        settled: list[Settled] = []
        for reread in found:
            present = [item for item in reread.items if not self._is_gone(item)]
            self.done.retracted += len(reread.items) - len(present)
            batches = self._settled(reread, present)
            settled += batches
            items: Sequence[Item] = [item for batch in batches for item in batch.items] if batches else present
            self.done.passed += reread.passed + max(0, len(present) - len(items))
            for item in items:
                if isinstance(item, Mention):
                    entries[MENTIONS].append(mention_entry(item))
                elif isinstance(item, Retraction):
                    entries[RETRACTIONS].append(Entry(key=item.target, value=encode(item)))
            self.done.published += len(items)
        for topic, batch in entries.items():
            await self._log.publish(topic, batch)
        for one in settled:
            self.ledger.close(one, True)

    def _settled(self, reread: Reread, items: Sequence[Item]) -> list[Settled]:
        """What the ledger lets pass, where it remembers the source: the items, then the names that others have for them."""
        if reread.name.partition(":")[0] not in REMEMBERED:
            return []
        own = Batch(tuple(items), natives=reread.natives.get(reread.name, {}))
        others = [(name, Batch(natives=natives)) for name, natives in reread.natives.items() if name != reread.name]
        return [self.ledger.settle(name, batch) for name, batch in [(reread.name, own), *others]]

    def _is_gone(self, item: Item) -> bool:
        """Whether a post, its author, or the post that it edits or repeats must be gone."""
        if not isinstance(item, Mention):
            return False
        names = {item.id, item.author.id}
        if item.target is not None and item.kind in ("edit", "repost", "tally"):
            names |= {item.target.id, item.target.author}
        return not names.isdisjoint(self._gone)


async def _named(
    found: list[Reread], config: Config, matcher: Matcher, folder: Path, now: Callable[[], int]
) -> list[Reread]:
    """``found`` with the names of who wrote on Bluesky, and without those who are not known or do not want to be shown."""
    heard = [reread for reread in found if reread.name == BLUESKY and reread.items]
    if not heard:
        return found
    cache = ProfileCache(folder / "bluesky-profiles.db", now)
    agent = f"Agora/{version('agora-wall')} (+{config.privacy.contact})"
    profiles = Profiles(
        config.bluesky.profiles,
        cache,
        now=now,
        monotonic=time.monotonic,
        draw=random.random,
        agent=agent,
        patience_s=PATIENCE_S,
        timeout_s=PATIENCE_S,
    )
    listener = Listener(matcher, roles_of(config.accounts), now=now)
    authors = Authors(listener, matcher, profiles, now=now, monotonic=time.monotonic)
    try:
        await profiles.of(
            {item.author.id[len(BLUESKY) + 1 :] for r in heard for item in r.items if isinstance(item, Mention)}
        )
        for reread in heard:
            named = await authors.named(list(reread.items))
            # A live post may go out before its author is known, to be taken back; an old one can wait for its author.
            kept = [item for item in named if not isinstance(item, Mention) or item.author.handle]
            reread.passed += max(0, len(reread.items) - len(kept))
            reread.items = kept
    finally:
        await profiles.close()
        cache.close()
    return found
