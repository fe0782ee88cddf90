"""The wall goes on: dark hours, a lost or hanging graphics driver, what it costs, and memory that does not grow."""

from __future__ import annotations

import gc
import io
import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from stream.wire.geometry import Grid
from stream.wire.messages import Card, Light, Stories, Watch
from tests.golden import pictures
from tests.wall.look import views
from tests.wall.shell import sabotage
from tests.wall.shell.frames import hello, on_air
from tests.wall.shell.standin import StandIn
from tests.wall.shell.test_process import NOW, finished, start
from wall import overlay
from wall.alive import Canary
from wall.clock import HubClock
from wall.load import Load
from wall.painter import Painter
from wall.scene import REMEMBERED, Scene
from wall.text import typesetter
from wall.window import KEYS

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def hub() -> StandIn:
    standin = StandIn(lambda: NOW)
    standin.say("hello", hello(round(NOW)))
    standin.say("watch", Watch(240, 20.0))
    yield standin.start()
    standin.stop()


@pytest.mark.gl
def test_dark_hours(hub: StandIn, tmp_path: Path) -> None:
    """In off hours every screen is black and the hub knows; what is urgent is seen; by day everything shines."""
    hub.say("on_air", on_air("test-pattern", "test_pattern", rev=1))
    hub.say("light", Light(0, ((0, 0.0), (2**50, 0.0))))
    wall = start(hub, tmp_path, "--headless")
    try:
        assert hub.wait(lambda h: len(h.pictures) > 1 and h.states and h.states[-1].brightness == 0.0)
        assert brightest(hub) == 0
        urgent = msgspec.structs.replace(on_air("test-pattern", "test_pattern", rev=2), why="urgent")
        hub.say("on_air", urgent)
        assert hub.wait(lambda h: h.states[-1].brightness == 1.0 and brightest(h) > 200)
        hub.say("on_air", on_air("test-pattern", "test_pattern", rev=3))
        hub.say("light", Light(1, ((0, 0.5), (2**50, 0.5))))
        assert hub.wait(lambda h: h.states[-1].brightness == 0.5 and 90 < brightest(h) < 180)
    finally:
        wall.terminate()
        code, _ = finished(wall)
    assert code == 0


def brightest(hub: StandIn) -> int:
    return int(np.asarray(Image.open(io.BytesIO(hub.pictures[-1].jpeg)).convert("L")).max())


@pytest.mark.gl
@pytest.mark.parametrize(("how", "codes", "said"), [("lose", {3}, "lost every picture"), ("hang", {1}, "Timeout")])
def test_what_has_died_quietly_ends(hub: StandIn, tmp_path: Path, how: str, codes: set[int], said: str) -> None:
    """A lost context and a driver that never returns end the process, so that a supervisor starts another."""
    file = tmp_path / "how"
    packages = sabotage.installed(tmp_path / "packages")
    hub.say("watch", Watch(240, 0.0))
    hub.say("on_air", on_air("sabotage", "sabotage", rev=4))
    environment = {"SABOTAGE": str(file), "SABOTAGE_HUNG_S": "3", "PYTHONPATH": f"{ROOT}:{packages}"}
    wall = start(hub, tmp_path, "--headless", **environment)
    assert hub.wait(lambda h: sum(s.on_air_rev == 4 for s in h.states) > 1)
    file.write_text(how)
    code, words = finished(wall)
    assert code in codes
    assert said in words


@pytest.mark.gl
def test_canary() -> None:
    """The canary sings as long as what is drawn can be read back, whatever it drew before."""
    canary = Canary(pictures.context())
    assert all(canary.sings() for _ in range(60))


def test_load_is_told(tmp_path: Path) -> None:
    """Shares of the processor come from the kernel's counters between two looks, the GPU's from its driver's file."""
    (tmp_path / "self").mkdir()
    (tmp_path / "self" / "statm").write_text("5000 2560 100 1 0 900 0\n")
    (tmp_path / "stat").write_text("cpu  100 0 50 800 50 0 0 0 0 0\n")
    gpu = tmp_path / "card0" / "device"
    gpu.mkdir(parents=True)
    (gpu / "gpu_busy_percent").write_text("37\n")
    ticks = iter([0.0, 1000.0])
    load = Load(lambda: next(ticks), tmp_path, tmp_path)
    (tmp_path / "stat").write_text("cpu  160 0 90 900 50 0 0 0 0 0\n")
    loads = load.now()
    assert (loads.machine, loads.memory_mb, loads.gpu) == (0.5, 10.0, 0.37)
    assert loads.process >= 0.0


