"""The burst detector: the score of the Numenta Anomaly Benchmark, and planted bursts found and made up."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stream.analysis.bursts import STARTED, BurstDetector
from tests.bench.figure import Figure, figure
from tests.eval.data import find
from tests.eval.planted import FACTORS, PERIOD_S, WEEKS, Series, suite

NAMED = "ARTime 88.1, Skyline 77.8, contextOSE 75.7, Numenta 69.7"


class Labelled(NamedTuple):
    """Times in s, counts, and the windows (first, last) in which something happened."""

    times: list[float]
    counts: list[float]
    windows: list[tuple[int, int]]


def measure() -> Iterator[Figure]:
    """Planted bursts at the detector's own threshold first; then the benchmark, one threshold for all its files."""
    yield from _planted()
    known = labelled(find("nab"))
    scores = {name: scored(series) for name, series in known.items()}
    value, at = benchmark(scores, known)
    yield figure(
        "bursts: NAB standard score", value, "", least=80, note=f"{len(known)} files, threshold {at:.3f}; {NAMED}"
    )
    left = [without(name, scores, known) for name in known]
    total, windows = sum(points for points, _ in left), sum(count for _, count in left)
    yield figure("bursts: NAB, threshold from the other files", 50 * (total + windows) / windows, "")


def labelled(folder: Path) -> dict[str, Labelled]:
    """The series of the benchmark."""
    found = {}
    for name, label in json.loads((folder / "labels.json").read_text(encoding="utf-8")).items():
        with gzip.open(folder / f"{name}.gz", "rt", encoding="utf-8") as file:
            lines = list(csv.DictReader(file))
        times = [datetime.fromisoformat(line["timestamp"]).replace(tzinfo=UTC).timestamp() for line in lines]
        place = {time: i for i, time in enumerate(times)}
        ends = [[datetime.fromisoformat(end).replace(tzinfo=UTC, microsecond=0) for end in w] for w in label["windows"]]
        windows = [(place[first.timestamp()], place[last.timestamp()]) for first, last in ends]
        found[name] = Labelled(times, [float(line["value"]) for line in lines], windows)
    return found


def scored(series: Labelled) -> list[float]:
    """What the detector says of each period."""
    detector = BurstDetector(PERIOD_S)
    return [detector.update(t, count) for t, count in zip(series.times, series.counts, strict=True)]


def benchmark(scores: Mapping[str, list[float]], known: Mapping[str, Labelled]) -> tuple[float, float]:
    """The standard profile's score, 0 … 100, at the best threshold for all, and that threshold."""
    windows = sum(points(scores[name], known[name], 2.0)[1] for name in scores)
    return max(
        (50 * (sum(points(scores[name], known[name], at)[0] for name in scores) + windows) / windows, at)
        for at in sorted({score for found in scores.values() for score in found} | {2.0})
    )


def without(name: str, scores: Mapping[str, list[float]], known: Mapping[str, Labelled]) -> tuple[float, int]:
    """The points of one file, and its windows, at the threshold that is best for the others."""
    _, at = benchmark({other: found for other, found in scores.items() if other != name}, known)
    return points(scores[name], known[name], at)


def points(scores: list[float], series: Labelled, at: float) -> tuple[float, int]:
    """Points of one file (Lavin and Ahmad 2015): 1 for a window found early, −1 for a missed one, −0.11 at most for an alarm.

    Also how many windows count: none before the 750th period, which is for warming up.
    """
    warm = min(750, len(scores) * 15 // 100)
    live = [window for window in series.windows if window[1] >= warm]
    total, seen = 0.0, set()
    for i in (np.flatnonzero(np.array(scores[warm:]) >= at) + warm).tolist():
        window = next(((first, last) for first, last in series.windows if first <= i <= last), None)
        if window is None:
            past = [(first, last) for first, last in series.windows if last < i]
            total += 0.11 * (_sigmoid((i - past[-1][1]) / max(1, past[-1][1] - past[-1][0])) if past else -1.0)
        elif window not in seen:
            seen.add(window)
            total += _sigmoid(-(window[1] - i + 1) / (window[1] - window[0] + 1)) / _sigmoid(-1.0)
    return total - sum(window not in seen for window in live), len(live)


def _sigmoid(y: float) -> float:
    return -1.0 if y > 3 else 2 / (1 + math.exp(5 * y)) - 1


def _planted() -> Iterator[Figure]:
    """Alarms within an hour of each other are one; in the hour after a burst they belong to it."""
    found = dict.fromkeys(FACTORS, 0)
    planted = dict.fromkeys(FACTORS, 0)
    false = made = 0
    for series in suite():
        made += 1
        hits, alarms = alarmed(series)
        false += alarms
        for _, _, factor in series.bursts:
            planted[factor] += 1
        for burst in hits:
            found[burst[2]] += 1
    right = sum(found.values())
    note = f"{made} series of {WEEKS} weeks, {sum(planted.values())} bursts, at a score of {STARTED}"
    yield figure("planted bursts: precision", right / max(right + false, 1), "", note=note)
    yield figure("planted bursts: false alarms", false / made / WEEKS, "a week")
    for factor in FACTORS:
        yield figure(f"planted bursts: recall of {factor}-fold", found[factor] / planted[factor], "")


def alarmed(series: Series) -> tuple[set[tuple[int, int, int]], int]:
    """The bursts found, and the number of false alarms."""
    detector, hits, false, last = BurstDetector(PERIOD_S), set(), 0, -100
    for i in np.flatnonzero(series.kept).tolist():
        if detector.update(float(i * PERIOD_S), float(series.counts[i])) < STARTED:
            continue
        within = [burst for burst in series.bursts if burst[0] <= i <= burst[1] + 12]
        hits |= {burst for burst in within if i <= burst[1]}
        false += not within and i - last > 12
        last = last if within else i
    return hits, false
