"""What is said more than once: reposts by their target, links, near-duplicates by the bands of their signature."""

from __future__ import annotations

import numpy as np

from stream.analysis.columns import REPOST
from stream.analysis.echoes import bands
from stream.analysis.sparse import SparseCounts
from stream.analysis.statistics.base import Batch, Statistic


class Echoed(Statistic):
    """Counts of rows that may be shown, by post that is reposted, by link, and by band."""

    def __init__(self) -> None:
        self.reposts = SparseCounts()
        self.links = SparseCounts()
        self.bands = SparseCounts(np.uint32)

    def apply(self, rows: Batch, span: int, sign: int) -> None:
        assert span == 0, "only the window is counted"
        columns, slots = rows.columns, rows.shown()
        again = slots[columns.kind[slots] == REPOST]
        self.reposts.add(columns.target[again][columns.target[again] != 0], sign)
        own = slots[columns.kind[slots] != REPOST]
        links = columns.link[own]
        self.links.add(links[links != 0], sign)
        keys = bands(columns.sign, own).ravel()
        self.bands.add(keys[keys != 0].astype(np.uint32), sign)
