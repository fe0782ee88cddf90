"""Following tracks that staff change: rows are read anew, and the book of posts that want an answer hears all again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

import msgspec

from stream.act.book import Book
from stream.analysis.state import State
from stream.config import TrackConfig
from stream.hub.tracked import counted
from stream.mention import Mention

REREAD: Final = 1000
"""Rows read again in one tick after the tracks have changed."""
HEARD: Final = 500
"""Posts that the book hears again in one tick."""


class Following:
    """Keeps the state and the book at the tracks that are ``configured``, and before them those that staff decided."""

    def __init__(self, configured: Mapping[str, TrackConfig], book: Book, state_of: Callable[[], State]) -> None:
        self._configured = configured
        self._book = book
        self._state_of = state_of
        self._decided: dict[str, TrackConfig] = {}
        self._to_hear: Iterator[Mention] = iter(())
        self._begun = False
        self.rereading = False
        """Whether rows are left that were read by other tracks."""

    def begin(self) -> None:
        """All decisions are read."""
        self._begun = True
        self._follow()

    def decide(self, name: str, value: Mapping[str, Any] | None) -> None:
        """What staff say of a track; None takes it back."""
        if value is None:
            self._decided.pop(name, None)
        else:
            self._decided[name] = msgspec.convert(value, TrackConfig)
        if self._begun:
            self._follow()

    def reread(self) -> None:
        """The rows are to be read anew, by the tracks that the state has."""
        state = self._state_of()
        state.track(state.config.tracks)
        self.rereading = True

    def go_on(self) -> None:
        """Read some rows anew, and let the book hear some posts."""
        if self.rereading:
            self.rereading = self._state_of().reread(REREAD)
        for row in islice(self._to_hear, HEARD):
            self._book.hear(row.id, row)

    def _follow(self) -> None:
        tracks, state = counted(self._configured, self._decided), self._state_of()
        if tracks != state.config.tracks:
            state.track(tracks)
            self.rereading = True
        self._book.follow(tracks)
        self._to_hear = state.rows()
