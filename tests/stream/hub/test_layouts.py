"""Layout files: every fault with its line, reloading, other grids."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.layouts import SHIPPED, load, parse, screens_of
from stream.wire.geometry import Grid
from stream.wire.messages import Layout

GRID = Grid()

GOOD = """\
name = "good"
title = "Good"

[[panels]]
visual = "constellation"
screens = "1-5"
caption = "Together"
options = { quiet = true }

[[panels]]
visual = "numbers"
screens = [3, 6]
"""

SHIPPED_NAMES = {
    "pulse", "topics", "people", "stories", "numbers", "compare", "voices", "mood", "event", "speaker", "test-pattern",
}  # fmt: skip


def faults(text: str, name: str = "good") -> list[tuple[int, str]]:
    found = parse(text, f"{name}.toml", GRID)
    assert isinstance(found, list)
    return [(fault.line, fault.sentence) for fault in found]


def good(text: str = GOOD, grid: Grid = GRID) -> Layout:
    found = parse(text, "good.toml", grid)
    assert isinstance(found, Layout), found
    return found


def test_good() -> None:
    """A good file is a layout."""
    layout = good()
    assert (layout.name, layout.title, layout.subtitle) == ("good", "Good", "")
    assert [(p.visual, p.screens) for p in layout.panels] == [("constellation", (1, 2, 4, 5)), ("numbers", (3, 6))]
    assert layout.panels[0].options == {"quiet": True}


@pytest.mark.parametrize(
    ("written", "screens"),
    [(3, (3,)), ("3", (3,)), ("1-6", (1, 2, 3, 4, 5, 6)), ("2-6", (2, 3, 5, 6)), ((5, 2), (2, 5))],
)
def test_screens(written: int | str | tuple[int, ...], screens: tuple[int, ...]) -> None:
    """Screens are a number, a list, or two corners."""
    assert screens_of(written, GRID) == screens


@pytest.mark.parametrize("written", [0, 7, "1-7", "a", "1-2-3", (1, 5), (1, 1), (), (1, 2, 4)])
def test_no_rectangle(written: int | str | tuple[int, ...]) -> None:
    """Anything that is no rectangle of the grid is refused."""
    with pytest.raises(ValueError):
        screens_of(written, GRID)


def test_every_fault_has_its_line() -> None:
    """All that is wrong in a file is told at once, each with its line."""
    text = GOOD.replace('"good"', '"other"').replace('"constellation"', '"constelation"').replace("[3, 6]", "[3, 5]")
    assert [line for line, _ in faults(text)] == [1, 5, 12]
    assert "did you mean 'constellation'" in faults(text)[1][1]
    assert "no rectangle" in faults(text)[2][1]


def test_overlap() -> None:
    """Two panels on one screen are a fault of the second."""
    assert faults(GOOD.replace("[3, 6]", "[2, 3]")) == [(12, "panel 2 lies over panel 1 on screen 2")]


def test_no_toml() -> None:
    """A file that is no TOML names the line where it breaks."""
    assert faults('name = "good"\ntitle = \n')[0][0] == 2


def test_unknown_key() -> None:
    """An unknown key names the nearest one."""
    assert faults(GOOD.replace("caption", "captoin")) == [
        (7, "unknown key 'captoin' in panels.0; did you mean 'caption'?")
    ]


def test_shipped_layouts() -> None:
    """The layouts that come with Agora are without fault, on their own grid and on any other."""
    for columns, rows in ((3, 2), (1, 1), (2, 1), (4, 2), (6, 1), (8, 4)):
        grid = Grid(columns=columns, rows=rows)
        shelf = load(SHIPPED, grid)
        assert shelf.faults == ()
        assert shelf.layouts.keys() >= SHIPPED_NAMES
        for layout in shelf.layouts.values():
            screens = [n for panel in layout.panels for n in panel.screens]
            assert len(screens) == len(set(screens)) > 0
            assert all(grid.is_rectangle(panel.screens) for panel in layout.panels)


def test_other_grid() -> None:
    """A layout drawn for another grid is laid out in proportion."""
    layout = good("grid = [3, 2]\n" + GOOD, Grid(columns=6, rows=4))
    assert layout.panels[1].screens == (5, 6, 11, 12, 17, 18, 23, 24)
    assert [p.screens for p in good("grid = [3, 2]\n" + GOOD, Grid(columns=1, rows=1)).panels] == [(1,)]


def test_broken_file_leaves_the_old_layout(tmp_path: Path) -> None:
    """A file that breaks keeps what it held before, and says why."""
    file = tmp_path / "good.toml"
    file.write_text(GOOD)
    before = load(tmp_path, GRID)
    file.write_text(GOOD.replace("visual", "visaul"))
    after = load(tmp_path, GRID, before=before.layouts)
    assert after.layouts == before.layouts
    assert {fault.line for fault in after.faults} == {4, 5, 10, 11}


def test_gone_file(tmp_path: Path) -> None:
    """A file that is gone takes its layout with it; a folder that is gone leaves all."""
    (tmp_path / "good.toml").write_text(GOOD)
    before = load(tmp_path, GRID)
    (tmp_path / "good.toml").unlink()
    assert load(tmp_path, GRID, before=before.layouts).layouts == {}
    gone = load(tmp_path / "nowhere", GRID, before=before.layouts)
    assert gone.layouts == before.layouts
    assert "no such folder" in str(gone.faults[0])
