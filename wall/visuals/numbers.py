"""Numbers: one figure leads, with its course over the window; the others say who speaks, with whom, and in which mood."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Graph
from stream.wire.snapshot import Numbers
from wall import figure, headline
from wall.drawlist import HALO, Layer
from wall.palette import Colour, hexadecimal, rgb
from wall.panel import Place
from wall.view import View
from wall.visuals import waiting

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

LEAD_SIZES: Final = (390, 340, 300, 240, 200, 160, 120, 90)
SPARSE: Final = 12.0
"""Posts a bucket below which chance alone makes a line jagged."""
SIZES: Final = (300, 260, 220, 180, 140, 110, 90)


ALL_NEW: Final = 0.97
"""From this share of new voices on, newness says only that the hub has not listened for long."""

Parts = tuple[tuple[float, Colour, str], ...]


class Item(NamedTuple):
    """A figure, its word and its sentence; ``parts`` is a bar of (share, colour, sign)."""

    key: str
    value: str
    word: str
    sentence: str
    parts: Parts = ()


class NumbersVisual:
    name = "numbers"
    needs = frozenset({"figures"})
    seconds = 30.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or view.figures.numbers.posts == 0

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        if figures is None or figures.numbers.posts == 0:
            waiting.draw(view, place, layer, "Waiting for the first posts")
            return
        screens = place.screens
        if len(screens) == 1:
            self._one_screen(view, figures, place, layer)
            return
        top = [s for s in screens if s.y == screens[0].y]
        course = top[1:] if len(screens) >= 4 and len(top) > 1 else []
        self._lead(view, figures, place, layer, screens[0], with_course=not course)
        if course:
            self._course_panel(figures, place, layer, course)
        rest = [s for s in screens[1:] if s not in course]
        for screen, item in zip(rest, _items(figures, place), strict=False):
            self._figure(view, place, layer, screen, item)

    def _one_screen(self, view: View, figures: Figures, place: Place, layer: Layer) -> None:
        """As much as the height holds: the leading figure, then its course, then two more figures."""
        body, unit = place.body(place.screens[0]), place.unit
        numbers = figures.numbers
        value, words = figure.rate(numbers.volume_per_min)
        size = 300.0
        place.stage.glow(body.x + 360, body.y + 150, 620, 420, place.accent, 0.13 * place.opacity)
        y = body.y + size * unit * place.type.cap
        right = figure.draw(layer, place, "minute", value, body.x, y, size, view.t)
        x = right + 64 * unit
        word = place.set(words, 80, 600, width=body.right - x, lines=2, leading=1.1)
        said = (
            figure.change(numbers.change, "before")
            or f"{numbers.posts:,} in the last {headline.span(figures.window_s)}"
        )
        sentence = place.set(said, 56, colour=place.theme.quiet, width=body.right - x, lines=2)
        if word is not None and sentence is not None:
            start = y - (word.height + sentence.height) / 2 - size * unit * place.type.cap / 2
            layer.text(word, x, start + word.baseline)
            layer.text(sentence, x, start + word.height + sentence.baseline)
        if body.bottom - y >= 220 * unit:
            _course(layer, place, numbers.timeline, Rect(body.x, y + 62 * unit, body.w, 150 * unit), 5.0)
        if body.bottom - y < 450 * unit:
            return
        column = body.w / 2
        y = body.bottom - 78 * unit
        for i, item in enumerate(_items(figures, place)[:2]):
            x = body.x + i * column
            figure.draw(layer, place, item.key, item.value, x, y, 170, view.t)
            layer.text(place.set(item.word, 56, 500, place.theme.quiet, width=column - 40), x, y + 78 * unit)

    def _lead(self, view: View, figures: Figures, place: Place, layer: Layer, screen: Rect, with_course: bool) -> None:
        body, numbers, unit = place.body(screen), figures.numbers, place.unit
        place.stage.glow(body.x + body.w * 0.3, body.y + body.h * 0.45, 760, 460, place.accent, 0.2 * place.opacity)
        window = headline.span(figures.window_s)
        said = figure.change(numbers.change, f"in the {window} before") or f"in the last {window}"
        item = Item("posts", f"{numbers.posts:,}", figure.counted(numbers.posts, "post", "posts"), said)
        room = Rect(body.x, body.y + 60 * unit, body.w, body.h - 60 * unit)
        below = _stack(layer, place, room, item, LEAD_SIZES, (108, 62), view.t)
        if with_course and body.bottom - below > 190 * unit:
            _course(layer, place, numbers.timeline, Rect(body.x, body.bottom - 120 * unit, body.w, 110 * unit), 5.0)

    def _course_panel(self, figures: Figures, place: Place, layer: Layer, screens: list[Rect]) -> None:
        """The window's course over whole screens: when it was loud, and how loud at most."""
        first, last, unit = screens[0], screens[-1], place.unit
        timeline = figures.numbers.timeline
        whole = timeline[:-1]
        if len(timeline) < 4:
            return
        area = Rect(
            first.x + 96, first.y + 360 * unit, last.right - 150 - first.x - 96, first.h - 360 * unit - 190 * unit
        )
        caption = place.set("Posts a minute", 56, 500, place.theme.quiet)
        layer.text(caption, first.x + 96, first.y + 96 + (caption.cap if caption else 0.0))
        points = _course(layer, place, timeline, area, 7.0)
        a_minute = 60_000.0 / max(1, figures.numbers.bucket_ms or 60_000)
        x, y = points[int(np.argmin(points[:, 1]))]
        best = round((float(x) - area.x) / area.w * (len(whole) - 1))
        minute = max(1, round(1.0 / a_minute))
        count = max(sum(whole[i : i + minute]) for i in range(max(0, best - minute), best + 1))
        value, words = figure.rate(count * max(1.0, a_minute))
        peak = place.set(f"{value} {words}", 84, 600)
        when = place.set(_before(len(timeline) - 1 - best, figures), 56, colour=place.theme.quiet)
        if peak is not None and when is not None:
            wide = max(peak.width, when.width)
            at = _on_a_screen(place, float(x) - wide / 2, wide)
            layer.text(peak, at, float(y) - 136 * unit)
            layer.text(when, at, float(y) - 54 * unit)
        y = last.bottom - 96
        start = place.set(_before(len(timeline) - 1, figures), 56, colour=place.theme.quiet)
        now = place.set("now", 56, 600, place.theme.ink, align="centre")
        layer.text(start, first.x + 96, y)
        layer.text(now, area.right, y)

    def _figure(self, view: View, place: Place, layer: Layer, screen: Rect, item: Item) -> None:
        body, unit = place.body(screen), place.unit
        colour = item.parts[0][1] if item.parts else place.accent
        place.stage.glow(body.x + 420, body.y + body.h * 0.42, 640, 380, colour, 0.11 * place.opacity)
        foot = 120 * unit
        top = max(0.0, (body.h - foot - 520 * unit) * 0.62)
        _stack(layer, place, Rect(body.x, body.y + top, body.w, body.h - foot - top), item, SIZES, (92, 58), view.t)
        if item.parts:
            _bar(layer, place, Rect(body.x, body.bottom - 30 * unit, body.w, 16 * unit), item.parts)


