"""Who wins on air, until when, and who was quicker."""

from __future__ import annotations

from itertools import permutations

import pytest

from stream.config import ClockConfig
from stream.graphs import key_of
from stream.hub.programme import SAFE, TAKE_MS, Conflict, Programme
from stream.wire.lookback import Back
from stream.wire.messages import Focus, Layout, Panel

LAYOUTS = {
    name: Layout(name, name.title(), (Panel("title", (1,)),)) for name in ("pulse", "topics", "people", "urgent")
}
NOW = 1_000_000


def programme(*, at: int = NOW) -> Programme:
    return Programme("pulse", LAYOUTS, at, urgent=LAYOUTS["urgent"])


def seen(p: Programme, now: int = NOW) -> tuple[str, str]:
    p.look(now)
    return p.on_air.layout.name, p.on_air.why


def test_default() -> None:
    """Without a decision the configured layout is on air."""
    assert seen(programme()) == ("pulse", "default")


def test_default_that_does_not_exist() -> None:
    """Without the configured layout the first that there is; without any, the safe scene's."""
    assert seen(Programme("nothing", LAYOUTS, NOW)) == ("people", "default")
    assert Programme("nothing", {}, NOW).on_air.layout is SAFE


def test_take_lasts_a_quarter_of_an_hour() -> None:
    """A take holds until its fifteen minutes are over."""
    p = programme()
    p.decide("layout", {"layout": "topics", "until": NOW + TAKE_MS}, NOW, "desk")
    assert seen(p, NOW + TAKE_MS - 1) == ("topics", "take")
    assert p.on_air.until == NOW + TAKE_MS
    assert seen(p, NOW + TAKE_MS) == ("pulse", "default")


def test_order_does_not_matter() -> None:
    """Panic wins over urgent, urgent over freeze, freeze over a take, in whatever order they came."""
    decisions = {
        "panic": {},
        "announcement:1": {
            "kind": "announcement",
            "text": "Fire drill",
            "since": NOW,
            "until": NOW + 1000,
            "urgent": True,
        },
        "freeze": {"layout": "people"},
        "layout": {"layout": "topics"},
    }
    for order in permutations(decisions):
        p = programme()
        for subject in order:
            p.decide(subject, decisions[subject], NOW, "desk")
        assert seen(p) == ("urgent", "panic")
        assert p.on_air.panic
        assert p.on_air.frozen
        for subject, expected in (
            ("panic", ("urgent", "urgent")),
            ("announcement:1", ("people", "freeze")),
            ("freeze", ("topics", "take")),
            ("layout", ("pulse", "default")),
        ):
            p.decide(subject, None, NOW, "desk")
            assert seen(p) == expected


def test_revisions_grow() -> None:
    """Every change has a greater revision, also within one millisecond and over a restart."""
    p = programme()
    revs = [p.on_air.rev]
    for name in ("topics", "people", "topics"):
        p.decide("layout", {"layout": name}, NOW, "desk")
        assert p.look(NOW)
        revs.append(p.on_air.rev)
    assert revs == sorted(set(revs))
    assert programme(at=NOW + 5000).on_air.rev > revs[-1]


def test_nothing_new() -> None:
    """Looking again changes neither revision nor time."""
    p = programme()
    before = p.on_air
    assert not p.look(NOW + 1000)
    assert p.on_air is before


def test_conflict() -> None:
    """Who saw an older revision hears who was quicker; who saw the newest, or decided it, does not."""
    p = programme()
    old = p.on_air.rev
    p.decide("layout", {"layout": "topics"}, old + 1, "Ada")
    p.look(NOW + 10)
    with pytest.raises(Conflict) as conflict:
        p.check(old, "Ben")
    assert conflict.value.by == "Ada"
    p.check(old, "Ada")
    p.check(p.on_air.rev, "Ben")
    p.check(None, "Ben")


def test_end_of_a_take_is_no_conflict() -> None:
    """Only people are quicker: a take that ended by itself leaves nobody behind."""
    p = programme()
    p.decide("layout", {"layout": "topics", "until": NOW + 100}, NOW, "Ada")
    p.look(NOW)
    saw = p.on_air.rev
    p.look(NOW + 100)
    p.check(saw, "Ben")


