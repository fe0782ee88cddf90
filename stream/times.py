"""Times as people write them on a command line or in a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

_UNITS: Final = {"s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def moment(text: str) -> int:
    """A time such as ``2016-01-12T18:00Z`` in milliseconds UTC; one without a zone is UTC. Raises ``ValueError``.

    >>> moment("2016-01-12T18:00")
    1452621600000
    """
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time; write it like 2016-01-12T18:00Z") from None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def span(text: str) -> int:
    """A length of time such as ``30m``, ``24h`` or ``92d``, in milliseconds. Raises ``ValueError``.

    >>> span("30m")
    1800000
    """
    if text[-1:] not in _UNITS or not text[:-1].isdecimal() or int(text[:-1]) == 0:
        raise ValueError(f"{text!r} is no length of time; write it like 30m, 24h or 92d")
    return int(text[:-1]) * _UNITS[text[-1]]


def pace(text: str) -> float | None:
    """The speed of a replay, 1 as it happened; None for ``max``, as fast as the machine can. Raises ``ValueError``."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise ValueError(f"{text!r} is no speed; write a number above 0, or max")
    return speed
