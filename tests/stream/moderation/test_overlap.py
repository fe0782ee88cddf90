"""Overlap: what the quick pass leaves out shares nothing, and verdicts that need no second look are those that do."""

from __future__ import annotations

from array import array
from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from stream.mention import Author, Mention
from stream.moderation import Chain
from stream.moderation.cluster import Post
from stream.moderation.neighbours import REMEMBERED, Neighbours
from stream.moderation.overlap import SHARED, Overlap

NOW = 1_700_000_000_000
TEXT = "They took the money of the helpers and nobody in the office answers our letters"
HASHES = st.sets(st.integers(0, 60).map(lambda n: n * 71_582_788), max_size=8)


def remembered(n: int, words: Collection[int], marks: Collection[int] = ()) -> Post:
    return Post(f"x:{n}", NOW + n, f"x:{n}", 0, False, array("I", sorted(words)).tobytes(), tuple(marks))


def said(n: int, text: str, who: str = "") -> Mention:
    return Mention(f"x:{n}", "x", "post", NOW + n, NOW + n, Author(who or f"x:a{n}"), text=text, lang="en")


@given(HASHES, st.lists(HASHES, max_size=12))
def test_a_sketch_that_is_left_out_shares_too_little(sought: set[int], sketches: list[set[int]]) -> None:
    """Every sketch with enough of the words is found, wherever it stands among the others."""
    near = Overlap(sought).among([array("I", sorted(one)).tobytes() for one in sketches])
    assert all(found for found, one in zip(near, sketches, strict=True) if len(sought & one) >= SHARED)


@given(HASHES, HASHES, st.lists(st.tuples(HASHES, st.sets(st.integers(0, 9), max_size=2)), max_size=12))
def test_a_remembered_post_that_is_left_out_shares_nothing(
    words: set[int], marks: set[int], posts: list[tuple[set[int], set[int]]]
) -> None:
    """Posts with enough of the words, or one of the marks, are found in the order in which they came."""
    neighbours = Neighbours(60_000)
    neighbours.place([remembered(n, *post) for n, post in enumerate(posts)])
    found = [post.at - NOW for post in neighbours.sharing(Overlap(words, marks))]
    assert found == sorted(found)
    assert set(found) >= {n for n, (one, some) in enumerate(posts) if len(words & one) >= SHARED or marks & some}


def test_what_is_remembered_no_more_is_not_found() -> None:
    """Of more posts than are remembered the newest are found, the oldest of them first."""
    neighbours = Neighbours(60_000)
    for first in range(0, REMEMBERED + 100, 4):
        neighbours.place([remembered(n, {7, 9, n + 100}) for n in range(first, first + 4)])
    found = [post.at - NOW for post in neighbours.sharing(Overlap([7, 9]))]
    assert found == list(range(found[0], REMEMBERED + 100))
    assert len(found) == REMEMBERED


def test_a_verdict_known_from_hearing_does_not_outlive_what_changes_it() -> None:
    """Posts that passed when they were heard are rejected, or held, once a block, a raid or a repetition concerns them."""
    chain, post = Chain(), said(1, TEXT, "x:ann")
    chain.hear_all([post])
    assert chain.judge(post, 0).what == "none"
    chain.block_author("x:ann", True)
    assert chain.judge(post, 0).what == "reject"
    chain.block_author("x:ann", False)
    raiders = [said(10 + n, TEXT) for n in range(20)]
    other = Chain()
    other.hear_all(raiders)
    other.raids.look(lambda authors, _: [False] * len(authors))
    (record,) = other.raids.records().items()
    chain.hear_all([post])
    chain.raids.remember(*record)
    assert chain.judge(post, 0).what == "hold"
    chain.raids.remember(record[0], None)
    again = [said(100 + n, TEXT, "x:ann") for n in range(3)]
    chain.hear_all([post, *again])
    assert [chain.judge(p, 0).what for p in (post, *again)] == ["none", "none", "none", "hold"]
    chain.forget(post)
    assert chain.judge(again[-1], 0).what == "none"
