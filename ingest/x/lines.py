"""Lines out of bytes cut anywhere; of one that is too long only the beginning is held."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from stream.mention import RAW_LIMIT

LINE_LIMIT: Final = 1024 * 1024
"""Bytes of the longest message that is parsed; X's are some kilobytes."""


class Line(NamedTuple):
    """A line without its end, and the ``size`` that it had; longer than ``data`` where it was cut."""

    data: bytes
    size: int


class Lines:
    """Splits at ``\\n``; the ``\\r`` before it belongs to the end."""

    def __init__(self, limit: int = LINE_LIMIT) -> None:
        self._limit = limit
        self._parts: list[bytes] = []
        self._held = self._size = 0

    @property
    def begun(self) -> bool:
        """Whether a line has begun and not ended."""
        return self._held > 0 and not b"".join(self._parts).isspace()

    def feed(self, data: bytes) -> Iterator[Line]:
        """The lines that end in ``data``."""
        first, *others = data.split(b"\n")
        self._take(first)
        for other in others:
            yield self._end()
            self._take(other)

    def _take(self, part: bytes) -> None:
        self._size += len(part)
        if part and self._held <= self._limit:
            self._parts.append(part[: self._limit + 1 - self._held])
            self._held += len(self._parts[-1])

    def _end(self) -> Line:
        data, size = b"".join(self._parts), self._size
        self._parts, self._held, self._size = [], 0, 0
        if size > self._limit:
            return Line(data[:RAW_LIMIT], size)
        data = data.removesuffix(b"\r")
        return Line(data, len(data))
