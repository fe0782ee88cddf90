"""Side by side with sigma.js: 2,000 nodes, 6,000 edges, 100 labels at 5760 × 2160, same machine, same software GL, same run.

sigma.js draws in headless Chromium through ANGLE on the same OpenGL driver. Its frames are counted twice: as a visitor sees
them (the browser shows each before the next begins), and the drawing alone, finished, which does not even show the picture.
Ours are counted to ``glFinish``: the same plain picture, then the picture of the wall, both at full scale. The packages are
installed by ``npm ci`` beside this file, as the lock there says.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from stream.wire.geometry import Grid, Rect, node_radius
from tests.bench import recorded
from tests.bench.figure import Figure, figure
from wall.drawlist import CURVE, DrawList, Layer, Stage
from wall.frame import Frame
from wall.outputs import Part, parse_screens
from wall.painter import Painter
from wall.palette import rgb
from wall.scene import Scene
from wall.text import typesetter
from wall.text.typesetter import Style
from wall.window import Window

HERE: Final = Path(__file__).parent / "sigma"
CHROMIUM: Final = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS: Final = ("--no-sandbox", "--no-first-run", "--ignore-gpu-blocklist", "--use-gl=angle", "--use-angle=gl-egl")
WIDTH, HEIGHT, MARGIN = 5760, 2160, 96
LABELS, LABEL_SIZE = 100, 54.0
NODE, EDGE, INK, STAGE = "#4CC3FF", "#223A55", "#EEF3FA", "#03050B"
SECONDS: Final = float(os.environ.get("BENCH_SIGMA_SECONDS", "15"))
AS_WIDE: Final = 0.55
"""sigma.js feathers its edges inwards; so much of their width looks as wide, and as bright, with ours."""
TIMES, AIM = 5.0, 10.0


class Plain(msgspec.Struct):
    """A graph in pixels of the canvas, y down: ``nodes`` as (x, y, radius, label), ``edges`` as (source, target, width)."""

    nodes: list[tuple[float, float, float, str]]
    edges: list[tuple[int, int, float]]


class Ours(msgspec.Struct):
    """What drew, and the frames a second of both pictures."""

    renderer: str
    plain: float
    shown: float


def measure() -> Iterator[Figure]:
    """sigma.js first, then ours."""
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=HERE, check=True)
    shown, drawn, renderer = _sigma(_graph())
    child = subprocess.run([sys.executable, "-m", "tests.bench.row_sigma"], check=True, stdout=subprocess.PIPE)
    ours = msgspec.json.decode(child.stdout, type=Ours)
    same = (
        f"{WIDTH} × {HEIGHT}, 2000 nodes, 6000 edges, {LABELS} labels; sigma.js on {renderer}, ours on {ours.renderer}"
    )
    yield figure("sigma.js: frames shown", shown, "frames/s", note=same)
    yield figure("sigma.js: the drawing alone", drawn, "frames/s", note="finished, but not shown by the browser")
    yield figure("wall: the same plain picture", ours.plain, "frames/s", note="straight edges, flat discs, scale 1")
    yield figure(
        "wall: the picture that it shows", ours.shown, "frames/s", note="stage, fields, bowed edges, halos, scale 1"
    )
    note = f"aim {AIM:g}; as the wall shows it {ours.shown / shown:.1f}"
    yield figure("wall: times the frames that sigma.js shows, plain", ours.plain / shown, "×", least=TIMES, note=note)
    note = f"as the wall shows it {ours.shown / drawn:.1f}"
    yield figure("wall: times sigma.js's drawing alone, plain", ours.plain / drawn, "×", note=note)


def _graph() -> Plain:
    """People as the hub would send them, spread over the canvas."""
    state = recorded.graphs()["people"]
    xy = state.uv * [WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN] + MARGIN
    radius = node_radius("people", Rect(0, 0, WIDTH, HEIGHT), len(xy), state.weight) * 0.62
    nodes = [
        (float(x), float(y), float(r), f"voice {i}" if i < LABELS else "")
        for i, ((x, y), r) in enumerate(zip(xy, radius, strict=True))
    ]
    edges = [
        (int(a), int(b), 1.3 + 2.1 * float(s))
        for a, b, s in zip(state.source, state.target, state.strength, strict=True)
    ]
    return Plain(nodes, edges)


def _sigma(graph: Plain) -> tuple[float, float, str]:
    """Frames a second that the browser shows, those of the drawing alone, and what drew them."""
    from playwright.sync_api import sync_playwright

    told = {
        "nodes": [(x, HEIGHT - y, r, NODE, label) for x, y, r, label in graph.nodes],
        "edges": [(a, b, width, EDGE) for a, b, width in graph.edges],
    }
    size = f"width:{WIDTH}px;height:{HEIGHT}px"
    body = f"<body style='margin:0;background:{STAGE}'><div id=stage style='{size}'></div></body>"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.route("**/*", lambda route: route.fulfill(body=body, content_type="text/html"))
        page.route("**/page.js", lambda route: route.fulfill(path=HERE / "page.js", content_type="text/javascript"))
        page.goto("http://bench.test/")
        for script in ("graphology/dist/graphology.umd.min.js", "sigma/dist/sigma.min.js"):
            page.add_script_tag(path=HERE / "node_modules" / script)
        page.evaluate(
            "async (graph) => { window.page = await import('/page.js');"
            f" window.sigma = page.show(window, document.getElementById('stage'), graph, [{WIDTH}, {HEIGHT}]); }}",
            told,
        )
        renderer: str = page.evaluate("page.renderer()")
        drawings: list[float] = page.evaluate("page.drawings(sigma, 12)")
        marks: list[float] = page.evaluate("page.frames(sigma, seconds)".replace("seconds", f"{SECONDS:g}"))
        if folder := os.environ.get("BENCH_SIGMA_SHOTS"):
            page.screenshot(path=Path(folder) / "sigma.png")
        browser.close()
    shown = (len(marks) - 1) * 1000.0 / (marks[-1] - marks[0])
    return shown, 1000.0 / statistics.median(drawings[2:]), renderer


def _plain(graph: Plain) -> DrawList:
    """The same picture as a draw list: one colour behind it, straight edges, discs, labels to the right."""
    canvas = Rect(0, 0, WIDTH, HEIGHT)
    layer = Layer(canvas)
    rows = np.zeros((len(graph.edges), len(CURVE)), np.float32)
    ends = np.array([[*graph.nodes[a][:2], *graph.nodes[b][:2]] for a, b, _ in graph.edges], np.float32)
    rows[:, 0:4], rows[:, 4] = ends, [AS_WIDE * width for _, _, width in graph.edges]
    rows[:, 7:10] = rows[:, 11:14] = rgb(EDGE)
    rows[:, 10] = rows[:, 14] = rows[:, 16] = 1.0
    layer.curves.append(rows)
    type_ = typesetter.shared()
    type_.begin(float("inf"))
    for x, y, radius, label in graph.nodes:
        layer.disc(x, y, radius, rgb(NODE))
        if label:
            block = type_.set(label, Style(LABEL_SIZE, 400, INK))
            layer.text(block, x + radius + 3, y + LABEL_SIZE / 3)
    return DrawList(canvas, Stage(96.0, np.array([[rgb(STAGE)]], np.float32)), [layer])


def _ours() -> Ours:
    grid = Grid(gap_x=0, gap_y=0)
    view = recorded.shown("people")
    view.hello = msgspec.structs.replace(view.hello, grid=grid)
    part = Part(grid, parse_screens(None, grid))
    window = Window(part, headless=True)
    painter, frame = Painter(window.context, grid), Frame(window.context, part, 1.0)
    scene, plain = Scene(float("inf")), _plain(_graph())

    def fps(shown: bool) -> float:
        took = []
        until = time.perf_counter() + SECONDS
        while time.perf_counter() < until or len(took) < 5:
            begun = time.perf_counter()
            view.t += 33.0
            painter.paint(scene.draw(view) if shown else plain, frame.target, part.viewport, 1.0, recorded.EDGES)
            frame.darken()
            window.context.finish()
            took.append(time.perf_counter() - begun)
        if folder := os.environ.get("BENCH_SIGMA_SHOTS"):
            from PIL import Image

            Image.fromarray(frame.read()).save(Path(folder) / f"wall-{'shown' if shown else 'plain'}.png")
        return len(took[2:]) / sum(took[2:])

    result = Ours(window.renderer, fps(False), fps(True))
    window.close()
    return result


if __name__ == "__main__":
    answer: Any = msgspec.json.encode(_ours())
    sys.stdout.write(answer.decode())
