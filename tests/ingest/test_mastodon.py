"""Statuses as mentions, and the small parts of the source that can be told without a server."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive import read as read_archive
from ingest.formats.mastodon import Closed, Known, document, parser, read
from ingest.mastodon.content import HTML_LIMIT, content
from ingest.mastodon.openness import closed
from ingest.mastodon.streams import order, rewound, stream
from ingest.source import Context
from ingest.sources.mastodon import create
from stream.config import Config
from stream.config.networks import MastodonConfig, MastodonServer
from stream.mention import Mention, Person, Rejected, Retraction, Target, Unreadable, Weight, Withheld
from tests.ingest.cable import NOW
from tests.standins.mastodon import account, status

DATA = Path(__file__).parents[3] / "shared" / "data" / "mastodon"
POST = "mastodon:https://social.example/users/ada/statuses/"


def one(told: dict[str, Any], **roles: Any) -> Mention:
    """The mention of a status from the server ``hall.example``."""
    return read(told, roles, server="hall.example", known=Known(), seen=NOW)[0]


def line(told: Any) -> bytes:
    return json.dumps(told).encode()


def test_every_field() -> None:
    """What a status says finds its place."""
    told = status(
        7, "", content='<p>Hi <span class="h-card"><a href="https://b.example/@bo" class="u-url mention">@<span>bo</span></a>'
        '</span>, see <a href="https://k.example/a/long/way"><span class="invisible">https://</span>'
        '<span class="ellipsis">k.example/a/lo</span><span class="invisible">ng/way</span></a></p><p>#Kaleido :wave:</p>',
        tags=[{"name": "kaleido"}, {"name": "hidden"}], mentions=[account("bo", "b.example")], language="en-GB",
        spoiler_text="bright lights", poll={"options": [{"title": "red"}, {"title": "blue"}]},
        media_attachments=[{"type": "gifv", "url": "https://k.example/1.mp4", "description": "a wheel"}, {"type": "new"}],
        card={"url": "https://k.example/card"}, favourites_count=3, reblogs_count=2, replies_count=-1,
        author=account(bot=True, limited=True),
    )  # fmt: skip
    mention = one(told)
    assert (
        mention.text == "bright lights\n\nHi @bo, see https://k.example/a/long/way\n\n#Kaleido :wave:\n\n– red\n– blue"
    )
    assert mention.links == ("https://k.example/a/long/way", "https://k.example/card")
    assert mention.hashtags == ("Kaleido", "hidden")
    assert mention.mentions == (Person("mastodon:bo@b.example", "bo@b.example"),)
    assert [(m.url, m.kind, m.alt) for m in mention.media] == [("https://k.example/1.mp4", "video", "a wheel")]
    assert (mention.lang, mention.flags) == ("en-GB", ("sensitive", "bot", "limited"))
    assert mention.weight == Weight(likes=3, reposts=2)
    author = mention.author
    assert (author.handle, author.name, author.followers) == ("ada@social.example", "Ada", 12)


def test_an_author_is_the_same_from_every_server() -> None:
    """At home and abroad, with and without ``uri``, as author and as somebody named."""
    abroad = account("Ada")
    at_home = {**abroad, "acct": "Ada"}
    old = {key: value for key, value in at_home.items() if key != "uri"}
    ids = {one(status(1, "", author=who, uri="https://x.example/1")).author.id for who in (abroad, at_home, old)}
    assert ids == {"mastodon:ada@social.example"}
    assert one(status(2, "", mentions=[old])).mentions[0].id in ids


def test_a_role_by_name_or_by_address() -> None:
    """The configuration may name the account either way, whatever the case of its name."""
    told = status(1, "", author=account("Ada"))
    for name in ("mastodon:ada@social.example", "mastodon:https://social.example/users/Ada"):
        assert one(told, **{name: "brand"}).author.role == "brand"


def test_a_claim_to_live_elsewhere_is_not_believed() -> None:
    """The page of a profile may be anywhere; the address under which servers know it decides."""
    liar = account("brand", "evil.example", url="https://social.example/@brand")
    assert one(status(1, "", author=liar)).author.id == "mastodon:brand@evil.example"


@pytest.mark.parametrize(
    "who", [{"url": "https://[broken", "username": "ada"}, {"username": "ada"}, {"url": "https://a.example"}]
)
def test_nobody_is_no_author(who: dict[str, str]) -> None:
    """Without a name or an address there is no stable id; somebody named so is left out."""
    with pytest.raises(Unreadable, match="no name or no address"):
        one(status(1, "", author=who, uri="https://a.example/1"))
    assert [person.id for person in one(status(1, "", mentions=[who])).mentions] in ([""], [])
    assert closed(status(1, "", author={**who, "noindex": True})) == "noindex"


def test_relations() -> None:
    """A repost has the original's words, a reply finds what was told before, a quote only what anybody may see."""
    known = Known()

    def told(number: int, **more: Any) -> Mention:
        return read(status(number, "said", **more), {}, server="hall.example", known=known, seen=NOW)[0]

    original = status(1, "first", author=account("bo"), favourites_count=5)
    bo = "mastodon:bo@social.example"
    at_bo = Target("mastodon:https://social.example/users/bo/statuses/1", bo)
    repost = told(2, reblog=original)
    assert (repost.kind, repost.text, repost.target, repost.weight) == ("repost", "first", at_bo, None)
    assert repost.mentions == (Person(bo, "bo@social.example"),)
    named = [{**account("bo"), "id": "92"}]
    reply = told(3, in_reply_to_id="1", in_reply_to_account_id="92", mentions=named)
    assert (reply.kind, reply.target) == ("reply", at_bo)
    stranger = told(4, in_reply_to_id="404", in_reply_to_account_id="7")
    assert stranger.target == Target("mastodon:hall.example/404")
    assert told(5, quote={"state": "accepted", "quoted_status": original}).target == at_bo
    for quote in (
        {"state": "pending", "quoted_status": original},
        {"state": "accepted", "quoted_status": None},
        {"state": "accepted", "quoted_status": {**original, "visibility": "private"}},
        {"state": "accepted", "quoted_status": {**original, "account": {"username": 5}}},
    ):
        assert (told(6, quote=quote).kind, told(6, quote=quote).target) == ("post", None)


