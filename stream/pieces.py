"""Numbers that are read some at a time, so that nobody needs a copy of all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

PIECE: Final = 1 << 16
"""Numbers that are read at once."""


class Pieces:
    """Some places of a column, by ascending place; whoever made it lets them be until it is gone.

    >>> np.asarray(Pieces(np.array([5, 6, 7, 8]), np.array([0, 2], np.int32))).tolist()
    [5, 7]
    """

    def __init__(self, column: NDArray[Any], places: NDArray[np.int32]) -> None:
        self._column, self._places = column, places
        self.dtype = column.dtype

    def __len__(self) -> int:
        """How many pieces there are."""
        return (self._places.size + PIECE - 1) // PIECE

    def __iter__(self) -> Iterator[NDArray[Any]]:
        for start in range(0, self._places.size, PIECE):
            yield self._column[self._places[start : start + PIECE]]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return self._column[self._places].astype(dtype or self.dtype, copy=False)
