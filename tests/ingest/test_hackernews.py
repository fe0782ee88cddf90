"""Items of Hacker News."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import hackernews
from ingest.formats.hackernews import Item, item_of
from stream.mention import Mention, Target, Unreadable, Weight
from tests.ingest.cable import NOW

STORY = Item(
    id=5,
    type="story",
    by="heron",
    time=1_749_999_000,
    title="A &amp; B",
    url="https://a.example/",
    score=3,
    descendants=1,
)


def changed(item: Item, **fields: Any) -> Mention:
    return hackernews.mention(msgspec.structs.replace(item, **fields), NOW, {"hackernews:heron": "staff"})


def test_a_story() -> None:
    """Its title is its text, its address a link, its points and comments its weight."""
    post = changed(STORY)
    assert (post.id, post.kind, post.text, post.links) == ("hackernews:5", "post", "A & B", ("https://a.example/",))
    assert (post.at, post.weight, post.author.role) == (1_749_999_000_000, Weight(likes=3, replies=1), "staff")
    assert (post.author.id, post.author.handle, post.target) == ("hackernews:heron", "heron", None)


def test_words_below_a_title() -> None:
    """A question, job or poll has both; its HTML is plain."""
    for type in ("story", "job", "poll"):
        assert changed(STORY, type=type, text="One<p>Two &gt; <i>one</i>").text == "A & B\nOne\n\nTwo > one"


def test_a_comment() -> None:
    """It answers its parent, by whom is told where known; addresses cut for the eye are whole."""
    address = "https://a.example/a/very/long/path/that/nobody/wants/to/read/in/whole"
    text = f'See <a href="{address.replace("/", "&#x2F;")}">{address[:56]}...</a>'
    comment = Item(id=6, type="comment", by="otter", time=1_749_999_001, text=text, parent=5)
    post = hackernews.mention(comment, NOW, {}, "heron")
    assert (post.kind, post.target) == ("reply", Target("hackernews:5", "hackernews:heron"))
    assert (post.text, post.links, post.weight) == (f"See {address}", (address,), None)
    assert hackernews.mention(comment, NOW, {}).target == Target("hackernews:5")


def test_edits_and_tallies() -> None:
    """An edit is of the post and of now; points alone are no other words; what counts nothing has no tally."""
    post, other = changed(STORY), msgspec.structs.replace(STORY, title="C", score=9)
    edit = hackernews.edit(changed(other), other, 1)
    assert (edit.kind, edit.at, edit.text, edit.target) == (
        "edit",
        NOW,
        "C",
        Target("hackernews:5", "hackernews:heron"),
    )
    assert edit.id.startswith("hackernews:5@1-")
    assert hackernews.revision(STORY) == hackernews.revision(msgspec.structs.replace(STORY, score=9))
    assert hackernews.revision(STORY) != hackernews.revision(other)
    tally = hackernews.tally(post)
    assert tally is not None
    assert (tally.kind, tally.weight, tally.text) == ("tally", Weight(likes=3, replies=1), "")
    assert hackernews.tally(changed(STORY, score=None, descendants=None)) is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "pollopt"}, "type 'pollopt'"),
        ({"by": ""}, "without an author"),
        ({"type": "comment"}, "comment on nothing"),
        ({"time": 0}, "before 1990"),
        ({"time": 1_950_000_000}, "24 hours ahead"),
        ({"text": "x" * 30_000}, "characters"),
        ({"title": "a\x00b"}, "NUL"),
    ],
)
def test_what_is_no_mention_is_refused(fields: dict[str, Any], reason: str) -> None:
    """The reason of a refusal says what is wrong."""
    with pytest.raises(Unreadable, match=reason):
        changed(STORY, **fields)


def test_no_item() -> None:
    """A number may have no item; what is no item is refused."""
    assert item_of(b"null") is None
    assert item_of(b'{"id":1,"kids":[2],"new":{}}') == Item(id=1)
    assert [hackernews.gone(Item(1, deleted=True)), hackernews.gone(Item(1, dead=True)), hackernews.gone(STORY)] == [
        "deleted",
        "dead",
        "",
    ]
    for raw in (b"", b"[]", b'{"id":"1"}', b'{"id":1,"by":5}', b"\xff", b"[" * 100_000):
        with pytest.raises(Unreadable):
            item_of(raw)


@given(
    st.binary(max_size=80)
    | st.builds(
        msgspec.json.encode,
        st.dictionaries(
            st.sampled_from(Item.__struct_fields__),
            st.none() | st.booleans() | st.integers() | st.text(max_size=12),
            max_size=6,
        ),
    )
)
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    """Nothing but Unreadable comes out of anything."""
    try:
        item = item_of(raw)
        if item is not None:
            msgspec.json.encode(hackernews.mention(item, NOW, {}))
    except Unreadable:
        pass
