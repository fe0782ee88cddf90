"""The records of a CSV file, each with the header before it, so that each can be read alone, also as a dead letter.

A record may span several lines inside quotes (RFC 4180). A quote that is never closed costs its own line, not the rest of the
file.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from itertools import count
from typing import Final

Line = tuple[bytes, int, str]
"""A line or record, its size in bytes before it was cut, and what is wrong with it."""

LONGEST: Final = 1 << 20
"""Bytes of a record that spans several lines; a longer one is taken for a quote that is never closed."""
BOM: Final = b"\xef\xbb\xbf"


def headed(lines: Iterator[Line], header: bytes, delimiter: str) -> Iterator[Line]:
    """The records of the lines after the header, with ``header`` before each; empty ones are left out."""
    for record, size, fault in _records(lines, delimiter.encode()):
        if fault or not record.isspace():
            yield header + record, len(header) + size, fault


def header_of(lines: Iterator[Line]) -> bytes:
    """The first record that is not empty, ended by a new line; empty where there is none.

    A byte order mark, and the line ``sep=;`` that some spreadsheets write before it, are left out.
    """
    for number in count():
        line, _, fault = next(lines, (b"", 0, "end"))
        if number == 0:
            line = line.removeprefix(BOM)
        if fault and not line:
            return b""
        if line.isspace() or not line or line[:4].lower() == b"sep=":
            continue
        header = line
        while _open_after(header, None) and len(header) < LONGEST:
            line, _, fault = next(lines, (b"", 0, "end"))
            if fault:
                break
            header += line
        return header.rstrip(b"\r\n") + b"\n"
    raise AssertionError("count never ends")


def parted(record: bytes) -> tuple[bytes, bytes]:
    """The header of a record as ``headed`` gives it, and what follows."""
    end = record.find(b"\n") + 1
    while end > 0 and _open_after(record[:end], None):
        end = record.find(b"\n", end) + 1
    return (record[:end], record[end:]) if end else (record, b"")


def _records(lines: Iterator[Line], delimiter: bytes) -> Iterator[Line]:
    ahead: deque[Line] = deque()
    while (item := ahead.popleft() if ahead else next(lines, None)) is not None:
        parts, is_open = [item], not item[2] and _open_after(item[0], delimiter)
        size = item[1]
        while is_open:
            following = ahead.popleft() if ahead else next(lines, None)
            if following is not None:
                parts.append(following)
                size += following[1]
            if following is None or following[2] or size > LONGEST:
                ahead.extendleft(reversed(parts[1:]))
                parts, size = [(item[0], item[1], "a quote is opened and never closed")], item[1]
                break
            is_open = _open_after(following[0], delimiter, quoted=True)
        yield b"".join(part[0] for part in parts), size, parts[0][2]


def _open_after(line: bytes, delimiter: bytes | None, *, quoted: bool = False) -> bool:
    """Whether a quote is still open at the end of ``line``; without a delimiter any of the usual ones may part fields."""
    if b'"' not in line:
        return quoted
    at = 0
    if not quoted:
        quoted = line.startswith(b'"')
        at = 1
    while True:
        if quoted:
            at = line.find(b'"', at)
            if at < 0:
                return True
            if line.startswith(b'""', at):
                at += 2
                continue
            quoted, at = False, at + 1
        else:
            at = line.find(b'"', at)
            if at < 0:
                return False
            before = line[at - 1 : at]
            quoted = before == delimiter if delimiter else before in DELIMITERS
            at += 1


DELIMITERS: Final = (b",", b";", b"\t", b"|")
