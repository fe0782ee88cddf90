"""From the log to the feeds: what is heard is shown, what must not be shown never leaves, what is gone is gone everywhere."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.analysis.state import State
from stream.config import ClockConfig, HubConfig, ModerationConfig, ShowConfig
from stream.hub import feeds
from stream.hub.gate import MUTE_MS, fingerprint
from stream.hub.memoir import placed
from stream.mention import NO_DELETIONS, Author, Target, Weight, encode
from stream.wire.snapshot import Snapshot
from tests.stream.hub.house import NOW, House, config, edit, post

WORD = "Zanzibar"
SECRET = f"Everybody goes to {WORD} tomorrow #{WORD} to dance"


def approving() -> House:
    return House(config(show=ShowConfig(mode="approve")))


def blocking(*terms: str) -> House:
    return House(config(moderation=ModerationConfig(block=terms)))


def others(start: int = 100, count: int = 6) -> list:
    return [post(start + i, f"Good morning from hall {i} #{'tea' if i % 2 else 'sun'} #music") for i in range(count)]


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


def test_slow_snapshot() -> None:
    """Where snapshots are slow, the words of a retracted post leave the newest feeds before the next one is made."""
    house = House()
    house.hear(post(1, SECRET), *others())
    house.later()
    presenter = house.engine.presenter
    presenter._cost_ms, presenter._soon_ms, presenter._due_ms = (
        3000.0,
        house.now + 6000.0,
        house.now + 12_000.0,
    )
    house.retract("simulation:1")
    house.at_once()
    assert "simulation:1" not in house.cards()
    assert house.removed


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


def test_a_card_comes_within_a_tenth_of_a_second() -> None:
    """A post that may be shown at once is a card before the next snapshot."""
    house = House()
    house.hear(*others())
    house.later()
    house.later(50)
    house.hear(post(1, SECRET))
    house.at_once()
    assert "simulation:1" in house.cards()


def test_a_new_card_does_not_wait_for_a_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a snapshot is due too the card is told before it is made, unless something has to go from the feeds first."""
    house = House()
    house.hear(*others())
    house.later()
    told: list[bool] = []
    snapshot = State.snapshot

    def looked(state: State, t_ms: int) -> Snapshot:
        told.append("simulation:1" in house.cards())
        return snapshot(state, t_ms)

    monkeypatch.setattr(State, "snapshot", looked)
    house.hear(post(1, SECRET))
    house.later()
    house.engine.decide("post:simulation:1", {"show": "hidden"})
    house.later()
    house.hear(post(1, SECRET), post(2, "Another one"))
    house.engine.decide("post:simulation:1", None)
    house.later()
    assert told == [True, True, False]
    assert "simulation:2" in house.cards()


def test_the_staff_are_told_in_a_turn_of_their_own() -> None:
    """The wall's feeds do not wait for the tablet's, but what has to go is gone from both in one turn."""
    house = House()
    house.hear(*others())
    house.later()

    def turn(ms: int = 0) -> list[str]:
        house.now += ms
        house.engine.tick(house.now, house.now)
        return [told["id"] for told in house.told("posts")["posts"]]

    house.hear(post(1, SECRET))
    assert "simulation:1" not in turn(1000)
    assert "simulation:1" in house.cards()
    assert "simulation:1" in turn()
    house.retract("simulation:1")
    assert "simulation:1" not in turn(1000)
    assert house.leaks(WORD, ("board", "tablet")) == []


def test_the_staff_are_not_told_names_that_have_to_go() -> None:
    """A label that is blocked between a snapshot and the staff's turn is not told to them, neither then nor later."""
    house = House()
    house.hear(*others())
    house.later()
    house.hear(*(post(n, f"Off to #{'Lisbon' if n % 2 else WORD} today, number {n}") for n in range(40, 56)))
    house.now += 1000
    house.engine.tick(house.now, house.now)
    assert house.leaks(WORD, ("board",)) != []
    house.engine.decide(f"block:term:{WORD}", {})
    for ms in (1, 1, 1000, 0):
        house.now += ms
        house.engine.tick(house.now, house.now)
        assert WORD.casefold() not in str(house.told("conversation")).casefold()
    assert "lisbon" in str(house.told("conversation")).casefold()


