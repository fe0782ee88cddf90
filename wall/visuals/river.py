"""River: what people talk about over time. Each topic is a band, as wide as it was said often; what leapt up is told."""

from __future__ import annotations

import math
from typing import Final

import msgspec
import numpy as np
import numpy.typing as npt

from stream.wire.messages import Figures, Graph
from wall import bands, palette, riverbed, rivernames
from wall.drawlist import Layer
from wall.palette import Colour
from wall.panel import MARGIN, Place
from wall.view import View
from wall.visuals import waiting

BANDS_A_SCREEN: Final = (5, 6, 7)
"""How many bands one, two and more screens hold, so that most are wide enough for their name."""
FEWEST: Final = 8
"""Posts in the window below which a river would only be noise."""


class RiverVisual:
    name = "river"
    needs = frozenset({"figures"})
    seconds = 40.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or _said(view.figures) < FEWEST

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        if figures is None or _said(figures) < FEWEST:
            waiting.draw(view, place, layer, "The river begins with the first topics")
            return
        before, latest = riverbed.last_two(place, _strongest(figures, len(place.panel.screens)))
        river, now = riverbed.laid_out(view, place, before, latest), latest.figures
        if not river.bands.keys:
            waiting.draw(view, place, layer, "The river begins with the first topics")
            return
        _draw_bands(place, layer, river)
        _axis(place, layer, now, river)
        if place.words > 0.0:
            page = rivernames.Page(place, layer, river, [rivernames.head_zone(place)], [])
            told = rivernames.tell_spikes(page, now)
            rivernames.write_names(view, page, told)


def _said(figures: Figures) -> int:
    return sum(sum(stream.course) for stream in figures.river)


def _strongest(figures: Figures, screens: int) -> Figures:
    """``figures`` with as many bands as ``screens`` hold, the strongest, in their order."""
    most = BANDS_A_SCREEN[min(screens, len(BANDS_A_SCREEN)) - 1]
    kept = {s.key for s in sorted(figures.river, key=lambda s: (-max(s.course), -sum(s.course), s.key))[:most]}
    return msgspec.structs.replace(figures, river=tuple(s for s in figures.river if s.key in kept))


def _draw_bands(place: Place, layer: Layer, river: riverbed.River) -> None:
    """Silk: each band is brighter at its upper edge, comes out of the dark at the left and ends in light at the right."""
    x = river.x.astype(np.float32)
    along = (x - x[0]) / max(float(x[-1] - x[0]), 1.0)
    light = (0.30 + 0.70 * np.clip(along / 0.75, 0.0, 1.0) ** 1.3).astype(np.float32)
    for i, colour in enumerate(river.colours):
        upper = np.column_stack([x, river.edges[i]]).astype(np.float32)
        lower = np.column_stack([x, river.edges[i + 1]]).astype(np.float32)
        _silk(layer, upper, lower, palette.mixed(colour, (0.02, 0.04, 0.09), 0.18), light)
    for i, colour in enumerate(river.colours):
        thick = river.edges[i + 1] - river.edges[i]
        points = np.column_stack([x, river.edges[i]]).astype(np.float32)
        seen = np.clip(thick / 6.0, 0.0, 1.0).astype(np.float32)
        layer.line(points, 3.5, palette.mixed(colour, place.glare, 0.30), light * seen * np.float32(0.9))
        middle, wide = float((river.edges[i, -1] + river.edges[i + 1, -1]) / 2), float(thick[-1])
        if wide > 2.0:
            radius = min(150.0, 40.0 + 0.8 * wide)
            layer.sparks.append(
                np.array([[x[-1], middle, radius, min(9.0, 3.0 + 0.06 * wide), *colour, 0.8]], np.float32)
            )
            place.stage.glow(float(x[-1]), middle, 420, 60 + wide, colour, 0.05 * place.opacity)
    best = int(np.argmax(river.edges[-1] - river.edges[0]))
    place.stage.glow(float(x[best]), float(river.edges[:, best].mean()), 1100, 520, place.accent, 0.10 * place.opacity)


def _silk(layer: Layer, upper: npt.NDArray[np.float32], lower: npt.NDArray[np.float32], colour: Colour,
          light: npt.NDArray[np.float32]) -> None:  # fmt: skip
    """An area that is shaded from its upper to its lower edge and along its way."""
    before = len(layer.ribbons)
    layer.area(upper, lower, colour, light * np.float32(0.88), 0.0)
    if len(layer.ribbons) > before:
        layer.ribbons[-1].reshape(len(upper), 2, -1)[:, 1, 7] = light * np.float32(0.46)


def _axis(place: Place, layer: Layer, figures: Figures, river: riverbed.River) -> None:
    """When: three times and now, below the river, as far as they have room beside each other."""
    unit = place.unit
    margin = MARGIN * min(1.0, place.screens[0].w / 1280)
    y = place.rect.bottom - margin
    span = figures.window_s * 1000.0 - 2.0 * figures.numbers.bucket_ms
    late = bands.BEHIND * figures.numbers.bucket_ms
    now = place.set("now" if late <= 120_000 else rivernames.ago(late), 56, 600, place.theme.ink, align="right")
    shares = (0.0, 1 / 3, 2 / 3) if len(place.screens) > 1 else (0.0,)
    free, end = -math.inf, place.rect.right - margin - (now.width if now is not None else 0.0)
    for share in shares:
        age = (1.0 - share) * span + bands.BEHIND * figures.numbers.bucket_ms
        block = place.set(rivernames.ago(age), 56, 400, place.theme.quiet)
        if block is not None:
            x = max(place.rect.x + margin, float(river.x[0] + share * (river.x[-1] - river.x[0])))
            x = _beside(place, x, block.width)
            if x >= free and x + block.width + 48 * unit <= end:
                layer.text(block, x, y)
                free = x + block.width + 48 * unit
    if now is not None:
        layer.text(now, place.rect.right - margin, y)
        layer.line(
            np.array([[river.x[-1], river.edges[0, -1] - 36 * unit], [river.x[-1], river.edges[-1, -1] + 36 * unit]],
                     np.float32), 2.5, place.quiet, 0.5,
        )  # fmt: skip


def _beside(place: Place, x: float, wide: float) -> float:
    """The nearest left end to ``x`` at which a text lies on one of the lowest screens."""
    low = max(screen.y for screen in place.screens)
    rooms = [s.inset(MARGIN * min(1.0, s.w / 1280), 0.0) for s in place.screens if s.y == low]
    return min((min(max(x, room.x), max(room.x, room.right - wide)) for room in rooms), key=lambda at: abs(at - x))


VISUAL = RiverVisual()
