"""Words can be read from where people stand, and a layout whose words could not is refused with its panel and line."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec
import pytest

from stream import layouts
from stream.config import Config
from stream.config.wall import WallConfig
from wall import legibility, readable, sample, scene
from wall.drawlist import Layer
from wall.panel import Place
from wall.scene import Scene
from wall.text.typesetter import Style
from wall.view import View

WHISPER = """\
name = "whisper"
title = "Whisper"

[[panels]]
visual = "numbers"
screens = "1-3"

[[panels]]
visual = "%s"
screens = "4-6"
"""


def wall(**changes: Any) -> Config:
    return Config(wall=msgspec.structs.replace(WallConfig(), **changes))


def faults(folder: Path, config: Config) -> list[tuple[int, str]]:
    shelf = layouts.load(folder, config.wall.grid)
    return [(fault.line, fault.sentence) for fault in readable.faults(shelf.layouts, folder, config)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"columns": 1, "rows": 1},
        {"columns": 4, "rows": 2},
        {"distance_m": 3.0},
        {"distance_m": 9.0, "pitch_mm": 1.9},
        {"distance_m": 10.0},
        {"columns": 1, "rows": 1, "distance_m": 10.0},
        {"columns": 3, "rows": 1, "distance_m": 10.0},
        {"columns": 1, "rows": 3, "width": 1080, "height": 1920},
        {"columns": 8, "rows": 4},
    ],
)
def test_shipped_layouts_can_be_read(changes: dict[str, Any]) -> None:
    """The layouts that come with Agora pass on one screen to thirty-two, in a row, upright, and from 3 to 10 m."""
    assert faults(layouts.SHIPPED, wall(**changes)) == []


@pytest.mark.parametrize("name", ["pulse", "stories", "voices", "event"])
def test_type_grows_with_the_distance(name: str) -> None:
    """The smallest capitals are never lower than distance / 200, and twice the distance makes them twice as high."""
    caps = {}
    for distance, pitch in ((2.5, 0.63), (5.0, 0.63), (7.0, 0.63), (5.0, 1.26), (12.0, 1.9)):
        config = wall(distance_m=distance, pitch_mm=pitch)
        layout = layouts.load(layouts.SHIPPED, config.wall.grid).layouts[name]
        drawlist = Scene(math.inf).draw(sample.view(layout, config))
        caps[distance, pitch] = legibility.smallest_cap(drawlist) * pitch
        assert caps[distance, pitch] >= distance * 1000.0 / 200.0 * legibility.TOLERANCE
    assert caps[7.0, 0.63] == pytest.approx(1.4 * caps[5.0, 0.63], rel=0.02)
    assert caps[5.0, 1.26] == pytest.approx(caps[5.0, 0.63], rel=0.02)


class Whisper:
    """A visual of somebody else's that sets its words in a size for a desk."""

    name = "whisper"
    needs: frozenset[str] = frozenset()
    seconds = 10.0
    graph = None

    def away(self, view: View) -> bool:  # noqa: ARG002, every visual is asked so
        return False

    def draw(self, view: View, place: Place, layer: Layer) -> None:  # noqa: ARG002
        body = place.body(place.screens[0])
        layer.text(place.type.set("quite small", Style(40.0)), body.x, body.y + 200.0)


class Broken(Whisper):
    def draw(self, view: View, place: Place, layer: Layer) -> None:  # noqa: ARG002
        raise KeyError("numbers")


@pytest.mark.parametrize(
    ("visual", "line", "said"),
    [
        (Whisper(), 9, r"panel 2 (whisper): 'quite small' has capitals of 18.3 mm; from 5 m they need 25.0 mm"),
        (Broken(), 0, "a visual breaks: KeyError: 'numbers'"),
    ],
)
def test_words_for_a_desk_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, visual: Whisper, line: int, said: str
) -> None:
    """A layout with words too small for the distance is refused: with its panel and line, what it has and what it needs."""
    (tmp_path / "whisper.toml").write_text(WHISPER % "whisper")
    monkeypatch.setattr(layouts, "VISUALS", layouts.VISUALS | {"whisper"})
    usual = scene.find
    monkeypatch.setattr(scene, "find", lambda name: visual if name == "whisper" else usual(name))
    ((found, sentence),) = faults(tmp_path, wall())
    assert found == line
    assert said in sentence
    if line:
        assert faults(tmp_path, wall(distance_m=3.5)) == []


def test_panels_without_room_are_refused(tmp_path: Path) -> None:
    """From so far away that a panel has no room for its words it is refused, on another grid with the line of its own panel."""
    (tmp_path / "whisper.toml").write_text("grid = [3, 2]\n" + WHISPER % "rising")
    config = wall(distance_m=40.0)
    assert {line for line, _ in faults(tmp_path, config)} <= {6, 10}
    assert any("no room for words that can be read from 40 m" in said for _, said in faults(tmp_path, config))
    one = wall(columns=1, rows=1, distance_m=40.0)
    assert {line for line, _ in faults(tmp_path, one)} == {6}
