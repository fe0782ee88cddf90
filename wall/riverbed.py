"""The river on its panel: bands in pixels and colours at a moment, on their way from the last figures to the newest."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Stream
from wall import bands, palette, transition
from wall.bands import Bands
from wall.palette import Colour
from wall.panel import MARGIN, Place
from wall.view import View

Doubles = npt.NDArray[np.float64]

WIDEST: Final = 90.0
"""Pixels that one post in a bucket may fill, so that three posts are no flood."""
SHADES: Final = (((1.0, 1.0, 1.0), 0.0), ((1.0, 1.0, 1.0), 0.34), ((0.03, 0.06, 0.16), 0.42), ((1.0, 1.0, 1.0), 0.58))


class Known(NamedTuple):
    """Figures, and how far their bands reach up and down."""

    figures: Figures
    reach: tuple[float, float]


class River(NamedTuple):
    """Bands in canvas pixels: ``x`` (m,), ``edges`` (bands + 1, m), and what each band is."""

    bands: Bands
    x: Doubles
    edges: Doubles
    streams: dict[int, Stream]
    colours: list[Colour]


def last_two(place: Place, figures: Figures) -> tuple[Known | None, Known]:
    """The figures and those before them."""
    before, now = place.memory.get("figures", (None, None))
    if now is None or now.figures != figures:
        older = now if now is not None and now.figures.at < figures.at else before
        now = Known(figures, bands.reach(figures))
        before = older if older is not None and older.figures.at < figures.at else None
        place.memory["figures"] = (before, now)
    return before, now


def laid_out(view: View, place: Place, before: Known | None, now: Known) -> River:
    """The bands at this moment, in pixels."""
    found = bands.at_time(before.figures if before else None, now.figures, view.t)
    area = area_of(place)
    share = transition.smooth((view.t - now.figures.at) / bands.SETTLE_MS) if before else 1.0
    (top, bottom), old = now.reach, (before or now).reach
    top, bottom = old[0] + (top - old[0]) * share, old[1] + (bottom - old[1]) * share
    scale = min(area.h / max(bottom - top, 1e-6), WIDEST * area.h / 800.0)
    along = (found.at - found.at[0]) / max(found.at[-1] - found.at[0], 1.0)
    edges = area.y + area.h / 2 + (found.edges - (top + bottom) / 2) * scale
    streams = {stream.key: stream for known in (before, now) if known for stream in known.figures.river}
    colours = _colours(place, [streams[key] for key in found.keys])
    return River(found, area.x + along * area.w, edges, streams, colours)


def margins(place: Place) -> tuple[float, float]:
    """Units left free above and below the river for words, the axis included."""
    return (205.0, 300.0) if place.rect.h > 1.2 * place.screens[0].h else (130.0, 220.0)


def area_of(place: Place) -> Rect:
    """Where the river may flow: from the panel's left edge to a margin at its right, between the head and the axis."""
    unit, rect = place.unit, place.rect
    margin = MARGIN * min(1.0, place.screens[0].w / 1280)
    above, below = margins(place)
    top, bottom = rect.y + margin + place.head + above * unit, rect.bottom - margin - below * unit
    return Rect(rect.x, top, rect.w - margin - 30 * unit, max(40.0, bottom - top))


def _colours(place: Place, streams: list[Stream]) -> list[Colour]:
    """Each band in the colour of its community; of several in one community the innermost is pure, the others are shades."""
    table = palette.communities(place.theme)
    seen: Counter[int] = Counter()
    colours: list[Colour] = [(0.0, 0.0, 0.0)] * len(streams)
    for i in sorted(range(len(streams)), key=lambda i: abs(i - (len(streams) - 1) / 2)):
        community = streams[i].community
        red, green, blue = (float(c) for c in table[community])
        towards, share = SHADES[min(seen[community], len(SHADES) - 1)]
        seen[community] += 1
        colours[i] = palette.mixed((red, green, blue), towards, share)
    return colours
