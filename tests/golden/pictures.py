"""Golden pictures: each shipped layout on software GL at scale 1, kept at half size; and how two pictures are compared."""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path

import moderngl
import numpy as np
import numpy.typing as npt
from PIL import Image

from stream.wire.geometry import Rect
from tests.wall.look import views
from wall.drawlist import DrawList
from wall.painter import Painter
from wall.scene import Scene
from wall.view import View

HERE = Path(__file__).resolve().parent
LAYOUTS = (
    "pulse", "topics", "people", "stories", "numbers", "compare", "voices", "mood", "river", "world", "event", "speaker",
    "test-pattern", "topic", "person",
)  # fmt: skip
GOLDEN = (*LAYOUTS, "faces")
"""The layouts, and pictures of people that staff have approved."""
MEAN = 3.8
"""Levels of 255 by which a picture may differ on average; the kept ones are compressed."""
FAR = 0.01
"""Share of pixels that may differ by more than 32 levels."""
PATCH = 12.0
"""Levels by which the mean of any patch of 16 × 16 pixels may differ: compression keeps those."""
DIFFERENCES = HERE.parent.parent / "var" / "golden"

Pixels = npt.NDArray[np.uint8]


@cache
def context() -> moderngl.Context:
    return moderngl.create_context(standalone=True, backend="egl", require=330)  # type: ignore[call-arg]


def drawn(view: View) -> DrawList:
    """The draw list of a view, all its text set."""
    return Scene(math.inf).draw(view)


def painted(drawlist: DrawList, view: View, viewport: Rect | None = None, scale: float = 1.0) -> Pixels:
    """The picture (h, w, 3) of a draw list, or of a part of its canvas."""
    viewport = viewport or drawlist.canvas
    ctx = context()
    size = (round(viewport.w * scale), round(viewport.h * scale))
    target = ctx.simple_framebuffer(size, components=4)
    painter = Painter(ctx, view.hello.grid)
    painter.paint(drawlist, target, viewport, scale, 6000)
    pixels = np.frombuffer(target.read(components=4), np.uint8).reshape(size[1], size[0], 4)[::-1, :, :3]
    target.release()
    return np.ascontiguousarray(pixels)


def halved(pixels: Pixels) -> Pixels:
    """Half as large, each pixel the mean of four."""
    h, w = pixels.shape[0] // 2 * 2, pixels.shape[1] // 2 * 2
    quads = pixels[:h, :w].reshape(h // 2, 2, w // 2, 2, 3).astype(np.uint16)
    return ((quads.sum(axis=(1, 3)) + 2) // 4).astype(np.uint8)


def kept(name: str) -> Path:
    return HERE / f"{name}.webp"


def difference(name: str, picture: Pixels, golden: Pixels) -> str:
    """What differs too much, in words, or nothing; then a picture of the difference is written beside the new one."""
    if picture.shape != golden.shape:
        return f"{name} is {picture.shape}, the golden picture {golden.shape}"
    apart = np.abs(picture.astype(np.int16) - golden.astype(np.int16))
    mean, far = float(apart.mean()), float((apart.max(axis=2) > 32).mean())
    patch = float(np.abs(_patches(picture) - _patches(golden)).max())
    if mean <= MEAN and far <= FAR and patch <= PATCH:
        return ""
    DIFFERENCES.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture).save(DIFFERENCES / f"{name}.png")
    Image.fromarray(np.clip(apart * 4, 0, 255).astype(np.uint8)).save(DIFFERENCES / f"{name}-difference.png")
    said = f"{name} differs by {mean:.2f} levels, {far:.2%} of its pixels by much, a patch by {patch:.1f}"
    return f"{said}; see {DIFFERENCES}/{name}-difference.png"


def _patches(pixels: Pixels) -> npt.NDArray[np.float32]:
    h, w = pixels.shape[0] // 16 * 16, pixels.shape[1] // 16 * 16
    return pixels[:h, :w].reshape(h // 16, 16, w // 16, 16, 3).astype(np.float32).mean(axis=(1, 3))


def view_of(name: str) -> View:
    if name == "faces":
        return views.faced()
    return views.turned(name) if name in views.TURNED else views.view(views.shipped(name))
