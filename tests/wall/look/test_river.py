"""The river: bands that flow, and words that stay readable whatever flows by."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.wire.messages import Figures, Stream
from stream.wire.snapshot import Numbers
from tests.wall.look import views
from tests.wall.look.test_scene import draw, layout, words
from wall import bands, legibility
from wall.drawlist import DrawList
from wall.scene import Scene
from wall.visuals.river import VISUAL

BUCKET = 30_000
SCREENS = [(5,), (1, 2), (2, 5), (1, 2, 3), (1, 2, 4, 5), (1, 2, 3, 4, 5, 6)]
SCRIPTS = ("#光の祭りがはじまる", "#مهرجان_النور_والموسيقى", "#เทศกาลแสงสีเสียง", "#रोशनी_का_त्योहार", "#דוכן_אור", "#빛의축제",
           "#Donaudampfschifffahrtsgesellschaftskapitän", "🎆🎇✨", "a")  # fmt: skip


def figures(*courses: list[int], at: int = 0, names: tuple[str, ...] = ()) -> Figures:
    """Bands with these courses, ``at`` ms after the evening's T."""
    river = tuple(
        Stream(i, names[i] if names else f"#topic{i}", i % 4, tuple(course)) for i, course in enumerate(courses)
    )
    t = int(views.T) + at
    return Figures(t, t, 1800, Numbers(posts=900, bucket_ms=BUCKET), (), river=river)


def steady(weight: int) -> list[int]:
    return [weight] * 61


def drawn(told: Figures, screens: tuple[int, ...], scene: Scene | None = None, later: float = 2000.0) -> DrawList:
    view = views.view(layout("river", screens, title="A title", caption="A caption"), topics=0, people=0, figures=told)
    view.t = told.at + later
    return draw(view, scene)


def test_heights_are_posts() -> None:
    """A steady topic is as wide as it is said often, and bands lie on each other without a gap."""
    found = bands.at_time(None, figures(steady(8), steady(3)), views.T + 2000)
    assert np.allclose(np.diff(found.edges, axis=0), [[8.0] * len(found.at), [3.0] * len(found.at)])
    assert np.allclose(found.edges[0], -5.5)


def test_a_calm_band_keeps_straight_beside_a_wild_one() -> None:
    """The baseline has less wiggle, weighted by width, than one that lies flat or one that is symmetric."""
    wave = [round(10 + 9 * math.sin(i / 6)) for i in range(61)]
    found = bands.at_time(None, figures(steady(30), wave), views.T + 2000)
    heights = np.diff(found.edges, axis=0)

    def wiggle(base: np.ndarray) -> float:
        middles = base + np.cumsum(heights, axis=0) - heights / 2
        return float((heights[:, 1:] * np.diff(middles, axis=1) ** 2).sum())

    assert wiggle(found.edges[0]) < wiggle(-heights.sum(axis=0) / 2)
    assert wiggle(found.edges[0]) < wiggle(np.zeros(len(found.at)))


def test_the_river_flows_with_hub_time() -> None:
    """Its ends run as fast as T ran between the last two figures; long without news it stands still."""
    before, now = figures(steady(5)), figures(steady(5), at=1000)
    faster = msgspec.structs.replace(now, T=before.T + 60_000)
    assert bands.begin_end(before, now, now.at + 500)[1] - bands.begin_end(before, now, now.at)[1] == pytest.approx(500)
    assert bands.begin_end(before, faster, now.at + 500)[1] - bands.begin_end(before, faster, now.at)[
        1
    ] == pytest.approx(30_000)
    ends = [bands.begin_end(before, now, now.at + seconds * 1000.0)[1] for seconds in (60, 120)]
    assert ends[1] == pytest.approx(ends[0], abs=1.0)


def test_a_new_band_grows_and_one_that_leaves_shrinks() -> None:
    """From one figures message to the next no edge jumps."""
    before, now = figures(steady(9), steady(4)), figures(steady(9), at=1000)
    now = msgspec.structs.replace(now, river=(*now.river, Stream(7, "#new", 1, tuple(steady(6)))))
    widths = []
    for share in (0.0, 0.5, 1.0):
        found = bands.at_time(before, now, now.at + share * bands.SETTLE_MS)
        widths.append({key: float(found.edges[i + 1, 50] - found.edges[i, 50]) for i, key in enumerate(found.keys)})
    assert widths[0] == pytest.approx({0: 9.0, 1: 4.0, 7: 0.0})
    assert widths[1] == pytest.approx({0: 9.0, 1: 2.0, 7: 3.0})
    assert widths[2] == pytest.approx({0: 9.0, 7: 6.0})


