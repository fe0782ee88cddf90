"""What is known from before the window: who spoke on which day, who of the brand, how loud the tracks were, and which colour
each community had.

It goes to the log's ``memory`` topic and comes back from there; a state never adds to it by itself, so that two hubs that
read the same log know the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.analysis.baselines import Baselines
from stream.analysis.crowd import Crowd, among, holds
from stream.analysis.hours import Hours

KNOWN_DAYS: Final = 7
"""Days before today in which a voice that spoke is not new."""
BRAND_DAYS: Final = 90
"""Days for which it is remembered who spoke of the brand."""
SLOTS: Final = 8
"""How many of the latest colourings are kept, for snapshots at an earlier time."""


class Colouring(msgspec.Struct, frozen=True):
    """Colours of the communities of one graph at T, by node id."""

    t: int
    colours: dict[str, int]


_colouring: Final = msgspec.msgpack.Decoder(Colouring)


class Memory:
    """Subjects ``voices:<day>:<shard>`` and ``brand:<day>:<shard>`` (hashes keyed with ``key``, no ids), ``tracks:<day>`` and
    ``communities:<graph>:<slot>``.
    """

    def __init__(self, key: bytes = b"") -> None:
        self._key = key
        self._voices = Crowd("voices")
        self._brand = Crowd("brand")
        self.hours = Hours()
        self._colourings: dict[tuple[str, int], Colouring] = {}
        self.baselines = Baselines()
        self.voiced = 0
        """Grows whenever other voices are known."""

    def hash(self, author_id: str) -> int:
        """The keyed hash that stands for an author."""
        return int.from_bytes(hashlib.blake2b(author_id.encode(), digest_size=8, key=self._key[:64]).digest(), "little")

    def hashes(self, author_ids: Iterable[str]) -> NDArray[np.uint64]:
        """``hash`` of each author."""
        return np.fromiter(map(self.hash, author_ids), np.uint64)

    def remember(self, subject: str, value: bytes | None) -> None:
        """Take in the newest record of a subject; None clears it. Raises ``ValueError`` for a broken one."""
        kind, _, rest = subject.partition(":")
        if kind == "voices":
            self._voices.remember(rest, value)
            self.voiced += 1
        elif kind == "brand":
            self._brand.remember(rest, value)
        elif kind == "tracks":
            self.hours.remember(rest, value)
        elif kind == "baselines":
            self.baselines.remember(int(rest), value)
        elif kind == "communities":
            graph, _, slot = rest.rpartition(":")
            self._colourings.pop((graph, int(slot)), None)
            if value:
                self._colourings[graph, int(slot)] = _colouring.decode(value)

    def entries(self) -> dict[str, bytes]:
        """Everything, by subject."""
        found = self._voices.entries() | self._brand.entries() | self.hours.entries()
        for (graph, slot), colouring in self._colourings.items():
            found[f"communities:{graph}:{slot}"] = msgspec.msgpack.encode(colouring)
        return dict(sorted((found | self.baselines.entries()).items()))

    def merge(self, other: Memory) -> None:
        """Know what both know, and of each slot the later colouring."""
        self._voices.merge(other._voices)
        self._brand.merge(other._brand)
        self.hours.merge(other.hours)
        for where, colouring in other._colourings.items():
            held = self._colourings.get(where)
            if held is None or (colouring.t, sorted(colouring.colours.items())) > (
                held.t,
                sorted(held.colours.items()),
            ):
                self._colourings[where] = colouring
        self.baselines.merge(other.baselines)
        self.voiced += 1

    def voices(self, day: int, hashes: NDArray[np.uint64], without: Iterable[str] = ()) -> dict[str, bytes]:
        """Records that add those of whom it is not known to the voices of a day, and take out those ``without``."""
        known, gone = self._voices.known(day, day + 1), self.hashes(without)
        new = np.setdiff1d(hashes[~among(known, hashes)], gone)
        return self._voices.with_more(day, new, gone) if new.size or among(known, gone).any() else {}

    def brand_voices(self, day: int, authors: Iterable[str], without: Iterable[str] = ()) -> dict[str, bytes]:
        """Records that add ``authors`` to those who spoke of the brand on a day."""
        return self._brand.with_more(day, self.hashes(authors), self.hashes(without))

    def spoke_of_brand(self, authors: Iterable[str], before: int) -> list[bool] | None:
        """Of each author whether it spoke of the brand in the ``BRAND_DAYS`` days before one; None where nothing is known."""
        days = self._brand.known(before - BRAND_DAYS, before)
        return [holds(days, self.hash(author)) for author in authors] if days else None

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

    def known(self, hashes: NDArray[np.uint64], today: int) -> NDArray[np.bool_]:
        """Of each author, by ``hash``, whether it spoke in the ``KNOWN_DAYS`` days before ``today``, as far as memory says."""
        return among(self._voices.known(today - KNOWN_DAYS, today), hashes)
