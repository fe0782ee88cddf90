"""The simulated world, which later tests take as their oracle."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.simulation import World
from ingest.simulation.festival import TOPICS, WORDS
from stream.mention import Mention, Retraction, decode, encode, validate
from tests.ingest.cable import NOW

MINUTE = 60_000
WORLD = World(seed=2012, rate=8)
HALF_HOUR = list(WORLD.events(NOW, NOW + 30 * MINUTE))
MENTIONS = [item for item in HALF_HOUR if isinstance(item, Mention)]
TRUTH = WORLD.truth(NOW, NOW + 30 * MINUTE)


def test_the_same_seed_tells_the_same() -> None:
    """A world is a function of its seed and rate."""
    assert list(World(2012, 8).events(NOW, NOW + 5 * MINUTE)) == list(WORLD.events(NOW, NOW + 5 * MINUTE))


def test_another_seed_tells_something_else() -> None:
    """Worlds of different seeds share no id."""
    other = {item.id for item in World(7, 8).events(NOW, NOW + MINUTE) if isinstance(item, Mention)}
    assert other.isdisjoint(mention.id for mention in MENTIONS)


@settings(max_examples=8, deadline=None)
@given(st.lists(st.integers(0, 3 * MINUTE), max_size=3))
def test_a_span_is_the_sum_of_its_parts(cuts: list[int]) -> None:
    """However time is cut, the parts together tell what the whole tells, in the same order."""
    world = World(seed=1, rate=1)
    edges = [0, *sorted(cuts), 3 * MINUTE]
    parts = [item for a, b in pairwise(edges) for item in world.events(NOW + a, NOW + b)]
    assert parts == list(world.events(NOW, NOW + 3 * MINUTE))


def test_the_rate_is_kept() -> None:
    """Over an hour there are about as many mentions a second as asked for."""
    count = sum(isinstance(item, Mention) for item in World(3, 4).events(NOW, NOW + 60 * MINUTE))
    assert count / 3600 == pytest.approx(4, rel=0.12)


def test_every_mention_is_one_that_the_log_takes() -> None:
    """Mentions are valid, survive the log's encoding, have one id each, and come in the order of their telling."""
    assert all(decode(encode(validate(mention))) == mention for mention in MENTIONS)
    assert len({mention.id for mention in MENTIONS}) == len(MENTIONS)
    assert all(mention.at <= mention.seen for mention in MENTIONS)
    assert [m.seen for m in MENTIONS] == sorted(m.seen for m in MENTIONS)


def test_the_truth_is_written_as_json() -> None:
    """The truth survives its encoding."""
    assert msgspec.json.decode(msgspec.json.encode(TRUTH), type=type(TRUTH)) == TRUTH


def test_communities_mostly_talk_inside() -> None:
    """Nine in ten interactions between members of communities stay inside."""
    inside = Counter(
        TRUTH.communities[m.author.id] == TRUTH.communities[m.target.author]
        for m in MENTIONS
        if m.target and m.author.id in TRUTH.communities and m.target.author in TRUTH.communities
    )
    assert inside[True] > 9 * inside[False]
    assert set(TRUTH.communities.values()) == {topic.name for topic in TOPICS}


