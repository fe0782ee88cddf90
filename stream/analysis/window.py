"""The sliding window in event time: which half of it a row lies in, and the buckets that find the rows about to move."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import BEFORE, NEWER, NOWHERE, OLDER

BUCKETS: Final = 60
"""Buckets that a window is cut into; they begin at multiples of their width, whatever T is."""

RING: Final = 128
"""Buckets that are told apart by their number modulo this; fewer lie in the window and the span before it."""

Slots = NDArray[np.int64]
_NONE: Final = np.zeros(0, np.int64)


class Window:
    """A span of ``width_ms`` that ends at T, and what of the past is held beside it."""

    def __init__(self, width_ms: int) -> None:
        self.width = width_ms
        self.half = width_ms // 2
        self.bucket = max(1, -(-width_ms // BUCKETS))
        self.slack = max(width_ms // 4, min(width_ms, 60_000))
        self.reach = 2 * width_ms + self.slack
        """How far before T a record can matter: the window, the span before it, and what earlier snapshots need."""

    def spans(self, at: NDArray[np.int64], t_ms: int) -> NDArray[np.uint8]:
        """Where rows written ``at`` lie at T: ``columns.NOWHERE`` (not yet, or no longer) … ``BEFORE``."""
        age = t_ms - at
        spans = np.full(at.size, NOWHERE, np.uint8)
        spans[(age >= 0) & (age < self.half)] = NEWER
        spans[(age >= self.half) & (age < self.width)] = OLDER
        spans[(age >= self.width) & (age < 2 * self.width)] = BEFORE
        return spans

    def edges(self, t_ms: int) -> NDArray[np.int64]:
        """Starts of the buckets that overlap the window, oldest first."""
        first = (t_ms - self.width + 1) // self.bucket
        return np.arange(first, t_ms // self.bucket + 1, dtype=np.int64) * self.bucket


class Buckets:
    """Slots of rows by the bucket of their time."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._slots: dict[int, list[Slots]] = {}

    def put(self, slots: Slots, at: NDArray[np.int64]) -> None:
        """Remember where rows written ``at`` are."""
        buckets = at // self._window.bucket
        order = np.argsort(buckets, kind="stable")
        starts = np.flatnonzero(np.diff(buckets[order], prepend=buckets[order[:1]] - 1))
        for part in np.split(order, starts[1:]):
            if part.size:
                self._slots.setdefault(int(buckets[part[0]]), []).append(slots[part])

    def _of(self, bucket: int) -> Slots:
        parts = self._slots[bucket]
        if len(parts) > 1:
            parts[:] = [np.concatenate(parts)]
        return parts[0]

    def discard(self, slot: int, at: int) -> None:
        """Forget one row."""
        bucket = at // self._window.bucket
        if bucket in self._slots:
            slots = self._of(bucket)
            self._slots[bucket] = [slots[slots != slot]]

    def of(self, bucket: int) -> Slots:
        """Slots of the rows in one bucket, by its number."""
        return self._of(bucket) if bucket in self._slots else _NONE

    def size(self, bucket: int) -> int:
        """How many rows are in one bucket."""
        return sum(slots.size for slots in self._slots.get(bucket, ()))

    def keep(self, bucket: int, slots: Slots) -> None:
        """Forget the other rows of a bucket."""
        self._slots[bucket] = [slots]

    def numbers(self) -> list[int]:
        """The numbers of the buckets in which there is anything, oldest first."""
        return sorted(self._slots)

    def between(self, low: int, high: int) -> Slots:
        """Slots of the buckets that overlap ``low < at <= high``."""
        first, last = (low + 1) // self._window.bucket, high // self._window.bucket
        found = [self._of(bucket) for bucket in sorted(self._slots) if first <= bucket <= last]
        return np.concatenate(found) if found else _NONE

    def crossing(self, old_t: int, new_t: int, at: NDArray[np.int64]) -> Slots:
        """Slots that lie in another span at ``new_t`` than at ``old_t``; ``at`` holds the time of every slot."""
        found = []
        for shift in (0, self._window.half, self._window.width, 2 * self._window.width):
            slots = self.between(old_t - shift, new_t - shift)
            times = at[slots]
            found.append(slots[(times > old_t - shift) & (times <= new_t - shift)])
        return np.unique(np.concatenate(found))

    def drop(self, floor: int) -> Slots:
        """Forget every bucket that ends at or before ``floor``; returns the slots that were in them."""
        gone = [bucket for bucket in self._slots if (bucket + 1) * self._window.bucket - 1 <= floor]
        found = [self._of(bucket) for bucket in sorted(gone)]
        for bucket in gone:
            del self._slots[bucket]
        return np.concatenate(found) if found else _NONE
