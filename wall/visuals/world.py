"""World: where people write, as far as they say, and in which languages. A language is no country, and unknown is said so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Graph
from stream.wire.snapshot import Numbers
from wall import callouts, earth, figure, languages, palette, ranking, transition
from wall.callouts import Callout, Point
from wall.drawlist import HALO, RIBBON, RING, Layer, ribbon
from wall.palette import rgb
from wall.panel import MARGIN, Place
from wall.ranking import Row
from wall.text.typesetter import ELLIPSIS
from wall.view import View
from wall.visuals import waiting

Floats = npt.NDArray[np.float32]

DOT: Final = 25.0
"""Pixels between two dots of the land."""
NAMED: Final = (3, 6, 12)
"""Countries that are named on one, two and more screens."""
KEPT: Final = 3
"""A country keeps its name until it has fallen so many places behind those that are named."""
LONGEST: Final = 0.075
"""Of the map's width, how far a name may stand from its light."""
WAVE_MS: Final = 2600.0
WAVES: Final = 9
SPEED: Final = 0.11
"""Pixels a millisecond that a wave runs."""
LIST: Final = 780.0
"""Pixels that the list of languages is wide."""
FOOT: Final = 130.0
"""Below a list, for how much is known."""
LAND: Final = "#5B6E90"
COAST: Final = "#6C82A8"


@dataclass(slots=True)
class _Map:
    """The map on its panel: where it lies, its dots (m, 2) and their countries, its lines as one strip."""

    rect: Rect
    dots: Floats
    country: npt.NDArray[np.uint8]
    phase: Floats
    lines: list[Floats]
    lit: tuple[int, ...] = ()
    edges: list[Floats] = field(default_factory=list)


@dataclass(slots=True)
class _Heard:
    """Posts by country in the newest figures, and when and where more came."""

    at: int
    counts: dict[str, int]
    waves: list[tuple[int, float]] = field(default_factory=list)


class World:
    name = "world"
    needs = frozenset({"figures"})
    seconds = 30.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or not (view.figures.numbers.countries or len(view.figures.numbers.languages) > 1)

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        if figures is None or self.away(view):
            waiting.draw(view, place, layer, "Nobody has said yet where they are")
            return
        numbers = figures.numbers
        world = _map(place)
        number = earth.shared().number
        counts = {number[code]: n for code, n in numbers.countries.items() if code in number}
        heard = _heard(place, figures)
        _draw_land(view, place, layer, world, counts, heard)
        points, radii = _draw_lights(view, place, layer, world, counts, heard)
        taken = [_head_zone(place), *_languages(place, layer, numbers), *_known(place, layer, numbers)]
        if (beside := _beside(place)) is not None:
            names = earth.shared().names
            ranked = sorted(counts.items(), key=lambda country: (-country[1], country[0]))
            rows = [Row(names[country], n, f"{n:,}") for country, n in ranked]
            taken.append(ranking.draw(layer, place, beside, "From which country", rows[: ranking.fits(place, beside)]))
        _draw_names(place, layer, world, counts, points, radii, taken)


def _tall(place: Place) -> bool:
    """Whether the panel is one column of screens: the map has the first one, the list the second."""
    return len(place.screens) > 1 and len({screen.x for screen in place.screens}) == 1


def _in_a_row(place: Place) -> bool:
    """Whether the panel is one long row of screens: the map lies between two lists, each on a screen of its own."""
    return len(place.screens) > 2 and len({screen.y for screen in place.screens}) == 1


def _beside(place: Place) -> Rect | None:
    """Where the countries are listed, at the left of a long row; None where the map says them all."""
    if not _in_a_row(place):
        return None
    body = place.body(place.screens[0])
    return Rect(body.x, body.y, body.w, body.h - FOOT * place.unit)


def _column(place: Place) -> Rect | None:
    """Where the languages are listed: beside the map, at the upper right, or below; None where the map needs the room."""
    if _tall(place):
        return place.body(place.screens[1])
    if _in_a_row(place):
        return place.body(place.screens[-1])
    screen = max(place.screens, key=lambda s: (s.x, -s.y))
    body, wide = place.body(screen), LIST * place.unit
    if len(place.screens) == 1 or place.rect.w < 2.2 * place.rect.h:
        return None
    return Rect(body.right - wide, body.y, wide, body.h)


