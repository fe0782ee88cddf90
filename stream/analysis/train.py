"""Train the sentiment model: ``python -m stream.analysis.train DATA_FOLDER OUT.npz [LEXICON]``.

``DATA_FOLDER`` holds ``*.tsv.gz`` files of a label (0 bad, 1 neutral, 2 good) and a text in each line; ``LEXICON`` is a file of
words and ratings between −4 and 4, tab separated (VADER's). The same files give the same model.
"""

from __future__ import annotations

import gzip
import sys
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from stream.analysis.ngrams import BITS, ROOM, features, normalise
from stream.analysis.sentiment import Model, scores
from stream.analysis.text import LIMIT, Texts, classes

SEED: Final = 2026
EPOCHS: Final = 12
RATE: Final = 0.1
DECAY: Final = 2e-5
FOLD: Final = 8
"""One text in so many is kept from a first training, to place the neutral zone."""
IMPORTANCE: Final = (("xlmt_", 6.0), ("xed_finnish", 2.0), ("xed_", 0.3))
"""By the beginning of a file's name: posts say more of posts than subtitles do."""


class Examples(NamedTuple):
    """Texts with labels 0 … 2 and weights."""

    texts: list[str]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


def read(folder: Path, lexicon: Path | None = None) -> Examples:
    """All examples; the classes of each file weigh alike, and large files a little less by the text."""
    texts: list[str] = []
    labels: list[int] = []
    weights: list[float] = []
    for path in sorted(folder.glob("*.tsv.gz")):
        importance = next((weight for begin, weight in IMPORTANCE if path.name.startswith(begin)), 1.0)
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows = [(int(label), text.strip()) for label, _, text in (line.partition("\t") for line in file)]
        sizes = np.bincount([label for label, _ in rows], minlength=3)
        present = np.count_nonzero(sizes > 5)
        for label, text in rows:
            if sizes[label] > 5:
                texts.append(text)
                labels.append(label)
                weights.append(importance * len(rows) / (present * sizes[label]))
    if lexicon is not None:
        for line in lexicon.read_text(encoding="utf-8").splitlines():
            word, rating, *_ = line.split("\t")
            texts.append(word)
            labels.append(2 if float(rating) > 0 else 0)
            weights.append(abs(float(rating)))
    return Examples(texts, np.array(labels), np.array(weights))


def train(examples: Examples) -> Model:
    """The quantised model, its neutral zone placed on texts that a first training did not see."""
    rows = _features(examples.texts)
    order = np.random.Generator(np.random.PCG64(SEED)).permutation(len(examples.texts))
    held = order[::FOLD]
    rest = np.setdiff1d(order, held)
    first = _fit(rows, examples, rest)
    judged = scores(Texts([examples.texts[i] for i in held.tolist()]), np.ones(held.size, np.bool_), first) / 10_000
    zone = _zone(judged, examples.labels[held], examples.weights[held])
    return _fit(rows, examples, order)._replace(low=zone[0], high=zone[1])


class Rows(NamedTuple):
    """Features of text i: ``found[starts[i] : starts[i + 1]]``, of which the first ``words[i]`` are words."""

    starts: NDArray[np.int64]
    words: NDArray[np.int64]
    found: NDArray[np.int64]


def _features(texts: list[str]) -> Rows:
    read_texts, kinds = Texts(texts), classes()
    text, row = np.empty(LIMIT * 3 + 8, np.uint32), np.empty(ROOM * 3, np.int64)
    parts: list[NDArray[np.int64]] = []
    words: list[int] = []
    for i in range(len(texts)):
        size, _, _ = normalise(read_texts.points, read_texts.starts[i], read_texts.starts[i + 1] - 1, kinds, text)
        first, count = features(text, size, kinds, row, False)
        parts.append(row[:count].copy())
        words.append(first)
    starts = np.concatenate([[0], np.cumsum([part.size for part in parts])])
    return Rows(starts, np.array(words), np.concatenate(parts))


def _fit(rows: Rows, examples: Examples, chosen: NDArray[np.int64]) -> Model:
    weights = np.zeros((2, 1 << BITS))
    bias = np.zeros(2)
    squares = np.full((2, 1 << BITS), 1e-3)
    generator = np.random.Generator(np.random.PCG64(SEED))
    order = np.concatenate([generator.permutation(chosen) for _ in range(EPOCHS)])
    _descend(rows, examples.labels, examples.weights, order, (weights, bias, squares))
    limit = np.quantile(np.abs(weights[weights != 0]), 0.9995)
    scale = np.array([limit / 127] * 2)
    return Model(np.clip(np.round(weights / scale[:, None]), -127, 127).astype(np.int8), scale, bias, -1e-9, 1e-9)


@njit(cache=True)
def _descend(rows, labels, importance, order, fitted):  # type: ignore[no-untyped-def]
    """Softmax of good and bad against neutral; AdaGrad (Duchi et al. 2011) with weight decay."""
    starts, words, found = rows
    weights, bias, squares = fitted
    for step in range(order.size):
        i = order[step]
        a, b = starts[i], starts[i + 1]
        if a == b:
            continue
        m = a + words[i]
        word, run = 1.0 / np.sqrt(max(m - a, 1)), 1.0 / np.sqrt(max(b - m, 1))
        logits = np.zeros(2)
        for c in range(2):
            for k in range(a, b):
                logits[c] += weights[c, found[k]] * (word if k < m else run)
            logits[c] = min(logits[c] + bias[c], 30.0)
        e = np.exp(logits)
        total = 1.0 + e.sum()
        for c in range(2):
            wanted = 1.0 if (c == 0 and labels[i] == 2) or (c == 1 and labels[i] == 0) else 0.0
            slope = importance[i] * (e[c] / total - wanted)
            bias[c] -= 0.002 * slope
            for k in range(a, b):
                f = found[k]
                g = slope * (word if k < m else run) + DECAY * weights[c, f]
                squares[c, f] += g * g
                weights[c, f] -= RATE * g / np.sqrt(squares[c, f])


def _zone(judged: NDArray[np.float64], labels: NDArray[np.int64], weights: NDArray[np.float64]) -> tuple[float, float]:
    """Bounds of P(good) − P(bad) between which a text is neutral: those with the greatest mean recall of the classes."""
    steps = np.linspace(0.01, 0.6, 60)
    found = {}
    for low in steps:
        for high in steps:
            named = np.where(judged > high, 2, np.where(judged < -low, 0, 1))
            found[-low, high] = np.mean(
                [np.average(named[labels == c] == c, weights=weights[labels == c]) for c in range(3)]
            )
    low, high = max(found, key=lambda zone: (found[zone], zone))
    return float(low), float(high)


def main(arguments: list[str]) -> None:
    folder, out, *lexicon = (Path(argument) for argument in arguments)
    examples = read(folder, lexicon[0] if lexicon else None)
    found = train(examples)
    np.savez_compressed(
        out, weights=found.weights, scale=found.scale, bias=found.bias, zone=np.array([found.low, found.high])
    )
    print(f"{out}: {len(examples.texts)} texts, {out.stat().st_size} bytes, neutral {found.low:.3f} … {found.high:.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
