"""The safe scene: the event's own name on the quiet stage. It shows no stranger's word and needs no hub."""

from __future__ import annotations

from typing import Final

from stream.wire.geometry import Rect
from stream.wire.messages import Layout, Panel
from wall import logo
from wall.drawlist import Layer
from wall.panel import Place
from wall.stage import StageBuilder
from wall.text.typesetter import Typesetter
from wall.view import View
from wall.visuals import waiting

LOGO: Final = 220.0
"""Height of the brand's logo over the event's name."""


def layers(view: View, typesetter: Typesetter, stage: StageBuilder) -> list[Layer]:
    grid, event = view.hello.grid, view.hello.event
    canvas = grid.canvas
    panel = Panel("title", tuple(range(1, grid.count + 1)))
    place = Place(grid, Layout("safe", "", (panel,)), 0, panel, canvas, view.hello.theme, typesetter, stage, 0.0, 1.0)
    centre = grid.screen((grid.columns + 1) // 2)
    stage.glow(centre.x + centre.w / 2, centre.y + centre.h * 0.6, centre.w * 0.9, centre.h * 0.8, place.accent, 0.16)
    layer = Layer(Rect(canvas.x, canvas.y, canvas.w, canvas.h))
    waiting.motes(view, place, layer, 1.0)
    if view.code:
        for number in range(1, grid.count + 1):
            _ask(view.code, place, layer, grid.screen(number))
        return [layer]
    room = centre.inset(96.0)
    sizes = (220.0, 180.0, 150.0, 120.0, 92.0)
    name = place.fit(event.name, sizes, Rect(room.x, room.y, room.w, room.h * 0.6), 700, leading=1.12, align="centre")
    if name is None:
        return [layer]
    lines = [name]
    if event.hashtag:
        tag = place.set(event.hashtag, 92, 500, place.theme.accent, width=room.w, align="centre")
        lines += [tag] if tag is not None else []
    y = room.y + (room.h - sum(block.height for block in lines)) / 2
    above = Rect(room.x, room.y, room.w, min(LOGO * place.unit, max(0.0, y - room.y - 40.0)))
    logo.draw(view, layer, above, 0.5)
    for block in lines:
        layer.text(block, room.x + room.w / 2, y + block.baseline)
        y += block.height
    return [layer]


def _ask(code: str, place: Place, layer: Layer, screen: Rect) -> None:
    """The code of a wall that asks to be let in, and what to do with it, on each of its screens."""
    room = screen.inset(96.0)
    lines = (
        place.set("This wall wants to join", 66, 500, place.theme.quiet, width=room.w, align="centre"),
        place.set(f"{code[:3]} {code[3:]}", 220, 700, width=room.w, align="centre"),
        place.set(
            "Type this code on the tablet, under Health", 66, 500, place.theme.quiet, width=room.w, align="centre"
        ),
    )
    set_lines = [line for line in lines if line is not None]
    gap = 48.0 * place.unit
    y = room.y + (room.h - sum(line.height for line in set_lines) - gap * (len(set_lines) - 1)) / 2
    for line in set_lines:
        layer.text(line, room.x + room.w / 2, y + line.baseline)
        y += line.height + gap
