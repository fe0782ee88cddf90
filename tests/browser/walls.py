"""A real wall in its own process, drawn off-screen at a quarter of its size, and what the hub tells walls."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from websockets.sync.client import connect

from stream.wire.messages import HubMessage, decode_from_hub
from tests.stream.doors.process import HubProcess

SHIPPED = Path(__file__).parents[2] / "layouts"
CALMLY = "import sys\nfrom wall import app\napp.SOFTWARE_FPS = 8.0\nfrom wall.__main__ import main\nsys.exit(main())\n"
"""A wall that leaves the processor to those who look at it: pictures of it go to tablets more rarely than it draws."""


def with_shipped_layouts(hub: HubProcess) -> HubProcess:
    """The hub, not yet started, with the layouts that Agora comes with."""
    for file in SHIPPED.glob("*.toml"):
        shutil.copy(file, hub.folder / "layouts")
    return hub


class RealWall:
    """``python -m wall`` with all six screens; the context manager ends it."""

    def __init__(self, hub: HubProcess, scale: float = 0.25) -> None:
        self._hub = hub
        self._scale = scale

    def __enter__(self) -> Self:
        command = ("-c", CALMLY, "--headless", "--hub", self._hub.url, "--scale", str(self._scale), "--name", "hall")
        self.process = subprocess.Popen(
            [sys.executable, *command, "--config", str(self._hub.config)],
            env={**os.environ, "AGORA_VAR": str(self._hub.folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def heard(hub: HubProcess, holds: Callable[[HubMessage], bool], seconds: float = 30.0) -> HubMessage:
    """The first message to walls for which ``holds`` is true. Raises ``TimeoutError`` when none comes."""
    headers = {"Authorization": f"Bearer {hub.token('wall')}"}
    end = time.monotonic() + seconds
    with connect(hub.url.replace("http", "ws") + "/ws/wall", additional_headers=headers, max_size=None) as socket:
        while True:
            message = decode_from_hub(socket.recv(timeout=max(0.0, end - time.monotonic()), decode=False))
            if holds(message):
                return message