def _stack(
    layer: Layer, place: Place, room: Rect, item: Item, sizes: tuple[int, ...], small: tuple[int, int], t: float
) -> float:
    """Figure, word and sentence under each other, the figure as large as the rest leaves it; returns the lower end."""
    unit, cap = place.unit, place.type.cap
    word = place.set(item.word, small[0], 620, width=room.w)
    sentence = place.set(item.sentence, small[1], colour=place.theme.quiet, width=room.w, lines=2)
    if word is None or sentence is None:
        return room.y
    under = word.cap + 40 * unit + sentence.height
    fits = (
        s for s in sizes if figure.width(place, item.value, s) <= room.w and (cap + 0.27) * s * unit + under <= room.h
    )
    size = next(fits, sizes[-1])
    y = room.y + size * unit * cap
    figure.draw(layer, place, item.key, item.value, room.x - 0.02 * size, y, size, t)
    y += 0.27 * size * unit + word.cap
    layer.text(word, room.x, y)
    layer.text(sentence, room.x, y + 30 * unit + sentence.baseline)
    return y + 30 * unit + sentence.height


def _items(figures: Figures, place: Place) -> list[Item]:
    numbers = figures.numbers
    accent, quiet = place.accent, rgb("#33415A")
    flows = numbers.flows
    with_us = sum(flows[k].share for k in ("public_brand", "brand_public") if k in flows)
    mood = numbers.sentiment
    fresh = numbers.new_voices_share
    word = figure.counted(numbers.voices, "voice", "voices")
    if fresh >= ALL_NEW:
        each = round(numbers.posts / max(1, numbers.voices))
        items = [
            Item(
                "voices", f"{numbers.voices:,}", word, "about one post each" if each < 2 else f"about {each} posts each"
            )
        ]
    else:
        part = figure.part(fresh)
        verb = "speaks" if part.startswith(("one", "every")) else "speak"
        bar = ((fresh, accent, ""), (1.0 - fresh, quiet, ""))
        items = [Item("voices", f"{numbers.voices:,}", word, f"{part} {verb} for the first time today", bar)]
    if with_us > 0.0 or numbers.roles.get("brand"):
        parts: Parts = ((with_us, rgb("#B69CFF"), ""), (1.0 - with_us, quiet, ""))
        items.append(
            Item("with_us", figure.percent(with_us), "speak with us", "the others speak among themselves", parts)
        )
    if mood.known:
        positive, negative = rgb(place.theme.positive), rgb(place.theme.negative)
        parts = ((mood.positive, positive, "+"), (mood.neutral, quiet, ""), (mood.negative, negative, "−"))
        said = f"{figure.percent(mood.negative)} do not, the others just tell"
        items.append(Item("mood", figure.percent(mood.positive), "sound glad", said, parts))
    if figures.bridges:
        word = figure.counted(figures.bridges, "bridge", "bridges")
        items.append(Item("bridges", f"{figures.bridges:,}", word, "people who carry an idea from group to group"))
    return items + _more(numbers, accent, quiet)