def test_load_of_a_strange_machine(tmp_path: Path) -> None:
    """Where the kernel tells nothing the figures are unknown, and nothing breaks."""
    ticks = iter([0.0, 1000.0])
    loads = Load(lambda: next(ticks), tmp_path, tmp_path).now()
    assert (loads.machine, loads.memory_mb) == (None, 0.0)


def test_a_key_shows_what_the_machine_does(tmp_path: Path) -> None:
    """The lines name frames, quality, processor, GPU, hub, data and clock, and lie on their screen."""
    assert "load" in KEYS.values()
    clock = HubClock()
    clock.pong(0.0, 20.0, 5_010.0)
    view = views.view(views.shipped("pulse"), topics=0, people=0)
    ticks = iter([0.0, 1000.0])
    said = overlay.lines(
        view, Load(lambda: next(ticks), tmp_path, tmp_path).now(), renderer="llvmpipe", fps=23.9, frame_ms=31.4, dropped=7,
        scale=0.5, edges=2000, textures_mb=65.0, clock=clock, connected=True,
    )  # fmt: skip
    whole = " ".join(said)
    for word in (
        "23.9 frames/s",
        "31.4 ms",
        "7 dropped",
        "scale 0.5",
        "2000 edges",
        "llvmpipe",
        "0.4 s old",
        "± 10 ms",
    ):
        assert word in whole
    screen = Grid().screen(4)
    layer = overlay.layer(said, screen, view.hello.theme, typesetter.shared())
    assert all(screen.contains(text.box) for text in layer.texts)
    assert len(layer.texts) == len(said)


@pytest.mark.gl
def test_memory_does_not_grow_with_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wall that has shown twice as many posts, figures and layouts holds as much as before, its words on one page."""
    monkeypatch.setattr(typesetter, "KEPT", 60)
    scene, grid = Scene(math.inf), Grid(width=640, height=360, pitch_mm=2.0)
    scene.type = typesetter.Typesetter()  # the shared one keeps what other tests have set
    painter = Painter(pictures.context(), grid, 32)
    target = pictures.context().simple_framebuffer((320, 180), components=4)
    names = ("pulse", "stories", "numbers", "voices", "event")
    shown = {name: views.view(views.shipped(name), grid, topics=60, people=90) for name in names}

    def evening(first: int, last: int) -> int:
        for i in range(first, last):
            view = shown[names[i % len(names)]]
            view.t += 4_000.0
            view.stories = Stories(0, tuple(card(9 * i + k) for k in range(9)))
            assert view.figures is not None
            numbers = msgspec.structs.replace(view.figures.numbers, voices=800 + i, posts=2000 + 7 * i)
            view.figures = msgspec.structs.replace(view.figures, numbers=numbers)
            view.on_air = msgspec.structs.replace(
                view.on_air, layout=msgspec.structs.replace(view.on_air.layout, name=f"{names[i % len(names)]}{i}")
            )
            painter.paint(scene.draw(view), target, grid.canvas, 0.5, 2000)
        gc.collect()
        return len(gc.get_objects())

    evening(0, 60)
    half = evening(60, 120)
    whole = evening(120, 240)
    assert whole <= half * 1.01
    assert len(scene._memory) <= REMEMBERED
    assert len(scene.type._blocks) <= 60
    assert len(painter.atlas.pages) == 1


def card(number: int) -> Card:
    words = " ".join(f"{chr(97 + (number * k) % 26)}{number * k % 997}light" for k in range(3, 24))
    return Card(
        f"simulation:{number}", words, f"Name {number}", f"handle{number}", "en", "simulation", "public", 60, 5, 4
    )


@pytest.mark.gl
def test_pages_count_as_they_are_made() -> None:
    """The atlas says what it takes of video memory: nothing at first, a page with the first text."""
    painter = Painter(pictures.context(), Grid())
    assert painter.atlas.bytes == 0
    block = typesetter.shared().set("Harbour", typesetter.Style(90.0))
    assert block is not None
    painter.atlas.begin(math.inf)
    painter.atlas.spot(block, 1.0)
    assert painter.atlas.bytes == 2048 * 2048 * 4
