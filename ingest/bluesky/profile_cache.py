"""Profiles on disk, so that nobody is asked for twice in a week. It may be lost at any time: then they are asked for again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec

KEPT_MS: Final = 7 * 86_400_000
ABSENT_MS: Final = 600_000
"""How long an account that the service does not know is not asked for again: it may be new."""
ROWS: Final = 50_000
"""Profiles that are kept, about 20 MB; the oldest go first."""
SWEEP: Final = 1_000
"""Profiles that are written between two sweeps."""


class Profile(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who ``did`` is. ``flags`` as in a mention; ``withheld`` says why they are not shown; ``absent``: nobody knows them."""

    did: str
    handle: str = ""
    name: str = ""
    avatar: str = ""
    followers: int = 0
    flags: tuple[str, ...] = ()
    withheld: str = ""
    absent: bool = False


_decoder = msgspec.json.Decoder(Profile)


class ProfileCache:
    """The profiles in the file at ``path``. ``now`` tells milliseconds UTC. A failing disk makes it forgetful, not broken."""

    def __init__(self, path: Path, now: Callable[[], int]) -> None:
        self._now = now
        self._written = SWEEP
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = _opened(path)
        except sqlite3.DatabaseError:
            for file in path.parent.glob(path.name + "*"):
                file.unlink()
            self._db = _opened(path)

    def get(self, dids: Collection[str]) -> dict[str, Profile]:
        """Those of ``dids`` that are known and not too old."""
        if not dids:
            return {}
        now = self._now()
        query = (
            "SELECT profile FROM profiles WHERE did IN (SELECT value FROM json_each(?)) AND until > ? AND until <= ?"
        )
        try:
            rows = self._db.execute(query, (msgspec.json.encode(list(dids)).decode(), now, now + KEPT_MS)).fetchall()
        except sqlite3.Error:
            return {}
        found = (_decoder.decode(data) for (data,) in rows)
        return {profile.did: profile for profile in found}

    def put(self, profiles: Iterable[Profile]) -> None:
        """Keep ``profiles`` from now on."""
        now = self._now()
        rows = [(p.did, now + (ABSENT_MS if p.absent else KEPT_MS), msgspec.json.encode(p)) for p in profiles]
        self._write("INSERT OR REPLACE INTO profiles VALUES (?, ?, ?)", rows)
        self._written += len(rows)
        if self._written >= SWEEP:
            self._written = 0
            self._write("DELETE FROM profiles WHERE until <= ?", [(now,)])
            newest = f"SELECT did FROM profiles ORDER BY until DESC LIMIT -1 OFFSET {ROWS}"
            self._write(f"DELETE FROM profiles WHERE did IN ({newest})", [()])

    def rename(self, handles: Mapping[str, str]) -> None:
        """These accounts have these handles now; nothing else about them is older for it."""
        known = self.get(handles.keys())
        rows = [
            (msgspec.json.encode(msgspec.structs.replace(profile, handle=handles[did])), did)
            for did, profile in known.items()
        ]
        self._write("UPDATE profiles SET profile = ? WHERE did = ?", rows)

    def forget(self, dids: Iterable[str]) -> None:
        """Who ``dids`` are must be asked again."""
        self._write("DELETE FROM profiles WHERE did = ?", [(did,) for did in dids])

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        if not rows:
            return
        try:
            with self._db:
                self._db.executemany(statement, rows)
        except sqlite3.Error:
            return


def _opened(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=1.0)
    try:
        db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;"
            "CREATE TABLE IF NOT EXISTS profiles (did TEXT PRIMARY KEY, until INTEGER NOT NULL, profile BLOB NOT NULL)"
            " WITHOUT ROWID;"
            "CREATE INDEX IF NOT EXISTS profiles_until ON profiles (until);"
        )
    except sqlite3.DatabaseError:
        db.close()
        raise
    return db
