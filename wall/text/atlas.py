"""The atlas: pictures of text on the GPU, on pages packed in shelves.

Shelves from which nothing was drawn for a while make room for others before new ones are cut, and these before a page is added:
on software GL a page takes its whole memory at once, and old shelves between new ones leave gaps too low for tall text. So the
atlas is as large as what a wall shows at a time, not as what it ever showed; text that comes back is drawn again.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import moderngl
import numpy as np

from wall.text.typesetter import SHADOW_SCALE, Block, Pixels, Style

PAGE: Final = 2048
LIMIT_MB: Final = 384
"""With the frame of a large wall all pictures stay under 512 MB."""
STALE: Final = 48
"""Frames, 1 to 5 s, after which what was not drawn makes room: more than a switch of layouts lasts."""
Key = tuple[str, Style, float]
Drawn = defaultdict[float, dict[Block, "Spot"]]


@dataclass(slots=True, eq=False)
class Shelf:
    """A strip of a page, from ``top``, ``height`` high: the pictures on it end at ``end``; ``used`` in that frame."""

    top: int
    height: int
    end: int = 0
    used: int = 0
    keys: set[Key] = field(default_factory=set)


@dataclass(slots=True)
class Spot:
    """Where a picture lies: its page and shelf, pixels (x, y, w, h) there, pixels a canvas pixel, and its shadow's spot.

    ``left`` and ``top`` are the canvas pixels that were cut off because nothing is on them.
    """

    page: int
    shelf: Shelf
    x: int
    y: int
    w: int
    h: int
    scale: float
    left: float
    top: float
    shadow: Spot | None = None
    part: tuple[float, float, float, float] = field(init=False)
    """Its corners on the page, in 0 … 1."""
    seen: tuple[float, ...] = field(init=False)
    """Width and height in canvas pixels, then ``part``."""

    def __post_init__(self) -> None:
        self.part = (self.x / PAGE, self.y / PAGE, (self.x + self.w) / PAGE, (self.y + self.h) / PAGE)
        self.seen = (self.w / self.scale, self.h / self.scale, *self.part)


class Page(NamedTuple):
    """A texture, and the shelves that it is cut into, from its top to its bottom without a gap."""

    texture: moderngl.Texture
    shelves: list[Shelf]


class Atlas:
    """Pictures of blocks at a scale. What was drawn in this frame stays where it is until the next."""

    def __init__(self, ctx: moderngl.Context, limit_mb: int = LIMIT_MB) -> None:
        self._ctx = ctx
        self._most = max(1, limit_mb * 2**20 // (PAGE * PAGE * 4))
        self._spots: dict[Key, Spot] = {}
        self._drawn: Drawn = defaultdict(dict)
        self._drawn_before: Drawn = defaultdict(dict)
        """What was drawn in this frame and in the one before, by scale and by the block itself, which is found faster than its
        text."""
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
        self._drawn_before, self._drawn = self._drawn, defaultdict(dict)

    def spot(self, block: Block, scale: float) -> Spot | None:
        """Where the picture of ``block`` is; None when this frame has no time, or the atlas no room, for it."""
        spot = self._drawn_before[scale].get(block) or self._kept(block, scale)
        if spot is None:
            return None
        self._drawn[scale][block] = spot
        spot.shelf.used = self._frame
        if spot.shadow is not None:
            spot.shadow.shelf.used = self._frame
        return spot

    def _kept(self, block: Block, scale: float) -> Spot | None:
        """The picture of ``block`` that there is, or a new one."""
        scale = min(
            scale, (PAGE - 2) / (block.width + 2 * block.pad + 2), (PAGE - 2) / (block.height + 2 * block.pad + 2)
        )
        key = (*block.key, round(scale, 4))
        spot = self._spots.get(key)
        if spot is None and self._left_ms > 0.0:
            start = time.perf_counter()
            spot = self._new(key, block, scale)
            self._left_ms -= (time.perf_counter() - start) * 1000.0
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
        spot.shelf.used = self._frame
        return spot

    def _new(self, key: Key, block: Block, scale: float) -> Spot | None:
        spot = self._put(key, block.picture(scale), scale)
        if spot is None:
            return None
        if block.style.shadow:
            spot.shadow = self._put(key, block.shadow(scale), scale * SHADOW_SCALE)
        self._spots[key] = spot
        return spot

    def _put(self, key: Key, pixels: Pixels, scale: float, *, trim: bool = True) -> Spot | None:
        pixels, left, top = _trimmed(pixels) if trim else (pixels, 0, 0)
        height, width = pixels.shape[:2]
        found = self._room(width + 2, height + 2)
        if found is None:
            return None
        index, shelf = found
        x, y = shelf.end, shelf.top
        # A smooth edge reads half a pixel beyond itself, where video memory holds whatever was there before.
        bordered = np.pad(pixels, ((1, 1), (1, 1), (0, 0)))
        self.pages[index].texture.write(bordered, (x, y, width + 2, height + 2))
        shelf.end += width + 2
        shelf.used = self._frame
        shelf.keys.add(key)
        return Spot(index, shelf, x + 1, y + 1, width, height, scale, left / scale, top / scale)

    def _room(self, width: int, height: int) -> tuple[int, Shelf] | None:
        """A page and a shelf with room: one that there is, one that is stale, one of a new page, or of the oldest one."""
        if width > PAGE or height > PAGE:
            return None
        for make_room in (None, self._clear_stale, self._add_page, self._clear_oldest):
            if make_room is not None:
                make_room()
            for index, page in enumerate(self.pages):
                shelf = _place(page.shelves, width, height, cut=make_room is not None)
                if shelf is not None:
                    return index, shelf
        return None

    def _clear_stale(self) -> None:
        for page in self.pages:
            self._clear(page, self._frame - STALE)

    def _add_page(self) -> None:
        if len(self.pages) < self._most:
            texture = self._ctx.texture((PAGE, PAGE), 4)
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            texture.repeat_x = texture.repeat_y = False
            self.pages.append(Page(texture, [Shelf(0, PAGE)]))

    def _clear_oldest(self) -> None:
        """Of the page unused for longest what was not drawn in this frame."""

        def age(page: Page) -> tuple[int, int]:
            free = sum(shelf.height for shelf in page.shelves if shelf.used < self._frame)
            return max(shelf.used for shelf in page.shelves), -free

        self._clear(min(self.pages, key=age), self._frame)

    def _clear(self, page: Page, before: int) -> None:
        """Empty the shelves of a page that were last used before a frame; neighbours that are empty become one."""
        shelves: list[Shelf] = []
        for shelf in page.shelves:
            if shelf.used >= before:
                shelves.append(shelf)
                continue
            for key in shelf.keys:
                self._spots.pop(key, None)
            self._drawn_before.clear()
            if shelves and not shelves[-1].end:
                shelves[-1].height += shelf.height
            else:
                shelves.append(Shelf(shelf.top, shelf.height))
        page.shelves[:] = shelves


def _trimmed(pixels: Pixels) -> tuple[Pixels, int, int]:
    """Without the empty rows and columns around the ink, and how many were cut at the left and the top."""
    ink = pixels[:, :, 3] > 0
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return np.zeros((1, 1, 4), np.uint8), 0, 0
    top, left = int(rows[0]), int(columns[0])
    return np.ascontiguousarray(pixels[top : rows[-1] + 1, left : columns[-1] + 1]), left, top


def _place(shelves: list[Shelf], width: int, height: int, *, cut: bool) -> Shelf | None:
    """The lowest shelf with pictures that are hardly lower than it, else, to ``cut``, a new one of one that is empty."""
    fitting = [
        s for s in shelves if (s.end or cut) and height <= s.height <= height * 1.4 + 8 and s.end + width <= PAGE
    ]
    if fitting or not cut:
        return min(fitting, key=lambda shelf: shelf.height, default=None)
    empty = [shelf for shelf in shelves if not shelf.end and shelf.height >= height]
    if not empty:
        return None
    shelf = min(empty, key=lambda shelf: shelf.height)
    if shelf.height > height * 1.4 + 8:
        shelves.insert(shelves.index(shelf) + 1, Shelf(shelf.top + height, shelf.height - height))
        shelf.height = height
    return shelf
