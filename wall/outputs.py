"""Which part of the canvas a process shows, and where each screen's picture goes: pure geometry.

The canvas includes the bezels. A picture for eyes (one window, a JPEG) keeps them as black strips; pixels for real screens
(a window that spans outputs, a shot) leave them out, and the screens join. Only outputs are turned as their screens hang.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from stream.wire.geometry import Grid, Rect


class NotScreens(ValueError):
    """What was typed as ``--screens`` names no screens of this wall; the message says which there are."""


def parse_screens(text: str | Sequence[int] | None, grid: Grid) -> tuple[int, ...]:
    """The screens named by ``1-6``, ``3`` or ``1,2,4``; None is all. Raises ``NotScreens``."""
    everything = tuple(range(1, grid.count + 1))
    if text is None:
        return everything
    if not isinstance(text, str):
        numbers = {int(n) for n in text}
    else:
        numbers = set()
        for part in text.split(","):
            match = re.fullmatch(r"\s*(\d+)(?:\s*-\s*(\d+))?\s*", part)
            if match is None:
                raise NotScreens(f"{text!r} names no screens; write them like 1-6, 3 or 1,2")
            first = int(match[1])
            numbers |= set(range(first, int(match[2] or first) + 1)) or {0}
    if not numbers or not numbers <= set(everything):
        raise NotScreens(f"{text!r} names screens that this wall does not have; it has 1 to {grid.count}")
    return tuple(sorted(numbers))


def spelled(screens: Sequence[int]) -> str:
    """``1-6``, ``3`` or ``1,2,4``, as ``parse_screens`` reads them."""
    if len(screens) > 1 and list(screens) == list(range(screens[0], screens[-1] + 1)):
        return f"{screens[0]}-{screens[-1]}"
    return ",".join(map(str, screens))


class Output(NamedTuple):
    """A screen's picture on its output: where it is on the canvas, where on the desk, and the screen's turn in degrees."""

    canvas: Rect
    place: Rect
    turn: int


class Part(msgspec.Struct, frozen=True):
    """Some screens of a wall, and the rectangle of the canvas around them."""

    grid: Grid
    screens: tuple[int, ...]

    @property
    def viewport(self) -> Rect:
        return self.grid.span(self.screens)

    @property
    def _first(self) -> tuple[int, int]:
        """Column and row at which the joined picture begins."""
        places = [divmod(n - 1, self.grid.columns) for n in self.screens]
        return min(c for _, c in places), min(r for r, _ in places)

    @property
    def shape(self) -> tuple[int, int]:
        """Columns and rows of the part."""
        places = [divmod(n - 1, self.grid.columns) for n in self.screens]
        column, row = self._first
        return max(c for _, c in places) - column + 1, max(r for r, _ in places) - row + 1

    @property
    def joined(self) -> tuple[int, int]:
        """Width and height in pixels of the screens without the bezels between them."""
        columns, rows = self.shape
        return columns * self.grid.width, rows * self.grid.height

    def joins(self) -> list[tuple[Rect, Rect]]:
        """For each screen its rectangle on the canvas and that in the joined picture."""
        column, row = self._first
        pairs = []
        for number in self.screens:
            r, c = divmod(number - 1, self.grid.columns)
            x, y = (c - column) * self.grid.width, (r - row) * self.grid.height
            pairs.append((self.grid.screen(number), Rect(x, y, self.grid.width, self.grid.height)))
        return pairs

    @property
    def desk(self) -> tuple[int, int] | None:
        """Pixels of the outputs side by side as their screens hang; None when some hang upright and others lie."""
        quarters = {self.grid.turn(n) % 180 for n in self.screens}
        if len(quarters) > 1:
            return None
        columns, rows = self.shape
        w, h = self._output(self.screens[0])
        return columns * w, rows * h

    def outputs(self) -> list[Output]:
        """For each screen its rectangle on the canvas, that on the ``desk``, and how its picture is turned back."""
        column, row = self._first
        found = []
        for number in self.screens:
            r, c = divmod(number - 1, self.grid.columns)
            w, h = self._output(number)
            found.append(
                Output(self.grid.screen(number), Rect((c - column) * w, (r - row) * h, w, h), self.grid.turn(number))
            )
        return found

    def _output(self, number: int) -> tuple[int, int]:
        w, h = self.grid.width, self.grid.height
        return (h, w) if self.grid.turn(number) % 180 else (w, h)

    def dark(self) -> list[Rect]:
        """Rectangles of the viewport in which nothing is shown: bezels, and screens of other processes."""
        around = self.viewport
        upright, level = self.grid.gaps(around)
        strips = [Rect(start, around.y, end - start, around.h) for start, end in upright if end > start]
        strips += [Rect(around.x, start, around.w, end - start) for start, end in level if end > start]
        inside = [n for n in range(1, self.grid.count + 1) if around.contains(self.grid.screen(n))]
        return strips + [self.grid.screen(n) for n in inside if n not in self.screens]


def fitted(size: tuple[float, float], room: tuple[int, int]) -> tuple[int, int, int, int]:
    """The largest place (x, y, width, height) in ``room`` pixels with the proportions of ``size``."""
    scale = min(room[0] / size[0], room[1] / size[1])
    w, h = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return (room[0] - w) // 2, (room[1] - h) // 2, w, h


def pixels(rect: Rect, viewport: Rect, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The pixels (x0, y0, x1, y1) of ``rect`` in a picture of ``viewport`` of ``size`` pixels, y down."""
    sx, sy = size[0] / viewport.w, size[1] / viewport.h
    return (
        round((rect.x - viewport.x) * sx),
        round((rect.y - viewport.y) * sy),
        round((rect.right - viewport.x) * sx),
        round((rect.bottom - viewport.y) * sy),
    )


def spans_outputs(part: Part, desktops: Sequence[tuple[int, int]]) -> bool:
    """Whether the displays are the screens themselves: one desktop of all their pixels, or one output a screen."""
    if len(part.screens) < 2 or part.desk is None:
        return False
    one = len(desktops) == 1 and tuple(desktops[0]) == part.desk
    first = part.outputs()[0].place
    each = len(desktops) == len(part.screens) and set(desktops) == {(round(first.w), round(first.h))}
    return one or each
