"""The lamp: tells walls how brightly they shine over the next two days, and staff when they are off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from stream.config import Config
from stream.config.hours import closed_until, points
from stream.hub.board import Board
from stream.hub.greeting import Notice
from stream.show.schedule import zone_of
from stream.wire.messages import Light, encode

RENEWED_MS = 3_600_000


class Lamp:
    """``clock`` is hub time in ms."""

    def __init__(self, config: Config, board: Board, clock: Callable[[], float]) -> None:
        self._hours = config.hours
        self._zone = zone_of(config.event.timezone)
        self._board = board
        self._clock = clock
        self._told_at = float("-inf")

    def shine(self) -> None:
        """Put the points on the board, once an hour."""
        now = self._clock()
        if not now - self._told_at < RENEWED_MS:
            self._told_at = now
            self._board.put("light", encode(Light(int(now), points(self._hours, self._zone, int(now)))))

    def notice(self) -> list[Notice]:
        """While it is off, until when."""
        now = int(self._clock())
        opens = closed_until(self._hours, self._zone, now)
        if opens is None:
            return []
        until = (
            f"until {datetime.fromtimestamp(opens / 1000, self._zone):%A %H:%M}"
            if opens > now
            else "until [hours] says otherwise"
        )
        how = "dark" if self._hours.off == 0.0 else "dimmed"
        return [{"kind": "hours", "text": f"Off hours: the wall is {how} {until}."}]
