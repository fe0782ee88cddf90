"""``agora ingest``: the sources, the spool and the way to the log, in one process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import structlog
import xxhash

from ingest import metrics, tracking
from ingest.cursors import Cursors
from ingest.heap import keep_flat
from ingest.ledger import Ledger
from ingest.matching import Matcher
from ingest.publisher import Publisher
from ingest.shelf import LedgerDamaged, LedgerUnavailable
from ingest.source import Context, Source, make
from ingest.spool import Spool, SpoolLocked
from ingest.status import StatusTeller
from ingest.supervisor import Supervisor
from stream.config import Config
from stream.log import MENTIONS, SOURCES, Log, LogUnavailable, open_log

REPORT_S: Final = 60.0
OPEN_S: Final = 5.0
"""Pause between two tries to open a log that is not there yet."""

logger = structlog.get_logger("ingest")


def now_ms() -> int:
    """The wall clock in integer milliseconds, UTC."""
    return time.time_ns() // 1_000_000


def folder_of(config: Config) -> Path:
    """The folder of spool and cursors: one for each log, so that a replay's posts never drain into the live log."""
    log = f"{config.log.url} {config.log.prefix}".encode()
    return Path(config.ingest.spool) / f"{config.log.url.partition(':')[0]}-{xxhash.xxh64_hexdigest(log)[:12]}"


def source_names(config: Config) -> tuple[str, ...]:
    """The sources that run: the configured ones; else the simulation in a rehearsal, and the webhook where it has senders."""
    if config.ingest.sources:
        return config.ingest.sources
    first = ("simulation",) if config.clock.mode == "rehearsal" else ()
    return (*first, "webhook") if config.webhook.senders else first


def run(config: Config, sources: Sequence[str] | None = None) -> int:
    """Run ``sources`` (default: those of the configuration) until SIGTERM or SIGINT, or until all have finished.

    Returns the exit code: 0, or 2 with a sentence on standard error for what a person has to change.
    """
    sources = source_names(config) if sources is None else sources
    if not sources:
        print("agora ingest: no source is configured; name some with [ingest] sources", file=sys.stderr)
        return 2
    try:
        matcher = Matcher(config.match, config.tracks)
        context = Context(config=config, now=now_ms, folder=folder_of(config), matcher=matcher)
        made = [source for name in sources for source in make(name, context)]
    except ValueError as fault:
        print(f"agora ingest: {fault}", file=sys.stderr)
        return 2
    return run_sources(config, made, matcher=matcher)


def run_sources(
    config: Config,
    sources: Sequence[Source],
    *,
    matcher: Matcher | None = None,
    progress: Callable[[Publisher], None] | None = None,
) -> int:
    """Like ``run``, for sources that are made already. ``matcher`` then follows what the staff track; ``progress`` is called
    four times a second.
    """
    try:
        twice = [name for name, n in Counter(source.name for source in sources).items() if n > 1]
        if twice:
            raise ValueError(f"the source {twice[0]} is named twice in [ingest] sources")
        token = metrics.token_for(config.ingest, os.environ)
        spool = Spool(folder_of(config), config.ingest.spool_mb << 20)
        try:
            ledger = Ledger(folder_of(config) / "ledger.db", now=now_ms, steady=_steady())
        except BaseException:
            spool.close()
            raise
    except (ValueError, SpoolLocked, LedgerDamaged, LedgerUnavailable, OSError) as fault:
        print(f"agora ingest: {fault}", file=sys.stderr)
        return 2
    try:
        keep_flat()
        return asyncio.run(_run(Ingest(config, sources, spool, ledger, matcher, token, progress)))
    finally:
        ledger.shut()
        spool.close()


class Ingest(NamedTuple):
    """What one process of ingest is made of."""

    config: Config
    sources: Sequence[Source]
    spool: Spool
    ledger: Ledger
    matcher: Matcher | None
    token: str
    progress: Callable[[Publisher], None] | None


