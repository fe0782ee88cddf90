"""Frames of Bluesky's Jetstream, in both envelopes, live and in archives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive import read as read_archive
from ingest.formats import bluesky, jetstream
from ingest.formats.jetstream import Account, Commit, Identity, Notice, Other
from stream.mention import Media, Mention, Person, Rejected, Retraction, Target, Unreadable, Withheld
from tests.standins.jetstream import about, account, commit, did, edit, gone, identity, post, second, uri

TIME_US = 1_750_000_000_123_456
TIME = "2025-06-15T15:06:40.123456Z"
DATA = Path(__file__).parents[3] / "shared" / "data" / "jetstream" / "jetstream_v1_events.jsonl"

Frame = dict[str, Any]


def v1(event: Frame) -> bytes:
    return json.dumps({**event, "time_us": TIME_US}, ensure_ascii=False).encode()


def v2(event: Frame) -> bytes:
    return json.dumps(second(event, 7, TIME), ensure_ascii=False).encode()


def archived(event: Frame) -> Any:
    """The one item that a line of an archive is, the same in both envelopes."""
    parse = jetstream.parser({f"bluesky:{did('brand')}": "brand"})
    (first,) = parse(v1(event))
    (other,) = parse(v2(event))
    assert first == other
    return first


def facet(text: str, part: str, feature: Frame) -> Frame:
    """A facet over ``part`` of ``text``, in bytes."""
    start = text.encode().index(part.encode())
    return {"index": {"byteStart": start, "byteEnd": start + len(part.encode())}, "features": [feature]}


EVENTS = [
    post("ada", "1", "Hello 🏮", createdAt="2025-06-15T15:06:39.5Z"),
    edit("ada", "1", "Hello", "r2"),
    gone("ada", "1"),
    about("ada", "2", uri("bo", "1"), "repost"),
    about("ada", "2", uri("bo", "1"), "like"),
    account("ada", "deleted"),
    account("ada"),
    identity("ada", "ada.example"),
]


@pytest.mark.parametrize("event", EVENTS)
def test_both_envelopes_say_the_same(event: Frame) -> None:
    """What a frame says does not depend on how it is wrapped, but for the number that only v2 has."""
    first, other = jetstream.event(v1(event)), jetstream.event(v2(event))
    assert type(first) is type(other)
    assert isinstance(first, Commit | Account | Identity)
    assert isinstance(other, Commit | Account | Identity)
    assert (first.did, first.time_us, first.seq, other.time_us, other.seq) == (did("ada"), TIME_US, 0, TIME_US, 7)


def test_a_post_becomes_a_mention() -> None:
    """An archived post keeps its words, language and times, and has its author's id and role."""
    mention = archived(post("brand", "1", "Hello", createdAt="2025-06-15T15:06:39.5Z"))
    assert mention == Mention(
        id=f"bluesky:{uri('brand', '1')}", source="archive", kind="post", at=1_749_999_999_500, seen=1_750_000_000_123,
        author=mention.author, text="Hello", lang="en",
    )  # fmt: skip
    assert (mention.author.id, mention.author.role) == (f"bluesky:{did('brand')}", "brand")


@pytest.mark.parametrize("created", [..., "yesterday", 12, None, "2025-06-15T16:00:00Z"])
def test_jetstreams_time_stands_in(created: Any) -> None:
    """A time that is missing, unreadable or an hour ahead gives way to when Jetstream saw the post."""
    more = {} if created is ... else {"createdAt": created}
    assert archived(post("ada", "1", "Hello", **more)).at == 1_750_000_000_123


@pytest.mark.parametrize("created", ["1969-01-01T00:00:00Z", "2025-06-18T00:00:00Z"])
def test_a_time_that_cannot_be_is_refused(created: str) -> None:
    """Before 1990, and more than a day ahead, is a dead letter."""
    with pytest.raises(Unreadable, match="written at"):
        jetstream.parser({})(v1(post("ada", "1", "Hello", createdAt=created)))


