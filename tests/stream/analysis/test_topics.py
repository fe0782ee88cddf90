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
