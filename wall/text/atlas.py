"""The atlas: pictures of text on the GPU, on pages packed in shelves; the page unused for longest makes room."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Final

import moderngl
import numpy as np

from wall.text.typesetter import SHADOW_SCALE, Block, Pixels, Style

PAGE: Final = 2048
LIMIT_MB: Final = 384
"""With the frame of a large wall all pictures stay under 512 MB."""
Key = tuple[str, Style, float]


@dataclass(slots=True)
class Spot:
    """Where a picture lies: its page, pixels (x, y, w, h) on it, pixels a canvas pixel, and its shadow's spot.

    ``left`` and ``top`` are the canvas pixels that were cut off because nothing is on them.
    """

    page: int
    x: int
    y: int
    w: int
    h: int
    scale: float
    left: float
    top: float
    shadow: Spot | None = None

    @property
    def part(self) -> tuple[float, float, float, float]:
        """Its corners on the page, in 0 … 1."""
        return self.x / PAGE, self.y / PAGE, (self.x + self.w) / PAGE, (self.y + self.h) / PAGE


@dataclass(slots=True)
class Page:
    texture: moderngl.Texture
    used: int = 0
    shelves: list[list[int]] = field(default_factory=list)
    """[top, height, next free x] of each."""
    keys: set[Key] = field(default_factory=set)


class Atlas:
    """Pictures of blocks at a scale. ``frame`` counts up; pages drawn from in this frame are never cleared."""

    def __init__(self, ctx: moderngl.Context, limit_mb: int = LIMIT_MB) -> None:
        self._ctx = ctx
        self._most = max(1, limit_mb * 2**20 // (PAGE * PAGE * 4))
        self._spots: dict[Key, Spot] = {}
        self.pages: list[Page] = []
        self._frame = 0
        self._left_ms = math.inf

    @property
    def bytes(self) -> int:
        """Video memory of its pages."""
        return len(self.pages) * PAGE * PAGE * 4

    def begin(self, budget_ms: float) -> None:
        """A new frame with this much time for new pictures."""
        self._frame += 1
        self._left_ms = budget_ms

    def spot(self, block: Block, scale: float) -> Spot | None:
        """Where the picture of ``block`` is; None when this frame has no time, or the atlas no room, for it."""
        scale = min(
            scale, (PAGE - 2) / (block.width + 2 * block.pad + 2), (PAGE - 2) / (block.height + 2 * block.pad + 2)
        )
        key = (*block.key, round(scale, 4))
        spot = self._spots.get(key)
        if spot is None:
            if self._left_ms <= 0.0:
                return None
            start = time.perf_counter()
            spot = self._drawn(key, block, scale)
            self._left_ms -= (time.perf_counter() - start) * 1000.0
            if spot is None:
                return None
        self.pages[spot.page].used = self._frame
        if spot.shadow is not None:
            self.pages[spot.shadow.page].used = self._frame
        return spot

    def image(self, name: str, pixels: Pixels) -> Spot | None:
        """Where a picture is; None when the atlas has no room for it."""
        key: Key = (name, Style(0.0), 0.0)
        spot = self._spots.get(key)
        if spot is None:
            spot = self._put(key, pixels, 1.0, trim=False)
            if spot is None:
                return None
            self._spots[key] = spot
        self.pages[spot.page].used = self._frame
        return spot

    def _drawn(self, key: Key, block: Block, scale: float) -> Spot | None:
        spot = self._put(key, block.picture(scale), scale)
        if spot is None:
            return None
        if block.style.shadow:
            self.pages[spot.page].used = self._frame
            spot.shadow = self._put(key, block.shadow(scale), scale * SHADOW_SCALE)
        self._spots[key] = spot
        return spot

    def _put(self, key: Key, pixels: Pixels, scale: float, *, trim: bool = True) -> Spot | None:
        pixels, left, top = _trimmed(pixels) if trim else (pixels, 0, 0)
        height, width = pixels.shape[:2]
        found = self._room(width + 2, height + 2)
        if found is None:
            return None
        index, (x, y) = found
        page = self.pages[index]
        # A smooth edge reads half a pixel beyond itself, where video memory holds whatever was there before.
        bordered = np.pad(pixels, ((1, 1), (1, 1), (0, 0)))
        page.texture.write(bordered, (x, y, width + 2, height + 2))
        page.keys.add(key)
        return Spot(index, x + 1, y + 1, width, height, scale, left / scale, top / scale)

    def _room(self, width: int, height: int) -> tuple[int, tuple[int, int]] | None:
        """A page and a place on it, on a cleared or new page where the others are full."""
        for index, page in enumerate(self.pages):
            place = _place(page, width, height)
            if place is not None:
                return index, place
        fresh = self._fresh_page()
        if fresh is None:
            return None
        place = _place(self.pages[fresh], width, height)
        return None if place is None else (fresh, place)

    def _fresh_page(self) -> int | None:
        if len(self.pages) < self._most:
            texture = self._ctx.texture((PAGE, PAGE), 4)
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
            self.pages.append(Page(texture))
            return len(self.pages) - 1
        index = min(range(len(self.pages)), key=lambda i: self.pages[i].used)
        page = self.pages[index]
        if page.used == self._frame:
            return None
        for key in page.keys:
            self._spots.pop(key, None)
        page.keys.clear()
        page.shelves.clear()
        return index


def _trimmed(pixels: Pixels) -> tuple[Pixels, int, int]:
    """Without the empty rows and columns around the ink, and how many were cut at the left and the top."""
    ink = pixels[:, :, 3] > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1, 4), np.uint8), 0, 0
    top, left = int(rows[0]), int(columns[0])
    return np.ascontiguousarray(pixels[top : rows[-1] + 1, left : columns[-1] + 1]), left, top


def _place(page: Page, width: int, height: int) -> tuple[int, int] | None:
    """Room on the shelf that wastes least, or on a new one."""
    best: list[int] | None = None
    for shelf in page.shelves:
        fits = shelf[1] >= height and shelf[2] + width <= PAGE and shelf[1] <= height * 1.4 + 8
        if fits and (best is None or shelf[1] < best[1]):
            best = shelf
    if best is None:
        top = sum(shelf[1] for shelf in page.shelves)
        if top + height > PAGE or width > PAGE:
            return None
        best = [top, height, 0]
        page.shelves.append(best)
    x = best[2]
    best[2] += width
    return x, best[0]