def test_facets_count_bytes() -> None:
    """Behind an emoji and an umlaut the marked people, links and tags are still the right ones."""
    text = "🏮 Grüße @bo.example, see kaleido.example #lantern"
    facets = [
        facet(text, "@bo.example", {"$type": "app.bsky.richtext.facet#mention", "did": did("bo")}),
        facet(text, "kaleido.example", {"$type": "app.bsky.richtext.facet#link", "uri": "https://kaleido.example/a"}),
        facet(text, "#lantern", {"$type": "app.bsky.richtext.facet#tag", "tag": "lantern"}),
        {"index": {"byteStart": 1, "byteEnd": 3}, "features": [{"$type": "x#mention", "did": did("cut")}]},
        {"index": {"byteStart": -5, "byteEnd": "x"}, "features": [{"$type": "x#mention", "did": did("odd")}, 3]},
        {"features": 4}, "nonsense",
    ]  # fmt: skip
    mention = archived(post("ada", "1", text, facets=facets, tags=["#Harbour", 3]))
    assert mention.mentions == (
        Person(f"bluesky:{did('bo')}", "bo.example"), Person(f"bluesky:{did('cut')}"), Person(f"bluesky:{did('odd')}"),
    )  # fmt: skip
    assert mention.links == ("https://kaleido.example/a",)
    assert mention.hashtags == ("lantern", "Harbour")


def test_without_facets_the_text_tells() -> None:
    """Old clients mark nothing: tags and links are found in the words."""
    mention = archived(post("ada", "1", "#lantern https://kaleido.example."))
    assert (mention.hashtags, mention.links) == (("lantern",), ("https://kaleido.example",))


BLOB = {"$type": "blob", "ref": {"$link": "bafkimage"}, "mimeType": "image/jpeg"}
PICTURE = f"https://cdn.bsky.app/img/feed_thumbnail/plain/{did('ada')}/bafkimage"
QUOTED = {"uri": uri("bo", "9"), "cid": "b"}


@pytest.mark.parametrize(
    ("embed", "kind", "media", "links"),
    [
        ({"images": [{"alt": "a pier", "image": BLOB}]}, "post", (Media(PICTURE, "image", "a pier"),), ()),
        ({"images": [{"image": {"cid": "bafkimage"}}, {"image": 3}, 4]}, "post", (Media(PICTURE),), ()),
        ({"media": [{"alt": "", "image": BLOB}]}, "post", (Media(PICTURE),), ()),
        ({"items": [{"alt": "", "image": BLOB}]}, "post", (Media(PICTURE),), ()),
        (
            {"video": BLOB, "alt": "waves"}, "post",
            (Media(f"https://video.bsky.app/watch/{did('ada')}/bafkimage/playlist.m3u8", "video", "waves"),), (),
        ),
        ({"external": {"uri": "https://kaleido.example", "title": "K"}}, "post", (), ("https://kaleido.example",)),
        ({"external": {"uri": "javascript:1"}}, "post", (), ()),
        ({"record": QUOTED}, "quote", (), ()),
        ({"record": {"record": QUOTED}, "media": {"images": [{"image": BLOB}]}}, "quote", (Media(PICTURE),), ()),
        ({"record": {"uri": "at://did:plc:bo/app.bsky.feed.generator/x"}}, "post", (), ()),
        ({"images": [{"image": {"ref": {"$link": "../../evil"}}}], "record": 3, "external": []}, "post", (), ()),
        ("nonsense", "post", (), ()),
    ],
)  # fmt: skip
def test_what_hangs_on_a_post(embed: Any, kind: str, media: tuple[Media, ...], links: tuple[str, ...]) -> None:
    """Pictures, films, cards and quotes are known; what is none of them is passed over."""
    mention = archived(post("ada", "1", "Hello", embed=embed))
    assert (mention.kind, mention.media, mention.links) == (kind, media, links)
    assert mention.target == (Target(f"bluesky:{uri('bo', '9')}", f"bluesky:{did('bo')}") if kind == "quote" else None)


