"""What a reader of ``partials`` has taken in of each bucket, so that it keeps the greatest ``through``, whoever told it."""

from __future__ import annotations

from collections.abc import Mapping

from stream.count.partial import BUCKET


class Kept:
    """By partition and bucket the last offset that was taken in, and the log time of the partial that told it, in ms."""

    def __init__(self) -> None:
        self._buckets: dict[int, dict[int, tuple[int, int]]] = {}

    def put(self, partition: int, bucket: int, through: int, time: int) -> None:
        """A bucket was told up to ``through``; what was known beyond it stays."""
        buckets = self._buckets.setdefault(partition, {})
        if through > buckets.get(bucket, (-1, 0))[0]:
            buckets[bucket] = through, time

    def through(self, partition: int, bucket: int) -> int:
        """The last offset that was taken in of a bucket; -1 for none."""
        return self._buckets.get(partition, {}).get(bucket, (-1, 0))[0]

    def next(self, partition: int, start: int) -> int:
        """The first offset of the first bucket that is not known whole, from the one on that holds the offset ``start``."""
        bucket = start // BUCKET
        while self.through(partition, bucket) + 1 >= (bucket + 1) * BUCKET:
            bucket += 1
        return bucket * BUCKET

    def forget(self, before_ms: int) -> None:
        """Drop what was told before a log time."""
        for partition, buckets in self._buckets.items():
            self._buckets[partition] = {b: kept for b, kept in buckets.items() if kept[1] >= before_ms}

    def save(self) -> dict[int, dict[int, tuple[int, int]]]:
        """For ``restore``."""
        return {partition: dict(buckets) for partition, buckets in self._buckets.items()}

    def restore(self, kept: Mapping[int, Mapping[int, tuple[int, int]]]) -> None:
        """What ``save`` gave in an earlier life."""
        self._buckets = {p: {b: (through, time) for b, (through, time) in of.items()} for p, of in kept.items()}
