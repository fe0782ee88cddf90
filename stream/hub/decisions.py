"""Decisions of the staff: written to ``control`` and ``audit``, in effect when read back, spooled while the log is away.

``control`` holds for each subject what stands (an ``Envelope``; no value clears it), ``audit`` who decided what, when and why:
ids, never content.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from stream.log import AUDIT, CONTROL, DAY_MS, Entry, Log, LogUnavailable

SILENT_S: Final = 0.3
"""How long a decision waits to be read back before it is applied without the log."""
RETRY_S: Final = 0.5
POST_DAYS: Final = 7
"""Days after which a decision about a post is cleared; the post itself has left the log by then."""

PASSING: Final = ("post:", "pin:", "alert:", "act:", "picture:", "feature:")
"""Subjects that mean nothing any more after that."""

log = structlog.get_logger(__name__)

Value = Mapping[str, Any] | None


class Decision(msgspec.Struct, frozen=True):
    """One decision, as ``audit`` holds it. ``seq`` orders the decisions of a hub."""

    id: str
    seq: int
    subject: str
    at: int
    by: str
    new: Value
    old: Value = None
    reason: str = ""
    v: int = 1


class Envelope(msgspec.Struct, frozen=True):
    """What stands for a subject, as ``control`` holds it; ``id`` is the audit id of the decision."""

    id: str
    seq: int
    at: int
    by: str
    value: Mapping[str, Any]
    v: int = 1


_decision = msgspec.json.Decoder(Decision)
_envelope = msgspec.json.Decoder(Envelope)


def decode(data: bytes) -> Decision:
    """The decision in a record of ``audit``. Raises ``msgspec.DecodeError``."""
    return _decision.decode(data)


class Ledger:
    """What stands for each subject, and which decisions the log has not given back; pure."""

    def __init__(self) -> None:
        self._stands: dict[str, Decision] = {}
        self._cleared: dict[str, int] = {}
        self._pending: dict[str, Decision] = {}
        self._saved: set[str] = set()
        self._seq = 0

    def write(self, subject: str, value: Value, *, by: str, reason: str, at: int) -> Decision:
        """A new decision; it stands when ``settle`` is called with it."""
        self._seq += 1
        waiting = [d for d in self._pending.values() if d.subject == subject]
        old = waiting[-1].new if waiting else self.value(subject)
        decision = Decision(secrets.token_hex(8), self._seq, subject, at, by, value, old, reason)
        self._pending[decision.id] = decision
        return decision

    def resume(self, decisions: Iterable[Decision]) -> None:
        """Decisions of an earlier life that the log never took."""
        for decision in decisions:
            self._pending[decision.id] = decision
            self._seq = max(self._seq, decision.seq)

    def heard(self, key: str, data: bytes | None) -> Decision:
        """The decision in a record of ``control``. Raises ``msgspec.DecodeError`` for bytes that are none."""
        if data is None:
            decision = self._cleared_by(key)
        else:
            envelope = _envelope.decode(data)
            self._seq = max(self._seq, envelope.seq)
            read = Decision(envelope.id, envelope.seq, key, envelope.at, envelope.by, envelope.value)
            decision = self._pending.get(envelope.id, read)
        self._pending.pop(decision.id, None)
        self._saved.discard(decision.id)
        return decision

    def _cleared_by(self, subject: str) -> Decision:
        """The decision behind a record that clears ``subject``; such a record carries no id."""
        waiting = [d for d in self._pending.values() if d.subject == subject]
        for decision in waiting:
            if decision.new is None:
                return decision
        standing = self._stands.get(subject)
        seq = standing.seq if standing and not waiting else -1
        return Decision("", seq, subject, 0, "", None)

    def settle(self, decision: Decision) -> bool:
        """Let ``decision`` stand; False when a newer one about its subject already does, or it does already."""
        standing = self._stands.get(decision.subject)
        newest = max(self._cleared.get(decision.subject, 0), standing.seq if standing else 0)
        if decision.seq < newest:
            return False
        if decision.new is None:
            self._cleared[decision.subject] = decision.seq
            return self._stands.pop(decision.subject, None) is not None
        self._stands[decision.subject] = decision
        return standing is None or standing.id != decision.id

    def saved(self, decision_id: str) -> None:
        """The log has the decision; it is still to be read back."""
        if decision_id in self._pending:
            self._saved.add(decision_id)

    def value(self, subject: str) -> Value:
        """What stands for ``subject``."""
        standing = self._stands.get(subject)
        return standing.new if standing else None

    def newest(self, subject: str) -> Decision | None:
        """The newest decision about ``subject`` that stands, or will once the log has it; None where nothing does."""
        waiting = [d for d in self._pending.values() if d.subject == subject]
        newest = waiting[-1] if waiting else self._stands.get(subject)
        return newest if newest is not None and newest.new is not None else None

    def standing(self, prefix: str) -> dict[str, Decision]:
        """What stands for the subjects that begin with ``prefix``, by the rest of the subject."""
        return {s.removeprefix(prefix): d for s, d in sorted(self._stands.items()) if s.startswith(prefix)}

    def pending(self) -> list[Decision]:
        """What the log has not taken, in order."""
        return [d for d in self._pending.values() if d.id not in self._saved]

    def outlived(self, now: int) -> list[str]:
        """Subjects about what leaves the log that were decided more than ``POST_DAYS`` before ``now``."""
        limit = now - POST_DAYS * DAY_MS
        return [s for s, d in self._stands.items() if d.at < limit and _passes(d)]


class Scribe:
    """Publishes the ledger's decisions in order; what the log does not take stays in a file until it does.

    ``settle`` is called with each decision when it is to take effect, read back or not.
    """

    def __init__(self, ledger: Ledger, spool: Path, settle: Callable[[Decision], None]) -> None:
        self.ledger = ledger
        self._spool = spool
        self._settle = settle
        self._back: dict[str, asyncio.Event] = {}
        self._wake = asyncio.Event()
        self._spooled = False

    def resume(self) -> None:
        """Take up what an earlier life could not save: it takes effect at once."""
        decisions = _unspooled(self._spool)
        self.ledger.resume(decisions)
        self._spooled = bool(decisions)
        for decision in decisions:
            self._settle(decision)
        self._wake.set()

    async def write(self, subject: str, value: Value, *, by: str, reason: str, at: int) -> tuple[Decision, bool]:
        """Decide; returns when it has taken effect, with whether the log has it."""
        decision = self.ledger.write(subject, value, by=by, reason=reason, at=at)
        back = self._back[decision.id] = asyncio.Event()
        self._wake.set()
        try:
            await asyncio.wait_for(back.wait(), SILENT_S)
        except TimeoutError:
            if unsaved := self.ledger.pending():
                await asyncio.to_thread(_spool, self._spool, unsaved)
                self._spooled = True
            self._settle(decision)
        finally:
            self._back.pop(decision.id, None)
        return decision, all(d.id != decision.id for d in self.ledger.pending())

    def heard(self, key: str, data: bytes | None) -> None:
        """A record of ``control`` was read. Raises ``msgspec.DecodeError`` for bytes that are no decision."""
        decision = self.ledger.heard(key, data)
        self._settle(decision)
        if back := self._back.get(decision.id):
            back.set()

    async def publish(self, log_of: Callable[[], Log | None]) -> None:
        """Bring what is pending to the log, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while pending := self.ledger.pending():
                current = log_of()
                try:
                    if current is None:
                        raise LogUnavailable("the log is not open")
                    # Asked for together, so that a log that writes in groups has both with one commit.
                    await asyncio.gather(
                        current.publish(AUDIT, [Entry(d.subject, msgspec.json.encode(d)) for d in pending]),
                        current.publish(CONTROL, [Entry(d.subject, _stood(d)) for d in pending]),
                    )
                except LogUnavailable as fault:
                    log.warning("decisions are not saved yet", count=len(pending), fault=str(fault))
                    await asyncio.sleep(RETRY_S)
                    continue
                for decision in pending:
                    self.ledger.saved(decision.id)
            if self._spooled:
                await asyncio.to_thread(_spool, self._spool, self.ledger.pending())
                self._spooled = bool(self.ledger.pending())

    async def prune(self, current: Log, now: int) -> None:
        """Clear decisions about posts that have left the log."""
        if old := self.ledger.outlived(now):
            await current.publish(CONTROL, [Entry(subject, None) for subject in old])


