"""One measured figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """``ok`` compares ``value`` with ``bar`` (absent where there is none); ``note`` says under which circumstances."""

    name: str
    value: float
    unit: str
    bar: float | None = None
    ok: bool | None = None
    note: str = ""


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    most: float | None = None,
    least: float | None = None,
    note: str = "",
) -> Figure:
    """A figure whose bar is the ``most`` or the ``least`` that it may be."""
    ok: bool | None = None
    if most is not None:
        ok = value <= most
    elif least is not None:
        ok = value >= least
    return Figure(name, round(value, 3), unit, most if most is not None else least, ok, note)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of ``values`` that at least ``share`` (0 … 1) of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
