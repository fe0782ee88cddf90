"""What the hub tells of the node that the wall turns to, of freezes and fresh starts."""

from __future__ import annotations

from stream.graphs import key_of
from stream.hub.presenter import Played
from stream.mention import Target
from stream.show.agenda import Agenda
from stream.wire.messages import Figures, Focus, Focused, Labels, OnAir, decode_from_hub
from stream.wire.said import Session
from tests.stream.hub.house import ALL, NOW, House, post


def evening() -> House:
    house = House()
    posts = [post(i, f"The lantern parade was grand, number {i} #lanterns #harbour") for i in range(6)]
    posts += [post(10 + i, f"Soup at the market number {i} #soup #market") for i in range(6)]
    answer = post(30, "I saw it too", kind="reply", author="ben", target=Target(posts[0].id, posts[0].author.id))
    house.hear(*posts, answer)
    house.later()
    return house


def focused(house: House) -> Focused | None:
    posted = house.board.newest("focused")
    if posted is None:
        return None
    message = decode_from_hub(posted.payload)
    assert isinstance(message, Focused)
    return message


def test_topic_comes_with_what_is_said_about_it() -> None:
    """The topic's name, weight and the cards that say it, and no other cards."""
    house = evening()
    house.engine.presenter.play(Played(focus=("topics", "#lanterns")))
    house.later()
    told = focused(house)
    assert told is not None
    assert (told.label, told.weight) == ("#lanterns", 6)
    assert told.cards
    assert all("lantern" in card.text for card in told.cards)


def test_person_comes_with_posts_by_and_to_them() -> None:
    """A person's cards are those by them and those that answer them."""
    house = evening()
    house.engine.presenter.play(Played(focus=("people", "simulation:author0")))
    house.later()
    told = focused(house)
    assert told is not None
    assert told.label == "@author0"
    assert {card.text for card in told.cards} >= {"I saw it too"}
    assert not any("Soup" in card.text for card in told.cards)


def test_blocked_topic_loses_its_name_and_its_cards() -> None:
    """When staff block the topic's word, neither its name nor its posts leave the hub any more."""
    house = evening()
    house.engine.presenter.play(Played(focus=("topics", "#lanterns")))
    house.later()
    house.engine.decide("block:term:lanterns", {})
    house.later()
    house.later()
    told = focused(house)
    assert told is None or (told.label, told.cards) == ("", ())
    assert house.leaks("lanterns") == []


def test_labels_name_what_is_tied_to_it_only() -> None:
    """While the wall is turned to a topic, only it and what is said with it have labels."""
    house = evening()
    lanterns = Focus("topics", key_of("#lanterns"))
    house.stage.show(OnAir(at=house.now, rev=2, layout=ALL, why="take", focus=lanterns))
    house.at_once()
    house.later()
    posted = house.board.newest("labels:0")
    assert posted is not None
    labels = decode_from_hub(posted.payload)
    assert isinstance(labels, Labels)
    named = {label.text for label in labels.labels}
    assert named
    assert named <= {"#lanterns", "#harbour"}


def test_frozen_picture_holds_but_hides_apply() -> None:
    """While the picture is frozen nothing new comes to the wall, what is hidden leaves it, and tablets read on."""
    house = evening()
    before = house.cards()
    house.engine.presenter.play(Played(frozen=True))
    house.hear(post(50, "Quite new and never seen #new"))
    house.later(2000)
    house.later(2000)
    assert house.cards() == before
    assert any(told["id"] == "simulation:50" for told in house.told("posts")["posts"])
    gone = next(iter(before))
    house.engine.decide(f"post:{gone}", {"show": "hidden"})
    house.later(2000)
    assert gone not in house.cards()
    assert "simulation:50" not in house.cards()
    house.engine.presenter.play(Played())
    house.later(2000)
    assert "simulation:50" in house.cards()


def test_hub_that_comes_back_to_a_frozen_wall_holds_its_first_picture() -> None:
    """A freeze that is older than the hub holds what the hub shows first."""
    house = House()
    house.engine.presenter.play(Played(frozen=True))
    house.hear(post(1, "There before #early"))
    house.later(2000)
    first = house.cards()
    house.hear(post(2, "Quite new #late"))
    house.later(2000)
    house.later(2000)
    assert house.cards() == first


def test_fresh_start_clears_earlier_posts_until_it_is_undone() -> None:
    """After a fresh start only later posts are stories; undone, the earlier ones come back."""
    house = evening()
    before = house.cards()
    house.engine.presenter.play(Played(fresh=NOW))
    house.later(2000)
    assert house.cards() == {}
    house.hear(post(60, "First words after it #again", at=house.now))
    house.later(2000)
    assert set(house.cards()) == {"simulation:60"}
    house.engine.presenter.play(Played())
    house.later(2000)
    assert before.keys() < house.cards().keys()


def test_sessions_of_the_window_go_to_the_walls() -> None:
    """Walls get the sessions of the agenda that touch the window."""
    house = evening()
    near, far = Session("a", NOW - 60_000, NOW, "Opening"), Session("b", NOW + 10**9, NOW + 2 * 10**9, "Closing")
    house.engine.presenter.play(Played(agenda=Agenda((near, far))))
    house.later(2000)
    posted = house.board.newest("figures")
    assert posted is not None
    figures = decode_from_hub(posted.payload)
    assert isinstance(figures, Figures)
    assert figures.sessions == (near,)
