"""The walls as the hub sees them: what each says it shows, the newest picture of its screens, and who wants to look."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec

from stream.hub.board import Board
from stream.wire.messages import Picture, WallState, Watch, encode

SMALL: Final = Watch(width=640, fps=1.0)
LARGE: Final = Watch(width=1920, fps=5.0)

GONE_MS: Final = 10_000
"""A wall that was silent for so long is gone; its pictures may show what was deleted since."""
STALE_MS: Final = 1_500
"""How long a picture may still be given that was drawn before the last removal of somebody's words."""
CONFIRM_MS: Final = 1_000


class WallBook:
    """States and pictures by wall. ``clock`` is hub time in ms; any thread may call."""

    def __init__(self, clock: Callable[[], float], board: Board) -> None:
        self._clock = clock
        self._board = board
        self._lock = threading.Lock()
        self._states: dict[str, tuple[WallState, float]] = {}
        self._pictures: dict[tuple[int, ...], tuple[Picture, float]] = {}
        self._large = 0
        self._removed_at = 0.0
        board.put("watch", encode(SMALL))

    def put_state(self, state: WallState) -> None:
        """What the wall ``state.name`` shows now."""
        with self._lock:
            self._states[state.name] = (state, self._clock())

    def put_picture(self, picture: Picture) -> None:
        """Keep ``picture`` as the newest of its screens."""
        with self._lock:
            self._pictures[picture.screens] = (picture, self._clock())

    def leave(self, name: str) -> None:
        """The wall ``name`` has closed its connection."""
        with self._lock:
            self._states.pop(name, None)

    def words_removed(self, at: float) -> None:
        """Words left the feeds at hub time ``at``: pictures drawn before it are given for ``STALE_MS`` more and no longer."""
        with self._lock:
            self._removed_at = max(self._removed_at, at)

    def picture(self) -> list[Picture]:
        """The newest picture of each set of screens that can be given, by screens; the widest set wins over its parts."""
        now = self._clock()
        with self._lock:
            stale = now > self._removed_at + STALE_MS
            self._pictures = {
                screens: (picture, heard)
                for screens, (picture, heard) in self._pictures.items()
                if now - heard < GONE_MS and not (stale and picture.at < self._removed_at)
            }
            pictures = [picture for picture, _ in self._pictures.values()]
        pictures.sort(key=lambda p: (-len(p.screens), p.screens))
        given: list[Picture] = []
        covered: set[int] = set()
        for picture in pictures:
            if not covered.issuperset(picture.screens):
                given.append(picture)
                covered.update(picture.screens)
        return sorted(given, key=lambda p: p.screens)

    def states(self) -> list[tuple[WallState, int]]:
        """Every wall that was heard of in the last ten seconds with the age of its word in ms, by name."""
        now = self._clock()
        with self._lock:
            self._states = {n: (s, heard) for n, (s, heard) in self._states.items() if now - heard < GONE_MS}
            return [(s, int(now - heard)) for _, (s, heard) in sorted(self._states.items())]

    def report(self, rev: int, since: float) -> list[dict[str, Any]]:
        """What tablets read of each wall.

        ``confirmed`` says whether it shows revision ``rev``, on air since hub time ``since``; ``late`` that it should by now.
        """
        late = self._clock() - since > CONFIRM_MS
        report = []
        for state, age in self.states():
            confirmed = state.on_air_rev == rev
            report.append(
                {**msgspec.to_builtins(state), "age_ms": age, "confirmed": confirmed, "late": late and not confirmed}
            )
        return report

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Somebody looks at ``/wall`` as long as this lasts: walls then send large pictures, five a second."""
        self._look(+1)
        try:
            yield
        finally:
            self._look(-1)

    def _look(self, change: int) -> None:
        with self._lock:
            before, self._large = self._large, self._large + change
            turned = bool(before) != bool(self._large)
            watch = LARGE if self._large else SMALL
        if turned:
            self._board.put("watch", encode(watch))
