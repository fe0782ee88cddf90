"""What is said more than once: reposts by their target, links, near-duplicates by keys that they share."""

from __future__ import annotations

import numpy as np

from stream.analysis.columns import REPOST
from stream.analysis.echoes import counted
from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics.base import Batch, Statistic


class Echoed(Statistic):
    """Counts of rows that may be shown, by post that is reposted, by link, and by what near-duplicates share."""

    def __init__(self) -> None:
        self.reposts = SparseCounts()
        self.links = SparseCounts()
        self.texts = SparseCounts(np.uint32)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        assert span == 0, "only the window is counted"
        columns, slots = rows.columns, rows.shown()
        again = (columns.kind[slots] == REPOST) & (columns.target[slots] != 0)
        self.reposts.add(columns.target[slots[again]], sign)
        own = slots[~again]
        links = columns.link[own]
        self.links.add(links[links != 0], sign)
        keys = counted(columns, own).ravel()
        self.texts.add(keys[keys != 0], sign)
