"""Makes ``earth.npz`` of Natural Earth's countries: ``python -m wall.earth.make COUNTRIES_50M.JSON CODES.JSON``.

The first file is ``countries-50m.json`` of the npm package ``world-atlas``, the second ``codes.json`` of ``i18n-iso-countries``
(alpha-2, alpha-3, number). README.md beside this file says which versions were used, and whose data it is.
"""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

Doubles = npt.NDArray[np.float64]

SOUTH, NORTH = -56.5, 83.7
"""What is shown, in degrees: without Antarctica, where nobody posts from, the rest is a third larger."""
TOLERANCE: Final = 1.4e-4
"""Of the map's width, by which a line may be simplified: less than a pixel on six screens."""
SMALLEST: Final = 2.2e-6
"""Of the map's width squared: islands below are left out, unless they are all that a country has."""
CELLS: Final = 1120
"""Columns of the raster that says which country a point of the map lies in."""
SEA: Final = 255
NAMES: Final = {
    "United States of America": "United States", "Dem. Rep. Congo": "DR Congo",
    "Dominican Rep.": "Dominican Republic", "Central African Rep.": "Central African Republic",
    "Eq. Guinea": "Equatorial Guinea", "eSwatini": "Eswatini", "Bosnia and Herz.": "Bosnia and Herzegovina",
    "S. Sudan": "South Sudan", "W. Sahara": "Western Sahara", "Macedonia": "North Macedonia",
    "Solomon Is.": "Solomon Islands", "Marshall Is.": "Marshall Islands", "Antigua and Barb.": "Antigua and Barbuda",
    "St. Kitts and Nevis": "Saint Kitts and Nevis", "Cabo Verde": "Cape Verde",
    "St. Vin. and Gren.": "Saint Vincent and the Grenadines", "São Tomé and Principe": "São Tomé and Príncipe",
    "Cayman Is.": "Cayman Islands", "Faeroe Is.": "Faroe Islands", "Falkland Is.": "Falkland Islands",
    "Fr. Polynesia": "French Polynesia", "U.S. Virgin Is.": "US Virgin Islands",
    "British Virgin Is.": "British Virgin Islands", "N. Mariana Is.": "Northern Mariana Islands",
    "Turks and Caicos Is.": "Turks and Caicos Islands", "Cook Is.": "Cook Islands",
    "Wallis and Futuna Is.": "Wallis and Futuna", "St. Pierre and Miquelon": "Saint Pierre and Miquelon",
    "Pitcairn Is.": "Pitcairn Islands", "Br. Indian Ocean Ter.": "British Indian Ocean Territory",
    "Fr. S. Antarctic Lands": "French Southern Lands", "Indian Ocean Ter.": "Christmas Island",
    "S. Geo. and the Is.": "South Georgia", "Heard I. and McDonald Is.": "Heard Island",
}  # fmt: skip
UNNUMBERED: Final = {"Kosovo": "XK", "Indian Ocean Ter.": "CX"}
"""What has no number of its own in ISO 3166-1, or none in the data."""


class Country(NamedTuple):
    """``rings`` are lists of signed arcs (``~i`` is backwards), the outer ring of each polygon."""

    code: str
    name: str
    rings: list[list[int]]


def projected(degrees: Doubles) -> Doubles:
    """Longitude and latitude (n, 2) on the Equal Earth projection (Šavrič, Patterson and Jenny, 2018)."""
    lon, lat = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    angle = np.arcsin(math.sqrt(3) / 2 * np.sin(lat))
    squared = angle * angle
    sixth = squared**3
    bend = 9 * a4 * squared**4 + 7 * a3 * sixth + 3 * a2 * squared + a1
    x = 2 * math.sqrt(3) * lon * np.cos(angle) / (3 * bend)
    return np.column_stack([x, angle * (a1 + a2 * squared + sixth * (a3 + a4 * squared))])


def framed(points: Doubles) -> Doubles:
    """Projected points in the unit of the map's width, (0, 0) at its top left."""
    left, right = projected(np.array([[-180.0, 0.0], [180.0, 0.0]]))[:, 0]
    top = projected(np.array([[0.0, NORTH]]))[0, 1]
    return np.asarray(np.column_stack([points[:, 0] - left, top - points[:, 1]]) / (right - left), np.float64)


def simplified(points: Doubles, tolerance: float) -> Doubles:
    """A polyline without the points that lie within ``tolerance`` of it (Douglas and Peucker, 1973)."""
    keep = np.zeros(len(points), bool)
    keep[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        a, b = spans.pop()
        if b - a < 2:
            continue
        along, rest = points[b] - points[a], points[a + 1 : b] - points[a]
        length = float(np.hypot(*along))
        if length < 1e-9:
            away = np.hypot(rest[:, 0], rest[:, 1])
        else:
            away = np.abs(rest[:, 0] * along[1] - rest[:, 1] * along[0]) / length
        far = int(np.argmax(away))
        if away[far] > tolerance:
            keep[a + 1 + far] = True
            spans += [(a, a + 1 + far), (a + 1 + far, b)]
    return points[keep]


def decoded(topology: dict[str, Any]) -> list[Doubles]:
    """The arcs of a TopoJSON in degrees."""
    scale, translate = np.array(topology["transform"]["scale"]), np.array(topology["transform"]["translate"])
    return [np.cumsum(np.array(arc, np.float64), axis=0) * scale + translate for arc in topology["arcs"]]


def countries(topology: dict[str, Any], codes: list[list[str]]) -> list[Country]:
    """Every country with a code of two letters, in order of code, those of one code together."""
    by_number = {number: code for code, _, number, *_ in codes}
    found: dict[str, Country] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        name = shape["properties"]["name"]
        code = by_number.get(shape.get("id", ""), UNNUMBERED.get(name))
        if code is None or code == "AQ":
            continue
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        rings = [polygon[0] for polygon in polygons]
        before = found.get(code)
        if before is not None:
            first, other = (
                (before, rings) if len(before.rings) >= len(rings) else (Country(code, name, rings), before.rings)
            )
            found[code] = first._replace(rings=first.rings + other)
        else:
            found[code] = Country(code, name, rings)
    return [found[code]._replace(name=NAMES.get(found[code].name, found[code].name)) for code in sorted(found)]


def outline(ring: list[int], arcs: list[Doubles]) -> Doubles:
    """The points of a ring in degrees; where it crosses the 180th meridian it goes on beyond."""
    parts = [arcs[i] if i >= 0 else arcs[~i][::-1] for i in ring]
    points = np.concatenate([part[:-1] for part in parts])
    points[:, 0] = np.unwrap(points[:, 0], period=360.0)
    return points


def pieces(arc: Doubles) -> list[Doubles]:
    """An arc in degrees, cut where it crosses the 180th meridian, and without what runs along it."""
    crosses = np.flatnonzero(np.abs(np.diff(arc[:, 0])) > 180.0) + 1
    return [part for part in np.split(arc, crosses) if len(part) > 1 and np.abs(part[:, 0]).min() < 179.9]


def area(points: Doubles) -> float:
    x, y = points[:, 0], points[:, 1]
    return 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))


