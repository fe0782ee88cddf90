"""Looking back: moments of the past measured again, without what was taken back since."""

from __future__ import annotations

import msgspec
import pytest

from stream.hub.feeds import Featured
from stream.hub.lookback import MOMENTS, Lookback, moments
from stream.hub.presenter import Played
from stream.hub.tape import Tape, pack
from stream.log import CONTROL, RETRACTIONS, Record
from stream.mention import Retraction, Target, encode
from stream.wire.lookback import Back
from stream.wire.messages import Stories, decode_from_hub
from tests.stream.hub.house import NOW, House, config, edit, post

MINUTE = 60_000
HOUR = 60 * MINUTE
LONG_AGO = NOW - 55 * MINUTE
"""The window of the house is ten minutes: its hub has let go of what was said then."""
BACK = Back(NOW - HOUR, NOW, NOW, NOW + MINUTE)


def wound(*said, first: tuple[Record, ...] = ()) -> Tape:
    """The tape of the last hour, of a log with these mentions."""
    house = House()
    lookback, tape = Lookback(config()), Tape("tape")
    lookback.first(first, NOW)
    lookback.begin()
    waiting = sorted(said, key=lambda m: m.at)
    for t_ms in moments(NOW - HOUR, NOW):
        now, waiting = [m for m in waiting if m.at <= t_ms], [m for m in waiting if m.at > t_ms]
        if now:
            lookback.hear([house.record("mentions", m.author.id, encode(m)) for m in now], t_ms)
        tape.put(pack(lookback.moment(t_ms, t_ms)))
    return tape


def at(house: House, ms: int) -> Stories:
    """The stories on the wall ``ms`` after the look back began."""
    house.later(NOW + ms - house.now)
    posted = house.board.newest("stories")
    assert posted is not None
    told = decode_from_hub(posted.payload)
    assert isinstance(told, Stories)
    return told


def looking(tape: Tape) -> House:
    """A hub of now that has heard nothing of the past and looks back."""
    house = House()
    house.hear(post(900, "What is said now", at=NOW - 1000))
    house.later(0)
    house.engine.presenter.record(tape)
    house.engine.presenter.play(Played(back=BACK))
    return house


def texts(stories: Stories) -> set[str]:
    return {card.text for card in stories.cards}


def test_the_past_comes_and_goes() -> None:
    """The wall shows what was said at each moment with its age then, and what is said now when the look back is over."""
    house = looking(wound(post(1, "Long ago", at=LONG_AGO), post(2, "Later", at=NOW - 20 * MINUTE)))
    told = at(house, 6_000)
    assert texts(told) == {"Long ago"}
    assert told.cards[0].age_s == 60
    assert texts(at(house, 42_000)) == {"Later"}
    house.engine.presenter.play(Played())
    assert texts(at(house, 44_000)) == {"What is said now"}


@pytest.mark.parametrize("scope", ["post", "author"])
def test_what_was_retracted_since_does_not_appear(scope: str) -> None:
    """A post that was retracted while the tape was wound, or is retracted while it plays, is on no moment of it."""
    tape = wound(
        post(1, "Early regret", at=LONG_AGO), post(2, "Late regret", at=LONG_AGO), post(3, "Stays", at=LONG_AGO)
    )
    target = {"post": "simulation:{}", "author": "simulation:author{}"}[scope]
    house = looking(tape)
    house.retract(target.format(1), scope)
    assert texts(at(house, 6_000)) == {"Late regret", "Stays"}
    house.retract(target.format(2), scope)
    assert texts(at(house, 6_500)) == {"Stays"}
    assert house.leaks("regret") == []
    assert tape.row("simulation:1") is tape.row("simulation:2") is None


def test_what_was_retracted_before_counts_nowhere() -> None:
    """A retraction that the log has is heard in front of every moment, so that the post is not even counted."""
    house = House()
    gone = house.record(RETRACTIONS.name, "simulation:1", encode(Retraction("simulation:1", "post", NOW)))
    tape = wound(post(1, "Regret #kaleido", at=LONG_AGO), post(2, "Stays", at=LONG_AGO), first=(gone,))
    assert tape.at(LONG_AGO + 1000).numbers.posts == 1
    assert tape.row("simulation:1") is None


