"""The ledger's file: what was published, under which ids, what is gone, who reacted. SQLite, one connection, one process.

Ids are kept as 64-bit hashes; beside them only what a later retraction or tally has to say in clear. ``until`` is when a row
may be forgotten. WAL without a sync for each commit: a crash of the process loses nothing, one of the machine some seconds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
import xxhash

from ingest.source import SourceUnavailable

VERSION: Final = 1
APPLICATION_ID: Final = 0x41474F4C  # "AGOL"
TABLES: Final = ("posts", "aliases", "gone", "reactions")
SWEEP: Final = 2000
"""Rows that one round of forgetting takes from each table at most."""

_SCHEMA: Final = f"""
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
BEGIN;
CREATE TABLE posts (
    key INTEGER PRIMARY KEY, id TEXT NOT NULL, author TEXT NOT NULL, target INTEGER, origin TEXT,
    safe INTEGER NOT NULL, likes INTEGER NOT NULL, reposts INTEGER NOT NULL, replies INTEGER NOT NULL,
    untold INTEGER NOT NULL DEFAULT 0, told INTEGER NOT NULL DEFAULT 0, until INTEGER NOT NULL);
CREATE INDEX posts_author ON posts (author);
CREATE INDEX posts_target ON posts (target) WHERE target IS NOT NULL;
CREATE INDEX posts_origin ON posts (origin) WHERE origin IS NOT NULL;
CREATE INDEX posts_untold ON posts (told) WHERE untold > 0;
CREATE TABLE aliases (key INTEGER PRIMARY KEY, post INTEGER NOT NULL, until INTEGER NOT NULL);
CREATE TABLE gone (
    key INTEGER PRIMARY KEY, target TEXT NOT NULL, scope TEXT NOT NULL, at INTEGER NOT NULL, reason TEXT NOT NULL,
    safe INTEGER NOT NULL, until INTEGER NOT NULL);
CREATE INDEX gone_unsafe ON gone (key) WHERE NOT safe;
CREATE TABLE reactions (key INTEGER PRIMARY KEY, post INTEGER NOT NULL, kind TEXT NOT NULL, until INTEGER NOT NULL);
CREATE INDEX posts_until ON posts (until);
CREATE INDEX aliases_until ON aliases (until);
CREATE INDEX gone_until ON gone (until);
CREATE INDEX reactions_until ON reactions (until);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {VERSION};
COMMIT;
"""


class LedgerUnavailable(SourceUnavailable):
    """The ledger cannot be written now (a full disk); what was heard is asked for again later."""


class LedgerDamaged(Exception):
    """The ledger's file is no ledger; waiting does not help, and the message says what does."""


class Post(NamedTuple):
    """A published mention. ``safe`` says that the log has it for certain."""

    key: int
    id: str
    author: str
    safe: bool


class Grave(NamedTuple):
    """What was retracted, or deleted before we heard of it (then ``target`` is empty). ``at`` is milliseconds UTC."""

    key: int
    target: str
    scope: str
    at: int
    reason: str
    safe: bool


class Count(NamedTuple):
    """Reactions to a post that are not told yet: ``untold`` changes, the last tally was at ``told`` ms."""

    key: int
    id: str
    author: str
    likes: int
    reposts: int
    replies: int
    untold: int
    told: int


def key_of(*words: str) -> int:
    """The key of an id, or of words that together name one thing: a signed 64-bit hash."""
    return int.from_bytes(xxhash.xxh3_64_digest("\0".join(words).encode(errors="surrogatepass")), "big", signed=True)


