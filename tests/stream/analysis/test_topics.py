"""Topics: what is said and what is said together."""

from __future__ import annotations

from stream.config import Config, TrackConfig
from tests.stream.analysis.posts import measured, post


def test_a_topic_is_shown_as_most_write_it() -> None:
    """Forms of one hashtag are one topic; the most frequent is its label, of equals the first."""
    tags = ("#SOTU", "#sotu", "#SOTU", "#Sotu")
    nodes = measured(*(post(str(i), f"p{i}", text=tag) for i, tag in enumerate(tags))).topics.nodes
    assert [(node.id, node.label, node.weight) for node in nodes] == [("#sotu", "#SOTU", 4)]


def test_cashtags_and_tracked_terms_are_topics() -> None:
    """A cashtag, and a term that is tracked, as a whole word."""
    config = Config(tracks={"bus": TrackConfig(terms=("Night Bus",))})
    snapshot = measured(post("1", text="the night bus and $ACME"), post("2", text="knight buses, $5"), config=config)
    assert {node.id: node.label for node in snapshot.topics.nodes} == {"night bus": "Night Bus", "$acme": "$ACME"}
    assert snapshot.numbers.tracks["bus"].volume == 1


def test_what_is_only_frequent_does_not_win() -> None:
    """Two topics that always come together are tied more strongly than two that come often."""
    posts = [post(f"a{i}", f"a{i}", text="#event #" + ("food" if i % 2 else "music")) for i in range(20)]
    posts += [post(f"b{i}", f"b{i}", text="#lost #found") for i in range(8)]
    posts += [post(f"c{i}", f"c{i}", text="#event") for i in range(20)]
    edges = measured(*posts).topics.edges
    assert {edges[0].source, edges[0].target} == {"#lost", "#found"}
    assert [edge.weight for edge in edges] == sorted((edge.weight for edge in edges), reverse=True)


def test_trend_compares_the_halves() -> None:
    """Twice as many in the newer half of the window is a trend of 1."""
    old = [post(f"o{i}", text="#rain", ago_s=1500) for i in range(3)]
    new = [post(f"n{i}", text="#rain", ago_s=100) for i in range(6)]
    (node,) = measured(*old, *new).topics.nodes
    assert node.trend == 1.0


def test_topics_that_come_together_are_a_community() -> None:
    """Two circles of topics are two communities; a topic that stands alone is in none."""
    circles = (("#a", "#b", "#c"), ("#x", "#y", "#z"))
    posts = [post(f"{i}{j}", f"p{i}{j}", text=" ".join(circle)) for i, circle in enumerate(circles) for j in range(5)]
    nodes = measured(*posts, post("alone", text="#alone")).topics.nodes
    community = {node.id: node.community for node in nodes}
    assert community["#a"] == community["#b"] == community["#c"] != community["#x"]
    assert community["#x"] == community["#z"]
    assert community["#alone"] == -1


def union(**more: object) -> dict[str, tuple[str, int]]:
    """Topics of an evening on which one thing has several names: label and weight by id."""
    texts = [
        "Watching the State of the Union tonight #SOTU",
        "A State of the Union with friends and #sotu on the radio",
        "Our state of the union, live #SOTU",
        "The State of the Union begins now",
        "#StateOfTheUnion popcorn",
        "#SOTU at last",
        "#IOU everything",
    ]
    nodes = measured(
        *(post(str(i), f"p{i}", text=text, lang="en") for i, text in enumerate(texts)), **more
    ).topics.nodes  # type: ignore[arg-type]
    return {node.id: (node.label, node.weight) for node in nodes}


def test_one_topic_under_several_names() -> None:
    """A phrase, the hashtag of its letters and the hashtag of its initials are one topic; a post counts once."""
    found = union()
    assert found["#sotu"][1] == 6
    assert found["#iou"] == ("#IOU", 1)
    assert not {"#stateoftheunion", "state of the union"} & set(found)


def test_initials_need_to_be_said_together() -> None:
    """Initials are no other name of a phrase that nobody says beside them."""
    said = (
        "sold out tonight",
        "was wonderful, wasn't it",
        "in the harbour hall",
        "for free, they say",
        "on my way home",
    )
    together = [post(f"a{i}", f"a{i}", text=f"Late jazz concert {said[i]}", lang="en") for i in range(5)]
    alone = [post(f"b{i}", f"b{i}", text=f"#ljc tower {i}", lang="en") for i in range(5)]
    ids = {node.id for node in measured(*together, *alone).topics.nodes}
    assert {"late jazz", "jazz concert", "#ljc"} <= ids


def test_inflected_forms_are_one_topic() -> None:
    """In an inflected language the forms of a word are one topic; in English a hashtag stands for itself."""
    finnish = [
        post(f"f{i}", f"f{i}", text=tag, lang="fi") for i, tag in enumerate(("#budjetti", "#budjetin", "#budjettia"))
    ]
    english = [post(f"e{i}", f"e{i}", text=tag, lang="en") for i, tag in enumerate(("#change", "#changes"))]
    nodes = {node.id: node.weight for node in measured(*finnish, *english).topics.nodes}
    assert nodes == {"#budjetin": 3, "#change": 1, "#changes": 1}


def test_a_post_that_says_both_names_is_tied_to_others_once() -> None:
    """After folding a topic has no edge to itself."""
    posts = [post(str(i), f"p{i}", text="#night-bus #nightbus #tram the night bus", lang="en") for i in range(6)]
    edges = measured(*posts).topics.edges
    assert all(edge.source != edge.target for edge in edges)
