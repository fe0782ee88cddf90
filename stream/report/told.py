"""What may still be told of a log or an archive: everything but what was deleted, opted out, blocked or hidden by the staff."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import msgspec

from stream.config import LogConfig
from stream.hub import subjects
from stream.hub.decisions import decode as decode_decision
from stream.log import AUDIT, CONTROL, MEMORY, MENTIONS, RETRACTIONS, Log, Record, open_log
from stream.log.whole import whole
from stream.mention import Mention, Retraction, Unreadable, decode, decode_retraction
from stream.report.house import House
from stream.report.raids import HiddenRaids

BATCH: Final = 5000
Progress = Callable[[int], None]
"""Told how many records were read."""
Take = Callable[[list[Mention]], None]

_stood = msgspec.json.Decoder(dict[str, Any])


class Gone:
    """Who and what must not appear, and the words that staff blocked. Fed before any mention is asked about."""

    def __init__(self) -> None:
        self.posts: set[str] = set()
        self.authors: set[str] = set()
        self.blocked: set[str] = set()
        self.hidden: set[str] = set()
        self.terms: set[str] = set()
        self.raiders: dict[str, frozenset[str]] = {}
        """Authors who were blocked with a raid, by raid."""
        self._in_raids: frozenset[str] = frozenset()
        self.raids = HiddenRaids()
        self.left_out: Counter[str] = Counter()
        """Mentions that were left out, by reason."""

    def retract(self, retraction: Retraction) -> None:
        """A post, or an author with everything, is gone."""
        (self.authors if retraction.scope == "author" else self.posts).add(retraction.target)

    def decide(self, subject: str, value: Mapping[str, Any] | None) -> None:
        """What stands in ``control`` for a subject; the newest call wins, and other subjects are passed over."""
        with contextlib.suppress(ValueError):
            kind, key = subjects.parse(subject)
            if kind == "raid":
                self.raiders[key] = frozenset((value or {}).get("authors", ()))
                self._in_raids = frozenset[str]().union(*self.raiders.values())
                self.raids.decide(key, value)
            what = {"author": self.blocked, "term": self.terms, "post": self.hidden}.get(kind)
            if what is None:
                return
            on = value is not None and (kind != "post" or value.get("show") == "hidden")
            (what.add if on else what.discard)(key)

    def reason(self, mention: Mention) -> str:
        """Why a mention may not be told: ``deleted``, ``blocked`` or ``hidden``; empty when it may."""
        if not (self.posts or self.authors or self.blocked or self.hidden or self._in_raids or self.raids.any):
            return ""
        target = mention.target
        own = target.id if target is not None and mention.kind in ("edit", "tally") else mention.id
        if own in self.posts or mention.author.id in self.authors:
            return "deleted"
        if mention.author.id in self.blocked or mention.author.id in self._in_raids:
            return "blocked"
        if own in self.hidden:
            return "hidden"
        if target is not None and mention.kind == "repost":
            if target.id in self.posts or target.author in self.authors:
                return "deleted"
            if target.author in self.blocked or target.author in self._in_raids:
                return "blocked"
            if target.id in self.hidden:
                return "hidden"
        return "hidden" if self.raids.holds(mention) else ""

    def tells(self, mention: Mention) -> bool:
        """Whether a mention may be told; one that may not is counted in ``left_out``."""
        why = self.reason(mention)
        if why:
            self.left_out[why] += 1
        return not why


def of_archive(records: Iterable[Mention | Retraction], gone: Gone, take: Take, progress: Progress) -> None:
    """Read a whole archive: what it takes back itself, and its mentions in batches, each of which ``take`` is given."""
    rest, read = iter(records), 0
    while batch := list(islice(rest, BATCH)):
        for record in batch:
            if isinstance(record, Retraction):
                gone.retract(record)
        take([record for record in batch if isinstance(record, Mention)])
        read += len(batch)
        progress(read)


async def of_log(settings: LogConfig, gone: Gone, house: House, take: Take, progress: Progress) -> None:
    """Read a whole log: what was decided and taken back first, then its mentions in batches, each of which ``take`` is given.

    What cannot be read is counted as ``unreadable``. Raises ``LogUnavailable``, or ``ValueError`` for a URL that names no log.
    """
    log = await open_log(settings.url, prefix=settings.prefix, timeout_s=settings.timeout_s)
    try:
        await _before(log, gone, house)
        read = 0
        async for batch in whole(log, [MENTIONS]):
            take(list(_mentions(batch, gone)))
            read += len(batch)
            progress(read)
    finally:
        await log.close()


async def _before(log: Log, gone: Gone, house: House) -> None:
    """Everything that must be known before the first mention; broken records are passed over."""
    async for batch in whole(log, [CONTROL, RETRACTIONS, MEMORY, AUDIT]):
        for record in batch:
            with contextlib.suppress(Unreadable, msgspec.DecodeError):
                match record.topic:
                    case RETRACTIONS.name:
                        gone.retract(decode_retraction(record.value or b""))
                    case CONTROL.name:
                        value = _stood.decode(record.value).get("value") if record.value else None
                        gone.decide(record.key, value)
                        house.decide(record.key, value)
                    case MEMORY.name:
                        house.remember(record.key, record.value)
                        if record.key.startswith("raid:"):
                            gone.raids.remember(record.key.removeprefix("raid:"), record.value)
                    case AUDIT.name:
                        house.audit([decode_decision(record.value or b"")])


def _mentions(batch: Iterable[Record], gone: Gone) -> Iterator[Mention]:
    for record in batch:
        if record.value is None:  # overwritten: its author took it back
            continue
        try:
            yield decode(record.value)
        except Unreadable:
            gone.left_out["unreadable"] += 1
