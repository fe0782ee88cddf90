"""The language of a text whose source says none. What a source says is trusted."""

from __future__ import annotations

import tempfile
from functools import cache
from typing import Any, Final

import numpy as np
import stop_words  # type: ignore[import-untyped]
from numpy.typing import NDArray

LEAST: Final = 20
"""Letters below which nobody can tell."""
SURE: Final = 0.9
"""The probability from which a guess counts."""
_VOTERS: Final = ("en", "de", "fr", "es", "pt", "it", "nl", "fi", "sv", "da", "nb", "pl", "tr", "ru", "ar", "hi")
"""Languages of which ``likely`` knows the small words."""


@cache
def _identifier() -> Any:
    """py3langid's model, loaded when it is first needed: a second, then about a tenth of a millisecond a text.

    Few texts need it, and each reads a little: its two great tables (67 MB) lie in a file without a name, from which only what
    is read comes into memory.
    """
    from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
    from py3langid.modelio import load_model

    chances, priors, codes, moves, rows, output = load_model(MODEL_DIR / MODEL_FILE)
    moves = _in_a_file(np.frombuffer(moves, np.dtype(moves.typecode))).data
    return LanguageIdentifier(_in_a_file(chances), priors, codes, moves, output, norm_probs=True, tk_row=rows)


def _in_a_file(table: NDArray[Any]) -> NDArray[Any]:
    with tempfile.TemporaryFile() as file:
        table.tofile(file)
        return np.memmap(file, table.dtype, "r", shape=table.shape)


def warm() -> None:
    """Load the model now, so that the first text whose source says nothing need not wait for it."""
    _identifier()


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


@cache
def _small_words() -> dict[str, tuple[str, ...]]:
    """The languages in which a word is a small one, such as "the"."""
    found: dict[str, tuple[str, ...]] = {}
    for code in _VOTERS:
        for word in stop_words.get_stop_words(code):
            found[word] = (*found.get(word, ()), code)
    return found


def likely(text: str) -> str:
    """The language of a text that may be short, by its small words; plain letters without any are English, others ``und``.

    >>> likely("das ist nicht gut"), likely("not good"), likely("大きな橋")
    ('de', 'en', 'und')
    """
    votes = dict.fromkeys(_VOTERS, 0)
    for word in text.lower().split():
        for code in _small_words().get(word.strip(".,;:!?…\"'()«»“”¡¿"), ()):
            votes[code] += 1
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] else "en" if text.isascii() else "und"
