"""Whether a draw list can be read: texts on each other, under a bezel, cut by their panel, too small, or with lost letters."""

from __future__ import annotations

from itertools import combinations
from typing import Final

from stream.wire.geometry import Grid, Rect
from wall.drawlist import DrawList, Layer, Text
from wall.panel import DENSE
from wall.text.clusters import needs_room

SEEN: Final = 0.3
"""Texts fainter than this are on their way in or out, and compete with nobody."""
TOLERANCE: Final = 0.985
"""Of the smallest size: rounding of pixels."""
TOUCH: Final = 2.0


def faults(drawlist: DrawList, grid: Grid) -> list[str]:
    """Everything that a reader would stumble over, in words; empty when the picture is legible."""
    seen = [(layer, text) for layer, text in drawlist.texts() if text.opacity * layer.opacity >= SEEN]
    found = [_overlap(a, b) for a, b in combinations(seen, 2)]
    for layer, text in seen:
        found += [_bezel(layer, text, grid), _cut(layer, text), _size(text, grid)]
    if drawlist.missing_glyphs:
        found.append(f"{drawlist.missing_glyphs} clusters that no font has")
    return [fault for fault in found if fault]


def cut_shapes(drawlist: DrawList, grid: Grid) -> list[str]:
    """Discs with a face or a monogram, bars and codes that are not wholly on one screen."""
    found = []
    screens = [grid.screen(n) for n in range(1, grid.count + 1)]
    for layer in drawlist.layers:
        for x, y, w, h, *_, alpha in layer.shapes:
            box = Rect(x + layer.offset[0], y + layer.offset[1], w, h)
            if alpha * layer.opacity >= SEEN and not any(screen.contains(box) for screen in screens):
                found.append(f"a shape at {x:.0f}, {y:.0f} is not wholly on one screen")
    return found


def smallest_cap(drawlist: DrawList) -> float:
    """The height of capitals of the smallest text, in pixels; infinite without text."""
    return min((text.block.cap for _, text in drawlist.texts()), default=float("inf"))


def _overlap(a: tuple[Layer, Text], b: tuple[Layer, Text]) -> str:
    if a[1].window is not None or b[1].window is not None:
        return ""
    if _box(*a).inset(TOUCH).overlaps(_box(*b).inset(TOUCH)):
        return f"{a[1].block.text!r} lies on {b[1].block.text!r}"
    return ""


def _bezel(layer: Layer, text: Text, grid: Grid) -> str:
    box = _box(layer, text)
    if any(grid.screen(n).contains(box) for n in range(1, grid.count + 1)):
        return ""
    return f"{text.block.text!r} is not wholly on one screen"


def _cut(layer: Layer, text: Text) -> str:
    return "" if layer.clip.contains(_box(layer, text)) else f"{text.block.text!r} is cut by its panel"


def _size(text: Text, grid: Grid) -> str:
    return f"{text.block.text!r} is too small: capitals of {text.block.cap:.1f} px" if too_small(text, grid) else ""


def too_small(text: Text, grid: Grid) -> bool:
    """Whether its capitals, or what stands for them in its script, are lower than the distance asks for."""
    dense = DENSE if needs_room(text.block.text) else 1.0
    return text.block.cap < grid.smallest_cap_px * dense * TOLERANCE


def _box(layer: Layer, text: Text) -> Rect:
    box = text.box
    return Rect(box.x + layer.offset[0], box.y + layer.offset[1], box.w, box.h)
