"""The mood: agreement with people's ratings and labels of texts that the model was not trained on, and what a text costs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stream.analysis.columns import UNKNOWN_MOOD
from stream.analysis.sentiment import ENGLISH, NEUTRAL, judge, model, moods, parts
from stream.analysis.text import Texts
from stream.analysis.train import rated, rating
from tests.bench.figure import Figure, figure
from tests.eval.data import find

FOLDS = 10
LABELLED = {
    "Arabic": ("xlmt_arabic", "ar"),
    "English": ("xlmt_english", "en"),
    "French": ("xlmt_french", "fr"),
    "German": ("xlmt_german", "de"),
    "Hindi": ("xlmt_hindi", "hi"),
    "Italian": ("xlmt_italian", "it"),
    "Portuguese": ("xlmt_portuguese", "pt"),
    "Spanish": ("xlmt_spanish", "es"),
}
TIMES = 15


def measure() -> Iterator[Figure]:
    """Correlation, recalls, time of a text."""
    data = find("sentiment")
    texts, wanted = rated(data / "vader_tweets_a.tsv")
    note = (
        f"the rating's coefficients learned anew on nine tenths, {FOLDS} times; its words and signs saw no rated text"
    )
    yield figure("mood: r with ratings by people", _correlation(texts, wanted), "", least=0.88, note=note)
    recalls = {language: _recall(data / f"{name}.tsv", lang) for language, (name, lang) in LABELLED.items()}
    for language, recall in recalls.items():
        bar = 0.6 if language == "English" else None
        yield figure(f"mood: macro recall, {language}", recall, "", least=bar)
    yield figure("mood: macro recall, mean of eight", float(np.mean(list(recalls.values()))), "", least=0.57)
    yield figure("mood: macro recall, Finnish", _recall(data / "xed_finnish.tsv", "fi"), "", least=0.75)
    yield figure(
        "mood: time of a text", _microseconds(texts), "µs", most=8, note="English, in batches of 2,100, processor time"
    )
    yield figure("mood: loading", _load(), "ms", most=50, note="processor time")


def _correlation(texts: list[str], wanted: NDArray[np.float64]) -> float:
    places = np.full(len(texts), ENGLISH)
    known = parts(Texts(texts), places, model())
    fold = np.random.Generator(np.random.PCG64(0)).integers(0, FOLDS, len(texts))
    said = np.zeros(len(texts))
    for k in range(FOLDS):
        rest = model()._replace(rating=rating(known[fold != k], wanted[fold != k]))
        said[fold == k] = judge(known[fold == k], places[fold == k], rest)
    return float(np.corrcoef(said, wanted)[0, 1])


def _recall(path: Path, lang: str) -> float:
    lines = [line.partition("\t") for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")]
    labels = np.array([int(label) for label, _, _ in lines])
    found = moods([text for _, _, text in lines], [lang] * len(lines)) / 10_000
    found[found == UNKNOWN_MOOD / 10_000] = 0.0
    named = np.where(found > NEUTRAL, 2, np.where(found < -NEUTRAL, 0, 1))
    return float(np.mean([np.mean(named[labels == label] == label) for label in range(3)]))


def _microseconds(texts: list[str]) -> float:
    took = []
    for _ in range(TIMES):
        begin = time.process_time()
        moods(texts, ["en"] * len(texts))
        took.append(time.process_time() - begin)
    return min(took) / len(texts) * 1e6


def _load() -> float:
    begin = time.process_time()
    model.__wrapped__()
    return (time.process_time() - begin) * 1e3
