"""The draw list: what a frame shows, as plain data between the visuals and the painter.

Big things are float32 arrays with one row an instance and named columns; all lengths are canvas pixels, colours are sRGB
values in 0 … 1. Light (curves, halos, rings) is blended by screen, which never clips, and on a light stage by its mirror image,
multiplication with the complement; shapes, ribbons and text lie over it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Rect
from wall.palette import Colour
from wall.text.typesetter import Block

Floats = npt.NDArray[np.float32]

CURVE: Final = (
    "x0",
    "y0",
    "x1",
    "y1",
    "width",
    "via_x",
    "via_y",
    "r0",
    "g0",
    "b0",
    "a0",
    "r1",
    "g1",
    "b1",
    "a1",
    "from",
    "to",
)
"""An edge or a comet: a quadratic curve from (x0, y0) to (x1, y1) whose control point lies ``via`` from the middle of its ends,
shown between the shares ``from`` and ``to`` of its way, with the first colour at ``from`` and the second at ``to``."""
HALO: Final = ("x", "y", "radius", "core", "r", "g", "b", "light")
"""A node: a wide soft halo of ``radius`` in its colour under a white ``core``."""
RING: Final = ("x", "y", "radius", "width", "r", "g", "b", "a")
SHAPE: Final = ("x", "y", "w", "h", "corner", "stroke", "r", "g", "b", "a")
"""A rectangle with round corners, filled, or outlined inwards where ``stroke`` is above 0."""
RIBBON: Final = ("x", "y", "side", "half", "r", "g", "b", "a")
"""A vertex of a triangle strip. ``side`` is -1 … 1 across a line of ``half`` width, or 0 inside an area."""

DESCENDING: Final = frozenset("gjpqyQ,;()[]{}@_|$/")
"""What reaches below the baseline, in ASCII."""

Role = Literal["still", "label"]


@dataclass(slots=True)
class Text:
    """A set block with the baseline of its first line at ``y``. ``x`` is its left edge, centre or right edge by its align."""

    block: Block
    x: float
    y: float
    opacity: float = 1.0
    role: Role = "still"
    window: Rect | None = None
    """What of it is seen: the window through which a figure rolls."""

    @property
    def left(self) -> float:
        return self.x + self.block.shift

    @property
    def box(self) -> Rect:
        """What its letters cover: from the height of capitals over the first line to the descenders of the last."""
        block = self.block
        size = block.style.size
        plain = block.text.isascii() and not set(block.text) & DESCENDING
        below = (block.lines - 1) * block.style.leading * size + (0.02 if plain else 0.24) * size
        return Rect(self.left, self.y - block.cap, block.width, block.cap + below)


@dataclass(slots=True)
class Image:
    """A picture over ``rect``: ``pixels`` u1 (h, w, 4), premultiplied, which stay the same under one ``key``."""

    key: str
    pixels: npt.NDArray[np.uint8]
    rect: Rect
    opacity: float = 1.0


@dataclass(slots=True)
class Layer:
    """One panel's part of the picture: cut to ``clip``, faded by ``opacity``, moved by ``offset``."""

    clip: Rect
    opacity: float = 1.0
    offset: tuple[float, float] = (0.0, 0.0)
    curves: list[Floats] = field(default_factory=list)
    halos: list[Floats] = field(default_factory=list)
    comets: list[Floats] = field(default_factory=list)
    rings: list[Floats] = field(default_factory=list)
    shapes: list[tuple[float, ...]] = field(default_factory=list)
    ribbons: list[Floats] = field(default_factory=list)
    sparks: list[Floats] = field(default_factory=list)
    """Halos that lie on ribbons: the light at the end of a line."""
    images: list[Image] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)

    def text(self, block: Block | None, x: float, y: float, opacity: float = 1.0, role: Role = "still",
             window: Rect | None = None) -> None:  # fmt: skip
        """Add a block; None, text that had no time yet, is left for a later frame."""
        if block is not None and opacity > 0.004:
            self.texts.append(Text(block, x, y, min(1.0, opacity), role, window))

    def rect(self, rect: Rect, colour: Colour, alpha: float, corner: float = 0.0, stroke: float = 0.0) -> None:
        """Add a rectangle, a disc (corner of half its width), or an outline."""
        self.shapes.append((rect.x, rect.y, rect.w, rect.h, corner, stroke, *colour, alpha))

    def disc(self, x: float, y: float, radius: float, colour: Colour, alpha: float = 1.0, stroke: float = 0.0) -> None:
        self.rect(Rect(x - radius, y - radius, 2 * radius, 2 * radius), colour, alpha, radius, stroke)

    def line(self, points: Floats, width: float, colour: Colour, alpha: Floats | float = 1.0) -> None:
        """Add a polyline (n, 2)."""
        if len(points) > 1:
            self.ribbons.append(ribbon(points, width, colour, alpha))

    def area(
        self, upper: Floats, lower: Floats, colour: Colour, upper_alpha: Floats | float, lower_alpha: float
    ) -> None:
        """Add the area between two polylines (n, 2), shaded from one to the other."""
        if len(upper) > 1:
            strip = np.zeros((len(upper), 2, len(RIBBON)), np.float32)
            strip[:, 0, 0:2], strip[:, 1, 0:2] = upper, lower
            strip[:, :, 4:7] = colour
            strip[:, 0, 7], strip[:, 1, 7] = upper_alpha, lower_alpha
            self.ribbons.append(strip.reshape(-1, len(RIBBON)))


