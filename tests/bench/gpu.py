"""On a GPU: every shipped layout over six screens off-screen at full quality, as fast as frames come, each to ``glFinish``.

``python -m tests.bench.gpu [FOLDER]`` prints a figure a line, and writes what some layouts show into the folder, the whole wall
at half size and the first screen as it is. Hub time runs
on by a sixtieth of a second a frame. It needs EGL and no window, and is no row of ``make bench``: that knows software GL.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_BEGUN = time.perf_counter()

import moderngl  # noqa: E402
import msgspec  # noqa: E402
from PIL import Image  # noqa: E402

from stream import layouts  # noqa: E402
from stream.wire.geometry import Grid  # noqa: E402
from tests.bench import recorded  # noqa: E402
from tests.bench.figure import Figure, figure, percentile  # noqa: E402
from wall.feeds import DELAY_MS, Store  # noqa: E402
from wall.frame import Frame  # noqa: E402
from wall.outputs import Part, parse_screens  # noqa: E402
from wall.painter import Painter  # noqa: E402
from wall.recording import Player  # noqa: E402
from wall.scene import Scene  # noqa: E402
from wall.text.atlas import PAGE  # noqa: E402
from wall.window import NoPicture, Window  # noqa: E402

FRAMES: Final = 600
WARM: Final = 60
FRAME_MS: Final = 1000.0 / 60.0
SHOTS: Final = ("people", "topics", "pulse")
LEAST, MOST_MB = 60.0, 512.0


def measure(folder: Path | None) -> Iterator[Figure]:
    """Layout by layout."""
    grid = Grid()
    part = Part(grid, parse_screens(None, grid))
    context = _context(part)
    size = f"{context.info['GL_RENDERER']}, 5832 × 2196 with bezels, scale 1, up to {recorded.EDGES} edges"
    with tempfile.TemporaryDirectory() as place:
        for name in sorted(layouts.load(Path(layouts.SHIPPED), grid).layouts):
            file = Path(place) / f"{name}.rec"
            recorded.record(file, [name], FRAMES * FRAME_MS / 1000.0 + 1.0, 1e9)
            yield from _layout(name, file, part, context, size, folder)


def _context(part: Part) -> moderngl.Context:
    """The wall's own way to draw off-screen, or EGL by itself where SDL has no such driver."""
    try:
        return Window(part, headless=True).context
    except NoPicture as fault:
        print(f"SDL draws nothing off-screen here ({fault}); EGL alone does", file=sys.stderr)
        return moderngl.create_context(standalone=True, require=330, backend="egl")


def _layout(
    name: str, file: Path, part: Part, context: moderngl.Context, size: str, folder: Path | None
) -> Iterator[Figure]:
    now = 0.0
    store = Store(recorded.shown(name).hello, lambda: now)
    player = Player(file, store, lambda: now)
    begun = time.perf_counter()
    scene, painter, frame = Scene(), Painter(context, part.grid), Frame(context, part, 1.0)
    took: list[float] = []
    works: list[float] = []
    for _ in range(FRAMES):
        start, work = time.perf_counter(), time.thread_time()
        player.advance(player.first + now)
        drawlist = scene.draw(store.view(player.first + now + DELAY_MS))
        painter.paint(drawlist, frame.target, part.viewport, frame.scale, recorded.EDGES)
        frame.darken()
        works.append((time.thread_time() - work) * 1000.0)
        context.finish()
        took.append((time.perf_counter() - start) * 1000.0)
        now += FRAME_MS
        if len(took) == 1:
            first = time.perf_counter() - begun
    if folder is not None and name in SHOTS:
        picture = Image.fromarray(frame.read())
        picture.resize((2916, 1098)).save(folder / f"{name}.webp", quality=82)
        picture.crop((0, 0, part.grid.width, part.grid.height)).save(folder / f"{name}-screen.webp", quality=92)
    later = took[WARM:]
    megabytes = (len(painter.atlas.pages) * PAGE * PAGE * 4 + frame.size[0] * frame.size[1] * 4) / 2**20
    note = (
        f"{size}; {drawlist.edges} edges; median {percentile(later, 0.5):.2f} ms, p95 {percentile(later, 0.95):.2f}, "
        f"p99 {percentile(later, 0.99):.2f}, slowest {max(later):.2f}; processor {percentile(works[WARM:], 0.5):.2f} ms"
    )
    yield figure(f"wall on a GPU: {name}", len(later) * 1000.0 / sum(later), "frames/s", least=LEAST, note=note)
    yield figure(f"wall on a GPU: {name}, p99 of a frame", percentile(later, 0.99), "ms", most=1000.0 / LEAST)
    yield figure(f"wall on a GPU: {name}, first frame", first * 1000.0, "ms", most=2000.0, note="shaders included")
    yield figure(f"wall on a GPU: {name}, pictures of text and the frame", megabytes, "MB", most=MOST_MB)
    _release(frame, painter)


def _release(frame: Frame, painter: Painter) -> None:
    frame.release()
    for page in painter.atlas.pages:
        page.texture.release()


if __name__ == "__main__":
    print(msgspec.json.encode(figure("wall on a GPU: imports", time.perf_counter() - _BEGUN, "s")).decode(), flush=True)
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for found in measure(given):
        print(msgspec.json.encode(found).decode(), flush=True)
