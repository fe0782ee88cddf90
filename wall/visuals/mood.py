"""Mood: how glad people sound over time, up for glad and down for critical, and which topics lie on which side."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Graph
from wall import course, figure, statement, swarm
from wall.drawlist import Layer
from wall.palette import Colour, mixed, rgb
from wall.panel import Place
from wall.statement import Statement
from wall.text.typesetter import ELLIPSIS
from wall.view import View
from wall.visuals import waiting

Floats = npt.NDArray[np.float32]

LEAD_SIZES: Final = (340, 300, 260, 220, 180, 140, 110, 90)
ONE_SIZE: Final = 170
ROOMY: Final = 700.0
"""From this height on a course keeps more space from its caption."""
LEAST: Final = 5
"""So many posts of known mood say something."""


class MoodVisual:
    name = "mood"
    needs = frozenset({"figures"})
    seconds = 30.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or view.figures.numbers.sentiment.known < LEAST

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        if figures is None or figures.numbers.sentiment.known < LEAST:
            waiting.draw(view, place, layer, "Nobody has said yet how it feels")
            return
        screens = place.screens
        upper = [s for s in screens if s.y == screens[0].y]
        lower = [s for s in screens if s.y > screens[0].y]
        felt = bool(figures.topics) and place.words > 0.0
        if not lower and len(upper) > 1 and felt:
            upper, lower = upper[:-1], upper[-1:]
        if not felt:
            upper, lower = screens if len(upper) == 1 else upper, []
        if len(upper) > 1:
            self._lead(view, figures, place, layer, upper[0])
            self._course(figures, place, layer, upper[1:])
        else:
            self._one_screen(view, figures, place, layer, upper[0])
        if lower:
            swarm.draw(view, figures.topics, place, layer, lower)

    def _lead(self, view: View, figures: Figures, place: Place, layer: Layer, screen: Rect) -> None:
        """How many sound glad, and how many do not."""
        body, unit, mood = place.body(screen), place.unit, figures.numbers.sentiment
        positive = rgb(place.theme.positive)
        place.stage.glow(body.x + body.w * 0.3, body.y + body.h * 0.45, 760, 460, positive, 0.15 * place.opacity)
        room = Rect(body.x, body.y + 30 * unit, body.w, body.h - 30 * unit)
        said = f"{figure.percent(mood.negative)} sound critical, the others just tell"
        item = Statement("glad", figure.percent(mood.positive), "sound glad", said)
        statement.draw(layer, place, room, item, LEAD_SIZES, (108, 62), view.t)

    def _one_screen(self, view: View, figures: Figures, place: Place, layer: Layer, screen: Rect) -> None:
        """Both figures with their signs over the course."""
        body, unit, mood = place.body(screen), place.unit, figures.numbers.sentiment
        half, y, size = 0.54 * body.w, body.y, ONE_SIZE
        said = (("glad", mood.positive, "sound glad"), ("critical", mood.negative, "critical"))
        words = [place.set(word, 64, 560) for _, _, word in said]
        wide = max((block.width for block in words if block is not None), default=0.0)
        beside = figure.width(place, "00\u202f%", size) + 36 * unit + wide <= half - 48 * unit
        y += size * unit * place.type.cap
        below = 0.0 if beside else 100 * unit
        for i, ((key, share, _), word) in enumerate(zip(said, words, strict=True)):
            x = body.x + i * half
            end = figure.draw(layer, place, key, figure.percent(share), x, y, size, view.t)
            layer.text(word, end + 36 * unit if beside else x, y + below)
        top = y + below + 60 * unit
        if body.bottom - top >= 200 * unit:
            _balance(layer, place, figures, Rect(body.x + 70 * unit, top, body.w - 130 * unit, body.bottom - top), 5.0)

    def _course(self, figures: Figures, place: Place, layer: Layer, screens: list[Rect]) -> None:
        """The course over whole screens, with its moments of greatest joy and of most criticism."""
        first, last, unit = screens[0], screens[-1], place.unit
        numbers = figures.numbers
        for said in ("Posts that sound glad, and posts that sound critical", "Glad and critical posts"):
            caption = place.set(said, 56, 500, place.theme.quiet, width=first.w - 192)
            if caption is None or not caption.text.endswith(ELLIPSIS):
                break
        layer.text(caption, first.x + 96, first.y + 96 + (caption.cap if caption else 0.0))
        left, top = first.x + 96 + 70 * unit, first.y + (240 if first.h >= ROOMY * unit else 190) * unit
        area = Rect(left, top, last.right - 150 - left, first.bottom - 190 * unit - top)
        _balance(layer, place, figures, area, 7.0)
        buckets = len(numbers.timeline_positive)
        start = place.set(course.before(buckets - 2, figures), 56, colour=place.theme.quiet)
        layer.text(start, first.x + 96, last.bottom - 96)
        layer.text(place.set("now", 56, 600, align="centre"), area.right, last.bottom - 96)


def _balance(layer: Layer, place: Place, figures: Figures, area: Rect, width: float) -> None:
    """Glad posts as a wave upwards from a middle line, critical ones downwards, both on one scale, each with its sign."""
    numbers = figures.numbers
    # The newest bucket is still filling, the oldest is cut by the window: drawn, they would always be a rise and a fall.
    glad, critical = numbers.timeline_positive[1:-1], numbers.timeline_negative[1:-1]
    if len(glad) < 3 or len(glad) != len(critical):
        return
    colours = (rgb(place.theme.positive), rgb(place.theme.negative))
    middle, ends, strips = _strips(glad, critical, area, width, colours)
    layer.line(np.array([[area.x, middle], [area.right, middle]], np.float32), 3.0, rgb("#33415A"), 0.9)
    layer.ribbons += strips
    for y, colour in zip(ends, colours, strict=True):
        layer.sparks.append(np.array([[area.right, y, 80.0, 8.0, *colour, 1.0]], np.float32))
    for sign, hexadecimal, up in (("+", place.theme.positive, -1.0), ("−", place.theme.negative, 1.0)):
        block = place.set(sign, 76, 600, hexadecimal, align="centre")
        if block is not None:
            layer.text(block, area.x - 46 * place.unit, middle + up * 58 * place.unit + block.cap / 2)


@lru_cache(maxsize=16)
def _strips(
    glad: tuple[int, ...], critical: tuple[int, ...], area: Rect, width: float, colours: tuple[Colour, Colour]
) -> tuple[float, tuple[float, float], list[Floats]]:
    """Where the middle line is, where the waves end, and the ribbons that draw them."""
    along, up = course.smooth(glad)
    _, down = course.smooth(critical)
    whole = max(float(up.max()) + float(down.max()), 1.0)
    middle = area.y + area.h * max(0.25, min(0.75, float(up.max()) / whole))
    scale = min((middle - area.y) / max(float(up.max()), 1e-6), (area.bottom - middle) / max(float(down.max()), 1e-6))
    x = area.x + along * area.w
    base = np.column_stack([x, np.full(len(x), middle)]).astype(np.float32)
    fading = np.linspace(0.3, 1.0, len(x)).astype(np.float32)
    sheet = Layer(area)
    ends = []
    for heights, colour in ((-up, colours[0]), (down, colours[1])):
        points = base.copy()
        points[:, 1] += (heights * scale).astype(np.float32)
        sheet.area(points, base, mixed(colour, (0.0, 0.0, 0.0), 0.15), fading * np.float32(0.42), 0.03)
        sheet.line(points, width, colour, fading)
        ends.append(float(points[-1, 1]))
    return middle, (ends[0], ends[1]), sheet.ribbons


VISUAL = MoodVisual()