def _fitting(place: Place, foot: float) -> Rect:
    """The greatest map on the panel, above ``foot`` pixels; its upper left corner is open sea, where the title stands."""
    rect, height = place.screens[0] if _tall(place) else place.rect, earth.shared().height
    beside_head = not place.titled or (len(place.screens) > 1 and rect.w > 2.2 * rect.h)
    low = 165.0 * place.unit if len(place.screens) == 1 else 70.0
    top = rect.y + (min(low, MARGIN + place.head) if beside_head else place.head + MARGIN)
    bottom = rect.bottom - (30.0 if foot else 70.0) - foot
    wide = min(rect.w - 2 * 50.0, (bottom - top) / height)
    return Rect(rect.x + (rect.w - wide) * 0.5, top + max(0.0, (bottom - top - wide * height) / 2), wide, wide * height)


def _map(place: Place) -> _Map:
    """The map of this panel, worked out once."""
    known: _Map | None = place.memory.get("map")
    column = _column(place)
    rect = _fitting(place, 0.0 if column is not None else 120 * place.unit)
    if column is not None and not _tall(place) and not _in_a_row(place):
        free = max(place.rect.x + 50.0, min(rect.x, column.x - 0.88 * rect.w))
        rect = Rect(free, rect.y, rect.w, rect.h)
    if known is not None and known.rect == rect:
        return known
    land = earth.shared()
    dots, country = land.lattice(max(40, round(rect.w / DOT)))
    place_of = np.array([rect.x, rect.y], np.float32)
    phase = ((np.arange(len(dots)) * 0.61803399) % 1.0).astype(np.float32) * np.float32(2 * np.pi)
    lines = []
    for border, alpha in ((False, 0.34), (True, 0.13)):
        strips = [
            ribbon(place_of + line * rect.w, 2.4, rgb(COAST), alpha)
            for line, inland in zip(land.lines, land.border, strict=True)
            if inland == border and len(line) > 1
        ]
        lines.append(_joined(strips))
    known = place.memory["map"] = _Map(rect, place_of + dots * np.float32(rect.w), country, phase, lines)
    return known


def _joined(strips: list[Floats]) -> Floats:
    """Strips as one, joined by triangles without area: one draw call instead of hundreds."""
    if not strips:
        return np.zeros((0, len(RIBBON)), np.float32)
    return np.concatenate([np.concatenate([strip[:1], strip, strip[-1:]]) for strip in strips])


def _heard(place: Place, figures: Figures) -> _Heard:
    """What was heard, with a wave for each country from which more came than in the figures before."""
    known: _Heard | None = place.memory.get("heard")
    if known is not None and known.at == figures.at:
        return known
    waves: list[tuple[int, float]] = []
    countries, number = figures.numbers.countries, earth.shared().number
    if known is not None and known.at < figures.at:
        more = {code: n - known.counts.get(code, 0) for code, n in countries.items() if code in number}
        loudest = sorted((code for code, n in more.items() if n > 0), key=lambda code: (-more[code], code))[:WAVES]
        waves = [wave for wave in known.waves if figures.at - wave[1] < WAVE_MS]
        waves += [(number[code], figures.at + 137.0 * i) for i, code in enumerate(loudest)]
    heard = place.memory["heard"] = _Heard(figures.at, countries, waves[-2 * WAVES :])
    return heard


def _share(counts: dict[int, int]) -> dict[int, float]:
    """How strong each country is, 0 … 1 of the strongest, by the root."""
    most = max(counts.values(), default=1)
    return {country: float(np.sqrt(n / most)) for country, n in counts.items()}


def _draw_land(view: View, place: Place, layer: Layer, world: _Map, counts: dict[int, int], heard: _Heard) -> None:
    """The land as a field of small lights: brighter where people write, and brighter still where a wave runs over it."""
    light = np.zeros(256, np.float32)
    for country, share in _share(counts).items():
        light[country] = 0.30 + 0.34 * share
    on = light[world.country]
    seconds = (view.t / 1000.0) % 86_400.0
    glimmer = 1.0 + 0.16 * np.sin(0.5 * seconds + world.phase)
    wave = np.zeros(len(on), np.float32)
    scale = max(0.4, world.rect.w / 4700.0)
    anchors = _anchors(world)
    for country, since in heard.waves:
        age = view.t - since
        if 0.0 <= age < WAVE_MS:
            away = np.hypot(*(world.dots - anchors[country]).T) - SPEED * scale * age
            wave += np.exp(-((away / (46.0 * scale)) ** 2)).astype(np.float32) * np.float32(
                (1.0 - age / WAVE_MS) ** 1.5
            )
    rows = np.empty((len(on), len(HALO)), np.float32)
    rows[:, 0:2] = world.dots
    rows[:, 2] = np.where(on > 0, 10.5, 8.5)
    rows[:, 3] = np.where(on > 0, 1.6, 1.2)
    lit = on > 0
    rows[:, 4:7] = np.where(lit[:, None], np.array(place.accent, np.float32), np.array(rgb(LAND), np.float32))
    rows[:, 7] = np.minimum(1.0, np.where(lit, on, 0.24) * glimmer + 0.75 * wave)
    layer.halos.append(rows)
    layer.ribbons += [lines for lines in world.lines if len(lines)]
    _draw_edges(place, layer, world, counts)


