"""Figures name topics and people only where both moderation and the house let them."""

from __future__ import annotations

from collections.abc import Mapping

from stream.hub import feeds
from stream.mention import Author, Target
from stream.wire.messages import Figures
from stream.wire.snapshot import Numbers, People, PersonNode, Snapshot, TopicNode, Topics
from tests.stream.hub import house


def snapshot(topics: tuple[TopicNode, ...] = (), people: tuple[PersonNode, ...] = ()) -> Snapshot:
    return Snapshot(0, 1800, False, Numbers(), Topics(topics), People(people), (), ())


def figures(of: Snapshot, *, unsaid: str = "", vouched: bool = True, faces: Mapping[str, str] | None = None) -> Figures:
    return feeds.figures(of, 0, 0, 0.0, lambda words: words != unsaid, lambda _: vouched, faces)


def test_topics_whose_mood_is_known() -> None:
    """The strongest topics come with their mood; one that is not known, or of two posts, says nothing."""
    nodes = (
        TopicNode("a", "#a", 9, 0.4, 0.0, 0),
        TopicNode("b", "#b", 12, -0.2, 0.0, 0),
        TopicNode("c", "#c", 20, 0.0, 0.0, 0),
        TopicNode("d", "#d", 2, 0.9, 0.0, 0),
    )
    assert [t.label for t in figures(snapshot(nodes)).topics] == ["#b", "#a"]
    assert [t.label for t in figures(snapshot(nodes), unsaid="#b").topics] == ["#a"]


def test_voices_of_both_sides() -> None:
    """However many of the public are stronger, the house's own are there; nobody's id leaves."""
    public = tuple(PersonNode(f"net:{i}", f"p{i:02d}", "public", 100 - i, 0) for i in range(40))
    own = (PersonNode("net:us", "us", "brand", 3, 0), PersonNode("net:me", "me", "staff", 2, 0))
    voices = figures(snapshot(people=public + own)).voices
    assert [v.handle for v in voices] == [*(f"@p{i:02d}" for i in range(feeds.VOICES)), "@us", "@me"]
    assert {v.id for v in voices} == {""}
    assert figures(snapshot(people=public), unsaid="p00").voices[0].handle == "@p01"
    assert figures(snapshot(people=public), vouched=False).voices == ()


def test_a_face_goes_with_its_voice() -> None:
    """A picture that may be shown stands where its voice does, and not without it."""
    people = tuple(PersonNode(f"net:{i}", f"p{i}", "public", 9 - i, 0) for i in range(3))
    told = figures(snapshot(people=people), unsaid="p1", faces={"net:1": "one", "net:2": "two"})
    assert [v.handle for v in told.voices] == ["@p0", "@p2"]
    assert told.faces == ("", "two")


def test_a_voice_that_leaves_is_named_no_more() -> None:
    """An author who is retracted is out of the very next figures."""
    rooms = house.House()
    ann, ben = Author("simulation:ann", handle="ann_of_agora"), Author("simulation:ben", handle="ben")
    rooms.hear(
        house.post(1, "We begin", by=ann),
        house.post(2, "So we do", by=ben, kind="reply", target=Target("simulation:1", ann.id)),
    )
    rooms.later()
    assert rooms.leaks("ann_of_agora") != []
    rooms.retract(ann.id, scope="author")
    rooms.at_once()
    assert rooms.leaks("ann_of_agora") == []