@dataclass(slots=True)
class Stage:
    """The dark behind everything and the soft fields in it: colours (h, w, 3) at the corners of a mesh of ``step`` pixels.

    With a single corner it is that colour everywhere.
    """

    step: float
    colours: Floats
    light: bool = False
    """Whether it is a light one, on which light is drawn as ink."""


@dataclass(slots=True)
class DrawList:
    """One frame. ``text_ms`` is how long the painter may spend on pictures of text that it has never drawn."""

    canvas: Rect
    stage: Stage
    layers: list[Layer] = field(default_factory=list)
    text_ms: float = math.inf

    @property
    def edges(self) -> int:
        return sum(len(c) for layer in self.layers for c in layer.curves)

    @property
    def missing_glyphs(self) -> int:
        """Clusters of all its text that no font has, and that were left out."""
        return sum(text.block.missing for layer in self.layers for text in layer.texts)

    def texts(self) -> Iterator[tuple[Layer, Text]]:
        """Every text that can be read, with its layer."""
        for layer in self.layers:
            for text in layer.texts:
                if text.block.text and text.opacity * layer.opacity > 0.05:
                    yield layer, text


def ribbon(points: Floats, width: float, colour: Colour, alpha: Floats | float = 1.0) -> Floats:
    """The triangle strip (2 n, 8) of a polyline (n, 2), mitred at its corners."""
    points = np.asarray(points, np.float32)
    along = points[1:] - points[:-1]
    along /= _length(along)
    tangent = np.empty_like(points)
    tangent[0], tangent[1:-1], tangent[-1] = 2.0 * along[0], along[:-1] + along[1:], 2.0 * along[-1]
    tangent /= _length(tangent)
    bend = np.ones(len(points), np.float32)
    bend[:-1] = np.abs(tangent[:-1, 0] * along[:, 0] + tangent[:-1, 1] * along[:, 1])
    half = width / 2.0 + 1.0
    away = tangent[:, ::-1] * (half / np.clip(bend, 0.5, 1.0))[:, None]
    away[:, 0] *= -1.0
    strip = np.empty((len(points), 2, len(RIBBON)), np.float32)
    strip[:, 0, 0:2], strip[:, 1, 0:2] = points + away, points - away
    strip[:, 0, 2], strip[:, 1, 2] = 1.0, -1.0
    strip[:, :, 3] = half
    strip[:, :, 4:7] = colour
    strip[:, :, 7] = np.asarray(alpha)[..., None] if np.ndim(alpha) else alpha
    return strip.reshape(-1, len(RIBBON))


def _length(vectors: Floats) -> Floats:
    """The length (n, 1) of each of ``vectors`` (n, 2), never 0."""
    x, y = vectors[:, 0], vectors[:, 1]
    return np.maximum(np.sqrt(x * x + y * y), np.float32(1e-6))[:, None]
