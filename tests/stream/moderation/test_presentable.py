"""Presentable text: tricks are disarmed, words stay as they are."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.moderation import presentable


@pytest.mark.parametrize(
    "text",
    [
        "Plain words, and a line\nbelow",
        "Żółć, naïve, Ångström",
        "שלום עולם",
        "السلام عليكم",
        "नमस्ते दुनिया",
        "สวัสดีชาวโลก ผู้ใหญ่",
        "你好，世界",
        "Tiếng Việt",
        "👨‍👩‍👧‍👦 🏳️‍🌈 🇫🇮🇸🇪 👍🏽 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿",
        "\u2067שלום\u2069 hello",
        "",
    ],
)
def test_honest_text_stays_as_it_is(text):
    """Letters of all scripts, emoji sequences and closed isolates are not touched."""
    assert presentable(text) == text


def test_overrides_and_open_isolates_go():
    """Characters that turn the reading order around, or leave it turned, are taken out."""
    assert presentable("abc\u202etxt.exe\u202c") == "abctxt.exe"
    assert presentable("\u2067open and \u2066closed\u2069") == "open and \u2066closed\u2069"
    assert presentable("closed\u2069 twice\u2069") == "closed twice"
    assert presentable("\u2067first\nsecond\u2069") == "first\nsecond"


def test_towers_of_marks_are_cut():
    """Zalgo keeps its letters and loses its towers."""
    tower = "".join(c + "\u0301\u0317\u0342\u0356\u0321" * 8 for c in "he comes")
    shown = presentable(tower)
    assert "".join(c for c in shown if not unicodedata.combining(c)) == "he comes"
    assert len(shown) <= 4 * len("he comes")


def test_what_no_font_draws_goes():
    """Private use, controls, lone surrogates and noncharacters are left out; odd line ends become plain ones."""
    assert presentable("a\ue000b\x07c\ud800d\uffffe\ufefff\u2028g\r\nh\ti") == "abcdef\ng\nh i"


def test_empty_lines_and_runs_of_spaces_shrink():
    """A page of empty lines is one, and many spaces are one."""
    assert presentable("a\n\n\n\n\nb    c") == "a\n\nb c"


def test_long_text_ends_after_a_thousand_graphemes():
    """A family of four counts once and is never cut apart."""
    family = "👨‍👩‍👧‍👦"
    assert presentable(family * 1000) == family * 1000
    assert presentable(family * 1001) == family * 999 + "…"
    assert presentable("a" * 1_000_000) == "a" * 999 + "…"
    assert presentable("abcdef", longest=4) == "abc…"


@given(st.text(max_size=200))
def test_presenting_twice_changes_nothing(text):
    """Presentable text is presentable."""
    once = presentable(text)
    assert presentable(once) == once
    assert len(once) <= max(len(text), 1)
