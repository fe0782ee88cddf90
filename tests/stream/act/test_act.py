"""Which posts want an answer, why, and how they stand."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.act.book import MOST, SPARE, Book, Want, tally
from stream.act.permalink import permalink, web
from stream.act.wants import Judge, median
from stream.config import AccountsConfig, TrackConfig
from stream.mention import Author, Mention, Person, Target
from stream.wire.messages import Answers

BRAND = Author("mastodon:us", handle="fest", name="The Festival", role="brand")
MOODS = {"mastodon:13": -0.8}
TRACKS = {
    "us": TrackConfig(kind="brand", terms=("harbour festival",)),
    "them": TrackConfig(kind="competitor", terms=("zen",)),
}


def post(number: int, text: str, by: str = "ann", **more: object) -> Mention:
    fields = {"at": 1000 * number, "seen": 1000 * number, "lang": "en", "kind": "post", **more}
    author = fields.pop("author", Author(f"mastodon:{by}", handle=by, name=by.title()))
    return Mention(f"mastodon:{number}", "mastodon", author=author, text=text, **fields)  # type: ignore[arg-type]


def to_us(number: int, text: str, **more: object) -> Mention:
    return post(number, text, mentions=(Person("mastodon:us", "fest"),), **more)


def answer(number: int, of: Mention, text: str = "Here!") -> Mention:
    return post(number, text, author=BRAND, kind="reply", target=Target(of.id, of.author.id))


def judge(new: frozenset[str] = frozenset()) -> Judge:
    return Judge(
        AccountsConfig(brand=("mastodon:us",)), TRACKS, lambda author: author in new, lambda id: MOODS.get(id, 0.0)
    )


def why(row: Mention, new: frozenset[str] = frozenset()) -> tuple[str, ...]:
    reasons = judge(new).reasons(row)
    return reasons.words if reasons else ()


def test_reasons() -> None:
    """A question, a complaint, a strong voice and a new one to us are reasons; each is told."""
    assert why(to_us(1, "Where is the stage?")) == ("asks a question",)
    assert why(to_us(13, "This is a disgrace")) == ("complains",)
    strong = Author("mastodon:star", handle="star", followers=2_500_000)
    assert why(to_us(1, "Hello there", author=strong)) == ("a strong voice, 2.5 million followers",)
    assert why(to_us(1, "Hello there"), frozenset({"mastodon:ann"})) == ("a new voice speaks to us",)
    assert why(to_us(1, "Hello there")) == ()
    assert why(to_us(13, "Why is this so terrible?")) == ("asks a question", "complains")


def test_only_what_is_to_us() -> None:
    """A question to nobody, to a competitor, or by ourselves wants no answer; one that names us or answers us does."""
    assert why(post(1, "Where is the stage?")) == ()
    assert why(post(1, "Where is zen?")) == ()
    assert why(to_us(1, "Where is the stage?", author=BRAND)) == ()
    assert why(post(1, "When does the harbour festival begin?")) == ("asks a question",)
    assert why(post(1, "And when?", kind="reply", target=Target("mastodon:9", "mastodon:us"))) == ("asks a question",)
    assert why(msgspec.structs.replace(post(1, "Where are you?"), source="guestbook")) == ("asks a question",)


def test_who_we_are_must_be_known() -> None:
    """Without accounts and tracks of our own nothing is to us."""
    nobody = Judge(AccountsConfig(), {}, lambda _: False, lambda _: 0.0)
    assert not nobody.knows_us
    assert nobody.reasons(to_us(1, "Where?")) is None
    nobody.follow(TRACKS)
    assert nobody.knows_us


def stands(book: Book) -> dict[str, str]:
    return {want.id: want.state for want in book.wants(set)}


def test_staff_claim_answer_and_set_aside() -> None:
    """What staff say of a post is how it stands, until it is taken back."""
    book = Book(judge())
    book.hear("mastodon:1", to_us(1, "Where is the stage?"))
    for state in ("claimed", "answered", "aside"):
        book.decide("mastodon:1", {"state": state, "by": "Desk 1", "at": 5000})
        assert stands(book) == {"mastodon:1": state}
    book.decide("mastodon:1", None)
    assert stands(book) == {"mastodon:1": "open"}


def test_our_own_answer_closes_a_post() -> None:
    """A reply of our account answers the post, also when it was claimed; a deleted answer opens it again."""
    question = to_us(1, "Where is the stage?")
    book = Book(judge())
    book.hear(question.id, question)
    book.decide(question.id, {"state": "claimed", "by": "Desk 1", "at": 2000})
    book.hear("mastodon:61", answer(61, question))
    want = book.state(question.id)
    assert want is not None
    assert (want.state, want.by, want.since, want.own) == ("answered", "The Festival", 61_000, True)
    assert tally(book.wants(set)) == Answers(0, 0, 1, 60_000)
    book.forget("mastodon:61")
    assert stands(book) == {question.id: "claimed"}


def test_earliest_answer_counts() -> None:
    """Of two answers the earlier one, whoever gave it, is the first."""
    question = to_us(1, "Where is the stage?")
    book = Book(judge())
    book.hear("mastodon:90", answer(90, question))
    book.hear("mastodon:50", answer(50, question))
    book.hear(question.id, question)
    assert book.state(question.id).since == 50_000  # type: ignore[union-attr]
    book.decide(question.id, {"state": "answered", "by": "Desk 1", "at": 20_000})
    assert book.state(question.id).by == "Desk 1"  # type: ignore[union-attr]


def test_edit_that_asks_no_more_wants_nothing() -> None:
    """An edit is judged anew, and a retracted post is gone."""
    book = Book(judge())
    book.hear("mastodon:1", to_us(1, "Where is the stage?"))
    book.hear("mastodon:1", to_us(1, "Found it"))
    assert stands(book) == {}
    book.hear("mastodon:2", to_us(2, "Where is the stage?"))
    book.forget("mastodon:2")
    assert stands(book) == {}


def test_order_and_bounds() -> None:
    """The weightiest come first, then the oldest; what has left the window is not listed."""
    book = Book(judge())
    for n, text in ((3, "Where is it?"), (1, "Where is it?"), (13, "Why is this so terrible?")):
        book.hear(f"mastodon:{n}", to_us(n, text))
    assert [want.id for want in book.wants(set)] == ["mastodon:13", "mastodon:1", "mastodon:3"]
    assert [want.id for want in book.wants(lambda ids: set(ids) - {"mastodon:13"})] == ["mastodon:1", "mastodon:3"]
    book.forget_before(2500)
    assert sorted(stands(book)) == ["mastodon:13", "mastodon:3"]
    many = Book(judge())
    for n in range(MOST + SPARE):
        many.hear(f"mastodon:{n}", to_us(n, "Where?"))
    assert min(int(id.partition(":")[2]) for id in stands(many)) == SPARE


@given(st.permutations(range(5)))
def test_order_of_hearing_does_not_matter(order: list[int]) -> None:
    """Whatever comes first, posts, answers or decisions, the book says the same in the end."""
    question, other = to_us(1, "Where is the stage?"), to_us(2, "When?")
    book = Book(judge())
    steps = [
        lambda: book.hear(question.id, question),
        lambda: book.hear(other.id, other),
        lambda: book.hear("mastodon:9", answer(9, question)),
        lambda: book.decide(other.id, {"state": "claimed", "by": "Desk 1", "at": 3000}),
        lambda: book.decide(question.id, {"state": "claimed", "by": "Desk 2", "at": 3000}),
    ]
    for number in order:
        steps[number]()
    assert stands(book) == {"mastodon:1": "answered", "mastodon:2": "claimed"}


@pytest.mark.parametrize(("values", "middle"), [([], None), ([3], 3), ([5, 1], 1), ([9, 1, 5], 5)])
def test_median(values: list[int], middle: int | None) -> None:
    """The middle of the times to the first answer."""
    assert median(values) == middle


def test_tally_of_nothing() -> None:
    """Without posts there is no time to the first answer."""
    assert tally([]) == Answers()
    assert tally([Want("a", 1, judge().reasons(to_us(1, "Where?")))]) == Answers(open=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "native", "links", "address"),
    [
        ("bluesky", "at://did:plc:abc/app.bsky.feed.post/3k", (), "https://bsky.app/profile/did:plc:abc/post/3k"),
        ("bluesky", "at://did:plc:abc/app.bsky.feed.like/3k", (), ""),
        ("mastodon", "https://social.example/users/ann/statuses/1", (), "https://social.example/users/ann/statuses/1"),
        ("mastodon", "javascript:alert(1)", (), ""),
        ("x", "123", (), "https://x.com/i/web/status/123"),
        ("x", "1?x=<script>", (), ""),
        ("hackernews", "42", (), "https://news.ycombinator.com/item?id=42"),
        ("rss", "k:1", ("data:text/html,x", "https://news.example/a"), "https://news.example/a"),
        ("webhook", "desk:1", ("https://evil.example",), ""),
        ("guestbook", "n1", (), ""),
    ],
)  # fmt: skip
def test_permalinks(source: str, native: str, links: tuple[str, ...], address: str) -> None:
    """A post is opened at its network, and nothing that a stranger wrote becomes another kind of link."""
    row = msgspec.structs.replace(post(1, "x"), id=f"{source}:{native}", source=source, links=links)
    assert permalink(row) == address


@given(st.text(max_size=80))
def test_only_pages_are_opened(address: str) -> None:
    """Whatever an address says, it is a page of the web or nothing."""
    assert web(address) == "" or web(address).lower().startswith(("http://", "https://"))
