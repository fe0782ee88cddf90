"""From items to the log: repaired, validated, in order, at least once; what cannot be read becomes a dead letter.

While the log is away everything goes to the spool, and through the spool until that is empty, so that the order holds.
Retractions overtake it: they may come before their post, and nobody should wait for them.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import msgspec
import structlog

from ingest.source import LogItem
from ingest.spool import Spool, SpoolFull
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Entry, Log, LogUnavailable, Topic
from stream.mention import TEXT_LIMIT, Mention, Place, Retraction, Unreadable, encode, rejected, repaired_time, validate

DRAIN: Final = 2000
"""Entries that are taken out of the spool at once."""
RETRY_S: Final = (0.25, 5.0)
"""First and longest pause between two tries to reach the log."""

_TOPICS: Final = {topic.name: topic for topic in (MENTIONS, RETRACTIONS, REJECTED)}

logger = structlog.get_logger("ingest")


class Publisher:
    """The one way from the sources to the log. ``counts`` tells by source what became of its items."""

    def __init__(
        self,
        log: Log,
        spool: Spool,
        *,
        now: Callable[[], int],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._log, self._spool, self._now = log, spool, now
        self._pause = pause
        self._work = asyncio.Event()
        self._room = asyncio.Event()
        self._away = len(spool) > 0
        if self._away:
            self._work.set()
        self.counts: Counter[tuple[str, str]] = Counter()
        """(source, ``mention retraction rejected``) to how many were made safe."""

    @property
    def waiting(self) -> int:
        """Entries in the spool."""
        return len(self._spool)

    @property
    def spooled_bytes(self) -> int:
        """What the spool holds of the disk."""
        return self._spool.bytes

    async def publish(self, source: str, items: Sequence[LogItem], *, spool: bool = True) -> bool:
        """Make ``items`` safe; returns whether they are. With ``spool`` false only the log counts as safe.

        While the spool is full it waits until there is room again: the network keeps what was not asked for.
        """
        entries = self._entries(items)
        if self._away and not spool:
            return False
        if self._away:
            retractions = entries.pop(RETRACTIONS, [])
            await self._keep(entries)
            if retractions:
                await self._overtake(retractions)
        else:
            try:
                await self._to_log(entries)
            except LogUnavailable as fault:
                logger.warning("the log is away", reason=str(fault), spool=spool)
                if not spool:
                    return False
                await self._keep(entries)
        for item in items:
            self.counts[source, type(item).__name__.lower()] += 1
        return True

    async def emptied(self) -> None:
        """Return when the spool is empty; ``drain`` must be running."""
        while self._away:
            await self._pause(RETRY_S[0])

    async def drain(self) -> None:
        """Publish what the spool holds whenever it holds something; runs until it is cancelled."""
        while True:
            await self._work.wait()
            pause, held = RETRY_S[0], len(self._spool) > 0
            while len(self._spool):
                try:
                    await self._drain_some()
                    pause = RETRY_S[0]
                except LogUnavailable:
                    await self._pause(pause)
                    pause = min(pause * 2, RETRY_S[1])
            self._away = False
            self._work.clear()
            self._room.set()
            if held:
                logger.info("the spool is empty; the log has everything")

    async def _drain_some(self) -> None:
        waiting = self._spool.peek(DRAIN)
        run: dict[Topic, list[Entry]] = {}
        for name, entry in waiting:
            run.setdefault(_TOPICS[name], []).append(entry)
        await self._to_log(run)
        self._spool.drop(len(waiting))
        self._room.set()

    async def _to_log(self, entries: dict[Topic, list[Entry]]) -> None:
        for topic, batch in entries.items():
            await self._log.publish(topic, batch)

    async def _overtake(self, retractions: list[Entry]) -> None:
        try:
            await self._log.publish(RETRACTIONS, retractions)
        except LogUnavailable:
            await self._keep({RETRACTIONS: retractions})

    async def _keep(self, entries: dict[Topic, list[Entry]]) -> None:
        """Make ``entries`` safe in the spool; while that takes nothing (a full disk) and holds nothing, in the log."""
        flat = [(topic.name, entry) for topic, batch in entries.items() for entry in batch]
        pause = RETRY_S[0]
        while flat:
            self._away = True
            self._work.set()
            try:
                self._spool.append(flat)
                return
            except SpoolFull as fault:
                logger.error("the sources have to wait", reason=str(fault))
            if len(self._spool):
                self._room.clear()
                await self._room.wait()
                continue
            await self._pause(pause)
            pause = min(pause * 2, RETRY_S[1])
            with contextlib.suppress(LogUnavailable):
                await self._to_log(entries)
                return

    def _entries(self, items: Sequence[LogItem]) -> dict[Topic, list[Entry]]:
        """What goes where. Retractions first: a post that is already known to be gone should not be seen at all."""
        entries: dict[Topic, list[Entry]] = {RETRACTIONS: [], MENTIONS: [], REJECTED: []}
        for item in items:
            if isinstance(item, Mention):
                try:
                    entries[MENTIONS].append(mention_entry(item))
                except Unreadable as fault:
                    letter = rejected(item.source, str(fault), self._now(), encode(item))
                    entries[REJECTED].append(Entry(key=letter.source, value=encode(letter)))
            elif isinstance(item, Retraction):
                entries[RETRACTIONS].append(Entry(key=item.target, value=encode(item)))
            else:
                entries[REJECTED].append(Entry(key=item.source, value=encode(item)))
        return {topic: batch for topic, batch in entries.items() if batch}


def mention_entry(mention: Mention) -> Entry:
    """The mention as the log takes it. Raises ``Unreadable`` for one that no source may make."""
    if len(mention.text) > TEXT_LIMIT:
        raise Unreadable(f"text of {len(mention.text)} characters; at most {TEXT_LIMIT} are read")
    at = repaired_time(mention.at, mention.seen)
    if at != mention.at:
        mention = msgspec.structs.replace(mention, at=at)
    if (place := mention.place) is not None and place.lat is not None and place.lon is not None:
        rough = Place(country=place.country, lat=round(place.lat, 1), lon=round(place.lon, 1))
        mention = msgspec.structs.replace(mention, place=rough)
    return Entry(key=validate(mention).author.id, value=encode(mention))
