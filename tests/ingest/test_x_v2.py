"""Posts and notices of X's API v2."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import archive
from ingest.formats import x_v2
from stream.mention import (
    Author,
    Media,
    Mention,
    Person,
    Place,
    Rejected,
    Retraction,
    Target,
    Unreadable,
    Weight,
    Withheld,
    validate,
)

DATA = Path(__file__).parents[3] / "shared/data/x-v2"
FIRST, SECOND, THIRD = "1576994746135764992", "1576994789110992896", "1576994889110992896"
POST = {"id": "1000", "author_id": "7", "text": "Hello", "lang": "en", "created_at": "2016-01-13T02:10:05.000Z"}
HERON = {"id": "7", "username": "heron", "name": "Copper Heron", "public_metrics": {"followers_count": 12}}
OTTER = {"id": "8", "username": "otter", "name": "Otter"}


def line(post: dict[str, Any] | None = None, **around: Any) -> bytes:
    """A message of the stream: ``post`` over a harmless one, and what comes with it."""
    data = {key: value for key, value in {**POST, **(post or {})}.items() if value is not ...}
    return msgspec.json.encode({"data": data, **around})


def read(data: bytes, roles: dict[str, Any] | None = None) -> Any:
    """The one item in ``data``."""
    (item,) = x_v2.parser(roles or {})(data)
    return item


def test_a_message_of_the_stream_becomes_a_mention() -> None:
    """A post keeps its id, words, language and time; its author is looked up."""
    found = read(line(includes={"users": [HERON]}, matching_rules=[{"id": "1", "tag": "agora:1"}]))
    assert found == Mention(
        id="x:1000", source="archive", kind="post", at=1_452_651_005_000, seen=1_452_651_005_000, text="Hello", lang="en",
        author=Author("x:7", "heron", "Copper Heron", followers=12),
    )  # fmt: skip


def test_a_flat_post_needs_only_its_author_s_id() -> None:
    """Without includes the author is an id."""
    assert read(msgspec.json.encode(POST)).author == Author("x:7")


def test_a_page_is_many_posts() -> None:
    """Every post of a page is told, with what the page includes."""
    page = {"data": [POST, {**POST, "id": "1001", "author_id": "8"}], "includes": {"users": [HERON, OTTER]}, "meta": {}}
    assert [item.author.handle for item in x_v2.parser({})(msgspec.json.encode(page))] == ["heron", "otter"]


def test_one_bad_post_of_a_page_costs_no_other() -> None:
    """What cannot be read is rejected by itself, with its own bytes."""
    page = msgspec.json.encode({"data": [POST, {"id": "x", "text": "?"}, {**POST, "text": 5}, {**POST, "id": "1001"}]})
    good, odd, worse, also = x_v2.parser({})(page)
    assert (good.id, also.id) == ("x:1000", "x:1001")
    assert isinstance(odd, Rejected)
    assert (odd.reason, odd.raw) == ("the id of the post is 'x', not a number", b'{"id":"x","text":"?"}')
    assert isinstance(worse, Rejected)


@pytest.mark.parametrize(
    "data", [b'{"errors":[{"title":"Not Found Error","resource_id":"5"}]}', b'{"meta":{"result_count":0}}', b'{"data":[]}']
)  # fmt: skip
def test_a_page_without_posts_is_nothing(data: bytes) -> None:
    """Errors alone, or an empty page, are no fault."""
    assert list(x_v2.parser({})(data)) == []


def test_a_later_version_is_the_post_and_its_edit() -> None:
    """The first id stays the post's; the edit has its number, and the post is told in the new words at its own time."""
    post, edit = x_v2.parser({})(line({"id": THIRD, "edit_history_tweet_ids": [FIRST, SECOND, THIRD]}))
    assert (post.id, post.kind, post.text, post.at) == (f"x:{FIRST}", "post", "Hello", 1_664_819_821_000)
    assert (edit.id, edit.kind, edit.target) == (f"x:{FIRST}@2", "edit", Target(f"x:{FIRST}", "x:7"))
    assert (edit.text, edit.at) == ("Hello", 1_452_651_005_000)


