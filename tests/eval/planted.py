"""Series of counts with planted bursts: rhythm of the day and the week, ramps, outages, noise of several kinds. Seeded."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PERIOD_S = 300
DAY = 86_400 // PERIOD_S
WEEKS = 4
FACTORS = (2, 3, 5, 10, 20)


class Series(NamedTuple):
    """Counts in periods; ``kept`` says which of them are heard at all; ``bursts`` are (first, end, factor)."""

    counts: NDArray[np.int64]
    kept: NDArray[np.bool_]
    bursts: list[tuple[int, int, int]]


def suite(seed: int = 0) -> Iterator[Series]:
    """Rates from 0.3 to 300 a period, rhythms up to tenfold, Poisson and negative binomial noise, quiet and troubled."""
    chance = np.random.default_rng(seed)
    for rate in (0.3, 3.0, 30.0, 300.0):
        for swing in (1.0, 3.0, 10.0):
            for shape in (math.inf, 10.0, 3.0):
                for troubled in (False, True):
                    yield series(chance, rate, swing, shape, troubled)


def series(chance: np.random.Generator, rate: float, swing: float, shape: float, troubled: bool) -> Series:
    """Four weeks, the weekends quieter; ``troubled`` grow threefold and have outages."""
    size = WEEKS * 7 * DAY
    n = np.arange(size)
    usual = rate * np.exp(math.log(swing) / 2 * np.cos((n % DAY / DAY - 20 / 24) * 2 * math.pi))
    usual *= np.where(n // DAY % 7 >= 5, 0.6, 1.0) * (3.0 if troubled else 1.0) ** (n / size)
    factor, bursts = np.ones(size), []
    start = 5 * DAY + int(chance.integers(DAY))
    while start < size - 50:
        times, length = int(chance.choice(FACTORS)), int(chance.integers(6, 37))
        fading = np.exp(-np.arange(length) / (length / 3)) if chance.random() < 0.5 else np.ones(length)
        factor[start : start + length] = 1 + (times - 1) * fading
        bursts.append((start, start + length, times))
        start += DAY + int(chance.integers(2 * DAY))
    mean = usual * factor
    counts = chance.poisson(mean if shape == math.inf else chance.gamma(shape, mean / shape))
    kept = np.ones(size, np.bool_)
    for _ in range(3 if troubled else 0):
        start, length = int(chance.integers(2 * DAY, size - DAY)), int(chance.integers(12, DAY // 2))
        if any(first < start + length + 20 and start < end + 20 for first, end, _ in bursts):
            continue
        if chance.random() < 0.5:
            counts[start : start + length] = 0
        else:
            kept[start : start + length] = False
    return Series(counts, kept, bursts)