async def audited(current: Log, limit: int) -> list[Decision]:
    """The newest ``limit`` decisions that the log has, newest first, each once."""
    end = await current.end(AUDIT)
    beginning = await current.beginning(AUDIT)
    starts = {p: max(beginning.get(p, 0), offset - 2 * limit) for p, offset in end.items()}
    found: dict[str, Decision] = {}
    async with await current.reader({AUDIT: starts}) as reader:
        while any(reader.position(AUDIT).get(p, 0) < offset for p, offset in end.items()):
            records = await reader.poll(1.0)
            for record in records:
                with contextlib.suppress(msgspec.DecodeError):
                    decision = decode(record.value or b"")
                    found[decision.id] = decision
            if not records:
                break
    return sorted(found.values(), key=lambda d: (d.at, d.seq), reverse=True)[:limit]


def _passes(decision: Decision) -> bool:
    """Whether what was decided is about something that leaves the log."""
    return decision.subject.startswith(PASSING) or (
        decision.subject.startswith("raid:") and not (decision.new or {}).get("authors")
    )


def _stood(decision: Decision) -> bytes | None:
    if decision.new is None:
        return None
    return msgspec.json.encode(Envelope(decision.id, decision.seq, decision.at, decision.by, decision.new))


def _spool(path: Path, decisions: list[Decision]) -> None:
    """Replace the spool with ``decisions``, for good on disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.writelines(msgspec.json.encode(d) + b"\n" for d in decisions)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _unspooled(path: Path) -> list[Decision]:
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        try:
            found.append(decode(line))
        except msgspec.DecodeError as fault:
            log.error("a spooled decision cannot be read", fault=str(fault))
    return found