def _draw_edges(place: Place, layer: Layer, world: _Map, counts: dict[int, int]) -> None:
    """The outlines of the countries from which something came."""
    lit = tuple(sorted(counts))
    if world.lit != lit or not world.edges:
        land = earth.shared()
        start = np.array([world.rect.x, world.rect.y], np.float32)
        of = sorted({int(line) for country in lit for line in land.lines_of[country]})
        strips = [
            ribbon(start + land.lines[i] * world.rect.w, 2.8, place.accent, 0.42) for i in of if len(land.lines[i]) > 1
        ]
        world.lit, world.edges = lit, [_joined(strips)] if strips else []
    layer.ribbons += world.edges


def _anchors(world: _Map) -> Floats:
    start = np.array([world.rect.x, world.rect.y], np.float32)
    return np.asarray(start + earth.shared().anchors * np.float32(world.rect.w), np.float32)


def _draw_lights(
    view: View, place: Place, layer: Layer, world: _Map, counts: dict[int, int], heard: _Heard
) -> tuple[dict[int, Point], dict[int, float]]:
    """One light a country, as large as what was heard from it; rings run out where more came. Returns places and radii."""
    anchors, share = _anchors(world), _share(counts)
    scale = max(0.5, min(1.0, world.rect.w / 4000.0))
    points = {country: (float(anchors[country, 0]), float(anchors[country, 1])) for country in counts}
    radii = {country: (7.0 + 30.0 * share[country]) * scale for country in counts}
    if counts:
        rows = np.empty((len(counts), len(HALO)), np.float32)
        rows[:, 0:2] = [points[country] for country in counts]
        rows[:, 2] = [radii[country] * 5.2 + 14.0 for country in counts]
        rows[:, 3] = [radii[country] * 0.42 + 2.0 for country in counts]
        rows[:, 4:7] = place.accent
        rows[:, 7] = 1.0
        layer.sparks.append(rows)
        for country in sorted(counts, key=lambda c: -counts[c])[:12]:
            x, y = points[country]
            place.stage.glow(x, y, 330 * scale, 260 * scale, place.accent, 0.16 * share[country] * place.opacity)
    rings = []
    for country, since in heard.waves:
        age = (view.t - since) / WAVE_MS
        if 0.0 <= age < 1.0 and country in points:
            reach = radii[country] + SPEED * scale * (view.t - since)
            fade = 0.7 * (1.0 - transition.smooth(age))
            rings.append([*points[country], reach, 2.5, *palette.mixed(place.accent, place.glare, 0.4), fade])
    if rings:
        layer.rings.append(np.array(rings, np.float32).reshape(-1, len(RING)))
    return points, radii


def _draw_names(
    place: Place,
    layer: Layer,
    world: _Map,
    counts: dict[int, int],
    points: dict[int, Point],
    radii: dict[int, float],
    taken: list[Rect],
) -> None:
    """The names of the strongest countries and how many posts came from them, each beside its light."""
    unit = place.unit
    most = NAMED[min(len(place.screens), len(NAMED)) - 1]
    ranked = sorted(counts, key=lambda country: (-counts[country], country))
    known: dict[int, Callout | None] = place.memory.get("names", {})
    kept = [country for country in ranked[: most + KEPT] if country in known]
    chosen = sorted({*kept[:most], *[c for c in ranked if c not in kept][: max(0, most - len(kept))]}, key=ranked.index)
    blocks = {}
    for country in chosen:
        name = place.set(earth.shared().names[country], 62, 600, width=560 * unit, shadow=True)
        count = place.set(f"{counts[country]:,}", 56, 450, place.theme.quiet, shadow=True)
        if name is None or count is None:
            return
        blocks[country] = (name, count)
    if known.keys() != blocks.keys():
        sizes = [
            (name.width + count.width + 60 * unit, name.cap + 0.30 * name.style.size) for name, count in blocks.values()
        ]
        rooms = [s.inset(MARGIN * 0.6) for s in place.screens]
        found = callouts.place(
            [points[c] for c in chosen], [radii[c] for c in chosen], sizes, rooms, taken, LONGEST * world.rect.w
        )
        known = place.memory["names"] = dict(zip(chosen, found, strict=True))
    for country, (name, count) in blocks.items():
        callout = known[country]
        if callout is None:
            continue
        x, y = callout.box.x, callout.box.y + name.cap + 4
        if callout.foot is not None:
            _lead(layer, points[country], radii[country], callout)
        layer.text(name, x, y, role="label")
        layer.text(count, x + name.width + 22 * unit, y, role="label")


