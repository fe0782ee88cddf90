"""What a source that is asked again and again has seen already, and in which words: so that only what changed is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

ROWS: Final = 200_000
"""More posts than this are not remembered; the ones not seen for longest are forgotten first."""
_ASKED: Final = 500


class Known(NamedTuple):
    """A post in the words ``revision``, edited ``edits`` times since it was told; −1 for one that was not told at all."""

    revision: str
    edits: int


class Revisions:
    """Post id to what is known of it, and notes of the source's own, in one file at ``path``. Synchronous, for one loop."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS posts (id TEXT PRIMARY KEY, revision TEXT, edits INTEGER, seen INTEGER)"
        )
        self._db.execute("CREATE INDEX IF NOT EXISTS posts_by_seen ON posts (seen)")
        self._db.execute("CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, note BLOB)")

    def get(self, ids: Iterable[str]) -> dict[str, Known]:
        """What is known of those of ``ids`` of which anything is."""
        wanted = list(ids)
        found: dict[str, Known] = {}
        for start in range(0, len(wanted), _ASKED):
            some = wanted[start : start + _ASKED]
            marks = ",".join("?" * len(some))
            for id, *known in self._db.execute(f"SELECT id, revision, edits FROM posts WHERE id IN ({marks})", some):
                found[id] = Known(*known)
        return found

    def since(self, at: int, most: int) -> list[str]:
        """The posts that were told or changed since ``at`` (ms), ``most`` at most, the newest first."""
        told = "SELECT id FROM posts WHERE seen >= ? ORDER BY seen DESC, rowid DESC LIMIT ?"
        return [id for (id,) in self._db.execute(told, (at, most))]

    def put(
        self, posts: Mapping[str, Known], at: int, *, notes: Mapping[str, bytes] | None = None, rows: int = ROWS
    ) -> None:
        """Remember the posts as seen at ``at`` (ms), of which at most ``rows`` are kept, and ``notes``: all or nothing."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(
                "INSERT OR REPLACE INTO posts VALUES (?, ?, ?, ?)", [(id, *known, at) for id, known in posts.items()]
            )
            self._db.executemany("INSERT OR REPLACE INTO notes VALUES (?, ?)", (notes or {}).items())
            if posts:
                (count,) = self._db.execute("SELECT count(*) FROM posts").fetchone()
                if count > rows:
                    oldest = "SELECT id FROM posts ORDER BY seen, rowid LIMIT ?"
                    self._db.execute(f"DELETE FROM posts WHERE id IN ({oldest})", (count - rows,))
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def note(self, name: str) -> bytes:
        """The note called ``name``; empty for none."""
        row = self._db.execute("SELECT note FROM notes WHERE name = ?", (name,)).fetchone()
        return bytes(row[0]) if row else b""

    def forget(self, before: int) -> None:
        """Forget the posts that were not seen since ``before`` (ms)."""
        self._db.execute("DELETE FROM posts WHERE seen < ?", (before,))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
