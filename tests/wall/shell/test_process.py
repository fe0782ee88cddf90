"""The wall's process, as it is started: off-screen, against a real socket, looked at by its pixels."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stream.wire.geometry import Grid
from stream.wire.messages import Card, Stories, Watch
from tests.wall.shell.frames import SMALL, feed, hello, motion, on_air
from tests.wall.shell.standin import StandIn
from wall.visuals.test_pattern import disc_at

pytestmark = pytest.mark.gl

SIDE_BY_SIDE = Grid(columns=2, rows=1, width=640, height=360, gap_x=24, gap_y=0, pitch_mm=2.0)
NOW = 50_000.0


@pytest.fixture
def hub() -> Iterator[StandIn]:
    standin = StandIn(lambda: NOW)
    standin.say("hello", hello(round(NOW)))
    yield standin.start()
    standin.stop()


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


def start(hub: StandIn | None, var: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    """A wall's process that knows no display and no configuration but the given."""
    clean = {
        k: v for k, v in os.environ.items() if not k.startswith("AGORA_") and k not in ("DISPLAY", "WAYLAND_DISPLAY")
    }
    url = hub.url if hub is not None else "http://127.0.0.1:9"
    return subprocess.Popen(
        [sys.executable, "-m", "wall", "--hub", url, *arguments],
        env={**clean, "AGORA_VAR": str(var), "AGORA_CONFIG": os.devnull, **geometry(SMALL), **environment},
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def geometry(grid: Grid) -> dict[str, str]:
    """The environment of a wall whose own configuration has this grid."""
    half_x, half_y = (gap * grid.pitch_mm / 2 for gap in (grid.gap_x, grid.gap_y))
    settings = {
        "columns": grid.columns, "rows": grid.rows, "width": grid.width, "height": grid.height,
        "pitch_mm": grid.pitch_mm, "distance_m": grid.distance_m,
        "bezel_mm_left": half_x, "bezel_mm_right": half_x, "bezel_mm_top": half_y, "bezel_mm_bottom": half_y,
    }  # fmt: skip
    return {f"AGORA_WALL_{name.upper()}": str(value) for name, value in settings.items()}


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Exit code and what it said; it has a minute."""
    try:
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    return process.returncode, said


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)


def test_two_processes_side_by_side(hub: StandIn, var: Path, tmp_path: Path) -> None:
    """Two one-screen processes show one picture: disc, line and everything else, as the one process that spans both does."""
    hub.say("hello", hello(round(NOW), SIDE_BY_SIDE))
    hub.say("on_air", on_air("test-pattern", "test_pattern", screens=(1, 2)))
    moment = crossing(SIDE_BY_SIDE)
    shots = {name: tmp_path / f"{name}.png" for name in ("1", "2", "1-2")}
    walls = [
        start(
            hub,
            var,
            "--headless",
            "--screens",
            name,
            "--shot",
            str(path),
            "--at",
            str(moment),
            **geometry(SIDE_BY_SIDE),
        )
        for name, path in shots.items()
    ]
    assert [finished(wall)[0] for wall in walls] == [0, 0, 0]
    left, right, both = (pixels(shots[name]) for name in ("1", "2", "1-2"))
    assert left.shape == right.shape == (360, 640, 3)
    assert both.shape == (360, 1280, 3)
    joined = np.concatenate([left, right], axis=1)
    assert np.abs(joined - both).max() <= 2
    canvas = np.zeros((360, 640 + 24 + 640, 3), int)
    canvas[:, :640], canvas[:, 664:] = left, right
    x, y = disc_at(moment, SIDE_BY_SIDE.canvas)
    assert 640 < x < 664
    for dx in (-74, -70, 70, 74):
        assert canvas[round(y), round(x + dx)].min() > 200
    for falling in (True, False):
        left_columns = clear_columns(range(572, 640, 2), falling, (x, y))
        right_columns = clear_columns(range(664, 742, 2), falling, (x, y))
        if len(left_columns) >= 5 and len(right_columns) >= 5:
            break
    else:
        pytest.fail("the pattern leaves no diagonal free beside the bezel")
    rows = [bright_row(canvas, column, falling) for column in left_columns]
    slope, start_row = np.polyfit(left_columns, rows, 1)
    for column in right_columns:
        assert bright_row(canvas, column, falling) == pytest.approx(start_row + column * slope, abs=0.6)


def diagonal(column: int, falling: bool) -> float:
    """The row at which a diagonal of the canvas has its middle."""
    canvas = SIDE_BY_SIDE.canvas
    return (column if falling else canvas.w - column) * canvas.h / canvas.w


def clear_columns(columns: Iterable[int], falling: bool, disc: tuple[float, float]) -> list[int]:
    """Those in which nothing else of the pattern lies near the diagonal."""
    wave = np.array(sorted(disc_at(t, SIDE_BY_SIDE.canvas) for t in np.arange(0.0, 6_000.0, 20.0)))
    clear = []
    for column in columns:
        row = diagonal(column, falling)
        others = (diagonal(column, not falling), float(np.interp(column, wave[:, 0], wave[:, 1])))
        frame = min(abs(column - line) for line in (624, 640, 664, 680)) < 5
        if not frame and min(abs(row - o) for o in others) > 14 and np.hypot(column - disc[0], row - disc[1]) > 100:
            clear.append(column)
    return clear


def crossing(grid: Grid) -> float:
    """A hub time at which the disc's middle is behind the bezel."""
    middle = (grid.width + grid.lefts[1]) / 2
    times = np.arange(0.0, 6_000.0, 5.0)
    return float(min(times, key=lambda t: abs(disc_at(t, grid.canvas)[0] - middle)))


def bright_row(canvas: np.ndarray, column: int, falling: bool) -> float:
    """The row of a diagonal in a column, by its light."""
    near = round(diagonal(column, falling))
    window = canvas[near - 6 : near + 7, column].min(axis=1).astype(float)
    window[window < 60] = 0
    return float((np.arange(near - 6, near + 7) * window).sum() / window.sum())


def test_shot_has_no_bezels(hub: StandIn, var: Path, tmp_path: Path) -> None:
    """A shot of six screens is as large as their pixels together, at scale 1."""
    hub.say("on_air", on_air("test-pattern", "test_pattern"))
    wall = start(hub, var, "--headless", "--shot", str(tmp_path / "s.png"))
    assert finished(wall)[0] == 0
    assert pixels(tmp_path / "s.png").shape == (2 * SMALL.height, 3 * SMALL.width, 3)


def test_frames(var: Path) -> None:
    """A wall that is to draw three frames ends after them, with or without a hub."""
    assert finished(start(None, var, "--headless", "--frames", "3"))[0] == 0


def test_pictures_and_states(hub: StandIn, var: Path) -> None:
    """The hub hears what the wall shows, and gets JPEGs as wide as it asks, with black bezels; SIGTERM ends the wall with 0."""
    hub.say("on_air", on_air("topics", "constellation", rev=7))
    hub.say("graph", feed([5, 6], [(0, 1)]))
    hub.say("motion", motion([(0.2, 0.5), (0.8, 0.5)], round(NOW)))
    hub.say("watch", Watch(500, 20.0))
    wall = start(hub, var, "--headless", "--name", "lobby")
    try:
        assert hub.wait(lambda h: len(h.pictures) > 2 and any(s.on_air_rev == 7 for s in h.states))
        state = next(s for s in hub.states if s.on_air_rev == 7)
        assert (state.name, state.screens, state.panic, state.scale) == ("lobby", (1, 2, 3, 4, 5, 6), False, 0.5)
        picture = hub.pictures[-1]
        assert (picture.width, picture.screens) == (500, (1, 2, 3, 4, 5, 6))
        image = np.asarray(Image.open(io.BytesIO(picture.jpeg)).convert("L")).astype(int)
        assert image.shape == (picture.height, picture.width)
        bezel = round(((SMALL.width + SMALL.lefts[1]) / 2) / SMALL.canvas.w * 500)
        assert image[:, bezel].max() < 12
        hub.say("watch", Watch(100, 20.0))
        assert hub.wait(lambda h: h.pictures[-1].width == 100)
        wall.send_signal(signal.SIGTERM)
        assert finished(wall)[0] == 0
    finally:
        wall.kill()


def test_hub_killed(hub: StandIn, var: Path, tmp_path: Path) -> None:
    """A wall whose hub was killed goes on drawing, and finds the one that comes after it."""
    hub.say("on_air", on_air("topics", "constellation"))
    wall = start(hub, var, "--headless")
    again = StandIn(hub.clock)
    again.said = dict(hub.said)
    try:
        assert hub.wait(lambda h: bool(h.states))
        hub.stop()
        again.start(hub.port)
        assert again.wait(lambda h: bool(h.states))
        assert wall.poll() is None
    finally:
        wall.terminate()
        code, said = finished(wall)
        again.stop()
    assert code == 0
    assert "Traceback" not in said


def test_panic_file(hub: StandIn, var: Path, tmp_path: Path) -> None:
    """While the panic file is there the wall shows the safe scene, tells the hub, and shows no word of a stranger."""
    card = Card("simulation:1", "WWWW MMMM " * 8, "A", "a", "en", "simulation", "public", 1, 1, 1)
    hub.say("on_air", on_air("stories", "stories", rev=3))
    hub.say("stories", Stories(at=0, cards=(card,)))
    wall = start(hub, var, "--headless")
    try:
        assert hub.wait(lambda h: any(s.on_air_rev == 3 and not s.panic for s in h.states))
        var.mkdir(exist_ok=True)
        (var / "panic").write_text("")
        assert hub.wait(lambda h: h.states[-1].panic)
    finally:
        wall.terminate()
        finished(wall)
    shots = [tmp_path / "panic.png", tmp_path / "safe.png"]
    at = ("--at", "60000")
    assert finished(start(hub, var, "--headless", "--shot", str(shots[0]), *at))[0] == 0
    assert (
        finished(start(None, tmp_path / "other", "--headless", "--shot", str(shots[1]), "--frames", "2", *at))[0] == 0
    )
    assert (pixels(shots[0]) == pixels(shots[1])).all()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--headless", "--screens", "9"), "it has 1 to 6"),
        (("--headless", "--screens", "x"), "write them like"),
        ((), "draw off-screen with --headless"),
        (("--headless", "--recording", os.devnull), "no recording"),
    ],
)
def test_one_sentence(var: Path, arguments: tuple[str, ...], sentence: str) -> None:
    """What cannot work is said in one sentence with what to do, and exit code 2."""
    code, said = finished(start(None, var, *arguments, "--frames", "1"))
    assert code == 2
    assert sentence in said
    assert "Traceback" not in said


def test_no_gl(var: Path) -> None:
    """Without a driver for OpenGL the wall says what to install, and exits with 2."""
    broken = {"__EGL_VENDOR_LIBRARY_DIRS": os.devnull, "__EGL_VENDOR_LIBRARY_FILENAMES": os.devnull}
    code, said = finished(start(None, var, "--headless", "--frames", "1", **broken))
    assert code == 2
    assert "libegl1" in said
    assert "Traceback" not in said
