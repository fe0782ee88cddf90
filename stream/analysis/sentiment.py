"""The mood of a text: a small linear model over hashed characters and words, trained by ``stream.analysis.train``.

It was trained on the languages in ``LANGUAGES``; in any other only emoji tell, and a text that says nothing to the model is
unknown. See ``docs/sentiment.md`` for where its training texts come from and what it reaches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.ngrams import ROOM, features, normalise
from stream.analysis.text import LIMIT, Texts, classes

LANGUAGES: Final = frozenset(
    ("en", "de", "fr", "es", "pt", "it", "fi", "sv", "da", "no", "nb", "nn", "ar", "ru", "hi", "und")
)
NEUTRAL: Final = 0.05
"""A score within ± this is neutral: the model's own thresholds lie there."""


class Model(NamedTuple):
    """``weights`` int8 (2, 2 ** BITS) for good and for bad against neutral, times ``scale``; ``bias`` (2,).

    ``low`` and ``high`` bound the neutral zone of P(good) − P(bad).
    """

    weights: NDArray[np.int8]
    scale: NDArray[np.float64]
    bias: NDArray[np.float64]
    low: float
    high: float


@cache
def model() -> Model:
    """The model in the package."""
    with resources.files("stream.analysis").joinpath("sentiment.npz").open("rb") as file:
        return load(np.load(file))


def load(arrays: np.lib.npyio.NpzFile) -> Model:
    """The model that ``stream.analysis.train`` wrote."""
    low, high = arrays["zone"].tolist()
    return Model(arrays["weights"], arrays["scale"], arrays["bias"], low, high)


def moods(texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.int16]:
    """The mood of each text in 1/10,000, ``UNKNOWN_MOOD`` where it cannot be told."""
    return read(Texts(texts), langs)


def read(texts: Texts, langs: Sequence[str]) -> NDArray[np.int16]:
    """``moods`` of texts that are read already."""
    return scores(texts, np.fromiter((_primary(lang) in LANGUAGES for lang in langs), np.bool_, len(langs)), model())


def scores(texts: Texts, spoken: NDArray[np.bool_], known: Model) -> NDArray[np.int16]:
    """``moods`` of texts already read; ``spoken`` says which are in a language of the model."""
    out = np.full(texts.starts.size - 1, UNKNOWN_MOOD, np.int16)
    _scores((texts.points, texts.starts, classes()), spoken, known, out)
    return out


def score(text: str, lang: str = "") -> float:
    """The mood of one text, −1 (bad) … 1 (good); 0.0 also where it cannot be told.

    >>> score("What a wonderful evening, thank you all!") > NEUTRAL
    True
    >>> score("")
    0.0
    """
    mood = int(moods([text], [lang])[0])
    return 0.0 if mood == UNKNOWN_MOOD else mood / 10_000


def _primary(lang: str) -> str:
    return lang.replace("_", "-").partition("-")[0].lower() or "und"


@njit(cache=True, nogil=True)
def _scores(texts, spoken, known, out):  # type: ignore[no-untyped-def]
    points, starts, kinds = texts
    weights, scale, bias, low, high = known
    text = np.empty(LIMIT * 3 + 8, np.uint32)
    found = np.empty(ROOM * 3, np.int64)
    for i in range(starts.size - 1):
        size, letters, emoji = normalise(points, starts[i], starts[i + 1] - 1, kinds, text)
        if letters < 2 and emoji == 0:
            continue
        only_emoji = not spoken[i] or letters < 2
        if only_emoji and emoji == 0:
            continue
        words, count = features(text, size, kinds, found, only_emoji)
        if count == 0:
            continue
        good, bad = 0.0, 0.0
        for first, last in ((0, words), (words, count)):
            g, b = 0, 0
            for k in range(first, last):
                g += weights[0, found[k]]
                b += weights[1, found[k]]
            norm = math.sqrt(max(last - first, 1))
            good += g / norm
            bad += b / norm
        likely = math.exp(min(good * scale[0] + bias[0], 30.0))
        unlikely = math.exp(min(bad * scale[1] + bias[1], 30.0))
        mood = (likely - unlikely) / (1.0 + likely + unlikely)
        if mood > high:
            mood = 0.05 + 0.95 * (mood - high) / (1.0 - high)
        elif mood < low:
            mood = -0.05 - 0.95 * (low - mood) / (1.0 + low)
        elif mood >= 0:
            mood = 0.05 * mood / high if high > 0 else 0.0
        else:
            mood = -0.05 * mood / low if low < 0 else 0.0
        out[i] = np.int16(round(mood * 10000))