def test_an_edited_status_is_its_post_and_its_edit() -> None:
    """Who heard the post takes the edit, who did not takes both; a repost has none."""
    post, edit = read(
        status(1, "new", edited_at="2025-06-15T14:30:00.5Z"), {}, server="h", known=Known(), seen=None, source="archive"
    )
    assert (post.id, post.kind, edit.id, edit.kind) == (f"{POST}1", "post", f"{POST}1@1749997800500", "edit")
    assert (edit.at, edit.seen, edit.target) == (1749997800500, 1749997800500, Target(post.id, post.author.id))


@pytest.mark.parametrize(
    "html",
    [
        "<p>one<br>two</p><p>three</p>",
        "one<br/>two<p>three",
        '<p>one<br>two</p><p class="quote-inline">RE: <a href="https://x.example/1">https://x.example/1</a></p><p>three</p>',
        '<p>one<br>two<span class="invisible">zero</span></p>three',
        "<p>one<br>two</p><script>x()</script><p>three</p>",
        "<p>  one \n<br> two</p>\n<p>three</p>",
    ],
)
def test_paragraphs_and_lines(html: str) -> None:
    """They stay; what nobody is meant to see goes."""
    assert content(html).text == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://k.example/way">k.example/w…</a>', "https://k.example/way"),
        ('<a href="https://www.k.example/way">k.example/way</a>', "https://www.k.example/way"),
        ('<a href="https://k.example/way">our page</a>', "our page"),
        ('<a href="https://k.example/%C3%A4">https://k.example/ä</a>', "https://k.example/ä"),
        ('<img class="custom-emoji" alt=":wave:" src="x"> <b>hi</b>', ":wave: hi"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<div>a</div><div>b</div>c", "a\nb\nc"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("AT&amp;T &lt;3 🎶", "AT&T <3 🎶"),
    ],
)
def test_words_of_markup(html: str, text: str) -> None:
    """Links come whole, emoji by their name."""
    assert content(html).text == text


@given(st.text(st.sampled_from("<>/\"'=&;# apbrsclinv…quote-"), max_size=300))
def test_no_markup_is_a_fault(html: str) -> None:
    """Whatever is broken in it, there is a text without tags of ours."""
    assert isinstance(content(html).text, str)


