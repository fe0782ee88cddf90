"""The SQLite file of the embedded log: tables, appending, reading, housekeeping. Synchronous; one connection, one thread.

A partition is a table of its own whose rowid is the offset, so that appending and following are the fastest things that
SQLite does. ``streams`` holds for each partition the next offset and the last log time; both survive the deletion of all
its records. Every write is one ``BEGIN IMMEDIATE`` transaction, synced to the disk before it counts (WAL,
``synchronous=FULL``).
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from stream.log import (
    DAY_MS,
    MENTIONS,
    REJECTED,
    Entry,
    LogDamaged,
    LogUnavailable,
    Offsets,
    Record,
    Topic,
)
from stream.log.sqlite_faults import code_of, damaged, told

APPLICATION_ID: Final = 0x41474F52  # "AGOR"
SCHEMA_VERSION: Final = 1

COMPACTION_LAG_MS: Final = 60_000
"""A record of a compacted topic outlives its successor by this, so that followers see every value."""
CLEARED_MS: Final = DAY_MS
"""How long a cleared key is still told to readers."""
SWEEP: Final = 2000
"""Records that one transaction of the housekeeping touches at most: writers wait for it."""

_SCHEMA = f"""
CREATE TABLE streams (
    id INTEGER PRIMARY KEY, topic TEXT NOT NULL, partition INTEGER NOT NULL,
    next INTEGER NOT NULL DEFAULT 0, time INTEGER NOT NULL DEFAULT 0, swept INTEGER NOT NULL DEFAULT 0,
    UNIQUE (topic, partition));
CREATE TABLE commits (
    name TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (name, topic, partition)) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA_VERSION};
