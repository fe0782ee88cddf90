"""The scene: what a view becomes, in a switch, in a panic, without words, without data."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.wire.geometry import Grid
from stream.wire.messages import Layout, OnAir, Panel, Stories
from tests.wall.look import views
from wall import legibility, transition
from wall.drawlist import DrawList
from wall.scene import Scene, drift
from wall.view import View
from wall.visuals import SHIPPED, find

STRANGERS = (
    {text for post in views.POSTS for text in (post[0], post[1], post[3])} | set(views.TOPICS) | set(views.PEOPLE)
)


def draw(view: View, scene: Scene | None = None) -> DrawList:
    return (scene or Scene(math.inf)).draw(view)


def words(drawlist: DrawList) -> set[str]:
    return {text.block.key[0] for _, text in drawlist.texts()}


def layout(visual: str, screens: tuple[int, ...], **more: str) -> Layout:
    return Layout(visual, more.get("title", ""), (Panel(visual, screens, more.get("caption", "")),))


@pytest.mark.parametrize("visual", SHIPPED)
@pytest.mark.parametrize("screens", [(5,), (1, 2), (2, 5), (1, 2, 3), (1, 2, 4, 5), (1, 2, 3, 4, 5, 6)])
def test_visual_is_legible_on_any_rectangle(visual: str, screens: tuple[int, ...]) -> None:
    """From one screen to six, with much to show, nothing overlaps, is cut or lies under a bezel."""
    view = views.view(layout(visual, screens, title="A title", caption="A caption"), topics=200, people=400)
    assert legibility.faults(draw(view), view.hello.grid) == []


@pytest.mark.parametrize("visual", SHIPPED)
@pytest.mark.parametrize("screens", [(5,), (1, 2, 3, 4, 5, 6)])
def test_visual_without_data_is_quiet_and_alive(visual: str, screens: tuple[int, ...]) -> None:
    """With nothing heard yet there is light, a sentence, and no fault."""
    view = views.view(layout(visual, screens), topics=0, people=0, stories=None, figures=None)
    drawlist = draw(view)
    assert words(drawlist)
    assert legibility.faults(drawlist, view.hello.grid) == []


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_cards_and_nodes_are_drawn(count: int) -> None:
    """One post, or two topics, are a picture as well."""
    view = views.view(views.shipped("stories"), topics=count, people=count)
    assert view.stories is not None
    view.stories = msgspec.structs.replace(view.stories, cards=view.stories.cards[:count])
    for name in ("stories", "topics", "people", "pulse"):
        view.on_air = OnAir(view.on_air.at, 2, views.shipped(name), "take")
        assert legibility.faults(draw(view), view.hello.grid) == []


LONG = st.text(st.sampled_from("aWé漢字م ाक😀#_\n"), min_size=1, max_size=400)


@given(text=LONG, name=LONG, screens=st.sampled_from([(5,), (1, 2, 3, 4, 5, 6)]))
@settings(max_examples=12, deadline=None)
def test_any_words_stay_in_their_place(text: str, name: str, screens: tuple[int, ...]) -> None:
    """However long a post and its author's name are, in whatever script, a card stays legible."""
    view = views.view(layout("stories", screens, title="T", caption="C"), topics=0, people=0)
    assert view.stories is not None
    cards = tuple(msgspec.structs.replace(c, text=text, name=name, handle=name) for c in view.stories.cards)
    view.stories = msgspec.structs.replace(view.stories, cards=cards)
    assert legibility.faults(draw(view), view.hello.grid) == []


def test_same_view_same_picture() -> None:
    """Two walls with the same view draw the same, whatever each drew before."""
    view = views.view(views.shipped("pulse"), topics=120, people=300)
    a, b = draw(view), draw(view)
    assert np.array_equal(a.stage.colours, b.stage.colours)
    for one, other in zip(a.layers, b.layers, strict=True):
        assert all(
            np.array_equal(x, y) for x, y in zip(one.halos + one.curves, other.halos + other.curves, strict=True)
        )
        assert [(t.block.text, t.x, t.y) for t in one.texts] == [(t.block.text, t.x, t.y) for t in other.texts]


def test_panic_shows_nothing_of_strangers() -> None:
    """On the very next frame the safe scene stands: the event's name, and no stranger's word."""
    scene = Scene(math.inf)
    view = views.view(views.shipped("pulse"), topics=60, people=60)
    draw(view, scene)
    view.panic = True
    shown = words(draw(view, scene))
    assert view.hello.event.name in shown
    assert not shown & (STRANGERS - {view.hello.event.hashtag})


def test_wall_that_asks_to_join_shows_its_code_everywhere() -> None:
    """Each screen shows the code and what to do with it, whatever was on air, and no stranger's word."""
    view = views.view(views.shipped("pulse"), topics=60, people=60)
    view.code = "482913"
    drawlist = draw(view)
    shown = [text for layer in drawlist.layers for text in layer.texts if text.block.text == "482 913"]
    screens = [view.hello.grid.screen(n) for n in range(1, view.hello.grid.count + 1)]
    assert [sum(s.x <= t.x <= s.right and s.y <= t.y <= s.bottom for t in shown) for s in screens] == [1] * len(screens)
    assert not words(drawlist) & STRANGERS


