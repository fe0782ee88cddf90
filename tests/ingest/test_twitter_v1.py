"""Posts of Twitter's API v1.1."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ingest.formats import twitter_v1
from stream.mention import Media, Mention, Person, Place, Retraction, Target, Unreadable, Weight

USER = {"id_str": "7", "screen_name": "heron", "name": "Copper Heron", "followers_count": 12}


def read(roles: dict[str, Any] | None = None, **fields: Any) -> Any:
    """The one item in a status with these fields over harmless ones."""
    status = {
        "id_str": "1000", "created_at": "Wed Jan 13 02:10:05 +0000 2016", "text": "Hello", "user": USER, "lang": "en", **fields,
    }  # fmt: skip
    status = {key: value for key, value in status.items() if value is not ...}
    (item,) = twitter_v1.parser(roles or {})(msgspec.json.encode(status))
    return item


def test_a_plain_post_becomes_a_mention() -> None:
    """A status keeps its id, words, language, author and time."""
    post = read()
    assert post == Mention(
        id="x:1000", source="archive", kind="post", at=1_452_651_005_000, seen=1_452_651_005_000, text="Hello", lang="en",
        author=post.author,
    )  # fmt: skip
    assert (post.author.id, post.author.handle, post.author.followers) == ("x:7", "heron", 12)


def test_entities_are_unescaped() -> None:
    """HTML entities in the text become the characters that they stand for."""
    assert read(text="Ham &amp; eggs &lt;3").text == "Ham & eggs <3"


def test_the_full_text_wins() -> None:
    """full_text is read before text."""
    assert read(full_text="the whole", text="the wh…").text == "the whole"


def test_the_id_tells_the_time() -> None:
    """Without created_at the time comes from the id."""
    assert read(id_str="682712911140110336", created_at=...).at == 1_451_606_416_865


def test_a_retweet_is_a_repost_of_the_whole_text() -> None:
    """A retweet names its target, addresses whom it repeats, and carries the original's words and tags."""
    original = {
        "id_str": "900", "user": {"id_str": "8"}, "text": "The whole long text #Tag for @somebody",
        "entities": {"hashtags": [{"text": "Tag"}]},
    }  # fmt: skip
    named = [{"id_str": "8", "screen_name": "otter"}, {"id_str": "9", "screen_name": "somebody"}]
    repost = read(
        text="RT @otter: The whole lo…", retweeted_status=original, entities={"user_mentions": named}, retweet_count=5
    )
    assert (repost.kind, repost.target) == ("repost", Target("x:900", "x:8"))
    assert (repost.text, repost.hashtags) == ("The whole long text #Tag for @somebody", ("Tag",))
    assert repost.mentions == (Person("x:8", "otter"),)
    assert repost.weight is None


def test_a_quote_names_the_quoted_post_and_not_its_address() -> None:
    """The address of the quoted post is its relation; other links stay links."""
    urls = [{"expanded_url": "https://twitter.com/otter/status/900"}, {"expanded_url": "https://a.example/"}]
    quote = read(
        quoted_status={"id_str": "900", "user": {"id": 8}}, quoted_status_id_str="900", entities={"urls": urls}
    )
    assert (quote.kind, quote.target, quote.links) == ("quote", Target("x:900", "x:8"), ("https://a.example/",))


def test_a_reply_names_post_and_person() -> None:
    """A reply has its target and addresses its author."""
    reply = read(in_reply_to_status_id_str="900", in_reply_to_user_id_str="8", in_reply_to_screen_name="otter")
    assert (reply.kind, reply.target, reply.mentions) == ("reply", Target("x:900", "x:8"), (Person("x:8", "otter"),))


def test_a_reply_to_nobody_s_post_is_still_a_reply() -> None:
    """Where only the person is known, the reply has no target and still addresses them."""
    reply = read(in_reply_to_user_id_str="8", in_reply_to_screen_name="otter")
    assert (reply.kind, reply.target, reply.mentions) == ("reply", None, (Person("x:8", "otter"),))


def test_places_are_rough() -> None:
    """Coordinates are rounded to a tenth of a degree."""
    where = read(coordinates={"coordinates": [24.9384, 60.1699]}, place={"country_code": "fi"}).place
    assert where == Place("FI", 60.2, 24.9)


def test_pictures_and_counts_are_kept() -> None:
    """Media and what the network counted come along."""
    media = [{"type": "photo", "media_url_https": "https://p.example/1.jpg"}]
    post = read(entities={"media": media}, favorite_count=3, retweet_count=1, possibly_sensitive=True)
    assert post.media == (Media("https://p.example/1.jpg"),)
    assert (post.weight, post.flags) == (Weight(likes=3, reposts=1), ("sensitive",))


def test_the_role_comes_from_the_configuration() -> None:
    """An account's role is found by its stable id."""
    assert read({"x:7": "brand"}).author.role == "brand"


def test_languages_that_are_none_are_empty() -> None:
    """What Twitter writes for unknown or wordless becomes empty."""
    assert [read(lang=code).lang for code in ("und", "qme", None, "in", "fi")] == ["", "", "", "id", "fi"]


def test_a_protected_account_is_left_out() -> None:
    """A post that is not public becomes nothing at all."""
    line = msgspec.json.encode({"id_str": "1", "text": "secret", "user": {**USER, "protected": True}})
    assert twitter_v1.parser({})(line) == ()


def test_a_deletion_notice_is_a_retraction() -> None:
    """The stream's notice of a deletion retracts the post."""
    assert read(delete={"status": {"id": 5}, "timestamp_ms": "1452651005000"}) == Retraction(
        "x:5", "post", 1_452_651_005_000
    )


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"id_str": ...}, "no id"),
        ({"id_str": "12a"}, "not a number"),
        ({"user": ...}, "no user"),
        ({"user": {}}, "user has no id"),
        ({"text": ...}, "no text"),
        ({"text": "a\0b"}, "NUL"),
        ({"text": "x" * 1_000_000}, "1000000 characters"),
        ({"text": 5}, "str"),
        ({"created_at": "yesterday"}, "created_at"),
        ({"created_at": "Wed Foo 13 02:10:05 +0000 2016"}, "created_at"),
        ({"created_at": "Wed Jan 32 02:10:05 +0000 2016"}, "created_at"),
        ({"created_at": ...}, "too old"),
    ],
)
def test_what_is_missing_or_wrong_is_named(fields: dict[str, Any], reason: str) -> None:
    """The reason of a refusal says what is wrong."""
    with pytest.raises(Unreadable, match=reason):
        read(**fields)


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'"a"', b"\xff", b'{"id_str":"1","text":"\\ud800"}'])
def test_no_json_is_refused(line: bytes) -> None:
    """What is no JSON object, no UTF-8, or a lone surrogate is refused and nothing worse."""
    with pytest.raises(Unreadable):
        twitter_v1.parser({})(line)
