"""The wall's work of the processor in a frame: 2,000 nodes, 6,000 edges, 54 labels, with a driver that draws no pixels.

``GALLIUM_NOOP=1`` makes Mesa take every call and draw nothing, so that what is left is ours: messages → store → view → draw
list → calls. What is counted is the processor's time of the whole process, not the clock.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench import recorded
from tests.bench.figure import Figure, figure, percentile
from wall.feeds import DELAY_MS, Store
from wall.frame import Frame
from wall.outputs import Part, parse_screens
from wall.painter import Painter
from wall.recording import Player
from wall.scene import Scene
from wall.window import Window

SECONDS = 12.0
FRAME_MS = 1000.0 / 30.0
WARM = 90


def measure() -> Iterator[Figure]:
    """People over all six screens, frame by frame."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.rec"
        recorded.record(file, ["people"], SECONDS, SECONDS)
        child = subprocess.run(
            [sys.executable, "-m", "tests.bench.row_frame", str(file)],
            check=True,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "GALLIUM_NOOP": "1"},
        )
    p95, median, share, nodes, edges, labels = (float(word) for word in child.stdout.split())
    note = f"{nodes:.0f} nodes, {edges:.0f} edges, {labels:.0f} labels on six screens; median {median:.2f} ms"
    yield figure("wall: work in a frame, p95", p95, "ms", most=4.0, note=note)
    yield figure("wall: share of it that is store and scene", share, "")


def _work(file: Path) -> None:
    """Print p95 and median of the processor's milliseconds in a frame, the share before the painter, and what is drawn."""
    now = [0.0]
    first = recorded.shown("people")
    store = Store(first.hello, lambda: now[0])
    player = Player(file, store, lambda: now[0])
    part = Part(first.hello.grid, parse_screens(None, first.hello.grid))
    window = Window(part, headless=True)
    scene, painter = Scene(), Painter(window.context, part.grid)
    frame = Frame(window.context, part, 0.5)
    works, befores = [], []
    while now[0] < SECONDS * 1000:
        begun = time.process_time()
        player.advance(player.first + now[0])
        drawlist = scene.draw(store.view(player.first + now[0] + DELAY_MS))
        listed = time.process_time()
        painter.paint(drawlist, frame.target, part.viewport, frame.scale, recorded.EDGES)
        frame.darken()
        window.context.finish()
        works.append((time.process_time() - begun) * 1000)
        befores.append((listed - begun) * 1000)
        now[0] += FRAME_MS
    warm = works[WARM:]
    nodes = max(len(halos) for layer in drawlist.layers for halos in layer.halos)
    labels = sum(text.role == "label" for layer in drawlist.layers for text in layer.texts)
    share = sum(befores[WARM:]) / sum(warm)
    print(percentile(warm, 0.95), percentile(warm, 0.5), share, nodes, drawlist.edges, labels)


if __name__ == "__main__":
    _work(Path(sys.argv[1]))
