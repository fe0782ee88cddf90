"""Archives: files of posts, read as a stream, however large and however broken.

In an archive ``seen`` is the time of the post, so ``repaired_time`` has nothing to compare; a post written after the day on
which the archive is read, or before 1990, is refused here.
"""

from __future__ import annotations

import gzip
import io
import time
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from ingest.formats import MIXED, Parser, csv, parser
from ingest.roles import roles_of
from ingest.source import LogItem
from stream.config import AccountsConfig
from stream.config.networks import CsvConfig
from stream.mention import EARLIEST_MS, HOUR_MS, RAW_LIMIT, Mention, Rejected, Unreadable, Withheld, rejected, validate

LINE_LIMIT: Final = 4 * 1024 * 1024
"""Bytes of the longest line that is parsed; a longer one is passed over in pieces and never held."""
SOURCE: Final = "archive"

_BLOCK = 1 << 18


def read(
    path: str | Path,
    format: str,
    *,
    accounts: AccountsConfig | None = None,
    now_ms: int | None = None,
    skip: int = 0,
    counts: Counter[str] | None = None,
    table: CsvConfig | None = None,
) -> Iterator[LogItem]:
    """Every post of the archive at ``path``, in the order of the file; what cannot be read comes as ``Rejected``.

    ``accounts`` give authors their role. ``now_ms`` is the latest time at which a post can have been written (default: the
    wall clock). The first ``skip`` lines are passed over. ``counts`` gets ``lines``, and ``private`` for posts that are not
    public. A gzip file is read as it is; one that ends in the middle gives what it holds, then a ``Rejected``. ``table``
    says how a CSV file is read; its lines are its records, without the header.

    Raises ``OSError`` when the file cannot be opened, ``ValueError`` for an unknown format or a header that is not enough.
    """
    parse = parser(format, roles_of(accounts or AccountsConfig()), table)
    latest = (time.time_ns() // 1_000_000 if now_ms is None else now_ms) + 24 * HOUR_MS
    lines = _lines(_open(Path(path)))
    if format == "csv":
        lines = csv.records(lines, table or CsvConfig())
    refusal = Withheld if format in MIXED else Unreadable
    counts = Counter() if counts is None else counts
    return _items(lines, parse, f"{format}, line", latest, skip=skip, counts=counts, refusal=refusal)


def _items(
    lines: Iterator[tuple[bytes, int, str]],
    parse: Parser,
    where: str,
    latest: int,
    *,
    skip: int,
    counts: Counter[str],
    refusal: type[Unreadable],
) -> Iterator[LogItem]:
    """What the lines say. ``refusal`` is raised where only the parser could know whether the line may be kept."""
    at = EARLIEST_MS
    for number, (line, size, fault) in enumerate(lines, 1):
        counts["lines"] = number
        if number <= skip or (not fault and line.isspace()):
            continue
        try:
            if fault:
                raise refusal(fault)
            items = _parsed(parse, line)
            for item in items:
                _check(item, latest, refusal)
        except Unreadable as reason:
            kept = b"" if isinstance(reason, Withheld) else line.rstrip(b"\r\n")
            letter = rejected(SOURCE, f"{where} {number}: {reason}", at, kept)
            yield msgspec.structs.replace(letter, size=size) if size > letter.size + 2 else letter
            continue
        if not items:
            counts["private"] += 1
        for item in items:
            if isinstance(item, Rejected):
                yield msgspec.structs.replace(item, at=at, reason=f"{where} {number}: {item.reason}")
                continue
            at = item.at
            yield item


def _parsed(parse: Parser, line: bytes) -> Sequence[LogItem]:
    try:
        return parse(line)
    except RecursionError as fault:
        raise Unreadable("nested too deeply") from fault


def _check(item: LogItem, latest: int, refusal: type[Unreadable]) -> None:
    if isinstance(item, Rejected):
        return
    if item.at > latest:
        raise refusal(f"written at {item.at} ms, more than 24 hours ahead of now")
    if isinstance(item, Mention):
        validate(item)
    elif item.at < EARLIEST_MS:
        raise Unreadable(f"retracted at {item.at} ms, before 1990")


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        zipped = file.read(2) == b"\x1f\x8b"
    if zipped:
        return io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(path, "rb")), _BLOCK)
    return path.open("rb", buffering=_BLOCK)


def _lines(stream: IO[bytes]) -> Iterator[tuple[bytes, int, str]]:
    """Each line, its size in bytes, and what is wrong with it; of a line that is too long, only its beginning."""
    with stream:
        while True:
            line, size, fault = b"", 0, ""
            try:
                line = stream.readline(LINE_LIMIT)
                size = len(line)
                if size == LINE_LIMIT and not line.endswith(b"\n"):
                    line = line[:RAW_LIMIT]
                    while (rest := stream.readline(_BLOCK)) and not rest.endswith(b"\n"):
                        size += len(rest)
                    size += len(rest)
                    fault = f"a line of {size} bytes; at most {LINE_LIMIT} are read"
            except (OSError, EOFError, zlib.error) as broken:
                yield line, size, f"the file is broken from here on: {broken}"
                return
            if not line:
                return
            yield line, size, fault
