"""The mood of a text: a linear model over hashed characters and words, with rules for English, emoticons and emoji.

``stream.analysis.train`` makes the model. It knows the languages in ``LANGUAGES``; in any other only emoticons and emoji tell.
A text that says nothing to the model is unknown. See ``docs/sentiment.md`` for its training texts and what it reaches.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import negation
from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.language import likely
from stream.analysis.lexicon import DENSE, Table, rate
from stream.analysis.ngrams import ROOM, features, normalise
from stream.analysis.text import LIMIT, Texts, classes

LANGUAGES: Final = ("en", "hi", "ar", "da", "de", "es", "fi", "fr", "it", "no", "pt", "ru", "sv", "und")
"""Those of the model. The first ``RULED`` are read by the rules of ``lexicon`` too: Hindi as it is posted is half English."""
RULED: Final = 2
ENGLISH: Final = 0
UNTOLD: Final = len(LANGUAGES) - 1
UNSPOKEN: Final = -1
"""The place of a language that the model does not know."""
NEUTRAL: Final = 0.05
"""A score within ± this is neutral."""
PARTS: Final = 2 + DENSE
"""What is known of a text before it is judged: how good, how bad (about 0 … 1), then the numbers of ``lexicon.rate``."""
_SAME: Final = {"nb": "no", "nn": "no", "": "und"}


class Model(NamedTuple):
    """What was learned.

    ``weights`` int8 (2 ** BITS, 2) say how good and how bad a feature is, times ``scale`` (2,); ``ruled`` (DENSE, 2) say it of
    the numbers of ``lexicon.rate``, ``base`` (languages, 2) of a language. ``slack`` (languages,) makes neutral likelier.
    ``rating`` (1 + PARTS,) are the coefficients of an English text's rating, −4 … 4, neutral in ``zone`` (2,).
    """

    weights: NDArray[np.int8]
    scale: NDArray[np.float64]
    ruled: NDArray[np.float64]
    base: NDArray[np.float64]
    slack: NDArray[np.float64]
    rating: NDArray[np.float64]
    zone: NDArray[np.float64]
    entries: Table


@cache
def model() -> Model:
    """The model in the package."""
    with resources.as_file(resources.files("stream.analysis").joinpath("sentiment.npz")) as path:
        return load(path)


def load(path: Path) -> Model:
    """The model that ``stream.analysis.train`` wrote."""
    with np.load(path) as arrays:
        learned = {name: arrays[name] for name in Model._fields if name != "entries"}
        return Model(**learned, entries=Table(*(arrays[name] for name in Table._fields)))


def moods(texts: Sequence[str], langs: Sequence[str]) -> NDArray[np.int16]:
    """The mood of each text in 1/10,000, ``UNKNOWN_MOOD`` where it cannot be told."""
    return read(Texts(texts), langs)


def read(texts: Texts, langs: Sequence[str]) -> NDArray[np.int16]:
    """``moods`` of texts that are read already."""
    places = np.fromiter(map(place, langs), np.int64, len(langs))
    for i in np.flatnonzero(places == UNTOLD).tolist():
        places[i] = place(likely(texts.lower(i)))
    out = np.full(len(langs), UNKNOWN_MOOD, np.int16)
    _judge_all(_read(texts), places, model(), out)
    return out


def parts(texts: Texts, places: NDArray[np.int64], known: Model) -> NDArray[np.float64]:
    """What is known of each text before it is judged (n, PARTS); NaN where nothing is."""
    out = np.full((places.size, PARTS), np.nan)
    _weigh_all(_read(texts), places, known, out)
    return out


def judge(known: NDArray[np.float64], places: NDArray[np.int64], by: Model) -> NDArray[np.float64]:
    """The moods (n,), −1 … 1, of texts of which the ``parts`` are known; 0 where nothing is."""
    out = np.zeros(places.size)
    for i in np.flatnonzero(~np.isnan(known[:, 0])).tolist():
        out[i] = _judge(known[i], places[i], by)
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


def place(lang: str) -> int:
    """Where a language stands in ``LANGUAGES``, ``UNSPOKEN`` for others.

    >>> LANGUAGES[place("pt-BR")]
    'pt'
    """
    known = _PLACES.get(lang)
    if known is None:
        primary = lang.replace("_", "-").partition("-")[0].lower()
        known = _PLACES.get(_SAME.get(primary, primary), UNSPOKEN)
    return known


_PLACES: Final = {lang: place for place, lang in enumerate(LANGUAGES)}


def _read(texts: Texts) -> tuple[NDArray[Any] | tuple[NDArray[Any], NDArray[Any]], ...]:
    return texts.points, texts.starts, texts.capital, classes(), negation.table(LANGUAGES)


@njit(cache=True, nogil=True)
def _weigh(texts, i, spoken, known, rooms, out):  # type: ignore[no-untyped-def]
    """Write the parts of text i into ``out``; whether there is anything to judge."""
    points, starts, capital, kinds, negations = texts
    text, found, scratch, turned = rooms
    start, end = starts[i], starts[i + 1] - 1
    size, letters, emoji = normalise(points, start, end, kinds, text)
    foreign = spoken == UNSPOKEN
    if letters < 2 and emoji == 0 and size < 4:
        return False
    dense = out[2:]
    rate((points, capital), start, end, kinds, known.entries, foreign or spoken >= RULED, scratch, dense)
    if (foreign or letters < 2) and emoji == 0 and dense[3] == 0.0:
        return False
    bit = np.uint64(0 if foreign else 1 << spoken)
    words, count = features(text, size, kinds, negations, bit, turned, found, foreign)
    out[0] = out[1] = 0.0
    for first, last in ((0, words), (words, count)):
        good, bad = 0, 0
        for k in range(first, last):
            if found[k] >= 0:
                good += known.weights[found[k], 0]
                bad += known.weights[found[k], 1]
            else:
                good += known.weights[~found[k], 1]
                bad += known.weights[~found[k], 0]
        norm = math.sqrt(max(last - first, 1))
        out[0] += good * known.scale[0] / norm
        out[1] += bad * known.scale[1] / norm
    for c in range(2):
        out[c] += known.base[spoken, c]
        for k in range(DENSE):
            out[c] += dense[k] * known.ruled[k, c]
    return True


@njit(cache=True, nogil=True)
def _judge(part, spoken, known):  # type: ignore[no-untyped-def]
    """A mood, −1 … 1, from the parts of a text.

    English: the rating that people would give, less where the text may be neutral. Other languages: how much likelier the
    better of good and bad is than the next likely of good, bad and neutral.
    """
    good, bad = part[0], part[1]
    if spoken in (ENGLISH, UNSPOKEN):
        rating = known.rating[0]
        for k in range(PARTS):
            rating += part[k] * known.rating[1 + k]
        rating *= math.sqrt(min(max(good + bad, 0.05), 1.0))
        low, high = known.zone[0], known.zone[1]
        if low <= rating <= high:
            return NEUTRAL * (rating / high if rating > 0.0 else -rating / low)
        beyond = (rating - high) / (4.0 - high) if rating > 0.0 else (low - rating) / (4.0 + low)
        mood = NEUTRAL + (1.0 - NEUTRAL) * min(beyond, 1.0) ** 0.7
        return mood if rating > 0.0 else -mood
    neutral = 1.0 - good - bad + known.slack[spoken]
    better, worse = max(good, bad), min(good, bad)
    if neutral >= better:
        mood = NEUTRAL * (better - worse) / max(neutral - worse, 1e-9)
    else:
        mood = NEUTRAL + (1.0 - NEUTRAL) * math.tanh(better - max(neutral, worse))
    return mood if good >= bad else -mood


@njit(cache=True, nogil=True)
def _rooms():  # type: ignore[no-untyped-def]
    return np.empty(LIMIT + 8, np.uint32), np.empty(ROOM, np.int64), np.empty(LIMIT + 8), np.empty(LIMIT + 8, np.bool_)


@njit(cache=True, nogil=True)
def _judge_all(texts, places, known, out):  # type: ignore[no-untyped-def]
    rooms, part = _rooms(), np.empty(PARTS)
    for i in range(places.size):
        if _weigh(texts, i, places[i], known, rooms, part):
            out[i] = np.int16(round(_judge(part, places[i], known) * 10000))


@njit(cache=True, nogil=True)
def _weigh_all(texts, places, known, out):  # type: ignore[no-untyped-def]
    rooms, part = _rooms(), np.empty(PARTS)
    for i in range(places.size):
        if _weigh(texts, i, places[i], known, rooms, part):
            out[i] = part
