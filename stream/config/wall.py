"""The wall as it hangs: screens, frames, how each is turned, and when it shines."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from stream.wire.geometry import Gaps, Grid

Positive = Annotated[float, Meta(gt=0)]
Width = Annotated[float, Meta(ge=0)]
Turn = Literal[0, 90, 180, 270]
MOST_PIXELS: Final = 64_000
"""Of a canvas's side: more is a mistake in the pitch."""


class Bezel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Width of a screen's frame at each edge, in millimetres, before it is turned."""

    left: Width = 11.34
    right: Width = 11.34
    top: Width = 11.34
    bottom: Width = 11.34

    def turned(self, degrees: int) -> Bezel:
        """The frame of a screen that hangs turned clockwise: a quarter brings the upper edge to the right."""
        edges = (self.top, self.right, self.bottom, self.left)
        quarters = degrees // 90 % 4
        top, right, bottom, left = edges[-quarters:] + edges[:-quarters] if quarters else edges
        return Bezel(left=left, right=right, top=top, bottom=bottom)


class ScreenConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is different about one screen."""

    rotate: Turn | None = None
    bezel_mm: Bezel | None = None


class WallConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The screens as they hang; ``layouts`` is the folder of layout files, ``layout`` the one that is on air by default.

    ``width`` and ``height`` are those of a screen as it hangs, ``rotate`` by how many degrees it was turned clockwise for it.
    """

    columns: Annotated[int, Meta(ge=1, le=8)] = 3
    rows: Annotated[int, Meta(ge=1, le=4)] = 2
    width: Annotated[int, Meta(ge=320, le=7680)] = 1920
    height: Annotated[int, Meta(ge=240, le=7680)] = 1080
    rotate: Turn = 0
    pitch_mm: Positive = 0.63
    distance_m: Positive = 5.0
    bezel_mm: Bezel = Bezel()
    screens: dict[str, ScreenConfig] = {}
    layouts: str = ""
    layout: str = "pulse"

    @property
    def grid(self) -> Grid:
        """The geometry that the hub's hello tells the walls."""
        turns = tuple(self._turn(n) for n in range(1, self.columns * self.rows + 1))
        frames = [self._frame(n) for n in range(1, self.columns * self.rows + 1)]
        columns = [frames[c :: self.columns] for c in range(self.columns)]
        rows = [frames[r * self.columns : (r + 1) * self.columns] for r in range(self.rows)]
        return Grid(
            columns=self.columns,
            rows=self.rows,
            width=self.width,
            height=self.height,
            gap_x=self._gaps([(max(a.right + b.left for a, b in zip(*two, strict=True))) for two in pairwise(columns)]),
            gap_y=self._gaps([(max(a.bottom + b.top for a, b in zip(*two, strict=True))) for two in pairwise(rows)]),
            pitch_mm=self.pitch_mm,
            distance_m=self.distance_m,
            turns=turns if any(turns) else (),
        )

    def faults(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """What the types cannot say: the path of a key, and a sentence."""
        count = self.columns * self.rows
        for name in self.screens:
            if not name.isdecimal() or not 1 <= int(name) <= count:
                yield ("screens", name), f"there is no screen {name!r}; the wall has 1 to {count}"
        canvas = self.grid.canvas
        if max(canvas.w, canvas.h) > MOST_PIXELS:
            yield (
                ("bezel_mm",),
                f"frames this wide at a pitch of {self.pitch_mm} mm make a wall of {canvas.w:,.0f} pixels",
            )

    def _turn(self, number: int) -> int:
        own = self.screens.get(str(number), ScreenConfig()).rotate
        return self.rotate if own is None else own

    def _frame(self, number: int) -> Bezel:
        own = self.screens.get(str(number), ScreenConfig()).bezel_mm
        return (own or self.bezel_mm).turned(self._turn(number))

    def _gaps(self, between_mm: list[float]) -> Gaps:
        """Pixels between neighbours: one number where all are alike."""
        pixels = tuple(round(mm / self.pitch_mm) for mm in between_mm)
        return pixels[0] if pixels and len(set(pixels)) == 1 else pixels or 0
