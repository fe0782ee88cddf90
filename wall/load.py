"""What a wall costs this machine: processor, memory, graphics. Asked for only while somebody looks."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

PAGE_KB: Final = 4
BUSY_FILES: Final = "card*/device/gpu_busy_percent"
ASKED: Final = ("nvidia-smi", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits")
ASK_S: Final = 2.0


class Loads(msgspec.Struct, frozen=True):
    """Shares are of one core (``process``) and of all of them (``machine``); None is unknown here."""

    process: float
    machine: float | None
    memory_mb: float
    gpu: float | None


class Load:
    """``clock`` is in ms. The first answer covers the time since it was made."""

    def __init__(
        self, clock: Callable[[], float], proc: Path = Path("/proc"), drm: Path = Path("/sys/class/drm")
    ) -> None:
        self._clock = clock
        self._proc = proc
        self._busy = sorted(drm.glob(BUSY_FILES))
        self._smi = shutil.which(ASKED[0]) if not self._busy else None
        self._asked: float | None = None
        self._asking: threading.Thread | None = None
        self._before = (clock(), time.process_time(), self._jiffies())

    def now(self) -> Loads:
        """Since the last call."""
        at, spent, jiffies = self._clock(), time.process_time(), self._jiffies()
        then, spent_then, jiffies_then = self._before
        self._before = (at, spent, jiffies)
        machine = None
        if jiffies is not None and jiffies_then is not None and jiffies[1] > jiffies_then[1]:
            machine = (jiffies[0] - jiffies_then[0]) / (jiffies[1] - jiffies_then[1])
        return Loads((spent - spent_then) * 1000.0 / max(1.0, at - then), machine, self._memory_mb(), self._gpu())

    def _jiffies(self) -> tuple[int, int] | None:
        """Busy and all time of all cores."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            user, nice, system, idle, wait, *rest = map(
                int, (self._proc / "stat").read_text().split("\n")[0].split()[1:]
            )
            return user + nice + system + sum(rest[:3]), user + nice + system + idle + wait + sum(rest[:3])
        return None

    def _memory_mb(self) -> float:
        with contextlib.suppress(OSError, ValueError, IndexError):
            return int((self._proc / "self" / "statm").read_text().split()[1]) * PAGE_KB / 1024.0
        return 0.0

    def _gpu(self) -> float | None:
        for file in self._busy:
            with contextlib.suppress(OSError, ValueError):
                return int(file.read_text()) / 100.0
        if self._smi is not None and (self._asking is None or not self._asking.is_alive()):
            self._asking = threading.Thread(target=self._ask, name="load", daemon=True)
            self._asking.start()
        return self._asked

    def _ask(self) -> None:
        """The driver's own tool takes its time, so the answer is that of a moment ago."""
        assert self._smi is not None
        with contextlib.suppress(OSError, ValueError, IndexError, subprocess.SubprocessError):
            said = subprocess.run([self._smi, *ASKED[1:]], capture_output=True, text=True, timeout=ASK_S, check=True)
            self._asked = float(said.stdout.split()[0]) / 100.0
