"""The language of a text whose source says none. What a source says is trusted."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

LEAST: Final = 20
"""Letters below which nobody can tell."""
SURE: Final = 0.9
"""The probability from which a guess counts."""


@cache
def _identifier() -> Any:
    """py3langid's model, loaded when it is first needed: a second, then 22 µs a text."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def tell(text: str) -> str:
    """A two-letter code, or empty where the text is too short or says too little.

    >>> tell("Ich weiß nicht, was soll es bedeuten, dass ich so traurig bin")
    'de'
    >>> tell("ok")
    ''
    """
    words = " ".join(word for word in text.split() if word[0] not in "#@$" and "//" not in word)
    if sum(map(str.isalpha, words)) < LEAST:
        return ""
    code, probability = _identifier().classify(words)
    return str(code) if probability >= SURE else ""