class Shelf:
    """The file at ``path``, made when it is missing.

    Raises ``LedgerDamaged`` for a file that is none of ours or broken, ``LedgerUnavailable`` when the disk does not take it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self.told():
            # Another process (``agora rejected --replay``) writes for some milliseconds; for one that hangs nobody waits long.
            self._db = sqlite3.connect(path, isolation_level=None, timeout=1.0, check_same_thread=False)
            self._db.execute("PRAGMA synchronous = NORMAL")
            if not self._value("PRAGMA schema_version"):
                self._db.executescript(_SCHEMA)
            if self._value("PRAGMA application_id") != APPLICATION_ID or self._value("PRAGMA user_version") != VERSION:
                self._db.close()
                raise LedgerDamaged(f"{path} is no ledger of this version of Agora; move it away and start again")
            self._db.execute(f"PRAGMA journal_size_limit = {16 << 20}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All that is written inside counts, or nothing of it."""
        with self.told():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    @contextmanager
    def told(self) -> Iterator[None]:
        """SQLite's faults as ours, with a sentence."""
        try:
            yield
        except sqlite3.OperationalError as fault:
            raise LedgerUnavailable(f"the ledger {self.path} cannot be written: {fault}; is the disk full?") from fault
        except sqlite3.DatabaseError as fault:
            sentence = f"the ledger {self.path} is damaged ({fault}); move it away and start again: what was published "
            raise LedgerDamaged(sentence + "before is then not found by deletions") from fault

    def published(self, keys: Iterable[int]) -> set[int]:
        """Those of ``keys`` that are posts."""
        wanted = msgspec.json.encode(list(keys)).decode()
        rows = self._db.execute("SELECT p.key FROM json_each(?) j JOIN posts p ON p.key = j.value", (wanted,))
        return {key for (key,) in rows}

    def post(self, key: int) -> Post | None:
        """The post under ``key``, or under the one that ``key`` is an alias of."""
        row = self._row("SELECT key, id, author, safe FROM posts WHERE key = ?", key)
        return Post(*row) if row else None

    def add_post(self, post: Post, target: int | None, origin: str | None, counts: Sequence[int], until: int) -> None:
        """``target`` and ``origin`` are the key and the author of what a repost repeats; ``counts`` begin the tally."""
        values = (post.key, post.id, post.author, target, origin, post.safe, *counts, until)
        self._db.execute(
            "INSERT OR IGNORE INTO posts (key, id, author, target, origin, safe, likes, reposts, replies, until)"
            " VALUES (?,?,?,?,?,?,?,?,?,?)",
            values,
        )

    def renew(self, key: int, until: int) -> None:
        self._db.execute("UPDATE posts SET until = max(until, ?) WHERE key = ?", (until, key))

    def drop_post(self, key: int) -> None:
        self._db.execute("DELETE FROM posts WHERE key = ?", (key,))

    def reposts_of(self, key: int) -> list[Post]:
        return self._posts("target = ?", key)

    def posts_by(self, author: str) -> list[Post]:
        return self._posts("author = ?", author)

    def reposts_from(self, author: str) -> list[Post]:
        """Reposts of what ``author`` wrote."""
        return self._posts("origin = ?", author)

    def alias(self, key: int) -> int | None:
        """The key of the post that ``key`` is another name of."""
        row = self._row("SELECT post FROM aliases WHERE key = ?", key)
        return row[0] if row else None

    def add_alias(self, key: int, post: int, until: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO aliases VALUES (?,?,?)", (key, post, until))

    def grave(self, key: int) -> Grave | None:
        """What is gone under ``key``."""
        row = self._row("SELECT key, target, scope, at, reason, safe FROM gone WHERE key = ?", key)
        return Grave(*row) if row else None

    def bury(self, grave: Grave, until: int) -> None:
        self._db.execute("INSERT OR REPLACE INTO gone VALUES (?,?,?,?,?,?,?)", (*grave, until))

    def unsafe_graves(self) -> list[Grave]:
        """Retractions that perhaps never reached the log."""
        return [
            Grave(*row)
            for row in self._db.execute("SELECT key, target, scope, at, reason, safe FROM gone WHERE NOT safe")
        ]

    def reaction(self, key: int) -> tuple[int, str] | None:
        """The key of the post it is about, and its kind."""
        row = self._row("SELECT post, kind FROM reactions WHERE key = ?", key)
        return (row[0], row[1]) if row else None

    def add_reaction(self, key: int, post: int, kind: str, until: int) -> None:
        self._db.execute("INSERT INTO reactions VALUES (?,?,?,?)", (key, post, kind, until))

    def drop_reaction(self, key: int) -> None:
        self._db.execute("DELETE FROM reactions WHERE key = ?", (key,))

    def count(self, post: int, kind: str, change: int) -> None:
        """One reaction of ``kind`` more or less."""
        column = {"like": "likes", "repost": "reposts", "reply": "replies"}[kind]
        self._db.execute(
            f"UPDATE posts SET {column} = max(0, {column} + ?), untold = untold + 1 WHERE key = ?",
            (change, post),
        )

    def set_counts(self, post: int, counts: Sequence[int]) -> None:
        """What the network counted itself."""
        self._db.execute(
            "UPDATE posts SET likes = ?1, reposts = ?2, replies = ?3, untold = untold + 1"
            " WHERE key = ?4 AND (likes, reposts, replies) != (?1, ?2, ?3)",
            (*counts, post),
        )

    def untold(self) -> list[Count]:
        """Posts with counts that are not told yet."""
        columns = ", ".join(Count._fields)
        return [Count(*row) for row in self._db.execute(f"SELECT {columns} FROM posts WHERE untold > 0")]

    def tell(self, told: Iterable[tuple[Count, int]]) -> None:
        """The log has these counts, as tallies of that time."""
        self._db.executemany(
            "UPDATE posts SET told = ?, untold = max(0, untold - ?) WHERE key = ?",
            [(at, count.untold, count.key) for count, at in told],
        )

    def mark_safe(self, posts: Iterable[int], graves: Iterable[int]) -> None:
        """The log or the spool has these."""
        self._db.executemany("UPDATE posts SET safe = 1 WHERE key = ?", [(key,) for key in posts])
        self._db.executemany("UPDATE gone SET safe = 1 WHERE key = ?", [(key,) for key in graves])

    def forget(self, now: int) -> int:
        """Drop rows whose time is over, some of them, and give their room back; returns how many went."""
        dropped = 0
        with self.writing():
            for table in TABLES:
                old = f"SELECT key FROM {table} WHERE until < ? ORDER BY until LIMIT {SWEEP}"
                dropped += self._db.execute(f"DELETE FROM {table} WHERE key IN ({old})", (now,)).rowcount
        if dropped:
            with self.told():
                self._db.executescript(f"PRAGMA incremental_vacuum({SWEEP})")  # execute gives back one page only
        return dropped

    def clear(self) -> None:
        """Forget everything."""
        with self.writing():
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")
        with self.told():
            self._db.executescript("PRAGMA incremental_vacuum")

    @property
    def bytes(self) -> int:
        """Size of the file, without what waits in its journal."""
        return int(self._value("PRAGMA page_count")) * int(self._value("PRAGMA page_size"))

    def close(self) -> None:
        self._db.close()

    def _posts(self, where: str, value: int | str) -> list[Post]:
        rows = self._db.execute(f"SELECT key, id, author, safe FROM posts WHERE {where} ORDER BY id", (value,))
        return [Post(*row) for row in rows]

    def _row(self, query: str, key: int) -> Any:
        return self._db.execute(query, (key,)).fetchone()

    def _value(self, query: str) -> Any:
        return self._db.execute(query).fetchone()[0]
