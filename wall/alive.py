"""Whether the graphics driver still draws, and whether frames still come: what has died quietly is told from outside.

A context that was lost, or is not current any more, fails at nothing: calls do nothing, and the last picture stays for ever.
A call that never returns holds Python up too, so that only a watchdog outside of Python can end the process.
"""

from __future__ import annotations

import faulthandler

import moderngl
import numpy as np

HUNG_S = 20.0
"""So long without a finished frame ends the process; the supervisor starts another."""


class Canary:
    """One pixel that is drawn anew and read back."""

    def __init__(self, context: moderngl.Context) -> None:
        self._target = context.simple_framebuffer((1, 1), components=4)
        self._note = 0

    def sings(self) -> bool:
        """Whether what is drawn now can be read back. Waits for the graphics driver: ask once a second."""
        self._note = self._note % 250 + 5
        self._target.use()
        self._target.clear(self._note / 255.0, 0.0, 0.0, 1.0)
        heard = np.frombuffer(self._target.read(components=3, alignment=1), np.uint8)
        return abs(int(heard[0]) - self._note) <= 1


def rearm() -> None:
    """A frame was finished: the process lives for ``HUNG_S`` more, or until the next call."""
    faulthandler.dump_traceback_later(HUNG_S, exit=True)


def disarm() -> None:
    """No more frames are expected."""
    faulthandler.cancel_dump_traceback_later()
