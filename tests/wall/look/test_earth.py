"""The command that makes the earth's file, on a small planet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from wall.earth import SEA
from wall.earth.make import CELLS, make

CODES = [["AA", "AAA", "001", ""], ["BB", "BBB", "002", ""], ["CC", "CCC", "003", ""], ["AQ", "ATA", "010", ""]]
ARCS = [
    [[20, 0], [0, 30]],  # the border of A and B, from south to north
    [[20, 30], [-20, 0], [0, -30], [20, 0]],  # the coast of A
    [[20, 0], [20, 0], [0, 30], [-20, 0]],  # the coast of B
    [[170, -20], [10, 0], [-350, 0], [0, 15], [350, 0], [-10, 0], [0, -15]],  # C, over the 180th meridian
    [[-60, -80], [20, 0], [0, 10], [-20, 0], [0, -10]],
]


def country(name: str, number: str, *rings: list[int]) -> dict[str, Any]:
    several = len(rings) > 1
    arcs = [[ring] for ring in rings] if several else [rings[0]]
    return {"type": "MultiPolygon" if several else "Polygon", "arcs": arcs, "id": number, "properties": {"name": name}}


def planet(*more: dict[str, Any]) -> dict[str, Any]:
    shapes = [country("Alpha", "001", [0, 1]), country("Beta", "002", [2, -1]), country("Gamma", "003", [3]),
              country("Antarctica", "010", [4]), country("Nowhere", "", [4]), *more]  # fmt: skip
    return {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": ARCS,
        "objects": {"countries": {"geometries": shapes}},
    }


def made(folder: Path, topology: dict[str, Any]) -> dict[str, Any]:
    make(topology, CODES, folder / "planet.npz")
    with np.load(folder / "planet.npz") as data:
        return {name: data[name] for name in data.files}


def test_countries_have_lines_a_light_and_cells(tmp_path: Path) -> None:
    """Neighbours share one border; each has its coast and its light. Antarctica and the nameless are left out."""
    data = made(tmp_path, planet())
    assert data["codes"].tolist() == ["AA", "BB", "CC"]
    assert data["names"].tolist() == ["Alpha", "Beta", "Gamma"]
    lines = {number: set(data["lines_of"][data["lines_of"][:, 0] == number, 1].tolist()) for number in (0, 1)}
    (border,) = lines[0] & lines[1]
    assert data["border"].tolist()[border]
    assert data["border"].sum() == 1
    for number in (0, 1):
        x, y = data["anchors"][number] / 65535
        assert data["cells"][int(y * CELLS), int(x * CELLS)] == number
    assert (data["cells"] == SEA).mean() > 0.8


def test_a_country_over_the_180th_meridian_lies_at_both_ends(tmp_path: Path) -> None:
    """No line runs across the whole map, and both ends of the country are painted."""
    data = made(tmp_path, planet())
    columns = np.flatnonzero((data["cells"] == 2).any(axis=0))
    assert columns.min() < 0.1 * CELLS
    assert columns.max() > 0.9 * CELLS
    assert not ((columns > 0.1 * CELLS) & (columns < 0.9 * CELLS)).any()
    points = data["points"].astype(int)
    for start, end in zip(data["starts"][:-1].tolist(), data["starts"][1:].tolist(), strict=True):
        assert np.abs(np.diff(points[start:end, 0])).max(initial=0) < 0.5 * 65535


def test_parts_of_one_code_are_one_country(tmp_path: Path) -> None:
    """Territories under one number are with their country, under the name of the larger."""
    data = made(tmp_path, planet(country("Alpha and Isles", "001", [4], [2, -1])))
    assert data["codes"].tolist() == ["AA", "BB", "CC"]
    assert data["names"].tolist()[0] == "Alpha and Isles"
