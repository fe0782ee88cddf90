"""The frame: the picture of a part of the canvas in video memory, and its ways out: window, JPEG, shot.

Everything is drawn into it first, so that its scale is free of the window's size, and so that a picture for the tablet is the
one that the screens show, scaled down on the graphics side.
"""

from __future__ import annotations

import math
from typing import Final

import moderngl
import numpy as np
import numpy.typing as npt

from wall.outputs import Part, fitted, pixels

Picture = npt.NDArray[np.uint8]

_VERTEX: Final = """
#version 330 core
out vec2 uv;
uniform vec4 part;
uniform int quarters;
void main() {
    vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
    vec2 seen = corner;
    if (quarters == 1) seen = vec2(corner.y, 1.0 - corner.x);
    if (quarters == 2) seen = vec2(1.0) - corner;
    if (quarters == 3) seen = vec2(1.0 - corner.y, corner.x);
    uv = mix(part.xy, part.zw, seen);
    gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}
"""
_FRAGMENT: Final = """
#version 330 core
in vec2 uv;
out vec4 colour;
uniform sampler2D frame;
uniform vec2 step;
uniform ivec2 taps;
uniform float brightness;
void main() {
    vec3 sum = vec3(0.0);
    for (int j = 0; j < taps.y; j++)
        for (int i = 0; i < taps.x; i++)
            sum += texture(frame, uv + (vec2(i, j) + 0.5 - 0.5 * vec2(taps)) * step).rgb;
    colour = vec4(sum * (brightness / float(taps.x * taps.y)), 1.0);
}
"""
LARGEST: Final = 16_384


class TooLarge(Exception):
    """The graphics driver has no picture of this size."""


class Frame:
    """``part`` at ``scale`` frame pixels a canvas pixel. Rows in ``target`` go from the bottom up, as OpenGL has them."""

    def __init__(self, context: moderngl.Context, part: Part, scale: float) -> None:
        self.part = part
        self.scale = scale
        self.brightness = 1.0
        """Of all that leaves it, in 0 … 1."""
        view = part.viewport
        self.size = (max(1, round(view.w * scale)), max(1, round(view.h * scale)))
        largest = int(context.info.get("GL_MAX_TEXTURE_SIZE", LARGEST))
        if max(self.size) > largest:
            raise TooLarge(
                f"A picture of {self.size[0]} × {self.size[1]} pixels is more than this graphics driver can draw "
                f"({largest}): give each process fewer screens with --screens."
            )
        self._context = context
        self._texture = context.texture(self.size, 4, dtype="f1")
        self._texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._texture.repeat_x = self._texture.repeat_y = False
        self.target = context.framebuffer([self._texture])
        self._dark = [pixels(rect, view, self.size) for rect in part.dark()]
        self._program = context.program(vertex_shader=_VERTEX, fragment_shader=_FRAGMENT)
        self._quad = context.vertex_array(self._program, [])

    @property
    def bytes(self) -> int:
        """Video memory that it takes."""
        return self.size[0] * self.size[1] * 4

    def darken(self) -> None:
        """Make what no screen of the part shows black: bezels, and screens of other processes."""
        height = self.size[1]
        for x0, y0, x1, y1 in self._dark:
            if x1 > x0 and y1 > y0:
                self.target.clear(0.0, 0.0, 0.0, 1.0, viewport=(x0, height - y1, x1 - x0, y1 - y0))

    def black(self) -> None:
        """Show nothing at all."""
        self.target.clear(0.0, 0.0, 0.0, 1.0)

    def read(self) -> Picture:
        """The frame as uint8 (height, width, 3), y down."""
        return _upright(self.target.read(components=3, alignment=1), self.size)

    def joined(self) -> Picture:
        """What the screens show, bezels left out: uint8 (height, width, 3). Meant for scale 1."""
        whole, view = self.read(), self.part.viewport
        if self.brightness < 1.0:
            whole = (whole * self.brightness).astype(np.uint8)
        w, h = (max(1, round(n * self.scale)) for n in self.part.joined)
        out = np.zeros((h, w, 3), np.uint8)
        for screen, place in self.part.joins():
            x0, y0, x1, y1 = pixels(screen, view, self.size)
            x, y = round(place.x * self.scale), round(place.y * self.scale)
            piece = whole[y0:y1, x0:x1][: h - y, : w - x]
            out[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
        return out

    def show(self, screen: moderngl.Framebuffer, size: tuple[int, int], spanning: bool) -> None:
        """Draw the frame into a window of ``size`` pixels: for eyes, as large as it fits, or for outputs, screen by screen
        without bezels, each turned back as it hangs."""
        screen.use()
        self._context.disable(moderngl.BLEND)
        screen.scissor = None  # type: ignore[assignment]
        desk = self.part.desk if spanning else None
        view = self.part.viewport
        x, y, w, h = fitted(desk or (view.w, view.h), size)
        if (w, h) != size:
            screen.clear()
        if desk is None:
            self._draw(screen, (x, size[1] - y - h, w, h), (0.0, 0.0, 1.0, 1.0))
            return
        sx, sy = w / desk[0], h / desk[1]
        for canvas, place, turn in self.part.outputs():
            left, right = ((end - view.x) / view.w for end in (canvas.x, canvas.right))
            top, bottom = (1.0 - (end - view.y) / view.h for end in (canvas.y, canvas.bottom))
            corner = (x + round(place.x * sx), size[1] - y - round(place.bottom * sy))
            box = (*corner, round(place.w * sx), round(place.h * sy))
            self._draw(screen, box, (left, bottom, right, top), turn // 90)

    def reduce(self, into: moderngl.Framebuffer) -> None:
        """Draw the whole frame into another one, averaged over what falls into each of its pixels."""
        into.use()
        self._context.disable(moderngl.BLEND)
        self._draw(into, (0, 0, *into.size), (0.0, 0.0, 1.0, 1.0))

    def _draw(
        self,
        onto: moderngl.Framebuffer,
        box: tuple[int, int, int, int],
        part: tuple[float, float, float, float],
        quarters: int = 0,
    ) -> None:
        onto.viewport = box
        sides = (box[3], box[2]) if quarters % 2 else (box[2], box[3])
        ratio = [abs(part[2 + i] - part[i]) * self.size[i] / sides[i] for i in (0, 1)]
        taps = [max(1, math.ceil(r / 2.0 - 0.01)) for r in ratio]
        self._texture.use(0)
        self._program["frame"] = 0
        self._program["part"] = part
        self._program["quarters"] = quarters
        self._program["brightness"] = self.brightness
        self._program["taps"] = tuple(taps)
        self._program["step"] = tuple(r / t / s for r, t, s in zip(ratio, taps, self.size, strict=True))
        self._quad.render(moderngl.TRIANGLE_STRIP, vertices=4)

    def release(self) -> None:
        """Give the video memory back."""
        for thing in (self._quad, self._program, self.target, self._texture):
            thing.release()


def _upright(data: bytes, size: tuple[int, int]) -> Picture:
    return np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)[::-1]
