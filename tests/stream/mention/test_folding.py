"""One spelling for what is written in many."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stream.mention.terms import fold

texts = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("iIıİ\u0307\u0301\u0308\u0345\u200b\u200c\u200d\ufe0f-‑’ςΣΆΐάеЁёß ŉǰ\u3099カｶﾞé\u0327\u034f"),
    ),
    max_size=40,
)


@given(texts)
@example("α\u0328\u0301")
@example("е\u034f\u0308")
@example("ᾴ")
@example("i\u034f\u0307")
@example("ＩＮＦ\u200b\u200d❤")
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded text is its own fold."""
    assert fold(fold(text)) == fold(text)


@given(texts)
def test_decomposed_and_composed_are_one(text: str) -> None:
    """The normal form in which a keyboard writes does not matter."""
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Nd")), max_size=30))
def test_capitals_are_small(text: str) -> None:
    """Case in full makes no difference."""
    assert fold(text.upper()) == fold(text.lower().upper())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("STRASSE", "straße"),
        ("ΟΔΟΣ", "οδος"),
        ("ΑΘΗΝΑ", "Αθήνα"),
        ("ΜΑΪΟΥ", "Μαΐου"),
        ("İSTANBUL", "istanbul"),
        ("IŞIK", "ışık"),
        ("ＮＯＫＩＡ　１", "nokia 1"),
        ("ﾎﾟｹﾓﾝ", "ポケモン"),
        ("𝓝𝓸𝓴𝓲𝓪", "nokia"),
        ("oﬃce", "office"),
        ("cafe\u0301", "café"),
        ("rock ’n’ roll", "ROCK 'N' ROLL"),
        ("don`t", "don´t"),
        ("covid‑19", "covid-19"),
        ("hand\u00adball", "handball"),
        ("مُحَمَّد", "محمد"),
        ("علي", "علی"),
        ("ещё", "еще"),
        ("👍🏽", "👍"),
        ("❤️", "❤"),
        ("می\u200cخواهم", "میخواهم"),
        ("a\n\t b", "a b"),
        ("ซื้อ\u200bบ้าน", "ซื้อบ้าน"),
        ("new\u200byork", "new york"),
    ],
)
def test_what_is_one_to_a_reader_is_one(one: str, other: str) -> None:
    """Keyboards, fonts and the moment make no other word."""
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("café", "cafe"),
        ("Nokia²", "Nokia2"),
        ("Nokia™", "Nokiatm"),
        ("ガ", "カ"),
        ("й", "и"),
        ("👨‍👩‍👧", "👨👩👧"),
        ("น้ำ", "นำ"),
    ],
)
def test_another_word_stays_another(one: str, other: str) -> None:
    """Accents of a language, signs and joined pictures make a difference."""
    assert fold(one) != fold(other)
