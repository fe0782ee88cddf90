"""Shedding: which mentions a hub reads when more is said than it can follow, and when it has to.

A rule names the share of mentions that are read, and for each partition the offset that it begins at. A mention is read when
the hash of its id falls into the share: so every hub that reads the log leaves out the same ones, after a restart too. Edits
are always read; retractions and decisions are in other topics. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import xxhash

from stream.analysis.window import Window
from stream.log import Record
from stream.mention import Kind, Target

SUBJECT: Final = "shed"
"""Under which the rules stand in ``control``, all that matter to the window in one value."""
WHOLE: Final = 10_000
"""The share of a rule by which everything is read."""
LEAST: Final = 100
LATE_MS: Final = 10_000
"""A burst is waited out: what is shed is a stream that stays too fast for so long."""
EVEN_MS: Final = 1_000
"""Mentions that wait no longer than this: the hub has caught up."""
CALM_MS: Final = 10_000
"""From one rule to the next: until then what it does cannot be seen."""
FULL: Final = 0.9
"""Of what a hub can follow; a stream that needs more leaves nothing to catch up with."""
SPARE: Final = 0.7
"""Of what a hub can follow: what is read while it catches up."""
WORTH: Final = 1.2
"""A greater share is worth a rule when it is so many times the one before."""


class Rule(msgspec.Struct, frozen=True):
    """From the offsets ``start`` (by partition) on, ``share`` of 10,000 mentions are read. ``at`` is hub time in ms."""

    share: int
    start: dict[int, int]
    at: int


class _Head(msgspec.Struct, frozen=True):
    """What decides about a mention, read without the rest of it."""

    id: str
    kind: Kind
    at: int
    target: Target | None = None


_head: Final = msgspec.json.Decoder(_Head)


class Shedding:
    """The rules as ``control`` has them, and how many mentions they left out, by the time at which these were written."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._counts: dict[int, int] = {}
        self.rules: tuple[Rule, ...] = ()

    @property
    def share(self) -> int:
        """Of 10,000 mentions those that the newest rule lets be read."""
        return self.rules[-1].share if self.rules else WHOLE

    def decide(self, value: Mapping[str, Any] | None) -> None:
        """What stands in ``control``. Raises ``msgspec.ValidationError`` for what is no set of rules."""
        rules = msgspec.convert((value or {}).get("rules", ()), tuple[Rule, ...], strict=False)
        self.rules = tuple(sorted(rules, key=lambda rule: rule.at))

    def sheds(self, record: Record) -> bool:
        """Whether a mention is left out; it is counted then. What cannot be read is not left out."""
        written = self.written(record)
        if written is None:
            return False
        self.leave_out(written)
        return True

    def leave_out(self, at_ms: int) -> None:
        """Count a post that was left out and was written at ``at_ms``; 0 for a tally, which counts nowhere."""
        if at_ms:
            bucket = at_ms // self._window.bucket
            self._counts[bucket] = self._counts.get(bucket, 0) + 1

    def written(self, record: Record) -> int | None:
        """Of a mention that is left out when it was written, as ``leave_out`` takes it; None for one that is read."""
        share = self._share_at(record.partition, record.offset)
        if share >= WHOLE or record.value is None:
            return None
        try:
            head = _head.decode(record.value)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        if head.kind == "edit":
            return None
        about = head.target.id if head.kind == "tally" and head.target is not None else head.id
        if place(about) < share:
            return None
        return 0 if head.kind == "tally" else head.at

    def shed(self, t_ms: int) -> int:
        """How many posts written in the window at T were left out, to the bucket."""
        first, last = (t_ms - self._window.width) // self._window.bucket + 1, t_ms // self._window.bucket
        return sum(count for bucket, count in self._counts.items() if first <= bucket <= last)

    def forget(self, before_ms: int) -> None:
        """Drop counts of what was written before ``before_ms``."""
        first = before_ms // self._window.bucket
        self._counts = {bucket: count for bucket, count in self._counts.items() if bucket >= first}

    def save(self) -> dict[int, int]:
        """The counts, for ``restore``; rules are read from ``control`` again."""
        return dict(self._counts)

    def restore(self, counts: Mapping[int, int]) -> None:
        """Know what ``save`` gave in an earlier life."""
        self._counts = {int(bucket): int(count) for bucket, count in counts.items()}

    def _share_at(self, partition: int, offset: int) -> int:
        for rule in reversed(self.rules):
            if offset >= rule.start.get(partition, math.inf):
                return rule.share
        return WHOLE


def place(post_id: str) -> int:
    """Where a post lies among 10,000: those below a share are read, so that a smaller share is a part of a greater one."""
    return (xxhash.xxh3_64_intdigest(post_id.encode("utf-8", "surrogatepass"), seed=1) >> 32) * WHOLE >> 32


def more(rules: Sequence[Rule], rule: Rule, reach_ms: int) -> dict[str, Any]:
    """``rules`` and one more as ``control`` holds them, less those that nothing in reach of the window needs."""
    last = rules[-1].start if rules else {}
    start = {p: max(offset, last.get(p, 0)) for p, offset in rule.start.items()}
    kept = [*rules, msgspec.structs.replace(rule, start=start)]
    while len(kept) > 1 and kept[1].at < rule.at - reach_ms:
        del kept[0]
    return {"rules": msgspec.to_builtins(kept, str_keys=True)}


class Pace(NamedTuple):
    """How a hub does: for how long the next mention has waited, how many come and how many it could read in a second."""

    lag_ms: float
    coming: float
    capacity: float | None


class Shedder:
    """Decides when a share must change. The clock is an argument: hub time in ms."""

    def __init__(self) -> None:
        self._decided_ms = -CALM_MS

    def look(self, now_ms: int, share: int, pace: Pace) -> int | None:
        """The share to be read from now on where it is not the ``share`` that stands; of 10,000.

        ``capacity`` is None where nothing was read lately.
        """
        if now_ms - self._decided_ms < CALM_MS:
            return None
        wanted = self._wanted(share, pace)
        if wanted is not None:
            self._decided_ms = now_ms
        return wanted

    def _wanted(self, share: int, pace: Pace) -> int | None:
        lag_ms, coming, capacity = pace
        if lag_ms >= LATE_MS and capacity is not None and coming * share > FULL * capacity * WHOLE:
            fewer = max(LEAST, int(SPARE * WHOLE * capacity / coming))
            return fewer if fewer < share else None
        if lag_ms < EVEN_MS and share < WHOLE:
            if capacity is None or coming <= FULL * capacity:
                return WHOLE
            greater = int(FULL * WHOLE * capacity / coming)
            return greater if greater > WORTH * share else None
        return None
