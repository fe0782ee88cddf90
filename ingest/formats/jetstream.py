"""Bluesky's Jetstream: what one frame says, in either of its two envelopes, and archives of such frames.

v1 (``/subscribe``) names the kind beside its content; v2 (``network.bsky.jetstream.subscribeEvents``) wraps a payload whose
``$type`` says it. An archive holds one frame a line, mixed as one likes. There ``seen`` is when Jetstream saw the event;
likes have no place in an archive's mentions, and nobody's name is known, because no frame tells it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec

from ingest.formats import bluesky
from ingest.formats.bluesky import POST, REPOST
from ingest.roles import Roles
from stream.mention import Author, Mention, Retraction, Unreadable, Withheld

SOURCE: Final = "archive"
PASSING: Final = frozenset({"desynchronized", "throttled"})
"""States of an account that are its host's trouble, and nobody's wish that it be gone."""

_DID = re.compile(r"did:[a-z]+:[A-Za-z0-9._:%-]+\Z")
_RKEY = re.compile(r"[A-Za-z0-9._:~-]+\Z")


class Commit(msgspec.Struct, frozen=True):
    """A record was made, changed or deleted; ``record`` is its JSON, empty in a deletion. ``time_us`` is Jetstream's clock."""

    did: str
    time_us: int
    seq: int
    operation: str
    collection: str
    rkey: str
    rev: str
    record: bytes

    @property
    def uri(self) -> str:
        """The record's address in the network, ``at://did/collection/rkey``."""
        return f"at://{self.did}/{self.collection}/{self.rkey}"

    @property
    def revision(self) -> str:
        """What an edit's id ends with; empty for what is no edit."""
        return (self.rev or str(self.time_us)) if self.operation == "update" else ""


class Identity(msgspec.Struct, frozen=True):
    """An account may have another handle now; ``handle`` is empty where the frame does not tell it."""

    did: str
    time_us: int
    seq: int
    handle: str


class Account(msgspec.Struct, frozen=True):
    """An account's state. ``gone`` says that nothing of it may be shown any more."""

    did: str
    time_us: int
    seq: int
    active: bool
    status: str

    @property
    def gone(self) -> bool:
        """Deleted, deactivated, suspended, taken down or the like; not a host's passing trouble."""
        return not self.active and self.status not in PASSING


class Notice(msgspec.Struct, frozen=True):
    """What the stream says of itself. With ``fatal`` it ends now."""

    name: str
    message: str
    fatal: bool
    time_us: int = 0
    seq: int = 0


class Other(msgspec.Struct, frozen=True):
    """A kind of event that we do not know; ``time_us`` and ``seq`` where it tells them."""

    kind: str
    time_us: int = 0
    seq: int = 0


Event = Commit | Identity | Account | Notice | Other


class _Change(msgspec.Struct):
    operation: str = ""
    collection: str = ""
    rkey: str = ""
    rev: str = ""
    record: msgspec.Raw = msgspec.Raw(b"")


class _Identity(msgspec.Struct):
    handle: str | None = None


class _Account(msgspec.Struct):
    active: bool
    status: str | None = None


class _Payload(_Change, rename={"type": "$type", "witnessed": "witnessedAt"}):
    type: str = ""
    did: str = ""
    seq: int = 0
    time: str = ""
    witnessed: str = ""
    identity: _Identity | None = None
    account: _Account | None = None
    name: str = ""
    message: str = ""


class _Frame(msgspec.Struct, rename={"type": "$type"}):
    type: str = ""
    payload: _Payload | None = None
    did: str = ""
    time_us: int = 0
    kind: str = ""
    commit: _Change | None = None
    identity: _Identity | None = None
    account: _Account | None = None
    error: str = ""
    message: str = ""


_decoder = msgspec.json.Decoder(_Frame)


def event(frame: bytes) -> Event:
    """What ``frame`` says. Raises ``Unreadable`` for what is no JSON or lacks what its kind needs."""
    try:
        said = _decoder.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Unreadable(str(fault)) from fault
    except RecursionError as fault:
        raise Unreadable("nested too deeply") from fault
    if said.type == "error":
        return Notice(said.error[:200], said.message[:500], fatal=True)
    payload = said.payload
    if payload is None:
        return _told(said.kind, said.did, said.time_us, 0, said.commit, said.identity, said.account)
    kind = payload.type.rpartition("#")[2]
    if kind == "info":
        return Notice(payload.name[:200], payload.message[:500], fatal=False)
    time_us = _microseconds(payload.witnessed or payload.time)
    return _told(kind, payload.did, time_us, payload.seq, payload, payload.identity, payload.account)


def _told(
    kind: str,
    did: str,
    time_us: int,
    seq: int,
    change: _Change | None,
    identity: _Identity | None,
    account: _Account | None,
) -> Event:
    if kind not in ("commit", "identity", "account"):
        return Other(kind[:40], time_us, seq)
    if not _DID.match(did):
        raise Unreadable(f"did is {did[:60]!r}")
    if time_us <= 0:
        raise Unreadable("the event has no time")
    if kind == "commit" and change is not None:
        if not change.collection or not _RKEY.match(change.rkey):
            raise Unreadable(f"the record's place is {change.collection[:60]!r}, {change.rkey[:60]!r}")
        record = bytes(change.record)
        return Commit(did, time_us, seq, change.operation, change.collection, change.rkey, change.rev, record)
    if kind == "identity":
        return Identity(did, time_us, seq, (identity.handle if identity else None) or "")
    if kind == "account" and account is not None:
        return Account(did, time_us, seq, account.active, account.status or "")
    raise Unreadable(f"a frame of kind {kind} without its {kind}")


def _microseconds(time: str) -> int:
    """RFC 3339 as microseconds since 1970; 0 for what is none."""
    try:
        moment = datetime.fromisoformat(time)
        return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return 0


def parser(roles: Roles) -> Callable[[bytes], Sequence[Mention | Retraction]]:
    """A parser of archived frames that gives the accounts in ``roles`` their role."""
    return partial(_archived, roles)


def _archived(roles: Roles, line: bytes) -> Sequence[Mention | Retraction]:
    try:
        return _items(event(line), roles)
    except Unreadable as fault:
        if bluesky.may_withhold(line):
            raise Withheld(str(fault)) from fault
        raise


def _items(said: Event, roles: Roles) -> Sequence[Mention | Retraction]:
    if isinstance(said, Account) and said.gone:
        return (Retraction(f"bluesky:{said.did}", "author", said.time_us // 1000, said.status or "taken down"),)
    if not isinstance(said, Commit) or said.collection not in (POST, REPOST):
        return ()
    at = said.time_us // 1000
    if said.operation == "delete":
        return (Retraction(f"bluesky:{said.uri}", "post", at),)
    if said.operation not in ("create", "update"):
        return ()
    stable = f"bluesky:{said.did}"
    author = Author(stable, role=roles.get(stable, "public"))
    if said.collection == REPOST:
        return (bluesky.repost(said.record, said.uri, author, source=SOURCE, heard=at, seen=at),)
    post = bluesky.read(said.record)
    if post.withheld:
        # Who withholds by an edit takes back what was said before.
        return (Retraction(f"bluesky:{said.uri}", "post", at, "withheld"),) if said.revision else ()
    return (bluesky.mention(post, said.uri, author, source=SOURCE, heard=at, seen=at, revision=said.revision),)
