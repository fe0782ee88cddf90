"""A film of the wall: frame after frame by hub time, off-screen, the same from the same messages.

A name that ends in .mp4, .mov or .webm is made by the ``ffmpeg`` of the machine; any other is a folder of numbered PNG files,
which needs nothing and which every editing program reads.
"""

from __future__ import annotations

import math
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image

from stream.wire.messages import Hello, decode_from_hub
from wall.feeds import DELAY_MS, Store
from wall.frame import Frame
from wall.outputs import Part, parse_screens
from wall.painter import Painter
from wall.scene import Scene
from wall.window import Window

Pixels = npt.NDArray[np.uint8]

VIDEOS: Final = {
    ".mp4": ("-crf", "16", "-movflags", "+faststart"),
    ".mov": ("-crf", "16"),
    ".webm": ("-crf", "24", "-b:v", "0"),
}
"""What ffmpeg is told for each kind; it chooses the codec that it has for that kind."""
SETTLING_MS: Final = 3_000.0
EDGES: Final = 6_000


class NoFilm(Exception):
    """A film that cannot be written; the message is a sentence that says what to do."""


class Sink(Protocol):
    """Where frames go, in their order: uint8 (height, width, 3), y down."""

    def add(self, pixels: Pixels) -> None: ...
    def close(self) -> None: ...


class Folder:
    """``frame-00001.png`` and so on; a folder that holds other things is left alone."""

    def __init__(self, path: Path) -> None:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise NoFilm(f"{path} is there already: name a new folder, or a file that ends in {', '.join(VIDEOS)}.")
        path.mkdir(parents=True, exist_ok=True)
        self._path, self._count = path, 0

    def add(self, pixels: Pixels) -> None:
        self._count += 1
        Image.fromarray(pixels).save(self._path / f"frame-{self._count:05d}.png", compress_level=3)

    def close(self) -> None:
        """Every frame is written."""


class Video:
    """A file, by ffmpeg."""

    def __init__(self, path: Path, size: tuple[int, int], fps: int) -> None:
        if shutil.which("ffmpeg") is None:
            raise NoFilm(
                f"{path.suffix} files are made by ffmpeg, which is not installed: install it (apt-get install ffmpeg), "
                "or name a folder for the single frames."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        raw = ("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(fps), "-i", "-")
        how = ("-pix_fmt", "yuv420p", *VIDEOS[path.suffix], "-map_metadata", "-1", "-fflags", "+bitexact")
        command = ("ffmpeg", "-nostdin", "-y", "-loglevel", "error", *raw, *how, str(path))
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)

    def add(self, pixels: Pixels) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(np.ascontiguousarray(pixels).data)
        except BrokenPipeError:
            self.close()

    def close(self) -> None:
        _, said = self._process.communicate()
        if self._process.returncode:
            reason = said.decode("utf-8", "replace").strip().splitlines()
            raise NoFilm(f"ffmpeg cannot write {self._path}: {reason[-1] if reason else 'it does not say why'}.")


def shoot(
    hello: Hello, told: Callable[[float], Iterable[bytes]], out: Path, *, begin: float, seconds: float, fps: int, width: int
) -> int:  # fmt: skip
    """Draw ``seconds`` from hub time ``begin`` (ms), with what a hub has ``told`` by then; returns the number of frames.

    ``width`` is that of the whole wall, frames included, in pixels. Raises ``NoFilm`` and ``NoPicture``.
    """
    now = begin - SETTLING_MS
    store = Store(hello, lambda: now)
    part = Part(hello.grid, parse_screens(None, hello.grid))
    view = part.viewport
    scale = min(1.0, width / view.w)
    even = (2 * round(view.w * scale / 2), 2 * round(view.h * scale / 2))
    sink: Sink = Video(out, even, fps) if out.suffix in VIDEOS else Folder(out)
    window = Window(part, headless=True)
    try:
        scene, painter, frame = Scene(math.inf), Painter(window.context, part.grid), Frame(window.context, part, scale)
        count, wanted, step = 0, round(seconds * fps), 1000.0 / fps
        while count < wanted:
            for message in told(now):
                store.take(decode_from_hub(message))
            drawlist = scene.draw(store.view(now + DELAY_MS))
            if now >= begin:
                painter.paint(drawlist, frame.target, view, scale, EDGES)
                frame.darken()
                sink.add(_fitted(frame.read(), even))
                count += 1
            now += step
        sink.close()
    finally:
        window.close()
    return count


def _fitted(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """At most a row and a column more or less: codecs want even numbers."""
    wide, high = size
    return np.pad(
        pixels[:high, :wide],
        ((0, max(0, high - len(pixels))), (0, max(0, wide - pixels.shape[1])), (0, 0)),
        mode="edge",
    )