def test_later_versions_are_names_of_the_post() -> None:
    """A deletion may name any version."""
    reading = x_v2.read(line({"id": SECOND, "edit_history_tweet_ids": [FIRST, SECOND]}), {}, source="x", seen=2**41)
    assert reading.natives == {f"x:{SECOND}": f"x:{FIRST}"}
    assert [item.seen for item in reading.items if isinstance(item, Mention)] == [2**41, 2**41]


def test_a_first_version_is_a_plain_post() -> None:
    """A history of one is no edit."""
    assert read(line({"id": FIRST, "edit_history_tweet_ids": [FIRST]})).kind == "post"


def test_a_retweet_is_a_repost_of_the_whole_text() -> None:
    """A retweet names the original, addresses whom it repeats, and carries the included words and tags."""
    original = {
        "id": "900", "author_id": "8", "text": "cut…", "entities": {"hashtags": [{"tag": "Tag"}]},
        "note_tweet": {"text": "The whole &amp; long text", "entities": {"hashtags": [{"tag": "Long"}]}},
    }  # fmt: skip
    retweet = {
        "text": "RT @otter: The whole lo…", "referenced_tweets": [{"type": "retweeted", "id": "900"}],
        "entities": {"mentions": [{"username": "otter", "id": "8"}, {"username": "somebody", "id": "9"}]},
        "public_metrics": {"retweet_count": 5},
    }  # fmt: skip
    repost = read(line(retweet, includes={"tweets": [original], "users": [HERON, OTTER]}))
    assert (repost.kind, repost.target, repost.weight) == ("repost", Target("x:900", "x:8"), None)
    assert (repost.text, repost.hashtags) == ("The whole & long text", ("Long",))
    assert repost.mentions == (Person("x:8", "otter"),)


def test_a_retweet_alone_still_knows_whom_it_repeats() -> None:
    """Without its original the words after RT are told, and the handle there is the author's."""
    retweet = {
        "text": "RT @otter: The whole lo…", "referenced_tweets": [{"type": "retweeted", "id": "900"}],
        "entities": {"mentions": [{"username": "somebody", "id": "9"}, {"username": "otter", "id": "8"}]},
    }  # fmt: skip
    repost = read(line(retweet))
    assert (repost.text, repost.target) == ("The whole lo…", Target("x:900", "x:8"))
    assert repost.mentions == (Person("x:8", "otter"),)


def test_a_reply_names_post_and_person() -> None:
    """A reply has its target and addresses its author, also where the text does not."""
    reply = {"referenced_tweets": [{"type": "quoted", "id": "901"}, {"type": "replied_to", "id": "900"}]}
    found = read(line({**reply, "in_reply_to_user_id": "8"}, includes={"users": [OTTER]}))
    assert (found.kind, found.target, found.mentions) == ("reply", Target("x:900", "x:8"), (Person("x:8", "otter"),))


def test_a_reply_to_nobody_s_post_is_still_a_reply() -> None:
    """Where only the person is known, the reply has no target and still addresses them."""
    found = read(line({"in_reply_to_user_id": "8"}))
    assert (found.kind, found.target, found.mentions) == ("reply", None, (Person("x:8"),))


def test_what_is_referred_to_goes_by_its_first_version() -> None:
    """A quote of a later version is a quote of the post, and its address is no link."""
    quote = {
        "referenced_tweets": [{"type": "quoted", "id": SECOND}],
        "entities": {"urls": [{"expanded_url": f"https://twitter.com/otter/status/{SECOND}?s=20"}]},
    }
    other = {"id": SECOND, "author_id": "8", "text": "hi", "edit_history_tweet_ids": [FIRST, SECOND]}
    found = read(line(quote, includes={"tweets": [other]}))
    assert (found.kind, found.target, found.links) == ("quote", Target(f"x:{FIRST}", "x:8"), ())