async def _run(ingest: Ingest) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    main = asyncio.create_task(_serve(ingest), name="ingest")
    stopped = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait((main, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not main.done():
        logger.info("ingest stops")
        main.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        return await main
    return 0


async def _serve(ingest: Ingest) -> int:
    config, spool, ledger = ingest.config, ingest.spool, ingest.ledger
    try:
        log = await _open(config)
    except ValueError as fault:
        print(f"agora ingest: {fault}", file=sys.stderr)
        return 2
    publisher = Publisher(log, spool, now=now_ms)
    cursors = Cursors(folder_of(config) / "cursors.json", now_ms)
    helpers: list[asyncio.Task[None]] = []
    try:
        new = not await _was_spoken_to(log)
        if new:
            # A new log knows nothing of what the cursors say is safe, nor wants what an earlier rehearsal left over.
            cursors.clear()
            ledger.clear()
            if config.clock.mode != "live":
                spool.clear()
        if ingest.matcher is not None:
            # Before anything is heard: a track that staff switched off must not come in.
            track = tracking.Tracking(config, ingest.matcher)
            reader = await tracking.begin(log, track)
            helpers.append(asyncio.create_task(tracking.follow(reader, track), name="tracking"))
        supervisor = Supervisor(ingest.sources, publisher, cursors, now=now_ms, ledger=ledger)
        teller = StatusTeller(log, supervisor.states.values(), lambda: publisher.waiting)
        if new:
            # Before anything is heard: killed in its first second, ingest must find a log that it knows, and its cursors.
            await _speak(teller)
        figures = metrics.Figures(ingest.sources, supervisor.states, publisher, ledger, now_ms)
        door = metrics.app(figures, ingest.token)
        helpers.append(asyncio.create_task(publisher.drain(), name="drain"))
        helpers.append(asyncio.create_task(teller.run(), name="status"))
        helpers.append(asyncio.create_task(metrics.serve(config.ingest, door), name="metrics"))
        helpers.append(asyncio.create_task(_report(supervisor, publisher), name="report"))
        if ingest.progress is not None:
            helpers.append(asyncio.create_task(_tick(publisher, ingest.progress), name="progress"))
        await supervisor.run()
        await publisher.emptied()
        if ingest.progress is not None:
            ingest.progress(publisher)
    finally:
        for helper in helpers:
            helper.cancel()
        await asyncio.gather(*helpers, return_exceptions=True)
        await log.close()
    return 0


def _steady() -> Callable[[], int]:
    """A clock in milliseconds UTC that goes on evenly from now, whatever becomes of the wall clock."""
    began = now_ms() - time.monotonic_ns() // 1_000_000
    return lambda: began + time.monotonic_ns() // 1_000_000


async def _open(config: Config) -> Log:
    """The log, however long it takes to come up; nothing is heard before, so nothing can be lost."""
    while True:
        try:
            return await open_log(config.log.url, prefix=config.log.prefix, timeout_s=config.log.timeout_s)
        except LogUnavailable as fault:
            logger.warning("waiting for the log", reason=str(fault))
            await asyncio.sleep(OPEN_S)


async def _was_spoken_to(log: Log) -> bool:
    """Whether ingest told this log anything before; of its first words none needs to have been a mention."""
    while True:
        try:
            return any([any((await log.end(topic)).values()) for topic in (MENTIONS, SOURCES)])
        except LogUnavailable as fault:
            logger.warning("waiting for the log", reason=str(fault))
            await asyncio.sleep(OPEN_S)


async def _speak(teller: StatusTeller) -> None:
    """Tell the log how the sources are, however long that takes."""
    while True:
        if await teller.tell(everything=True):
            return
        await asyncio.sleep(OPEN_S)


async def _tick(publisher: Publisher, progress: Callable[[Publisher], None]) -> None:
    while True:
        await asyncio.sleep(0.25)
        progress(publisher)


async def _report(supervisor: Supervisor, publisher: Publisher) -> None:
    """A line a minute for each source: what became of its items, and how it is."""
    while True:
        await asyncio.sleep(REPORT_S)
        for name, health in supervisor.states.items():
            counts = {kind: n for (source, kind), n in publisher.counts.items() if source == name}
            told = {"condition": health.condition, "fault": health.fault, "spool": publisher.waiting}
            logger.info("source", source=name, **told, **counts)
