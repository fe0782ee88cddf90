"""Alerts: signs, how long they must last, what is sent out, and what stays until it was seen; with clocks that tests move."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from stream.config import AlertsConfig, Config
from stream.hub import signs
from stream.hub.alerts import KEPT, Alert, Lookout, Sign
from stream.hub.board import Board
from stream.hub.messenger import letter
from stream.hub.outbox import GIVEN_UP_MS, MOST, PAUSES_S, Outbox
from stream.hub.warden import Seen, Warden
from stream.hub.wellbeing import network
from stream.wire.messages import WallState
from stream.wire.snapshot import Numbers, SourceState

S = 1000


def sign(after_s: float = 20, well_s: float = 10, key: str = "") -> Sign:
    return Sign("screens", key, "Screen 3 does not answer.", "Look.", after_s, well_s)


def watched(lookout: Lookout, times: dict[int, Sequence[Sign]]) -> list[tuple[int, str]]:
    """What was told when, given what is wrong at which second."""
    told = []
    for second, wrong in times.items():
        told += [(second, "ended" if alert.ended else "raised") for alert in lookout.look(second * S, wrong)]
    return told


def test_what_lasts_is_raised_once() -> None:
    """A sign becomes an alert when it has lasted, and not again while it lasts."""
    assert watched(Lookout(), {t: [sign()] for t in range(0, 60)}) == [(20, "raised")]


def test_what_is_short_is_no_alert() -> None:
    """A sign that goes before its time was nothing, and the next one begins anew."""
    times = {t: [] if t % 15 == 14 else [sign()] for t in range(0, 200)}
    assert watched(Lookout(), times) == []


def test_flapping_is_one_alert() -> None:
    """An alert is over only when all was well for long enough; until then it is the same alert."""
    times = {t: [] if t % 15 > 8 and t < 100 else [sign(after_s=0)] for t in range(100)}
    times |= {t: [] for t in range(100, 120)}
    assert watched(Lookout(), times) == [(0, "raised"), (108, "ended")]


def test_two_things_are_two_alerts() -> None:
    """Each thing that is wrong has its own alert."""
    lookout = Lookout()
    assert len(lookout.look(0, [sign(0, key="a"), sign(0, key="b")])) == 2
    assert len({alert.id for alert in lookout.alerts}) == 2


def test_alert_waits_until_it_was_seen() -> None:
    """An alert that is over waits for somebody to see it, one that was seen until it is over."""
    lookout = Lookout()
    (alert,) = lookout.look(0, [sign(0)])
    lookout.look(20 * S, [])
    assert lookout.waiting() == [alert]
    assert lookout.see(alert.id, "Desk 1", 21 * S)
    assert not lookout.see(alert.id, "Desk 2", 22 * S)
    assert alert.seen_by == "Desk 1"
    assert lookout.waiting() == []
    (again,) = lookout.look(30 * S, [sign(0)])
    lookout.see(again.id, "Desk 1", 31 * S)
    assert lookout.waiting() == [again]


def test_later_life_goes_on(tmp_path: Path) -> None:
    """A lookout that takes up earlier alerts raises what lasts no second time, and ends it when it is well."""
    (alert,) = Lookout().look(0, [sign(0)])
    later = Lookout([msgspec.structs.replace(alert)])
    assert later.look(5 * S, [sign(0)]) == []
    assert [a.ended for a in later.look(20 * S, [])] == [20 * S]


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abc")), max_size=120))
def test_every_end_follows_a_start(steps: list[tuple[int, str]]) -> None:
    """Whatever comes and goes, an alert is raised before it ends, once each, and no more are kept than may be."""
    lookout, now, told = Lookout(), 0, []
    for pause, key in steps:
        now += pause * S
        told += [(a.id, bool(a.ended)) for a in lookout.look(now, [sign(3, 5, key)])]
    for id in {id for id, _ in told}:
        assert [over for other, over in told if other == id] in ([False], [False, True])
    assert len(lookout.alerts) <= KEPT


def numbers(before: tuple[int, int], after: tuple[int, int]) -> Numbers:
    """Glad and critical posts in each of twenty buckets before, and of ten after."""
    good, bad = (tuple([before[i]] * 20 + [after[i]] * 10) for i in (0, 1))
    return Numbers(timeline_positive=good, timeline_negative=bad, bucket_ms=60_000)


def test_mood_drop_is_told() -> None:
    """When many more posts in a mood are critical than before, that is a sign, with both shares."""
    (found,) = signs.of_mood(numbers((6, 2), (2, 6)), told=False)
    assert "75 % are critical in the last 10 minutes, 25 % before" in found.says


def test_small_or_few_changes_are_no_drop() -> None:
    """A little more, a mood that rises, and shares of a handful of posts say nothing."""
    assert signs.of_mood(numbers((6, 2), (6, 3)), told=False) == []
    assert signs.of_mood(numbers((2, 6), (6, 2)), told=False) == []
    assert signs.of_mood(numbers((1, 0), (0, 1)), told=False) == []
    assert signs.of_mood(Numbers(), told=False) == []


def test_mood_has_two_bars() -> None:
    """A drop that was told lasts until most of it is gone: the same numbers raise nothing anew."""
    between = numbers((6, 2), (5, 4))
    assert signs.of_mood(between, told=False) == []
    assert len(signs.of_mood(between, told=True)) == 1


def test_screens_that_never_were_lit_are_no_alarm() -> None:
    """Only screens that were lit before and answer no more are a sign."""
    assert signs.of_screens([3, 5, 6], lit=()) == []
    (found,) = signs.of_screens([3, 5, 6], lit=(1, 2, 3, 6))
    assert found.says == "Screens 3 and 6 do not answer."


def test_sources_and_log() -> None:
    """Dead, stopped and unreachable sources are signs, others not; so is a log that cannot be read or takes nothing."""
    states = [
        SourceState(s, s, 0, 0.0) for s in ("live", "quiet", "dead", "stopped", "waiting", "finished", "starting")
    ]
    found = signs.of_sources(states, network)
    assert [(s.key, s.after_s) for s in found] == [("dead", 60), ("stopped", 60), ("waiting", 300)]
    assert signs.of_log("", 0) == []
    assert signs.of_log("no broker", 0)[0].says == "The log does not answer: no broker."
    assert len(signs.of_log("", 2)) == 1


def test_letters_come_again_with_growing_pauses() -> None:
    """What is not taken is tried again after growing pauses, for a day, under the same id."""
    outbox, now, tries = Outbox(lambda: 0.0), 0, []
    outbox.put("a", "{}", 0)
    while outbox.letters:
        now += outbox.next_ms(now) or 0
        (due,) = outbox.due(now)
        tries.append(now // S)
        outbox.failed(due.id, now)
    assert tries[:4] == [0, 5, 35, 155]
    assert tries[-1] * S <= GIVEN_UP_MS
    assert {later - earlier for earlier, later in pairwise(tries[5:])} == {PAUSES_S[-1]}


def test_outbox_is_bounded() -> None:
    """A receiver that never answers does not fill the memory."""
    outbox = Outbox(lambda: 0.0)
    for n in range(MOST + 5):
        outbox.put(str(n), "", n)
    assert len(outbox.letters) == MOST
    outbox.taken("9")
    assert outbox.next_ms(0) == 5


def test_letter_says_what_a_person_needs() -> None:
    """A message has its type, its time, and what to do."""
    alert = Alert("log-1", "log", "", "The log does not answer.", "See its disk.", 0, 15 * S)
    told = json.loads(letter(alert, "raised", "Festival", 16 * S))
    assert told["type"] == "alert.raised"
    assert told["timestamp"] == "1970-01-01T00:00:16.000Z"
    assert (told["data"]["kind"], told["data"]["do"], told["data"]["ended"]) == ("log", "See its disk.", None)


class House:
    """A warden with a clock that the test moves."""

    def __init__(self, path: Path, config: Config | None = None) -> None:
        self.now = 0.0
        self.tablet = Board()
        self.warden = Warden(config or Config(), clock=lambda: self.now, tablet=self.tablet, path=path)

    def look(self, seconds: int, **seen: Any) -> None:
        default = Seen((), (), 1, False, "", 0, True, None, (), 0, 0)
        for _ in range(seconds):
            self.now += S
            self.warden.look(lambda: msgspec.structs.replace(default, **seen))

    def told(self, channel: str) -> Any:
        posted = self.tablet.newest(channel)
        return json.loads(posted.payload) if posted else None


LIT = [(WallState("hall", (1, 2, 3, 4, 5, 6), 0, 1, False, 20.0, 40.0, 0, 1.0, 2000), 100)]


def test_dead_wall_is_an_alert_that_survives_a_restart(tmp_path: Path) -> None:
    """A wall that goes dark is told after a while; a hub that starts again knows it still, and who has seen it."""
    house = House(tmp_path / "alerts")
    house.look(5, walls=LIT)
    house.look(25)
    (alert,) = house.told("alerts")["alerts"]
    assert alert["says"] == "Screens 1, 2, 3, 4, 5 and 6 do not answer."
    house.warden.see(alert["id"], "Desk 1", 0)
    later = House(tmp_path / "alerts")
    later.now = house.now
    later.look(3)
    (still,) = later.told("alerts")["alerts"]
    assert (still["id"], still["seen_by"], still["ended"]) == (alert["id"], "Desk 1", 0)
    later.look(15, walls=LIT)
    assert later.told("alerts")["alerts"] == []


def test_alerts_go_out_by_kind(tmp_path: Path) -> None:
    """Alerts of the wanted kinds wait in the outbox for the webhook, their ends too."""
    config = Config(alerts=AlertsConfig(url="https://desk.example/hook", secret="s", kinds=("log",)))
    house = House(tmp_path / "alerts", config)
    house.look(5, walls=LIT)
    house.look(40, log_fault="no broker")
    house.look(40)
    assert house.warden.messenger is not None
    sent = [json.loads(each.body) for each in house.warden.messenger.outbox.letters]
    assert [(m["type"], m["data"]["kind"]) for m in sent] == [("alert.raised", "log"), ("alert.ended", "log")]
    assert {a["kind"] for a in house.told("alerts")["alerts"]} == {"log", "screens"}


def test_starting_hub_is_not_alarmed(tmp_path: Path) -> None:
    """While the log is being read nothing is raised, but the tablets see how things are."""
    house = House(tmp_path / "alerts")
    house.look(90, caught_up=False, sources=[SourceState("bluesky", "dead", 1, 0.0)])
    assert house.told("alerts") is None
    lights = {line["name"]: line["light"] for line in house.told("health")["lines"]}
    assert (lights["The log"], lights["Bluesky"], lights["Screen 1"]) == ("late", "dead", "dead")


def test_broken_file_starts_anew(tmp_path: Path) -> None:
    """What cannot be read of earlier alerts keeps no hub from starting."""
    (tmp_path / "alerts").write_text("{")
    assert House(tmp_path / "alerts").warden.lookout.alerts == []
