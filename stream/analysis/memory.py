"""What is known from before the window: who spoke on which day, and which colour each community had.

It goes to the log's ``memory`` topic and comes back from there; a state never adds to it by itself, so that two hubs that
read the same log know the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

DAY_MS: Final = 86_400_000
KNOWN_DAYS: Final = 7
"""Days before today in which a voice that spoke is not new."""
SHARDS: Final = 16
SLOTS: Final = 8
"""How many of the latest colourings are kept, for snapshots at an earlier time."""


class Colouring(msgspec.Struct, frozen=True):
    """Colours of the communities of one graph at T, by node id."""

    t: int
    colours: dict[str, int]


_colouring: Final = msgspec.msgpack.Decoder(Colouring)


def day_of(t_ms: int) -> int:
    """Days since 1 January 1970, UTC."""
    return t_ms // DAY_MS


class Memory:
    """Subjects ``voices:<day>:<shard>`` (hashes keyed with ``key``, no ids) and ``communities:<graph>:<slot>``."""

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self._voices: dict[int, dict[int, NDArray[np.uint64]]] = {}
        self._colourings: dict[tuple[str, int], Colouring] = {}
        self._known: dict[str, bool] = {}
        self._known_on: int | None = None

    def hash(self, author_id: str) -> int:
        """The keyed hash that stands for an author."""
        return int.from_bytes(hashlib.blake2b(author_id.encode(), digest_size=8, key=self._key[:64]).digest(), "little")

    def remember(self, subject: str, value: bytes | None) -> None:
        """Take in the newest record of a subject; None clears it. Raises ``ValueError`` for a broken one."""
        kind, _, rest = subject.partition(":")
        first, _, second = rest.rpartition(":")
        if kind == "voices":
            day = (date.fromisoformat(first) - date(1970, 1, 1)).days
            shards = self._voices.setdefault(day, {})
            shards.pop(int(second, 16), None)
            if value:
                if len(value) % 8:
                    raise ValueError(f"{subject}: {len(value)} bytes are no whole number of hashes")
                shards[int(second, 16)] = np.frombuffer(value, "<u8")
            self._known_on = None
        elif kind == "communities":
            self._colourings.pop((first, int(second)), None)
            if value:
                self._colourings[first, int(second)] = _colouring.decode(value)

    def entries(self) -> dict[str, bytes]:
        """Everything, by subject."""
        found = {
            _voices_subject(day, shard): hashes.astype("<u8").tobytes()
            for day, shards in self._voices.items()
            for shard, hashes in shards.items()
        }
        for (graph, slot), colouring in self._colourings.items():
            found[f"communities:{graph}:{slot}"] = msgspec.msgpack.encode(colouring)
        return dict(sorted(found.items()))

    def merge(self, other: Memory) -> None:
        """Know the voices of both, and of each slot the later colouring."""
        for day, shards in other._voices.items():
            mine = self._voices.setdefault(day, {})
            for shard, hashes in shards.items():
                mine[shard] = np.union1d(mine[shard], hashes) if shard in mine else hashes
        for where, colouring in other._colourings.items():
            held = self._colourings.get(where)
            if held is None or (colouring.t, sorted(colouring.colours.items())) > (
                held.t,
                sorted(held.colours.items()),
            ):
                self._colourings[where] = colouring
        self._known_on = None

    def voices(self, day: int, authors: Iterable[str], without: Iterable[str] = ()) -> dict[str, bytes]:
        """Records that add ``authors`` to the voices of a day and take out those ``without``."""
        gone = {self.hash(author) for author in without}
        fresh: dict[int, set[int]] = {
            shard: set(hashes.tolist()) for shard, hashes in self._voices.get(day, {}).items()
        }
        for author in authors:
            number = self.hash(author)
            fresh.setdefault(number % SHARDS, set()).add(number)
        return {
            _voices_subject(day, shard): np.array(sorted(hashes - gone), "<u8").tobytes()
            for shard, hashes in sorted(fresh.items())
        }

    def colouring(self, graph: str, slot: int, t_ms: int, colours: Mapping[str, int]) -> dict[str, bytes]:
        """The record that keeps the colours of a graph's communities at T in one of ``SLOTS`` places, used in turn."""
        value = msgspec.msgpack.encode(Colouring(t_ms, dict(sorted(colours.items()))))
        return {f"communities:{graph}:{slot % SLOTS}": value}

    def latest(self) -> int:
        """T of the latest colouring of any graph, 0 before the first."""
        return max((colouring.t for colouring in self._colourings.values()), default=0)

    def colours(self, graph: str, t_ms: int) -> Mapping[str, int]:
        """The latest colours that are not of a time after T."""
        held = [c for (name, _), c in self._colourings.items() if name == graph and c.t <= t_ms]
        return max(held, key=lambda c: c.t).colours if held else {}

    def known(self, authors: Iterable[str], today: int) -> list[bool]:
        """Of each author whether it spoke in the ``KNOWN_DAYS`` days before ``today``, as far as memory says."""
        days = [self._voices[day] for day in range(today - KNOWN_DAYS, today) if day in self._voices]
        if not days:
            return [False for _ in authors]
        if self._known_on != today or len(self._known) > 1_000_000:
            self._known, self._known_on = {}, today
        return [self._look_up(author, days) for author in authors]

    def _look_up(self, author: str, days: list[dict[int, NDArray[np.uint64]]]) -> bool:
        held = self._known.get(author)
        if held is None:
            number = np.uint64(self.hash(author))
            shard = int(number) % SHARDS
            held = any(_holds(day[shard], number) for day in days if shard in day)
            self._known[author] = held
        return held


def _holds(hashes: NDArray[np.uint64], number: np.uint64) -> bool:
    at = int(np.searchsorted(hashes, number))
    return at < hashes.size and bool(hashes[at] == number)


def _voices_subject(day: int, shard: int) -> str:
    return f"voices:{datetime.fromtimestamp(day * DAY_MS / 1000, UTC).date().isoformat()}:{shard:x}"
