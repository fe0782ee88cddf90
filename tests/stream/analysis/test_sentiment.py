"""Sentiment: a few plain sentences, and what nobody can tell."""

from __future__ import annotations

import pytest

from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.sentiment import NEUTRAL, moods, score

GOOD = (
    ("en", "What a wonderful evening, thank you all so much!"),
    ("en", "I love this, it is great 😍"),
    ("de", "Das ist wunderbar, vielen Dank!"),
    ("fr", "Merci beaucoup, c'est magnifique !"),
    ("es", "Muchas gracias, me encanta, es maravilloso"),
    ("pt", "Adoro isso, muito obrigado, que lindo"),
    ("it", "Bellissimo, grazie mille a tutti!"),
    ("fi", "Kiitos, tämä on ihanaa!"),
)
BAD = (
    ("en", "This is terrible, I hate it and I am so angry"),
    ("en", "Worst day ever 😡"),
    ("de", "Das ist schrecklich, ich hasse es"),
    ("fr", "C'est horrible, je déteste ça"),
    ("es", "Qué horror, lo odio, es terrible"),
    ("pt", "Que horror, odeio isso, é péssimo"),
    ("it", "Che schifo, lo odio, è terribile"),
    ("fi", "Tämä on kamalaa, vihaan sitä"),
)


@pytest.mark.parametrize(("lang", "text"), GOOD)
def test_good_is_good(lang: str, text: str) -> None:
    """A happy sentence is beyond neutral on the good side."""
    assert score(text, lang) > NEUTRAL


@pytest.mark.parametrize(("lang", "text"), BAD)
def test_bad_is_bad(lang: str, text: str) -> None:
    """An unhappy sentence is beyond neutral on the bad side."""
    assert score(text, lang) < -NEUTRAL


@pytest.mark.parametrize(
    ("text", "lang"),
    [("", ""), ("https://example.org/a/b", "en"), ("2026 12:30", "en"), ("大きな橋", "ja"), ("Dzień dobry", "pl")],
)
def test_unknown_is_unknown(text: str, lang: str) -> None:
    """Nothing to read, or a language that the model never learned, is unknown, and not neutral."""
    assert moods([text], [lang]).tolist() == [UNKNOWN_MOOD]
    assert score(text, lang) == 0.0


def test_emoji_tell_in_any_language() -> None:
    """A heart is good and an angry face bad whatever the words around it say."""
    assert score("素晴らしい ❤️😍", "ja") > score("最悪 😡😡", "ja")


def test_a_batch_says_what_each_says_alone() -> None:
    """Texts do not touch each other, whatever is in them."""
    texts = [text for _, text in GOOD + BAD] + ["a\0b", "", "\ud800 lone", "x" * 5000]
    langs = [lang for lang, _ in GOOD + BAD] + ["", "", "", ""]
    assert moods(texts, langs).tolist() == [int(moods([t], [l])[0]) for t, l in zip(texts, langs, strict=True)]