@given(
    st.lists(st.lists(st.integers(0, 400), min_size=61, max_size=61), min_size=1, max_size=5), st.sampled_from(SCREENS)
)
@settings(max_examples=12, deadline=None)
def test_any_courses_stay_readable(courses: list[list[int]], screens: tuple[int, ...]) -> None:
    """Whatever people say, no words lie on each other, under a bezel, or off their panel."""
    assert legibility.faults(drawn(figures(*courses), screens), views.Grid()) == []


@pytest.mark.parametrize("screens", SCREENS)
def test_every_script_and_length_has_its_place(screens: tuple[int, ...]) -> None:
    """Names in all scripts, and very long ones, are readable or left out."""
    x = np.arange(61)
    courses = [[round(4 + 30 * math.exp(-(((t - 6 * i) / 3) ** 2))) for t in x] for i in range(len(SCRIPTS))]
    drawlist = drawn(figures(*courses, names=SCRIPTS), screens)
    assert legibility.faults(drawlist, views.Grid()) == []
    assert any(name.startswith("#") for name in words(drawlist))


def test_a_spike_is_told_with_its_height_and_time() -> None:
    """What leapt up says how often it was said a minute, and when."""
    course = steady(3)
    course[40:43] = [30, 40, 30]
    shown = words(drawn(figures(steady(12), course), (1, 2, 3, 4, 5, 6)))
    assert "#topic1" in shown
    assert any(word.startswith("70 posts a minute, ") for word in shown)


def test_a_river_without_a_leap_tells_none() -> None:
    """Steady bands have names and nothing else."""
    shown = words(drawn(figures(steady(12), steady(9)), (1, 2, 3, 4, 5, 6)))
    assert {"#topic0", "#topic1"} <= shown
    assert not any("a minute" in word for word in shown)


def test_names_flow_and_never_jump() -> None:
    """In a minute a name moves with its band; where it must change its place it fades."""
    scene, places = Scene(math.inf), []
    for step in range(0, 60_000, 500):
        told = figures(steady(20), steady(9), at=step - step % 1000)
        view = views.view(layout("river", (1, 2, 3, 4, 5, 6)), topics=0, people=0, figures=told)
        view.t = views.T + step
        texts = [t for _, t in draw(view, scene).texts() if t.block.text == "#topic0" and t.opacity > 0.5]
        places += [t.x for t in texts]
        assert legibility.faults(scene.draw(view), view.hello.grid) == []
    moves = np.abs(np.diff(places))
    assert np.median(moves) < 4.0
    assert (moves > 12.0).sum() <= 2


def test_names_that_must_go_are_gone_at_once() -> None:
    """A label that is taken back is not drawn any more, not even while its band leaves."""
    scene = Scene(math.inf)
    assert "#topic1" in words(drawn(figures(steady(20), steady(12)), (5,), scene))
    later = figures(steady(20), at=1000)
    assert "#topic1" not in words(drawn(later, (5,), scene, later=66.0))


def test_few_posts_are_no_flood() -> None:
    """Some posts are a thin stream, hardly any a sentence."""
    hardly = figures([0] * 58 + [1, 2, 0])
    view = views.view(layout("river", (5,)), topics=0, people=0, figures=hardly)
    assert VISUAL.away(view)
    assert "The river begins with the first topics" in words(draw(view))
    few = drawn(figures([0] * 50 + [1] * 11), (5,))
    heights = [float(np.ptp(strip[:, 1])) for layer in few.layers for strip in layer.ribbons]
    assert max(heights) < 200.0


def test_without_the_hub_shapes_stay_and_names_go() -> None:
    """When words have faded the river still flows."""
    view = views.view(layout("river", (1, 2)), topics=0, people=0, words=0.0, silent_s=14.0)
    drawlist = draw(view)
    assert not words(drawlist) & {name for name, _ in views.BANDS}
    assert any(len(strip) for layer in drawlist.layers for strip in layer.ribbons)
