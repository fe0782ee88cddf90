"""Rising: what grows now against its own past, the steepest first, each with its course."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Graph
from stream.wire.snapshot import Rising
from wall import agenda, course, palette
from wall.drawlist import HALO, Layer
from wall.panel import Place
from wall.text.typesetter import Block
from wall.view import View
from wall.visuals import waiting

Floats = npt.NDArray[np.float32]
Point = tuple[float, float]

ROW: Final = 190.0
ROOMY: Final = 235.0
HIGH: Final = 330.0
"""Heights of a row: the least, and those from which it has larger type, and its course below its name."""
FAR: Final = 1.2
"""Read from so much farther than usual, names need the room of their courses."""
LEAD_SIZES: Final = (220, 190, 160, 132, 108, 92)
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
        screens = place.screens
        if len(rising) <= len(screens):
            for rank, (block, item) in enumerate(zip(_blocks(screens, len(rising)), rising, strict=True)):
                if len(block) > 1:
                    self._wide(place, layer, block, item, figures, rank)
                else:
                    self._row(place, layer, place.body(block[0]), item, figures, rank)
            return
        rank = 0
        for number, screen in enumerate(screens):
            body = place.body(screen)
            fits = min(
                math.ceil(len(rising) / (len(screens) - number)),
                max(1, int((body.h + 40 * place.unit) // (ROW * place.unit))),
            )
            step = body.h / max(1, fits)
            for i, item in enumerate(rising[:fits]):
                self._row(place, layer, Rect(body.x, body.y + i * step, body.w, step), item, figures, rank)
                rank += 1
            rising = rising[fits:]

    def _row(self, place: Place, layer: Layer, row: Rect, item: Rising, figures: Figures, rank: int) -> None:
        """One topic: name, since when and how much; its course beside the name, or below where the row is high."""
        unit, opacity = place.unit, place.words
        colour = _colour(place, rank)
        if row.h < HIGH * unit:
            roomy = row.h > ROOMY * unit
            left, middle = (row.w * 0.42, row.w * 0.36) if unit < FAR else (row.w * 0.56, row.w * 0.16)
            since = place.set(_since(item, figures), 55, colour=place.theme.quiet, width=left - 30)
            label = place.line(item.label, 92 if roomy else (84, 76, 70)[min(rank, 2)], left - 30, 600)
            y = row.y + row.h / 2
            layer.text(label, row.x, y - 8 * unit, opacity)
            layer.text(since, row.x, y + 62 * unit, opacity)
            layer.text(_factor(place, item, 110 if roomy and unit < FAR else 92), row.right, y + 33 * unit, opacity)
            area = Rect(row.x + left, row.y + row.h * 0.12, middle, row.h * 0.70)
        else:
            size = 132 if row.h > 1.6 * HIGH * unit else 108
            factor = _factor(place, item, 1.25 * size)
            wide = factor.width if factor is not None else 0.0
            label = place.line(item.label, size, row.w - wide - 60 * unit, 620)
            since = place.set(_since(item, figures), 55, colour=place.theme.quiet, width=row.w)
            y = row.y + 1.25 * size * unit * place.type.cap
            layer.text(label, row.x, y, opacity)
            layer.text(factor, row.right, y, opacity)
            layer.text(since, row.x, y + 84 * unit, opacity)
            top = y + 120 * unit
            area = Rect(row.x, top, row.w, row.bottom - 56 * unit - top)
            place.stage.glow(area.right, area.y, 420 * unit, 260 * unit, colour, 0.10 * opacity * place.opacity)
        if len(item.curve) >= 4:
            _curve(layer, item.curve[:-1], area, colour, opacity)

    def _wide(
        self, place: Place, layer: Layer, screens: Sequence[Rect], item: Rising, figures: Figures, rank: int
    ) -> None:
        """One topic over several screens: its name and figure on the first one, its course over all of them."""
        unit, opacity, colour = place.unit, place.words, _colour(place, rank)
        body, last = place.body(screens[0]), screens[-1]
        low = max(screen.y for screen in screens)
        label = place.fit(item.label, LEAD_SIZES, Rect(body.x, 0, body.w, 220 * unit), 650, leading=1.0)
        since = place.set(_since(item, figures), 60, colour=place.theme.quiet, width=body.w)
        factor = _factor(place, item, 240)
        if label is None or since is None:
            return
        y = body.y + 40 * unit + label.cap
        layer.text(label, body.x, y, opacity)
        layer.text(since, body.x, y + 96 * unit, opacity)
        right = max(screens, key=lambda screen: screen.x)
        if factor is not None and right.x > screens[0].x:
            layer.text(factor, right.right - 150 * unit, right.y + 96 * unit + factor.cap, opacity)
        elif factor is not None:
            layer.text(factor, body.right, place.body(last).y + factor.cap, opacity)
        top, under = screens[0].y + 320 * unit, y + 170 * unit
        area = Rect(body.x, top, last.right - 150 * unit - body.x, low + last.h - 150 * unit - top)
        if len(item.curve) >= 4:
            points = _points(item.curve[:-1], area)
            below_words = points[points[:, 0] < body.x + max(label.width, since.width) + 60 * unit]
            if len(below_words) and below_words[:, 1].min() < under:
                area = Rect(area.x, under, area.w, area.bottom - under)
            place.stage.glow(area.right, area.y, 900 * unit, 520 * unit, colour, 0.16 * opacity * place.opacity)
            _curve(layer, item.curve[:-1], area, colour, opacity)


def _blocks(screens: Sequence[Rect], count: int) -> list[list[Rect]]:
    """A rectangle of ``screens`` in ``count`` rectangles, no more than there are screens: the steeper, the more screens."""
    if count == 1:
        return [list(screens)]
    rows = sorted({screen.y for screen in screens})
    if len(rows) > 1:
        edge = rows[(len(rows) + 1) // 2]
        upper, lower = [s for s in screens if s.y < edge], [s for s in screens if s.y >= edge]
        above = max(1, count - len(lower))
        return _blocks(upper, above) + _blocks(lower, count - above)
    wide, more = divmod(len(screens), count)
    starts = [rank * wide + min(rank, more) for rank in range(count + 1)]
    return [list(screens[start:end]) for start, end in pairwise(starts)]


def _since(item: Rising, figures: Figures) -> str:
    minutes = max(1, round((figures.T - item.since) / 60_000))
    said = f"for {minutes} min" if minutes < 120 else f"for {minutes // 60} h"
    session = agenda.session_at(figures, item.since)
    return f"{said} · {session}" if session else said


def _factor(place: Place, item: Rising, size: float) -> Block | None:
    """How many times its past a topic is said now; None where that is no more than ever."""
    if item.factor < 1.05:
        return None
    said = f"×\u202f{item.factor:.1f}" if item.factor < 10 else f"×\u202f{item.factor:.0f}"
    return place.set("new" if item.factor >= NEW else said, size, 650, align="right")


def _colour(place: Place, rank: int) -> palette.Colour:
    return palette.rgb(place.theme.communities[rank % len(place.theme.communities)])


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


def _points(curve: tuple[int, ...], area: Rect) -> Floats:
    """The line of a course in ``area``."""
    along, values = course.smooth(curve)
    x = area.x + along * area.w
    return np.column_stack([x, area.bottom - values / max(float(values.max()), 1.0) * area.h]).astype(np.float32)


@lru_cache(maxsize=64)
def _strips(curve: tuple[int, ...], area: Rect, colour: palette.Colour, opacity: float) -> tuple[Point, list[Floats]]:
    """Where the line ends, and the ribbons that draw it and the area below it."""
    points = _points(curve, area)
    lower = points.copy()
    lower[:, 1] = area.bottom + 8
    along = np.linspace(0.2, 1.0, len(points)).astype(np.float32) * np.float32(opacity)
    sheet = Layer(area)
    sheet.area(points, lower, colour, along * np.float32(0.30), 0.0)
    sheet.line(points, 6.0, colour, along)
    return (float(points[-1, 0]), float(points[-1, 1])), sheet.ribbons


VISUAL = RisingVisual()