def test_markup_without_end_is_refused() -> None:
    """Nobody waits for it."""
    with pytest.raises(Unreadable, match="characters"):
        content("<" * (HTML_LIMIT + 1))


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["public", "private", "2025-06-15T14:30:00Z"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from([*status(1, "x"), "quote", "poll", "card"])
_ACCOUNT_KEYS = st.sampled_from([*account(), "fields"])


@given(st.dictionaries(_KEYS, _JSON, max_size=4), st.dictionaries(_ACCOUNT_KEYS, _JSON, max_size=3))
def test_no_status_is_a_fault(changed: dict[str, Any], author: dict[str, Any]) -> None:
    """Whatever a field holds: a mention, a reason, or nothing; and never a mention of what is not public."""
    told = {**status(1, "x", author={**account(), **author}), **changed}
    try:
        mentions = parser({})(line(told))
    except Unreadable:
        return
    assert not mentions or (told["visibility"] == "public" and not closed(told))


@given(
    st.binary(max_size=200) | st.text(st.sampled_from('{}[]":,data event:publicvsbty0'), max_size=120).map(str.encode)
)
def test_no_line_is_a_fault(raw: bytes) -> None:
    """A line is read, refused, or says nothing; of what is no JSON nothing may be kept."""
    with contextlib.suppress(Withheld):
        assert isinstance(parser({})(raw), tuple)


def test_what_is_within_decides_what_may_be_kept() -> None:
    """A public status that cannot be read is kept, unless it quotes what is not public."""
    broken = status(1, "x", created_at="yesterday")
    private = status(2, "psst", visibility="private")
    with pytest.raises(Unreadable) as kept:
        one(broken)
    assert not isinstance(kept.value, Withheld)
    for quote in ({"state": "accepted", "quoted_status": private}, "strange"):
        with pytest.raises(Withheld):
            one({**broken, "quote": quote})
    with pytest.raises(Closed, match="visibility private"):
        one({**broken, "reblog": private})
    deep: Any = None
    for _ in range(100_000):
        deep = {"visibility": "public", "account": {}, "reblog": deep}
    with pytest.raises(Withheld, match="too deeply"):
        one(deep)
    with pytest.raises(Withheld):
        document(b"[" * 100_000)


def test_who_asks_not_to_be_heard() -> None:
    """In the note or in a field; a word that only begins so is no wish, and ``indexable`` is about search engines."""
    assert closed(status(1, "", author=account(note="no bots #NoBot."))) == "nobot"
    assert closed(status(1, "", author=account(fields=[{"name": "wish", "value": "＃nobot"}]))) == "nobot"
    assert closed(status(1, "", author=account(note="#nobotany", indexable=False, discoverable=False))) == ""
    with pytest.raises(Closed) as refusal:
        one(status(1, "", reblog=status(2, "", author=account("bo", noindex=True))))
    assert refusal.value.author == "mastodon:bo@social.example"


def test_a_recorded_stream_is_an_archive(tmp_path: Path) -> None:
    """Server-sent events and websocket frames; a deletion finds what was told before it."""
    told, secret = status(1, "heard"), status(2, "psst", visibility="direct")
    frame = {"stream": ["public"], "event": "update", "payload": json.dumps(status(3, "framed"))}
    path = tmp_path / "recorded.sse"
    path.write_bytes(
        b":)\nevent: update\ndata: " + line(told) + b"\n\n:thump\nevent: update\ndata: " + line(secret)
        + b"\n\n" + line(frame) + b"\nevent: delete\ndata: 1\n\nevent: delete\ndata: 999\n\n"
        + line([told]) + b"\n" + line(secret)[:-9] + b"\n"
    )  # fmt: skip
    items = list(read_archive(path, "mastodon", now_ms=NOW))
    heard, framed, gone, page, torn = items
    assert [type(item) for item in items] == [Mention, Mention, Retraction, Rejected, Rejected]
    assert isinstance(heard, Mention)
    assert isinstance(framed, Mention)
    assert (heard.source, heard.seen, framed.text) == ("archive", heard.at, "framed")
    assert isinstance(gone, Retraction)
    assert gone.target == heard.id
    assert isinstance(page, Rejected)
    assert "one status a line" in page.reason
    assert isinstance(torn, Rejected)
    assert (torn.raw, torn.size) == (b"", len(line(secret)) - 8)


def test_local_ids_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; the oldest go first."""
    monkeypatch.setattr("ingest.formats.mastodon.REMEMBERED", 2)
    known = Known()
    for n in range(3):
        known[f"h/{n}"] = str(n)
    assert list(known) == ["h/1", "h/2"]


def test_an_archive_keeps_no_bytes_of_what_it_cannot_judge(tmp_path: Path) -> None:
    """A line that is too long may hold anything; a public status without a good time is kept."""
    path = tmp_path / "statuses.jsonl"
    path.write_bytes(b'"' + b"x" * 5_000_000 + b'"\n' + line(status(1, "x", created_at="1980-01-01T00:00:00Z")) + b"\n")
    long, early = read_archive(path, "mastodon", now_ms=NOW)
    assert isinstance(long, Rejected)
    assert (long.raw, long.size > 5_000_000) == (b"", True)
    assert isinstance(early, Rejected)
    assert "1990" in early.reason
    assert early.raw


def test_streams_by_name() -> None:
    """As in the configuration, on the wire, and as a timeline."""
    tag, local, home = stream("hashtag:Näkkäri"), stream("public:local"), stream("user")
    assert (tag.path, tag.params) == ("/api/v1/streaming/hashtag", {"tag": "Näkkäri"})
    assert tag.timeline == ("/api/v1/timelines/tag/N%C3%A4kk%C3%A4ri", {})
    assert tag.message("subscribe") == {"type": "subscribe", "stream": "hashtag", "tag": "Näkkäri"}
    assert (local.path, local.timeline) == (
        "/api/v1/streaming/public/local",
        ("/api/v1/timelines/public", {"local": "true"}),
    )
    assert (home.timeline[0], stream("list:12").timeline[0]) == ("/api/v1/timelines/home", "/api/v1/timelines/list/12")
    assert [s.chosen for s in (tag, local, home)] == [True, False, True]
    for wrong in ("hashtag:", "everything", "public:remote"):
        with pytest.raises(ValueError, match="is no stream"):
            stream(wrong)


@given(st.integers(10**16, 10**19 - 1), st.integers(0, 600_000))
def test_a_rewound_id_is_older_by_its_time(id: int, ms: int) -> None:
    """An id of Mastodon's own holds milliseconds; others stay."""
    back = rewound(str(id), ms)
    assert id - int(back) == ms << 16
    assert order(back) <= order(str(id))
    assert rewound("01HZX3", ms) == "01HZX3"


def test_sources_by_server(tmp_path: Path) -> None:
    """Each server is one; mistakes in the configuration are told by name."""

    def made(argument: str = "", **servers: MastodonServer) -> list[str]:
        config = Config(mastodon=MastodonConfig(servers))
        return [s.name for s in create(Context(config, lambda: NOW, tmp_path, argument))]

    a, b = MastodonServer("https://a.example"), MastodonServer("https://b.example", streams=("public",))
    assert made(a=a, b=b) == ["mastodon:a", "mastodon:b"]
    assert made("b", a=a, b=b) == ["mastodon:b"]
    with pytest.raises(ValueError, match="has no servers"):
        made()
    with pytest.raises(ValueError, match=r"no \[mastodon.servers.c\]"):
        made("c", a=a)
    with pytest.raises(ValueError, match="write it like https://"):
        made(a=MastodonServer("a.example"))
    with pytest.raises(ValueError, match="is no stream"):
        made(a=MastodonServer("https://a.example", streams=("all",)))


@pytest.mark.skipif(not DATA.exists(), reason="the real statuses are not here")
def test_real_statuses() -> None:
    """Every public one of real servers is read, and none that is not."""
    counts: Counter[str] = Counter()
    lines = [json.loads(told) for told in (DATA / "statuses.jsonl").read_bytes().splitlines()]
    items = list(read_archive(DATA / "statuses.jsonl", "mastodon", counts=counts))
    heard = {item.id for item in items if isinstance(item, Mention) and item.kind != "edit"}
    assert not any(isinstance(item, Rejected) for item in items)
    assert heard == {f"mastodon:{told['uri']}" for told in lines if not closed(told)}
    shut = {told["uri"] for told in lines if told["visibility"] != "public"}
    assert len(shut) > 50
    assert not any(
        item.id.removeprefix("mastodon:").split("@2")[0] in shut for item in items if isinstance(item, Mention)
    )


@pytest.mark.skipif(not DATA.exists(), reason="the real streams are not here")
def test_real_streams() -> None:
    """Direct messages on a recorded stream do not pass; what was deleted at its end is taken back."""
    assert list(read_archive(DATA / "0_test_stream_direct.sse", "mastodon")) == []
    items = list(read_archive(DATA / "2_test_stream_user_direct.sse", "mastodon"))
    assert [item.kind if isinstance(item, Mention) else type(item).__name__ for item in items] == [
        "post", "post", "edit", "Retraction",
    ]  # fmt: skip