def _lead(layer: Layer, point: Point, radius: float, callout: Callout) -> None:
    """A fine line from a light to its name."""
    assert callout.foot is not None
    start, end = np.array(point, np.float32), np.array(callout.foot, np.float32)
    way = end - start
    far = float(np.hypot(*way))
    if far > radius + 30.0:
        points = np.array([start + way / far * (radius + 6.0), end - way / far * 8.0], np.float32)
        layer.line(points, 2.5, (0.80, 0.87, 0.97), 0.5)


def _languages(place: Place, layer: Layer, numbers: Numbers) -> list[Rect]:
    """The languages as a quiet list, or as a line where there is no room; returns what it covers."""
    ranked, other = languages.ranked(numbers.languages)
    total = max(1, numbers.posts)
    unknown = max(0, numbers.posts - sum(numbers.languages.values()))
    if not ranked:
        return []
    column, unit = _column(place), place.unit
    if column is None:
        told = f"place told by {figure.percent(sum(numbers.countries.values()) / total)}"
        screen = max(place.screens, key=lambda s: (s.y, -s.x))
        room = screen.inset(MARGIN * min(1.0, screen.w / 1280))
        for most in (4, 3, 2, 1):
            said = " · ".join([*(f"{name} {figure.percent(n / total)}" for name, n in ranked[:most]), told])
            block = place.set(said, 56, 400, place.theme.quiet, width=room.w)
            if block is None or not block.text.endswith(ELLIPSIS):
                break
        layer.text(block, room.x, room.bottom)
        return [Rect(room.x, room.bottom - 60 * unit, room.w, 80 * unit)]
    fits = ranking.fits(place, column)
    shown = ranked[: min(5 if column.h > 700 * unit else 3, max(1, fits - 2))]
    rest = sum(n for _, n in ranked[len(shown) :]) + other
    rows = [Row(name, n, _part(n, total), quiet=i >= 5) for i, (name, n) in enumerate(shown)]
    rows += [Row(f"{len(ranked) - len(rows)} more", rest, _part(rest, total))] if rest else []
    rows += [Row("not known", unknown, _part(unknown, total), quiet=True)] if unknown >= 0.005 * total else []
    return [ranking.draw(layer, place, column, "In which language", rows[:fits])]


def _part(n: int, total: int) -> str:
    return figure.percent(n / total) if n * 200 >= total else "under 1\u202f%"


def _known(place: Place, layer: Layer, numbers: Numbers) -> list[Rect]:
    """How much is known of where: said, because most people do not tell."""
    if _column(place) is None or not numbers.posts:
        return []
    told = sum(numbers.countries.values())
    said = f"{told:,} of {numbers.posts:,} posts say where" if told else "No post says where it was written"
    screen = min(place.screens, key=lambda s: (s.x, -s.y))
    room = screen.inset(MARGIN * min(1.0, screen.w / 1280))
    block = place.set(said, 56, 400, place.theme.quiet, width=0.6 * room.w, lines=1)
    if block is None:
        return []
    layer.text(block, room.x, room.bottom)
    return [Rect(room.x - 30, room.bottom - 80 * place.unit, block.width + 60, 120 * place.unit)]


def _head_zone(place: Place) -> Rect:
    """What title or caption covers."""
    first = place.screens[0]
    wide = (0.62 if place.titled else 0.45) * first.w * max(1.0, place.unit)
    return Rect(first.x, first.y, wide, MARGIN + place.head) if place.head else Rect(first.x, first.y, 0.0, 0.0)


VISUAL = World()
