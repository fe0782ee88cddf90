"""Rising: what grows now against its own past, the steepest first, each with its course."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Graph
from stream.wire.snapshot import Rising
from wall import palette
from wall.drawlist import HALO, Layer
from wall.panel import Place
from wall.view import View
from wall.visuals import waiting

Floats = npt.NDArray[np.float32]
Point = tuple[float, float]

ROW: Final = 190.0
NEW: Final = 50.0
"""A topic that grew so many times was hardly there before."""


class RisingVisual:
    name = "rising"
    needs = frozenset({"figures"})
    seconds = 25.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or not view.figures.rising

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        rising = [r for r in figures.rising if r.label] if figures is not None else []
        if figures is None or not rising or place.words <= 0.0:
            if figures is None or place.words <= 0.0 or not _most_said(view, place, layer):
                waiting.draw(view, place, layer, "All steady: nothing grows faster than usual")
            return
        for screen in place.screens:
            body = place.body(screen)
            rows = max(1, int((body.h + 40 * place.unit) // (ROW * place.unit)))
            here, rising = rising[:rows], rising[rows:]
            step = min(body.h / max(1, len(here)), 1.35 * ROW * place.unit)
            for i, item in enumerate(here):
                self._row(place, layer, Rect(body.x, body.y + i * step, body.w, step), item, figures, i)

    def _row(self, place: Place, layer: Layer, row: Rect, item: Rising, figures: Figures, rank: int) -> None:
        unit, opacity = place.unit, place.words
        colour = palette.rgb(place.theme.communities[rank % len(place.theme.communities)])
        left, middle = row.w * 0.44, row.w * 0.34
        label = place.set(item.label, (84, 76, 70)[min(rank, 2)], 600, width=left - 30)
        minutes = max(1, round((figures.T - item.since) / 60_000))
        since = place.set(
            f"for {minutes} min" if minutes < 120 else f"for {minutes // 60} h", 55, colour=place.theme.quiet
        )
        y = row.y + row.h / 2
        layer.text(label, row.x, y - 8 * unit, opacity)
        layer.text(since, row.x, y + 62 * unit, opacity)
        if item.factor >= 1.05:
            said = f"×\u202f{item.factor:.1f}" if item.factor < 10 else f"×\u202f{item.factor:.0f}"
            said = "new" if item.factor >= NEW else said
            factor = place.set(said, 92, 650, align="right")
            layer.text(factor, row.right, y + 33 * unit, opacity)
        if len(item.curve) >= 4:
            area = Rect(row.x + left, row.y + row.h * 0.16, middle, row.h * 0.62)
            _curve(layer, item.curve[:-1], area, colour, opacity)


def _most_said(view: View, place: Place, layer: Layer) -> bool:
    """While nothing grows: the greatest of the topics that this layout names, each with its weight; False without any."""
    state = view.graphs.get("topics")
    if state is None:
        return False
    at = {key: i for i, key in enumerate(state.key.tolist())}
    names: dict[int, str] = {}
    for (layout, _), labels in view.labels.items():
        if layout == place.layout.name and labels.graph == "topics":
            names |= {at[label.key]: label.text for label in labels.labels if label.key in at}
    body, unit = place.body(place.screens[0]), place.unit
    said = place.set("All steady. Most said now:", 56, colour=place.theme.quiet, width=body.w)
    rows = min(len(names), int((body.h - 90 * unit) // (0.68 * ROW * unit)))
    if said is None or rows < 2:
        return False
    opacity = place.words
    layer.text(said, body.x, body.y + said.cap, opacity)
    colours = palette.of_nodes(place.theme, state.community, state.key)
    top, step = body.y + 90 * unit, (body.h - 90 * unit) / rows
    left, longest = 0.46 * body.w, 0.54 * body.w
    for i, node in enumerate(sorted(names)[:rows]):
        y = top + (i + 0.5) * step
        label = place.set(names[node], (84, 76, 70)[min(i, 2)], 600, width=left - 40 * unit)
        if label is not None:
            layer.text(label, body.x, y + label.cap / 2, opacity)
        wide = max(18.0 * unit, longest * float(state.weight[node]))
        red, green, blue = (float(c) for c in colours[node])
        layer.rect(Rect(body.x + left, y - 9 * unit, wide, 18 * unit), (red, green, blue), 0.9 * opacity, 9 * unit)
    return True


def _curve(layer: Layer, curve: tuple[int, ...], area: Rect, colour: palette.Colour, opacity: float) -> None:
    end, strips = _strips(curve, area, colour, opacity)
    layer.ribbons += strips
    layer.sparks.append(np.array([[*end, 60.0, 7.0, *colour, opacity]], np.float32).reshape(-1, len(HALO)))


@lru_cache(maxsize=64)
def _strips(curve: tuple[int, ...], area: Rect, colour: palette.Colour, opacity: float) -> tuple[Point, list[Floats]]:
    """Where the line ends, and the ribbons that draw it and the area below it."""
    weights = np.array([1, 2, 3, 2, 1], np.float32) / 9.0
    values = np.convolve(np.pad(np.array(curve, np.float32), 2, mode="edge"), weights, "valid")
    x = area.x + np.linspace(0.0, area.w, len(values))
    points = np.column_stack([x, area.bottom - values / max(float(values.max()), 1.0) * area.h]).astype(np.float32)
    lower = points.copy()
    lower[:, 1] = area.bottom + 8
    along = np.linspace(0.2, 1.0, len(points)).astype(np.float32) * np.float32(opacity)
    sheet = Layer(area)
    sheet.area(points, lower, colour, along * np.float32(0.30), 0.0)
    sheet.line(points, 6.0, colour, along)
    return (float(points[-1, 0]), float(points[-1, 1])), sheet.ribbons


VISUAL = RisingVisual()
