"""Server-sent events, from bytes that may be cut anywhere: the "event stream" section of the WHATWG's HTML standard.

It differs from a browser in three things that a listener for weeks needs: comments are told, because networks use them as
heartbeats; data stays as bytes, so that a broken record can be kept as it came; and an event has a longest size.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from stream.mention import RAW_LIMIT

LIMIT: Final = 1024 * 1024
COMMENT_LIMIT: Final = 1024

_HEAD: Final = RAW_LIMIT + 16
"""Bytes that are kept of a line that is too long, its field's name included."""
_END = re.compile(rb"\r\n|\r|\n")
_BOM: Final = b"\xef\xbb\xbf"


class Event(msgspec.Struct, frozen=True):
    """One event. ``data`` is what was sent, lines parted by newline; ``id`` the last one that the stream gave."""

    type: str
    data: bytes
    id: str = ""


class Comment(msgspec.Struct, frozen=True):
    """A line that says nothing to a program, cut to ``COMMENT_LIMIT`` bytes; networks send them as heartbeats."""

    text: bytes


class Overlong(msgspec.Struct, frozen=True):
    """An event of ``size`` bytes, more than the limit; only the ``head`` of its data, ``RAW_LIMIT`` bytes or less, was kept."""

    type: str
    head: bytes
    size: int


class Decoder:
    """Turns pieces of one stream into what they say. A new connection needs a new one.

    ``limit`` is the longest event in bytes, field names included and comments not; it holds at most that much and one piece.
    """

    def __init__(self, limit: int = LIMIT) -> None:
        if limit < RAW_LIMIT:
            raise ValueError(f"a limit below {RAW_LIMIT} bytes would cut the dead letters as well")
        self._limit = limit
        self.last_id = ""
        """What ``Last-Event-ID`` should say after a reconnect."""
        self.retry_ms: int | None = None
        """How long the server wants one to wait before a reconnect."""
        self._start = b""
        self._started = self._after_cr = False
        self._line: list[bytes] = []
        self._line_size = 0
        self._type, self._size = "", 0
        self._data: list[bytes] = []

    def feed(self, piece: bytes) -> list[Event | Comment | Overlong]:
        """What ``piece``, after all the pieces before it, brings to its end."""
        if not piece:
            return []
        if not self._started:
            piece = self._start + piece
            if len(piece) < len(_BOM) and _BOM.startswith(piece):
                self._start = piece
                return []
            self._started, piece = True, piece.removeprefix(_BOM)
        if self._after_cr:
            self._after_cr, piece = False, piece.removeprefix(b"\n")
        said: list[Event | Comment | Overlong] = []
        position = 0
        for end in _END.finditer(piece):
            self._keep(piece[position : end.start()])
            said += self._end_of_line()
            position = end.end()
        self._after_cr = piece.endswith(b"\r")
        self._keep(piece[position:])
        return said

    def _keep(self, part: bytes) -> None:
        """Add ``part`` to the line under way; of one that is too long only the beginning."""
        if not part:
            return
        self._line_size += len(part)
        if self._line_size <= self._limit:
            self._line.append(part)
        elif list(map(len, self._line)) != [_HEAD]:
            self._line = [b"".join((*self._line, part))[:_HEAD]]

    def _end_of_line(self) -> tuple[Event | Comment | Overlong, ...]:
        line, size = b"".join(self._line), self._line_size
        self._line, self._line_size = [], 0
        if not line:
            return self._dispatch()
        if line.startswith(b":"):
            return (Comment(line[1 : 1 + COMMENT_LIMIT]),)
        self._size += size
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            if self._size - size <= self._limit:
                self._data.append(value)
        elif name == b"event":
            self._type = value[:COMMENT_LIMIT].decode(errors="replace")
        elif name == b"id" and b"\x00" not in value:
            self.last_id = value[:COMMENT_LIMIT].decode(errors="replace")
        elif name == b"retry" and value.isdigit() and len(value) < 12:
            self.retry_ms = int(value)
        return ()

    def _dispatch(self) -> tuple[Event | Comment | Overlong, ...]:
        type, data, size = self._type or "message", self._data, self._size
        self._type, self._data, self._size = "", [], 0
        if not data:  # the standard forgets it, and its type; one empty line of data is data
            return ()
        joined = b"\n".join(data)
        if size > self._limit:
            return (Overlong(type, joined[:RAW_LIMIT], size),)
        return (Event(type, joined, self.last_id),)