"""


class Cursor(NamedTuple):
    """A place in one partition: ``stream`` is its number in the file, ``topic`` the name that readers know."""

    stream: int
    topic: str
    partition: int
    next: int


class LogFile:
    """One connection to the file at ``path``; ``prefix`` stands before every topic's name in it.

    Every method raises ``LogUnavailable`` when another process holds the file for longer than ``timeout_s``, or the disk
    fails, and ``LogDamaged`` when the file is no log.
    """

    def __init__(self, path: str, prefix: str, timeout_s: float) -> None:
        self.path, self.prefix, self.timeout_s = path, prefix, timeout_s
        self._streams: dict[str, list[int]] = {}
        with self._told():
            Path(path).absolute().parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, timeout=timeout_s, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise
            self._inode = os.stat(path).st_ino

    def _prepare(self) -> None:
        self._db.execute("PRAGMA synchronous = FULL")
        self._db.execute("PRAGMA secure_delete = FAST")
        self._db.execute("PRAGMA wal_autocheckpoint = 4000")
        self._db.execute(f"PRAGMA journal_size_limit = {64 << 20}")
        if self._value("PRAGMA schema_version") and self._value("PRAGMA application_id") != APPLICATION_ID:
            raise LogDamaged(
                f"{self.path} is a database of another program, not a log of Agora: "
                "name another file in [log] url, or move this one away"
            )
        self._enter_wal()
        if not self._value("PRAGMA schema_version"):
            with self._transaction():
                if not self._value("PRAGMA schema_version"):
                    for statement in _SCHEMA.split(";"):
                        self._db.execute(statement)
        if (version := self._value("PRAGMA user_version")) > SCHEMA_VERSION:
            raise LogDamaged(
                f"{self.path} was written by a newer Agora (version {version} of the file, this one knows "
                f"{SCHEMA_VERSION}): update Agora, or name another file in [log] url"
            )

    def _enter_wal(self) -> None:
        """Switch to WAL; of several processes that do so at once all but one are refused without waiting."""
        deadline = time.monotonic() + self.timeout_s
        while True:
            try:
                mode = self._db.execute("PRAGMA journal_mode = WAL").fetchone()[0]
            except sqlite3.OperationalError as fault:
                if code_of(fault) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)
                continue
            if mode != "wal":
                raise LogUnavailable(
                    f"the log {self.path} lies where processes cannot share memory (a network drive?): "
                    "name a file on a local disk in [log] url"
                )
            return

    def close(self) -> None:
        """End the connection; the last one to the file folds its WAL in."""
        self._db.close()

    def ensure(self, topics: Iterable[Topic]) -> None:
        """Make the partitions that ``topics`` lack."""
        for topic in topics:
            if len(self._known(topic)) < topic.partitions:
                with self._transaction():
                    self._make(topic)
                self._streams.pop(topic.name, None)

    def _make(self, topic: Topic) -> None:
        name = self.prefix + topic.name
        for partition in range(topic.partitions):
            made = self._db.execute(
                "INSERT INTO streams (topic, partition) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id",
                (name, partition),
            ).fetchone()
            if made is None:
                continue
            table = f"records_{made[0]}"
            self._db.execute(
                f"CREATE TABLE {table} (offset INTEGER PRIMARY KEY, time INTEGER NOT NULL, key TEXT NOT NULL, value BLOB)"
            )
            if topic.compacted:
                self._db.execute(f"CREATE INDEX {table}_key ON {table} (key)")
                self._db.execute(f"CREATE INDEX {table}_cleared ON {table} (time) WHERE value IS NULL")

    def _known(self, topic: Topic) -> list[int]:
        """The numbers of the topic's partitions in the file, by partition; empty when it has none yet."""
        if topic.name not in self._streams:
            with self._told():
                rows = self._db.execute(
                    "SELECT id FROM streams WHERE topic = ? ORDER BY partition", (self.prefix + topic.name,)
                ).fetchall()
            if not rows:
                return []
            self._streams[topic.name] = [stream for (stream,) in rows]
        return self._streams[topic.name]

    def _of(self, topic: Topic) -> list[int]:
        streams = self._known(topic)
        if not streams:
            self.ensure([topic])
            streams = self._known(topic)
        return streams

    def append(self, batches: Iterable[tuple[Topic, Sequence[Entry]]], now_ms: int) -> None:
        """Append all ``batches`` in one transaction; when it returns the disk has them."""
        by_stream: dict[int, list[Entry]] = {}
        for topic, entries in batches:
            streams = self._of(topic)
            for entry in entries:
                by_stream.setdefault(streams[entry.among(len(streams))], []).append(entry)
        with self._transaction():
            self._same_file()
            for stream, entries in by_stream.items():
                first, last = self._row("SELECT next, time FROM streams WHERE id = ?", (stream,))
                at = max(last, now_ms)
                self._db.executemany(
                    f"INSERT INTO records_{stream} VALUES (?, ?, ?, ?)",
                    ((offset, at, entry.key, entry.value) for offset, entry in enumerate(entries, first)),
                )
                self._db.execute(
                    "UPDATE streams SET next = ?, time = ? WHERE id = ?", (first + len(entries), at, stream)
                )

    def _same_file(self) -> None:
        """Refuse to write into a file that was deleted or replaced under its name: nobody would find it again."""
        try:
            same = os.stat(self.path).st_ino == self._inode
        except FileNotFoundError:
            same = False
        if not same:
            raise LogUnavailable(
                f"the log {self.path} was moved or deleted while Agora runs: put it back, or restart Agora"
            )

    def changes(self) -> int:
        """A number that is another one after each commit of another connection, of any process."""
        with self._told():
            return self._value("PRAGMA data_version")

    def cursors(self, topic: Topic, starts: Offsets | None) -> list[Cursor]:
        """Where a reader of ``topic`` begins."""
        streams = self._of(topic)
        return [
            Cursor(stream, topic.name, partition, (starts or {}).get(partition, 0))
            for partition, stream in enumerate(streams)
        ]

    def read(self, cursors: Sequence[Cursor], limit: int) -> tuple[list[Record], list[Cursor]]:
        """At most ``limit`` records after the cursors, fairly shared, and the cursors after them; one consistent view.

        A cursor beyond the end belongs to a log that was emptied since, and starts anew at the beginning.
        """
        with self._told(), self._view():
            ends = dict(self._db.execute("SELECT id, next FROM streams").fetchall())
            moved = {c.stream: c if c.next <= ends[c.stream] else c._replace(next=0) for c in cursors}
            behind = sorted(
                (c for c in moved.values() if c.next < ends[c.stream]), key=lambda c: ends[c.stream] - c.next
            )
            records: list[Record] = []
            for place, cursor in enumerate(behind):
                share = -(-(limit - len(records)) // (len(behind) - place))
                if share <= 0:
                    break
                rows = self._db.execute(
                    f"SELECT offset, time, key, value FROM records_{cursor.stream} WHERE offset >= ? ORDER BY offset LIMIT ?",
                    (cursor.next, share),
                ).fetchall()
                topic, partition = cursor.topic, cursor.partition
                records += [Record(topic, partition, *row) for row in rows]
                after = rows[-1][0] + 1 if len(rows) == share else ends[cursor.stream]
                moved[cursor.stream] = cursor._replace(next=after)
            return records, list(moved.values())

    def ends(self, topic: Topic) -> dict[int, int]:
        """By partition, the next record's offset."""
        self._of(topic)
        with self._told():
            rows = self._db.execute("SELECT partition, next FROM streams WHERE topic = ?", (self.prefix + topic.name,))
            return dict(rows.fetchall())

    def at_time(self, topic: Topic, time_ms: int | None) -> dict[int, int]:
        """By partition, the offset of the first record kept (None), or of the first at or after ``time_ms``; else the end."""
        found: dict[int, int] = {}
        for partition, stream in enumerate(self._of(topic)):
            with self._told(), self._view():
                found[partition] = self._first(stream, time_ms)
        return found

    def _first(self, stream: int, time_ms: int | None) -> int:
        end: int = self._row("SELECT next FROM streams WHERE id = ?", (stream,))[0]
        after = f"SELECT offset, time FROM records_{stream} WHERE offset >= ? ORDER BY offset LIMIT 1"
        low = self._row(after, (0,), (end, 0))[0]
        high = end
        while time_ms is not None and low < high:
            middle = (low + high) // 2
            offset, at = self._row(after, (middle,), (high, time_ms))
            if at < time_ms:
                low = offset + 1
            else:
                high = middle
        return int(self._row(after, (low,), (end, 0))[0])

    def commit(self, group: str, topic: Topic, offsets: Offsets) -> None:
        """Remember how far ``group`` has read."""
        with self._transaction():
            self._same_file()
            self._db.executemany(
                "INSERT INTO commits VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next",
                [(self.prefix + group, self.prefix + topic.name, *place) for place in offsets.items()],
            )

    def committed(self, group: str, topic: Topic) -> dict[int, int]:
        """What ``commit`` last said."""
        place = (self.prefix + group, self.prefix + topic.name)
        with self._told():
            return dict(
                self._db.execute("SELECT partition, next FROM commits WHERE name = ? AND topic = ?", place).fetchall()
            )

    def sweep(self, topic: Topic, now_ms: int) -> bool:
        """One small step of the housekeeping: what retention and compaction let go. True when there is more to do."""
        more = False
        for stream in self._known(topic):
            with self._transaction():
                if topic.compacted:
                    more |= self._compact(stream, now_ms)
                if topic.retention_ms is not None:
                    more |= self._expire(stream, now_ms - topic.retention_ms)
        return more

    def overwrite(self, records: Iterable[Record]) -> None:
        """Empty records for good: key and value are overwritten on the disk, place and time stay."""
        by_stream: dict[int, list[int]] = {}
        for record in records:
            for topic in (MENTIONS, REJECTED):
                if topic.name == record.topic:
                    by_stream.setdefault(self._known(topic)[record.partition], []).append(record.offset)
        if not by_stream:
            return
        with self._told():
            self._db.execute("PRAGMA secure_delete = ON")
        with self._transaction():
            for stream, offsets in by_stream.items():
                self._db.executemany(
                    f"UPDATE records_{stream} SET key = '', value = NULL WHERE offset = ?", [(o,) for o in offsets]
                )
        with self._told():
            self._db.execute("PRAGMA secure_delete = FAST")

    def fold(self) -> bool:
        """Fold the WAL in and empty it, so that nothing overwritten stays there; False while others read from it."""
        with self._told():
            return not self._value("PRAGMA wal_checkpoint(TRUNCATE)")

    def _expire(self, stream: int, before_ms: int) -> bool:
        first, cut = self._first(stream, None), self._first(stream, before_ms)
        step = min(cut, first + SWEEP)
        self._db.execute(f"DELETE FROM records_{stream} WHERE offset < ?", (step,))
        return step < cut

    def _compact(self, stream: int, now_ms: int) -> bool:
        """Records that have stood long enough remove their predecessors; each does so once."""
        table = f"records_{stream}"
        (swept,) = self._row("SELECT swept FROM streams WHERE id = ?", (stream,))
        settled = self._first(stream, now_ms - COMPACTION_LAG_MS)
        step = min(settled, swept + SWEEP)
        if step > swept:
            self._db.execute(
                f"DELETE FROM {table} WHERE offset IN (SELECT old.offset FROM {table} new JOIN {table} old "
                "ON old.key = new.key AND old.offset < new.offset WHERE new.offset >= ? AND new.offset < ?)",
                (swept, step),
            )
            self._db.execute("UPDATE streams SET swept = ? WHERE id = ?", (step, stream))
        self._db.execute(
            f"DELETE FROM {table} WHERE value IS NULL AND time < ? AND offset < ?",
            (now_ms - CLEARED_MS, max(step, swept)),
        )
        return step < settled

    def _row(
        self, statement: str, values: tuple[object, ...], default: tuple[int, int] | None = None
    ) -> tuple[int, ...]:
        row: tuple[int, ...] | None = self._db.execute(statement, values).fetchone()
        if row is None:
            if default is None:
                raise LogDamaged(damaged(self.path, "a partition is missing"))
            return default
        return row

    def _value(self, statement: str) -> int:
        return int(self._db.execute(statement).fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _view(self) -> Iterator[None]:
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            if self._db.in_transaction:
                self._db.execute("COMMIT")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn SQLite's faults into sentences that say which log and what to do."""
        try:
            yield
        except sqlite3.Error as fault:
            raise told(self.path, self.timeout_s, fault) from fault
        except OSError as fault:
            raise LogUnavailable(f"the log {self.path} cannot be reached: {fault}") from fault
