"""The panic key's memory: a file that says that this machine's screens show the safe scene, across restarts.

All wall processes of a machine share the file. The key needs no hub. It is released when the hub, having been in panic as
well, leaves it (an operator or moderator did that), or when somebody at the machine removes the file.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path


class PanicFile:
    """``var`` is the folder for everything that Agora writes. A disk that cannot be written holds panic in memory."""

    def __init__(self, var: Path) -> None:
        self.path = var / "panic"
        self._here = False
        self._hub_panicked = False

    @property
    def on(self) -> bool:
        """Whether the safe scene is shown; one ``stat`` a call."""
        return self._here or self.path.exists()

    def press(self) -> None:
        """Somebody pressed the key."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(
                f"The safe scene is on since {time.strftime('%F %T')}. Remove this file to release it.\n"
            )
            _sync(self.path)
            self._here = False
        except OSError:
            self._here = True

    def hub_says(self, panic: bool) -> None:
        """The hub's own panic, as it is on air; its end releases this one."""
        if self._hub_panicked and not panic:
            self._here = False
            with contextlib.suppress(OSError):
                self.path.unlink(missing_ok=True)
        self._hub_panicked = panic


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
