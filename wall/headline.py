"""What stands above a panel: the layout's title on the first one, a few words on the others, and how live it is."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo

import numpy as np

from stream.wire.geometry import Rect
from stream.wire.lookback import Back
from wall import logo
from wall.drawlist import Floats, Layer, ribbon
from wall.palette import Colour, hexadecimal, inked, mixed, rgb
from wall.panel import MARGIN, Place
from wall.text.typesetter import ELLIPSIS
from wall.view import View

ATTENTION: Final = "#FFB02E"
OLD_S: Final = 20.0
"""Data older than this is said to be so."""


Sign = tuple[Literal["line", "ring"], str, Colour]
"""Part of a legend: how it is drawn, what it means, its colour."""


def draw_head(view: View, place: Place, layer: Layer, legend: tuple[Sign, ...] = ()) -> None:
    room = place.screens[0].inset(MARGIN * min(1.0, place.screens[0].w / 1280))
    if place.titled:
        _title(view, place, layer, room, legend)
    elif place.panel.caption:
        block = place.set(place.panel.caption, 56, 500, place.theme.quiet, width=room.w)
        if block is not None:
            layer.text(block, room.x, room.y + block.cap)
            _legend(place, layer, legend, room.x + block.width, room.y + block.cap, room.right)


def _title(view: View, place: Place, layer: Layer, room: Rect, legend: tuple[Sign, ...]) -> None:
    title = place.fit(place.layout.title, (92.0, 78.0, 66.0, 55.0), Rect(room.x, room.y, room.w, 0.0), 650)
    if title is None:
        return
    y = room.y + title.cap
    layer.text(title, room.x, y)
    beside = room.x + title.width + 80.0 * place.unit
    logo.draw(view, layer, Rect(beside, y - 1.2 * title.cap, room.right - beside, 1.4 * title.cap), 1.0)
    x, y = room.x, y + 92.0 * place.unit
    for words, colour in _marks(view):
        x = _mark(place, layer, words, colour, x, y)
    subtitle = place.layout.subtitle or place.panel.caption
    if subtitle and x < room.right - 200:
        block = place.set(_filled(subtitle, view), 56, 400, place.theme.quiet, width=room.right - x)
        if block is not None and not block.text.endswith(ELLIPSIS):
            layer.text(block, x, y)
            x += block.width
    _legend(place, layer, legend, x, y, room.right)


def _legend(place: Place, layer: Layer, legend: tuple[Sign, ...], x: float, y: float, right: float) -> None:
    """What the signs in the picture mean, as far as there is room on the line."""
    unit = place.unit
    x += 64 * unit
    for kind, words, light in legend:
        colour = inked(light, place.theme)
        block = place.set(words, 56, 400, place.theme.quiet)
        wide = (76 if kind == "line" else 40) * unit
        if block is None or x + wide + 22 * unit + block.width > right:
            return
        middle = y - block.cap / 2
        if kind == "line":
            layer.ribbons.append(_stroke(x, x + wide, middle, colour))
        else:
            layer.rings.append(np.array([[x + wide / 2, middle, 17.0 * unit, 4.0, *colour, 0.95]], np.float32))
        layer.text(block, x + wide + 22 * unit, y)
        x += wide + 22 * unit + block.width + 52 * unit


@lru_cache(maxsize=64)
def _stroke(x: float, end: float, y: float, colour: Colour) -> Floats:
    return ribbon(np.array([[x, y], [end, y]], np.float32), 4.0, colour, 0.9)


def _mark(place: Place, layer: Layer, words: str, colour: str, x: float, y: float) -> float:
    """A small light and a word; returns where the next thing may stand."""
    light = inked(rgb(colour), place.theme)
    block = place.set(words, 56, 500, hexadecimal(mixed(light, place.quiet, 0.4)))
    if block is None:
        return x
    layer.disc(x + 11.0, y - block.cap / 2, 9.0, light)
    layer.text(block, x + 38.0, y)
    return x + 38.0 + block.width + 44.0


def _marks(view: View) -> list[tuple[str, str]]:
    marks = []
    if view.hello.mode != "live" and view.hello.mode_label:
        marks.append((view.hello.mode_label, ATTENTION))
    if (back := view.on_air.back) is not None:
        marks.append((earlier(back, view.t, view.hello.event.timezone), ATTENTION))
    age = view.figures.data_age_s if view.figures is not None else 0.0
    if view.silent_s >= 3.0:
        age += view.silent_s
    if age >= OLD_S:
        marks.append((f"last heard {ago(age)}", view.hello.theme.quiet))
    return marks


def ago(seconds: float) -> str:
    if seconds < 90:
        return f"{round(seconds)} s ago"
    if seconds < 5400:
        return f"{round(seconds / 60)} min ago"
    return f"{round(seconds / 3600)} h ago"


def earlier(back: Back, hub_ms: float, timezone: str) -> str:
    """Which moment the wall shows while it looks back: "An hour ago, 19:36"."""
    shown = back.shown(hub_ms)
    minutes = round((back.until - shown) / 60_000)
    if minutes < 1:
        return "A moment ago"
    hours = round(minutes / 60)
    many = {1: "A minute", 60: "An hour"}.get(minutes, f"{minutes} minutes" if minutes < 90 else f"{hours} hours")
    at = datetime.fromtimestamp(shown / 1000, UTC).astimezone(ZoneInfo(timezone) if timezone else None)
    return f"{many} ago, {at:%H:%M}"


def span(seconds: float) -> str:
    """A window in words: "30 minutes", "hour", "6 hours"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return f"{round(seconds)} seconds"
    if minutes == 1:
        return "minute"
    if minutes < 120:
        return "hour" if minutes == 60 else f"{minutes} minutes"
    return f"{round(minutes / 60)} hours"


def _filled(text: str, view: View) -> str:
    """``{topics} {people} {window}`` in a subtitle, with the figures of now."""
    if "{" not in text:
        return text
    totals = {name: f"{state.total:,}" for name, state in view.graphs.items()}
    window = span(view.figures.window_s) if view.figures is not None else "moments"
    values = {"topics": totals.get("topics", "no"), "people": totals.get("people", "no"), "window": window}
    for name, one in (("topics", "1 topic"), ("people", "1 person")):
        if values[name] == "1":
            text = text.replace("{" + name + "} " + name, one)
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text
