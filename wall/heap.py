"""The heap of a process that draws for days: what a picture needed for a moment goes back to the machine.

Software GL keeps what it draws a frame from until it draws another, some 14 MB for the coasts of ``world``. What is made
meanwhile and stays may lie above, and then the C library keeps that room too: a wall's size depended on what it had shown.
"""

from __future__ import annotations

from typing import Final

from stream.allocator import give_back

EVERY_MS: Final = 10_000.0
"""How often room is given back; it takes a millisecond or two."""


class Heap:
    """The heap of this process."""

    def __init__(self) -> None:
        self._tidied = float("-inf")

    def tidy(self, now: float) -> None:
        """Give back what is not used at local time ``now`` (ms), where the last time is long enough ago."""
        if now - self._tidied >= EVERY_MS:
            self._tidied = now
            give_back()
