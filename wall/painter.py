"""The painter: draws a draw list, or any part of its canvas at any scale, with OpenGL 3.3 core.

No pass covers the screen but the stage itself: on a software renderer each would cost 30 to 40 ms. The halo is the bloom.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from importlib import resources
from typing import Final

import moderngl
import numpy as np
import numpy.typing as npt

from stream.wire.geometry import Grid, Rect
from wall.drawlist import CURVE, HALO, RIBBON, RING, SHAPE, DrawList, Layer, Stage, Text
from wall.text.atlas import LIMIT_MB, PAGE, Atlas, Spot

Floats = npt.NDArray[np.float32]

CURVE_SEGMENTS: Final = ((0.3, 1), (7.5, 3), (19.0, 6), (50.0, 10), (np.inf, 15))
"""Edges that bend away from a straight line by up to so many pixels of the target are drawn with so many straight pieces."""
BENDS: Final = np.array([most for most, _ in CURVE_SEGMENTS[:-1]], np.float32)
COMET_SEGMENTS: Final = 8
RING_SEGMENTS: Final = 72
QUAD: Final = 9
"""Numbers of an instance of text."""
DITHER: Final = (0.7548776662466927, 0.5698402909980532)
SCREEN: Final = (moderngl.ONE, moderngl.ONE_MINUS_SRC_COLOR)
MULTIPLY: Final = (moderngl.ZERO, moderngl.ONE_MINUS_SRC_COLOR)
"""By one minus the source: ink on a light stage."""
OVER: Final = (moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA)


Quad = tuple[float, ...]
See = tuple[Rect, float, tuple[float, float], float]
"""Viewport, scale, offset and opacity: how a layer is seen."""


class Painter:
    """Draws with ``ctx``; one a context. ``atlas_mb`` bounds the pictures of text."""

    def __init__(self, ctx: moderngl.Context, grid: Grid, atlas_mb: int = LIMIT_MB) -> None:
        self.ctx = ctx
        self.grid = grid
        self.atlas = Atlas(ctx, atlas_mb)
        self._stage = _StageMesh(ctx)
        self._curves = [_curves(ctx, segments) for _, segments in CURVE_SEGMENTS]
        self._comets = _curves(ctx, COMET_SEGMENTS)
        self._halos = _Instances(ctx, "halo", "halo", "2f 2f 4f", ("at", "size", "tint"), len(HALO))
        self._rings = _Instances(ctx, "ring", "line", "4f 4f", ("ring", "tint"), len(RING), RING_SEGMENTS)
        self._shapes = _Instances(ctx, "shape", "shape", "4f 2f 4f", ("rect", "corner_stroke", "tint"), len(SHAPE))
        self._ribbons = _Strips(ctx)
        self._smooth = ctx.sampler(filter=(moderngl.LINEAR, moderngl.LINEAR), repeat_x=False, repeat_y=False)
        self._sharp = ctx.sampler(filter=(moderngl.NEAREST, moderngl.NEAREST), repeat_x=False, repeat_y=False)
        self._shining = SCREEN
        self._texts = _Instances(ctx, "text", "text", "4f 4f 1f", ("rect", "part", "fade"), QUAD)

    def paint(self, drawlist: DrawList, target: moderngl.Framebuffer, viewport: Rect, scale: float, edges: int) -> None:
        """Draw the part ``viewport`` of the canvas over all of ``target``, ``scale`` target pixels a canvas pixel.

        At most ``edges`` edges are drawn, the strongest of each panel. The canvas's top is the target's top, so that a
        picture read back with ``target.read`` has its rows from the bottom up.
        """
        target.use()
        self.ctx.enable_only(moderngl.BLEND)
        self.atlas.begin(drawlist.text_ms)
        target.scissor = (0, 0, *target.size)
        if drawlist.stage.colours.size == 3:
            red, green, blue = drawlist.stage.colours.ravel().tolist()
            target.clear(red, green, blue, 1.0)
        else:
            self._stage.draw(drawlist.stage, viewport, target.height, scale)
        self._shining = MULTIPLY if drawlist.stage.light else SCREEN
        for instances in (*self._curves, self._comets, self._halos, self._rings):
            instances.look.set("paper", float(drawlist.stage.light))
        share = min(1.0, edges / max(1, drawlist.edges))
        for layer in drawlist.layers:
            self._paint_layer(layer, target, viewport, scale, share)
        target.scissor = (0, 0, *target.size)

    def _paint_layer(
        self, layer: Layer, target: moderngl.Framebuffer, viewport: Rect, scale: float, share: float
    ) -> None:
        box = _scissor(layer.clip, viewport, scale, target.size)
        if layer.opacity <= 0.0 or box is None:
            return
        target.scissor = box
        see = (viewport, scale, layer.offset, layer.opacity)
        self.ctx.blend_func = self._shining
        for curves in layer.curves:
            self._paint_curves(curves[: max(1, round(len(curves) * share))], see)
        self._halos.draw(layer.halos, *see)
        self._comets.draw(layer.comets, *see)
        self._rings.draw(layer.rings, *see)
        self.ctx.blend_func = OVER
        if layer.shapes:
            self._shapes.draw([np.array(layer.shapes, np.float32)], *see)
        self._ribbons.draw(layer.ribbons, *see)
        if layer.sparks:
            self.ctx.blend_func = self._shining
            self._halos.draw(layer.sparks, *see)
            self.ctx.blend_func = OVER
        self._paint_images(layer, see)
        self._paint_texts(layer, viewport, scale)

    def _paint_images(self, layer: Layer, see: See) -> None:
        for image in layer.images:
            spot = self.atlas.image(image.key, image.pixels)
            if spot is not None:
                self.atlas.pages[spot.page].texture.use(0)
                self._smooth.use(0)
                rect = image.rect
                row = (rect.x, rect.y, rect.w, rect.h, *spot.part, image.opacity)
                self._texts.draw([np.array([row], np.float32)], *see)
        self._smooth.clear(0)

    def _paint_curves(self, curves: Floats, see: See) -> None:
        kind = kinds(curves, see[1])
        for number, instances in enumerate(self._curves):
            chosen = np.flatnonzero(kind == number)
            if len(chosen):
                curves.take(chosen, axis=0, out=instances.room(len(chosen)), mode="clip")
                instances.render(len(chosen), *see)

    def _paint_texts(self, layer: Layer, viewport: Rect, scale: float) -> None:
        pages: dict[int, list[float]] = defaultdict(list)
        shadows: dict[int, list[float]] = defaultdict(list)
        exact: dict[int, list[float]] = defaultdict(list)
        offset_x, offset_y = layer.offset
        first_x, first_y, right, bottom = viewport.x, viewport.y, viewport.right, viewport.bottom
        for text in layer.texts:
            block = text.block
            pad = block.pad
            left, top = text.x + block.shift - pad + offset_x, text.y - block.baseline - pad + offset_y
            if (
                left >= right
                or top >= bottom
                or left + block.width + 2 * pad <= first_x
                or top + block.height + 2 * pad <= first_y
            ):
                continue
            spot = self.atlas.spot(block, scale)
            if spot is None:
                continue
            shadow = spot.shadow
            if shadow is not None:
                shadows[shadow.page] += _quad(text, shadow, left, top)
            if text.role == "still" and spot.scale == scale:
                left += _snapped(left + spot.left, first_x, scale)
                top += _snapped(top + spot.top, first_y, scale)
                exact[spot.page] += _quad(text, spot, left, top)
            else:
                pages[spot.page] += _quad(text, spot, left, top)
        for group, sampler in ((shadows, self._smooth), (pages, self._smooth), (exact, self._sharp)):
            for page, quads in group.items():
                self.atlas.pages[page].texture.use(0)
                sampler.use(0)
                rows = np.array(quads, np.float32).reshape(-1, QUAD)
                self._texts.draw([rows], viewport, scale, (0.0, 0.0), layer.opacity)
        self._smooth.clear(0)


def kinds(curves: Floats, scale: float) -> npt.NDArray[np.uint8]:
    """Which of ``CURVE_SEGMENTS`` draws each of ``curves`` (m, 17), by how far its middle is from a straight line."""
    x, y = curves[:, 5], curves[:, 6]
    bend = x * x + y * y
    kind = np.zeros(len(bend), np.uint8)
    for most in (BENDS * np.float32(2.0 / scale)) ** 2:
        kind += bend > most
    return kind


def _curves(ctx: moderngl.Context, segments: int) -> _Instances:
    names = ("ends", "width_via", "first", "second", "span")
    return _Instances(ctx, "curve", "line", "4f 3f 4f 4f 2f", names, len(CURVE), segments)


def _snapped(at: float, origin: float, scale: float) -> float:
    """How far ``at`` is from where pixels are exactly the target's.

    What lies there can be drawn without filtering, which is sharper and half the cost.
    """
    return origin + round((at - origin) * scale) / scale - at


def _quad(text: Text, spot: Spot, left: float, top: float) -> Quad:
    """An instance of the text shader: rectangle on the canvas, rectangle on the page, opacity.

    ``left`` and ``top`` are the corner of the block's picture before its empty rows and columns were cut.
    """
    x, y = left + spot.left, top + spot.top
    window = text.window
    if window is None:
        return (x, y, *spot.seen, text.opacity)
    w, h = spot.seen[:2]
    left, top = max(x, window.x), max(y, window.y)
    right, bottom = max(left, min(x + w, window.right)), max(top, min(y + h, window.bottom))
    u, v = spot.x + (left - x) * spot.scale, spot.y + (top - y) * spot.scale
    w, h = right - left, bottom - top
    part = (u / PAGE, v / PAGE, (u + w * spot.scale) / PAGE, (v + h * spot.scale) / PAGE)
    return (left, top, w, h, *part, text.opacity)


def _scissor(clip: Rect, viewport: Rect, scale: float, size: tuple[int, int]) -> tuple[int, int, int, int] | None:
    """``clip`` in target pixels from the bottom left, or None when nothing of it is seen."""
    left, right = (clip.x - viewport.x) * scale, (clip.right - viewport.x) * scale
    top, bottom = (clip.y - viewport.y) * scale, (clip.bottom - viewport.y) * scale
    x0, x1 = max(0, round(left)), min(size[0], round(right))
    y0, y1 = max(0, round(top)), min(size[1], round(bottom))
    if x1 <= x0 or y1 <= y0:
        return None
    return x0, size[1] - y1, x1 - x0, y1 - y0


def _source(name: str, segments: int = 0) -> str:
    return resources.files("wall").joinpath("shaders", name).read_text("utf-8").replace("SEGMENTS", str(segments))


def _program(ctx: moderngl.Context, vertex: str, fragment: str, segments: int = 0) -> moderngl.Program:
    head = "#version 330 core\n"
    return ctx.program(
        vertex_shader=head + _source("canvas.glsl") + _source(vertex + ".vert", segments),
        fragment_shader=head + _source(fragment + ".frag"),
    )


class _Look:
    """The uniforms of a program; one that its shaders do not use is left alone, one that stays is not sent again."""

    def __init__(self, program: moderngl.Program) -> None:
        found = ((name, program[name]) for name in program)
        self._uniforms = {name: part for name, part in found if isinstance(part, moderngl.Uniform)}
        self._values: dict[str, object] = {}
        self._seen: See | None = None

    def set(self, name: str, value: object) -> None:
        if name in self._uniforms and self._values.get(name) != value:
            self._values[name] = value
            self._uniforms[name].value = value

    def see(self, *see: *See) -> None:
        if see != self._seen:
            self._seen = see
            viewport, scale, offset, opacity = see
            self.set("view", (viewport.x, viewport.y, 2.0 / viewport.w, 2.0 / viewport.h))
            self.set("scale", scale)
            self.set("offset", offset)
            self.set("opacity", opacity)


class _Instances:
    """One shape drawn many times: a buffer of instances that grows with what is drawn. All of it is written each time, so that
    the graphics driver knows that nothing of what was there is needed."""

    def __init__(self, ctx: moderngl.Context, vertex: str, fragment: str, layout: str, names: Sequence[str], columns: int,
                 segments: int = 0) -> None:  # fmt: skip
        self._ctx = ctx
        self._program = _program(ctx, vertex, fragment, segments)
        self.look = _Look(self._program)
        self._vertices = 2 * (segments + 1) if segments else 4
        self._layout, self._names, self._columns = layout, tuple(names), columns
        self._rows = np.empty((0, columns), np.float32)
        self._buffer: moderngl.Buffer | None = None
        self._array: moderngl.VertexArray | None = None

    def draw(
        self, parts: Sequence[Floats], viewport: Rect, scale: float, offset: tuple[float, float], opacity: float
    ) -> None:
        count = sum(len(p) for p in parts)
        if count:
            np.concatenate(parts, out=self.room(count))
            self.render(count, viewport, scale, offset, opacity)

    def room(self, count: int) -> Floats:
        """Rows (count, columns) to be filled for ``render``."""
        if len(self._rows) < count:
            self._grow(count)
        return self._rows[:count]

    def render(self, count: int, viewport: Rect, scale: float, offset: tuple[float, float], opacity: float) -> None:
        """Draw the first rows of the room."""
        assert self._buffer is not None
        assert self._array is not None
        self._buffer.write(self._rows)
        self.look.see(viewport, scale, offset, opacity)
        self._array.render(moderngl.TRIANGLE_STRIP, vertices=self._vertices, instances=count)

    def _grow(self, count: int) -> None:
        for old in (self._array, self._buffer):
            if old is not None:
                old.release()
        self._rows = np.zeros((max(32, count * 5 // 4), self._columns), np.float32)
        self._buffer = self._ctx.buffer(self._rows, dynamic=True)
        self._array = self._ctx.vertex_array(self._program, [(self._buffer, self._layout + " /i", *self._names)])


class _Strips:
    """Ribbons: triangle strips, each its own draw call, from one buffer."""

    def __init__(self, ctx: moderngl.Context) -> None:
        self._program = _program(ctx, "ribbon", "ribbon")
        self._look = _Look(self._program)
        self._ctx = ctx
        self._grow(2048)

    def _grow(self, count: int) -> None:
        self._vertices = np.zeros((count, len(RIBBON)), np.float32)
        self._buffer = self._ctx.buffer(self._vertices, dynamic=True)
        self._array = self._ctx.vertex_array(self._program, [(self._buffer, "2f 2f 4f", "at", "side_half", "tint")])

    def draw(
        self, strips: Sequence[Floats], viewport: Rect, scale: float, offset: tuple[float, float], opacity: float
    ) -> None:
        if not strips:
            return
        count = sum(len(strip) for strip in strips)
        if len(self._vertices) < count:
            self._array.release()
            self._buffer.release()
            self._grow(count * 5 // 4)
        np.concatenate(strips, out=self._vertices[:count])
        self._buffer.write(self._vertices)
        self._look.see(viewport, scale, offset, opacity)
        first = 0
        for strip in strips:
            self._array.render(moderngl.TRIANGLE_STRIP, vertices=len(strip), first=first)
            first += len(strip)


class _StageMesh:
    """The stage: a grid of triangles with colours at its corners."""

    def __init__(self, ctx: moderngl.Context) -> None:
        self._ctx = ctx
        self._program = _program(ctx, "stage", "stage")
        self._look = _Look(self._program)
        self._shape: tuple[int, int, float] | None = None
        self._colours: moderngl.Buffer | None = None
        self._array: moderngl.VertexArray | None = None
        self._held: list[moderngl.Buffer] = []

    def draw(self, stage: Stage, viewport: Rect, height: int, scale: float) -> None:
        rows, columns = stage.colours.shape[:2]
        if self._shape != (rows, columns, stage.step):
            self._build(rows, columns, stage.step)
        assert self._colours is not None
        assert self._array is not None
        self._colours.write(np.ascontiguousarray(stage.colours, np.float32))
        self._look.see(viewport, scale, (0.0, 0.0), 1.0)
        bottom = viewport.y + height / scale
        phase = (viewport.x * DITHER[0] + bottom * DITHER[1]) % 1.0
        self._look.set("noise", (phase, DITHER[0] / scale, -DITHER[1] / scale))
        self._ctx.blend_func = (moderngl.ONE, moderngl.ZERO)
        self._array.render(moderngl.TRIANGLES)

    def _build(self, rows: int, columns: int, step: float) -> None:
        for old in (self._array, self._colours, *self._held):
            if old is not None:
                old.release()
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32) * step
        corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None, :]).ravel()
        quads = np.stack([corner, corner + 1, corner + columns, corner + 1, corner + columns + 1, corner + columns], 1)
        at = self._ctx.buffer(np.ascontiguousarray(np.stack([x, y], -1), np.float32))
        index = self._ctx.buffer(np.ascontiguousarray(quads, np.uint32))
        self._colours = self._ctx.buffer(reserve=rows * columns * 12, dynamic=True)
        self._held = [at, index]
        self._array = self._ctx.vertex_array(self._program, [(at, "2f", "at"), (self._colours, "3f", "colour")], index)
        self._shape = (rows, columns, step)
