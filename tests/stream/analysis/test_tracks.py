"""Tracks: what a post names, and what brands, competitors and campaigns make of it side by side."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from stream.analysis import campaigns
from stream.analysis.crowd import DAY_MS, day_of
from stream.analysis.hours import HOUR_MS, Hours
from stream.analysis.memory import Memory
from stream.analysis.state import State
from stream.analysis.tracks import NOTHING, Tracker, bought
from stream.config import Config, TrackConfig
from stream.wire.snapshot import Track
from tests.stream.analysis.posts import MINUTE, measured, post
from tests.stream.analysis.worlds import NOW


def written(t_ms: int) -> str:
    return datetime.fromtimestamp(t_ms / 1000, UTC).isoformat()


def tracks_of(state: State) -> dict[str, Track]:
    state.advance(NOW)
    return state.snapshot().numbers.tracks


def test_brands_share_the_voice_with_competitors() -> None:
    """Share of voice is told among brands and competitors, and apart from them among campaigns and topics."""
    config = Config(
        tracks={
            "ours": TrackConfig(kind="brand", terms=("acme",)),
            "theirs": TrackConfig(kind="competitor", terms=("zenith", "#zen")),
            "trams": TrackConfig(kind="topic", terms=("tram",)),
        }
    )
    said = ("I love ACME", "Zenith or acme?", "#zen", "the tram is late", "zenithal light, pacmen")
    found = measured(*[post(str(i), text=text) for i, text in enumerate(said)], config=config).numbers.tracks
    assert {name: (track.volume, track.share) for name, track in found.items()} == {
        "ours": (2, 0.5),
        "theirs": (2, 0.5),
        "trams": (1, 1.0),
    }


def test_a_track_may_leave_posts_out() -> None:
    """An excluded term takes a post out of its own track only."""
    tracker = Tracker(
        {"fruit": TrackConfig(terms=("apple",), exclude=("iphone",)), "all": TrackConfig(terms=("apple", "iphone"))}
    )
    assert tracker.find(post("1", text="An apple a day")).tracks == 0b11
    assert tracker.find(post("2", text="Apple's new iPhone")).tracks == 0b01
    assert tracker.find(post("3", text="pineapple")) == NOTHING


def test_a_track_begins_with_its_start() -> None:
    """What was said before a track's start is noted apart."""
    tracker = Tracker({"spring": TrackConfig(kind="campaign", terms=("#spring",), since=written(NOW - MINUTE))})
    before, after = post("1", text="#spring", ago_s=61), post("2", text="#spring", ago_s=59)
    assert [(n.tracks, n.early) for n in map(tracker.find, (before, after))] == [(0, 1), (1, 0)]


def test_terms_of_tracks_become_topics_as_they_are_written() -> None:
    """A word or phrase is a topic under its folded form; hashtags and accounts are topics and people already."""
    tracker = Tracker({"bus": TrackConfig(terms=("Night Bus", "#nightbus", "@nightbus", "..."))})
    found = tracker.find(post("1", text="the night bus #nightbus @nightbus"))
    assert found.terms == [("night bus", "Night Bus")]


def test_owned_earned_and_bought() -> None:
    """Posts of the brand's own people are owned, posts that say they are paid for are bought, the rest is earned."""
    config = Config(tracks={"ours": TrackConfig(kind="brand", terms=("acme",))})
    track = measured(
        post("1", text="acme opens", role="brand"),
        post("2", "ben", text="acme again #ad", role="staff"),
        post("3", "cem", text="my acme #Werbung"),
        post("4", "dov", text="my acme #adventure"),
        post("5", "dov", text="and acme"),
        config=config,
    ).numbers.tracks["ours"]
    assert (track.volume, track.owned, track.bought, track.earned, track.voices) == (5, 2, 1, 2, 4)
    assert not bought(post("6", text="#address"))


def campaign(since: int, **more: TrackConfig) -> Config:
    return Config(
        tracks={
            "acme": TrackConfig(kind="brand", terms=("acme",)),
            "spring": TrackConfig(kind="campaign", terms=("#spring",), since=written(since)),
            **more,
        }
    )