def test_few_people_write_most() -> None:
    """Activity is Zipf's: the most active tenth writes more than a third, and many write little."""
    counts = sorted(Counter(m.author.id for m in MENTIONS if m.kind != "tally").values(), reverse=True)
    assert sum(counts[: len(counts) // 10]) > sum(counts) / 3
    assert counts[len(counts) // 2] <= 8


def test_weak_ties_join_two_communities() -> None:
    """A planted tie has its ends in different communities, and was heard."""
    assert len(TRUTH.weak_ties) >= 8
    assert all(
        TRUTH.communities[a] != TRUTH.communities[b] for a, b in TRUTH.weak_ties if {a, b} <= TRUTH.communities.keys()
    )


def test_bursts_are_loud_while_they_last() -> None:
    """A burst's hashtag is heard between its start and its end, and only there."""
    heard: dict[str, list[int]] = defaultdict(list)
    for mention in MENTIONS:
        for tag in mention.hashtags if mention.kind == "post" else ():
            heard[tag].append(mention.at)
    whole = [b for b in TRUTH.bursts if b.start >= NOW and b.end + 60_000 <= NOW + 30 * MINUTE]
    assert len(whole) >= 2
    for burst in whole:
        near = [at for at in heard[burst.tag] if burst.start <= at < burst.end + 1000]
        assert burst.posts >= 20
        assert abs(len(near) - burst.posts) <= 2


def test_near_duplicates_share_their_link() -> None:
    """Each planted group has several posts, by several people, with one link."""
    by_id = {mention.id: mention for mention in MENTIONS}
    assert len(TRUTH.duplicates) >= 10
    for group in TRUTH.duplicates:
        assert len({by_id[id].links for id in group}) == 1


def test_retractions_come_before_and_after_their_posts() -> None:
    """Most deletions follow their post; some are heard first."""
    told = {m.id: i for i, m in enumerate(HALF_HOUR) if isinstance(m, Mention)}
    gone = {r.target: i for i, r in enumerate(HALF_HOUR) if isinstance(r, Retraction) and r.scope == "post"}
    early = {id for id, i in gone.items() if i < told.get(id, i)}
    assert early == set(TRUTH.retracted_early)
    assert 0 < len(early) < len(gone)
    assert set(gone) == set(TRUTH.retracted)
    assert TRUTH.retracted_authors


def test_edits_follow_their_post() -> None:
    """An edit names the post, by the same author, with other words or the same."""
    by_id = {mention.id: mention for mention in MENTIONS}
    edits = [m for m in MENTIONS if m.kind == "edit" and m.target and m.target.id in by_id]
    assert len(edits) >= 10
    assert all(m.target and by_id[m.target.id].author == m.author for m in edits)
    assert any(m.target and by_id[m.target.id].text != m.text for m in edits)


def test_spam_is_marked_in_part() -> None:
    """The source flags some of the spam accounts as bots and misses others."""
    spam = [m for m in MENTIONS if m.id in set(TRUTH.spam)]
    assert {m.flags for m in spam} == {(), ("bot",)}
    assert len(spam) < len(MENTIONS) / 50


def test_a_wall_of_posts_does_not_repeat_itself() -> None:
    """Among a thousand posts nearly all have words of their own, in many languages and scripts."""
    posts = [m for m in MENTIONS if m.kind == "post"][:1000]
    assert len({m.text for m in posts}) > 950
    assert len({m.lang for m in posts}) >= 12
    assert not any("{" in m.text or "  " in m.text for m in MENTIONS)


def test_handles_belong_to_one_person() -> None:
    """Nobody shares a handle, an id or, within a script, a made-up look."""
    people = World(5, 1000).people.everybody
    assert len({p.author.handle for p in people}) == len(people)
    assert all(p.author.handle.isascii() and " " not in p.author.handle for p in people)


def test_every_language_knows_every_topic_and_burst() -> None:
    """No language lacks words for a topic or a sudden event."""
    english = WORDS["en"]
    for words in WORDS.values():
        assert words.things.keys() == {topic.name for topic in TOPICS}
        assert words.bursts.keys() == english.bursts.keys()


def test_brand_and_staff_speak_and_are_answered() -> None:
    """Roles are there, and they talk with the public both ways."""
    roles = Counter(m.author.role for m in MENTIONS)
    assert set(roles) == {"brand", "staff", "public"}
    voices = {*TRUTH.brand, *TRUTH.staff}
    assert any(m.author.role != "public" and m.kind == "reply" for m in MENTIONS)
    assert any(m.author.role == "public" and m.target and m.target.author in voices for m in MENTIONS)
