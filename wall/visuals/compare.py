"""Compare: the tracks side by side. Brands or topics share the voice as arcs of a ring; campaigns say what they have moved."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np

from stream.wire.geometry import Rect
from stream.wire.messages import Figures, Graph
from stream.wire.snapshot import Track
from wall import figure, headline, statement
from wall.drawlist import Layer
from wall.palette import Colour, hexadecimal, mixed, rgb
from wall.panel import Place
from wall.statement import Parts, Statement
from wall.text.typesetter import ELLIPSIS, Block
from wall.view import View
from wall.visuals import waiting

TURN_MS: Final = 16_000.0
"""A panel of one screen turns to the next group after this long."""
FADE_MS: Final = 700.0
RING_SIZES: Final = (260, 220, 180, 140, 110, 92)
RING_UNTIL: Final = 1.2
"""A screen that is read from so much farther than usual has room for rows alone."""
NAMED_FROM: Final = 220.0
"""A ring of this radius has room for a name in it."""
SPACE: Final = 0.03
"""Between two arcs of the ring, in radians."""
BARS_FROM: Final = 225.0
LARGE_FROM: Final = 320.0
"""Heights of a row from which it has a bar, and large type."""
LOWEST: Final = 165.0
NAME_SIZES: Final = (84.0, 72.0, 62.0)
REST: Final = "#33415A"
PAID: Final = "#FFB02E"


class Line(NamedTuple):
    """A track as it is drawn."""

    name: str
    track: Track
    colour: Colour


Group = Sequence[Line]


class CompareVisual:
    name = "compare"
    needs = frozenset({"figures"})
    seconds = 30.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.figures is None or not any(track.volume for track in view.figures.numbers.tracks.values())

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        figures = view.figures
        groups = _groups(figures.numbers.tracks, place) if figures is not None else []
        if figures is None or not groups:
            waiting.draw(view, place, layer, "Nothing to compare yet")
            return
        screens = place.screens
        if len(screens) > 1:
            for part, group in _shared(screens, groups):
                _draw_group(view, figures, place, layer, part, group)
            return
        turn, passed = divmod(view.t, TURN_MS)
        if len(groups) > 1:
            layer.opacity *= min(1.0, passed / FADE_MS, (TURN_MS - passed) / FADE_MS)
        _draw_group(view, figures, place, layer, screens, groups[int(turn) % len(groups)])


def _groups(tracks: Mapping[str, Track], place: Place) -> list[Group]:
    """Brands with their competitors, then the topics, then the campaigns: what was said at all, the own brands first."""
    said = sorted((kv for kv in tracks.items() if kv[1].volume), key=lambda kv: (-kv[1].volume, kv[0]))
    colours = [rgb(c) for c in place.theme.communities[1:]]
    found: list[Group] = []
    for kinds in (("brand", "competitor"), ("topic",), ("campaign",)):
        members = [kv for kind in kinds for kv in said if kv[1].kind == kind]
        own = sum(track.kind == "brand" for _, track in members)
        if members:
            found.append([
                Line(name, track, _own(place, i) if i < own else colours[(i - own) % len(colours)])
                for i, (name, track) in enumerate(members)
            ])  # fmt: skip
    return found


def _own(place: Place, rank: int) -> Colour:
    return mixed(place.accent, place.glare, min(0.6, 0.3 * rank))


def _shared(screens: list[Rect], groups: list[Group]) -> Iterator[tuple[list[Rect], Group]]:
    """Which screens each group takes: the first whole rows where there are several, the others what they need."""
    ys = sorted({s.y for s in screens})
    if len(ys) > 1 and len(groups) > 1:
        lower = ys[len(ys) // 2]
        yield [s for s in screens if s.y < lower], groups[0]
        screens, groups = [s for s in screens if s.y >= lower], groups[1:]
    groups = groups[: len(screens)]
    counts = [1] * len(groups)
    for _ in range(len(screens) - len(groups)):
        counts[max(range(len(groups)), key=lambda i: (len(groups[i]) / counts[i], -i))] += 1
    start = 0
    for group, count in zip(groups, counts, strict=True):
        yield screens[start : start + count], group
        start += count


def _draw_group(view: View, figures: Figures, place: Place, layer: Layer, screens: list[Rect], group: Group) -> None:
    if len(group) > 1 and group[0].track.kind != "campaign":
        if len(screens) > 1:
            _ring(view, place, layer, place.body(screens[0]), group)
            _rows(view, place, layer, [place.body(s) for s in screens[1:]], group)
            return
        body = place.body(screens[0])
        if place.unit > RING_UNTIL:
            _rows(view, place, layer, [body], group)
            return
        if body.h > body.w:
            high = min(body.w, 0.42 * body.h)
            _ring(view, place, layer, Rect(body.x, body.y, body.w, high), group)
            above = high + 60 * place.unit
            _rows(view, place, layer, [Rect(body.x, body.y + above, body.w, body.h - above)], group)
            return
        side = min(body.h, 0.42 * body.w)
        _ring(view, place, layer, Rect(body.x, body.y, side, body.h), group)
        left = side + 110 * place.unit
        _rows(view, place, layer, [Rect(body.x + left, body.y, body.w - left, body.h)], group)
    elif len(group) > len(screens):
        _rows(view, place, layer, [place.body(s) for s in screens], group)
    else:
        told = sum(count > 0 for _, count, _ in _kinds(place, group[0].track)) > 1
        spare = screens[1:2] if told and len(screens) > len(group) else []
        cells = [s for s in screens if s not in spare][: len(group)]
        for screen, line in zip(cells, group, strict=True):
            _cell(view, figures, place, layer, screen, line, whence=not spare or line is not group[0])
        if spare:
            _whence_panel(view, place, layer, place.body(spare[0]), group[0])


def _ring(view: View, place: Place, layer: Layer, room: Rect, group: Group) -> None:
    """The whole voice as a ring of light, one arc a track, and in it what the first one has of it."""
    unit, first = place.unit, group[0]
    radius = min(room.w, room.h) / 2 - 40 * unit
    x, y = room.x + room.w / 2, room.y + room.h / 2
    place.stage.glow(x, y, 1.2 * radius, 1.2 * radius, first.colour, 0.16 * place.opacity)
    start = -math.pi / 2 + SPACE / 2
    for line in group:
        sweep = max(0.012, 2 * math.pi * line.track.share - SPACE)
        at = np.linspace(start, start + sweep, max(4, round(120 * sweep)))
        points = np.column_stack([x + radius * np.cos(at), y + radius * np.sin(at)]).astype(np.float32)
        layer.line(points, 40 * unit if line is first else 22 * unit, line.colour, 1.0 if line is first else 0.8)
        start += sweep + SPACE
    value = figure.percent(first.track.share)
    size = next((s for s in RING_SIZES if figure.width(place, value, s) <= 1.42 * radius), 0)
    if not size:
        return
    low = y + 0.32 * size * unit * place.type.cap
    figure.draw(layer, place, "ring", value, x - figure.width(place, value, size) / 2, low, size, view.t)
    name = place.set(first.name, 58, 500, place.theme.quiet, width=1.56 * radius, align="centre")
    if name is not None and radius >= NAMED_FROM * unit:
        layer.text(name, x, low + 56 * unit + name.cap)


def _rows(view: View, place: Place, layer: Layer, rooms: list[Rect], group: Group) -> None:
    """Tracks under each other, evenly over the rooms; the weakest stay away where they find none."""
    fits = sum(max(1, int(room.h // (LOWEST * place.unit))) for room in rooms)
    lines = list(group[:fits])
    each = math.ceil(len(lines) / len(rooms))
    for i, room in enumerate(rooms):
        high = min(room.h / each, 440 * place.unit)
        top = room.y + (room.h - high * each) / 2
        for j, line in enumerate(lines[i * each : (i + 1) * each]):
            _row(view, place, layer, Rect(room.x, top + j * high, room.w, high), line)


def _row(view: View, place: Place, layer: Layer, row: Rect, line: Line) -> None:
    """Name and figure on one line; a bar where there is room; then mood and change, or whence it came."""
    unit, cap, track = place.unit, place.type.cap, line.track
    large, barred = row.h >= LARGE_FROM * unit, row.h >= BARS_FROM * unit
    size, name_size = (150, 104) if large else (110, 84) if barred else (92, 72)
    gap = 44 * unit if large else 30 * unit
    high = size * unit * cap + gap + 55 * unit * cap + (16 * unit + gap if barred else 0.0)
    y = row.y + (row.h - high) / 2 + size * unit * cap
    value = _value(track)
    wide = figure.width(place, value, size)
    figure.draw(layer, place, f"row {line.name}", value, row.right - wide, y, size, view.t)
    indent = 0.0
    if not barred:
        indent = 52 * unit
        layer.disc(row.x + 14 * unit, y - 72 * unit * cap / 2, 14 * unit, line.colour)
    layer.text(_name(place, line.name, name_size, row.w - indent - wide - 48 * unit), row.x + indent, y)
    if barred:
        parts = _whence(place, track) if track.kind == "campaign" else _of_all(track.share, line.colour)
        statement.bar(layer, place, Rect(row.x, y + gap, row.w, 16 * unit), parts)
        y += gap + 16 * unit
    y += gap + 55 * unit * cap
    if track.kind == "campaign":
        _legend(place, layer, row.x + indent, row.right, y, track)
        return
    end = _mood(place, layer, row.x + indent, row.right, y, track)
    said = place.set(figure.change(track.change, "before"), 55, colour=place.theme.quiet, align="right")
    if said is not None and row.right - said.width > end + 40 * unit:
        layer.text(said, row.right, y)


def _name(place: Place, name: str, size: float, room: float) -> Block | None:
    """A name on one line, smaller where that saves it from being cut."""
    for smaller in (size, *(s for s in NAME_SIZES if s < size)):
        block = place.line(name, smaller, room, 600)
        if block is None or not block.text.endswith(ELLIPSIS):
            break
    return block


def _cell(
    view: View, figures: Figures, place: Place, layer: Layer, screen: Rect, line: Line, *, whence: bool
) -> None:  # fmt: skip
    """One track on a screen of its own."""
    body, unit, track = place.body(screen), place.unit, line.track
    place.stage.glow(body.x + 420, body.y + body.h * 0.42, 640, 380, line.colour, 0.13 * place.opacity)
    said = f"posts in the last {headline.span(figures.window_s)}"
    if track.uplift is not None:
        said = "times the posts from before it began"
    elif track.kind != "campaign" and track.share < 1.0:
        said = "of what is said about these"
    if track.new_voices:
        part = figure.part(track.new_voices)
        said += f"; {part} of its voices {'is' if part.startswith(('one', 'every')) else 'are'} new"
    foot = 170 * unit
    top = max(0.0, (body.h - foot - 560 * unit) * 0.62)
    item = Statement(f"cell {line.name}", _value(track), line.name, said)
    room = Rect(body.x, body.y + top, body.w, body.h - foot - top)
    statement.draw(layer, place, room, item, statement.SIZES, (92, 58), view.t)
    parts = _whence(place, track) if whence and track.kind == "campaign" else ()
    if len(parts) > 1:
        statement.bar(layer, place, Rect(body.x, body.bottom - 110 * unit, body.w, 16 * unit), parts)
        _legend(place, layer, body.x, body.right, body.bottom - 4 * unit, track)
    else:
        _mood_bar(place, layer, Rect(body.x, body.bottom - 110 * unit, body.w, 16 * unit), track)
        _mood(place, layer, body.x, body.right, body.bottom - 4 * unit, track)


def _whence_panel(view: View, place: Place, layer: Layer, body: Rect, line: Line) -> None:
    """Who speaks of a campaign, where it has a screen to spare for that."""
    unit, cap, track = place.unit, place.type.cap, line.track
    caption = place.set("Who speaks of it", 56, 500, place.theme.quiet)
    if caption is not None:
        layer.text(caption, body.x, body.y + caption.cap)
    top = body.y + 130 * unit
    kinds = [kind for kind in _kinds(place, track) if kind[1]]
    kinds = kinds[: max(1, int((body.bottom - top) // (LOWEST * unit)))]
    high = min((body.bottom - top) / len(kinds), 300 * unit)
    size, name_size = (130, 92) if high >= 230 * unit else (92, 72)
    for i, (words, count, colour) in enumerate(kinds):
        y = top + (i + 0.55) * high
        value = f"{count:,}"
        wide = figure.width(place, value, size)
        figure.draw(layer, place, f"whence {words}", value, body.right - wide, y, size, view.t)
        layer.text(place.set(words, name_size, 600, width=body.w - wide - 48 * unit), body.x, y)
        share = count / track.volume
        statement.bar(
            layer, place, Rect(body.x, y + 0.42 * size * unit * cap, body.w, 16 * unit), _of_all(share, colour)
        )


def _mood(place: Place, layer: Layer, x: float, right: float, y: float, track: Track) -> float:
    """How many sound glad and how many do not, each with its sign, in words where there is room; returns the right end."""
    if not track.positive and not track.negative:
        return x
    gap = 52 * place.unit
    signs = (
        ("+", track.positive, "glad", place.theme.positive),
        ("−", track.negative, "critical", place.theme.negative),
    )
    for worded in (True, False):
        said = [
            f"{sign}\u202f{figure.percent(share)}{' ' + words if worded else ''}" for sign, share, words, _ in signs
        ]
        blocks = [place.set(words, 55, 500, sign[3]) for words, sign in zip(said, signs, strict=True)]
        if x + sum(block.width if block is not None else 0.0 for block in blocks) + gap <= right:
            break
    for block in blocks:
        if block is not None:
            layer.text(block, x, y)
            x += block.width + gap
    return x - gap


def _mood_bar(place: Place, layer: Layer, rect: Rect, track: Track) -> None:
    """Glad and critical posts as parts of all whose mood is known."""
    if track.positive or track.negative:
        rest = max(0.0, 1.0 - track.positive - track.negative)
        parts = (
            (track.positive, rgb(place.theme.positive), ""),
            (rest, rgb(REST), ""),
            (track.negative, rgb(place.theme.negative), ""),
        )
        statement.bar(layer, place, rect, parts)


def _legend(place: Place, layer: Layer, x: float, right: float, y: float, track: Track) -> None:
    """What the parts of a campaign's bar are, as far as there is room on the line."""
    unit = place.unit
    for words, count, colour in _kinds(place, track):
        block = place.set(f"{count:,} {words}", 55, colour=place.theme.quiet)
        if not count or block is None or x + 40 * unit + block.width > right:
            continue
        layer.disc(x + 12 * unit, y - block.cap / 2, 12 * unit, colour)
        layer.text(block, x + 40 * unit, y)
        x += 40 * unit + block.width + 56 * unit


def _kinds(place: Place, track: Track) -> tuple[tuple[str, int, Colour], ...]:
    return (
        ("from the public", track.earned, rgb(hexadecimal(mixed(place.accent, place.glare, 0.25)))),
        ("our own", track.owned, rgb("#8C80FB")),
        ("paid for", track.bought, rgb(PAID)),
    )


def _whence(place: Place, track: Track) -> Parts:
    return tuple((count / track.volume, colour, "") for _, count, colour in _kinds(place, track) if count)


def _of_all(share: float, colour: Colour) -> Parts:
    return ((share, colour, ""), (1.0 - share, rgb(REST), "")) if share < 1.0 else ((1.0, colour, ""),)


def _value(track: Track) -> str:
    """A campaign's figure is what it moved; that of all others their share."""
    if track.kind == "campaign" or track.share >= 1.0:
        if track.uplift is None:
            return f"{track.volume:,}"
        factor = 1.0 + track.uplift
        return f"×\u202f{factor:.1f}" if factor < 10 else f"×\u202f{factor:.0f}"
    return figure.percent(track.share)


VISUAL = CompareVisual()
