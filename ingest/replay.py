"""``agora replay``: an archive into a log of its own, or into the live one as if it happened now."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import msgspec

from ingest.app import now_ms, run_sources
from ingest.archive import SOURCE, read
from ingest.publisher import Publisher
from ingest.sources.archive import Archive
from stream.config import ClockConfig, Config
from stream.config.networks import CsvConfig
from stream.mention import Mention


def run(
    config: Config,
    path: Path,
    format: str,
    *,
    start: int | None = None,
    end: int | None = None,
    speed: float | None = 1.0,
    into_live: bool = False,
    out: TextIO = sys.stderr,
) -> int:
    """Replay the part of the archive from ``start`` to before ``end`` (ms UTC) into the log of ``config``.

    ``speed`` None is as fast as the machine can. The pace is ``config.clock`` where that is a replay's with its start on the
    wall clock set, so that a hub has the same T; else it begins now. ``into_live`` plays at speed 1 and shifts all times, so
    that the first post is now and the last one comes at the end. Returns the exit code.
    """
    try:
        first = start if start is not None else first_time(path, format, config.csv)
    except OSError as fault:
        print(f"agora replay: {path} cannot be read: {fault.strerror or fault}", file=out)
        return 2
    except ValueError as fault:
        print(f"agora replay: {fault}", file=out)
        return 2
    clock: ClockConfig | None = None
    shift = 0
    if into_live:
        shift = now_ms() - first
        clock = ClockConfig()
    elif speed is not None:
        clock = config.clock
        if clock.mode != "replay" or not clock.wall_start:
            clock = ClockConfig(mode="replay", event_start=first, wall_start=now_ms(), speed=speed)
        # T stands still at its end, which is where the last posts are due.
        clock = msgspec.structs.replace(clock, event_end=0)
    archive = Archive(
        path,
        format,
        clock=clock,
        now=now_ms,
        start=start,
        end=end,
        shift=shift,
        accounts=config.accounts,
        table=config.csv,
    )
    progress = Progress(archive, shift, out)
    code = run_sources(config, [archive], progress=progress)
    progress.finish()
    return code


def first_time(path: Path, format: str, table: CsvConfig | None = None) -> int:
    """The time of the first post of an archive that can be read, in ms UTC.

    Raises ``OSError`` when the file cannot be opened, ``ValueError`` for an unknown format or an archive without a post.
    """
    for item in read(path, format, table=table):
        if isinstance(item, Mention):
            return item.at
    raise ValueError(f"{path} holds no post of the format {format}")


class Progress:
    """Tells on ``out`` how far a replay is: one line that renews itself on a terminal, a line in ten seconds elsewhere."""

    def __init__(self, archive: Archive, shift: int, out: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._archive, self._shift, self._out, self._clock = archive, shift, out, clock
        self._began = self._told = clock()
        self._terminal = out.isatty()
        self._line = ""

    def __call__(self, publisher: Publisher) -> None:
        """Take note of where the replay is, and tell it when it is time."""
        counts = publisher.counts
        posts, refused = counts[SOURCE, "mention"], counts[SOURCE, "rejected"]
        retracted = counts[SOURCE, "retraction"]
        elapsed = self._clock() - self._began
        at = datetime.fromtimestamp((self._archive.at - self._shift) / 1000, UTC) if self._archive.at else None
        parts = [f"{at:%Y-%m-%d %H:%M:%S}" if at else "waiting", f"{posts:,} posts"]
        parts += [f"{n:,} {what}" for n, what in ((retracted, "retracted"), (refused, "refused")) if n]
        parts += [f"{self._archive.private:,} not public"] if self._archive.private else []
        parts += [f"{posts / elapsed:,.0f} a second"] if elapsed > 1 else []
        parts += [f"{publisher.waiting:,} wait for the log"] if publisher.waiting else []
        self._line = " · ".join(parts)
        if self._terminal:
            print(f"\r\x1b[K{self._line}", end="", file=self._out, flush=True)
        elif self._clock() - self._told >= 10:
            self._told = self._clock()
            print(self._line, file=self._out, flush=True)

    def finish(self) -> None:
        """The last line stays."""
        if self._line:
            print(f"\r\x1b[K{self._line}" if self._terminal else self._line, file=self._out, flush=True)
