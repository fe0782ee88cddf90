"""What the hub knows of the topic or the person that the wall turns to. Pure; words leave only as they may."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

import msgspec

from stream.graphs import key_of
from stream.hub import feeds
from stream.hub.feeds import Pass, Say, Vouched
from stream.mention import Mention
from stream.wire.messages import Card, Focused, Graph
from stream.wire.snapshot import PersonNode, Snapshot, TopicNode

CARDS: Final = 12
SIGNS: Final = "#$@"

About = Callable[[Mention], bool]


def of(
    snapshot: Snapshot, graph: Graph, node_id: str, at: int, passes: Pass, say: Say, vouched: Vouched
) -> Focused | None:
    """None when the node has left the snapshot."""
    nodes: Iterable[TopicNode | PersonNode] = snapshot.topics.nodes if graph == "topics" else snapshot.people.nodes
    node = next((node for node in nodes if node.id == node_id), None)
    if node is None:
        return None
    cards = _cards(snapshot, graph, node_id, at, passes, say)
    if isinstance(node, PersonNode):
        label = feeds.people_names([node], say, vouched).get(node_id, "")
        return Focused(at, graph, key_of(node_id), label, node.weight, 0, None, 0.0, (), cards)
    label = feeds.topic_names([node], say).get(node_id, "")
    rise = next((rise for rise in snapshot.rising if rise.topic == node_id), None)
    course = snapshot.topics.courses.get(node_id) or (rise.curve if rise else ())
    voices = rise.causes.voices if rise and rise.causes else 0
    return Focused(at, graph, key_of(node_id), label, node.weight, voices, node.trend, node.sentiment, course, cards)


def _cards(snapshot: Snapshot, graph: Graph, node_id: str, at: int, passes: Pass, say: Say) -> tuple[Card, ...]:
    """Cards of the stories about the node, the strongest first."""
    about = _says(node_id) if graph == "topics" else _concerns(node_id)
    kept = []
    for story in snapshot.stories:
        found = passes(story.id)
        if found is not None and found[1].state == "shown" and about(found[0]):
            kept.append(story)
    told = msgspec.structs.replace(snapshot, stories=tuple(kept[:CARDS]))
    return feeds.stories(told, at, passes, say).cards


def _says(topic: str) -> About:
    """Whether a post says a topic: a hashtag, or words."""
    word = topic.casefold()
    bare = word.lstrip(SIGNS)

    def says(row: Mention) -> bool:
        if any(tag.casefold() == bare for tag in row.hashtags):
            return True
        return word in row.text.casefold()

    return says


def _concerns(person: str) -> About:
    """Whether a post is by a person, or to them."""

    def concerns(row: Mention) -> bool:
        return person in set(_people(row))

    return concerns


def _people(row: Mention) -> Iterator[str]:
    yield row.author.id
    yield from (named.id for named in row.mentions)
    if row.target is not None:
        yield row.target.author
