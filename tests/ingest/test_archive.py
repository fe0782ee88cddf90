"""Archives as files."""

from __future__ import annotations

import contextlib
import gzip
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import archive
from ingest.formats import FORMATS
from stream.config import AccountsConfig
from stream.mention import RAW_LIMIT, Author, Mention, Rejected, Retraction, Unreadable, encode

NOW = 1_750_000_000_000
CONGRESS = Path(__file__).parents[3] / "shared/data/congress/tweets-2016-q1.ndjson.gz"


def mention(n: int, at: int = NOW, **fields: object) -> Mention:
    """The n-th harmless mention."""
    return Mention(
        id=f"x:{n}", source="x", kind="post", at=at, seen=at, author=Author("x:a"), text=f"post {n}", **fields
    )  # type: ignore[arg-type]


def test_our_own_format_comes_back_as_it_was(tmp_path: Path) -> None:
    """Mentions and retractions that were written as JSON lines are read in order."""
    items = [mention(1), Retraction("x:1", "post", NOW), mention(2)]
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(encode(item) + b"\n" for item in items))
    assert list(archive.read(path, "agora")) == items


def test_gzip_is_read_as_it_is(tmp_path: Path) -> None:
    """A zipped archive needs no other name."""
    path = tmp_path / "archive"
    path.write_bytes(gzip.compress(encode(mention(1)) + b"\n" + encode(mention(2))))
    assert [item.id for item in archive.read(path, "agora") if isinstance(item, Mention)] == ["x:1", "x:2"]


def test_a_broken_line_stops_nobody(tmp_path: Path) -> None:
    """What cannot be read comes with its line, its reason and its bytes, and the rest goes on."""
    path = tmp_path / "a.jsonl"
    bad = [b"{", b"\xff\xfe", b'{"id":"x:9"}', b'{"scope":"post"}', b'{"z":' + b"[" * 20_000, encode(mention(8, -5))]
    path.write_bytes(b"\n".join([encode(mention(1)), *bad, b"", encode(mention(2))]))
    items = list(archive.read(path, "agora", now_ms=NOW))
    letters = [item for item in items if isinstance(item, Rejected)]
    assert [item.id for item in items if isinstance(item, Mention)] == ["x:1", "x:2"]
    assert [letter.raw for letter in letters] == bad
    assert [letter.reason.split(":")[0] for letter in letters] == [f"agora, line {n}" for n in range(2, 8)]


@pytest.mark.parametrize(("at", "reason"), [(0, "before 1990"), (4_102_444_800_000, "ahead of now")])
def test_impossible_times_are_refused(tmp_path: Path, at: int, reason: str) -> None:
    """A post of 1970 or of 2100 is a dead letter."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(encode(mention(1, at)))
    (letter,) = archive.read(path, "agora", now_ms=NOW)
    assert isinstance(letter, Rejected)
    assert reason in letter.reason


def test_an_endless_line_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a line that is too long only the beginning is kept, with the size that it had."""
    monkeypatch.setattr(archive, "LINE_LIMIT", 200_000)
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"x" * 900_000 + b"\n" + encode(mention(1)) + b"\n")
    letter, post = archive.read(path, "agora")
    assert isinstance(letter, Rejected)
    assert (letter.size, len(letter.raw)) == (900_001, RAW_LIMIT)
    assert isinstance(post, Mention)


def test_a_torn_gzip_gives_what_it_holds(tmp_path: Path) -> None:
    """A download that broke off is read as far as it came, then one dead letter says so."""
    path = tmp_path / "a.gz"
    whole = gzip.compress(b"".join(encode(mention(n)) + b"\n" for n in range(5000)))
    path.write_bytes(whole[: len(whole) // 2])
    *posts, last = archive.read(path, "agora")
    assert posts
    assert all(isinstance(post, Mention) for post in posts)
    assert isinstance(last, Rejected)
    assert "broken from here on" in last.reason


def test_reading_goes_on_after_a_line(tmp_path: Path) -> None:
    """Lines that were read before are passed over."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(encode(mention(n)) + b"\n" for n in range(5)))
    counts: Counter[str] = Counter()
    assert [i.id for i in archive.read(path, "agora", skip=3, counts=counts) if isinstance(i, Mention)] == [
        "x:3",
        "x:4",
    ]
    assert counts["lines"] == 5


def test_roles_come_from_the_accounts(tmp_path: Path) -> None:
    """A configured account has its role, whatever the archive says of it."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(encode(mention(1)))
    (post,) = archive.read(path, "agora", accounts=AccountsConfig(staff=("x:a",)))
    assert isinstance(post, Mention)
    assert post.author.role == "staff"


def test_a_missing_file_and_a_strange_format_are_said_at_once(tmp_path: Path) -> None:
    """Neither waits for the first item."""
    with pytest.raises(FileNotFoundError):
        archive.read(tmp_path / "none", "agora")
    with pytest.raises(ValueError, match="known are agora"):
        archive.read(tmp_path / "none", "wax")


@given(
    st.sampled_from(sorted(FORMATS)),
    st.one_of(st.binary(max_size=300), st.text(max_size=300).map(lambda t: t.encode(errors="replace"))),
)
def test_no_line_crashes_a_parser(format: str, line: bytes) -> None:
    """A parser reads a line or says why not, and nothing else."""
    with contextlib.suppress(Unreadable):
        FORMATS[format]({})(line)


@pytest.mark.skipif(not CONGRESS.exists(), reason="the archive of Congress is not here")
def test_every_post_of_congress_is_read() -> None:
    """All 42,253 posts of the first quarter of 2016 are mentions, each once, in order."""
    items = list(archive.read(CONGRESS, "twitter-v1"))
    posts = [item for item in items if isinstance(item, Mention)]
    assert (len(items), len(posts), len({post.id for post in posts})) == (42_253, 42_253, 42_253)
    assert Counter(post.kind for post in posts) == {"post": 29_229, "repost": 9_479, "quote": 2_074, "reply": 1_471}
    assert posts == sorted(posts, key=lambda post: post.at)
