"""Feeds: what walls and tablets get of a snapshot, after moderation. Pure; words leave the hub only through here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple
from urllib.parse import unquote

import msgspec

from stream.hub.gate import Passage
from stream.mention import Mention
from stream.moderation.filters import WORDS_LIMIT
from stream.moderation.presentable import presentable
from stream.wire.messages import Card, Feature, Figures, Stories
from stream.wire.snapshot import (
    Causes,
    Numbers,
    People,
    PersonNode,
    Rising,
    Snapshot,
    SourceState,
    Story,
    TopicNode,
    Topics,
)

STRONGEST: Final = 20
NEWEST: Final = 20
"""Cards: so many of the strongest stories, then so many of the newest among the others."""
RISING: Final = 12
FELT: Final = 24
"""Topics whose mood is told, and the posts from which a mood says something."""
FELT_FROM: Final = 3
VOICES: Final = 16
OWN_VOICES: Final = 8
NAME_LIMIT: Final = 60
"""Graphemes of a name or a label."""
NO_COMMUNITY: Final = 255

QUIET_MS: Final = 60_000
LATE_MS: Final = 5 * 60_000
DEAD_MS: Final = 30 * 60_000

_UNREADABLE: Final = re.compile(r"[\W_]+")
_LANGUAGE: Final = re.compile(r"(?:[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2})?\Z")

Say = Callable[[str], bool]
"""Whether a name or a label may be shown."""
Vouched = Callable[[PersonNode], bool]
"""Whether a person may be named at all."""
Pass = Callable[[str], tuple[Mention, Passage] | None]
"""The newest edit of a post and whether its words may leave; None when it is gone."""


class Featured(NamedTuple):
    """A post that staff want large on a screen, since a hub time in ms."""

    screen: int
    post: str
    since: int


Pictured = Callable[[Sequence[tuple[str, Mention]]], Mapping[str, Mapping[Any, str]]]
"""The names of the pictures of posts that may be shown, by post and kind (``avatar``, ``picture``)."""


def shown_handle(handle: str) -> str:
    """A handle as people read it: with one @ before it and without its server."""
    name = presentable(handle.lstrip("@").split("@")[0], NAME_LIMIT)
    return f"@{name}" if name else ""


def words(row: Mention) -> str:
    """The text of a post as it may be drawn: no more of it than was judged."""
    return presentable(row.text[:WORDS_LIMIT])


def topic_names(nodes: Iterable[TopicNode], say: Say) -> dict[str, str]:
    """Labels of topics that may be shown, by node."""
    names = {node.id: presentable(node.label, NAME_LIMIT) for node in nodes if node.label and say(node.label)}
    return {node_id: name for node_id, name in names.items() if name}


def people_names(nodes: Iterable[PersonNode], say: Say, vouched: Vouched) -> dict[str, str]:
    """Handles of people that may be shown, by node."""
    names = {node.id: shown_handle(node.handle) for node in nodes if node.handle and vouched(node) and say(node.handle)}
    return {node_id: name for node_id, name in names.items() if name}


class Names(NamedTuple):
    """The names in both graphs that may be shown, by node."""

    topics: Mapping[str, str]
    people: Mapping[str, str]


def names(snapshot: Snapshot, say: Say, vouched: Vouched) -> Names:
    """All of them at this moment."""
    return Names(topic_names(snapshot.topics.nodes, say), people_names(snapshot.people.nodes, say, vouched))


def stories(
    snapshot: Snapshot,
    at: int,
    passes: Pass,
    say: Say,
    pinned: Collection[str] = (),
    pictured: Pictured = lambda _: {},
    featured: Sequence[Featured] = (),
) -> Stories:
    """The cards of the stories whose words may leave: the ``pinned``, the strongest and the newest, in this order.

    What is ``featured`` stands apart, and only there.
    """

    def shown(ranks: Iterable[int], most: int) -> dict[int, Mention]:
        found: dict[int, Mention] = {}
        for rank in ranks:
            passed = passes(told[rank].id)
            if passed is not None and passed[1].state == "shown":
                found[rank] = passed[0]
                if len(found) == most:
                    break
        return found

    told = snapshot.stories
    by_id = {story.id: story for story in told}
    large = {story.id: (story, row) for story, row in _chosen(dict.fromkeys(it.post for it in featured), by_id, passes)}
    rows = shown(range(len(told)), STRONGEST)
    weaker = range(max(rows, default=len(told)) + 1, len(told))
    rows |= shown(sorted(weaker, key=lambda rank: (-told[rank].at, told[rank].id)), NEWEST)
    kept = [(told[rank], rows[rank]) for rank in sorted(rows) if told[rank].id not in pinned]
    if pinned:
        kept = [*_chosen(pinned, by_id, passes), *kept]
    kept = [(story, row) for story, row in kept if story.id not in large]
    authors = {story.author for story, _ in (*kept, *large.values())}
    communities = {node.id: node.community for node in snapshot.people.nodes if node.id in authors}
    pictures = pictured([(story.id, row) for story, row in (*kept, *large.values())])

    def card(story: Story, row: Mention) -> Card:
        return msgspec.structs.replace(
            _card(story, row, communities.get(story.author, NO_COMMUNITY), snapshot.at, say),
            pinned=story.id in pinned,
            **pictures.get(story.id, {}),
        )

    features = (Feature(it.screen, it.since, card(*large[it.post])) for it in featured if it.post in large)
    return Stories(at, tuple(card(story, row) for story, row in kept), tuple(features))


def _chosen(wanted: Iterable[str], told: Mapping[str, Story], passes: Pass) -> Iterator[tuple[Story, Mention]]:
    """Those posts of ``wanted`` whose words may leave; one that leads no story stands alone."""
    for post_id in wanted:
        passed = passes(post_id)
        if passed is not None and passed[1].state == "shown":
            row = passed[0]
            alone = Story(post_id, row.text, row.author.id, 1, 1, row.links, row.at)
            yield told.get(post_id, alone), row


def _card(story: Story, row: Mention, community: int, t_ms: int, say: Say) -> Card:
    author = row.author
    return Card(
        id=story.id,
        text=words(row),
        name=presentable(author.name, NAME_LIMIT) if say(author.name) else "",
        handle=presentable(author.handle, NAME_LIMIT) if say(author.handle) else "",
        lang=row.lang if _LANGUAGE.match(row.lang) else "",
        source=row.source,
        role=author.role,
        age_s=max(0, t_ms - story.at) // 1000,
        count=story.count,
        voices=story.voices,
        sentiment=story.sentiment,
        colour=community if 0 <= community < NO_COMMUNITY else NO_COMMUNITY,
    )


def figures(
    snapshot: Snapshot,
    held: int,
    at: int,
    data_age_s: float,
    say: Say,
    vouched: Vouched = lambda _: False,
    faces: Mapping[str, str] | None = None,
) -> Figures:
    """The numbers, and the topics and people that may be named; ``faces`` names pictures that may be shown, by author."""
    voices = _heard(snapshot.people.nodes, say, vouched)
    bridges = {end for edge in snapshot.people.edges if edge.weak for end in (edge.source, edge.target)}
    return Figures(
        at=at,
        T=snapshot.at,
        window_s=snapshot.window_s,
        numbers=said_numbers(msgspec.structs.replace(snapshot.numbers, held=held), say),
        rising=said_rising(snapshot.rising, say)[:RISING],
        bridges=len(bridges),
        data_age_s=round(data_age_s, 1),
        topics=_felt(snapshot.topics.nodes, say),
        voices=tuple(msgspec.structs.replace(node, id="", handle=handle) for node, handle in voices),
        faces=tuple(faces.get(node.id, "") for node, _ in voices) if faces else (),
    )


def _felt(nodes: Iterable[TopicNode], say: Say) -> tuple[TopicNode, ...]:
    """The strongest topics that may be named and whose mood is known."""
    felt = [node for node in nodes if node.sentiment and node.weight >= FELT_FROM]
    felt = sorted(felt, key=lambda node: (-node.weight, node.id))[: 2 * FELT]
    names = topic_names(felt, say)
    return tuple(msgspec.structs.replace(n, label=names[n.id]) for n in felt if n.id in names)[:FELT]


def _heard(nodes: Sequence[PersonNode], say: Say, vouched: Vouched) -> list[tuple[PersonNode, str]]:
    """The strongest voices that may be named, of the public and of the house, and how."""
    public = [node for node in nodes if node.role == "public"][: 2 * VOICES]
    own = [node for node in nodes if node.role != "public"][: 2 * OWN_VOICES]
    names = people_names(public + own, say, vouched)
    kept = [n for n in public if n.id in names][:VOICES] + [n for n in own if n.id in names][:OWN_VOICES]
    kept.sort(key=lambda node: (-node.weight, node.id))
    return [(node, names[node.id]) for node in kept]


def said_rising(rising: Iterable[Rising], say: Say, passes: Pass | None = None) -> tuple[Rising, ...]:
    """Rising topics that may be named, and with ``passes`` what of their causes may be."""
    return tuple(
        msgspec.structs.replace(r, causes=_said_causes(r.causes, say, passes) if r.causes and passes else None)
        for r in rising
        if say(r.label or r.topic) and say(r.topic)
    )


def _said_causes(causes: Causes, say: Say, passes: Pass) -> Causes:
    found = ((post_id, passes(post_id)) for post_id in causes.posts)
    return Causes(
        posts=tuple(post_id for post_id, passed in found if passed is not None and passed[1].state == "shown"),
        people=tuple(person for person in causes.people if say(person)),
        voices=causes.voices,
        topics=tuple(topic for topic in causes.topics if say(topic)),
    )


def said_numbers(numbers: Numbers, say: Say) -> Numbers:
    """Numbers without keys that a stranger could have written."""
    languages = {k: n for k, n in numbers.languages.items() if _LANGUAGE.match(k) and say(k)}
    countries = {k: n for k, n in numbers.countries.items() if len(k) <= 3 and say(k)}
    return msgspec.structs.replace(numbers, languages=languages, countries=countries)


def thinned(snapshot: Snapshot, shed: int) -> Snapshot:
    """The snapshot of a hub that has left out ``shed`` posts of the window."""
    if not shed:
        return snapshot
    numbers = msgspec.structs.replace(snapshot.numbers, shed=shed)
    return msgspec.structs.replace(snapshot, numbers=numbers, approximate=True)


def said(snapshot: Snapshot, sources: tuple[SourceState, ...], passes: Pass, say: Say) -> Snapshot:
    """The snapshot for whoever is signed in: without the words that may not leave, and what hangs on them."""
    topics = {n.id: n for n in snapshot.topics.nodes if say(n.label) and say(n.id)}
    people = {n.id: n for n in snapshot.people.nodes if say(n.handle)}
    told = []
    for story in snapshot.stories:
        passed = passes(story.id)
        if passed is not None and passed[1].state == "shown":
            told.append(_told(story, passed[0], say))
    return msgspec.structs.replace(
        snapshot,
        numbers=said_numbers(snapshot.numbers, say),
        topics=Topics(
            tuple(topics.values()),
            tuple(e for e in snapshot.topics.edges if e.source in topics and e.target in topics),
            {topic: course for topic, course in snapshot.topics.courses.items() if topic in topics},
        ),
        people=People(
            tuple(people.values()), tuple(e for e in snapshot.people.edges if e.source in people and e.target in people)
        ),
        rising=said_rising(snapshot.rising, say, passes),
        stories=tuple(told),
        sources=sources,
    )


def _told(story: Story, row: Mention, say: Say) -> Story:
    name = presentable(row.author.name, NAME_LIMIT) if say(row.author.name) else ""
    handle = presentable(row.author.handle, NAME_LIMIT) if say(row.author.handle) else ""
    lang = row.lang if _LANGUAGE.match(row.lang) else ""
    links = tuple(link for link in story.links if say(_UNREADABLE.sub(" ", unquote(link))))
    return msgspec.structs.replace(story, text=words(row), name=name, handle=handle, lang=lang, links=links)


def source_states(
    heard: Mapping[str, int],
    rates: Mapping[str, int],
    now: int,
    window_ms: int,
    silent: Container[str] = (),
) -> tuple[SourceState, ...]:
    """How each source does: when it was heard last, against ``now``, and its mentions a minute over the window.

    Sources in ``silent`` do not tell of deletions.
    """
    return tuple(
        SourceState(
            name=name,
            state=_state(age := max(0, now - heard[name])),
            age_ms=age,
            rate=round(rates.get(name, 0) * 60_000 / window_ms, 4),
            deletions=name not in silent,
        )
        for name in sorted(heard)
    )


def _state(age: int) -> str:
    if age < QUIET_MS:
        return "live"
    if age < LATE_MS:
        return "quiet"
    return "late" if age < DEAD_MS else "dead"


def post(row: Mention, post_id: str, passage: Passage, *, pinned: bool = False) -> dict[str, Any]:
    """A post as the staff's tablets read it; only they see what is not shown."""
    return {
        "id": post_id,
        "text": words(row),
        "name": presentable(row.author.name, NAME_LIMIT),
        "handle": presentable(row.author.handle, NAME_LIMIT),
        "author": row.author.id,
        "source": row.source,
        "lang": row.lang,
        "role": row.author.role,
        "at": row.at,
        "seen": row.seen,
        "state": passage.state,
        "reason": passage.reason,
        "due": passage.due,
        "raid": passage.raid,
        "pinned": pinned,
    }