def test_a_reply_answers_its_parent() -> None:
    """The parent is the target, not the root; a reply that also quotes is a reply."""
    reply = {"root": {"uri": uri("root", "1")}, "parent": {"uri": uri("bo", "2")}}
    mention = archived(post("ada", "1", "Hello", reply=reply, embed={"record": QUOTED}))
    assert (mention.kind, mention.target) == ("reply", Target(f"bluesky:{uri('bo', '2')}", f"bluesky:{did('bo')}"))
    assert archived(post("ada", "1", "Hello", reply={"parent": {"uri": "nonsense"}})).kind == "post"


def selfish(*values: str) -> Frame:
    return {"$type": "com.atproto.label.defs#selfLabels", "values": [{"val": value} for value in values]}


@pytest.mark.parametrize(
    ("values", "flags"),
    [
        (["porn"], ("sensitive",)), (["sexual"], ("sensitive",)), (["nudity"], ("sensitive",)), (["bot"], ("bot",)),
        (["graphic-media"], ("sensitive",)), (["!warn", "bot"], ("sensitive", "bot")), (["cats"], ()), ([], ()),
    ],
)  # fmt: skip
def test_labels_become_flags(values: list[str], flags: tuple[str, ...]) -> None:
    """What an author says of a post reaches moderation."""
    assert archived(post("ada", "1", "Hello", labels=selfish(*values))).flags == flags


@pytest.mark.parametrize("labels", [selfish("!no-unauthenticated"), selfish("porn", "!hide"), {"values": 3}, "?", [1]])
def test_what_is_withheld_is_left_out(labels: Any) -> None:
    """A wish not to be shown, and one that cannot be read, keeps a post out; as an edit it takes the post back."""
    assert jetstream.parser({})(v1(post("ada", "1", "Hello", labels=labels))) == ()
    taken = archived(edit("ada", "1", "Hello", "r2", labels=labels))
    assert taken == Retraction(f"bluesky:{uri('ada', '1')}", "post", 1_750_000_000_123, "withheld")


def test_edits_reposts_deletions_and_takedowns() -> None:
    """An archive tells what became of a post, and who repeated it."""
    changed = archived(edit("ada", "1", "Hello again", "r2"))
    assert (changed.kind, changed.id) == ("edit", f"bluesky:{uri('ada', '1')}@r2")
    repost = archived(about("ada", "2", uri("bo", "1"), "repost"))
    assert (repost.kind, repost.target) == ("repost", Target(f"bluesky:{uri('bo', '1')}", f"bluesky:{did('bo')}"))
    assert archived(gone("ada", "1")) == Retraction(f"bluesky:{uri('ada', '1')}", "post", 1_750_000_000_123)
    taken_down = archived(account("ada", "takendown"))
    assert taken_down == Retraction(f"bluesky:{did('ada')}", "author", 1_750_000_000_123, "takendown")


@pytest.mark.parametrize(
    "event",
    [
        about("ada", "2", uri("bo", "1"), "like"), account("ada"), account("ada", "desynchronized"),
        identity("ada", "ada.example"), gone("ada", "2", "app.bsky.feed.like"), {"did": did("ada"), "kind": "new"},
        commit("ada", "1", {"text": "Hello"}, operation="resurrect"), commit("ada", "1", {}, collection="a.b.c"),
    ],
)  # fmt: skip
def test_the_rest_is_passed_over(event: Frame) -> None:
    """What is neither a post nor the end of one gives nothing, and no fault."""
    assert (*jetstream.parser({})(v1(event)), *jetstream.parser({})(v2(event))) == ()


def test_the_stream_speaks_of_itself() -> None:
    """Errors end it, notices do not."""
    assert jetstream.event(b'{"$type":"error","error":"E","message":"m"}') == Notice("E", "m", fatal=True)
    info = b'{"$type":"message","payload":{"$type":"network.x#info","name":"OutdatedCursor","message":"m"}}'
    assert jetstream.event(info) == Notice("OutdatedCursor", "m", fatal=False)
    assert jetstream.event(b'{"kind":"sync","did":"did:plc:a","time_us":5}') == Other("sync", 5)


