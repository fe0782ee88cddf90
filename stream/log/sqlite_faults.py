"""SQLite's faults as sentences that say which log, and what to do."""

from __future__ import annotations

import sqlite3

from stream.log import LogDamaged, LogUnavailable


def told(path: str, timeout_s: float, fault: sqlite3.Error) -> LogUnavailable:
    """The sentence for a fault of SQLite."""
    match code_of(fault):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return LogUnavailable(
                f"the log {path} was held by another process for {timeout_s:g} s; fuser {path} names it"
            )
        case sqlite3.SQLITE_FULL:
            return LogUnavailable(
                f"no space is left for the log {path}: free some on its disk; what it acknowledged is safe"
            )
        case sqlite3.SQLITE_NOTADB:
            return LogDamaged(
                f"{path} is no log of Agora but another kind of file: name another in [log] url, or move it away"
            )
        case sqlite3.SQLITE_CORRUPT:
            return LogDamaged(damaged(path, str(fault)))
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return LogUnavailable(f"the log {path} cannot be written ({fault}): see who owns the file and its folder")
    return LogUnavailable(f"the log {path} failed ({fault}): see its disk with dmesg, and docs/log.md")


def damaged(path: str, what: str) -> str:
    """The sentence for a file that is no longer whole."""
    return (
        f"the log {path} is damaged ({what}). Stop Agora; save what can be read with "
        f"python -m stream.log.salvage {path}, or move {path}* away to start anew"
    )


def code_of(fault: sqlite3.Error) -> int:
    """The primary result code of SQLite, 0 where Python raised by itself."""
    return getattr(fault, "sqlite_errorcode", 0) & 0xFF
