"""A hub as its own process, as `agora hub` runs it."""

from __future__ import annotations

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from stream.config.authority import pinned
from stream.hub import auth

PROGRAM = """
import sys
from stream.config import load
from stream.hub.app import serve
sys.exit(serve(load(sys.argv[1])))
"""
LAYOUT = (
    'name = "{name}"\ntitle = "{title}"\n[[panels]]\nvisual = "numbers"\nscreens = "{screens}"\ncaption = "Right now"\n'
)
SCREENS = {"pulse": "1", "topics": "2", "people": "3", "stories": "4-6"}
"""The screens of each layout: by the place of its title one sees which is on air."""


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class HubProcess:
    """A hub on a log of its own in ``folder``; the context manager waits until it is ready, and ends it."""

    def __init__(
        self, folder: Path, *, port: int | None = None, toml: str = "", https: bool = False, before: str = ""
    ) -> None:
        """``before`` is Python that the process runs before anything else of it."""
        self.folder = folder
        self._program = before + PROGRAM
        self.port = port or free_port()
        self.url = f"http{'s' if https else ''}://127.0.0.1:{self.port}"
        self.pins = auth.ensure(folder) or {}
        layouts = folder / "layouts"
        layouts.mkdir(exist_ok=True)
        for name, screens in SCREENS.items():
            file = layouts / f"{name}.toml"
            file.write_text(LAYOUT.format(name=name, title=name.title(), screens=screens))
        self.config = folder / "agora.toml"
        self.config.write_text(
            f'[log]\nurl = "sqlite:{folder / "agora.db"}"\n[hub]\nport = {self.port}\ncheckpoint = "{folder / "point"}"\n'
            f"https = {str(https).lower()}\n"
            f'[wall]\nlayouts = "{layouts}"\n[show]\nmode = "approve"\n{toml}'
        )
        if "[moderation" not in toml:  # a test's posts resemble each other
            with self.config.open("a") as file:
                file.write("\n[moderation.raid]\non = false\n")
        self.process: subprocess.Popen[str] | None = None

    @property
    def log_url(self) -> str:
        return f"sqlite:{self.folder / 'agora.db'}"

    def trust(self) -> ssl.SSLContext | None:
        """Trust in the hub's own authority, once it has made it."""
        return pinned((self.folder / "authority" / "ca.pem").read_text()) if self.url.startswith("https") else None

    def token(self, scope: str) -> str:
        return auth.load(self.folder).tokens[scope]

    def start(self) -> subprocess.Popen[str]:
        self.process = subprocess.Popen(
            [sys.executable, "-c", self._program, str(self.config)],
            env={**os.environ, "AGORA_VAR": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return self.process

    def until_ready(self, seconds: float = 30.0) -> None:
        """Wait until ``/readyz`` says yes; fails with what the hub said when it ended instead."""
        until = time.monotonic() + seconds
        assert self.process is not None
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise AssertionError(f"the hub ended with {self.process.returncode}: {self.process.communicate()[1]}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=1, context=self.trust()) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the hub is not ready")

    def stop(self, sign: int = signal.SIGTERM, seconds: float = 10.0) -> int:
        """Ask the hub to end; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(seconds)

    def __enter__(self) -> Self:
        self.start()
        try:
            self.until_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None:
            if self.process.poll() is None:
                self.process.terminate()
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    self.process.kill()
            self.process.communicate()
