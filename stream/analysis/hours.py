"""Hours: how many posts each track had in hours that the window has forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from stream.analysis.crowd import DAY_MS, day_of, read_day, written_day

HOUR_MS: Final = 3_600_000
_UNKNOWN: Final = -1

_decoder: Final = msgspec.msgpack.Decoder(dict[str, list[int]])


class Hours:
    """By day the posts of each track in each of its hours, UTC; the subjects of its records are ``tracks:<day>``."""

    def __init__(self) -> None:
        self._days: dict[int, dict[str, list[int]]] = {}

    def remember(self, rest: str, value: bytes | None) -> None:
        """Take in the newest record of a day; None clears it. Raises ``ValueError`` or ``msgspec.DecodeError``."""
        day = read_day(rest)
        self._days.pop(day, None)
        if value:
            counts = _decoder.decode(value)
            if any(len(hours) != 24 for hours in counts.values()):
                raise ValueError(f"tracks:{rest}: a day has 24 hours")
            self._days[day] = counts

    def entries(self) -> dict[str, bytes]:
        """Everything, by subject."""
        return {f"tracks:{written_day(day)}": _packed(counts) for day, counts in self._days.items()}

    def merge(self, other: Hours) -> None:
        """Know the hours of both; of one that both know, the greater count."""
        for day, counts in other._days.items():
            mine = self._days.setdefault(day, {})
            for name, hours in counts.items():
                mine[name] = [max(pair) for pair in zip(mine.get(name, [_UNKNOWN] * 24), hours, strict=True)]

    def with_more(self, start_ms: int, counts: Mapping[str, int]) -> dict[str, bytes]:
        """The record of the day of the hour that began at ``start_ms``, with the posts of that hour by track."""
        day, hour = day_of(start_ms), start_ms % DAY_MS // HOUR_MS
        known = {name: list(hours) for name, hours in self._days.get(day, {}).items()}
        for name, number in counts.items():
            known.setdefault(name, [_UNKNOWN] * 24)[hour] = number
        return {f"tracks:{written_day(day)}": _packed(known)}

    def knows(self, start_ms: int) -> bool:
        """Whether the hour that began then is known of any track."""
        hour = start_ms % DAY_MS // HOUR_MS
        return any(hours[hour] != _UNKNOWN for hours in self._days.get(day_of(start_ms), {}).values())

    def between(self, name: str, first_ms: int, last_ms: int) -> tuple[int, int]:
        """Posts of a track in the known hours that lie wholly between two times, and how many hours these are."""
        posts = known = 0
        for start in range(-(-first_ms // HOUR_MS) * HOUR_MS, last_ms - HOUR_MS + 1, HOUR_MS):
            number = self._days.get(day_of(start), {}).get(name, [_UNKNOWN] * 24)[start % DAY_MS // HOUR_MS]
            if number != _UNKNOWN:
                posts, known = posts + number, known + 1
        return posts, known


def _packed(counts: Mapping[str, list[int]]) -> bytes:
    return msgspec.msgpack.encode(dict(sorted(counts.items())))
