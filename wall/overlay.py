"""What the machine does, on a key: a few lines over the lower left corner of a process's first screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stream.wire.geometry import Rect
from stream.wire.messages import Theme
from wall.clock import HubClock
from wall.drawlist import Layer
from wall.load import Loads
from wall.palette import rgb
from wall.text.typesetter import Style, Typesetter
from wall.view import View

SIZE: Final = 30.0
"""Whoever pressed the key stands at the machine."""
NARROW: Final = 1280.0


def lines(view: View, loads: Loads, *, renderer: str, fps: float, frame_ms: float, dropped: int, scale: float, edges: int,
          textures_mb: float, clock: HubClock | None, connected: bool) -> list[str]:  # fmt: skip
    """What somebody at the machine wants to know."""
    machine = "" if loads.machine is None else f", machine {loads.machine:.0%}"
    gpu = "not told" if loads.gpu is None else f"{loads.gpu:.0%}"
    data = "none yet" if view.figures is None else f"{view.figures.data_age_s + view.silent_s:.1f} s old"
    found = [
        f"{fps:.1f} frames/s, {frame_ms:.1f} ms each, {dropped} dropped",
        f"Render scale {scale:g}, up to {edges} edges, brightness {view.brightness:.0%}",
        f"Processor: this wall {loads.process:.0%} of a core{machine}; memory {loads.memory_mb:,.0f} MB",
        f"GPU {gpu}; pictures {textures_mb:,.0f} MB; {renderer}",
        f"Hub {'heard' if connected else 'never heard, or last heard'} {view.silent_s:.1f} s ago; data {data}",
    ]
    if clock is not None and clock.synchronised:
        ppm = -clock.drift * 1e6
        found.append(f"Hub's clock known to ± {clock.error_bound():.0f} ms; this one runs {ppm:+.0f} ppm against it")
    return found


def layer(said: Sequence[str], screen: Rect, theme: Theme, typesetter: Typesetter) -> Layer:
    """The lines on a quiet ground."""
    size = SIZE * min(1.0, screen.w / NARROW)
    over = Layer(screen)
    blocks = [typesetter.set(text, Style(size, 500, theme.ink, screen.w - 4 * size)) for text in said]
    known = [block for block in blocks if block is not None]
    if not known:
        return over
    height, width = 1.5 * size * len(known) + size, max(block.width for block in known) + 2 * size
    ground = Rect(screen.x + size, screen.bottom - size - height, width, height)
    over.rect(ground, rgb(theme.stage_outer), 0.86, size / 2)
    for i, block in enumerate(known):
        over.text(block, ground.x + size, ground.y + size * (1.35 + 1.5 * i))
    return over
