"""Whether a text asks something, in the languages that the rules know and in those that only marks tell of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.act.questions import _BEGINNINGS, asks

QUESTIONS = [
    ("Where is the stage?", "en"), ("where is the stage", "en"), ("@fest does anyone know when it starts", "en"),
    ("How much is a ticket", "en"), ("RT @someone: is there a bus back tonight", "en"), ("Great! But when do we eat?", "en"),
    ("Wo ist der Eingang", "de"), ("Gibt es noch Karten", "de"), ("Weiß jemand, wann es losgeht", "de-AT"),
    ("où est la scène ?", "fr"), ("Est-ce que c'est ouvert", "fr"), ("Alguien sabe cuándo empieza", "es"),
    ("¿Dónde está?", "es"), ("Dove si mangia", "it"), ("Alguém sabe onde fica", "pt"),
    ("Waar is de ingang", "nl"), ("Var är scenen", "sv"),
    ("Hvor er indgangen", "da"), ("Czy są jeszcze bilety", "pl"), ("Onko konsertti sisällä", "fi"), ("Missä lava on", "fi"),
    ("什么时候开始？", "zh"), ("متى تبدأ؟", "ar"), ("Πού είναι η σκηνή;", "el"), ("is there a bus", ""),
]  # fmt: skip

NOT = [
    ("What an evening!", "en"), ("How beautiful!", "en"), ("When I was young we danced", "en"), ("What?!", "en"), ("???", "en"),
    ("", "en"), ("read https://example.org/?a=b", "en"), ("The stage is there.", "en"), ("Who knows.", "en"),
    ("Was für ein Abend!", "de"), ("Wie schön!", "de"), ("nice; very nice", "en"), ("Kuka", "fi"), ("#where #when", "en"),
    ("Wo ist der Eingang", "en"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "lang"), QUESTIONS)
def test_questions(text: str, lang: str) -> None:
    """These ask something."""
    assert asks(text, lang)


@pytest.mark.parametrize(("text", "lang"), NOT)
def test_no_questions(text: str, lang: str) -> None:
    """These do not."""
    assert not asks(text, lang)


def test_every_language_has_a_question_here() -> None:
    """No language's rules go untested."""
    assert {lang.partition("-")[0] for _, lang in QUESTIONS} >= _BEGINNINGS.keys()


@given(st.text(max_size=300), st.sampled_from(["", "en", "de", "el", "xx"]))
def test_any_text(text: str, lang: str) -> None:
    """Whatever somebody writes is read, and a mark after a word always asks."""
    asks(text, lang)
    assert asks(text.replace("!", "") + " yes?", lang)
