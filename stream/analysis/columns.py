"""Rows as columns: one numpy array a field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

TERMS: Final = 8
"""Topics that a row keeps, in the order of its source."""
PHRASES: Final = 6
"""Key phrases that a row keeps, as 32-bit numbers (``phrases``)."""
PEOPLE: Final = 6
"""People that a row keeps as addressed: its target's author first, then who is named."""

LIVE: Final = 1
"""Not retracted, its author not blocked: it counts."""
SHOWN: Final = 2
"""Live and neither hidden nor held: it counts in more than the numbers."""
LINKED: Final = 4
"""What it points at is not retracted; a quote without it addresses nobody."""

NOWHERE: Final = 0
NEWER: Final = 1
OLDER: Final = 2
BEFORE: Final = 3
"""Where a row's time lies: in the newer or the older half of the window, or in the same span before it."""

POST: Final = 0
REPLY: Final = 1
REPOST: Final = 2
QUOTE: Final = 3
NAMED: Final = 4
"""A row's kind; an interaction's kind is that, or ``NAMED``."""

UNKNOWN_MOOD: Final = -32768

TRACKED: Final = 0
EARLY: Final = 1
BOUGHT: Final = 2
"""What ``tracks`` holds: bits of the tracks that a row names, bits of those whose start it came before, and whether a row
that names any was paid for."""

BINS: Final = 32
"""Values in the signature of a text (``echoes``)."""
BANDS: Final = 10

Ints = NDArray[np.int32]

SHAPES: Final[dict[str, tuple[Any, int]]] = {
    "key": (np.uint64, 0),
    "digest": (np.uint64, 0),
    "at": (np.int64, 0),
    "target": (np.uint64, 0),
    "tracks": (np.uint64, 3),
    "link": (np.uint64, 0),
    "figures": (np.uint64, 0),
    "sign": (np.uint8, BINS),
    "ends": (np.uint32, 2),
    "length": (np.uint16, 0),
    "author": (np.int32, 0),
    "handle": (np.int32, 0),
    "source": (np.int32, 0),
    "lang": (np.int32, 0),
    "country": (np.int32, 0),
    "followers": (np.int32, 0),
    "weight": (np.int32, 0),
    "mood": (np.int16, 0),
    "kind": (np.uint8, 0),
    "role": (np.uint8, 0),
    "flags": (np.uint8, 0),
    "terms": (np.int32, TERMS),
    "forms": (np.int32, TERMS),
    "phrases": (np.uint32, PHRASES),
    "people": (np.int32, PEOPLE),
    "handles": (np.int32, PEOPLE),
}
FEATURES: Final = tuple(name for name in SHAPES if name != "flags")
"""The columns that belong to the row itself and not to the state that holds it."""


class Columns:
    """The arrays of some rows (``held.Held`` has those of a state).

    ``-1`` in an id column is none; ``mood`` is in 1/10,000, or ``UNKNOWN_MOOD``.
    """

    key: NDArray[np.uint64]
    digest: NDArray[np.uint64]
    at: NDArray[np.int64]
    target: NDArray[np.uint64]
    tracks: NDArray[np.uint64]
    link: NDArray[np.uint64]
    figures: NDArray[np.uint64]
    sign: NDArray[np.uint8]
    ends: NDArray[np.uint32]
    length: NDArray[np.uint16]
    author: Ints
    handle: Ints
    source: Ints
    lang: Ints
    country: Ints
    followers: Ints
    weight: Ints
    mood: NDArray[np.int16]
    kind: NDArray[np.uint8]
    role: NDArray[np.uint8]
    flags: NDArray[np.uint8]
    terms: Ints
    forms: Ints
    phrases: NDArray[np.uint32]
    people: Ints
    handles: Ints

    def __init__(self, size: int = 0) -> None:
        self.size = size
        for name, (dtype, width) in SHAPES.items():
            setattr(self, name, np.zeros((size, width) if width else size, dtype))

    def take(self, places: Sequence[int]) -> Columns:
        """A copy of the features of some rows, in the order given."""
        rows = Columns(0)
        rows.size = len(places)
        where = np.array(places, np.int64)
        for name in FEATURES:
            setattr(rows, name, getattr(self, name)[where])
        return rows
