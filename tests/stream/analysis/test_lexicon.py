"""English by rule: what comes before a rated word says how it is meant."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from stream.analysis.lexicon import DENSE, rate, table
from stream.analysis.text import Texts, classes

RATINGS = {"good": 1.9, "great": 3.1, "bad": -2.5, "love": 3.2, ":)": 2.0, "<3": 1.9, "❤": 2.5}


def rated(text: str, *, only_signs: bool = False) -> NDArray[np.float64]:
    """The numbers of one text."""
    texts, out = Texts([text]), np.full(DENSE, 9.0)
    rate(
        (texts.points, texts.capital), 0, texts.points.size - 1, classes(), table(RATINGS), only_signs,
        np.empty(texts.points.size + 8), out,
    )  # fmt: skip
    return out


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("good", "very good"),
        ("slightly good", "good"),
        ("good day", "GOOD day"),
        ("good", "good!!!"),
        ("not good", "good"),
        ("bad", "not bad"),
        ("isn’t good", "good"),
        ("not at all good", "no. good"),
        ("great but bad", "bad but great"),
        ("very bad", "bad"),
        ("no good", "good"),
        ("no", "table"),
        ("not good", "not :) good"),
    ],
)
def test_words_before_say_how_it_is_meant(less: str, more: str) -> None:
    """Negation turns within its part of a sentence; boosters, capitals, marks and "but" make stronger."""
    assert rated(less)[0] < rated(more)[0]


@pytest.mark.parametrize(
    "text", ["goooood", "loooove", "I #love it", "(good)", "so <3", "hi :)", "good/great", "'good'"]
)
def test_words_are_found_as_people_write_them(text: str) -> None:
    """Drawn out letters, tags, brackets and emoticons do not hide a rated word."""
    assert rated(text)[3] == 1.0
    assert rated(text)[0] > 0


@pytest.mark.parametrize("text", ["", " ", "@good hello", "https://good.example/bad/love", "goodness", "ok ok", "'"])
def test_nothing_rated_is_nothing(text: str) -> None:
    """People, addresses and longer words are no rated words; then all numbers are 0."""
    assert not rated(text).any()


def test_only_signs_passes_over_words() -> None:
    """In another language emoticons and emoji tell, and words do not."""
    assert not rated("bad love", only_signs=True).any()
    assert rated("bad ❤ :)", only_signs=True)[0] > 0.5
