"""Walls that ask to join: each waits until an operator types the code that it shows; then it gets a token of its own.

Pure but for its random numbers; ``clock`` gives seconds that never fall. Requests are few and short-lived, because strangers
may make them.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Any, Final, Literal

import msgspec

from stream.wire import pairing

LIFE_S: Final = 600.0
MOST: Final = 16
TRIES: Final = 5
"""Wrong codes that a request survives."""

State = Literal["committed", "shown", "confirmed"]


class Asking(msgspec.Struct):
    """One wall that asks: ``committed`` until it shows a code, ``confirmed`` once that was typed."""

    id: str
    name: str
    screens: tuple[int, ...]
    address: str
    commitment: str
    answer: bytes
    since: float
    state: State = "committed"
    code: str = ""
    tries: int = 0
    token: str = ""


class Gone(Exception):
    """The request is not there (any more): refused, confirmed long ago, or too old."""


class WrongCode(Exception):
    """The digits are not those that the wall shows; ``left`` more tries."""

    def __init__(self, left: int) -> None:
        super().__init__(str(left))
        self.left = left


class Pairing:
    """The walls that ask now. ``authority`` is the PEM of the hub's own authority, empty where it has none."""

    def __init__(self, authority: str, clock: Callable[[], float], changed: Callable[[], None] = lambda: None) -> None:
        self.authority = authority
        self._clock = clock
        self._changed = changed
        self._asking: dict[str, Asking] = {}

    def ask(self, name: str, screens: tuple[int, ...], address: str, commitment: str) -> Asking:
        """A wall asks; of too many the oldest gives way."""
        self._sweep()
        while len(self._asking) >= MOST:
            del self._asking[next(iter(self._asking))]
        asking = Asking(
            secrets.token_urlsafe(16), name, screens, address, commitment, secrets.token_bytes(16), self._clock()
        )
        self._asking[asking.id] = asking
        return asking

    def reveal(self, request: str, secret: bytes) -> Asking:
        """The wall says its secret, again and again until it hears a token. Raises ``Gone``."""
        asking = self._found(request)
        if not hmac.compare_digest(pairing.commitment(secret), asking.commitment):
            raise Gone
        if asking.state == "committed":
            asking.state, asking.code = "shown", pairing.code(secret, asking.answer, self.authority)
            self._changed()
        return asking

    def delivered(self, asking: Asking) -> None:
        """The wall has its token, which is kept no longer."""
        self._asking.pop(asking.id, None)

    def waiting(self) -> list[dict[str, Any]]:
        """The walls that show a code now: ``{id, name, screens, address, since_s}``, the oldest first."""
        self._sweep()
        now = self._clock()
        return [
            {"id": a.id, "name": a.name, "screens": a.screens, "address": a.address, "since_s": round(now - a.since)}
            for a in self._asking.values()
            if a.state == "shown"
        ]

    def confirm(self, request: str, code: str) -> Asking:
        """Somebody typed the code of a wall; the caller gives ``token`` a value. Raises ``Gone`` and ``WrongCode``."""
        asking = self._found(request)
        if asking.state != "shown":
            raise Gone
        if not hmac.compare_digest(asking.code.encode(), code.encode()):
            asking.tries += 1
            if asking.tries >= TRIES:
                self.refuse(request)
            raise WrongCode(TRIES - asking.tries)
        asking.state = "confirmed"
        self._changed()
        return asking

    def refuse(self, request: str) -> None:
        """Turn a wall away. Raises ``Gone``."""
        self._found(request)
        del self._asking[request]
        self._changed()

    def _found(self, request: str) -> Asking:
        self._sweep()
        if request not in self._asking:
            raise Gone
        return self._asking[request]

    def _sweep(self) -> None:
        now = self._clock()
        old = [a.id for a in self._asking.values() if now - a.since >= LIFE_S]
        for request in old:
            del self._asking[request]
        if old:
            self._changed()
