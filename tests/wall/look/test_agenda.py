"""The wall names the session under a spike."""

from __future__ import annotations

import dataclasses
import math

import pytest
from msgspec.structs import replace

from stream.wire.geometry import Grid
from stream.wire.lookback import Back
from stream.wire.said import Session
from tests.wall.look import views
from wall import agenda, headline, legibility
from wall.drawlist import DrawList
from wall.scene import Scene

NOW = int(views.T)
WHOLE = Session("a", NOW - 3_600_000, NOW + 60_000, "Light on water")
LONG = Session(
    "b", NOW - 3_600_000, NOW + 60_000, "How nine thousand lanterns came to the harbour, told by those who lit them"
)


def draw(layout: str, *sessions: Session) -> DrawList:
    view = views.view(views.shipped(layout))
    assert view.figures is not None
    return Scene(math.inf).draw(dataclasses.replace(view, figures=replace(view.figures, sessions=sessions)))


def texts(drawlist: DrawList) -> list[str]:
    return [text.block.key[0] for _, text in drawlist.texts()]


@pytest.mark.parametrize("layout", ["river", "numbers", "pulse"])
@pytest.mark.parametrize("session", [WHOLE, LONG])
def test_session_under_a_spike_is_named(layout: str, session: Session) -> None:
    """River, numbers and what rises say during which session it was, legibly, however long its title."""
    drawlist = draw(layout, session)
    assert any(f" · {session.title[:6]}" in text for text in texts(drawlist))
    assert legibility.faults(drawlist, Grid()) == []


def test_moment_without_a_session_says_none() -> None:
    """Outside of all sessions the wall says only when it was."""
    assert not any(" · Light" in text for text in texts(draw("river", Session("c", 0, 1000, "Light on water"))))


def test_long_titles_are_cut() -> None:
    """A long title ends in an ellipsis."""
    view = views.view(views.shipped("river"))
    assert view.figures is not None
    figures = replace(view.figures, sessions=(LONG,))
    assert agenda.session_at(figures, NOW).endswith("…")
    assert len(agenda.session_at(figures, NOW)) <= agenda.LONGEST


@pytest.mark.parametrize(
    ("ago_min", "said"),
    [(60, "An hour ago, "), (41, "41 minutes ago, "), (0, "A moment ago"), (300, "5 hours ago, ")],
)
def test_a_look_back_says_which_moment_it_shows(ago_min: int, said: str) -> None:
    """While the wall looks back it writes how long ago that was, and what time it was there, beside the title."""
    view = views.view(views.shipped("stories"))
    back = Back(NOW - ago_min * 60_000, NOW, NOW, NOW + 1)
    held = dataclasses.replace(view, t=float(NOW), on_air=replace(view.on_air, back=back))
    assert any(text.startswith(said) for text in texts(Scene(math.inf).draw(held)))
    assert headline.earlier(back, NOW, "UTC") != headline.earlier(back, NOW, "Asia/Kathmandu") or ago_min == 0
