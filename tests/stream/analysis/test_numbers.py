"""Numbers: what a visitor reads as large figures."""

from __future__ import annotations

import numpy as np

from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.config import Config
from stream.mention import Author, Mention
from tests.stream.analysis.posts import MINUTE, measured, post
from tests.stream.analysis.worlds import NOW


def test_volume_and_change() -> None:
    """Posts a minute over the window, and their change against the same span before."""
    now = [post(f"n{i}", ago_s=i) for i in range(60)]
    before = [post(f"b{i}", ago_s=1800 + i) for i in range(30)]
    numbers = measured(*now, *before).numbers
    assert (numbers.posts, numbers.volume_per_min, numbers.change) == (60, 2.0, 1.0)
    assert numbers.per_second == 1.0
    assert sum(numbers.timeline) == 60


def test_moods_lie_in_their_buckets() -> None:
    """What sounds glad counts in the bucket of its time, and so does what does not."""
    glad = post("g", text="I love this, what a wonderful and happy day!", lang="en")
    upset = post("u", text="Terrible, I hate this awful mess.", lang="en", ago_s=900)
    numbers = measured(glad, upset).numbers
    assert numbers.timeline == tuple(
        a + b for a, b in zip(numbers.timeline_positive, numbers.timeline_negative, strict=True)
    )
    assert numbers.timeline_negative.index(1) < numbers.timeline_positive.index(1)


def test_what_is_not_yet_does_not_count() -> None:
    """A post whose time is to come counts when its time has come."""
    state = State(Config(), 30 * MINUTE)
    state.add([post("1", ago_s=-10)])
    state.advance(NOW)
    assert state.snapshot().numbers.posts == 0
    assert state.snapshot(NOW + 10_000).numbers.posts == 1


def test_reach_counts_each_voice_once() -> None:
    """Followers of a voice count once, with the greatest number that was seen."""

    def by(name: str, author: str, followers: int) -> Mention:
        return Mention(name, "sim", "post", NOW, NOW, Author(author, followers=followers))

    assert measured(by("sim:1", "sim:a", 100), by("sim:2", "sim:a", 120), by("sim:3", "sim:b", 1)).numbers.reach == 121


def test_new_voices_are_those_that_memory_does_not_know() -> None:
    """Of three voices one spoke yesterday, as memory says; a hash under another key says nothing."""
    for key, share in ((b"secret", 0.6667), (b"other", 1.0)):
        memory = Memory(key)
        theirs = Memory(b"secret")
        for subject, value in theirs.voices(day_of(NOW) - 1, theirs.hashes(["sim:ann"])).items():
            memory.remember(subject, value)
        state = State(Config(), 30 * MINUTE, memory)
        state.add([post("1", "ann"), post("2", "ben"), post("3", "cem")])
        assert state.snapshot(NOW).numbers.new_voices_share == share


def test_a_voice_that_memory_forgets_is_new_again() -> None:
    """Eight days ago is too long ago, and an author who left is taken out of a day."""
    memory = Memory()
    for day, authors in ((8, ["sim:ann"]), (1, ["sim:ben", "sim:cem"])):
        for subject, value in memory.voices(NOW // DAY_MS - day, memory.hashes(authors)).items():
            memory.remember(subject, value)
    for subject, value in memory.voices(NOW // DAY_MS - 1, memory.hashes([]), without=["sim:cem"]).items():
        memory.remember(subject, value)
    hashes = np.array([memory.hash(author) for author in ("sim:ann", "sim:ben", "sim:cem")], np.uint64)
    assert memory.known(hashes, day_of(NOW)).tolist() == [False, True, False]


def test_hidden_counts_only_in_numbers() -> None:
    """A post that is not shown is counted, said to be held, and in no graph or story; its reposts neither."""
    state = State(Config(), 30 * MINUTE)
    state.add(
        [post("1", text="something #bad"), post("2", "ben", kind="repost", of=("1", "ann"), text="something #bad")]
    )
    state.show("sim:1", False)
    snapshot = state.snapshot(NOW)
    assert (snapshot.numbers.posts, snapshot.numbers.held) == (2, 2)
    assert snapshot.topics.nodes == snapshot.stories == snapshot.people.nodes == ()


def test_what_is_hidden_before_the_time_is_known_stays_hidden() -> None:
    """A hub that reads a log again hides posts before it has looked at the clock, which then lets go of older ones."""
    state = State(Config(), 30 * MINUTE)
    state.add([post("0", ago_s=5 * 3600), post("1", "ben", text="something #bad")])
    state.show("sim:1", False)
    snapshot = state.snapshot(NOW)
    assert (snapshot.numbers.posts, snapshot.numbers.held) == (1, 1)
    assert snapshot.topics.nodes == ()
