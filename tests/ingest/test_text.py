"""Strangers' words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import text
from stream.mention import Unreadable


@pytest.mark.parametrize("bad", ["a\0b", "\ud800", "x" * 20_001])
def test_unreadable_words_are_refused(bad: str) -> None:
    """NULs, lone surrogates and endless texts are refused."""
    with pytest.raises(Unreadable):
        text.words(bad)


@given(st.text(alphabet=st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_tidy_words_stay(raw: str) -> None:
    """Tidying twice is tidying once, and lines stay lines."""
    once = text.words(raw)
    assert text.words(once) == once
    assert once.count("\n") == raw.count("\n")


def test_hashtags_are_found_in_any_script() -> None:
    """A hashtag is letters after a sign; a number alone or an address is none."""
    assert text.hashtags("#Kaleido, ＃東京 #2026 a#b https://x.example/#no #été2026 #Kaleido") == (
        "Kaleido",
        "東京",
        "été2026",
    )


def test_hashtags_keep_their_vowel_signs() -> None:
    """Scripts that write vowels as marks are not cut at the first."""
    tags = ("हिन्दी", "ไทยรัฐที่", "cafe\u0301s", "தமிழ்", "می\u200cخواهم")
    assert text.hashtags(" ".join(f"#{tag}" for tag in tags)) == tags


def test_links_end_before_the_punctuation() -> None:
    """The full stop after an address is not part of it."""
    assert text.links("See https://a.example/x?y=1. And (http://b.example)!") == (
        "https://a.example/x?y=1",
        "http://b.example",
    )


def test_handles_are_no_mail_addresses() -> None:
    """A handle begins after a space, may name its server, and is no part of a mail address."""
    assert text.handles("@ann and @bo@social.example, not me@mail.example") == ("ann", "bo@social.example")


def test_only_pages_are_links() -> None:
    """Addresses that a browser would run or that point to files are left out."""
    assert text.web_links(["javascript:alert(1)", "file:///etc", "HTTPS://a.example"]) == ("HTTPS://a.example",)
