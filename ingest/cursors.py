"""Where each source stood when its last batch was safe; survives a crash, and is never ahead of the log."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import structlog

EVERY_MS: Final = 1000
"""A crash costs at most this much of reading again."""

_decoder = msgspec.json.Decoder(dict[str, str])

logger = structlog.get_logger("ingest")


class Cursors:
    """Cursor by source name, in one small file. ``now`` tells a clock in milliseconds."""

    def __init__(self, path: Path, now: Callable[[], int]) -> None:
        self._path, self._now = path, now
        self._saved_at = now()
        self._changed = False
        try:
            self._cursors = _decoder.decode(path.read_bytes())
        except (FileNotFoundError, msgspec.DecodeError):
            self._cursors = {}

    def get(self, source: str) -> str:
        """Where ``source`` goes on; empty for a newcomer."""
        return self._cursors.get(source, "")

    def set(self, source: str, cursor: str) -> None:
        """Remember ``cursor``.

        A source's first reaches the disk at once, others within ``EVERY_MS`` of further calls, or with ``save``.
        """
        first = source not in self._cursors
        self._cursors[source] = cursor
        self._changed = True
        # Without its first cursor a source that is killed begins as a newcomer, and what was said meanwhile is lost.
        if first or abs(self._now() - self._saved_at) >= EVERY_MS:
            self.save()

    def forget(self, source: str) -> None:
        """``source`` came to its end; it begins anew the next time."""
        if self._cursors.pop(source, None) is not None:
            self._changed = True
            self.save()

    def clear(self) -> None:
        """Everybody begins anew."""
        self._cursors, self._changed = {}, True
        self.save()

    def save(self) -> None:
        """Put everything on the disk; where that cannot be written, later: more is then told again after a crash."""
        if not self._changed:
            return
        self._saved_at = self._now()
        new = self._path.with_suffix(".new")
        try:
            with new.open("wb") as file:
                file.write(msgspec.json.encode(self._cursors))
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self._path)
        except OSError as fault:
            logger.warning("the cursors cannot be written", reason=str(fault))
        else:
            self._changed = False
