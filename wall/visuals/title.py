"""Title: the event's name, the hashtag to use, where to read more, and whom to ask to be taken off the wall."""

from __future__ import annotations

from functools import lru_cache

import segno

from stream.wire.geometry import Rect
from stream.wire.messages import Graph
from wall.drawlist import Layer
from wall.panel import Place
from wall.view import View
from wall.visuals import waiting


class Title:
    name = "title"
    needs: frozenset[str] = frozenset()
    seconds = 20.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return not view.hello.event.name

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        event, unit = view.hello.event, place.unit
        screen = place.screens[0]
        body = place.body(screen)
        waiting.motes(view, place, layer, 10 * len(place.panel.screens))
        place.stage.glow(body.x + body.w * 0.4, body.y + body.h * 0.4, 900, 520, place.accent, 0.2 * place.opacity)
        name = place.fit(
            event.name, (190, 160, 132, 108, 92), Rect(body.x, body.y, body.w, body.h * 0.5), 700, leading=1.12
        )
        if name is None:
            return
        layer.text(name, body.x, body.y + name.baseline)
        y = body.y + name.height + 96 * unit
        code_room = 330 * unit if event.url else 0.0
        end = body.bottom - (110 * unit if event.contact else 0.0)
        if event.hashtag and y < end:
            layer.text(place.set(event.hashtag, 108, 600, place.theme.accent, width=body.w - code_room), body.x, y)
        if event.place and y + 100 * unit < end:
            layer.text(
                place.set(event.place, 62, 450, place.theme.quiet, width=body.w - code_room), body.x, y + 100 * unit
            )
        if event.contact:
            said = f"Off this wall: {event.contact}"
            layer.text(place.set(said, 55, 400, place.theme.quiet, width=body.w - code_room - 40), body.x, body.bottom)
        if event.url:
            side = 300 * unit
            _code(layer, Rect(body.right - side, body.bottom - side, side, side), event.url)


def _code(layer: Layer, rect: Rect, url: str) -> None:
    """A QR code on a light ground, modules joined along rows."""
    rows = _modules(url)
    cell = rect.w / (len(rows) + 4)
    layer.rect(rect, (0.95, 0.97, 1.0), 1.0, cell * 1.5)
    for r, row in enumerate(rows):
        c = 0
        while c < len(row):
            run = c
            while run < len(row) and row[run]:
                run += 1
            if run > c:
                layer.rect(
                    Rect(rect.x + (c + 2) * cell, rect.y + (r + 2) * cell, (run - c) * cell, cell),
                    (0.01, 0.02, 0.05),
                    1.0,
                )
            c = max(run, c + 1)


@lru_cache(maxsize=8)
def _modules(url: str) -> list[list[bool]]:
    return [[bool(m) for m in row] for row in segno.make(url, error="m", micro=False).matrix]


VISUAL = Title()
