"""``agora report`` and ``agora export``: a log or an archive read once, then written as a page and tables, or as an archive."""

from __future__ import annotations

import asyncio
import gc
import gzip
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Final, cast

from stream.config import Config
from stream.mention import Mention, Retraction
from stream.report.gather import Gatherer
from stream.report.heard import Heard
from stream.report.house import House
from stream.report.told import Gone, of_archive, of_log
from stream.wire.said import Session

PAGE: Final = "report.html"
POSTS: Final = "posts.parquet"
EACH_S: Final = 0.5


@contextmanager
def _unswept() -> Iterator[None]:
    """Records hold no cycles; to look for some among a million again and again takes a quarter of the time."""
    swept = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if swept:
            gc.enable()


@_unswept()
def report(
    config: Config,
    out: Path,
    *,
    start: int | None,
    end: int | None,
    records: Iterable[Mention | Retraction] | None = None,
    agenda: Sequence[Session] = (),
    made: int,
) -> list[Path]:
    """Write page and tables into the folder ``out``; returns the files, the page first.

    ``records`` are an archive's, None reads the configured log; ``agenda`` counts where staff imported no other. Times are
    milliseconds UTC; those left out are the first and the last post's. Raises ``ValueError`` with a sentence when there is
    nothing to tell, ``LogUnavailable``, ``OSError``.
    """
    from stream.report.page import page
    from stream.report.tables import write_posts, write_tables

    say = Line()
    house = House(tuple(agenda))
    gone, heard = _read(config, records, house, say)
    start, end = _bounds(heard, start, end)
    gatherer = Gatherer(config, start, end)
    done = 0
    for mentions, encoded in heard.blocks():
        gatherer.take(gone, mentions, encoded)
        done += len(mentions)
        say(f"measured {done:,} posts")
    gathered = gatherer.gathered(gone, house, made)
    say("drawing")
    out.mkdir(parents=True, exist_ok=True)
    _write(out / PAGE, page(gathered, config).encode())
    files = [out / PAGE, *write_tables(gathered, out)]
    write_posts(gatherer.posts(), out / POSTS, lambda written: say(f"wrote {written:,} posts"))
    say.end()
    return [*files, out / POSTS]


@_unswept()
def export(
    config: Config,
    out: Path,
    *,
    start: int | None,
    end: int | None,
    records: Iterable[Mention | Retraction] | None = None,
) -> int:
    """Write what may be told as an archive in our own format, gzip where ``out`` ends in ``.gz``; returns how many mentions.

    They stand in order of time, as `agora replay` wants them.
    """
    say = Line()
    gone, heard = _read(config, records, House(), say)
    first, last = start if start is not None else -(2**62), end if end is not None else 2**62
    chosen = [
        (mention.at, mention.id, data)
        for mentions, encoded in heard.blocks()
        for mention, data in zip(mentions, encoded, strict=True)
        if gone.tells(mention) and first <= mention.at <= last
    ]
    chosen.sort(key=itemgetter(0, 1))
    with _opened(out) as file:
        for count, (_, _, data) in enumerate(chosen):
            file.write(data + b"\n")
            say(f"wrote {count:,} mentions")
    say.end()
    return len(chosen)


def _read(
    config: Config, records: Iterable[Mention | Retraction] | None, house: House, say: Line
) -> tuple[Gone, Heard]:
    """Everything, kept small: bounds and what is gone must be known before the first is measured."""
    gone, heard = Gone(), Heard()
    if records is not None:
        of_archive(records, gone, heard.take, lambda read: say(f"read {read:,} records"))
    else:
        asyncio.run(of_log(config.log, gone, house, heard.take, lambda read: say(f"read {read:,} records")))
    return gone, heard


def _bounds(heard: Heard, start: int | None, end: int | None) -> tuple[int, int]:
    if heard.first is None or heard.last is None:
        raise ValueError("there is no post to tell of")
    return heard.first if start is None else start, heard.last if end is None else end


def _opened(path: Path) -> BinaryIO:
    """A file for writing that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    if path.suffix == ".gz":
        os.close(descriptor)
        return cast(BinaryIO, gzip.open(path, "wb", compresslevel=6))
    return os.fdopen(descriptor, "wb")


def _write(path: Path, data: bytes) -> None:
    with _opened(path) as file:
        file.write(data)


class Line:
    """How far the work is: one line that changes on a terminal, a line every ten seconds elsewhere."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._each = EACH_S if self._terminal else 10.0
        self._told = time.monotonic() if not self._terminal else 0.0

    def __call__(self, text: str) -> None:
        """Say it, if enough time has passed."""
        now = time.monotonic()
        if now - self._told < self._each:
            return
        self._told = now
        with suppress(OSError):
            print(
                f"\r\033[K{text}" if self._terminal else text,
                end="" if self._terminal else "\n",
                file=sys.stderr,
                flush=True,
            )

    def end(self) -> None:
        """Leave the line."""
        if self._terminal:
            with suppress(OSError):
                print("\r\033[K", end="", file=sys.stderr, flush=True)
