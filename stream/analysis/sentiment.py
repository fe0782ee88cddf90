"""The mood of a text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import UNKNOWN_MOOD


def moods(texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.int16]:
    """The mood of each text in 1/10,000, ``UNKNOWN_MOOD`` where it cannot be told."""
    return np.full(len(texts), UNKNOWN_MOOD, np.int16)