def test_links_are_whole_and_not_the_post_s_own() -> None:
    """Pages are linked in full; pictures and the post's own address are none."""
    urls = [
        {"url": "https://t.co/1", "expanded_url": "https://a.example/page"},
        {"url": "https://t.co/2", "expanded_url": "https://twitter.com/heron/status/1000/photo/1", "media_key": "3_1"},
        {
            "url": "https://t.co/3",
            "expanded_url": "https://x.com/u/status/9/photo/1",
            "display_url": "pic.twitter.com/x",
        },
        {"url": "https://t.co/4", "expanded_url": "https://twitter.com/i/web/status/1000"},
        {"url": "https://t.co/5"},
    ]
    assert read(line({"entities": {"urls": urls}})).links == ("https://a.example/page", "https://t.co/5")


def test_pictures_are_looked_up() -> None:
    """Media come with their description; of a film its picture."""
    media = [
        {"media_key": "3_1", "type": "photo", "url": "https://p.example/1.jpg", "alt_text": "a heron"},
        {"media_key": "7_1", "type": "video", "preview_image_url": "https://p.example/2.jpg"},
        {"media_key": "9_1", "type": "photo"},
    ]
    keys = {"attachments": {"media_keys": ["3_1", "7_1", "9_1", "3_404"]}}
    assert read(line(keys, includes={"media": media})).media == (
        Media("https://p.example/1.jpg", "image", "a heron"),
        Media("https://p.example/2.jpg", "video"),
    )


@pytest.mark.parametrize(
    ("geo", "place"),
    [
        ({"place_id": "p"}, Place("FI", 60.2, 25.0)),
        ({"place_id": "p", "coordinates": {"coordinates": [24.9384, 60.4699]}}, Place("FI", 60.5, 24.9)),
        ({"country_code": "se", "place_type": "country", "geo": {"bbox": [11, 55, 24, 69]}}, Place("SE")),
        ({"coordinates": {"coordinates": [24.9384, 160.1]}}, None),
        ({"place_id": "unknown"}, None),
    ],
)
def test_places_are_rough(geo: dict[str, Any], place: Place | None) -> None:
    """A small place tells its middle, a country only itself; coordinates win."""
    city = {"id": "p", "country_code": "FI", "place_type": "city", "geo": {"bbox": [24.8, 60.1, 25.2, 60.3]}}
    assert read(line({"geo": geo}, includes={"places": [city]})).place == place


def test_counts_flags_and_languages_are_kept() -> None:
    """What the network counted and marked comes along; codes for no language are empty."""
    counts = {"like_count": 3, "retweet_count": 1, "reply_count": -1}
    post = read(line({"public_metrics": counts, "possibly_sensitive": True, "lang": "qme"}))
    assert (post.weight, post.flags, post.lang) == (Weight(likes=3, reposts=1), ("sensitive",), "")
    assert [read(line({"lang": code})).lang for code in ("und", "in", "iw", "fi", ...)] == ["", "id", "he", "fi", ""]


def test_the_id_tells_the_time() -> None:
    """Without created_at the time comes from the id."""
    assert read(line({"id": "682712911140110336", "created_at": ...})).at == 1_451_606_416_865


def test_the_role_comes_from_the_configuration() -> None:
    """An account's role is found by its stable id."""
    assert read(line(), {"x:7": "brand"}).author.role == "brand"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (line(includes={"users": [{**HERON, "protected": True}]}), "protected"),
        (line({"text": 5}, includes={"users": [{**HERON, "protected": True}]}), "protected"),
        (line({"author": {"id": "7", "protected": True}}), "protected"),
        (line({"withheld": {"copyright": False, "country_codes": ["DE"]}}), "withheld"),
        (line(includes={"users": [{**HERON, "withheld": {"country_codes": ["TR"]}}]}), "withheld"),
        (
            line(
                {"text": "RT @otter: hi", "referenced_tweets": [{"type": "retweeted", "id": "9"}]},
                includes={
                    "tweets": [{"id": "9", "author_id": "8", "text": "hi"}], "users": [{**OTTER, "protected": True}],
                },
            ),
            "protected",
        ),
        (b'{"data":{"undrop":{"tweet":{"id":"5"}}}}', "nothing to take away"),
    ],
)  # fmt: skip
def test_what_is_not_for_everybody_is_counted_and_left_out(data: bytes, why: str) -> None:
    """Protected and withheld posts become nothing at all, not even a dead letter."""
    reading = x_v2.read(data, {}, source="x", seen=0)
    assert (reading.items, reading.dropped) == ([], Counter({why: 1}))


