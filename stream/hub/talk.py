"""The conversation as tablets read it: what rises and why, the strongest topics and people, with the ids that a focus needs.

Pure; words leave only as they may.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import nsmallest
from itertools import islice
from typing import Any, Final

from stream.hub import feeds
from stream.hub.feeds import Names, Pass, Say
from stream.moderation.presentable import presentable
from stream.wire.snapshot import PersonNode, Rising, Snapshot

TOPICS: Final = 40
PEOPLE: Final = 24
QUOTE: Final = 200
"""Characters of a post that is told as a cause."""


def told(snapshot: Snapshot, names: Names, passes: Pass, say: Say) -> dict[str, Any]:
    """``{rising, topics, people}``; ``names`` are those of the snapshot.

    ``rising``: ``{id, label, factor, since, curve, posts: [{id, text, name, handle, source}], people: [{id, handle}], voices,
    topics: [{id, label}]}``; ``topics``: ``{id, label, weight, trend, sentiment}``; ``people``: ``{id, handle, role, weight}``.
    """
    topics = (node for node in snapshot.topics.nodes if node.id in names.topics)
    people = (node for node in snapshot.people.nodes if node.id in names.people)
    return {
        "rising": [_rise(r, names, passes, say) for r in feeds.said_rising(snapshot.rising, say, passes)],
        "topics": [
            {
                "id": node.id,
                "label": names.topics[node.id],
                "weight": node.weight,
                "trend": node.trend,
                "sentiment": node.sentiment,
            }
            for node in islice(topics, TOPICS)
        ],
        "people": [_person(node, names.people[node.id]) for node in _strongest(people)],
    }


def _rise(rise: Rising, names: Names, passes: Pass, say: Say) -> dict[str, Any]:
    causes = rise.causes
    rows = [found[0] for post_id in causes.posts if (found := passes(post_id)) is not None] if causes else []
    return {
        "id": rise.topic,
        "label": names.topics.get(rise.topic) or presentable(rise.label or rise.topic, feeds.NAME_LIMIT),
        "factor": rise.factor,
        "since": rise.since,
        "curve": rise.curve,
        "voices": causes.voices if causes else 0,
        "posts": [
            {
                "id": row.id,
                "text": presentable(row.text[: 2 * QUOTE], QUOTE),
                "name": presentable(row.author.name, feeds.NAME_LIMIT) if say(row.author.name) else "",
                "handle": feeds.shown_handle(row.author.handle) if say(row.author.handle) else "",
                "source": row.source,
            }
            for row in rows
        ],
        "people": _called(causes.people, "handle", names.people) if causes else [],
        "topics": _called(causes.topics, "label", names.topics) if causes else [],
    }


def _called(ids: Iterable[str], what: str, names: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"id": id, what: names[id]} for id in ids if id in names]


def _strongest(nodes: Iterable[PersonNode]) -> list[PersonNode]:
    return nsmallest(PEOPLE, nodes, key=lambda node: (-node.weight, node.id))


def _person(node: PersonNode, handle: str) -> dict[str, Any]:
    return {"id": node.id, "handle": handle, "role": node.role, "weight": node.weight}
