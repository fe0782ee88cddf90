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


@pytest.mark.parametrize(
    ("lang", "good", "negation"),
    [
        ("en", "good", "not"),
        ("de", "gut", "nicht"),
        ("fr", "bon", "pas"),
        ("es", "bueno", "no es"),
        ("pt", "bom", "não é"),
        ("it", "bello", "non è"),
        ("fi", "hyvä", "ei"),
        ("sv", "bra", "inte"),
        ("no", "bra", "ikke"),
    ],
)
def test_a_negation_turns_what_follows(lang: str, good: str, negation: str) -> None:
    """A good word is bad after a negation of its own language."""
    assert score(good, lang) > NEUTRAL
    assert score(f"{negation} {good}", lang) < -NEUTRAL


def test_english_is_stronger_by_the_words_before_by_capitals_and_by_marks() -> None:
    """A booster, capitals and exclamation marks each make a good word better."""
    plain = score("a good day", "en")
    assert all(score(text, "en") > plain for text in ("a really good day", "a GOOD day", "a good day!!!"))


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("en", "The train leaves at noon from platform 4"),
        ("en", "The table is brown"),
        ("de", "Der Zug fährt um 10 Uhr"),
        ("fi", "Juna lähtee kello 10"),
    ],
)
def test_a_plain_fact_is_neutral(lang: str, text: str) -> None:
    """A sentence that says how things are is neither good nor bad."""
    assert abs(score(text, lang)) <= NEUTRAL


def test_a_short_text_without_a_language_is_told_by_its_small_words() -> None:
    """ "not good" is read as English, "das ist nicht gut" as German; a word of another language is no English one."""
    assert score("not good") == score("not good", "en")
    assert score("das ist nicht gut") == score("das ist nicht gut", "de")
    assert score("die war bad", "nl") == 0.0


def test_emoji_tell_in_any_language() -> None:
    """A heart is good and an angry face bad whatever the words around it say."""
    assert score("素晴らしい ❤️😍", "ja") > score("最悪 😡😡", "ja")


def test_a_batch_says_what_each_says_alone() -> None:
    """Texts do not touch each other, whatever is in them."""
    texts = [text for _, text in GOOD + BAD] + ["a\0b", "", "\ud800 lone", "x" * 5000]
    langs = [lang for lang, _ in GOOD + BAD] + ["", "", "", ""]
    assert moods(texts, langs).tolist() == [int(moods([t], [l])[0]) for t, l in zip(texts, langs, strict=True)]
