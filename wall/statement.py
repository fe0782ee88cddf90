"""A statement: a large figure, its word and its sentence under each other, and the shares of a whole as a bar."""

from __future__ import annotations

from typing import Final, NamedTuple

from stream.wire.geometry import Rect
from wall import figure
from wall.drawlist import Layer
from wall.palette import Colour, hexadecimal
from wall.panel import SMALLEST, Place
from wall.text.typesetter import ELLIPSIS, Block

SIZES: Final = (300, 260, 220, 180, 140, 110, 90)

SMALL_WORD: Final = 72.0

Parts = tuple[tuple[float, Colour, str], ...]


class Statement(NamedTuple):
    """A figure, its word and its sentence; ``parts`` is a bar of (share, colour, sign)."""

    key: str
    value: str
    word: str
    sentence: str
    parts: Parts = ()


def draw(
    layer: Layer,
    place: Place,
    room: Rect,
    item: Statement,
    sizes: tuple[int, ...],
    small: tuple[float, float],
    t: float,
) -> float:
    """Figure, word and sentence under each other, the figure as large as the rest leaves it; returns the lower end.

    Where there is no room for all three, word and sentence are as small as they may be; then the sentence is left out.
    """
    unit, cap = place.unit, place.type.cap
    smaller = (min(small[0], SMALL_WORD), SMALLEST)
    y = room.y
    for (large, little), lines in ((small, 3), (smaller, 3), (smaller, 1), (smaller, 0)):
        word = _word(place, item.word, large, room.w)
        told = place.set(item.sentence, little, colour=place.theme.quiet, width=room.w, lines=lines) if lines else None
        if word is None or (lines == 1 and told is not None and told.text.endswith(ELLIPSIS)):
            continue
        more = (word.lines - 1) * word.style.leading * word.style.size
        under = word.cap + more + (40 * unit + told.height if told is not None else 0.0)
        fits = (s for s in sizes if figure.width(place, item.value, s) <= room.w)
        size = next((s for s in fits if (cap + 0.27) * s * unit + under <= room.h), 0)
        if not size and lines:
            continue
        size = size or sizes[-1]
        y = room.y + size * unit * cap
        figure.draw(layer, place, item.key, item.value, room.x - 0.02 * size, y, size, t)
        y += 0.27 * size * unit + word.cap
        layer.text(word, room.x, y)
        y += more
        if told is not None:
            layer.text(told, room.x, y + 30 * unit + told.baseline)
            y += 30 * unit + told.height
        break
    return y


def _word(place: Place, text: str, size: float, room: float) -> Block | None:
    """The word on one line, smaller where that saves it from being cut, else on two."""
    for smaller, lines in ((size, 1), (min(size, SMALL_WORD), 1), (min(size, SMALL_WORD), 2)):
        block = place.set(text, smaller, 620, width=room, lines=lines, leading=1.1)
        if block is None or not block.text.endswith(ELLIPSIS):
            break
    return block


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