EVENT = "2021-07-06T18:40:40.000Z"
AT = 1_625_596_840_000


@pytest.mark.parametrize(
    ("data", "gone"),
    [
        ({"delete": {"tweet": {"id": "5", "author_id": "7"}, "event_at": EVENT}}, Retraction("x:5", "post", AT)),
        ({"data": {"delete": {"tweet": {"id": FIRST}}}}, Retraction(f"x:{FIRST}", "post", 1_664_819_821_281)),
        ({"delete": {"status": {"id": 5, "id_str": "5"}, "event_at": EVENT}}, Retraction("x:5", "post", AT)),
        ({"drop": {"tweet": {"id": "5"}, "event_at": EVENT}}, Retraction("x:5", "post", AT, "dropped by X")),
        ({"withheld": {"tweet": {"id": "5"}, "event_at": EVENT}}, Retraction("x:5", "post", AT, "withheld")),
        ({"user_delete": {"user": {"id": "7"}, "event_at": EVENT}}, Retraction("x:7", "author", AT, "account deleted")),
        ({"data": {"user_protect": {"user": {"id": "7"}, "event_at": EVENT}}},
         Retraction("x:7", "author", AT, "account protected")),
        ({"user_suspend": {"user": {"id": "7"}, "event_at": EVENT}}, Retraction("x:7", "author", AT, "account suspended")),
        ({"user_withheld": {"user": {"id": "7"}, "event_at": EVENT}}, Retraction("x:7", "author", AT, "account withheld")),
        ({"scrub_geo": {"user": {"id": "7"}, "up_to_tweet_id": "5", "event_at": EVENT}},
         Retraction("x:7", "author", AT, "places withdrawn")),
        ({"id": "5", "action": "delete", "redacted_at": EVENT, "reason": "suspended"},
         Retraction("x:5", "post", AT, "suspended")),
    ],
)  # fmt: skip
def test_notices_take_away(data: dict[str, Any], gone: Retraction) -> None:
    """A notice of a deletion, a withholding or a closed account retracts the post or the author."""
    assert read(msgspec.json.encode(data)) == gone


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (line({"id": "12a"}), "not a number"),
        (line({"id": -4}), "no id"),
        (line({"author_id": ...}), "no author_id"),
        (line({"text": ...}), "no text"),
        (line({"text": "a\0b"}), "NUL"),
        (line({"created_at": "yesterday"}), "a time is 'yesterday'"),
        (line({"created_at": ...}), "too old"),
        (b'{"id":"5","action":"keep"}', "only delete is known"),
        (b'{"delete":{"tweet":{}}}', "no id"),
        (b'{"delete":5}', "Expected `object"),
        (b'{"surprise":{}}', "it has surprise"),
        (b"{}", "it has nothing"),
        (b"[]", "object"),
        (b"\xff", "utf-8|malformed"),
        (b'{"data":' * 20_000, "too deep|nested|malformed|truncated"),
        (b'{"id":"1","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deeply"),
    ],
)
def test_what_is_missing_or_wrong_is_named(data: bytes, reason: str) -> None:
    """The reason of a refusal says what is wrong."""
    with pytest.raises(Unreadable, match=reason):
        read(data)


