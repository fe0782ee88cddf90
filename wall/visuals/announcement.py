"""Announcement: what staff say urgently, on every screen of the panel, so that nobody has to look for it."""

from __future__ import annotations

from typing import Final

from stream.wire.geometry import Rect
from stream.wire.messages import Graph
from stream.wire.said import Word, lasts
from wall import code
from wall.drawlist import Layer
from wall.headline import ATTENTION
from wall.palette import rgb
from wall.panel import Place
from wall.view import View
from wall.visuals import waiting

SIZES: Final = (300.0, 260.0, 230.0, 200.0, 172.0, 148.0, 128.0, 112.0, 98.0, 86.0)
STRIPE: Final = 16.0
INDENT: Final = 76.0


class Announcement:
    name = "announcement"
    needs: frozenset[str] = frozenset()
    seconds = 20.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return _newest(view) is None

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        word = _newest(view)
        if word is None:
            waiting.draw(view, place, layer, view.hello.event.name)
            return
        waiting.motes(view, place, layer, 0.35)
        for screen in place.screens:
            self._screen(place, layer, place.body(screen), word)

    def _screen(self, place: Place, layer: Layer, body: Rect, word: Word) -> None:
        unit = place.unit
        place.stage.glow(body.x + body.w * 0.3, body.y + body.h / 2, 1100, 620, rgb(ATTENTION), 0.13 * place.opacity)
        side = min(380 * unit, 0.4 * body.h) if word.url else 0.0
        width = body.w - INDENT * unit
        beside = width - (side + 60 * unit if side else 0.0)
        detail = place.set(word.detail, 72, 450, place.theme.quiet, width=beside, lines=3) if word.detail else None
        under = max(side, detail.height if detail is not None else 0.0)
        gap = 56 * unit if under else 0.0
        text = place.fit(word.text, SIZES, Rect(0, 0, width, body.h - under - gap), 680, leading=1.1)
        if text is None or (word.detail and detail is None):
            return
        high = text.height + gap + under
        x, y = body.x + INDENT * unit, body.y + (body.h - high) / 2
        layer.rect(Rect(body.x, y + 0.1 * text.style.size, STRIPE * unit, high - 0.2 * text.style.size), rgb(ATTENTION), 1.0,
                   STRIPE * unit / 2)  # fmt: skip
        layer.text(text, x, y + text.baseline)
        below = y + text.height + gap
        if detail is not None:
            layer.text(detail, x, below + detail.baseline)
        if side:
            code.draw(layer, Rect(body.right - side, below, side, side), word.url)


def _newest(view: View) -> Word | None:
    """The urgent word that began last."""
    words = view.said.words if view.said is not None else ()
    return max(
        (word for word in words if word.urgent and lasts(word, view.t)), key=lambda word: word.since, default=None
    )


VISUAL = Announcement()
