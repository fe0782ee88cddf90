"""A wall's process that lives a day of hub time as fast as it draws, and says every ten seconds of it what it holds.

It has the wall's own parts, off-screen, and a clock that stands still while a frame is drawn. A recording comes over and over
as the wire's own messages, each time of other people and in other words. A frame follows each time that something came, and
five more while a layout comes. Nothing of a hub is loaded here.
"""

from __future__ import annotations

import ctypes
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

import msgspec

from stream import allocator
from stream.wire.messages import Hello, OnAir, Picture, WallState, Watch, decode_from_hub, encode
from tests.bench.renewed import Renewal
from wall.app import Wall
from wall.clock import HubClock
from wall.feeds import SWITCH_MS, Store
from wall.outputs import Part, parse_screens
from wall.panic import PanicFile
from wall.recording import read
from wall.view import View

SCALE: Final = 0.5
LOOK_MS: Final = 10_000.0
SWITCHING_MS: Final = 200.0
"""From frame to frame while a layout comes."""
PAGE_MB: Final = os.sysconf("SC_PAGE_SIZE") / 2**20


class Look(msgspec.Struct):
    """What the wall holds at ``hub_s`` seconds of hub time, in MB: all, of it pages of files, the C library's heap in use and
    video memory; Python's blocks; and what it has done by then."""

    hub_s: float
    mb: float
    files_mb: float
    heap_mb: float
    textures_mb: float
    blocks: int
    frames: int
    switches: int
    real_s: float
    processor_s: float


class Clock:
    """Milliseconds of hub time since the beginning."""

    def __init__(self) -> None:
        self.ms = 0.0

    def __call__(self) -> float:
        return self.ms


class Over:
    """A feed like the client's: a recording of ``length_ms`` over and over, ``slower``, each time of others in other words."""

    def __init__(self, path: Path, length_ms: int, slower: int, store: Store, clock: Clock) -> None:
        self.watch = Watch(width=640, fps=0.0)
        self.hub_clock: HubClock | None = None
        self.switches = 0
        self._path, self._length_ms, self._slower = path, length_ms, slower
        self._store, self._clock = store, clock
        self._switched = float("-inf")
        self._coming = self._told()
        self._next = next(self._coming)
        self._first = self._next[0]

    def _told(self) -> Iterator[tuple[float, bytes]]:
        begin = round(next(read(self._path))[0])
        for turn in count():
            later = turn * self._length_ms * self._slower
            renewal = Renewal(turn, later, begin, self._slower)
            for at, frame in read(self._path):
                yield begin + (at - begin) * self._slower + later, encode(renewal.message(decode_from_hub(frame)))

    def hub_ms(self) -> float:
        """Hub time now; everything that came up to it is in the store."""
        now = self._first + self._clock.ms
        while self._next[0] <= now:
            message = decode_from_hub(self._next[1])
            self._store.take(message)
            if isinstance(message, OnAir):
                self.switches, self._switched = self.switches + 1, now
            self._next = next(self._coming)
        return now

    def pause(self) -> float:
        """Milliseconds of hub time until the next frame: until something comes, and less while a layout does."""
        now = self._first + self._clock.ms
        until = self._next[0] - now
        return min(until, SWITCHING_MS) if now - self._switched < SWITCH_MS else until

    def tell(self, message: WallState | Picture) -> None:
        """Nobody listens."""

    def start(self) -> None:
        """Nothing to begin."""

    def stop(self) -> None:
        """Nothing to end."""


class Watched(Wall):
    """A wall that says what it holds, and whose clock goes on when a frame is drawn."""

    def look(self, clock: Clock, feed: Over, last_ms: float) -> None:
        """Say what it holds until ``last_ms`` of hub time."""
        self._hub, self._over, self._last_ms = clock, feed, last_ms
        self._look_ms, self._began = LOOK_MS, time.monotonic()

    def _report(self, view: View, took: float) -> None:
        super()._report(view, took)
        self._hub.ms += self._over.pause()
        if self._hub.ms >= self._look_ms:
            self._look_ms += LOOK_MS
            sys.stdout.buffer.write(msgspec.json.encode(self._seen()) + b"\n")
            sys.stdout.flush()
        if self._hub.ms >= self._last_ms:
            self.end()

    def _seen(self) -> Look:
        resident, shared = (int(word) for word in Path("/proc/self/statm").read_text().split()[1:3])
        return Look(
            hub_s=self._hub.ms / 1000.0,
            mb=resident * PAGE_MB,
            files_mb=shared * PAGE_MB,
            heap_mb=_heap_mb(),
            textures_mb=self.textures_mb,
            blocks=sys.getallocatedblocks(),
            frames=self.drawn,
            switches=self._over.switches,
            real_s=time.monotonic() - self._began,
            processor_s=time.process_time(),
        )


class _Heap(ctypes.Structure):
    """The C library's ``struct mallinfo2``."""

    _fields_ = (
        *((name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks")),
        *((name, ctypes.c_size_t) for name in ("uordblks", "fordblks", "keepcost")),
    )


_mallinfo = ctypes.CDLL(None).mallinfo2
_mallinfo.restype = _Heap


def _heap_mb() -> float:
    """What is in use of the C library's heap, large arrays in pages of their own with it."""
    heap = _mallinfo()
    return float(heap.uordblks + heap.hblkhd) / 2**20


def play(path: Path, length_ms: int, slower: int, hours: float) -> None:
    """Draw so many hours of hub time of a recording that is ``length_ms`` long."""
    allocator.settle()
    os.nice(5)
    hello, clock = decode_from_hub(next(read(path))[1]), Clock()
    assert isinstance(hello, Hello)
    store = Store(hello, clock)
    feed = Over(path, length_ms, slower, store, clock)
    with tempfile.TemporaryDirectory() as var:
        wall = Watched(
            store,
            feed,
            Part(hello.grid, parse_screens(None, hello.grid)),
            everything=True,
            headless=True,
            display=None,
            quality=SCALE,
            name="day",
            panic=PanicFile(Path(var)),
            at=None,
            patient=True,
            clock=clock,
        )
        wall.look(clock, feed, hours * 3_600_000.0)
        wall.run(frames=None, shot=None)
        wall.close()


if __name__ == "__main__":
    play(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
