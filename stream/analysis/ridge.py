"""Ridge regression over sparse rows by dual coordinate ascent (Shalev-Shwartz, Zhang 2013), for training the mood."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

SEED: Final = 2026


class Rows(NamedTuple):
    """Row i has ``values[starts[i] : starts[i + 1]]`` in ``columns`` of the same slice; a column may come twice."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int64]
    values: NDArray[np.float64]


def fit(
    rows: Rows,
    wanted: NDArray[np.float64],
    weights: NDArray[np.float64],
    chosen: NDArray[np.int64],
    *,
    width: int,
    penalty: float,
    epochs: int = 12,
) -> NDArray[np.float64]:
    """Coefficients (width, outputs) for ``wanted`` (rows, outputs).

    They make Σ weight · error² + penalty · |coefficients|² least. Only the ``chosen`` rows
    are looked at; the same input gives the same coefficients.
    """
    learned = np.zeros((width, wanted.shape[1]))
    dual = np.zeros(wanted.shape)
    squares = _squares(rows, chosen, np.zeros(width))
    generator = np.random.Generator(np.random.PCG64(SEED))
    for _ in range(epochs):
        _ascend(rows, wanted, weights, generator.permutation(chosen), penalty, (learned, dual, squares))
    return learned


def predict(rows: Rows, learned: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    """What the coefficients say of the chosen rows (chosen, outputs)."""
    out = np.zeros((chosen.size, learned.shape[1]))
    _predict(rows, learned, chosen, out)
    return out


@njit(cache=True)
def _squares(rows, chosen, room):  # type: ignore[no-untyped-def]
    starts, columns, values = rows
    found = np.zeros(starts.size - 1)
    for i in chosen:
        for k in range(starts[i], starts[i + 1]):
            room[columns[k]] += values[k]
        for k in range(starts[i], starts[i + 1]):
            found[i] += values[k] * room[columns[k]]
        for k in range(starts[i], starts[i + 1]):
            room[columns[k]] = 0.0
    return found


@njit(cache=True)
def _ascend(rows, wanted, weights, order, penalty, state):  # type: ignore[no-untyped-def]
    starts, columns, values = rows
    learned, dual, squares = state
    said = np.empty(wanted.shape[1])
    for i in order:
        said[:] = 0.0
        for k in range(starts[i], starts[i + 1]):
            for o in range(said.size):
                said[o] += learned[columns[k], o] * values[k]
        for o in range(said.size):
            step = (wanted[i, o] - said[o] - dual[i, o] / weights[i]) / (1.0 / weights[i] + squares[i] / penalty)
            dual[i, o] += step
            said[o] = step / penalty
        for k in range(starts[i], starts[i + 1]):
            for o in range(said.size):
                learned[columns[k], o] += said[o] * values[k]


@njit(cache=True)
def _predict(rows, learned, chosen, out):  # type: ignore[no-untyped-def]
    starts, columns, values = rows
    for j in range(chosen.size):
        i = chosen[j]
        for k in range(starts[i], starts[i + 1]):
            for o in range(out.shape[1]):
                out[j, o] += learned[columns[k], o] * values[k]
