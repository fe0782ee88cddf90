"""Train the model of the mood: ``python -m stream.analysis.train LABELLED RATED WORDS EMOJI OUT``.

``LABELLED`` is a folder of ``<collection>_<language>.tsv.gz``, a label (0 bad, 1 neutral, 2 good) and a text in each line;
``RATED`` a file of id, mean rating (−4 … 4) and English text; ``WORDS`` and ``EMOJI`` are VADER's lexicon and its names of
emoji. The same files give the same model.
"""

from __future__ import annotations

import argparse
import gzip
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis import negation, ridge
from stream.analysis.lexicon import DENSE, Table, rate, table
from stream.analysis.ngrams import BITS, ROOM, features, normalise
from stream.analysis.sentiment import ENGLISH, LANGUAGES, PARTS, RULED, UNTOLD, Model, parts
from stream.analysis.text import LIMIT, Texts, classes

PENALTY: Final = 8.0
STRENGTH: Final = 3.0
"""The numbers of the rules are made larger while the model learns, so that the penalty hardly holds them."""
FOLDS: Final = 4
IMPORTANCE: Final = (("xlmt_", 6.0), ("xed_finnish", 2.0), ("xed_", 0.3))
"""By the beginning of a file's name: posts say more of posts than subtitles do."""
FEW: Final = 5
"""A label with so few texts in a file is no label of it."""
SLACK: Final = 0.1
"""Share that is neutral in a language whose training texts are all good or bad."""
NEARLY: Final = 0.02
"""Bounds of the neutral zone whose three recalls sum up to so little less than the best are as good."""
NAMES: Final = {
    "arabic": "ar", "english": "en", "finnish": "fi", "french": "fr", "german": "de", "hindi": "hi", "italian": "it",
    "portuguese": "pt", "spanish": "es",
}  # fmt: skip

_BASE: Final = 1 << BITS
_RULES: Final = _BASE + len(LANGUAGES)
_WIDTH: Final = _RULES + DENSE
_EXTRA: Final = 1 + DENSE


class Examples(NamedTuple):
    """Texts with labels 0 … 2, weights, places of their languages, and whether their file has neutral texts."""

    texts: list[str]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    places: NDArray[np.int64]
    neutral: NDArray[np.bool_]


def read(folder: Path) -> Examples:
    """All examples; the labels of a file weigh alike."""
    texts: list[str] = []
    columns: list[tuple[int, float, int, bool]] = []
    for path in sorted(folder.glob("*.tsv.gz")):
        importance = next((weight for begin, weight in IMPORTANCE if path.name.startswith(begin)), 1.0)
        name = path.name.removesuffix(".tsv.gz").rpartition("_")[2]
        place = LANGUAGES.index(NAMES.get(name, name))
        with gzip.open(path, "rt", encoding="utf-8") as file:
            lines = [(int(label), text.strip()) for label, _, text in (line.partition("\t") for line in file)]
        sizes = np.bincount([label for label, _ in lines], minlength=3)
        present = np.count_nonzero(sizes > FEW)
        for label, text in lines:
            if sizes[label] > FEW:
                texts.append(text)
                weight = importance * len(lines) / (present * sizes[label])
                columns.append((label, weight, place, bool(sizes[1] > FEW)))
    labels, weights, places, neutral = (np.array(column) for column in zip(*columns, strict=True))
    return Examples(texts, labels, weights, places, neutral)


def ratings(words: Path, emoji: Path) -> dict[str, float]:
    """Rated words and signs; an emoji is rated by the words of its name."""
    found = {}
    for line in words.read_text(encoding="utf-8").splitlines():
        word, rating, *_ = line.split("\t")
        found[word.lower()] = float(rating)
    signs = {}
    for line in emoji.read_text(encoding="utf-8").splitlines():
        sign, _, name = line.replace("\ufe0f", "").partition("\t")
        if len(sign) == 1:
            signs[sign] = sum(found.get(word, 0.0) for word in name.replace("-", " ").split())
    return found | {sign: min(max(rating, -4.0), 4.0) for sign, rating in signs.items() if rating}


