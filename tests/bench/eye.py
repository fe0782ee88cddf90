"""``agora wall`` with an eye on its own pixels: ``python -m tests.bench.eye`` says on its output what its frames show.

After each frame, finished by ``glFinish``, it reads the probe's patch and says ``code NUMBER FRAME BEFORE`` when it changed:
the monotonic times of this frame and of the one before. The line ``mark`` on its input keeps the next frame (answer
``marked``); the first later frame with a pixel that differs by 8/255 says ``changed FRAME 0``.
"""

from __future__ import annotations

import contextlib
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from stream.config import load
from tests.bench import probe
from tests.machine import Machine
from wall.app import Wall, local_ms, own_hello
from wall.client import Client
from wall.doorway import Doorway
from wall.feeds import Store
from wall.frame import Picture
from wall.outputs import Part, parse_screens
from wall.panic import PanicFile

CHANGE = 8


class Seeing(Wall):
    """A wall that looks at each frame it has finished."""

    def watch(self) -> None:
        """Take lines from standard input from now on."""
        self.code, self.before = 0, time.monotonic()
        self.wanted = threading.Event()
        self.kept: Picture | None = None
        threading.Thread(target=self._hear, daemon=True).start()

    def _hear(self) -> None:
        for _ in sys.stdin:
            self.wanted.set()
        self.end()

    def _present(self) -> None:
        super()._present()
        now = time.monotonic()
        code = probe.read(self.frame)
        if code != self.code:
            self.code = code
            _say("code", code, now, self.before)
        if self.kept is not None:
            seen = self.frame.read()
            if seen.shape != self.kept.shape:
                self.kept = seen  # drawn finer or coarser from now on
            elif np.abs(seen.astype(np.int16) - self.kept).max() >= CHANGE:
                self.kept = None
                _say("changed", 0, now, self.before)
        if self.wanted.is_set():
            self.wanted.clear()
            self.kept = self.frame.read()
            _say("marked", round(100 * self.frame.scale), now, self.before)
        self.before = now


def _say(what: str, number: int, at: float, before: float) -> None:
    print(what, number, f"{at:.6f}", f"{before:.6f}", flush=True)


class Sight(NamedTuple):
    """What a frame showed; ``at`` and ``before`` are monotonic seconds of that frame and of the one before."""

    what: str
    number: int
    at: float
    before: float


class Eye:
    """The process, seen from the measurement."""

    def __init__(self, agora: Machine) -> None:
        with (agora.folder / "eye.log").open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.bench.eye"],
                env=agora.environment,
                cwd=agora.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
            )
        self._sights: queue.SimpleQueue[Sight] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            what, number, at, before = line.split()
            self._sights.put(Sight(what, int(number), float(at), float(before)))

    def wait(self, what: str, number: int | None = None, timeout_s: float = 10.0) -> Sight | None:
        """The next sight of that kind (and number), or None when there is none in time."""
        end = time.monotonic() + timeout_s
        while True:
            try:
                sight = self._sights.get(timeout=max(0.001, end - time.monotonic()))
            except queue.Empty:
                return None
            if sight.what == what and (number is None or sight.number == number):
                return sight

    def mark(self) -> Sight:
        """Keep the next frame, to be compared with all later ones."""
        assert self._process.stdin is not None
        self._process.stdin.write("mark\n")
        self._process.stdin.flush()
        sight = self.wait("marked", timeout_s=30)
        if sight is None:
            raise RuntimeError("the wall draws no frames")
        return sight

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait()


@contextlib.contextmanager
def eye(agora: Machine) -> Iterator[Eye]:
    """A wall that is drawing."""
    made = Eye(agora)
    try:
        made.mark()
        yield made
    finally:
        made.stop()


LAYOUTS = {"probe": "", "left": 'options = { side = "left" }\n', "right": 'options = { side = "right" }\n'}


def one_screen(folder: Path, layout: str) -> dict[str, str]:
    """The environment of a wall of one screen of 1280 × 720, its layouts in ``folder`` and ``layout`` on air."""
    layouts = folder / "layouts"
    layouts.mkdir(parents=True)
    for name, options in LAYOUTS.items():
        panel = f'[[panels]]\nvisual = "probe"\nscreens = 1\n{options}'
        (layouts / f"{name}.toml").write_text(f'name = "{name}"\ntitle = ""\n\n{panel}')
    root = Path(__file__).parent.parent.parent
    return {
        "AGORA_WALL_COLUMNS": "1",
        "AGORA_WALL_ROWS": "1",
        "AGORA_WALL_WIDTH": "1280",
        "AGORA_WALL_HEIGHT": "720",
        "AGORA_WALL_LAYOUTS": str(layouts),
        "AGORA_WALL_LAYOUT": layout,
        "AGORA_HUB_WINDOW_S": "60",
        "PYTHONPATH": f"{root}:{probe.installed(folder / 'packages')}",
    }


def main() -> None:
    """The process."""
    config = load()
    var = Path(os.environ["AGORA_VAR"])
    store = Store(own_hello(config), local_ms)
    address = f"http://127.0.0.1:{config.hub.port}"
    client = Client(address, store, local_ms, Doorway(address, var, "", "eye", (1,)))
    seeing = Seeing(
        store,
        client,
        Part(config.wall.grid, parse_screens(None, config.wall.grid)),
        everything=True,
        headless=True,
        display=None,
        quality=None,
        name="eye",
        panic=PanicFile(var),
        at=None,
        patient=False,
    )
    seeing.watch()
    client.start()
    try:
        seeing.run(frames=None, shot=None)
    finally:
        client.stop()
        seeing.close()


if __name__ == "__main__":
    main()