@pytest.mark.parametrize(
    "frame",
    [
        b"", b"{", b"[]", b"null", b"\xff", b'{"did": 3}', b"[" * 200_000,
        v1({**post("ada", "1", "x"), "did": "nobody"}), v1({**post("ada", "1", "x"), "commit": None}),
        v1(post("ada", "a/b", "x")), v1(commit("ada", "1", {"text": None})), v1(post("ada", "1", "a\x00b")),
        v1(post("ada", "1", "x" * 20_001)), v1(about("ada", "2", "at://nobody", "repost")),
        v1(commit("ada", "2", {"subject": "x"}, collection="app.bsky.feed.repost")),
        json.dumps({**post("ada", "1", "x"), "time_us": 0}).encode(), json.dumps(second(post("a", "1", "x"), 1, "?")).encode(),
        v1({**account("ada"), "account": {}}),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(frame: bytes) -> None:
    """Broken frames and records are refused with a reason, and with nothing else."""
    with pytest.raises(Unreadable, match=r"\w"):
        jetstream.parser({})(frame)


@pytest.mark.parametrize("cut", range(10, 200, 10))
def test_of_a_torn_wish_no_bytes_are_kept(cut: int) -> None:
    """Wherever a frame is torn behind its first words it is withheld: nobody knows what its author asked for."""
    whole = v1(post("ada", "1", "Hello", labels=selfish("!no-unauthenticated")))
    torn = whole[:-cut]
    with pytest.raises(Unreadable) as caught:
        jetstream.parser({})(torn)
    assert isinstance(caught.value, Withheld) == (b"record" in torn)


def test_a_broken_frame_without_a_wish_is_only_unreadable() -> None:
    """A frame that is whole and has no labels keeps its bytes, whatever is wrong with it."""
    frame = v1(post("ada", "1", "Hello")).replace(b'"time_us"', b'"time"')
    with pytest.raises(Unreadable) as caught:
        jetstream.parser({})(frame)
    assert not isinstance(caught.value, Withheld)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
KEYS = st.sampled_from(["text", "createdAt", "langs", "facets", "tags", "reply", "embed", "labels"])


@given(st.dictionaries(KEYS, JSON), st.sampled_from(["create", "update", "delete"]))
def test_any_record_is_read_or_refused(record: Frame, operation: str) -> None:
    """Whatever stands in a record's fields, it becomes a whole mention or an ``Unreadable``."""
    event = commit("ada", "1", {"text": "Hello", **record}, operation=operation)
    try:
        items = jetstream.parser({})(v2(event))
    except Unreadable:
        return
    assert all(isinstance(item, Mention | Retraction) for item in items)


@given(st.sampled_from(EVENTS), st.data())
def test_any_damage_is_survived(event: Frame, data: st.DataObject) -> None:
    """A frame with bytes lost or changed anywhere is read or refused."""
    frame = bytearray(data.draw(st.sampled_from([v1, v2]))(event))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(frame) - 1)))
        frame[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=3))
    try:
        jetstream.parser({})(bytes(frame))
    except Unreadable:
        return


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-3, 300), st.integers(-3, 300)), max_size=5))
def test_no_facet_breaks_a_text(text: str, places: list[tuple[int, int]]) -> None:
    """Facets over any bytes leave the words alone, and a handle is a handle or empty."""
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": did("bo")}
    facets = [{"index": {"byteStart": a, "byteEnd": b}, "features": [feature]} for a, b in places]
    record = json.dumps({"text": text, "facets": facets}).encode()
    try:
        read = bluesky.read(record)
    except Unreadable:
        return
    assert read.text == text
    assert all(person.handle.isascii() for person in read.people)


@pytest.mark.skipif(not DATA.exists(), reason="no recorded events here")
def test_recorded_events_are_read() -> None:
    """Nothing that was recorded from the network is refused."""
    items = list(read_archive(DATA, "jetstream"))
    assert not [item for item in items if isinstance(item, Rejected)]
    assert len([item for item in items if isinstance(item, Mention)]) == 3
