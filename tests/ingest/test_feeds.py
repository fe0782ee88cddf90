"""Feeds as documents, and their entries as mentions."""

from __future__ import annotations

import contextlib
import re
import tarfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats import feeds
from ingest.formats.syndication import ENTRY_LIMIT, Entry, Feed, read
from stream.mention import Media, Mention, Unreadable
from tests.ingest.cable import NOW
from tests.machine import ROOT
from tests.standins.feeds import item, rss

URL = "https://news.example/feed?key=secret"
KEY = feeds.key_of(URL)
SHARED = ROOT.parent / "shared" / "data" / "feeds" / "feeds.tar.gz"

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fi">
<title>Satama</title><link href="https://satama.example/"/>
<entry><id>tag:satama.example,2025:1</id><title type="html">&lt;b&gt;Ovet&lt;/b&gt; auki</title><link href="/1"/>
<author><name>Aino Aalto</name></author><category term="New Year"/><category term="2025"/>
<published>2025-06-15T10:00:00Z</published><updated>2025-06-15T11:00:00+02:00</updated>
<summary type="html">&lt;p&gt;Kello &amp;amp; kuusi&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;</summary>
<link rel="enclosure" type="audio/mpeg" href="https://satama.example/1.mp3"/></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">
<channel><title>Old</title><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency></channel>
<item rdf:about="https://old.example/1"><title>One</title><link>https://old.example/1</link><dc:creator>Ann</dc:creator>
<dc:date>2025-06-15T10:00:00+02:00</dc:date></item></rdf:RDF>"""

JSON: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Quay",
    "home_page_url": "https://www.quay.example/",
    "language": "en-gb",
    "authors": [{"name": "Quay Desk"}],
    "items": [
        {
            "id": 7, "url": "https://quay.example/7", "title": "Seven", "content_html": "<p>Fish &amp; chips</p>",
            "date_published": "2025-06-15T10:00:00Z", "tags": ["food", 5], "authors": [{"name": "Ben"}],
            "attachments": [{"url": "https://quay.example/7.mp4", "mime_type": "video/mp4"}],
            "image": "https://quay.example/7.png",
        },
    ],
}  # fmt: skip


def entries(document: str | bytes | dict[str, Any], content_type: str = "") -> tuple[Entry, ...]:
    raw = msgspec.json.encode(document) if isinstance(document, dict) else document
    return read(raw.encode() if isinstance(raw, str) else raw, content_type, URL).entries


def told(document: str | bytes | dict[str, Any], roles: dict[str, Any] | None = None) -> list[Mention]:
    raw = msgspec.json.encode(document) if isinstance(document, dict) else document
    feed = read(raw.encode() if isinstance(raw, str) else raw, "", URL)
    return [feeds.checked(mention) for _, mention in feeds.mentions(feed, URL, NOW, roles or {})]


def test_an_atom_entry() -> None:
    """Title and summary without markup, categories as hashtags, enclosures as media, the language of the feed."""
    (post,) = told(ATOM)
    assert post.text == "Ovet auki\nKello & kuusi"
    assert (post.id, post.lang, post.at) == (f"rss:{KEY}:tag:satama.example,2025:1", "fi", 1_749_981_600_000)
    assert (post.author.id, post.author.name) == (f"rss:{KEY}:aino_aalto", "Aino Aalto")
    assert post.author.handle == "satama.example"
    assert (post.hashtags, post.links) == (("NewYear",), ("https://news.example/1",))
    assert post.media == (Media("https://satama.example/1.mp3", "audio"),)


def test_an_rss_1_item() -> None:
    """Its creator and date come from Dublin Core, its pause from the syndication module."""
    feed = read(RDF.encode(), "", URL)
    assert feed.wait_s == 6 * 3600
    (post,) = told(RDF)
    assert (post.author.name, post.at, post.id) == ("Ann", 1_749_974_400_000, f"rss:{KEY}:https://old.example/1")


def test_a_json_feed() -> None:
    """Numbers may be ids, odd tags are left out, and the item's author goes before the feed's."""
    (post,) = told(JSON)
    assert (post.id, post.text, post.lang) == (f"rss:{KEY}:7", "Seven\nFish & chips", "en-GB")
    assert (post.author.name, post.author.handle, post.hashtags) == ("Ben", "quay.example", ("food",))
    assert [medium.kind for medium in post.media] == ["image", "video"]


def test_a_json_feed_of_version_1() -> None:
    """One author, an item of odd types, one that is no object, and a feed that has ended."""
    odd: dict[str, Any] = {
        "id": 1.5,
        "content_text": 7,
        "title": "T",
        "date_published": "Sun, 15 Jun 2025 10:00:00 GMT",
    }
    feed = read(msgspec.json.encode({"author": {"name": "A"}, "expired": True, "items": [odd, 5]}), "", URL)
    assert feed.ended
    assert [reason for reason, _ in feed.refused] == ["an item of a JSON feed is an object"]
    (entry,) = feed.entries
    assert (entry.native, entry.author, entry.text, entry.published) == ("1.5", "A", "", 1_749_981_600_000)


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (b"", "no feed of a known kind"),
        (b"<html><title>Welcome</title></html>", "no feed of a known kind"),
        (b"<rss version='2.0'><chan", "broken feed"),
        (b'{"items":', "no JSON"),
        (b'{"items": 5}', "list of items"),
        (b'\xef\xbb\xbf{"a": "\xff"}', "no JSON"),
        (b'{"items":' + b"[" * 100_000, "nested too deeply|no JSON"),
    ],
)
def test_what_is_no_feed_is_refused(document: bytes, reason: str) -> None:
    """The reason of a refusal says what is wrong."""
    with pytest.raises(Unreadable, match=reason):
        read(document, "", URL)


def test_broken_xml_gives_what_can_be_read() -> None:
    """A cut feed, one with undefined entities and one in a wrongly told charset lose no whole entry."""
    whole = rss(item("1", "One"), item("2", "Two"))
    assert [e.title for e in entries(whole[: whole.index("Two")])][-1] == "One"
    assert entries(whole.replace("One", "One &nbsp;&undefined; more"))[-1].title.startswith("One")
    latin = whole.replace("One", "Käse").replace("utf-8", "iso-8859-1").encode("latin-1")
    assert entries(latin, "text/xml; charset=utf-8")[-1].title == "Käse"


def test_ids_of_feeds_without_good_ones() -> None:
    """Without guid it is link and date; where all have the same, likewise; with spaces or too long, its hash."""
    bare = "<item><title>A</title><link>https://a.example/1</link></item>"
    same = "<item><guid isPermaLink='false'>x</guid><title>{0}</title><link>https://a.example/{0}</link></item>"
    assert told(rss(bare))[0].id == f"rss:{KEY}:https://a.example/1"
    ids = {post.id for post in told(rss(same.format(1), same.format(2)))}
    assert len(ids) == 2
    spaced = told(rss(item("a b", "A"), item("x" * 900, "B"), item("", "C")))
    assert all(re.fullmatch(rf"rss:{KEY}:sha256-[0-9a-f]{{64}}", post.id) for post in spaced)
    assert len({post.id for post in spaced}) == 3


def test_the_same_entry_in_two_feeds_is_two_mentions() -> None:
    """Another address is another publisher."""
    feed = read(rss(item("1", "One")).encode())
    ((_, here),), ((_, there),) = (list(feeds.mentions(feed, u, NOW, {})) for u in (URL, URL + "2"))
    assert here.id != there.id
    assert here.author.id != there.author.id


def test_who_speaks_for_the_brand() -> None:
    """A feed's address, its short name or an author of it may be configured."""
    for account in (f"rss:{URL}", f"rss:{KEY}", f"rss:{KEY}:aino_aalto"):
        assert told(ATOM, {account: "brand"})[0].author.role == "brand"
    assert told(ATOM)[0].author.role == "public"


