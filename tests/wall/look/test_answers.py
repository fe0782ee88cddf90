"""How the house answers, as the numbers show it where a layout wants it."""

from __future__ import annotations

import math

import msgspec

from stream.wire.messages import Answers, Layout, OnAir, Panel
from tests.wall.look import views
from wall.scene import Scene

SIX = (1, 2, 3, 4, 5, 6)


def shown(told: Answers, **options: bool) -> set[str]:
    """The words on a wall of numbers."""
    view = views.view(views.shipped("numbers"), topics=0, people=0)
    assert view.figures is not None
    view.figures = msgspec.structs.replace(view.figures, answers=told)
    layout = Layout("numbers", "Numbers", (Panel("numbers", SIX, options=options),))
    view.on_air = OnAir(at=0, rev=1, layout=layout, why="default")
    view.previous = None
    return {text.block.text for layer in Scene(math.inf).draw(view).layers for text in layer.texts}


def test_answers_are_shown_where_they_are_wanted() -> None:
    """With the option the time to the first answer and what is open stand among the figures, without it they do not."""
    answers = Answers(open=3, claimed=2, answered=12, first_answer_ms=260_000)
    words = shown(answers, answers=True)
    assert {"until we answer", "wait for our answer"} <= words
    assert "half of 12 posts to us waited no longer" in words
    assert "until we answer" not in shown(answers)


def test_nothing_to_answer_is_not_shown() -> None:
    """Where nobody asked anything no figure says so."""
    words = shown(Answers(), answers=True)
    assert not {"until we answer", "wait for our answer", "waits for our answer"} & words
