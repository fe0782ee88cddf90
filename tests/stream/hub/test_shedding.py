"""Shedding: which mentions are left out is a function of the log, and when is one of how a hub does."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream import mention
from stream.analysis.state import State
from stream.analysis.window import Window
from stream.hub.shedding import CALM_MS, LEAST, WHOLE, Pace, Rule, Shedder, Shedding, more, place
from stream.log import MENTIONS, Record
from stream.mention import Target
from tests.stream.hub.house import NOW, House, edit, post

RULES = st.lists(st.tuples(st.integers(LEAST, WHOLE), st.integers(0, 40)), max_size=5)


def records(count: int, partitions: int = 3) -> list[Record]:
    """Posts in several partitions, as the log has them."""
    made = [post(i, f"Number {i} about #tea and #sun{i % 7}", at=NOW - 60_000 + i) for i in range(count)]
    return [
        Record(MENTIONS.name, i % partitions, i // partitions, NOW, m.author.id, mention.encode(m))
        for i, m in enumerate(made)
    ]


def written(rules: list[tuple[int, int]], partitions: int = 3) -> dict | None:
    """What ``control`` holds after rules of (share, offset from which), one after another."""
    value = None
    for i, (share, start) in enumerate(rules):
        known = Shedding(Window(600_000))
        known.decide(value)
        value = more(known.rules, Rule(share, dict.fromkeys(range(partitions), start), NOW + i), 10**9)
    return value


def heard(house: House, some: list[Record]) -> House:
    house.engine.apply(some, house.now)
    return house


@given(RULES, st.integers(0, 2**32))
def test_two_hubs_shed_the_same(rules: list[tuple[int, int]], seed: int) -> None:
    """However the log's partitions come one after another, and in whatever pieces, the same mentions are left out."""
    value, everything = written(rules), records(120)
    ones, others = Shedding(Window(600_000)), Shedding(Window(600_000))
    ones.decide(value)
    others.decide(value)
    shed = {(r.partition, r.offset) for r in everything if ones.sheds(r)}
    shuffled = random.Random(seed).sample(everything, len(everything))
    assert {(r.partition, r.offset) for r in shuffled if others.sheds(r)} == shed
    assert ones.shed(NOW) == others.shed(NOW) == len(shed)


@given(RULES, st.integers(0, 120))
def test_a_restart_sheds_the_same(rules: list[tuple[int, int]], killed: int) -> None:
    """A hub that comes back, with its checkpoint or without, leaves out what it left out before."""
    value, everything = written(rules), records(120)
    never, first = Shedding(Window(600_000)), Shedding(Window(600_000))
    for hub in (never, first):
        hub.decide(value)
    shed = [never.sheds(r) for r in everything]
    before = [first.sheds(r) for r in everything[:killed]]
    again = Shedding(Window(600_000))
    again.restore(first.save())
    again.decide(value)
    assert before + [again.sheds(r) for r in everything[killed:]] == shed
    assert again.shed(NOW) == never.shed(NOW)


def test_it_is_fair() -> None:
    """A quarter is a quarter of what each says, and a smaller share is a part of a greater one."""
    ids = [f"simulation:{i}" for i in range(20_000)]
    kept = [i for i in ids if place(i) < 2_500]
    assert 0.24 < len(kept) / len(ids) < 0.26
    assert {i for i in ids if place(i) < 1_000} < set(kept)


def test_an_edit_is_never_shed() -> None:
    """An edit is read whatever the share is, so that no post keeps words that its author took back."""
    shedding = Shedding(Window(600_000))
    shedding.decide(written([(LEAST, 0)]))
    lost = next(i for i in range(1000) if place(f"simulation:{i}") >= LEAST)
    original = post(lost, "The first words")
    changed = edit(original, "Other words")
    assert shedding.sheds(Record(MENTIONS.name, 0, 1, NOW, "a", mention.encode(original)))
    assert not shedding.sheds(Record(MENTIONS.name, 0, 2, NOW, "a", mention.encode(changed)))
    assert not shedding.sheds(Record(MENTIONS.name, 0, 3, NOW, "a", b"nothing"))


def test_a_tally_goes_with_its_post() -> None:
    """Figures of a post are read where the post is, and are no post left out."""
    shedding = Shedding(Window(600_000))
    shedding.decide(written([(5_000, 0)]))
    for i in range(40):
        about = post(i, "Words")
        figures = mention.Mention(
            f"simulation:t{i}", "simulation", "tally", NOW, NOW, about.author, target=Target(about.id)
        )
        assert shedding.sheds(Record(MENTIONS.name, 0, i, NOW, "a", mention.encode(figures))) == (
            place(about.id) >= 5_000
        )
    assert shedding.shed(NOW) == 0


