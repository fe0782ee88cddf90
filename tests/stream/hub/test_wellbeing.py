"""How each part does: its light, a few words, and what to do about it."""

from __future__ import annotations

import msgspec
import pytest

from stream.hub import wellbeing
from stream.wire.messages import WallState
from stream.wire.snapshot import SourceState


def source(state: str, **more: object) -> wellbeing.Line:
    return wellbeing.of_source(SourceState("mastodon:social", state, 5000, 3.0, **{"since": 1, **more}))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "light"),
    [("live", "green"), ("quiet", "quiet"), ("finished", "quiet"), ("starting", "late"), ("waiting", "late"),
     ("late", "late"), ("stopped", "dead"), ("dead", "dead"), ("something new", "late")],
)  # fmt: skip
def test_sources(state: str, light: str) -> None:
    """A source's light follows its state; what is not well says what to do."""
    line = source(state)
    assert (line.name, line.light) == ("Mastodon (social)", light)
    assert bool(line.do) == (light in ("late", "dead") and state != "something new")


def test_source_with_advice() -> None:
    """What ingest advises stands as a sentence."""
    line = source("stopped", error="HTTP 401", advice="give a new token", deletions=False, spooled=3)
    assert line.do == "Give a new token."
    assert line.says.endswith("3 posts wait for the log, does not tell of deletions, HTTP 401")


def test_source_that_nobody_tells_of() -> None:
    """A source that ingest never spoke of is late when it is quiet."""
    assert source("quiet", since=0).light == "late"


def test_log() -> None:
    """The log is read and written, catching up, not writable, or away."""
    assert wellbeing.of_log("", 0, True).light == "green"
    assert wellbeing.of_log("", 0, False).light == "late"
    assert wellbeing.of_log("", 2, True).says == "2 decisions wait to be saved"
    assert wellbeing.of_log("no broker", 0, True).light == "dead"


def wall(*screens: int, rev: int = 7, panic: bool = False) -> WallState:
    return WallState("hall", screens, 0, rev, panic, 20.0, 40.0, 0, 0.5, 2000)


def test_screens() -> None:
    """Each screen is told: what is on air, the safe scene, something older, silent, dark."""
    walls = [(wall(1), 100), (wall(2, panic=True), 100), (wall(3, rev=5), 100), (wall(4), 8000), (wall(4), 9000)]
    lines = wellbeing.of_screens(5, walls, 7, changing=False)
    assert [line.light for line in lines] == ["green", "quiet", "late", "late", "dead"]
    assert [bool(line.do) for line in lines] == [False, True, True, True, True]
    assert wellbeing.of_screens(1, [(wall(1, rev=5), 100)], 7, changing=True)[0].light == "green"
    (off,) = wellbeing.of_screens(1, [(msgspec.structs.replace(wall(1), brightness=0.0), 100)], 7, changing=False)
    assert off.light == "quiet"
    assert "off hours" in off.says


def test_guest_book_desks_and_webhook() -> None:
    """The guest book is set up or not, tablets are awake or not, alerts go out or not."""
    spoken = [SourceState("guestbook", "quiet", -1, 0.0, since=1)]
    assert wellbeing.of_guestbook(True, spoken) == []
    assert wellbeing.of_source(spoken[0]).part == "guestbook"
    assert [wellbeing.of_guestbook(on, [])[0].light for on in (False, True)] == ["quiet", "dead"]
    assert [wellbeing.of_desks(*n).light for n in ((0, 0), (2, 1), (2, 2))] == ["quiet", "green", "quiet"]
    assert wellbeing.of_webhook(False, 0, "")[0].light == "quiet"
    assert wellbeing.of_webhook(True, 1, "")[0].says == "1 on their way"
    assert wellbeing.of_webhook(True, 1, "it answered 500")[0].light == "dead"


@pytest.mark.parametrize(
    ("ms", "words"), [(-1, "0 s"), (5900, "5 s"), (59_000, "50 s"), (180_000, "3 min"), (9e7, "25 h")]
)
def test_ages(ms: float, words: str) -> None:
    """Ages are coarse, so that they change seldom."""
    assert wellbeing.age(int(ms)) == words