def rated(path: Path) -> tuple[list[str], NDArray[np.float64]]:
    """English texts and the mean of their ratings, −4 … 4."""
    lines = [line.split("\t") for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    return [text for _, _, text in lines], np.array([float(rating) for _, rating, _ in lines])


def train(examples: Examples, texts: list[str], wanted: NDArray[np.float64], entries: Table) -> Model:
    """The model; what is placed by hand or fitted to what it says itself uses texts that it was not trained on."""
    rows = _rows(examples, entries)
    everything = np.arange(len(examples.texts))
    known = _model(_fit(rows, examples, everything), entries)
    english = np.full(len(texts), ENGLISH)
    known = known._replace(rating=rating(parts(Texts(texts), english, known), wanted))
    unseen = _unseen(rows, examples)
    slack = np.zeros(len(LANGUAGES))
    for place in set(examples.places.tolist()) - set(examples.places[examples.neutral].tolist()):
        good, bad = unseen[examples.places == place].T
        slack[place] = np.quantile(np.maximum(good, bad) - (1.0 - good - bad), SLACK)
    mine = (examples.places == ENGLISH) & (examples.weights >= 1.0)
    dense = rows.values[_tail(rows)][mine, 1:] / STRENGTH
    guess = guessed(np.hstack([unseen[mine], dense]), known.rating)
    return known._replace(slack=slack, zone=zone(guess, examples.labels[mine]))


def rating(known: NDArray[np.float64], wanted: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coefficients (1 + PARTS,) that make a rating of the ``parts`` of English texts."""
    some = ~np.isnan(known[:, 0])
    one = np.ones((np.count_nonzero(some), 1))
    return np.asarray(np.linalg.lstsq(np.hstack([one, known[some]]), wanted[some], rcond=None)[0], np.float64)


def guessed(known: NDArray[np.float64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rating of English texts by their ``parts``, less where a text may be neutral."""
    sure = np.sqrt(np.clip(known[:, 0] + known[:, 1], 0.05, 1.0))
    return np.asarray((coefficients[0] + known @ coefficients[1:]) * sure, np.float64)


def zone(guess: NDArray[np.float64], labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """The ratings between which a text is neutral: the middle of those with nearly the greatest mean recall of the labels."""
    lows, highs = np.linspace(-1.0, -0.05, 39), np.linspace(0.05, 1.5, 59)
    bad = np.array([np.mean(guess[labels == 0] < low) for low in lows])[:, None]
    good = np.array([np.mean(guess[labels == 2] > high) for high in highs])[None, :]
    neutral = guess[labels == 1]
    none = np.array([[np.mean((neutral >= low) & (neutral <= high)) for high in highs] for low in lows])
    total = bad + good + none
    low, high = np.nonzero(total >= total.max() - NEARLY)
    return np.array([lows[low].mean(), highs[high].mean()])


def _tail(rows: ridge.Rows) -> NDArray[np.int64]:
    """Where the values of the language and of the rules stand (rows, _EXTRA)."""
    return rows.starts[1:, None] - _EXTRA + np.arange(_EXTRA)


def _rows(examples: Examples, entries: Table) -> ridge.Rows:
    texts = Texts(examples.texts)
    source = (texts.points, texts.starts, texts.capital, classes(), negation.table(LANGUAGES))
    starts, words, found, dense = _features(source, examples.places, entries)
    sizes = np.diff(starts)
    within = np.arange(found.size) - np.repeat(starts[:-1], sizes)
    first = np.repeat(words, sizes)
    share = np.sqrt(np.where(within < first, first, np.repeat(sizes, sizes) - first))
    wide = starts + np.arange(starts.size) * _EXTRA
    rows = ridge.Rows(wide, np.empty(wide[-1], np.int64), np.empty(wide[-1]))
    at = np.arange(found.size) + np.repeat(np.arange(sizes.size) * _EXTRA, sizes)
    rows.columns[at], rows.values[at] = np.where(found < 0, ~found, found), np.where(found < 0, -1.0, 1.0) / share
    tail = _tail(rows)
    rows.columns[tail] = np.hstack(
        [_BASE + examples.places[:, None], np.tile(_RULES + np.arange(DENSE), (sizes.size, 1))]
    )
    rows.values[tail] = np.hstack([np.ones((sizes.size, 1)), dense * STRENGTH])
    return rows


@njit(cache=True)
def _features(texts, places, entries):  # type: ignore[no-untyped-def]
    """Of each text: where its features start, how many are words; all the features; its numbers by the rules."""
    points, begins, capital, kinds, negations = texts
    turned = np.empty(LIMIT + 8, np.bool_)
    text, row, scratch = np.empty(LIMIT + 8, np.uint32), np.empty(ROOM, np.int64), np.empty(LIMIT + 8)
    starts, words = np.zeros(places.size + 1, np.int64), np.zeros(places.size, np.int64)
    dense = np.zeros((places.size, DENSE))
    found = np.empty(points.size * 7 + 64, np.int64)
    for i in range(places.size):
        size, _, _ = normalise(points, begins[i], begins[i + 1] - 1, kinds, text)
        words[i], count = features(text, size, kinds, negations, np.uint64(1 << places[i]), turned, row, False)
        rate((points, capital), begins[i], begins[i + 1] - 1, kinds, entries, places[i] >= RULED, scratch, dense[i])
        found[starts[i] : starts[i] + count] = row[:count]
        starts[i + 1] = starts[i] + count
    return starts, words, found[: starts[-1]].copy(), dense


def _sides(rows: ridge.Rows) -> tuple[ridge.Rows, ridge.Rows]:
    """Rows for the sum of good and bad, and for their difference, to which what is turned counts below 0."""
    return rows._replace(values=np.where(rows.columns < _BASE, np.abs(rows.values), rows.values)), rows


def _fit(rows: ridge.Rows, examples: Examples, chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """Coefficients (_WIDTH, 2) of the sum of good and bad and of their difference."""
    good, bad = (examples.labels == 2).astype(float), (examples.labels == 0).astype(float)
    learned = [
        ridge.fit(side, wanted[:, None], examples.weights, chosen, width=_WIDTH, penalty=PENALTY)
        for side, wanted in zip(_sides(rows), (good + bad, good - bad), strict=True)
    ]
    return np.hstack(learned)


def _unseen(rows: ridge.Rows, examples: Examples) -> NDArray[np.float64]:
    """How good and how bad each text is, by a model that was trained on others."""
    fold = np.random.Generator(np.random.PCG64(ridge.SEED)).integers(0, FOLDS, len(examples.texts))
    found = np.zeros((fold.size, 2))
    for k in range(FOLDS):
        learned, rest = _fit(rows, examples, np.flatnonzero(fold != k)), np.flatnonzero(fold == k)
        found[rest] = _apart(
            np.hstack([ridge.predict(side, learned[:, [o]], rest) for o, side in enumerate(_sides(rows))])
        )
    return found


def _apart(sides: NDArray[np.float64]) -> NDArray[np.float64]:
    """Good and bad from their sum and their difference."""
    return np.stack([sides[:, 0] + sides[:, 1], sides[:, 0] - sides[:, 1]], axis=1) / 2.0


def _model(learned: NDArray[np.float64], entries: Table) -> Model:
    learned = _apart(learned)
    weights = learned[:_BASE]
    scale = np.quantile(np.abs(weights[weights.any(axis=1)]), 0.9998, axis=0) / 127
    base = learned[_BASE:_RULES].copy()
    base[UNTOLD] = base[:UNTOLD].mean(axis=0)
    return Model(
        weights=np.clip(np.round(weights / scale), -127, 127).astype(np.int8),
        scale=scale,
        ruled=learned[_RULES:] * STRENGTH,
        base=base,
        slack=np.zeros(len(LANGUAGES)),
        rating=np.zeros(1 + PARTS),
        zone=np.array([-0.05, 0.05]),
        entries=entries,
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m stream.analysis.train", description="Train the model of the mood.")
    for name in ("labelled", "rated", "words", "emoji", "out"):
        parser.add_argument(name, type=Path)
    given = parser.parse_args()
    examples = read(given.labelled)
    known = train(examples, *rated(given.rated), table(ratings(given.words, given.emoji)))
    learned = {name: value for name, value in known._asdict().items() if name != "entries"}
    np.savez_compressed(given.out, **learned, **known.entries._asdict())
    low, high = known.zone
    print(f"{given.out}: {len(examples.texts)} texts, {given.out.stat().st_size} bytes, neutral {low:.2f} … {high:.2f}")


if __name__ == "__main__":
    main()
