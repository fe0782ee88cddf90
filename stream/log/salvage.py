"""Save what can be read of a damaged SQLite log into a new file: ``python -m stream.log.salvage var/agora.db``.

Records keep their offsets and times, so that readers, groups and checkpoints go on. The damaged file is only read.
"""

from __future__ import annotations

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from stream.log import LogUnavailable
from stream.log.file import LogFile
from stream.log.sqlite_faults import told


class Salvaged(msgspec.Struct):
    """How many records were saved, and how many offsets lay in what cannot be read."""

    saved: int = 0
    lost: int = 0


def salvage(path: str, into: str) -> Salvaged:
    """Copy the log at ``path`` to a new file ``into``.

    Raises ``FileExistsError`` when ``into`` is there, and ``LogUnavailable`` when not even the list of partitions can be read.
    """
    if Path(into).exists():
        raise FileExistsError(f"{into} is there already: move it away, or name another file")
    with tempfile.TemporaryDirectory(dir=Path(into).absolute().parent) as folder:
        return _salvage(path, _copy(path, Path(folder)), into)


def _copy(path: str, folder: Path) -> Path:
    """A copy of the file and its WAL to read from, without the part of a page where the file was cut."""
    copy = folder / "log.db"
    shutil.copyfile(path, copy)
    if Path(f"{path}-wal").exists():
        shutil.copyfile(f"{path}-wal", f"{copy}-wal")
    with copy.open("r+b") as file:
        page = int.from_bytes(file.read(18)[16:18], "big") or 4096
        file.truncate(copy.stat().st_size // page * page)
    return copy


def _salvage(path: str, copy: Path, into: str) -> Salvaged:
    source = sqlite3.connect(copy)
    try:
        source.execute("PRAGMA writable_schema = ON")  # without it SQLite refuses a file that was cut
        streams = source.execute("SELECT id, topic, partition, next, time, swept FROM streams").fetchall()
        tables = source.execute(
            "SELECT name, sql FROM sqlite_schema WHERE name LIKE 'records_%' ORDER BY type DESC"
        ).fetchall()
    except sqlite3.Error as fault:
        source.close()
        raise told(path, 5.0, fault) from fault
    LogFile(into, "", 10.0).close()
    target = sqlite3.connect(into, isolation_level=None)
    result = Salvaged()
    try:
        target.execute("BEGIN")
        for _, sql in tables:
            target.execute(sql)
        for stream in streams:
            target.execute("INSERT INTO streams VALUES (?, ?, ?, ?, ?, ?)", stream)
            table, end = f"records_{stream[0]}", stream[3]
            for row in _readable(source, table, end, result):
                target.execute(f"INSERT INTO {table} VALUES (?, ?, ?, ?)", row)
                result.saved += 1
        _copy_commits(source, target)
        target.execute("COMMIT")
    finally:
        target.close()
        source.close()
    return result


def _readable(source: sqlite3.Connection, table: str, end: int, result: Salvaged) -> Iterator[tuple[object, ...]]:
    """All rows that can be read, by offset: runs as long as they go, then offset by offset past the damage."""
    offset = 0
    while offset < end:
        try:
            for row in source.execute(f"SELECT * FROM {table} WHERE offset >= ? ORDER BY offset", (offset,)):
                if not offset <= row[0] < end or not _is_record(row):
                    break
                yield row
                offset = row[0] + 1
            else:
                return
        except sqlite3.DatabaseError:
            pass  # the offset where it broke off is looked at by itself
        while offset < end:
            rows = _at(source, table, offset)
            offset += 1
            if rows is None:
                result.lost += 1
            elif rows:
                yield rows[0]
                break


def _is_record(row: tuple[object, ...]) -> bool:
    """Whether a row has the types of a record: rubbish can look like a row."""
    offset, time, key, value = row
    return (
        isinstance(offset, int) and isinstance(time, int) and isinstance(key, str) and isinstance(value, bytes | None)
    )


def _at(source: sqlite3.Connection, table: str, offset: int) -> list[tuple[object, ...]] | None:
    """The row at ``offset`` where there is one; None where it cannot be read."""
    try:
        rows = source.execute(f"SELECT * FROM {table} WHERE offset = ?", (offset,)).fetchall()
    except sqlite3.DatabaseError:
        return None
    return rows if all(map(_is_record, rows)) else None


def _copy_commits(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """How far groups have read: they begin anew where that is lost."""
    try:
        commits = source.execute("SELECT * FROM commits").fetchall()
    except sqlite3.DatabaseError:
        return
    target.executemany("INSERT INTO commits VALUES (?, ?, ?, ?)", commits)


def main() -> int:
    """Salvage the file that the command line names into one beside it."""
    if len(sys.argv) != 2:
        print("usage: python -m stream.log.salvage FILE", file=sys.stderr)
        return 2
    path = sys.argv[1]
    try:
        result = salvage(path, f"{path}.saved")
    except (LogUnavailable, OSError) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"{result.saved} records are saved in {path}.saved, {result.lost} were lost. Now, with Agora stopped:")
    print(f"  mkdir damaged && mv {path} damaged && rm -f {path}-wal {path}-shm && mv {path}.saved {path}")
    if result.lost:
        print(
            "and move the hub's checkpoint ([hub] checkpoint, var/checkpoint) there too: it still counts what was lost."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
