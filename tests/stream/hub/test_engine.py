"""From the log to the feeds: what is heard is shown, what must not be shown never leaves, what is gone is gone everywhere."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.config import ModerationConfig, ShowConfig
from stream.hub import feeds
from stream.hub.gate import fingerprint
from stream.hub.memoir import placed
from stream.mention import Author, Target
from tests.stream.hub.house import NOW, SECRET, WORD, House, config, edit, others, post


def approving() -> House:
    return House(config(show=ShowConfig(mode="approve")))


def blocking(*terms: str) -> House:
    return House(config(moderation=ModerationConfig(block=terms)))


def test_a_post_is_shown() -> None:
    """A post becomes a card, a topic and a figure."""
    house = House()
    house.hear(post(1, SECRET))
    house.later()
    assert house.cards() == {"simulation:1": SECRET}
    assert house.snapshot()["numbers"]["voices"] == 1
    assert house.told("numbers")["numbers"]["posts"] == 1
    assert house.told("posts")["posts"][0]["state"] == "shown"


def test_nothing_before_control_is_read() -> None:
    """Until control and retractions are read, not one feed is made."""
    house = House()
    house.engine._open = False
    house.hear(post(1, SECRET))
    house.later()
    assert house.leaks(WORD, ("board", "tablet")) == []
    assert house.snapshot()["numbers"]["posts"] == 1


def test_delay() -> None:
    """A post waits for its delay in log time; figures do not."""
    house = House(config(show=ShowConfig(delay_s=10)))
    house.hear(post(1, SECRET))
    house.later(9_900)
    assert house.cards() == {}
    assert house.told("posts")["posts"][0]["state"] == "waiting"
    assert house.told("numbers")["numbers"]["posts"] == 1
    house.later(100)
    assert list(house.cards()) == ["simulation:1"]


def test_the_same_record_twice() -> None:
    """A post that the log gives again neither waits nor counts again."""
    house = House(config(show=ShowConfig(delay_s=10)))
    house.hear(post(1, SECRET))
    house.later(11_000)
    house.hear(post(1, SECRET))
    house.later()
    assert list(house.cards()) == ["simulation:1"]
    assert house.told("numbers")["numbers"]["posts"] == 1


def test_approve() -> None:
    """In approve mode nobody is quoted or named before somebody approved it; lights and figures react."""
    house = approving()
    first = post(1, SECRET)
    house.hear(first, post(2, f"Yes #{WORD}", kind="reply", target=Target(first.id, first.author.id)))
    house.later()
    assert house.cards() == {}
    assert [p["id"] for p in house.engine.presenter.staff.held] == ["simulation:1", "simulation:2"]
    assert len(house.snapshot()["people"]["nodes"]) == 2
    assert "author1" not in str([p.payload for p in house.board.since({})])
    house.engine.decide("post:simulation:1", {"show": "approved", "of": fingerprint(first)})
    house.at_once()
    assert list(house.cards()) == ["simulation:1"]
    assert [p["id"] for p in house.engine.presenter.staff.held] == ["simulation:2"]


def test_an_edit_sends_an_approved_post_back() -> None:
    """An approval is for the words that were read: an edit waits again, and the old words are gone."""
    house = approving()
    first = post(1, SECRET)
    house.hear(first)
    house.engine.decide("post:simulation:1", {"show": "approved", "of": house.engine.approval(first.id)})
    house.later()
    assert list(house.cards()) == ["simulation:1"]
    house.hear(edit(first, "Something else entirely"))
    house.at_once()
    assert house.cards() == {}
    assert house.engine.presenter.staff.held[0]["reason"] == "changed since it was approved"


def test_an_approval_before_its_post() -> None:
    """Decisions are read first; an approval counts when its post comes."""
    house = approving()
    first = post(1, SECRET)
    house.engine.decide("post:simulation:1", {"show": "approved", "of": fingerprint(first)})
    house.hear(first)
    house.later()
    assert list(house.cards()) == ["simulation:1"]


def test_approval_of_a_post_that_is_gone() -> None:
    """What is not there cannot be approved."""
    with pytest.raises(KeyError):
        House().engine.approval("simulation:1")


def test_hide() -> None:
    """A hidden post leaves every feed at once and counts in the numbers alone; shown again, it is back."""
    house = House()
    house.hear(post(1, SECRET), *others())
    house.later()
    assert house.leaks(WORD)
    house.engine.decide("post:simulation:1", {"show": "hidden"})
    house.at_once()
    assert house.leaks(WORD) == []
    assert house.told("numbers")["numbers"]["posts"] == 7
    assert house.removed
    house.engine.decide("post:simulation:1", None)
    house.at_once()
    assert "simulation:1" in house.cards()


def test_hide_takes_the_reposts_along() -> None:
    """A hidden post does not come back in a repost or quote."""
    house = House()
    first = post(1, SECRET)
    target = Target(first.id, first.author.id)
    house.hear(
        first, post(2, SECRET, kind="repost", target=target), post(3, f"So true: {SECRET}", kind="quote", target=target)
    )
    house.engine.decide("post:simulation:1", {"show": "hidden"})
    house.later()
    assert house.cards() == {}


def test_retraction() -> None:
    """A retracted post leaves every feed, the snapshot and the tablets at once, and counts nowhere."""
    house = House()
    house.hear(post(1, SECRET), *others())
    house.later()
    house.retract("simulation:1")
    house.at_once()
    assert house.leaks(WORD, ("board", "tablet")) == []
    assert house.told("numbers")["numbers"]["posts"] == 6
    assert house.removed


def test_retraction_before_its_post() -> None:
    """A retraction that comes first lets its post never be seen."""
    house = House()
    house.retract("simulation:1")
    house.hear(post(1, SECRET), *others())
    house.later()
    assert house.leaks(WORD, ("board", "tablet")) == []


def test_retraction_of_an_author() -> None:
    """Who opts out is gone with everything."""
    house = House()
    house.hear(post(1, SECRET, author="ann"), post(2, f"{WORD} again", author="ann"), *others())
    house.later()
    house.retract("simulation:ann", "author")
    house.at_once()
    assert house.leaks(WORD, ("board", "tablet")) == []
    assert house.told("numbers")["numbers"]["posts"] == 6


def test_blocked_author() -> None:
    """A blocked author counts nowhere; freed, everything is back."""
    house = House()
    house.hear(post(1, SECRET, author="ann"), *others())
    house.later()
    house.engine.decide("block:author:simulation:ann", {})
    house.at_once()
    assert house.leaks(WORD) == []
    assert house.told("numbers")["numbers"]["posts"] == 6
    house.engine.decide("block:author:simulation:ann", None)
    house.at_once()
    assert "simulation:1" in house.cards()


@pytest.mark.parametrize(
    "bad",
    [
        post(1, SECRET),
        post(1, "Look at this", hashtags=(WORD,)),
        post(1, "Look at this", by=Author(id="simulation:1", handle=WORD, name="Ann")),
        post(1, "Look at this", by=Author(id="simulation:1", handle="ann", name=f"{WORD} Ann")),
        post(1, "Look at this", lang=WORD),
        post(1, "Look at this", links=(f"https://example.org/{WORD}",)),
        post(1, f"Look at this {WORD[:4]}\u200b{WORD[4:]}"),
    ],
    ids=["text", "hashtag", "handle", "name", "language", "link", "invisible"],
)
@pytest.mark.parametrize("when", ["before", "after", "configured"])
def test_a_blocked_word_never_reaches_a_feed(bad, when: str) -> None:
    """A blocked word is in no payload for walls and not in the snapshot, wherever it stood and whenever it was blocked."""
    house = blocking(WORD) if when == "configured" else House()
    if when == "before":
        house.engine.decide(f"block:term:{WORD}", {})
    answer = post(2, "Indeed", kind="reply", target=Target(bad.id, bad.author.id))
    house.hear(bad, answer, *others())
    if when == "after":
        house.later()
        house.engine.decide(f"block:term:{WORD}", {})
    house.at_once()
    house.later()
    assert house.leaks(WORD) == []


def test_a_word_blocked_late_leaves_the_counts() -> None:
    """A word that is blocked later takes its posts out of all but the numbers, as if it had been from the first."""
    late, early = House(), House()
    early.engine.decide("block:term:harbour", {})
    for house in (late, early):
        house.hear(post(1, "By the harbour #seaside"), *others())
        house.later()
    late.engine.decide("block:term:harbour", {})
    late.at_once()
    late.later()
    early.at_once()
    early.later()
    assert late.snapshot() == early.snapshot()
    assert "seaside" not in str(late.snapshot())


def test_names_follow_their_own_verdict() -> None:
    """A label that may not be said is left out of labels, figures and snapshot; its light stays."""
    house = House()
    house.hear(*[post(i, f"Hello #{WORD} #tea {i}") for i in range(1, 6)])
    house.later()
    lights = house.board.newest("graph:topics")
    house.engine.gate.block("term", WORD, True)
    house.later()
    assert house.leaks(WORD) == []
    assert lights is not None


def test_a_broken_record() -> None:
    """A record that is no mention is counted, one that was overwritten is passed over, and the others go on."""
    house = House()
    house.engine.apply([house.record("mentions", "x", b"{"), house.record("mentions", "x", None)], house.now)
    house.engine.apply(
        [house.record("retractions", "x", b"\xff"), house.record("memory", "voices:no:day", b"1")], house.now
    )
    house.hear(post(1, SECRET))
    house.later()
    assert list(house.cards()) == ["simulation:1"]
    assert house.metrics.registry.get_sample_value("agora_dead_records_total", {"topic": "mentions"}) == 1
    assert house.engine.offsets["retractions"] == {0: 4}


def test_a_huge_list_of_the_held() -> None:
    """Ten thousand held posts are listed at most, and none of those beyond is shown."""
    house = approving()
    for start in range(0, 12_000, 3000):
        house.hear(*[post(i, f"Number {i}") for i in range(start, start + 3000)])
    house.later(6000)
    assert house.engine.gate.held_count() == 10_000
    assert len(house.engine.presenter.staff.held) == 200
    assert house.cards() == {}
    house.later(2 * 600_000)
    house.later(6000)
    assert house.engine.gate.held_count() == 0


def test_sources() -> None:
    """A source is live, then quiet, late and dead, by the age of what it said last."""
    states = [
        feeds.source_states({"x": 0}, {"x": 30}, age, 600_000)[0].state for age in (0, 60_000, 300_000, 1_800_000)
    ]
    assert states == ["live", "quiet", "late", "dead"]
    assert feeds.source_states({"x": 0}, {"x": 30}, 0, 600_000)[0].rate == 3.0


def test_handles() -> None:
    """A handle is shown with one @ and without its server."""
    assert [feeds.shown_handle(h) for h in ("ann", "@ann", "ann@example.org", "")] == ["@ann", "@ann", "@ann", ""]


actions = st.lists(
    st.one_of(
        st.tuples(st.just("post"), st.integers(0, 5)),
        st.tuples(st.just("edit"), st.integers(0, 5)),
        st.tuples(st.just("retract"), st.integers(0, 5)),
        st.tuples(st.just("hide"), st.integers(0, 5)),
        st.tuples(st.just("block"), st.integers(0, 5)),
    ),
    max_size=12,
)


def act(house: House, what: str, number: int) -> None:
    first = post(number, f"Words of number {number} about #topic{number}")
    match what:
        case "post":
            house.hear(first)
        case "edit":
            house.hear(edit(first, f"Other words of {number}"))
        case "retract":
            house.retract(first.id)
        case "hide":
            house.engine.decide(f"post:{first.id}", {"show": "hidden"})
        case "block":
            house.engine.decide(f"block:author:{first.author.id}", {})


@given(actions, st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_order_does_not_matter(steps: list[tuple[str, int]], random) -> None:
    """Whatever the order of posts, edits, retractions and decisions, the snapshot and the cards are the same."""
    shuffled = list(steps)
    random.shuffle(shuffled)
    houses = House(), House()
    for house, order in zip(houses, (steps, shuffled), strict=True):
        for what, number in order:
            act(house, what, number)
        house.later()
    assert houses[0].snapshot() == houses[1].snapshot()
    assert houses[0].cards() == houses[1].cards()


def test_repetitions_whatever_the_order() -> None:
    """Of what an author says again and again the first three are shown, however they are read; one that goes frees the next."""
    advert = "Come to my stall behind the second hall today, for tea and sweets and a story"
    adverts = [post(i, advert, author="ann", at=NOW - 60_000 + i * 1000) for i in range(5)]
    ends = []
    for seed in range(4):
        house = House()
        shuffled = list(adverts)
        random.Random(seed).shuffle(shuffled)
        for advert_ in shuffled:
            house.hear(advert_)
        house.later()
        assert sorted(p["id"] for p in house.engine.presenter.staff.held) == ["simulation:3", "simulation:4"]
        ends.append(house.snapshot())
        house.retract("simulation:0")
        house.later()
        assert [p["id"] for p in house.engine.presenter.staff.held] == ["simulation:4"]
    assert all(end == ends[0] for end in ends)


def test_places_come_back() -> None:
    """A hub without a checkpoint begins with the places that the one before wrote down; a running one does not read them."""
    house = House()
    house.hear(*others(count=40))
    for _ in range(170):
        house.later(1000)
    due = {k: v for k, v in house.engine.memories(house.now, house.now).items() if k.startswith("positions:")}
    assert set(due) == {"positions:topics"}
    places = placed("positions:topics", due["positions:topics"])["topics"]
    assert set(places) == {node["id"] for node in house.snapshot()["topics"]["nodes"]}
    assert not [k for k in house.engine.memories(house.now + 1000, house.now) if k.startswith("positions:")]
    after = House(now=house.now)
    records = [after.record("memory", subject, value) for subject, value in due.items()]
    after.engine.apply(records, after.now)
    after.stage.tick(after.now)
    assert after.stage._views["topics"].positions() == {}
    after.engine._open = False
    after.engine.apply(records, after.now)
    after.stage.tick(after.now)
    assert after.stage._views["topics"].positions() == {k: pytest.approx(v) for k, v in places.items()}


def test_what_is_held_is_forgotten_with_its_post() -> None:
    """That a post is held is kept in mind as long as the post can matter, so that three days of held posts fit in memory."""
    house = House()
    house.hear(post(1, "What a fucking mess", at=house.now), post(2, "A calm word", at=house.now))
    house.later()
    assert len(house.engine.state.gone.hidden) == 1
    house.later(house.engine.state.window.reach + 60_000)
    house.later()
    assert not house.engine.state.gone.hidden