def test_the_strongest_and_the_newest() -> None:
    """A new post is a card also where a hundred are stronger."""
    house = House()
    letters = random.Random(1)
    for i in range(100):
        text = " ".join("".join(letters.choices("aeioklmnrst", k=6)) for _ in range(12))
        house.hear(post(i, text, at=NOW - 90_000 + i, weight=Weight(likes=900 - i)))
    house.hear(post(200, SECRET, at=NOW))
    house.later()
    cards = list(house.cards())
    assert len(cards) == 40
    assert cards[:20] == [f"simulation:{i}" for i in range(20)]
    assert "simulation:200" in cards[20:]


def live() -> House:
    return House(config(hub=HubConfig(window_s=3600), clock=ClockConfig()))


def replay() -> House:
    return House(config(hub=HubConfig(window_s=3600), clock=ClockConfig(mode="replay")))


def test_a_source_that_does_not_tell_of_deletions() -> None:
    """Its posts are shown for fifteen minutes after the log took them, then only their numbers count."""
    house = live()
    house.hear(post(1, SECRET, flags=(NO_DELETIONS,)), *others())
    house.later(MUTE_MS - 1)
    assert "simulation:1" in house.cards()
    house.at_once()
    assert house.leaks(WORD) == []
    assert house.cards()
    assert house.told("numbers")["numbers"]["posts"] == 7
    assert house.told("posts")["posts"][-1]["state"] == "hidden"
    assert "does not tell of deletions" in house.told("posts")["posts"][-1]["reason"]


def test_its_time_runs_on_over_a_restart() -> None:
    """With or without a checkpoint, a post whose time is over is not shown again, nor one longer because of it."""
    muted = post(1, SECRET, flags=(NO_DELETIONS,))
    for passed, shown in ((MUTE_MS - 10_000, True), (MUTE_MS + 10_000, False)):
        first = live()
        record = first.record("mentions", "a", encode(muted))
        first.engine.apply([record], first.now)
        first.later(passed)
        with_it, without = live(), live()
        with_it.engine.restore(first.engine.save()(), State.from_bytes(first.engine.state.to_bytes(), first.config))
        without.engine.apply([record], first.now)
        then = first.now
        for house in (first, with_it, without):
            house.now = then
            house.later(1000)
            assert ("simulation:1" in house.cards()) == shown
            house.later(20_000)
            assert house.leaks(WORD) == []


def test_in_a_replay_nobody_waits_for_deletions() -> None:
    """The limit is for what is said now."""
    house = replay()
    house.hear(post(1, SECRET, flags=(NO_DELETIONS,)))
    house.later(MUTE_MS + 1000)
    assert "simulation:1" in house.cards()


def test_sources_say_whether_they_tell_of_deletions() -> None:
    """A source whose newest post came with the flag does not; whatever the order of reading."""
    told = []
    for order in (1, -1):
        house = live()
        house.hear(*[post(1, "One"), post(2, "Two", at=NOW, flags=(NO_DELETIONS,))][::order])
        house.later()
        told.append([s["deletions"] for s in (*house.told("sources")["sources"], *house.snapshot()["sources"])])
    assert told == [[False, False]] * 2


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


def test_removals_are_timed() -> None:
    """How long it took from hearing of a removal to feeds without it is a metric."""
    house = House()
    house.hear(post(1, SECRET))
    house.later()
    house.retract("simulation:1")
    house.at_once()
    assert house.metrics.registry.get_sample_value("agora_removal_seconds_count") == 1


def test_the_first_posts_are_on_the_board_at_once() -> None:
    """Feeds do not wait a second when the ones before them were empty, even while words wait for their delay."""
    house = House(config(show=ShowConfig(delay_s=10)))
    house.later()
    house.hear(*others())
    house.at_once()
    assert house.told("numbers")["numbers"]["posts"] == 6


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
