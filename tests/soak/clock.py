"""``agora`` on a clock that may be set: ``python -m tests.soak.clock FILE COMMAND…``.

``FILE`` holds one little-endian integer of eight bytes, by how many nanoseconds the wall clock is set forth; it is read anew
at each look at the clock, so that who writes it sets the clock of a process that runs. Monotonic clocks go on evenly.
"""

from __future__ import annotations

import mmap
import struct
import sys
import time
from pathlib import Path
from typing import Final

_OFFSET: Final = struct.Struct("<q")


def make(path: Path) -> None:
    """A clock file that says the right time."""
    path.write_bytes(_OFFSET.pack(0))


def put(path: Path, seconds: float) -> None:
    """Set the clocks that look at ``path`` forth by ``seconds`` (back where negative)."""
    with path.open("r+b") as file:
        file.write(_OFFSET.pack(int(seconds * 1e9)))


def follow(path: Path) -> None:
    """Let this process's wall clock be the one of ``path``."""
    with path.open("rb") as file:
        offset = mmap.mmap(file.fileno(), _OFFSET.size, access=mmap.ACCESS_READ)
    true_ns = time.time_ns

    def time_ns() -> int:
        shift: int = _OFFSET.unpack_from(offset)[0]
        return true_ns() + shift

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9


if __name__ == "__main__":
    follow(Path(sys.argv[1]))
    sys.argv = ["agora", *sys.argv[2:]]
    import agora

    agora.main()