def test_nobody_is_called_by_an_address_of_mail() -> None:
    """An author of whom only the address is known is the feed; no address is published."""
    author = "<author>ann@example.com</author>"
    (post,) = told(rss(f"<item><title>A</title>{author}</item>"))
    assert (post.author.name, post.author.id) == ("Harbour News", f"rss:{KEY}")


def test_words_are_kept_whole_and_few() -> None:
    """A summary that begins with the title stands alone; long ones are cut between words; without words there is nothing."""
    (post,) = told(rss(item("1", "Doors open", text="Doors open at six")))
    assert post.text == "Doors open at six"
    (post,) = told(rss(item("1", "Long", text="word " * 3000)))
    assert feeds.cut(post).text.endswith("word…")
    assert len(feeds.cut(post).text) <= feeds.SHOWN
    assert len(feeds.cut(msgspec.structs.replace(post, text="x" * 5000)).text) == feeds.SHOWN
    assert told(rss(item("1", ""))) == []


def test_a_huge_feed_gives_its_newest() -> None:
    """Of more entries than are read the newest are taken, the oldest of them first."""
    many = rss(*(item(str(n), f"N{n}", NOW - n * 1000) for n in range(ENTRY_LIMIT + 50)))
    read_ = entries(many)
    assert len(read_) == ENTRY_LIMIT
    assert (read_[0].native, read_[-1].native) == (str(ENTRY_LIMIT - 1), "0")