def test_file_of_the_layout_on_air_is_gone() -> None:
    """A layout on air stays there when its file goes."""
    p = programme()
    p.decide("layout", {"layout": "topics"}, NOW, "desk")
    p.look(NOW)
    p.shelve({"pulse": LAYOUTS["pulse"]})
    assert seen(p) == ("topics", "take")


def test_new_version_of_the_layout_on_air() -> None:
    """A new version of the layout on air is something new."""
    p = programme()
    p.shelve({**LAYOUTS, "pulse": Layout("pulse", "Another title", ())})
    assert p.look(NOW + 1)
    assert p.on_air.layout.title == "Another title"


def test_focus_turns_the_wall_to_one_node() -> None:
    """A take with a focus names its graph and the key of its node, until it ends; another take turns away from it."""
    p = programme()
    assert p.focused_layout("topics") == "topics"
    turned = {"layout": "topics", "until": NOW + TAKE_MS, "focus": {"graph": "topics", "id": "#kaleido"}}
    p.decide("layout", turned, NOW, "desk")
    assert seen(p) == ("topics", "take")
    assert p.on_air.focus == Focus("topics", key_of("#kaleido"))
    assert p.turned_to == ("topics", "#kaleido")
    p.decide("layout", {"layout": "topics", "until": NOW + TAKE_MS}, NOW + 1, "desk")
    assert p.look(NOW + 1)
    assert (p.on_air.focus, p.turned_to) == (None, None)


def test_broken_focus_is_none() -> None:
    """A focus on a graph that there is not is left out."""
    p = programme()
    p.decide("layout", {"layout": "topics", "focus": {"graph": "planets", "id": "x"}}, NOW, "desk")
    assert seen(p) == ("topics", "take")
    assert p.on_air.focus is None


DAY = {"title": "Day", "items": [{"layout": "topics", "seconds": 60}, {"layout": "people", "seconds": 30}]}
WHOLE_WEEK = {"days": [0, 1, 2, 3, 4, 5, 6], "start": "00:00", "end": "00:00"}


def agenda(**more: object) -> dict[str, object]:
    session = {"id": "s", "start": NOW, "end": NOW + 1000, "title": "Opening", "calm": True}
    return {"sessions": [{**session, **more}], "on": True}


def test_everybody_wins_over_who_comes_after() -> None:
    """Urgent over take, take over the speaker, the speaker over the schedule, that over the playlist, that over the default."""
    layouts = {**LAYOUTS, "speaker": Layout("speaker", "", (Panel("title", (1,)),))}
    decisions = {
        "announcement:1": {"kind": "announcement", "text": "Fire drill", "since": NOW, "urgent": True},
        "layout": {"layout": "topics"},
        "agenda": agenda(),
        "schedule:1": {**WHOLE_WEEK, "layout": "people"},
        "playlist": {"id": "day", "since": NOW},
    }
    wins = [
        ("urgent", "urgent"),
        ("topics", "take"),
        ("speaker", "speaker"),
        ("people", "schedule"),
        ("topics", "playlist"),
    ]
    for order in permutations(decisions):
        p = Programme("pulse", layouts, NOW, urgent=LAYOUTS["urgent"])
        p.decide("playlist:day", DAY, NOW, "desk")
        for subject in order:
            p.decide(subject, decisions[subject], NOW, "desk")
        for subject, expected in zip(decisions, wins, strict=True):
            assert seen(p) == expected
            p.decide(subject, None, NOW, "desk")
        assert seen(p) == ("pulse", "default")


def test_playlist_goes_on_by_itself_and_says_until_when() -> None:
    """A playlist changes layouts when their time is over, and can be sent on."""
    p = programme()
    p.decide("playlist:day", DAY, NOW, "desk")
    p.decide("playlist", {"id": "day", "since": NOW}, NOW, "desk")
    assert seen(p) == ("topics", "playlist")
    assert p.on_air.until == NOW + 60_000
    assert seen(p, NOW + 60_000) == ("people", "playlist")
    p.decide("playlist", {"id": "day", "since": p.next_since(NOW + 70_000)}, NOW + 70_000, "desk")
    assert seen(p, NOW + 70_000) == ("topics", "playlist")
    assert p.on_air.until == NOW + 130_000
    p.decide("playlist:day", None, NOW + 71_000, "desk")
    assert seen(p, NOW + 71_000) == ("pulse", "default")


