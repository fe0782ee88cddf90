"""Focus: what the wall turns to, a topic or a person: its name, how much it is spoken of, and its course."""

from __future__ import annotations

from typing import Final

from stream.wire.geometry import Rect
from stream.wire.messages import Focused, Graph
from wall import course, figure, headline, transition
from wall.drawlist import Layer
from wall.panel import Place
from wall.view import View
from wall.visuals import waiting

NAMES: Final = (230, 200, 176, 152, 132, 112, 96, 84)
MOOD: Final = 0.12
"""A mean mood beyond this is worth saying."""


class Focus:
    name = "focus"
    needs: frozenset[str] = frozenset({"focused"})
    seconds = 30.0
    graph: Graph | None = None

    def away(self, view: View) -> bool:
        return view.focused is None

    def draw(self, view: View, place: Place, layer: Layer) -> None:
        told = view.focused
        if told is None or not told.label or place.words <= 0.0:
            waiting.draw(view, place, layer, "Nothing is chosen now")
            return
        unit, body = place.unit, place.body(place.screens[0])
        place.stage.glow(body.x + body.w * 0.35, body.y + body.h * 0.3, 900, 520, place.accent, 0.2 * place.opacity)
        name = place.fit(told.label, NAMES, Rect(body.x, body.y, body.w, 0.4 * body.h), 700, leading=1.06)
        if name is None:
            return
        opacity = place.words * _come(place, told.key, view.t)
        layer.text(name, body.x, body.y + name.baseline, opacity)
        top = body.y + name.height + 60 * unit
        value, size = f"{told.weight:,}", 220.0
        y = top + size * unit * place.type.cap
        right = figure.draw(layer, place, f"focus {told.key}", value, body.x, y, size, view.t, opacity=opacity)
        x = right + 52 * unit
        word = place.set(_word(told), 72, 600, width=body.right - x)
        said = place.set(_said(told), 56, 450, place.theme.quiet, width=body.right - x)
        if word is not None and said is not None:
            layer.text(word, x, y - said.cap - 46 * unit, opacity)
            layer.text(said, x, y, opacity)
        if len(told.course) > 3 and body.bottom - y > 240 * unit:
            room = Rect(body.x, y + 80 * unit, body.w, body.bottom - y - 90 * unit)
            course.draw(layer, place, told.course, room, 6.0)


def _come(place: Place, key: int, t: float) -> float:
    """The opacity of the words about a node that the wall turned to not long ago from another one."""
    known: tuple[int, float] | None = place.memory.get("focus")
    if known is None or known[0] != key:
        known = place.memory["focus"] = (key, t - transition.DURATION_MS if known is None else t)
    return transition.smooth((t - known[1]) / transition.DURATION_MS)


def _word(told: Focused) -> str:
    if told.graph == "people":
        return figure.counted(told.weight, "exchange", "exchanges")
    return figure.counted(told.weight, "post", "posts")


def _said(told: Focused) -> str:
    """What else is known, in a few words."""
    if told.voices:
        return f"by {told.voices:,} {figure.counted(told.voices, 'voice', 'voices')}"
    if told.sentiment >= MOOD:
        return "in a glad mood"
    if told.sentiment <= -MOOD:
        return "in a critical mood"
    if told.graph == "people":
        return "with others here"
    return figure.change(told.change, "before") or headline.span(1800)


VISUAL = Focus()
