"""Pictures for the tablet and ``/wall``: JPEGs of what the screens show, made beside the drawing.

The frame is scaled down by the graphics driver into a small one, copied to a buffer there, fetched with the next frame, so
that nothing waits, and compressed in a thread of its own. A picture that is not ready in time is skipped, never queued.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import moderngl
import numpy as np
from PIL import Image

from stream.wire.messages import Picture, Watch
from wall.frame import Frame

JPEG_QUALITY: Final = 82


@dataclass(slots=True)
class _Copy:
    """A picture on its way out of video memory."""

    at: int
    screens: tuple[int, ...]
    size: tuple[int, int]


class Pictures:
    """``tell`` gets each picture, from the thread that compresses."""

    def __init__(self, context: moderngl.Context, tell: Callable[[Picture], None]) -> None:
        self._context = context
        self._tell = tell
        self._small: moderngl.Framebuffer | None = None
        self._texture: moderngl.Texture | None = None
        self._buffer: moderngl.Buffer | None = None
        self._copy: _Copy | None = None
        self._last = float("-inf")
        self._work: tuple[_Copy, bytes] | None = None
        self._wake = threading.Condition()
        self._ended = False
        self._thread = threading.Thread(target=self._compress, name="pictures", daemon=True)
        self._thread.start()

    def offer(self, frame: Frame, watch: Watch, hub_ms: float, now: float) -> None:
        """The frame of hub time ``hub_ms`` is drawn, at local time ``now`` (ms): take a picture if one is due."""
        self._fetch()
        if watch.fps <= 0 or watch.width <= 0 or now - self._last < 1000.0 / watch.fps - 2.0:
            return
        with self._wake:
            if self._work is not None:
                return
        self._last = now
        size = size_for(frame, watch.width)
        if self._small is None or self._small.size != size:
            self._allocate(size)
        assert self._small is not None
        assert self._buffer is not None
        frame.reduce(self._small)
        self._small.read_into(self._buffer, components=3, alignment=1)
        self._copy = _Copy(round(hub_ms), frame.part.screens, size)

    def stop(self) -> None:
        """End the thread and give the video memory back."""
        with self._wake:
            self._ended = True
            self._wake.notify()
        self._thread.join(timeout=2.0)
        self._release()

    def _fetch(self) -> None:
        """Hand a copy that was begun with an earlier frame to the thread."""
        if self._copy is None or self._buffer is None:
            return
        copy, self._copy = self._copy, None
        data = self._buffer.read(copy.size[0] * copy.size[1] * 3)
        with self._wake:
            self._work = (copy, data)
            self._wake.notify()

    def _allocate(self, size: tuple[int, int]) -> None:
        self._release()
        self._texture = self._context.texture(size, 4, dtype="f1")
        self._small = self._context.framebuffer([self._texture])
        self._buffer = self._context.buffer(reserve=size[0] * size[1] * 3)

    def _release(self) -> None:
        for thing in (self._small, self._texture, self._buffer):
            if thing is not None:
                thing.release()
        self._small = self._texture = self._buffer = None

    def _compress(self) -> None:
        while True:
            with self._wake:
                while self._work is None and not self._ended:
                    self._wake.wait()
                if self._work is None:
                    return
                copy, data = self._work
            w, h = copy.size
            jpeg = compressed(data, copy.size)
            self._tell(Picture(screens=copy.screens, at=copy.at, width=w, height=h, jpeg=jpeg))
            with self._wake:
                self._work = None


def size_for(frame: Frame, width: int) -> tuple[int, int]:
    """The size of a picture of ``frame`` when one of the whole canvas is to be ``width`` wide, never larger than the frame."""
    view, canvas = frame.part.viewport, frame.part.grid.canvas
    w = min(frame.size[0], max(16, round(width * view.w / canvas.w)))
    return w, max(1, round(w * view.h / view.w))


def compressed(data: bytes, size: tuple[int, int]) -> bytes:
    """A JPEG of RGB bytes whose rows go from the bottom up."""
    rows = np.frombuffer(data, np.uint8).reshape(size[1], size[0], 3)[::-1]
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(rows)).save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