def test_slot_may_hold_a_playlist() -> None:
    """A playlist in a slot begins with the slot, and ends with it."""
    p = programme()
    p.decide("playlist:day", DAY, NOW, "desk")
    p.decide("schedule:1", {**WHOLE_WEEK, "playlist": "day"}, NOW, "desk")
    day = NOW // 86_400_000 * 86_400_000
    assert seen(p, day + 86_400_000 + 61_000) == ("people", "schedule")
    assert p.on_air.until == day + 86_400_000 + 90_000


def test_speaker_until_the_session_ends() -> None:
    """The speaker's layout is on until the end of the session, in hub time also when T runs faster."""
    layouts = {**LAYOUTS, "speaker": Layout("speaker", "", (Panel("title", (1,)),))}
    clock = ClockConfig(mode="replay", event_start=5000, wall_start=NOW, speed=10.0)
    p = Programme("pulse", layouts, NOW, clock=clock)
    p.decide("agenda", agenda(start=5000, end=6000), NOW, "desk")
    assert seen(p, NOW + 50) == ("speaker", "speaker")
    assert p.on_air.until == NOW + 100
    assert seen(p, NOW + 100) == ("pulse", "default")


def test_plan_that_means_nothing_is_left_out() -> None:
    """A value of another version that cannot be read changes nothing, and does not stop the wall."""
    p = programme()
    for subject, value in (
        ("playlist:x", {"title": 1}),
        ("schedule:x", {}),
        ("announcement:x", {"kind": "?"}),
        ("agenda", {"sessions": 3}),
        ("fresh", {}),
    ):
        p.decide(subject, value, NOW, "desk")
    assert seen(p) == ("pulse", "default")


def test_plans_are_no_conflict_on_air() -> None:
    """Who writes an announcement or a playlist is not quicker than who takes a layout."""
    p = programme()
    rev = p.on_air.rev
    p.decide("announcement:1", {"kind": "announcement", "text": "Hello", "since": NOW}, rev + 1, "Ada")
    p.check(rev, "Ben")


def looked_back(p: Programme, at: int = NOW) -> Programme:
    """Somebody looks back on ``topics`` for a minute, with the tape that there is."""
    p.tape = "tape"
    value = {"layout": "topics", "tape": "tape", "since": 0, "until": 3_600_000, "begun": at, "ends": at + 60_000}
    p.decide("rewind", value, at, "desk")
    return p


def test_look_back_ends_by_itself() -> None:
    """A look back is a take that knows which moment it shows; after its minute the programme goes on."""
    p = looked_back(programme())
    assert seen(p, NOW + 30_000) == ("topics", "take")
    assert (p.on_air.by, p.on_air.until, p.on_air.back) == ("desk", NOW + 60_000, Back(0, 3_600_000, NOW, NOW + 60_000))
    assert seen(p, NOW + 60_000) == ("pulse", "default")
    assert p.on_air.back is None


def test_newer_of_take_and_look_back_wins() -> None:
    """A look back lies over an earlier take, which goes on after it; a later take ends it."""
    p = programme()
    p.decide("layout", {"layout": "people", "until": NOW + TAKE_MS}, NOW, "desk")
    looked_back(p, NOW + 1)
    assert seen(p, NOW + 2) == ("topics", "take")
    assert seen(p, NOW + 60_001) == ("people", "take")
    p.decide("layout", {"layout": "pulse", "until": NOW + TAKE_MS}, NOW + 3, "other")
    assert seen(p, NOW + 4) == ("pulse", "take")
    assert p.on_air.back is None


def test_nothing_of_the_past_without_its_tape() -> None:
    """Freeze, panic, or a hub that has no such tape (any more) show no past."""
    for subject in ("freeze", "panic"):
        p = looked_back(programme())
        p.decide(subject, {}, NOW + 1, "other")
        p.look(NOW + 2)
        assert p.on_air.back is None
    p = looked_back(programme())
    p.tape = ""
    assert seen(p, NOW + 1) == ("pulse", "default")