def test_words_fade_when_the_hub_is_silent() -> None:
    """With words at nothing no stranger's word is drawn, and the lights stay."""
    for name in ("pulse", "topics", "people", "stories"):
        view = views.view(views.shipped(name), topics=60, people=60, words=0.0, silent_s=14.0)
        drawlist = draw(view)
        assert not words(drawlist) & STRANGERS
        assert any(len(h) for layer in drawlist.layers for h in layer.halos)


def test_retracted_card_is_gone_at_once() -> None:
    """A card that left the feed does not even fade."""
    scene = Scene(math.inf)
    view = views.view(layout("stories", (5,)), topics=0, people=0)
    draw(view, scene)
    assert view.stories is not None
    shown = words(draw(view, scene)) & STRANGERS
    gone = next(c for c in view.stories.cards if c.text in shown)
    view.t += 40
    view.stories = Stories(int(view.t), tuple(c for c in view.stories.cards if c.id != gone.id))
    assert gone.text not in {t.block.key[0] for layer in draw(view, scene).layers for t in layer.texts}


def test_new_card_is_seen_at_once_where_none_has_to_leave() -> None:
    """The first frame that knows it shows its words, faintly; where another card leaves, that one is read until then."""
    for leaves in (False, True):
        scene = Scene(math.inf)
        view = views.view(layout("stories", (5,)), topics=0, people=0)
        assert view.stories is not None
        old, new = (msgspec.structs.replace(view.stories.cards[i], pinned=True) for i in (0, 1))
        view.stories = Stories(int(view.t), (old,))
        draw(view, scene)
        view.t += 40
        view.stories = Stories(int(view.t), (new, old) if leaves else (new,))
        assert words(draw(view, scene)) & {old.text, new.text} == {old.text if leaves else new.text}


def test_addresses_are_not_read_from_a_wall() -> None:
    """A link in a post is left out of its words, and stays where the post is nothing else."""
    view = views.view(layout("stories", (5,)), topics=0, people=0)
    assert view.stories is not None
    for text, said in (
        ("Come and see https://example.org/a?b=1", "Come and see"),
        ("https://example.org/", "https://example.org/"),
    ):
        card = msgspec.structs.replace(view.stories.cards[0], text=text)
        view.stories = Stories(int(view.t), (card,))
        assert said in words(draw(view))


def test_data_age_is_told() -> None:
    """Old data is said to be old, and a rehearsal to be one."""
    view = views.view(views.shipped("topics"), topics=60, people=0)
    assert view.figures is not None
    view.figures = msgspec.structs.replace(view.figures, data_age_s=150.0)
    shown = words(draw(view))
    assert "Rehearsal" in shown
    assert any("2 min ago" in word for word in shown)


def test_nodes_fly_from_panel_to_panel() -> None:
    """In a switch each node starts where it was, ends where it will be, and is between in between."""
    old, new = views.shipped("pulse"), views.shipped("topics")
    view = views.view(new, topics=90, people=0, previous=OnAir(0, 1, old, "take"))
    at = view.on_air.at
    scene = Scene(math.inf)
    places = []
    for t in (at, at + 400.0, at + transition.DURATION_MS):
        view.t = t
        halos = next(layer.halos[0] for layer in draw(view, scene).layers if layer.halos and len(layer.halos[0]) >= 90)
        places.append(halos[:90, :2])
    start, middle, end = places
    lone = views.view(old, topics=90, people=0, t=float(at))
    was = next(layer.halos[0] for layer in draw(lone).layers if layer.halos and len(layer.halos[0]) >= 90)
    assert np.allclose(start, was[:90, :2], atol=0.5)
    assert np.all(np.linalg.norm(middle - (start + end) / 2, axis=1) <= 8.0)


@given(st.floats(0.0, 1.0))
def test_two_texts_never_lie_on_each_other_in_a_switch(share: float) -> None:
    """What leaves is nearly gone before what comes can be read."""
    assert min(transition.leaving(share), transition.coming(share)) < 0.25


@given(st.floats(0.0, 1e13))
def test_drift_is_small_and_slow(t: float) -> None:
    """Still elements wander by a few pixels, never faster than a pixel in ten seconds."""
    (x, y), (x2, y2) = drift(t), drift(t + 1000.0)
    assert abs(x) <= 4.0
    assert abs(y) <= 3.0
    assert math.hypot(x2 - x, y2 - y) < 0.1 or (t % 86_400_000) > 86_398_000


def test_other_grids_keep_type_readable() -> None:
    """On a wall read from eight metres type grows; on small screens it does not shrink."""
    for grid in (Grid(distance_m=8.0, columns=3, rows=2), Grid(columns=1, rows=1, width=1280, height=720)):
        screens = tuple(range(1, grid.count + 1))
        for visual in ("stories", "numbers", "rising", "title"):
            view = views.view(layout(visual, screens, title="Now"), grid, topics=0, people=0)
            drawlist = draw(view)
            assert legibility.smallest_cap(drawlist) >= grid.smallest_cap_px * legibility.TOLERANCE
            assert legibility.faults(drawlist, grid) == []


def test_unknown_visual_leaves_its_panel_empty() -> None:
    """A layout that names a visual that is not installed still draws its title."""
    assert find("no-such-visual") is None
    view = views.view(layout("no-such-visual", (1, 2), title="Still here"), topics=0, people=0)
    assert "Still here" in words(draw(view))
