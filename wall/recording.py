"""Recordings of what a hub said: every frame with the hub time at which it arrived.

A recording is played in hub time, so that the same moment of it gives the same view, however fast the machine draws.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from stream.wire.messages import Picture, WallState, Watch, decode_from_hub
from wall.clock import HubClock
from wall.feeds import Store

MAGIC = b"agora recording 1\n"
_ENTRY = struct.Struct("<dI")


class Unplayable(ValueError):
    """A file that is no recording."""


class Recorder:
    """Writes frames to ``path`` as they arrive."""

    def __init__(self, path: Path) -> None:
        self._file: BinaryIO = path.open("wb")
        self._file.write(MAGIC)

    def write(self, hub_ms: float, frame: bytes) -> None:
        """One frame that arrived at hub time ``hub_ms``."""
        self._file.write(_ENTRY.pack(hub_ms, len(frame)))
        self._file.write(frame)

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Iterator[tuple[float, bytes]]:
    """Hub time and frame of every entry; an entry cut off at the end is left out. Raises ``Unplayable``."""
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise Unplayable(f"{path} is no recording of a wall")
        while len(head := file.read(_ENTRY.size)) == _ENTRY.size:
            hub_ms, length = _ENTRY.unpack(head)
            frame = file.read(length)
            if len(frame) < length:
                return
            yield hub_ms, frame


class Player:
    """A feed like the client's, from a recording; at its end it begins again when ``loop``, else the hub falls silent."""

    def __init__(self, path: Path, store: Store, clock: Callable[[], float], *, loop: bool = False) -> None:
        self._entries = [(at, decode_from_hub(frame)) for at, frame in read(path)]
        if not self._entries:
            raise Unplayable(f"{path} holds nothing")
        self._store = store
        self._clock = clock
        self._loop = loop
        self._next = 0
        self._began: float | None = None
        self.watch = Watch(width=640, fps=0.0)
        self.hub_clock: HubClock | None = None

    @property
    def first(self) -> float:
        """Hub time of the first entry."""
        return self._entries[0][0]

    @property
    def duration_ms(self) -> float:
        return self._entries[-1][0] - self._entries[0][0]

    def start(self) -> None:
        """Play from now on."""
        self._began = self._clock()

    def hub_ms(self) -> float:
        """Hub time now; everything up to it is in the store."""
        if self._began is None:
            self.start()
        assert self._began is not None
        passed = self._clock() - self._began
        if self._loop and passed > self.duration_ms > 0:
            self._began = self._clock()
            self._next, passed = 0, 0.0
        self.advance(self.first + passed)
        return self.first + passed

    def advance(self, hub_ms: float) -> None:
        """Hand everything that arrived up to ``hub_ms`` to the store."""
        while self._next < len(self._entries) and self._entries[self._next][0] <= hub_ms:
            self._store.take(self._entries[self._next][1])
            self._next += 1

    def tell(self, message: WallState | Picture) -> None:
        """Nobody listens to a wall that plays a recording."""

    def stop(self) -> None:
        """Nothing to end."""
