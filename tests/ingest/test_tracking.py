"""What is listened for follows the staff's decisions."""

from __future__ import annotations

import asyncio

import msgspec

from ingest.matching import Matcher
from ingest.tracking import Tracking, begin, follow
from stream.config import Config, TrackConfig
from stream.config.networks import MatchConfig
from stream.log import CONTROL, Entry, Record
from tests.ingest.cable import Cable

CONFIG = Config(match=MatchConfig(terms=("hall",)), tracks={"brand": TrackConfig(terms=("agora",))})


def stood(value: object) -> bytes:
    """A decision of the staff as ``control`` holds it."""
    return msgspec.json.encode({"id": "a1", "seq": 1, "at": 0, "by": "Desk 1", "value": value, "v": 1})


def record(key: str, value: object) -> Record:
    data = value if isinstance(value, bytes | None) else stood(value)
    return Record(CONTROL.name, 0, 0, 0, key, data)


def told(*decisions: tuple[str, object]) -> tuple[str, ...]:
    """The terms after ``decisions``."""
    matcher = Matcher()
    tracking = Tracking(CONFIG, matcher)
    tracking.take([])
    for decision in decisions:
        tracking.take([record(*decision)])
    return matcher.terms


def test_tracks_and_matching_change_while_sources_run() -> None:
    """A new track adds its terms, an empty one is off, null gives back what the configuration says."""
    assert told() == ("agora", "hall")
    assert told(("track:new", {"terms": ["#night"]})) == ("#night", "agora", "hall")
    assert told(("track:brand", {"terms": []})) == ("hall",)
    assert told(("track:brand", {"terms": []}), ("track:brand", None)) == ("agora", "hall")
    assert told(("match", {"terms": ["town"]})) == ("agora", "town")
    assert told(("match", {"terms": ["town"]}), ("match", None)) == ("agora", "hall")


def test_what_cannot_be_read_is_ignored() -> None:
    """Broken values and other subjects change nothing, and the next good one counts."""
    broken = [
        ("track:a", b"{"),
        ("track:a", b'{"terms":["x"]}'),
        ("track:a", {"term": ["x"]}),
        ("match", {"terms": 1}),
        ("track:", {"terms": ["x"]}),
    ]
    hopeless = [("track:a", {"terms": [""]}), ("match", {"terms": ["#"]})]
    assert told(*broken, *hopeless, ("post:n:1", {"show": "hidden"}), ("layout", "x")) == ("agora", "hall")
    assert told(*broken, ("track:a", {"terms": ["x"]})) == ("agora", "hall", "x")


def test_the_matcher_is_told_of_changes_only() -> None:
    """A decision that says what is so already disturbs no source."""
    matcher = Matcher()
    tracking = Tracking(CONFIG, matcher)
    tracking.take([])
    changes: list[tuple[str, ...]] = []
    matcher.tell(lambda: changes.append(matcher.terms))
    tracking.take([record("track:brand", {"terms": ["agora"]}), record("layout", "x")])
    tracking.take([record("track:brand", {"terms": ["wall"]})])
    assert changes == [("hall", "wall")]


async def test_control_is_read_to_its_end_first(cable: Cable) -> None:
    """What was decided before holds before any source runs, and what comes later takes effect at once."""
    await cable.log.publish(CONTROL, [Entry("track:old", stood({"terms": ["old"]}))])
    matcher = Matcher()
    tracking = Tracking(CONFIG, matcher)
    cable.log.end, end, tries = _away_once(cable), cable.log.end, []  # type: ignore[method-assign]

    async def pause(seconds: float) -> None:
        tries.append(seconds)
        cable.log.end = end  # type: ignore[method-assign]

    reader = await begin(cable, tracking, pause=pause)  # type: ignore[arg-type]
    assert len(tries) == 1
    assert matcher.terms == ("agora", "hall", "old")
    changed = asyncio.Event()
    matcher.tell(changed.set)
    following = asyncio.create_task(follow(reader, tracking))
    await cable.log.publish(CONTROL, [Entry("track:new", stood({"terms": ["new"]}))])
    await changed.wait()
    assert matcher.terms == ("agora", "hall", "new", "old")
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


def _away_once(cable: Cable) -> object:
    from stream.log import LogUnavailable

    async def away(_: object) -> dict[int, int]:
        raise LogUnavailable(f"{cable.plugged}")

    return away
