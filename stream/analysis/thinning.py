"""Thinning: above a number of rows the oldest buckets keep a sample of their people, each of whom stands for several.

A bucket is kept whole while it and all newer ones hold no more rows than the limit. Of an older one those people's rows are
kept whose hash has enough zeros at its end (adaptive sampling, Flajolet 1990), so many that the rest are few. Which they are
depends on the records alone: not on their order, nor on when the limit was reached; and they are the same in all buckets.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import xxhash
from numpy.typing import NDArray

LEAST: Final = 20
"""Rows that are left of a bucket at least, and a five-hundredth of the limit."""
DEEPEST: Final = 30
"""Zeros that are counted: a person stands for a billion at most."""


_NEVER: Final = -(2**62)


class Thinning:
    """Up to which bucket rows are a sample, and the level of each such bucket: its rows stand for ``2 ** level`` each."""

    def __init__(self, limit: int, bucket_ms: int) -> None:
        self.limit = limit
        self.sample = max(limit // 500, LEAST)
        """Rows that are left of a bucket at most."""
        self.edge = _NEVER
        self.levels: dict[int, int] = {}
        self._bucket = bucket_ms

    @property
    def begun(self) -> bool:
        """Whether any bucket that is held need not be whole."""
        return self.edge != _NEVER

    def keeps(self, author_id: str, at: int) -> bool:
        """Whether a row is kept that this author wrote at this time."""
        return not self.levels or depth(author_id) >= self.levels.get(at // self._bucket, 0)

    def levels_of(self, at: NDArray[np.int64]) -> NDArray[np.int64]:
        """The level of rows written at these times."""
        if not self.levels:
            return np.zeros(at.size, np.int64)
        buckets, which = np.unique(at // self._bucket, return_inverse=True)
        return np.array([self.levels.get(bucket, 0) for bucket in buckets.tolist()], np.int64)[which]

    def since(self, oldest_ms: int) -> bool:
        """Whether any row written then or later stands for several."""
        return any((bucket + 1) * self._bucket > oldest_ms for bucket in self.levels)

    def forget(self, floor_ms: int) -> None:
        """Rows written at or before this time are gone."""
        for bucket in [bucket for bucket in self.levels if (bucket + 1) * self._bucket - 1 <= floor_ms]:
            del self.levels[bucket]
        if (self.edge + 1) * self._bucket - 1 <= floor_ms:
            self.edge = _NEVER


def depth(author_id: str) -> int:
    """How many zeros the hash of an author ends in; up to ``DEEPEST``."""
    number = xxhash.xxh3_64_intdigest(author_id.encode("utf-8", "surrogatepass"), seed=2) | 1 << DEEPEST
    return (number & -number).bit_length() - 1


def level_for(depths: NDArray[np.int64], level: int, most: int) -> int:
    """The lowest level from ``level`` on that leaves no more than ``most`` of some rows."""
    while level < DEEPEST and np.count_nonzero(depths >= level) > most:
        level += 1
    return level


def depths_of(authors: Iterable[str]) -> NDArray[np.int64]:
    return np.array([depth(author) for author in authors], np.int64)
