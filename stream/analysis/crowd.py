"""A crowd: who did something on which day, as keyed hashes, so that nobody can be read out of what is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

DAY_MS: Final = 86_400_000
SHARDS: Final = 16
"""Records of a day: each is written whole when it changes."""


def day_of(t_ms: int) -> int:
    """Days since 1 January 1970, UTC."""
    return t_ms // DAY_MS


def written_day(day: int) -> str:
    """A day as subjects of ``memory`` name it: 2026-09-01."""
    return datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()


def read_day(text: str) -> int:
    """The day that ``written_day`` wrote. Raises ``ValueError``."""
    return (date.fromisoformat(text) - date(1970, 1, 1)).days


class Crowd:
    """Sorted 64-bit hashes by day and shard; the subjects of its records are ``<kind>:<day>:<shard>``."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._days: dict[int, dict[int, NDArray[np.uint64]]] = {}

    def remember(self, rest: str, value: bytes | None) -> None:
        """Take in the newest record of ``<kind>:<rest>``; None clears it. Raises ``ValueError`` for a broken one."""
        day, _, shard = rest.partition(":")
        shards = self._days.setdefault(read_day(day), {})
        shards.pop(int(shard, 16), None)
        if value:
            if len(value) % 8:
                raise ValueError(f"{self.kind}:{rest}: {len(value)} bytes are no whole number of hashes")
            shards[int(shard, 16)] = np.frombuffer(value, "<u8")

    def entries(self) -> dict[str, bytes]:
        """Everything, by subject."""
        return {
            self._subject(day, shard): hashes.astype("<u8").tobytes()
            for day, shards in self._days.items()
            for shard, hashes in shards.items()
        }

    def merge(self, other: Crowd) -> None:
        """Know both."""
        for day, shards in other._days.items():
            mine = self._days.setdefault(day, {})
            for shard, hashes in shards.items():
                mine[shard] = np.union1d(mine[shard], hashes) if shard in mine else hashes

    def with_more(self, day: int, fresh: NDArray[np.uint64], gone: NDArray[np.uint64]) -> dict[str, bytes]:
        """The records of a day with more hashes in it and some taken out."""
        known = self._days.get(day, {})
        found: dict[str, bytes] = {}
        for shard in sorted({*known, *(fresh % np.uint64(SHARDS)).tolist()}):
            mine = np.union1d(known.get(shard, fresh[:0]), fresh[fresh % np.uint64(SHARDS) == shard])
            found[self._subject(day, shard)] = np.setdiff1d(mine, gone).astype("<u8").tobytes()
        return found

    def known(self, first: int, last: int) -> list[Mapping[int, NDArray[np.uint64]]]:
        """The shards of the days from ``first`` to before ``last`` of which anything is known."""
        return [self._days[day] for day in range(first, last) if self._days.get(day)]

    def _subject(self, day: int, shard: int) -> str:
        return f"{self.kind}:{written_day(day)}:{shard:x}"


def holds(days: Iterable[Mapping[int, NDArray[np.uint64]]], number: int) -> bool:
    """Whether any of the days has the hash."""
    for shards in days:
        hashes = shards.get(number % SHARDS)
        if hashes is not None:
            at = int(np.searchsorted(hashes, np.uint64(number)))
            if at < hashes.size and int(hashes[at]) == number:
                return True
    return False


def among(days: Iterable[Mapping[int, NDArray[np.uint64]]], numbers: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Of each number whether any of the days has it."""
    found = np.zeros(numbers.size, np.bool_)
    order = np.argsort(numbers % np.uint64(SHARDS), kind="stable")
    starts = np.searchsorted(numbers[order] % np.uint64(SHARDS), np.arange(SHARDS + 1))
    for shards in days:
        for shard, hashes in shards.items():
            here = order[starts[shard] : starts[shard + 1]]
            if here.size and hashes.size:
                at = np.minimum(np.searchsorted(hashes, numbers[here]), hashes.size - 1)
                found[here] |= hashes[at] == numbers[here]
    return found
