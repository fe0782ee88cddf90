"""``agora forget``: a person's wish to be gone, carried out at once, whether the hub runs or not."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing
from pathlib import Path

from ingest.app import folder_of
from ingest.bluesky.profile_cache import ProfileCache
from ingest.spool import Spool, SpoolLocked, waiting
from stream.config import Config
from stream.log import MENTIONS, REJECTED, RETRACTIONS, Entry, Log, LogUnavailable, Record, open_log
from stream.log.erasure import Eraser, erase
from stream.log.file import LogFile
from stream.log.whole import whole
from stream.mention import Author, Retraction, Unreadable, decode, encode


def run(config: Config, author: str, *, reason: str = "opt-out") -> int:
    """Take everything of ``author`` back: a stable id (``source:native-id``), or a handle. Returns the exit code."""
    try:
        ids = asyncio.run(_retracted(config, author, reason))
        if not ids:
            print(f"Nobody called {author} is in the log. Write the id, such as bluesky:did:plc:…", file=sys.stderr)
            return 1
        overwritten = _erased(config)
        waited = _unspooled(config, set(ids))
    except (LogUnavailable, ValueError, OSError) as fault:
        print(f"agora forget: {fault}", file=sys.stderr)
        return 2
    _forget_profiles(config, ids)
    print(f"{', '.join(ids)}: gone from every screen as soon as the hub reads this, and from every later export.")
    if overwritten is None:
        print("Kafka keeps the records until its retention ends; no part of Agora shows them.")
    else:
        print(
            f"{overwritten} records were overwritten in the log, {waited} in what waits for it. "
            "The hub's checkpoint is written anew within seconds."
        )
    return 0


async def _retracted(config: Config, author: str, reason: str) -> list[str]:
    """Tell the log that they are gone; their stable ids."""
    current = await open_log(config.log.url, prefix=config.log.prefix, timeout_s=config.log.timeout_s)
    try:
        ids = [author] if ":" in author else await _called(current, author, folder_of(config))
        now = time.time_ns() // 1_000_000
        said = [Retraction(target=target, scope="author", at=now, reason=reason) for target in ids]
        await current.publish(RETRACTIONS, [Entry(r.target, encode(r)) for r in said])
    finally:
        await current.close()
    return ids


async def _called(current: Log, handle: str, spool: Path) -> list[str]:
    """The ids of authors with a handle, in the log and among what waits for it."""
    wanted = handle.lstrip("@").casefold()
    found = {author.id for topic, entry in waiting(spool) if (author := _author(topic, entry.value, wanted))}
    async for batch in whole(current, [MENTIONS]):
        found |= {author.id for record in batch if (author := _author(MENTIONS.name, record.value, wanted))}
    return sorted(found)


def _author(topic: str, value: bytes | None, handle: str) -> Author | None:
    """Who wrote a mention, where they have the handle."""
    try:
        author = decode(value or b"").author if topic == MENTIONS.name else None
    except Unreadable:
        return None
    return author if author is not None and author.handle.lstrip("@").casefold() == handle else None


def _unspooled(config: Config, ids: set[str]) -> int:
    """How many entries were overwritten of those that ingest keeps while the log is away.

    A spool that ingest has open drains into the log, which is back, and what it brings is overwritten there.
    """
    folder = folder_of(config)
    if not any(folder.glob("*.segment")):
        return 0
    try:
        spool = Spool(folder, config.ingest.spool_mb << 20)
    except SpoolLocked:
        return 0
    eraser = Eraser()
    eraser.take_back(ids)

    def gone(topic: str, entry: Entry) -> bool:
        kept = topic not in (MENTIONS.name, REJECTED.name) or entry.value is None
        return not kept and eraser.is_gone(Record(topic, 0, 0, 0, entry.key, entry.value))

    with closing(spool):
        return spool.erase(gone)


def _erased(config: Config) -> int | None:
    """How many records were overwritten; None where the log cannot."""
    kind, _, path = config.log.url.partition(":")
    if kind != "sqlite":
        return None
    with closing(LogFile(path, config.log.prefix, config.log.timeout_s)) as file:
        return erase(file, time.time_ns() // 1_000_000)


def _forget_profiles(config: Config, ids: list[str]) -> None:
    path = folder_of(config) / "bluesky-profiles.db"
    if path.exists():
        with closing(ProfileCache(path, lambda: time.time_ns() // 1_000_000)) as cache:
            cache.forget(author.partition(":")[2] for author in ids)
