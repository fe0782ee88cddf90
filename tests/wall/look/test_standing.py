"""Tracks, voices and moods on the wall: much, little, nothing, long words, any script, words that must go, a silent hub."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.wire.geometry import Grid
from stream.wire.messages import Event, Panel
from stream.wire.snapshot import PersonNode, Sentiment, TopicNode, Track
from tests.wall.look import views
from tests.wall.look.test_scene import LONG, draw, layout, words
from wall import legibility
from wall.scene import Scene
from wall.view import View
from wall.visuals import find

SCREENS = [(5,), (1, 2), (2, 5), (1, 2, 3), (1, 2, 4, 5), (1, 2, 3, 4, 5, 6)]
NAMED = ("compare", "voices", "mood")


def shown(visual: str, screens: tuple[int, ...] = (5,), grid: Grid | None = None, **changes: Any) -> View:
    """A view of one visual whose figures, or the tracks and the mood in them, are changed."""
    view = views.view(layout(visual, screens, title="A title"), grid, topics=0, people=0)
    assert view.figures is not None
    inner = {k: changes.pop(k) for k in ("tracks", "sentiment") if k in changes}
    numbers = msgspec.structs.replace(view.figures.numbers, **inner)
    view.figures = msgspec.structs.replace(view.figures, numbers=numbers, **changes)
    return view


def faults(view: View) -> list[str]:
    return legibility.faults(draw(view), view.hello.grid)


@pytest.mark.parametrize("visual", NAMED)
def test_nothing_to_show_stays_away(visual: str) -> None:
    """Without tracks, voices or moods a visual asks to be skipped; with them it is there."""
    found = find(visual)
    assert found is not None
    assert not found.away(shown(visual))
    empty = shown(visual, tracks={}, sentiment=Sentiment(), voices=(), topics=())
    assert found.away(empty)
    assert faults(empty) == []
    empty.figures = None
    assert found.away(empty)


@given(name=LONG, count=st.integers(1, 30), screens=st.sampled_from(SCREENS))
@settings(max_examples=15, deadline=None)
def test_any_names_stay_in_their_place(name: str, count: int, screens: tuple[int, ...]) -> None:
    """However long the names of voices and topics are, however many, in whatever script, nothing lies on anything else."""
    voices = tuple(
        PersonNode("", f"@{i}{name}", ("public", "brand")[i % 3 == 0], 10_000 // (i + 1), i) for i in range(count)
    )
    topics = tuple(TopicNode(str(i), f"{name}{i}", 900 // (i + 1), math.sin(9.0 * i + 1), 0.0, 0) for i in range(count))
    for visual in ("voices", "mood"):
        assert faults(shown(visual, screens, voices=voices, topics=topics)) == []


KINDS = st.sampled_from(["brand", "competitor", "campaign", "topic"])
TRACK = st.builds(
    Track, KINDS, st.integers(0, 90_000), st.floats(0.0, 1.0), st.floats(-1.0, 1.0), st.none() | st.floats(-1.0, 90.0),
    st.integers(0, 900), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.integers(0, 900), st.integers(0, 90_000),
    st.integers(0, 900), st.none() | st.floats(-1.0, 900.0), st.none() | st.floats(0.0, 1.0),
)  # fmt: skip


@given(
    names=st.lists(LONG.filter(str.strip), min_size=1, max_size=9, unique=True),
    data=st.data(),
    screens=st.sampled_from(SCREENS),
)
@settings(max_examples=25, deadline=None)
def test_any_tracks_are_legible(names: list[str], data: st.DataObject, screens: tuple[int, ...]) -> None:
    """Whatever is tracked, in whatever numbers, on whatever rectangle of screens."""
    tracks = {name: data.draw(TRACK) for name in names}
    view = shown("compare", screens, tracks=tracks)
    view.t = data.draw(st.sampled_from([8000.0, 24_000.0, 40_000.0]))
    assert faults(view) == []


def test_groups_take_turns_on_one_screen() -> None:
    """Brands first, then the campaigns; between them the panel is dark for a moment instead of jumping."""
    seen = []
    for t in (8000.0, 16_000.0, 24_000.0):
        view = shown("compare")
        view.t = t
        seen.append(words(draw(view)))
    assert "Sommerwerft" in seen[0]
    assert "Nine thousand lanterns" in seen[2]
    assert not seen[1] & (seen[0] | seen[2]) - {"A title", "Rehearsal"}


def test_brand_leads_and_a_campaign_says_what_it_moved() -> None:
    """The own brand's share stands in the ring, a campaign's figure is its uplift."""
    drawlist = draw(shown("compare", (1, 2, 3, 4, 5, 6)))
    said = words(drawlist)
    assert {"Festival of Light", "from the public", "our own", "paid for", "+\u202f52\u202f% glad"} <= said
    assert any(word.startswith("times the posts from before it began") for word in said)


def test_mood_is_never_told_by_colour_alone() -> None:
    """Where glad and critical lie, their signs and words stand too."""
    for screens in SCREENS:
        said = words(draw(shown("mood", screens)))
        assert {"+", "−"} <= said
        assert any("critical" in word for word in said)


@pytest.mark.parametrize("visual", NAMED)
def test_names_of_strangers_go_and_figures_stay(visual: str) -> None:
    """Behind a silent hub no handle and no topic is read, and there is still a picture."""
    view = shown(visual, (1, 2, 3, 4, 5, 6))
    view.words = 0.0
    assert view.figures is not None
    handles = {v.handle for v in view.figures.voices} | {t.label for t in view.figures.topics}
    drawlist = draw(view)
    assert not words(drawlist) & handles
    assert faults(view) == []


@pytest.mark.parametrize("visual", NAMED)
def test_other_grids_are_legible(visual: str) -> None:
    """From eight metres, on one small screen, on four columns, and on three rows."""
    for grid in (
        Grid(distance_m=8.0), Grid(columns=1, rows=1, width=1280, height=720), Grid(columns=4, rows=2), Grid(columns=2, rows=3),
    ):  # fmt: skip
        assert faults(shown(visual, tuple(range(1, grid.count + 1)), grid)) == []


def test_a_topic_keeps_its_place_while_its_mood_hardly_moves() -> None:
    """Names neither blink nor hop: a small change of mood moves a light by a little."""
    scene, view = Scene(math.inf), shown("mood", (1, 2, 3, 4, 5, 6))
    before = {t.block.text: (t.x, t.y) for _, t in draw(view, scene).texts()}
    assert view.figures is not None
    moved = tuple(msgspec.structs.replace(t, sentiment=t.sentiment + 0.004) for t in view.figures.topics)
    view.figures = msgspec.structs.replace(view.figures, topics=moved)
    view.t += 1000.0
    after = {t.block.text: (t.x, t.y) for _, t in draw(view, scene).texts()}
    labels = {t.label for t in moved} & before.keys() & after.keys()
    assert len(labels) > 9
    assert all(math.dist(before[name], after[name]) < 60.0 for name in labels)


@given(event=st.builds(Event, LONG, LONG, LONG, st.just("") | st.just("https://example.org/" + 9 * "light/"), LONG),
       screens=st.sampled_from(SCREENS))  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_any_event_has_its_title(event: Event, screens: tuple[int, ...]) -> None:
    """Whatever the event is called and however it is written, its title stays in its place."""
    view = views.view(layout("title", screens, title="Welcome"), topics=0, people=0)
    view.hello = msgspec.structs.replace(view.hello, event=event)
    assert faults(view) == []


def test_the_clock_tells_the_time_of_the_event() -> None:
    """Digits stand for the hour where the event is, whatever the wall's machine says."""
    told = []
    for timezone in ("UTC", "Asia/Tokyo"):
        view = views.view(views.shipped("event"), topics=0, people=0)
        view.hello = msgspec.structs.replace(
            view.hello, event=msgspec.structs.replace(view.hello.event, timezone=timezone)
        )
        texts = [text for _, text in draw(view).texts() if text.block.style.size == 92.0 and len(text.block.text) == 1]
        told.append("".join(text.block.text for text in sorted(texts, key=lambda text: text.x)))
    assert told == ["14:13", "23:13"]


def test_calm_has_no_words_of_strangers() -> None:
    """Behind a speaker there are lights and what the house says, nothing else."""
    view = views.view(views.shipped("speaker"), topics=200, people=0)
    said = words(draw(view))
    assert view.hello.event.name in said
    assert not said & (set(views.TOPICS) - {view.hello.event.hashtag})
    assert Panel("constellation", (2, 3, 5, 6), options={"calm": True}) in view.on_air.layout.panels
