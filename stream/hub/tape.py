"""The tape: moments of the past for a look back, packed, and the posts that they may show.

What was said stands apart from the moments, each post once, so that one that is taken back meanwhile is gone from all of them.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping
from typing import Final

import msgspec

from stream.mention import Mention
from stream.wire.snapshot import Snapshot

PACKED: Final = 1
"""How hard moments are packed: the quickest way."""


class Moment(msgspec.Struct, frozen=True):
    """The snapshot of one T, without words; ``rows`` are posts that it tells and no moment before it did, ``changed`` those
    that were edited since the moment before, ``heard`` how many mentions came since then.
    """

    snapshot: Snapshot
    heard: int
    rows: Mapping[str, Mention]
    changed: tuple[str, ...]


_moment: Final = msgspec.msgpack.Decoder(Moment)
_snapshot: Final = msgspec.msgpack.Decoder(Snapshot)


def pack(moment: Moment) -> bytes:
    """A moment as it travels from who reads the log."""
    return zlib.compress(msgspec.msgpack.encode(moment), PACKED)


class Tape:
    """Moments from the oldest to the newest. ``put`` and ``at`` are never called at one time; ``forget`` by any thread."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.times: list[int] = []
        """T of each moment in ms."""
        self.heard: list[int] = []
        """Mentions that came in the time before each moment."""
        self._packed: list[bytes] = []
        self._rows: dict[str, Mention] = {}
        self._gone: set[str] = set()
        self._open: tuple[int, Snapshot] | None = None
        self._lock = threading.Lock()

    def put(self, data: bytes) -> None:
        """The next moment, as ``pack`` gave it. Raises ``ValueError`` for bytes that are none."""
        try:
            moment = _moment.decode(zlib.decompress(data))
        except (zlib.error, msgspec.DecodeError) as fault:
            raise ValueError(f"no moment of the past ({fault})") from fault
        self.times.append(moment.snapshot.at)
        self.heard.append(moment.heard)
        self._packed.append(zlib.compress(msgspec.msgpack.encode(moment.snapshot), PACKED))
        with self._lock:
            for post_id in moment.changed:
                self._rows.pop(post_id, None)
            for post_id, row in moment.rows.items():
                if post_id not in self._gone and row.author.id not in self._gone:
                    self._rows[post_id] = row

    def at(self, t_ms: int) -> Snapshot:
        """The newest moment at or before T, else the oldest. Raises ``LookupError`` where there is none."""
        if not self.times:
            raise LookupError("the tape is empty")
        found = max((i for i, at in enumerate(self.times) if at <= t_ms), default=0)
        if self._open is None or self._open[0] != found:
            self._open = (found, _snapshot.decode(zlib.decompress(self._packed[found])))
        return self._open[1]

    def row(self, post_id: str) -> Mention | None:
        """A post as its last edit has it; None when it was taken back since."""
        return self._rows.get(post_id)

    def forget(self, who_or_what: str) -> None:
        """A post, or everything of an author, by id, is gone or is another now: also when it comes later."""
        with self._lock:
            self._gone.add(who_or_what)
            self._rows.pop(who_or_what, None)
            for post_id in [post_id for post_id, row in self._rows.items() if row.author.id == who_or_what]:
                del self._rows[post_id]
