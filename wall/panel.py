"""A panel as a visual sees it: where it lies, what stands above it, its theme, its type, and what it remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from stream.wire.geometry import Grid, Rect
from stream.wire.messages import Layout, Panel, Theme
from wall.palette import Colour, rgb
from wall.stage import StageBuilder
from wall.text.clusters import needs_room
from wall.text.typesetter import Align, Block, Style, Typesetter

SMALLEST: Final = 55.0
"""Type size in pixels whose capitals are readable from five metres on screens of 0.63 mm pitch."""
DENSE: Final = 1.15
"""How much larger Arabic and Thai must be to be read as far."""
REFERENCE_CAP: Final = 39.68
MARGIN: Final = 96.0
TITLE_ROOM: Final = 226.0
CAPTION_ROOM: Final = 120.0


@dataclass(slots=True)
class Place:
    """``unit`` scales type for other pitches and distances: 1 at five metres and 0.63 mm. Rectangles are canvas pixels."""

    grid: Grid
    layout: Layout
    index: int
    panel: Panel
    rect: Rect
    theme: Theme
    type: Typesetter
    stage: StageBuilder
    words: float
    opacity: float
    memory: dict[str, Any] = field(default_factory=dict)
    _screens: list[Rect] = field(default_factory=list, init=False)

    @property
    def unit(self) -> float:
        return max(0.25, self.grid.smallest_cap_px / REFERENCE_CAP)

    @property
    def titled(self) -> bool:
        """Whether the layout's title stands on this panel."""
        return self.index == 0 and bool(self.layout.title)

    @property
    def head(self) -> float:
        """Height of title or caption below the top margin."""
        if self.titled:
            return TITLE_ROOM * max(1.0, self.unit)
        return CAPTION_ROOM * self.unit if self.panel.caption else 0.0

    @property
    def screens(self) -> list[Rect]:
        """The panel's screens, in the order of their numbers."""
        if not self._screens:
            self._screens = [self.grid.screen(n) for n in sorted(self.panel.screens)]
        return self._screens

    def body(self, screen: Rect) -> Rect:
        """What a visual may fill of ``screen``: its margins left free, and the head where the screen lies in the top left."""
        room = screen.inset(MARGIN * min(1.0, screen.w / 1280))
        head = self.head if screen.x == self.rect.x and screen.y == self.rect.y else 0.0
        return Rect(room.x, room.y + head, room.w, max(0.0, room.h - head))

    def set(self, text: str, size: float, weight: int = 400, colour: str = "", **style: Any) -> Block | None:
        """``text`` set at ``size`` units (never under the smallest readable size)."""
        least = SMALLEST * DENSE if needs_room(text) else SMALLEST
        pixels = max(least, size) * self.unit
        return self.type.set(text, Style(round(pixels, 1), weight, colour or self.theme.ink, **style))

    def line(
        self, text: str, size: float, room: float, weight: int = 400, colour: str = "", **style: Any
    ) -> Block | None:
        """One line ``text`` that begins where it is placed, whatever its own direction, cut where it is wider than ``room``."""
        block = self.set(text, size, weight, colour, **style)
        if block is not None and block.width > room:
            return self.set(text, size, weight, colour, width=room, **style)
        return block

    def fit(self, text: str, sizes: tuple[float, ...], room: Rect, weight: int = 400, colour: str = "", leading: float = 1.28,
            align: Align = "left", lang: str = "") -> Block | None:  # fmt: skip
        """``text`` at the greatest of ``sizes`` units whose lines fit into ``room``, cut with an ellipsis at the last."""
        least = SMALLEST * DENSE if needs_room(text) else SMALLEST
        pixels = tuple(round(max(least, size) * self.unit, 1) for size in sizes)
        style = Style(pixels[0], weight, colour or self.theme.ink, room.w, 1, leading, align, lang)
        return self.type.fit(text, style, pixels, room.h)

    @property
    def accent(self) -> Colour:
        return rgb(self.theme.accent)

    @property
    def ink(self) -> Colour:
        return rgb(self.theme.ink)

    @property
    def quiet(self) -> Colour:
        return rgb(self.theme.quiet)

    @property
    def glare(self) -> Colour:
        """What a colour is mixed with to stand out more: white, on a light stage ink."""
        return rgb(self.theme.ink) if self.theme.light else (1.0, 1.0, 1.0)
