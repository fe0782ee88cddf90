"""The banner: what staff announce, discreetly at the foot of one screen, over whatever is on air.

Words that lie under it make room while it is there, so that no letter is cut by its edge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Layout, Panel
from stream.wire.said import TURN_MS, Word, lasts, quiet, turn
from wall import code, figure, transition
from wall.drawlist import Layer
from wall.palette import mixed, rgb
from wall.panel import Place
from wall.stage import StageBuilder
from wall.text.typesetter import Typesetter
from wall.view import View

NAME: Final = "banner"
SIZES: Final = (100.0, 88.0, 76.0, 66.0, 58.0)
FADE_MS: Final = 600.0
EDGE: Final = 56.0
PAD: Final = 54.0
CODE: Final = 330.0
UNTOUCHED: Final = frozenset({"announcement", "test_pattern"})
"""Visuals over which no banner lies."""


def over(
    view: View, typesetter: Typesetter, stage: StageBuilder, memory: dict[str, Any], layers: Iterable[Layer]
) -> Layer | None:
    """The banner of ``view``, and room for it in the ``layers`` below; None while nothing is announced."""
    words = quiet(view.said.words) if view.said is not None else []
    shown = turn(words, view.t)
    if shown is None or any(panel.visual in UNTOUCHED for panel in view.on_air.layout.panels):
        return None
    place = _place(view, typesetter, stage, memory)
    lit = max(_edges(word, view.t) for word in words if lasts(word, view.t))
    layer = Layer(place.rect)
    card = _draw(view, place, layer, words[shown], lit, _turning(words, view.t))
    if card is None:
        return None
    make_room(layers, card, lit)
    return layer


def screen_of(grid: Grid) -> int:
    """The number of the screen at whose foot the banner lies: the middle one of the lowest row."""
    return (grid.rows - 1) * grid.columns + (grid.columns + 1) // 2


def _place(view: View, typesetter: Typesetter, stage: StageBuilder, memory: dict[str, Any]) -> Place:
    grid = view.hello.grid
    panel = Panel(NAME, (screen_of(grid),))
    rect = grid.screen(panel.screens[0])
    return Place(
        grid, Layout(NAME, "", (panel,)), 0, panel, rect, view.hello.theme, typesetter, stage, 1.0, 1.0, memory
    )


def _draw(view: View, place: Place, layer: Layer, word: Word, lit: float, inked: float) -> Rect | None:
    """The card with its words; where it lies."""
    unit, screen = place.unit, place.rect
    inner = screen.w - 2 * (EDGE + PAD) * unit
    side = min(CODE * unit, 0.4 * screen.h) if word.url else 0.0
    left = _until(word.at, view.t) if word.kind == "countdown" else ""
    wide = figure.width(place, left, 150) if left else 0.0
    beside = max(side, wide) + (60 * unit if side or wide else 0.0)
    width = inner - beside - 40 * unit
    text = place.fit(word.text, SIZES, Rect(0, 0, width, 260 * unit), 620, leading=1.14)
    detail = place.set(word.detail, 58, 450, place.theme.quiet, width=width, lines=2) if word.detail else None
    if text is None or (word.detail and detail is None):
        return None
    gap = 26 * unit if detail is not None else 0.0
    high = text.height + gap + (detail.height if detail is not None else 0.0)
    tall = max(high, side, 150 * unit * place.type.cap) + 2 * PAD * unit
    card = Rect(screen.x + EDGE * unit, screen.bottom - EDGE * unit - tall, screen.w - 2 * EDGE * unit, tall)
    ground = mixed(rgb(place.theme.stage_inner), place.accent, 0.12)
    layer.rect(card, ground, 0.97 * lit, 34 * unit)
    layer.rect(Rect(card.x + 22 * unit, card.y + 34 * unit, 10 * unit, card.h - 68 * unit), place.accent, lit, 5 * unit)
    x, y = card.x + (PAD + 40) * unit, card.y + (card.h - high) / 2
    opacity = lit * inked
    layer.text(text, x, y + text.baseline, opacity)
    if detail is not None:
        layer.text(detail, x, y + text.height + gap + detail.baseline, opacity)
    right = card.right - PAD * unit
    if side:
        code.draw(layer, Rect(right - side, card.y + (card.h - side) / 2, side, side), word.url, opacity)
    elif left:
        middle = card.y + card.h / 2 + 150 * unit * place.type.cap / 2
        figure.draw(
            layer, place, f"left {word.at}", left, right - wide, middle, 150, view.t, place.theme.accent, opacity
        )
    return card


def _until(at: int, t: float) -> str:
    """The time left as people read it from afar: 1:05:00, 12:34, 0:07; "now" for a minute after it, then nothing."""
    seconds = -(-(at - t) // 1000)
    if seconds <= 0:
        return "now" if seconds > -60 else ""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _edges(word: Word, t: float) -> float:
    """How far a word has come in, or gone out, at its beginning and its end."""
    coming = transition.smooth((t - word.since) / FADE_MS)
    return min(coming, transition.smooth((word.until - t) / FADE_MS)) if word.until else coming


def _turning(words: list[Word], t: float) -> float:
    """The opacity of what is written while one word gives way to the next."""
    if sum(lasts(word, t) for word in words) < 2:
        return 1.0
    passed = t % TURN_MS
    return min(transition.smooth(passed / FADE_MS), transition.smooth((TURN_MS - passed) / FADE_MS))


def make_room(layers: Iterable[Layer], card: Rect, lit: float) -> None:
    """Let the words under ``card`` fade as far as it is ``lit``."""
    under = transition.leaving(lit)
    for layer in layers:
        for text in layer.texts:
            box = text.box
            moved = Rect(box.x + layer.offset[0], box.y + layer.offset[1], box.w, box.h)
            if moved.overlaps(card):
                text.opacity *= under
