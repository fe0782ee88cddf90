"""The cupboard: pictures made anew, on disk, within a budget; the one that nobody asked for longest goes first.

It is empty after a restart: of what lay there before, something may have been taken back meanwhile.
"""

from __future__ import annotations

import shutil
from collections import OrderedDict
from pathlib import Path


class Cupboard:
    """``folder`` is its own; ``most`` bytes are kept. A name is 32 hexadecimal digits."""

    def __init__(self, folder: Path, most: int) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        self._folder, self._most = folder, most
        self._sizes: OrderedDict[str, int] = OrderedDict()

    def put(self, name: str, data: bytes) -> list[str]:
        """Keep a picture; returns the names of those that went for it."""
        (self._folder / name).write_bytes(data)
        self._sizes[name] = len(data)
        self._sizes.move_to_end(name)
        gone = []
        while sum(self._sizes.values()) > self._most and len(self._sizes) > 1:
            gone.append(next(iter(self._sizes)))
            self.drop(gone[-1])
        return gone

    def get(self, name: str) -> bytes | None:
        """A picture, which is then the newest."""
        if name not in self._sizes:
            return None
        self._sizes.move_to_end(name)
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            self._sizes.pop(name, None)
            return None

    def drop(self, name: str) -> None:
        """Forget a picture, on disk too."""
        if self._sizes.pop(name, None) is not None:
            (self._folder / name).unlink(missing_ok=True)
