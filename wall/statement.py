"""A statement: a large figure, its word and its sentence under each other, and the shares of a whole as a bar."""

from __future__ import annotations

from typing import Final, NamedTuple

from stream.wire.geometry import Rect
from wall import figure
from wall.drawlist import Layer
from wall.palette import Colour, hexadecimal
from wall.panel import Place

SIZES: Final = (300, 260, 220, 180, 140, 110, 90)

Parts = tuple[tuple[float, Colour, str], ...]


class Statement(NamedTuple):
    """A figure, its word and its sentence; ``parts`` is a bar of (share, colour, sign)."""

    key: str
    value: str
    word: str
    sentence: str
    parts: Parts = ()


def draw(
    layer: Layer, place: Place, room: Rect, item: Statement, sizes: tuple[int, ...], small: tuple[int, int], t: float
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


def bar(layer: Layer, place: Place, rect: Rect, parts: Parts) -> None:
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
