"""The spool: what could not be published, on disk, in order, until the log is back.

A folder of segments. A segment is a row of frames: length and checksum, four bytes each, then the entry as MessagePack
``[topic, key, value]``. What was drained is told by ``position`` (a segment's number and an offset in it), written after the
log has the entries; a crash between the two publishes them again, which the log's readers count once. A frame that a crash
tore is the last one, was never told to be safe, and is cut off at the next start.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final

import msgspec

from stream.log import Entry

SEGMENT_BYTES: Final = 8 * 1024 * 1024

_HEADER: Final = struct.Struct("<II")
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[str, str, bytes | None])


class SpoolFull(Exception):
    """The spool has reached its limit; the message says how large it is and what to do."""


class SpoolLocked(Exception):
    """Another process uses the spool; the message says which folder."""


class Spool:
    """A queue of (topic, entry) on disk; one process at a time. Raises ``SpoolLocked`` when another has it.

    ``limit_bytes`` bounds what waits; ``len`` tells the entries that wait.
    """

    def __init__(self, folder: Path, limit_bytes: int, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._folder, self._limit, self._segment_bytes = folder, limit_bytes, segment_bytes
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(folder)
        self._position = folder / "position"
        self._first, self._offset = self._read_position()
        self._sizes = {number: self._repaired(number) for number in self._segments()}
        if self._offset > self._sizes.get(self._first, 0):
            # Gone, or cut by a dying disk: what is left was drained, and what comes now must not lie before the offset.
            self._path(self._first).unlink(missing_ok=True)
            self._sizes.pop(self._first, None)
            self._first, self._offset = self._first + 1, 0
        if self._sizes and min(self._sizes) > self._first:
            self._first, self._offset = min(self._sizes), 0
        self._last = max(self._sizes, default=self._first)
        self._out: IO[bytes] | None = None
        self._count = sum(1 for _ in self._frames())

    def __len__(self) -> int:
        return self._count

    @property
    def bytes(self) -> int:
        """How much of the disk it holds."""
        return sum(self._sizes.values())

    def append(self, entries: Sequence[tuple[str, Entry]]) -> None:
        """Keep ``entries``, each with its topic's name; they are on the disk when this returns, all or none.

        Raises ``SpoolFull`` when they would go over the limit or the disk has no room.
        """
        frames = b"".join(_frame(topic, entry) for topic, entry in entries)
        if self.bytes + len(frames) > self._limit:
            raise SpoolFull(
                f"the spool {self._folder} holds its limit of {self._limit >> 20} MB; see why the log is away"
            )
        if self._sizes.get(self._last, 0) >= self._segment_bytes:
            self._close_segment()
            self._last += 1
        before = self._sizes.setdefault(self._last, 0)
        out = self._out or self._path(self._last).open("ab", buffering=0)
        self._out = out
        try:
            written = 0
            while written < len(frames):
                written += out.write(frames[written:]) or 0
            os.fsync(out.fileno())
        except OSError as fault:
            out.truncate(before)
            raise SpoolFull(f"the spool {self._folder} cannot be written: {fault}") from fault
        self._sizes[self._last] = before + len(frames)
        self._count += len(entries)

    def peek(self, limit: int) -> list[tuple[str, Entry]]:
        """The oldest ``limit`` entries; they stay until ``drop``."""
        found = []
        for topic, entry, _, _ in self._frames():
            found.append((topic, entry))
            if len(found) >= limit:
                break
        return found

    def drop(self, count: int) -> None:
        """Forget the oldest ``count`` entries, which the log has now."""
        dropped = 0
        for _, _, number, end in self._frames():
            dropped += 1
            if dropped == count:
                self._first, self._offset = number, end
                break
        self._count -= dropped
        if not self._count:
            self._close_segment()
            self._first, self._offset = self._last + 1, 0
        # Where the disk is full, what was drained is published again after a crash, which the log's readers count once.
        with contextlib.suppress(OSError):
            self._write_position()
        for number in [n for n in self._sizes if n < self._first]:
            self._path(number).unlink(missing_ok=True)
            del self._sizes[number]
        if not self._count:
            self._last = self._first

    def clear(self) -> None:
        """Forget everything that waits."""
        if self._count:
            self.drop(self._count)

    def erase(self, gone: Callable[[str, Entry], bool]) -> int:
        """Overwrite what waits without the entries that are ``gone`` (topic, entry); how many they were.

        Raises ``OSError`` where the disk has no room; nothing has changed then.
        """
        kept = erased = 0
        self._close_segment()
        number = self._last + 1
        new = self._path(number)
        try:
            with new.open("wb") as out:
                for topic, entry, _, _ in self._frames():
                    if gone(topic, entry):
                        erased += 1
                    else:
                        out.write(_frame(topic, entry))
                        kept += 1
                out.flush()
                os.fsync(out.fileno())
        except OSError:
            new.unlink(missing_ok=True)
            raise
        if not erased:
            new.unlink()
            return 0
        old = list(self._sizes)
        self._first, self._offset, self._last, self._count = number, 0, number, kept
        self._write_position()
        self._sizes = {number: new.stat().st_size}
        for segment in old:
            self._path(segment).unlink(missing_ok=True)
        return erased

    def close(self) -> None:
        """Let another process have it."""
        self._close_segment()
        self._lock.close()

    def _frames(self) -> Iterator[tuple[str, Entry, int, int]]:
        """Each waiting entry with its topic, its segment and the offset where its frame ends."""
        for number in sorted(self._sizes):
            start = self._offset if number == self._first else 0
            with self._path(number).open("rb") as file:
                file.seek(start)
                for payload, end in _payloads(file, start):
                    topic, key, value = _decoder.decode(payload)
                    yield topic, Entry(key=key, value=value), number, end

    def _repaired(self, number: int) -> int:
        """The size of a segment after whatever follows its last whole frame is cut off."""
        path = self._path(number)
        with path.open("rb") as file:
            whole = max((end for _, end in _payloads(file, 0)), default=0)
        if whole < path.stat().st_size:
            os.truncate(path, whole)
        return whole

    def _segments(self) -> list[int]:
        """The segments that still hold something; those that were drained before a crash go now."""
        numbers = sorted(int(path.stem) for path in self._folder.glob("*.segment") if path.stem.isdigit())
        for number in numbers:
            if number < self._first:
                self._path(number).unlink()
        return [number for number in numbers if number >= self._first]

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:012d}.segment"

    def _close_segment(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def _read_position(self) -> tuple[int, int]:
        try:
            number, offset = self._position.read_text().split()
            return int(number), int(offset)
        except (FileNotFoundError, ValueError):
            return 0, 0

    def _write_position(self) -> None:
        new = self._position.with_suffix(".new")
        new.write_text(f"{self._first} {self._offset}\n")
        os.replace(new, self._position)


def waiting(folder: Path) -> Iterator[tuple[str, Entry]]:
    """What lies in a spool's segments, drained or not, with its topic; also while another process has it."""
    for path in sorted(folder.glob("*.segment")):
        with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
            for payload, _ in _payloads(file, 0):
                topic, key, value = _decoder.decode(payload)
                yield topic, Entry(key=key, value=value)


def _frame(topic: str, entry: Entry) -> bytes:
    payload = _encoder.encode((topic, entry.key, entry.value))
    return _HEADER.pack(len(payload), zlib.crc32(payload)) + payload


def _payloads(file: IO[bytes], offset: int) -> Iterator[tuple[bytes, int]]:
    """The payload of each whole frame from here on, and the offset where it ends."""
    while len(header := file.read(_HEADER.size)) == _HEADER.size:
        length, checksum = _HEADER.unpack(header)
        payload = file.read(length)
        if len(payload) < length or zlib.crc32(payload) != checksum:
            return
        offset += _HEADER.size + length
        yield payload, offset


def _locked(folder: Path) -> IO[bytes]:
    lock = (folder / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise SpoolLocked(
            f"another ingest uses the spool {folder}; stop it, or give this one its own with [ingest] spool"
        ) from None
    return lock