def test_what_staff_have_hidden_since_does_not_appear() -> None:
    """Hidden before the winding or during the look back: a post, a term or an author that staff took off is not shown."""
    house = House()
    value = msgspec.json.encode({"id": "a", "seq": 1, "at": NOW, "by": "Desk 1", "value": {"show": "hidden"}})
    hidden = house.record(CONTROL.name, "post:simulation:1", value)
    said = (post(n, f"Words {n} {word}", at=LONG_AGO) for n, word in ((1, ""), (2, "sorrow"), (3, ""), (4, "")))
    house = looking(wound(*said, first=(hidden,)))
    assert texts(at(house, 6_000)) == {"Words 2 sorrow", "Words 3", "Words 4"}
    house.engine.decide("block:term:sorrow", {})
    house.engine.decide("block:author:simulation:author3", {})
    assert texts(at(house, 6_500)) == {"Words 4"}
    house.engine.decide("post:simulation:4", {"show": "hidden"})
    assert texts(at(house, 7_000)) == set()


def test_an_edit_since_is_what_is_shown() -> None:
    """Every moment has the newest words of a post; one that is edited while the hub has let go of it is not shown."""
    first = post(1, "Old words", at=LONG_AGO)
    second = post(2, "Other old words", at=LONG_AGO)
    later = msgspec.structs.replace(edit(first, "New words"), at=LONG_AGO + 2 * MINUTE)
    house = looking(wound(first, second, later))
    assert texts(at(house, 6_000)) == {"New words", "Other old words"}
    house.hear(msgspec.structs.replace(edit(second, "Newest words"), at=NOW))
    assert texts(at(house, 7_000)) == {"New words"}
    assert house.leaks("old words") == []


def test_a_fresh_start_clears_the_past_too() -> None:
    """Posts from before a fresh start stay cleared while the wall looks back."""
    house = looking(wound(post(1, "Cleared", at=LONG_AGO)))
    house.engine.presenter.play(Played(back=BACK, fresh=NOW))
    assert texts(at(house, 6_000)) == set()


def test_nobody_who_has_left_is_named() -> None:
    """The graph is that of the moment, and a person who leaves while it is shown is a light without a name."""
    first = post(1, "A question", at=LONG_AGO)
    answer = post(2, "An answer", at=LONG_AGO, kind="reply", target=Target(first.id, first.author.id))
    house = looking(wound(first, answer))
    at(house, 6_000)
    assert "@author1" in house.stage._names["people"].values()
    house.retract("simulation:author1", "author")
    at(house, 6_500)
    assert set(house.stage._names["people"].values()) == {"@author2"}


def test_featured_post_stands_apart_until_it_is_hidden() -> None:
    """A post that staff want large is told with its screen and among the stories no more; hidden, it is nowhere."""
    house = House()
    house.hear(post(1, "Large", at=NOW - 1000), post(2, "Small", at=NOW - 1000))
    house.engine.presenter.play(Played(featured=(Featured(4, "simulation:1", NOW),)))
    told = at(house, 1_000)
    assert [(it.screen, it.since, it.card.text) for it in told.features] == [(4, NOW, "Large")]
    assert texts(told) == {"Small"}
    house.engine.decide("post:simulation:1", {"show": "hidden"})
    told = at(house, 1_500)
    assert (told.features, texts(told)) == ((), {"Small"})


def test_moments_are_even() -> None:
    """A look back of an hour has a moment each minute, both ends included."""
    assert moments(0, HOUR)[:3] == [0, MINUTE, 2 * MINUTE]
    assert len(moments(5, 65)) == MOMENTS + 1
    assert moments(5, 65)[-1] == 65


def test_what_is_shown_when() -> None:
    """T goes evenly from the beginning to the end, and stays there."""
    assert [BACK.shown(NOW + s * 1000) for s in (-1, 0, 30, 60, 90)] == [
        NOW - HOUR, NOW - HOUR, NOW - HOUR // 2, NOW, NOW,
    ]  # fmt: skip


def test_broken_bytes_are_no_moment() -> None:
    """Bytes that are no moment are refused with a sentence."""
    with pytest.raises(ValueError, match="no moment of the past"):
        Tape("tape").put(b"nothing")
