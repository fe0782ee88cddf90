"""A worker's reading of one partition: records in, partials out. Pure; the clock is an argument."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import Final

import structlog
import xxhash

from stream import mention
from stream.analysis.columns import Columns
from stream.analysis.extract import Extractor, key_of
from stream.analysis.names import Names
from stream.count.followed import Followed
from stream.count.partial import BUCKET, Post, entry
from stream.log import Entry, Record
from stream.mention import Mention, Unreadable
from stream.moderation.filters import Judged

TELL_S: Final = 0.5
"""How often a bucket that fills is told."""
PIECE_BYTES: Final = 2 << 20
"""A bucket with more bytes of posts is told in pieces, so that each fits into a record of the log."""

log = structlog.get_logger(__name__)


class _Piece:
    """A bucket as far as it was read, or a part of one whose posts are large."""

    def __init__(self, bucket: int, number: int) -> None:
        self.bucket, self.number = bucket, number
        self.names = Names()
        self.posts: list[Post] = []
        self.rows: list[Columns] = []
        self.judged: list[Judged] = []
        self.held = 0
        self.size = 0
        self.shed: list[tuple[int, int]] = []
        self.through = -1
        self.told = -1
        self.told_s = -inf

    def told_by(self, partition: int, read_by: str) -> Entry:
        rows = (self.rows, self.names, self.judged)
        return entry(partition, self.bucket, self.number, self.through, read_by, self.posts, *rows, self.shed)


class Counter:
    """Reads from ``start`` on, the first offset of a bucket, so that each bucket that is told was read from its beginning."""

    def __init__(self, partition: int, start: int, followed: Followed) -> None:
        self.partition = partition
        self.next = start
        """The offset to be read next."""
        self.read = 0
        """Mentions read."""
        self._followed = followed
        self._read_by = followed.read_by
        self._open = _Piece(start // BUCKET, 0)
        self._full: list[Entry] = []

    def take(self, records: Sequence[Record]) -> None:
        """The next records of the partition, in order; those that were read before are passed over."""
        if self._read_by != self._followed.read_by:
            self._reread()
        begin = 0
        records = [record for record in records if record.offset >= self.next]
        while begin < len(records):
            bucket = records[begin].offset // BUCKET
            if bucket != self._open.bucket:
                self._close(bucket, 0)
            end = begin
            while end < len(records) and records[end].offset // BUCKET == bucket and self._open.size < PIECE_BYTES:
                self._open.size += len(records[end].value or b"")
                end += 1
            self._read(records[begin:end])
            if self.next // BUCKET != bucket:
                self._close(self.next // BUCKET, 0)
            elif self._open.size >= PIECE_BYTES:
                self._close(bucket, self._open.number + 1)
            begin = end

    def _read(self, records: Sequence[Record]) -> None:
        piece, followed = self._open, self._followed
        heard: list[tuple[Record, Mention]] = []
        for record in records:
            written = followed.shedding.written(record) if followed.shedding.rules else None
            if written is not None:
                piece.shed.append((record.offset, written))
                continue
            if record.value is None:
                continue
            try:
                heard.append((record, mention.validate(mention.decode(record.value))))
            except Unreadable as fault:
                log.warning("a record cannot be read", topic=record.topic, offset=record.offset, fault=str(fault))
        posts: list[Mention] = []
        digests: list[int] = []
        for record, said in heard:
            data, spoken = mention.encode(said), followed.spoken(said)
            place = -1
            if said.kind not in ("edit", "tally"):
                place = piece.held + len(posts)
                posts.append(spoken)
                digests.append(xxhash.xxh3_64_intdigest(data))
            data = data if spoken is said else mention.encode(spoken)
            piece.posts.append(Post(record.offset, record.time, data, place))
        self._extract(posts, digests)
        piece.through = records[-1].offset
        self.next = piece.through + 1
        self.read += len(heard)

    def _extract(self, posts: Sequence[Mention], digests: Sequence[int]) -> None:
        piece = self._open
        if posts:
            extractor = Extractor(piece.names, self._followed.tracker)
            piece.judged += self._followed.alone.read_all(posts)
            piece.rows.append(extractor.rows(posts, [key_of(post.id) for post in posts], digests))
            piece.held += len(posts)

    def _reread(self) -> None:
        """Read the open bucket's posts by the tracks that are counted now."""
        self._read_by = self._followed.read_by
        piece = self._open
        digests = [digest for rows in piece.rows for digest in rows.digest.tolist()]
        piece.names, piece.rows, piece.judged, piece.held = Names(), [], [], 0
        self._extract([mention.decode(post.data) for post in piece.posts if post.place >= 0], digests)

    def _close(self, bucket: int, number: int) -> None:
        if self._open.through > self._open.told:
            self._full.append(self._open.told_by(self.partition, self._read_by))
        self._open = _Piece(bucket, number)

    def due(self, now_s: float) -> list[Entry]:
        """What is to be told now, in order: buckets that are full, and at times the one that fills. Each is given once."""
        due, self._full = self._full, []
        piece = self._open
        if piece.through > piece.told and now_s - piece.told_s >= TELL_S:
            piece.told, piece.told_s = piece.through, now_s
            due.append(piece.told_by(self.partition, self._read_by))
        return due