def _more(numbers: Numbers, accent: Colour, quiet: Colour) -> list[Item]:
    """What can be said of any conversation, for the screens that are left."""
    items = []
    if numbers.creators:
        all_of_them = numbers.creators + numbers.editors
        share = numbers.creators / all_of_them
        said = "the others pass on what they read" if numbers.editors else "nobody only passes on what others wrote"
        parts: Parts = ((share, accent, ""), (1.0 - share, quiet, "")) if numbers.editors else ()
        word = figure.counted(numbers.creators, "writes", "write themselves")
        items.append(Item("creators", f"{numbers.creators:,}", word, said, parts))
    if len(numbers.languages) > 1:
        items.append(Item("languages", f"{len(numbers.languages)}", "languages", "in which people write"))
    if numbers.reach:
        items.append(Item("reach", f"{_rounded(numbers.reach)}", "followers", "could have been reached, at most"))
    return items


def _rounded(count: int) -> str:
    """A great number as people say it."""
    for limit, unit in ((1_000_000, "M"), (10_000, "k")):
        if count >= limit:
            scaled = count / (1_000_000 if unit == "M" else 1_000)
            return f"{scaled:.1f}\u202f{unit}" if scaled < 10 else f"{scaled:,.0f}\u202f{unit}"
    return f"{count:,}"


def _bar(layer: Layer, place: Place, rect: Rect, parts: Parts) -> None:
    """Shares of a whole as one line; a part's sign stands above it, so that colour is never all that tells them apart."""
    gap, x = 8.0 * place.unit, rect.x
    room = rect.w - gap * (len(parts) - 1)
    for share, colour, sign in parts:
        wide = min(max(rect.h, room * max(0.0, share)), rect.right - x)
        layer.rect(Rect(x, rect.y, wide, rect.h), colour, 0.95, rect.h / 2)
        if sign:
            layer.text(
                place.set(sign, 64, 600, hexadecimal(colour), align="centre"), x + wide / 2, rect.y - 30 * place.unit
            )
        x += wide + gap


def _course(layer: Layer, place: Place, timeline: tuple[int, ...], area: Rect, width: float) -> Floats:
    """A fine line of mentions over time with a glow below it and a light at now; returns its points."""
    timeline = timeline[:-1]  # the newest bucket is still filling: drawn, the line would always end in a fall
    if len(timeline) < 3:
        return np.zeros((1, 2), np.float32)
    points, strips = _strips(timeline, area, width, place.accent)
    layer.ribbons += strips
    x, y = float(points[-1, 0]), float(points[-1, 1])
    layer.sparks.append(np.array([[x, y, 90.0, 9.0, *place.accent, 1.0]], np.float32).reshape(-1, len(HALO)))
    return points


@lru_cache(maxsize=16)
def _strips(timeline: tuple[int, ...], area: Rect, width: float, colour: Colour) -> tuple[Floats, list[Floats]]:
    """The points of the line, and the ribbons that draw it and the area below it."""
    values = np.array(timeline, np.float64)
    for _ in range(1 if values.mean() >= SPARSE else 4):
        padded = np.concatenate([values[:1], values, values[-1:]])
        values = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    fine = np.linspace(0, len(values) - 1, 8 * len(values))
    smooth = _curve(values, fine)
    x = area.x + fine / (len(values) - 1) * area.w
    points = np.column_stack([x, area.bottom - smooth / max(float(smooth.max()), 1.0) * area.h]).astype(np.float32)
    lower = points.copy()
    lower[:, 1] = area.bottom + 6
    along = np.linspace(0.25, 1.0, len(points)).astype(np.float32)
    sheet = Layer(area)
    sheet.area(points, lower, colour, along * 0.34, 0.0)
    sheet.line(points, width, colour, along)
    return points, sheet.ribbons


def _curve(values: Doubles, at: Doubles) -> Doubles:
    """Catmull-Rom through ``values``, never below zero."""
    i = np.clip(at.astype(int), 0, len(values) - 2)
    u = at - i
    p0, p1 = values[np.maximum(i - 1, 0)], values[i]
    p2, p3 = values[i + 1], values[np.minimum(i + 2, len(values) - 1)]
    bend = 2 * p1 + (p2 - p0) * u + (2 * p0 - 5 * p1 + 4 * p2 - p3) * u**2 + (3 * p1 - p0 - 3 * p2 + p3) * u**3
    return np.asarray(np.maximum(0.0, 0.5 * bend), np.float64)


def _before(buckets: int, figures: Figures) -> str:
    minutes = round(buckets * (figures.numbers.bucket_ms or 60_000) / 60_000)
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 120 else f"{round(minutes / 60)} h ago"


def _on_a_screen(place: Place, left: float, wide: float) -> float:
    """The nearest left edge at which a text ``wide`` pixels wide lies on one screen, off its edges."""
    room = [s.inset(72.0) for s in place.screens if s.y == place.screens[0].y]
    places = [min(max(left, r.x), r.right - wide) for r in room]
    return min(places, key=lambda x: abs(x - left))


VISUAL = NumbersVisual()