def middle(points: Doubles) -> Doubles:
    """The point inside a ring that is farthest from its edge."""
    low, high = points.min(axis=0), points.max(axis=0)
    size = float(max(high - low))
    scale = 256.0 / max(size, 1e-6)
    wide, tall = ((high - low) * scale).astype(int).tolist()
    image = Image.new("L", (wide + 5, tall + 5))
    ImageDraw.Draw(image).polygon([(float(x), float(y)) for x, y in (points - low) * scale + 2], fill=1)
    inside, depth = np.asarray(image).astype(bool), 0
    last = inside
    while inside.any():
        last, depth = inside, depth + 1
        inside = (
            inside & np.roll(inside, 1, 0) & np.roll(inside, -1, 0) & np.roll(inside, 1, 1) & np.roll(inside, -1, 1)
        )
    rows, columns = np.nonzero(last)
    if not len(rows):
        return np.asarray(points.mean(axis=0))
    return np.asarray((np.array([columns.mean(), rows.mean()]) - 2) / scale + low)


def make(topology: dict[str, Any], codes: list[list[str]], out: Path) -> None:
    """Write the file. See ``Earth`` for what is in it."""
    arcs = decoded(topology)
    height = float(framed(projected(np.array([[0.0, SOUTH]])))[0, 1])
    found = countries(topology, codes)
    cells = Image.new("L", (CELLS, math.ceil(CELLS * height)), SEA)
    brush = ImageDraw.Draw(cells)
    anchors, kept, painted = [], [], []
    for number, country in enumerate(found):
        outlines = [outline(ring, arcs) for ring in country.rings]
        shapes = [framed(projected(points)) for points in outlines]
        sizes = [area(points) for points in shapes]
        largest = int(np.argmax(sizes))
        anchors.append(middle(shapes[largest]))
        rings = [i for i, size in enumerate(sizes) if size >= SMALLEST or (i == largest and size >= SMALLEST / 4)]
        kept.append(sorted({i if i >= 0 else ~i for ring in rings for i in country.rings[ring]}))
        for i in rings:
            turned = (outlines[i] + [turn, 0.0] for turn in (-360.0, 0.0, 360.0))
            painted += [(sizes[i], number, framed(projected(points))) for points in turned]
    for _, number, points in sorted(painted, key=lambda entry: -entry[0]):
        brush.polygon([(float(x), float(y)) for x, y in points * CELLS], fill=number)
    painting = np.where(_on_earth(cells.size), np.asarray(cells), SEA).astype(np.uint8)
    users = Counter(i for arcs_of in kept for i in arcs_of)
    lines: list[Doubles] = []
    border, of = [], []
    for arc in sorted(users):
        for piece in pieces(arcs[arc]):
            of += [(number, len(lines)) for number, arcs_of in enumerate(kept) if arc in arcs_of]
            border.append(users[arc] > 1)
            lines.append(simplified(framed(projected(piece)), TOLERANCE))
    np.savez_compressed(
        out,
        codes=np.array([country.code for country in found]),
        names=np.array([country.name for country in found]),
        anchors=_packed(np.array(anchors)),
        points=_packed(np.concatenate(lines)),
        starts=np.cumsum([0, *map(len, lines)]).astype(np.uint32),
        border=np.array(border),
        lines_of=np.array(of, np.uint16),
        cells=painting,
        height=np.float32(height),
    )
    print(
        f"{out}: {len(found)} countries, {len(lines)} lines, {sum(map(len, lines))} points, {out.stat().st_size} bytes"
    )


def _on_earth(size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Which cells lie on the map, and not beyond its bent edges."""
    lat = np.linspace(SOUTH, NORTH, 200)
    edge = framed(projected(np.column_stack([np.full(200, -180.0), lat])))
    left = np.interp((np.arange(size[1]) + 0.5) / CELLS, edge[::-1, 1], edge[::-1, 0])[:, None]
    x = (np.arange(size[0]) + 0.5)[None, :] / CELLS
    return np.asarray((x >= left) & (x <= 1.0 - left), np.bool_)


def _packed(points: Doubles) -> npt.NDArray[np.uint16]:
    return np.round(points * 65535).clip(0, 65535).astype(np.uint16)


if __name__ == "__main__":
    atlas, iso = (json.loads(Path(path).read_text("utf-8")) for path in sys.argv[1:3])
    make(atlas, iso, Path(__file__).with_name("earth.npz"))
