"""Whether layouts can be read from where people stand: each is drawn with a made-up evening, and its words are measured.

A panel of whatever visual that sets words too small, or that has no room for words of the size that its distance asks for,
is told with its place in its file.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

from stream import toml
from stream.config import Config
from stream.toml import Fault
from stream.wire.geometry import Rect
from stream.wire.messages import Layout, Panel
from wall import legibility, sample
from wall.drawlist import DrawList
from wall.scene import Scene


def faults(layouts: Mapping[str, Layout], folder: Path, config: Config) -> Iterator[Fault]:
    """Everything that could not be read, by layout and panel. Raises ``FontsMissing``."""
    scene = Scene(math.inf)
    for name, layout in sorted(layouts.items()):
        view = sample.view(layout, config)
        try:
            drawlist = scene.draw(view)
        except Exception as fault:  # a visual of somebody else's may raise anything
            yield Fault(str(folder / f"{name}.toml"), 0, f"a visual breaks: {type(fault).__name__}: {fault}")
            continue
        lines = _lines(folder / f"{name}.toml", layout)
        for i, panel in enumerate(layout.panels):
            said = _of_panel(drawlist, config.wall.grid.span(panel.screens), config)
            if said:
                yield Fault(str(folder / f"{name}.toml"), lines[i], f"panel {i + 1} ({panel.visual}): {said}")


def _of_panel(drawlist: DrawList, rect: Rect, config: Config) -> str:
    """The worst that is wrong in a panel, or nothing: too small before too little room."""
    grid = config.wall.grid
    own = DrawList(drawlist.canvas, drawlist.stage, [layer for layer in drawlist.layers if rect.contains(layer.clip)])
    small = [text for _, text in own.texts() if legibility.too_small(text, grid)]
    if small:
        worst = min(small, key=lambda text: text.block.cap)
        return (
            f"{worst.block.text!r} has capitals of {worst.block.cap * grid.pitch_mm:.1f} mm; from {grid.distance_m:g} m they "
            f"need {grid.smallest_cap_px * grid.pitch_mm:.1f} mm ({grid.smallest_cap_px:.0f} pixels at {grid.pitch_mm:g} mm)"
        )
    others = legibility.faults(own, grid)
    if others:
        return (
            f"{others[0]}: there is no room for words that can be read from {grid.distance_m:g} m; give the panel more "
            "screens, take it out of the layout, or say a shorter distance_m"
        )
    return ""


def _lines(file: Path, layout: Layout) -> list[int]:
    """The line of each panel of ``layout`` in its file; on another grid some of the file's panels may be left out."""
    try:
        document = toml.read(file.read_text(encoding="utf-8"), str(file))
    except OSError:
        return [0] * len(layout.panels)
    if isinstance(document, Fault):
        return [0] * len(layout.panels)
    written = document.data.get("panels", [])
    found: list[int] = []
    at = 0
    for panel in layout.panels:
        while at < len(written) - 1 and not _same(panel, written[at]):
            at += 1
        found.append(document.line(("panels", at, "visual")))
        at += 1
    return found


def _same(panel: Panel, written: Mapping[str, object]) -> bool:
    own = (panel.visual, panel.caption, panel.options)
    return own == (written.get("visual"), written.get("caption", ""), written.get("options", {}))
