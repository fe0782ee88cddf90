"""Draws each visual in every state and at every size as sheets: ``python -m tests.golden.sheets [NAME…]``.

``NAME-states.webp`` shows one screen nine times: much to show, little, none, very long words, every script, a burst under way,
data gone old, no hub, and read from far. ``NAME-sizes.webp`` shows the evening on one to six screens.
"""

from __future__ import annotations

import dataclasses
import math
import sys

import msgspec
from PIL import Image

from stream.wire.messages import Layout, OnAir, Panel
from tests.golden import gallery, states
from tests.golden.pictures import drawn, painted
from tests.wall.look import views
from tests.wall.look.test_said import WORDS, with_said
from wall import transition
from wall.drawlist import DrawList
from wall.scene import Scene
from wall.view import View

CELL = (648, 365)
SCREEN = (320, 180)
FRAME = (960, 362)
GAP = 6


def of_states(visual: str) -> Image.Image:
    """The nine states of a visual on one page."""
    pictures = [painted(drawn(view), view, scale=0.5) for _, view in states.states(visual)]
    columns = 3
    rows = math.ceil(len(pictures) / columns)
    page = Image.new("RGB", (columns * (CELL[0] + GAP) - GAP, rows * (CELL[1] + GAP) - GAP))
    for i, pixels in enumerate(pictures):
        small = Image.fromarray(pixels).resize(CELL, Image.Resampling.LANCZOS)
        page.paste(small, (i % columns * (CELL[0] + GAP), i // columns * (CELL[1] + GAP)))
    return page


def of_sizes(visual: str) -> Image.Image:
    """A visual on one, two and three screens in one row and in two, all at one scale."""
    wide = (sum(columns for columns, _ in states.SIZES[:3])) * SCREEN[0] + 2 * 4 * GAP
    page = Image.new("RGB", (wide, 3 * SCREEN[1] + 4 * GAP))
    x = 0
    for (columns, rows), (_, view) in zip(states.SIZES, states.sizes(visual), strict=True):
        pixels = gallery.with_bezels(painted(drawn(view), view, scale=0.5), view.hello.grid, 0.5)
        small = Image.fromarray(pixels).resize((columns * SCREEN[0], rows * SCREEN[1]), Image.Resampling.LANCZOS)
        page.paste(small, (x, 0 if rows == 1 else SCREEN[1] + 4 * GAP))
        x = (x + small.width + 4 * GAP) % (wide + 4 * GAP)
    return page


def of_switch(old: str, new: str) -> Image.Image:
    """One layout turning into another, from its last frame to the first of the other, two frames a row."""
    scene, whole = Scene(math.inf), views.view(views.shipped(new))
    labels = views.view(views.shipped(old)).labels | whole.labels
    leaving, coming = OnAir(0, 1, views.shipped(old), "take"), OnAir(int(views.T) + 2000, 2, views.shipped(new), "take")
    frames = []
    for share in (0.0, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0):
        view = dataclasses.replace(whole, t=coming.at + share * transition.DURATION_MS, on_air=coming, labels=labels)
        view.previous = leaving
        frames.append(_frame(scene.draw(view), view))
    return _pairs(frames)


def of_said() -> Image.Image:
    """What staff say and turn to: a banner, an urgent announcement, sponsors, a topic and a person."""
    urgent = Layout("announcement", "", (Panel("announcement", (1, 2, 3, 4, 5, 6)),))
    shown = (
        with_said(views.shipped("pulse"), WORDS["code"]),
        with_said(urgent, msgspec.structs.replace(WORDS["short"], urgent=True)),
        with_said(views.shipped("event"), WORDS["countdown"], sponsors=2),
        with_said(views.shipped("speaker"), sponsors=2),
        views.turned("topic"),
        views.turned("person"),
    )
    return _pairs([_frame(drawn(view), view) for view in shown])


def _frame(drawlist: DrawList, view: View) -> Image.Image:
    pixels = gallery.with_bezels(painted(drawlist, view, scale=0.5), view.hello.grid, 0.5)
    return Image.fromarray(pixels).resize(FRAME, Image.Resampling.LANCZOS)


def _pairs(frames: list[Image.Image]) -> Image.Image:
    """Frames on one page, two in a row."""
    page = Image.new("RGB", (2 * FRAME[0] + GAP, math.ceil(len(frames) / 2) * (FRAME[1] + GAP) - GAP))
    for i, frame in enumerate(frames):
        page.paste(frame, (i % 2 * (FRAME[0] + GAP), i // 2 * (FRAME[1] + GAP)))
    return page


def save(name: str, page: Image.Image) -> None:
    """Write a page into the gallery."""
    path = gallery.GALLERY / f"{name}.webp"
    page.save(path, quality=80, method=6)
    print(f"{path}: {path.stat().st_size // 1024} kB")


def main(names: list[str]) -> None:
    gallery.GALLERY.mkdir(parents=True, exist_ok=True)
    for name in names or states.VISUALS:
        save(f"{name}-states", of_states(name))
        save(f"{name}-sizes", of_sizes(name))


if __name__ == "__main__":
    main(sys.argv[1:])