def test_what_the_snapshot_says() -> None:
    """A hub that sheds says how many it left out and that its numbers are approximate; what it reads it counts as ever."""
    house = House()
    house.engine.decide("shed", written([(5_000, 20)]))
    everything = records(300)
    heard(house, everything)
    house.later()
    kept = State(house.config, 600_000)
    oracle = [mention.decode(r.value or b"") for r in everything]
    kept.add([m for r, m in zip(everything, oracle, strict=True) if r.offset < 20 or place(m.id) < 5_000])
    numbers = house.snapshot()["numbers"]
    assert house.snapshot()["approximate"]
    assert numbers["posts"] == kept.snapshot(house.now).numbers.posts
    assert numbers["posts"] + numbers["shed"] == 300
    assert house.told("numbers")["numbers"]["shed"] == numbers["shed"]
    house.now += 600_000
    house.later()
    assert not house.snapshot()["approximate"]


def test_a_deletion_is_never_shed() -> None:
    """A post that was read is gone when it is deleted, whatever is shed meanwhile."""
    house = House()
    house.hear(post(1, "Words that go"))
    house.engine.decide("shed", written([(LEAST, 0)], partitions=1))
    house.retract("simulation:1")
    house.later()
    assert house.snapshot()["numbers"]["posts"] == 0


def test_old_rules_go() -> None:
    """A rule is kept until the one after it is older than all that the window needs; starts never fall."""
    value = more((), Rule(5_000, {0: 100}, 1_000), 60_000)
    known = Shedding(Window(600_000))
    for share, start, at in ((3_000, 90, 30_000), (WHOLE, 200, 50_000), (4_000, 300, 100_000)):
        known.decide(value)
        value = more(known.rules, Rule(share, {0: start}, at), 60_000)
    known.decide(value)
    assert [(rule.share, rule.start) for rule in known.rules] == [
        (3_000, {0: 100}),
        (WHOLE, {0: 200}),
        (4_000, {0: 300}),
    ]
    known.decide(None)
    assert known.share == WHOLE


def stream(coming: float, capacity: float, seconds: int) -> list[int]:
    """The shares of a hub that reads ``capacity`` mentions a second while ``coming`` are said; everything at first."""
    shedder, waiting, shares = Shedder(), 0.0, [WHOLE]
    for second in range(seconds):
        read = coming * shares[-1] / WHOLE
        waiting = max(0.0, waiting + read - capacity)
        wanted = shedder.look(second * 1000, shares[-1], Pace(1000 * waiting / read, coming, capacity))
        if wanted is not None:
            shares.append(wanted)
    return shares


def test_a_stream_that_is_too_fast_is_thinned_until_it_can_be_followed() -> None:
    """Beyond capacity a share is shed, again and again until the hub catches up, and as little as it can be then."""
    decided = stream(30_000, 10_000, 300)
    assert decided[1] == 2333
    assert decided[-1] == 3000


def test_a_stream_that_fits_is_never_thinned() -> None:
    """A hub that can follow sheds nothing, however near to its capacity the stream is."""
    assert stream(8_900, 10_000, 300) == [WHOLE]


@pytest.mark.parametrize("capacity", [6_000.0, 10_000.0, 50_000.0])
def test_a_burst_is_absorbed(capacity: float) -> None:
    """Fifty thousand mentions in one second are read, all of them, some seconds later."""
    shedder, waiting = Shedder(), 50_000.0
    for second in range(1, 30):
        waiting = max(0.0, waiting - capacity)
        coming = 10_000.0 if second <= 5 else 0.0
        lag_ms = 1000.0 * second if waiting else 0.0
        assert shedder.look(second * 1000, WHOLE, Pace(lag_ms, coming, capacity)) is None
    assert waiting == 0


def test_a_backlog_alone_is_no_reason() -> None:
    """A hub that reads what was said before it started is far behind and catches up by itself: nothing is shed."""
    assert Shedder().look(0, WHOLE, Pace(1_800_000.0, 500.0, 10_000.0)) is None


def test_it_ends() -> None:
    """A hub that has caught up with a stream that fits reads everything again, but not before the last rule has shown."""
    shedder = Shedder()
    assert shedder.look(0, WHOLE, Pace(20_000, 30_000, 10_000)) == 2333
    assert shedder.look(CALM_MS - 1, 2333, Pace(0, 100, 10_000)) is None
    assert shedder.look(CALM_MS, 2333, Pace(5_000, 100, 10_000)) is None
    assert shedder.look(CALM_MS, 2333, Pace(0, 100, 10_000)) == WHOLE
    assert Shedder().look(0, 2333, Pace(0, 0, None)) == WHOLE
