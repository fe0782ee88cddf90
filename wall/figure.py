"""A large figure whose digits roll to a new value, and the words that make figures plain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from stream.wire.geometry import Rect
from wall import transition
from wall.drawlist import Layer
from wall.panel import Place
from wall.text.typesetter import Block

ROLL_MS: Final = 1100.0
WEIGHT: Final = 650
KEPT: Final = 60
"""Figures that a panel remembers, more than it shows at a time: those of stories and topics that are gone leave."""


@dataclass(slots=True)
class _Wheel:
    before: str
    now: str
    since: float
    up: bool


def width(place: Place, text: str, size: float) -> float:
    """How wide ``draw`` sets ``text``."""
    return sum(_advance(place, char, size) for char in text)


def draw(
    layer: Layer, place: Place, key: str, text: str, x: float, y: float, size: float, t: float, colour: str = "",
    opacity: float = 1.0,
) -> float:  # fmt: skip
    """A figure with its left at ``x`` and its baseline at ``y``; returns its right end.

    When its text changed, its digits roll from the old to the new ones: up when it grew.
    """
    wheels: dict[str, _Wheel] = place.memory.setdefault("wheels", {})
    wheel = wheels.pop(key, None)
    if wheel is None:
        wheel = _Wheel(text, text, t - ROLL_MS, True)
    elif wheel.now != text:
        wheel = _Wheel(wheel.now, text, t, _value(text) >= _value(wheel.now))
    wheels[key] = wheel  # the last one drawn is the last to leave
    if len(wheels) > KEPT:
        del wheels[next(iter(wheels))]
    share = transition.smooth((t - wheel.since) / ROLL_MS)
    old = wheel.before.rjust(len(text))[-len(text) :]
    for before, char in zip(old, text, strict=True):
        advance = _advance(place, char, size)
        if char.isdigit() and before.isdigit() and before != char and share < 1.0:
            _roll(layer, place, (before, char), (x, y), size, share, wheel.up, colour, opacity)
        else:
            block = _glyph(place, char, size, colour)
            fade = 1.0 if before == char else share
            layer.text(block, x, y, fade * opacity)
        x += advance
    return x


def _roll(layer: Layer, place: Place, digits: tuple[str, str], at: tuple[float, float], size: float, share: float, up: bool,
          colour: str, opacity: float) -> None:  # fmt: skip
    steps = (int(digits[1]) - int(digits[0])) % 10 if up else -((int(digits[0]) - int(digits[1])) % 10)
    turned = steps * share
    whole = int(turned // 1)
    part = turned - whole
    for ahead in (0, 1):
        digit = (int(digits[0]) + whole + ahead) % 10
        block = _glyph(place, str(digit), size, colour)
        if block is None:
            continue
        pitch = block.cap * 1.35
        y = at[1] + (ahead - part) * pitch
        window = Rect(at[0] - block.pad, at[1] - block.cap * 1.16, block.width + 2 * block.pad, block.cap * 1.32)
        layer.text(block, at[0], y, opacity * (1.0 - abs(ahead - part) * 0.8), window=window)


def _glyph(place: Place, char: str, size: float, colour: str) -> Block | None:
    return place.set(char, size, WEIGHT, colour, leading=1.0)


def _advance(place: Place, char: str, size: float) -> float:
    if char in " \u00a0\u202f":
        return size * place.unit * 0.13
    block = _glyph(place, char, size, "")
    return block.width if block is not None else 0.6 * size * place.unit


def _value(text: str) -> int:
    digits = "".join(c for c in text if c.isdigit())
    return int(digits) if digits else 0


_PARTS: Final = (
    (0.03, "hardly any"), (0.07, "one in twenty"), (0.115, "one in ten"), (0.155, "one in seven"), (0.185, "one in six"),
    (0.225, "one in five"), (0.29, "one in four"), (0.365, "one in three"), (0.45, "two in five"), (0.55, "every other"),
    (0.63, "three in five"), (0.71, "two in three"), (0.78, "three in four"), (0.9, "most"), (2.0, "nearly all"),
)  # fmt: skip


def part(share: float) -> str:
    """A share as people say it: 0.21 is "one in five"."""
    return next(words for limit, words in _PARTS if share < limit)


def change(factor: float | None, before: str) -> str:
    """A change against the span before (1.0 is twice as many) as people say it."""
    if factor is None:
        return ""
    if factor > 2.5:
        return f"{factor + 1:.0f} times as many as {before}"
    if factor > 1.35:
        return f"more than twice as many as {before}"
    if factor > 0.75:
        return f"twice as many as {before}"
    if factor > 0.35:
        return f"half as many again as {before}"
    if factor > 0.08:
        return f"more than {before}"
    if factor > -0.08:
        return f"as many as {before}"
    if factor > -0.4:
        return f"fewer than {before}"
    return f"less than half as many as {before}" if factor < -0.55 else f"half as many as {before}"


def counted(count: int, one: str, many: str) -> str:
    """The word for ``count`` things."""
    return one if count == 1 else many


def rate(a_minute: float) -> tuple[str, str]:
    """Posts a minute as a figure and its words; a conversation that is nearly silent is counted by the hour."""
    if a_minute >= 0.95:
        count = round(a_minute)
        return f"{count:,}", counted(count, "post a minute", "posts a minute")
    count = round(a_minute * 60.0)
    return f"{count}", counted(count, "post an hour", "posts an hour")


def percent(share: float) -> str:
    return f"{round(share * 100)}\u202f%"
