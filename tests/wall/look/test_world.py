"""The world: lights where people say they are, languages apart from countries, and what is unknown said to be so."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.wire.geometry import Rect
from stream.wire.messages import Figures
from tests.wall.look import views
from tests.wall.look.test_scene import draw, layout, words
from wall import callouts, earth, languages, legibility
from wall.earth.make import projected, simplified
from wall.scene import Scene
from wall.visuals.world import VISUAL

EARTH = earth.shared()
ALL = tuple(range(1, 7))
CROWD = ("FI", "SE", "NO", "DK", "EE", "LV", "LT", "DE", "NL", "BE", "LU", "CH", "AT", "CZ")


def told(at: int = 0, **more: object) -> Figures:
    """The evening's figures with other numbers, ``at`` ms later."""
    figures = views.figures()
    numbers = msgspec.structs.replace(figures.numbers, **more)
    return msgspec.structs.replace(figures, at=figures.at + at, T=figures.T + at, numbers=numbers)


def shown(figures: Figures, screens: tuple[int, ...] = ALL) -> set[str]:
    view = views.view(layout("world", screens), topics=0, people=0, figures=figures)
    drawlist = draw(view)
    assert legibility.faults(drawlist, view.hello.grid) == []
    return words(drawlist)


def test_countries_lie_where_they_are() -> None:
    """North is up, east is right, and each country's light lies in that country."""
    at = {code: EARTH.anchors[EARTH.number[code]] for code in ("FI", "ZA", "US", "JP", "BR", "NZ")}
    assert at["FI"][1] < at["ZA"][1]
    assert at["US"][0] < at["BR"][0] < at["FI"][0] < at["JP"][0] < at["NZ"][0]
    wide = EARTH.cells.shape[1]
    for code, (x, y) in at.items():
        assert EARTH.names[EARTH.cells[int(y * wide), int(x * wide)]] == EARTH.names[EARTH.number[code]]


def test_the_projection_keeps_areas() -> None:
    """A square degree covers as much of the map at the equator as at sixty degrees, but for the meridians' cosine."""

    def size(lat: float) -> float:
        corners = projected(np.array([[10.0, lat], [10.1, lat], [10.1, lat + 0.1], [10.0, lat + 0.1]]))
        x, y = corners[:, 0], corners[:, 1]
        return 0.5 * abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))))

    assert size(60.0) / size(0.0) == pytest.approx(math.cos(math.radians(60.05)), rel=0.002)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=3, max_size=30), st.floats(1e-4, 0.2))
def test_simplified_lines_stay_near(points: list[tuple[float, float]], tolerance: float) -> None:
    """A simplified line keeps its ends and only points of the line."""
    line = np.array(points)
    kept = simplified(line, tolerance)
    assert (kept[0] == line[0]).all()
    assert (kept[-1] == line[-1]).all()
    assert {tuple(p) for p in kept.tolist()} <= {tuple(p) for p in line.tolist()}


def test_dots_are_on_land() -> None:
    """The lattice has dots in great countries, none in the sea, and more when it is finer."""
    coarse, fine = EARTH.lattice(80), EARTH.lattice(160)
    assert len(fine[0]) > 3 * len(coarse[0])
    assert earth.SEA not in fine[1]
    assert {EARTH.number[code] for code in ("RU", "BR", "AU", "FI")} <= set(coarse[1].tolist())


def test_how_much_is_known_is_said() -> None:
    """Most people do not say where they are, and the wall says how many do; nor is a language guessed."""
    seen = shown(told(posts=1000, countries={"FI": 40, "DE": 2}, languages={"en": 600, "xx": 30}))
    assert "42 of 1,000 posts say where" in seen
    assert {"Finland", "40", "English", "60\u202f%", "not known", "37\u202f%"} <= seen


def test_a_language_is_no_country() -> None:
    """Languages without places light no country."""
    view = views.view(
        layout("world", ALL), topics=0, people=0, figures=told(countries={}, languages={"pt": 9, "en": 5})
    )
    drawlist = draw(view)
    assert {"Portuguese", "No post says where it was written"} <= words(drawlist)
    assert not any(len(sparks) for layer in drawlist.layers for sparks in layer.sparks)


def test_unknown_codes_are_left_out() -> None:
    """A code that no country has lights nothing."""
    seen = shown(told(countries={"ZZ": 50, "FI": 1}))
    assert "Finland" in seen


@pytest.mark.parametrize("screens", [(5,), (2, 5), (1, 2), (1, 2, 3), (1, 2, 4, 5), ALL])
@pytest.mark.parametrize("codes", [("FI",), CROWD, tuple(EARTH.number)])
def test_names_stand_free_however_many_crowd(screens: tuple[int, ...], codes: tuple[str, ...]) -> None:
    """One country, a crowded corner, or the whole world: names are readable on any panel."""
    counts = {code: 5 * (len(codes) - i) for i, code in enumerate(codes)}
    assert EARTH.names[EARTH.number[codes[0]]] in shown(told(countries=counts), screens)


@given(st.lists(st.tuples(st.floats(50, 1800), st.floats(50, 1000)), min_size=1, max_size=14))
@settings(max_examples=30, deadline=None)
def test_callouts_never_overlap(points: list[tuple[float, float]]) -> None:
    """Wherever points crowd, names lie in their room and on nothing else."""
    room, zone = Rect(0, 0, 1920, 1080), Rect(0, 0, 700, 200)
    found = callouts.place(points, [20.0] * len(points), [(300.0, 60.0)] * len(points), [room], [zone], 400.0)
    boxes = [callout.box for callout in found if callout is not None]
    assert all(room.contains(box) and not box.overlaps(zone) for box in boxes)
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_a_wave_runs_where_more_was_heard() -> None:
    """A country from which more posts came sends out a ring, once; one that fades sends none."""
    scene = Scene(math.inf)
    view = views.view(layout("world", ALL), topics=0, people=0, figures=told(countries={"FI": 5, "DE": 5}))
    assert not any(len(rings) for layer in draw(view, scene).layers for rings in layer.rings)
    view.figures = told(at=1000, countries={"FI": 7, "DE": 4})
    counts = []
    for later in (300.0, 1500.0, 4000.0):
        view.t = view.figures.at + later
        counts.append(sum(len(rings) for layer in draw(view, scene).layers for rings in layer.rings))
    assert counts == [1, 1, 0]


def test_languages_have_one_name_each() -> None:
    """Codes with a region or another spelling are one language; what has no name is counted apart."""
    ranked, other = languages.ranked({"pt-BR": 3, "pt": 4, "iw": 1, "he": 1, "qqq": 2})
    assert ranked == [("Portuguese", 7), ("Hebrew", 2)]
    assert other == 2


def test_the_world_stays_away_when_nothing_is_known() -> None:
    """Without places and with one language there is nothing to show."""
    view = views.view(layout("world", ALL), topics=0, people=0, figures=told(countries={}, languages={"en": 9}))
    assert VISUAL.away(view)
    assert "Nobody has said yet where they are" in words(draw(view))
