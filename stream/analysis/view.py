"""From statistics to a snapshot: what is shared by its sections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import BEFORE, LIVE, NEWER, NOWHERE, OLDER, SHOWN
from stream.analysis.gone import Gone
from stream.analysis.held import Held
from stream.analysis.known import Known
from stream.analysis.memory import Memory
from stream.analysis.names import Names
from stream.analysis.thinning import Thinning
from stream.analysis.tracks import Tracker
from stream.analysis.window import Buckets, Slots, Window
from stream.config import Config
from stream.mention import Mention
from stream.wire.snapshot import Snapshot

if TYPE_CHECKING:
    from stream.analysis.folding import Folding
    from stream.analysis.statistics import Statistics


@dataclass(frozen=True)
class View:
    """Everything at one T. ``span_of`` tells by slot where each row counts (``columns.NOWHERE`` … ``BEFORE``)."""

    t: int
    config: Config
    window: Window
    columns: Held
    span_of: NDArray[np.uint8]
    buckets: Buckets
    thinning: Thinning
    names: Names
    statistics: Statistics
    memory: Memory
    known: Known
    gone: Gone
    tracker: Tracker
    folding: Folding
    mention: Callable[[int], Mention]
    mentions: Callable[[Slots], Iterator[Mention]]
    """Posts by slot, one or many; not of rows that are not held."""

    @cached_property
    def approximate(self) -> bool:
        """Whether some of the rows that count stand for several."""
        return self.thinning.since(self.t - 2 * self.window.width + 1)

    def weights(self, slots: Slots) -> NDArray[np.int64]:
        """How many rows each of some rows stands for."""
        return np.int64(1) << self.thinning.levels_of(self.columns.at[slots])

    def people(self, slots: Slots) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Who wrote some rows, and how many voices each of them stands for: as many as the row that stands for fewest."""
        authors, which = np.unique(self.columns.author[slots], return_inverse=True)
        voices = np.ones(authors.size, np.int64)
        if self.approximate:
            voices[:] = np.iinfo(np.int64).max
            np.minimum.at(voices, which, self.weights(slots))
        return authors.astype(np.int64), voices

    @cached_property
    def slots(self) -> Slots:
        """The rows that count; it takes a pass over all that are held."""
        return np.flatnonzero(self.span_of)

    def held(self, first_ms: int, last_ms: int) -> Slots:
        """The rows written from ``first_ms`` to ``last_ms`` that nobody took back, counted or not; it takes a pass too."""
        columns = self.columns
        live = (columns.held != 0) & ((columns.flags & LIVE) != 0)
        return np.flatnonzero(live & (columns.at >= first_ms) & (columns.at <= last_ms))

    def inside(self) -> Slots:
        """The rows in the window; it takes such a pass too."""
        return np.flatnonzero((self.span_of == NEWER) | (self.span_of == OLDER))

    def counted_in(self, bucket: int) -> Slots:
        """The rows of one bucket, by its number, that count."""
        slots = self.buckets.of(bucket)
        counted: Slots = slots[self.span_of[slots] != NOWHERE]
        return counted

    def shown_in(self, bucket: int) -> Slots:
        """The rows of one bucket that lie in the window and may be shown."""
        slots = self.counted_in(bucket)
        shown: Slots = slots[(self.span_of[slots] != BEFORE) & ((self.columns.flags[slots] & SHOWN) != 0)]
        return shown

    def oldest(self) -> int:
        """When the oldest row that counts was written; T where there is none."""
        for bucket in self.buckets.numbers():
            rows = self.counted_in(bucket)
            if rows.size:
                return int(self.columns.at[rows].min())
        return self.t

    def present(self) -> NDArray[np.bool_]:
        """By id of a person, whether it may be counted: neither retracted nor blocked."""
        present = np.ones(len(self.names.people), np.bool_)
        for author in self.gone.authors | self.gone.blocked:
            person = self.names.people.find(author)
            if person >= 0:
                present[person] = False
        return present

    def roles(self) -> NDArray[np.uint8]:
        """By id of a person its role: as configured, else as the rows of the window say (0 public, 1 staff, 2 brand)."""
        counts = self.statistics.voices.counts
        roles = np.zeros(max(len(self.names.people), counts.shape[1]), np.uint8)
        roles[: counts.shape[1]][counts[2] > 0] = 1
        roles[: counts.shape[1]][counts[3] > 0] = 2
        for role, accounts in ((1, self.config.accounts.staff), (2, self.config.accounts.brand)):
            for author in accounts:
                person = self.names.people.find(author)
                if person >= 0:
                    roles[person] = role
        return roles


def rounded(value: float) -> float:
    """Shares and means are given to 1/10,000."""
    return round(float(value), 4) + 0.0


def strongest(weight: NDArray[np.int64], names: Sequence[str], most: int) -> list[int]:
    """The ids of greatest ``weight``, equals by name, ``most`` at most; ids of no weight are left out."""
    candidates = np.flatnonzero(weight)
    if candidates.size > most:
        bar = np.partition(weight[candidates], candidates.size - most)[candidates.size - most]
        candidates = candidates[weight[candidates] >= bar]
    found = sorted(
        zip((-weight[candidates]).tolist(), (names[i] for i in candidates.tolist()), candidates.tolist(), strict=True)
    )
    return [i for _, _, i in found[:most]]


def change(now: int, before: int) -> float | None:
    """1.0 is twice as many, None where there was nothing before."""
    return rounded((now - before) / before) if before else None


def snapshot_of(view: View) -> Snapshot:
    """All sections of the snapshot."""
    from stream.analysis import numbers, people, rising, river, said, stories, topics

    topical = said.of(view)
    graph = topics.of(view, topical)
    return Snapshot(
        at=view.t,
        window_s=view.window.width // 1000,
        approximate=view.approximate,
        numbers=numbers.of(view),
        topics=msgspec.structs.replace(graph, courses=river.courses(view, topical)),
        people=people.of(view),
        rising=rising.of(view, topical),
        stories=stories.of(view),
    )
