"""Erasure: what people took back is overwritten in the SQLite log, key and text, and the record's place stays empty.

In Kafka nothing can be overwritten: there it goes with the retention, and readers never show it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from stream.log import MENTIONS, REJECTED, RETRACTIONS, Record
from stream.log.file import Cursor, LogFile
from stream.mention import Target, Unreadable, decode_rejected, decode_retraction

STEP: Final = 2000
"""Records that are looked at in one go; others write between two."""
RECENT_MS: Final = 3_600_000
"""Most of what is deleted was written within the hour: only that is looked through each time."""
WHOLE_MS: Final = 3_600_000
"""How often everything is."""
SHORTEST: Final = 6
"""Characters of a native id that is looked for in dead letters; a shorter one could be anything."""


class _Head(msgspec.Struct):
    id: str = ""
    kind: str = ""
    target: Target | None = None


_heads: Final = msgspec.json.Decoder(_Head)


class Eraser:
    """Knows who and what is gone, and overwrites it step by step. Synchronous, in the log's thread; ``now`` is ms UTC."""

    def __init__(self) -> None:
        self._posts: set[str] = set()
        self._authors: set[str] = set()
        self._read: list[Cursor] | None = None
        self._looking: list[Cursor] = []
        self._looked_whole = 0

    def begin(self, file: LogFile, now: int, *, whole: bool = False) -> None:
        """Hear of new retractions, and begin to look for what they are about: in everything once an hour, or if ``whole``."""
        self._read = self._read or file.cursors(RETRACTIONS, None)
        while True:
            records, self._read = file.read(self._read, STEP)
            if not records:
                break
            self._hear(records)
        whole = whole or now - self._looked_whole >= WHOLE_MS
        since = None if whole else now - RECENT_MS
        if whole:
            self._looked_whole = now
        topics = (MENTIONS, REJECTED) if self._posts or self._authors else ()
        self._looking = [c for topic in topics for c in file.cursors(topic, file.at_time(topic, since))]

    def step(self, file: LogFile) -> tuple[int, bool]:
        """Overwrite what is gone among the next records; how many there were, and whether there is more to look at."""
        if not self._looking:
            return 0, False
        records, self._looking = file.read(self._looking, STEP)
        if not records:
            self._looking = []
            return 0, False
        gone = [record for record in records if record.value is not None and self.is_gone(record)]
        file.overwrite(gone)
        return len(gone), True

    def _hear(self, records: Iterable[Record]) -> None:
        for record in records:
            try:
                retraction = decode_retraction(record.value or b"")
            except Unreadable:
                continue
            (self._authors if retraction.scope == "author" else self._posts).add(retraction.target)

    def take_back(self, authors: Iterable[str]) -> None:
        """Everything of these authors is gone, whatever the log says."""
        self._authors |= set(authors)

    def is_gone(self, record: Record) -> bool:
        """Whether a mention or a dead letter is by, repeats or names somebody or something that is gone."""
        if record.topic == REJECTED.name:
            return self._names_somebody_gone(record.value or b"")
        if record.key in self._authors:
            return True
        try:
            head = _heads.decode(record.value or b"")
        except msgspec.DecodeError:
            return False
        if head.id in self._posts or head.id.rpartition("@")[0] in self._posts:
            return True
        target = head.target
        repeats = target is not None and head.kind in ("repost", "edit")
        return repeats and target is not None and (target.id in self._posts or target.author in self._authors)

    def _names_somebody_gone(self, value: bytes) -> bool:
        try:
            raw = decode_rejected(value).raw
        except Unreadable:
            return False
        natives = (author.partition(":")[2] for author in self._authors)
        return any(len(native) >= SHORTEST and native.encode() in raw for native in natives)


def erase(file: LogFile, now: int) -> int:
    """Overwrite at once everything in the file that was taken back; returns how many records that were."""
    eraser, total, more = Eraser(), 0, True
    eraser.begin(file, now, whole=True)
    while more:
        count, more = eraser.step(file)
        total += count
    file.fold()
    return total
