"""From statistics to a snapshot: what is shared by its sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import BEFORE, Columns
from stream.analysis.gone import Gone
from stream.analysis.memory import Memory
from stream.analysis.names import Names
from stream.analysis.tracks import Tracker
from stream.analysis.window import Window
from stream.config import Config
from stream.mention import Mention
from stream.wire.snapshot import Snapshot

if TYPE_CHECKING:
    from stream.analysis.statistics import Statistics


class View(msgspec.Struct, frozen=True):
    """Everything at one T. ``slots`` are the rows that count now, ``spans`` where each of them lies."""

    t: int
    config: Config
    window: Window
    columns: Columns
    slots: NDArray[np.int64]
    spans: NDArray[np.uint8]
    names: Names
    statistics: Statistics
    memory: Memory
    gone: Gone
    tracker: Tracker
    mention: Callable[[int], Mention]

    def inside(self) -> NDArray[np.int64]:
        """Slots of the rows in the window."""
        inside: NDArray[np.int64] = self.slots[self.spans != BEFORE]
        return inside

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
        approximate=False,
        numbers=numbers.of(view),
        topics=msgspec.structs.replace(graph, courses=river.courses(view, topical)),
        people=people.of(view),
        rising=rising.of(view, topical),
        stories=stories.of(view),
    )
