"""Sessions: who has signed in, with which role, from which desk. They live in the hub and survive its restart.

The file holds only hashes of the cookies. A session is good for twelve hours; after ten minutes without an act of its
person it is idle, and until the PIN is entered again it may only watch what hangs on the wall anyway, and call the safe scene.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from stream.hub.auth import ROLES, Role

LIFE_MS: Final = 12 * 3_600_000
IDLE_MS: Final = 10 * 60_000
MOST: Final = 500
"""Sessions kept; beyond it the longest unused one ends."""
_NOTE_MS: Final = 30_000
"""An act is written to the file when the last one written is older than this."""


class Session(msgspec.Struct):
    """``id`` is the public half of the cookie's hash, ``key`` the whole; times are wall clock milliseconds, UTC."""

    key: str
    role: Role
    desk: str
    made: int
    used: int
    seal: str

    @property
    def id(self) -> str:
        return self.key[:12]

    def may(self, role: Role) -> bool:
        """Whether this session's role includes ``role``."""
        return ROLES.index(self.role) >= ROLES.index(role)


class Sessions:
    """All sessions of a hub. ``seal_of`` says which PIN is good for a role now (see ``Secrets.seal``)."""

    def __init__(self, file: Path | None, wall_clock: Callable[[], int], seal_of: Callable[[Role], str]) -> None:
        self._file = file
        self._clock = wall_clock
        self._seal_of = seal_of
        self._noted = 0
        self._sessions: dict[str, Session] = {}
        if file is not None and file.exists():
            self._load(file)

    def open(self, role: Role, desk: str) -> tuple[str, Session]:
        """A new session and the cookie's value, which nobody can learn from the hub again."""
        cookie = secrets.token_urlsafe(32)
        now = self._clock()
        session = Session(_key(cookie), role, desk, now, now, self._seal_of(role))
        self._sessions[session.key] = session
        for old in sorted(self._sessions.values(), key=lambda s: s.used)[: max(0, len(self._sessions) - MOST)]:
            del self._sessions[old.key]
        self._save()
        return cookie, session

    def find(self, cookie: str) -> Session | None:
        """The living session of a cookie; idle ones too."""
        session = self._sessions.get(_key(cookie)) if cookie else None
        if session is None or not self.alive(session):
            return None
        return session

    def alive(self, session: Session) -> bool:
        """Whether a session found earlier still stands: not ended, not twelve hours old, its PIN not replaced."""
        return (
            session.key in self._sessions
            and self._clock() - session.made < LIFE_MS
            and session.seal == self._seal_of(session.role)
        )

    def idle(self, session: Session) -> bool:
        """Whether its person has done nothing for ten minutes."""
        return self._clock() - session.used >= IDLE_MS

    def act(self, session: Session) -> None:
        """Its person did something; an idle session stays idle."""
        now = self._clock()
        if not self.idle(session):
            session.used = now
            if now - self._noted >= _NOTE_MS:
                self._save()

    def wake(self, session: Session) -> None:
        """Its person has entered the PIN again."""
        session.used = self._clock()
        self._save()

    def all(self) -> list[Session]:
        """The living sessions, newest first."""
        return sorted((s for s in self._sessions.values() if self.alive(s)), key=lambda s: -s.made)

    def count(self) -> tuple[int, int]:
        """How many are signed in, and how many of them are idle."""
        living = self.all()
        return len(living), sum(map(self.idle, living))

    def end(self, session: Session) -> None:
        """Sign one out."""
        self._sessions.pop(session.key, None)
        self._save()

    def end_all(self) -> int:
        """Sign all out; returns how many."""
        count = len(self._sessions)
        self._sessions.clear()
        self._save()
        return count

    def _load(self, file: Path) -> None:
        try:
            for session in msgspec.json.decode(file.read_bytes(), type=list[Session]):
                self._sessions[session.key] = session
        except (OSError, msgspec.DecodeError):
            self._sessions.clear()  # they can sign in again; a broken file must not keep the hub from starting

    def _save(self) -> None:
        self._noted = self._clock()
        self._sessions = {s.key: s for s in self._sessions.values() if self.alive(s)}
        if self._file is None:
            return
        scratch = self._file.with_name(f"{self._file.name}.{os.getpid()}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(msgspec.json.encode(list(self._sessions.values())))
        os.replace(scratch, self._file)


def _key(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