def test_uplift_against_the_span_before() -> None:
    """A campaign that began within the window is measured against what the rows tell of the time before it."""
    state = State(campaign(NOW - 10 * MINUTE), 30 * MINUTE)
    early = [post(f"a{i}", text="#spring", ago_s=60 * (11 + i)) for i in range(0, 40, 8)]
    late = [post(f"b{i}", text="#spring", ago_s=i) for i in range(30)]
    state.add([*early, *late])
    rate_before, rate_after = 5 / 50, 30 / 10
    assert tracks_of(state)["spring"].uplift == pytest.approx(rate_after / rate_before - 1, abs=1e-4)
    assert tracks_of(state)["acme"].uplift is None


def test_uplift_against_remembered_hours() -> None:
    """A campaign that began days ago is measured against the hours that memory holds from before it."""
    since = (NOW // HOUR_MS - 48) * HOUR_MS
    memory = Memory()
    for hour in range(1, 4):
        for subject, value in memory.hours.with_more(since - hour * HOUR_MS, {"spring": 6}).items():
            memory.remember(subject, value)
    state = State(campaign(since), 30 * MINUTE, memory)
    state.add([post(f"{i}", text="#spring", ago_s=i) for i in range(12)])
    assert tracks_of(state)["spring"].uplift == pytest.approx(12 / 0.5 / 6 - 1)


def test_nothing_is_made_up_of_a_time_that_nobody_knows() -> None:
    """Without a time before the start there is no uplift and no newcomer."""
    state = State(campaign(NOW - 90 * MINUTE), 30 * MINUTE)
    state.add([post("1", text="#spring")])
    track = tracks_of(state)["spring"]
    assert (track.uplift, track.new_voices) == (None, None)


def test_voices_that_had_never_spoken_of_the_brand() -> None:
    """A campaign's new voices are those of whom neither memory nor the rows know a word of the brand before its start."""
    since = NOW - 10 * MINUTE
    memory = Memory(b"key")
    for subject, value in memory.brand_voices(day_of(NOW) - 3, ["sim:ann"]).items():
        memory.remember(subject, value)
    state = State(campaign(since), 30 * MINUTE, memory)
    state.add(
        [
            post("1", "ann", text="#spring"),
            post("2", "ben", text="acme is fine", ago_s=900),
            post("3", "ben", text="#spring"),
            post("4", "cem", text="#spring and acme"),
            post("5", "dov", text="#spring"),
        ]
    )
    assert tracks_of(state)["spring"].new_voices == 0.5


def test_what_the_memoir_needs() -> None:
    """The posts of an hour by track, whatever its start, and who spoke of the brand on which day."""
    state = State(campaign(NOW), 60 * MINUTE)
    start = (NOW - 60 * MINUTE) // HOUR_MS * HOUR_MS
    inside = (NOW - start) / 1000
    state.add([post("1", "ann", text="acme #spring", ago_s=inside - 5), post("2", "ben", text="acme", ago_s=1)])
    state.advance(NOW)
    assert campaigns.hour(state.view(), start) == {"acme": 1, "spring": 1}
    assert "sim:ben" in campaigns.brand_voices(state.view())[NOW // DAY_MS]


def test_hours_are_remembered_by_the_day() -> None:
    """A record of a day holds 24 hours of each track; hours that nobody counted are not taken for silence."""
    hours = Hours()
    start = day_of(NOW) * DAY_MS + 5 * HOUR_MS
    for number, at in ((7, start), (9, start + 2 * HOUR_MS)):
        for subject, value in hours.with_more(at, {"a": number}).items():
            hours.remember(subject.partition(":")[2], value)
    assert hours.between("a", start, start + 3 * HOUR_MS) == (16, 2)
    assert hours.between("a", start + 1, start + 3 * HOUR_MS) == (9, 1)
    assert hours.between("b", start, start + DAY_MS) == (0, 0)
    assert (hours.knows(start), hours.knows(start + HOUR_MS)) == (True, False)
    other = Hours()
    other.merge(hours)
    assert other.entries() == hours.entries()


@pytest.mark.parametrize("value", [b"\x00", msgspec.msgpack.encode({"a": [1]})])
def test_broken_hours_are_refused(value: bytes) -> None:
    """A record that holds no days of hours is a fault."""
    with pytest.raises((ValueError, msgspec.DecodeError)):
        Hours().remember("2026-09-01", value)
