"""Tracks that staff change while the hub runs: the figures follow, also over a checkpoint."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from stream.analysis.state import State
from stream.config import TrackConfig
from stream.hub import subjects
from stream.hub.following import REREAD
from tests.stream.analysis.posts import MINUTE, post
from tests.stream.analysis.worlds import NOW
from tests.stream.hub.house import House, config
from tests.stream.hub.house import post as said

TRACKS = {"trams": TrackConfig(terms=("tram",)), "ours": TrackConfig(kind="brand", terms=("acme", "#acme"))}


def tracked(house: House) -> dict[str, int]:
    """Volume by track, as the snapshot tells it."""
    numbers: dict[str, Any] = json.loads(house.engine.snapshot(None, house.now))["numbers"]
    return {name: track["volume"] for name, track in numbers["tracks"].items()}


def heard() -> House:
    house = House(config(tracks={"ours": TrackConfig(kind="brand", terms=("acme",))}))
    house.hear(said(1, "I love ACME"), said(2, "the tram is late"), said(3, "acme by tram"), said(4, "nothing"))
    house.later()
    return house


def test_figures_follow_what_staff_track() -> None:
    """A new track is counted over the whole window, one that is switched off is gone, and null gives the old one back."""
    house = heard()
    assert tracked(house) == {"ours": 2}
    house.engine.decide("track:trams", {"terms": ["tram"]})
    house.later()
    assert tracked(house) == {"ours": 2, "trams": 2}
    house.engine.decide("track:ours", {"terms": []})
    house.later()
    assert tracked(house) == {"trams": 2}
    house.engine.decide("track:ours", None)
    house.engine.decide("track:trams", None)
    house.later()
    assert tracked(house) == {"ours": 2}
    house.hear(said(5, "acme again"))
    house.later()
    assert tracked(house) == {"ours": 3}


def test_while_posts_are_read_again_no_track_is_told() -> None:
    """A share that is right for some of the posts only is never told."""
    house = heard()
    house.hear(*(said(100 + n, "acme and more", author="many") for n in range(REREAD + 10)))
    house.later()
    house.engine.decide("track:trams", {"terms": ["tram"]})
    assert tracked(house) == {}
    house.later()
    house.later()
    assert tracked(house).keys() == {"ours", "trams"}


def test_state_that_changed_its_tracks_is_as_if_it_always_had_them() -> None:
    """The snapshot after reading again is the one of a state that had these tracks from the start."""
    words = ("Acme by tram #acme", "the tram", "a festival #night", "acme", "#night and #day")
    posts = [post(f"p{n}", author=f"a{n % 17}", ago_s=n, text=words[n % len(words)]) for n in range(400)]
    always = State(config(tracks=TRACKS), 30 * MINUTE)
    later = State(config(tracks={"x": TrackConfig(terms=("festival",))}), 30 * MINUTE)
    for state in (always, later):
        state.add(posts)
        state.advance(NOW)
    later.track(TRACKS)
    while later.reread(100):
        pass
    assert msgspec.json.encode(later.snapshot()) == msgspec.json.encode(always.snapshot())


def test_checkpoint_knows_its_tracks() -> None:
    """A life that takes up a checkpoint of other tracks counts those that hold now, also when reading again was under way."""
    house = heard()
    house.engine.decide("track:trams", {"terms": ["tram"]})
    for under_way in (True, False):
        saved = house.engine.save()()
        assert saved.reread is under_way
        after = House(house.config)
        state = State.from_bytes(saved.state, msgspec.structs.replace(house.config, tracks=saved.tracks))
        after.engine.decide("track:trams", {"terms": ["tram"]})
        after.engine.restore(saved, state)
        after.engine.begin()
        after.later()
        assert tracked(after) == {"ours": 2, "trams": 2}
        house.later()


def test_what_is_no_track_is_told() -> None:
    """Terms that can never be found, unknown fields and starts that are no time are refused with a sentence."""
    subject = subjects.parse("track:x")
    for value in ({"terms": ["#"]}, {"terms": ["a"], "exclude": [""]}, {"term": ["a"]}, {"terms": ["a"], "since": "x"}):
        with pytest.raises(ValueError, match=r"\w"):
            subjects.checked(subject, value)
    assert subjects.checked(subject, {"terms": ["a"]}) == {"kind": "topic", "terms": ("a",), "exclude": (), "since": ""}
