"""The earth as the wall draws it: Natural Earth's countries on the Equal Earth projection, made by ``wall.earth.make``."""

from __future__ import annotations

from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SEA: Final = 255


class Earth(NamedTuple):
    """Points are shares of the map's width, from its top left; the map is ``height`` widths high.

    ``number`` finds a country by its code of two letters; ``names`` and ``anchors`` (n, 2), a point well inside, are by number.
    ``lines`` are coasts and borders, each (points, 2), ``border`` tells which are between two countries, ``lines_of`` which of
    them are a country's. ``cells`` u1 (rows, columns) says which country lies where, ``SEA`` is none.
    """

    number: dict[str, int]
    names: list[str]
    anchors: Floats
    lines: list[Floats]
    border: npt.NDArray[np.bool_]
    lines_of: list[npt.NDArray[np.int64]]
    cells: npt.NDArray[np.uint8]
    height: float

    def lattice(self, columns: int) -> tuple[Floats, npt.NDArray[np.uint8]]:
        """The points (m, 2) on land of a triangular lattice with so many columns, and the country of each."""
        step = 1.0 / columns
        rows = int(self.height / (step * 0.866))
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        x = (x + 0.25 + 0.5 * (y % 2)) * step
        y = (y + 0.5) * (step * 0.866)
        high, wide = self.cells.shape
        country = self.cells[np.minimum((y * wide).astype(int), high - 1), np.minimum((x * wide).astype(int), wide - 1)]
        land = country != SEA
        return np.column_stack([x[land], y[land]]).astype(np.float32), country[land]


@cache
def shared() -> Earth:
    """The earth of this process."""
    with resources.files("wall.earth").joinpath("earth.npz").open("rb") as file, np.load(file) as data:
        points = data["points"].astype(np.float32) / np.float32(65535)
        starts = data["starts"]
        of = data["lines_of"].astype(np.int64)
        codes = data["codes"].tolist()
        return Earth(
            number={code: i for i, code in enumerate(codes)},
            names=data["names"].tolist(),
            anchors=data["anchors"].astype(np.float32) / np.float32(65535),
            lines=[points[a:b] for a, b in pairwise(starts.tolist())],
            border=data["border"],
            lines_of=[of[of[:, 0] == i, 1] for i in range(len(codes))],
            cells=data["cells"],
            height=float(data["height"]),
        )
