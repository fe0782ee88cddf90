"""Plain words out of HTML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.markup import plain, read

PIECES = st.sampled_from(
    ["<", ">", "<a ", "</", "<!--", "-->", "<!", "<?", "&", "&amp;", "&#", "'", '"', "<p>", "<br>", "<pre>", "</pre>"]
) | st.sampled_from(["<script>", "</script", "href=", "=", "/", " ", "\n", "word", "Ä", "<![CDATA[", "]]>", "<svg/>"])


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("no markup at all", "no markup at all"),
        ("  spaces \n\t and\xa0lines ", "spaces and lines"),
        ("Fish &amp; chips &#x2F; &eacute;&#8217;", "Fish & chips / é’"),
        ("<p>one</p><p>two<br/>three</p>", "one\n\ntwo\nthree"),
        ("<ul><li>a</li><li>b</li></ul>c", "a\n\nb\n\nc"),
        ("5 < 6 and 7 > 2 <3", "5 < 6 and 7 > 2 <3"),
        ("a<script>if (1 < 2) x('</p>')</script>b<STYLE>p{}</sTyLe>c", "abc"),
        ("a<!-- <b>unseen</b> -->b<!-->c<?php x ?>d<!DOCTYPE html>e", "abcde"),
        ("""a <img alt='1 > 0' title="x>y">b""", "a b"),
        ("<b title='>bold</b> end", "bold end"),
        ("cut <a href='x", "cut"),
        ("cut <!-- never closed", "cut"),
        ("cut <script> for ever", "cut"),
        ("<pre><code>one\n  two</code></pre>", "one\ntwo"),
        ("<table><tr><td>1</td><td>2</td></tr></table>", "1 2"),
        ("<o:p>word</o:p><svg/>x", "wordx"),
        ("", ""),
    ],
)
def test_what_a_reader_sees(source: str, text: str) -> None:
    """Tags go, entities become characters, paragraphs and lines stay apart, scripts and comments are not said."""
    assert plain(source) == text


def test_an_address_cut_for_the_eye_is_whole() -> None:
    """What a page hides of a link by its style is part of the text."""
    link = (
        '<a href="https://a.example/x?b=1&amp;c=2"><span class="invisible">https://</span><span>a.example/x</span></a>'
    )
    assert read(f"see {link}") == ("see https://a.example/x", ("https://a.example/x?b=1&c=2",))


def test_links_in_all_ways_to_write_them() -> None:
    """Addresses stand in double quotes, single ones or none; a link without one is none."""
    source = """<A HREF='b'>1</A><a class=x href=c>2</a><a name="href=no">3</a><a href="">4</a><link href="d">"""
    assert read(source).links == ("b", "c")


@given(st.lists(PIECES, max_size=60).map("".join))
def test_nothing_breaks_it(source: str) -> None:
    """Whatever comes is read, and what is said is tidy."""
    text = plain(source)
    assert text == text.strip()
    assert "\n\n\n" not in text


@pytest.mark.parametrize(
    "piece",
    ["<", "<a ", "<!--", "<a b='", '<a "', "<a '\">", "</a ", "<!", "<script", "&#", "<svg></s", "<p> \n", "<b> "],
)
def test_what_is_never_closed_takes_no_longer_than_its_length(piece: str) -> None:
    """A third of a megabyte of openings is read at once: the test hangs where reading is quadratic."""
    plain(piece * (300_000 // len(piece)))
