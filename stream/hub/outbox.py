"""The outbox: alerts on their way to a webhook, each tried again with growing pauses until it is taken or too old. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

PAUSES_S: Final = (5, 30, 120, 600, 1800, 3600)
"""Before the second try, the third, and so on; the last one holds for all that follow."""
GIVEN_UP_MS: Final = 24 * 3_600_000
MOST: Final = 200


class Letter(msgspec.Struct):
    """One message: its id is the same at every try, so that a receiver can tell a second one; times in ms."""

    id: str
    body: str
    made: int
    tries: int = 0
    due: int = 0


class Outbox:
    """Letters that were not taken yet. ``chance`` gives numbers in 0 … 1, so that many hubs do not come back at once."""

    def __init__(self, chance: Callable[[], float], letters: Iterable[Letter] = ()) -> None:
        self._chance = chance
        self._letters = {letter.id: letter for letter in letters}

    @property
    def letters(self) -> list[Letter]:
        return list(self._letters.values())

    def put(self, id: str, body: str, now: int) -> None:
        """A new letter; beyond ``MOST`` the oldest is dropped."""
        self._letters[id] = Letter(id, body, now, 0, now)
        while len(self._letters) > MOST:
            del self._letters[next(iter(self._letters))]

    def due(self, now: int) -> list[Letter]:
        """What is to be tried now, in order."""
        return [letter for letter in self._letters.values() if letter.due <= now]

    def next_ms(self, now: int) -> int | None:
        """Until the next is due; None when nothing waits."""
        return max(0, min(letter.due for letter in self._letters.values()) - now) if self._letters else None

    def taken(self, id: str) -> None:
        self._letters.pop(id, None)

    def failed(self, id: str, now: int) -> bool:
        """It was not taken; whether it is tried again."""
        letter = self._letters[id]
        pause = PAUSES_S[min(letter.tries, len(PAUSES_S) - 1)] * 1000
        letter.tries += 1
        letter.due = now + int(pause * (1 + 0.2 * self._chance()))
        if letter.due - letter.made > GIVEN_UP_MS:
            del self._letters[id]
            return False
        return True

    def clear(self) -> None:
        """The receiver wants no more."""
        self._letters.clear()