def test_times_are_repaired_or_refused() -> None:
    """Hours ahead become now, days ahead or the time of no computer are refused, none is now."""
    assert told(rss(item("1", "A", NOW + 3_600_000)))[0].at == NOW
    assert told(rss(item("1", "A")))[0].at == NOW
    for at in (NOW + 90_000_000, 0):
        with pytest.raises(Unreadable):
            told(rss(item("1", "A", at)))


def test_an_edit_has_its_own_time() -> None:
    """The time of a change is the publisher's where it can be, else when we saw it."""
    ((entry, post),) = feeds.mentions(read(ATOM.replace("11:00:00+02:00", "14:00:00Z").encode(), "", URL), URL, NOW, {})
    assert feeds.edit(post, entry, 1).at == 1_749_996_000_000
    late = msgspec.structs.replace(entry, updated=NOW + 5)
    assert feeds.edit(post, late, 2).at == NOW


def test_secrets_of_an_address_are_not_shown() -> None:
    """Neither a user's name nor a key is part of what is shown of a feed's address."""
    assert feeds.shown("https://ann:pass@a.example:8080/feed.xml?key=1") == "a.example/feed.xml"


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda t: f"<rss><channel><item>{t}</item>".encode("utf-8", "replace"))
)
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    """Nothing but Unreadable comes out, and what is read is fit for the log."""
    try:
        feed = read(document, "", URL)
    except Unreadable:
        return
    _fit(feed)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
json_fields = st.sampled_from(
    [
        "id",
        "url",
        "title",
        "content_html",
        "content_text",
        "summary",
        "image",
        "tags",
        "authors",
        "author",
        "attachments",
    ]
) | st.sampled_from(["date_published", "language"])


@given(st.lists(st.dictionaries(json_fields, json_values, max_size=6), max_size=4))
@settings(max_examples=80, deadline=None)
def test_any_json_feed_is_read(items: list[dict[str, Any]]) -> None:
    """Whatever types the fields have, each item becomes an entry."""
    feed = read(msgspec.json.encode({"items": items}), "application/feed+json", URL)
    assert len(feed.entries) == len(items)
    _fit(feed)


def _fit(feed: Feed) -> None:
    for entry, mention in feeds.mentions(feed, URL, NOW, {}):
        msgspec.msgpack.encode(entry)
        with contextlib.suppress(Unreadable):
            msgspec.json.encode(feeds.cut(feeds.checked(mention)))


@pytest.mark.skipif(not SHARED.exists(), reason="the shared feeds are not here")
def test_the_world_s_odd_feeds() -> None:
    """Of the six hundred documents that feedparser is tested with all but four are read, and each entry with words is fit."""
    refused: dict[str, str] = {}
    count = 0
    with tarfile.open(SHARED) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is None:
                continue
            count += 1
            try:
                _fit(read(file.read(), "", URL))
            except Unreadable as fault:
                refused[Path(member.name).name] = str(fault)
    assert count == 600
    assert set(refused) <= {"aaa_illformed.xml", "undeclared_namespace.xml", "channel_lastmod.xml", "channel_title.xml"}
