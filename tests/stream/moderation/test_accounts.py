"""Age, followers and rate of an account, and the order in which filters are asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ingest.accounts import opened
from stream.config import Misconfigured, ModerationConfig, load
from stream.mention import Author, Media, Mention
from stream.moderation import Chain, Verdict

DAY = 86_400_000
NOW = 1_700_000_000_000


def post(number: int = 1, text: str = "hello there", *, at: int = NOW, **who: Any) -> Mention:
    media = who.pop("media", ())
    return Mention(
        f"x:{number}", "x", "post", at, at, Author("x:9", "ann", "Ann", **who), text=text, lang="en", media=media
    )


def test_young_accounts_wait_where_it_is_wanted() -> None:
    """What an account younger than the limit says is held; an unknown age, and the house itself, pass."""
    chain = Chain(ModerationConfig(languages=("en",), age_days=2))
    assert chain.judge(post(since=NOW - DAY), 0) == Verdict("hold", "account: younger than 2 days")
    assert chain.judge(post(since=NOW - 3 * DAY), 0).what == "none"
    assert chain.judge(post(), 0).what == "none"
    assert chain.judge(post(since=NOW - DAY, role="brand"), 0).what == "none"
    assert Chain(ModerationConfig(languages=("en",))).judge(post(since=NOW - DAY), 0).what == "none"


def test_few_followers_wait_where_it_is_wanted() -> None:
    """What an account with fewer followers says is held; where nothing is told of them it passes."""
    chain = Chain(ModerationConfig(languages=("en",), followers=10))
    assert chain.judge(post(followers=3), 0) == Verdict("hold", "account: fewer than 10 followers")
    assert {chain.judge(post(followers=n), 0).what for n in (0, 10, 11)} == {"none"}


def test_who_writes_too_fast_waits() -> None:
    """The posts of an author beyond the rate are held, whatever they say, and in whatever order they are heard."""
    chain = Chain(ModerationConfig(languages=("en",), rate=3))
    posts = [post(n, f"number {n} of many", at=NOW + n * 1000) for n in range(5)]
    for p in reversed(posts):
        chain.hear(p)
    later = post(9, at=NOW + 100_000)
    chain.hear(later)
    assert [chain.judge(p, 0).what for p in (*posts, later)] == ["none", "none", "none", "hold", "hold", "none"]
    assert chain.judge(posts[3], 0).reason == "4 posts in a minute"
    after = Chain(ModerationConfig(languages=("en",), rate=3))
    after.restore(chain.save())
    assert after.judge(posts[4], 0).what == "hold"


@pytest.mark.parametrize(
    ("order", "reason"),
    [((), "marked sensitive by its source"), (("words",), "word list: fuck"),
     (("followers", "words"), "account: fewer than 5 followers"),
     (("words", "raid", "bots"), "word list: fuck")],
)  # fmt: skip
def test_the_order_says_whose_reason_is_told(order: tuple[str, ...], reason: str) -> None:
    """Filters that are named are asked first; those that are not named are asked all the same."""
    chain = Chain(ModerationConfig(languages=("en",), followers=5, order=order))
    said = Mention("x:1", "x", "post", 0, 0, Author("x:9", "a", "A", followers=1), text="fuck", flags=("sensitive",))
    assert chain.judge(said, 0) == Verdict("hold", reason)


def test_an_unknown_filter_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    """A name that no filter has is an error of the configuration."""
    path = tmp_path / "agora.toml"
    path.write_text('[moderation]\norder = ["wrds"]\n')
    with pytest.raises(Misconfigured) as caught:
        load(str(path), {})
    assert any("no filter is called 'wrds'; did you mean 'words'?" in str(fault) for fault in caught.value.faults)


def test_what_describes_a_picture_is_judged_too() -> None:
    """A listed word in the description of a picture holds the post."""
    chain = Chain(ModerationConfig(languages=("en",)))
    assert chain.judge(post(media=(Media("https://x.example/a.jpg", alt="what the fuck"),)), 0).what == "hold"
    assert chain.judge(post(media=(Media("https://x.example/a.jpg", alt="a stage"),)), 0).what == "none"


def test_since_when_there_is_an_account() -> None:
    """Times as networks write them are milliseconds; what cannot be read is unknown."""
    assert (
        opened("2023-11-14T22:13:20.000Z")
        == opened("2023-11-14T22:13:20+00:00")
        == opened("2023-11-14T22:13:20")
        == NOW
    )
    assert [opened(stamp) for stamp in (None, "", "yesterday")] == [0, 0, 0]
