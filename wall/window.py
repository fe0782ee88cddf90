"""The window: one OpenGL context, its events, and nothing else of the system.

Off-screen is SDL's ``offscreen`` driver, which makes an EGL context without a display (Mesa's llvmpipe where there is no
GPU), so that windows and bare servers run the same code. pygame can make only one window's context current: one a process.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from typing import Any, Final, Literal

import moderngl

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
import pygame

from wall.outputs import Part, fitted, spans_outputs

Event = Literal["quit", "panic", "full screen", "load"]

KEYS: Final[dict[int, Event]] = {
    pygame.K_ESCAPE: "quit",
    pygame.K_q: "quit",
    pygame.K_p: "panic",
    pygame.K_f: "full screen",
    pygame.K_i: "load",
}
ROOM: Final = 0.92
"""Share of a display that a window takes, so that its title and the panel remain in reach."""
SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast", "swiftshader", "software")
HIDDEN: Final = (64, 64)


class NoPicture(Exception):
    """No window or no OpenGL; the message is a sentence that says what to do."""


class _Egl:
    """Finds OpenGL's functions for the context that SDL's ``offscreen`` driver has made current, whatever was there before."""

    def __init__(self) -> None:
        self._egl = ctypes.CDLL("libEGL.so.1")
        self._egl.eglGetProcAddress.restype = ctypes.c_void_p
        self._egl.eglGetProcAddress.argtypes = [ctypes.c_char_p]

    def load_opengl_function(self, name: str) -> int:
        return int(self._egl.eglGetProcAddress(name.encode()) or 0)

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...
    def release(self) -> None: ...


class Window:
    """``part`` is what it is to show; ``display`` counts from 1, None is the system's choice.

    ``spanning`` is True when the window's pixels are the screens' own: without bezels, turned as they hang.
    Raises ``NoPicture``.
    """

    def __init__(self, part: Part, *, headless: bool, display: int | None = None, title: str = "Agora") -> None:
        self.headless = headless
        self.spanning = False
        self._part = part
        self._display = (display or 1) - 1
        os.environ.setdefault("SDL_VIDEO_MINIMIZE_ON_FOCUS_LOSS", "0")
        os.environ.setdefault("SDL_VIDEO_ALLOW_SCREENSAVER", "0")
        os.environ.setdefault("SDL_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR", "1")
        if headless:
            os.environ["SDL_VIDEODRIVER"] = "offscreen"
        try:
            pygame.display.init()
        except pygame.error as fault:
            raise NoPicture(_no_display(headless, str(fault))) from fault
        if not headless and pygame.display.get_driver() in ("offscreen", "dummy"):
            pygame.display.quit()
            raise NoPicture(_no_display(headless, "no window system answers"))
        try:
            self._open(display)
            found: dict[str, Any] = {"context": _Egl()} if headless else {}
            self.context = moderngl.create_context(require=330, **found)
        except (pygame.error, ValueError, RuntimeError, OSError) as fault:
            pygame.display.quit()
            raise NoPicture(_no_gl(str(fault))) from fault
        pygame.display.set_caption(title)
        pygame.mouse.set_visible(headless)
        pygame.display.set_allow_screensaver(False)
        self.renderer = str(self.context.info["GL_RENDERER"])
        self.software = any(word in self.renderer.lower() for word in SOFTWARE)

    def _open(self, display: int | None) -> None:
        gl = pygame.display.gl_set_attribute
        gl(pygame.GL_CONTEXT_MAJOR_VERSION, 3)
        gl(pygame.GL_CONTEXT_MINOR_VERSION, 3)
        gl(pygame.GL_CONTEXT_PROFILE_MASK, pygame.GL_CONTEXT_PROFILE_CORE)
        gl(pygame.GL_DEPTH_SIZE, 0)
        flags = pygame.OPENGL | pygame.DOUBLEBUF
        if self.headless:
            pygame.display.set_mode(HIDDEN, flags)
            return
        desktops = pygame.display.get_desktop_sizes()
        if self._display >= len(desktops):
            raise NoPicture(f"Display {display} does not exist; this machine has {len(desktops)}.")
        if display is not None:
            room = desktops[self._display]
            self.spanning = len(self._part.screens) == 1 or self._part.desk == tuple(room)
            self._set_mode(room, flags | pygame.FULLSCREEN)
        elif spans_outputs(self._part, desktops) and (len(desktops) == 1 or pygame.display.get_driver() != "wayland"):
            assert self._part.desk is not None
            os.environ["SDL_VIDEO_WINDOW_POS"] = "0,0"
            self._set_mode(self._part.desk, flags | (pygame.FULLSCREEN if len(desktops) == 1 else pygame.NOFRAME))
            self.spanning = True
        else:
            room = desktops[self._display]
            view = self._part.viewport
            *_, w, h = fitted((view.w, view.h), (int(room[0] * ROOM), int(room[1] * ROOM)))
            self._set_mode((w, h), flags | pygame.RESIZABLE)

    def _set_mode(self, size: tuple[int, int], flags: int) -> None:
        try:
            pygame.display.set_mode(size, flags, display=self._display, vsync=1)
        except pygame.error:
            pygame.display.set_mode(size, flags, display=self._display)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the window's pixels."""
        w, h = pygame.display.get_window_size()
        return int(w), int(h)

    def events(self) -> Iterator[Event]:
        """What somebody at the machine wants; a window that is closed wants to quit."""
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                yield "quit"
            elif event.type == pygame.KEYDOWN and event.key in KEYS:
                yield KEYS[event.key]

    def toggle_full_screen(self) -> None:
        """Between a window and the whole display; a window that spans outputs stays as it is."""
        if not self.headless and not self.spanning:
            pygame.display.toggle_fullscreen()

    def flip(self) -> None:
        """Show what was drawn."""
        if not self.headless:
            pygame.display.flip()

    def close(self) -> None:
        """Give everything back."""
        self.context.release()
        pygame.display.quit()


def _no_display(headless: bool, fault: str) -> str:
    if headless:
        return (
            f"Drawing off-screen does not work here ({fault}): install libegl1 and libgl1-mesa-dri (make setup does)."
        )
    return f"No display can be opened ({fault}): set DISPLAY or WAYLAND_DISPLAY, or draw off-screen with --headless."


def _no_gl(fault: str) -> str:
    return f"OpenGL 3.3 does not work here ({fault}): install libgl1, libegl1 and libgl1-mesa-dri (make setup does)."