def test_what_is_wrong_beside_a_post_is_missed_only() -> None:
    """An included thing that cannot be read is as good as not included."""
    found = read(line(includes={"users": [5, {"id": {}}, HERON], "media": [{}], "places": [[]]}))
    assert found.author.handle == "heron"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted(
    {"id", "text", "author_id", "author", "created_at", "lang", "geo", "withheld", "entities", "attachments", "action",
     "edit_history_tweet_ids", "referenced_tweets", "note_tweet", "public_metrics", "in_reply_to_user_id", "delete"}
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(FIELDS), ANY, max_size=4),
    st.dictionaries(st.sampled_from(["users", "tweets", "media", "places"]), st.lists(ANY, max_size=2), max_size=2),
)
def test_whatever_a_field_holds_is_read_or_refused(fields: dict[str, Any], includes: dict[str, Any]) -> None:
    """No value in any place does worse than ``Unreadable``, and what is read is valid."""
    try:
        data = msgspec.json.encode({"data": {**POST, **fields}, "includes": includes})
    except (UnicodeEncodeError, OverflowError):
        return
    try:
        items = x_v2.parser({})(data)
    except Unreadable:
        return
    for item in items:
        if isinstance(item, Mention):
            validate(msgspec.structs.replace(item, seen=max(item.at, item.seen), at=max(item.at, 10**12)))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No bytes at all do worse than ``Unreadable``."""
    with contextlib.suppress(Unreadable):
        x_v2.parser({})(data)


@given(st.integers(0, 2000), st.binary(max_size=3))
def test_a_post_cut_or_spoilt_anywhere_is_read_or_refused(where: int, noise: bytes) -> None:
    """A real message with a hole in it does no harm."""
    whole = line({"edit_history_tweet_ids": ["1000"]}, includes={"users": [HERON], "tweets": [POST]})
    where %= len(whole)
    for data in (whole[:where], whole[:where] + noise + whole[where + 1 :]):
        with contextlib.suppress(Unreadable):
            x_v2.parser({})(data)


@pytest.mark.skipif(not DATA.exists(), reason="the recorded posts are not here")
def test_recorded_posts_are_all_read() -> None:
    """Of 106 real posts on flat lines and pages none is refused."""
    items = [item for file in sorted(DATA.glob("*.jsonl")) for item in archive.read(file, "x-v2", now_ms=2**41)]
    kinds = Counter(item.kind if isinstance(item, Mention) else "refused" for item in items)
    assert kinds == {"repost": 47, "reply": 34, "post": 17, "quote": 8, "edit": 1}


def test_an_archive_counts_what_it_leaves_out(tmp_path: Path) -> None:
    """In an archive a page gives its posts, and one that cannot be read becomes a dead letter that names its line."""
    page = msgspec.json.encode({"data": [POST, {"id": "5"}, {**POST, "id": "1001"}]})
    hidden = line(includes={"users": [{**HERON, "protected": True}]})
    (tmp_path / "a.jsonl").write_bytes(page + b"\n" + hidden + b"\n")
    counts: Counter[str] = Counter()
    first, letter, second = archive.read(tmp_path / "a.jsonl", "x-v2", counts=counts)
    assert isinstance(first, Mention)
    assert isinstance(second, Mention)
    assert isinstance(letter, Rejected)
    assert (letter.reason, letter.at) == ("x-v2, line 1: the post has no text", first.at)
    assert (counts["lines"], counts["private"]) == (2, 1)


@pytest.mark.parametrize(
    ("data", "user"),
    [
        ({"id": "no number"}, {"id": "1", "protected": True}),
        ({"text": 5}, {"id": "1", "protected": True}),
        ({"withheld": {"country_codes": ["DE"]}, "author_id": {}}, {"id": "1"}),
        ({}, {"id": "1", "name": ["odd"], "protected": True}),
        ({}, {"id": "1", "public_metrics": 7, "protected": "yes"}),
    ],
)
def test_what_is_not_for_everybody_leaves_no_bytes(data: dict[str, Any], user: dict[str, Any]) -> None:
    """However broken, a post of a protected account or a withheld one is neither told nor kept."""
    post = {"id": "1900000000000000000", "text": "a secret", "author_id": "1", **data}
    line = json.dumps({"data": post, "includes": {"users": [user]}}).encode()
    told: list[object] = []
    with contextlib.suppress(Withheld):
        told = list(x_v2.read(line, {}, source="x", seen=1_750_000_000_000).items)
    assert told == []
