"""The wall's process: asks the store for the view of now, has it drawn, and shows it, until it is told to end.

Exit codes: 0 is the end that was asked for, 2 that it cannot work here (one sentence says what to do), 3 that the graphics
driver or the drawing broke and a new process should try.
"""

from __future__ import annotations

import logging
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Protocol

import moderngl

from stream.config import Config
from stream.config.logo import NAME, png
from stream.wire.messages import Hello, Logo, Picture, WallState, Watch
from wall import alive, overlay
from wall.client import Client
from wall.clock import HubClock
from wall.doorway import Doorway
from wall.drawlist import Layer
from wall.feeds import DELAY_MS, Store
from wall.frame import Frame, TooLarge
from wall.heap import Heap
from wall.load import Load, Loads
from wall.outputs import NotScreens, Part, parse_screens, spelled
from wall.painter import Painter
from wall.panic import PanicFile
from wall.pictures import Pictures
from wall.quality import Quality
from wall.recording import Player, Recorder
from wall.scene import TEXT_MS, Scene
from wall.shot import Shot
from wall.text import fonts
from wall.text.fonts import FontsMissing
from wall.view import View
from wall.window import NoPicture, Window

log = logging.getLogger(__name__)

GPU_FPS: Final = 60.0
SOFTWARE_FPS: Final = 24.0
"""Software GL draws on the processor that the hub needs as well."""
PREVIEW_FPS: Final = 3.0
PREVIEW_SCALE: Final = 0.25
STATE_MS: Final = 1_000.0
TEXT_SHARE: Final = 0.15
"""Share of a slow frame that new text may take, so that words do not wait for many of them."""
FAULTS: Final = 90
"""So many frames in a row that could not be drawn end the process."""
DARK: Final = 1.0 / 512.0
"""Brightness that no screen shows."""
DARK_FPS: Final = 10.0


class Feed(Protocol):
    """Where the store's messages come from: a hub, or a recording of one."""

    watch: Watch

    @property
    def hub_clock(self) -> HubClock | None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def hub_ms(self) -> float: ...
    def tell(self, message: WallState | Picture) -> None: ...


class Broken(Exception):
    """Drawing fails again and again, or the graphics driver has lost everything; a new process may do better."""


def local_ms() -> float:
    """This machine's monotonic time in ms."""
    return time.monotonic() * 1000.0


def own_hello(config: Config) -> Hello:
    """What stands for the hub's hello until that comes: this machine's configuration."""
    return Hello(
        at=0, grid=config.wall.grid, theme=config.theme.colours, event=config.event, mode="live", mode_label=""
    )


def run(
    config: Config,
    *,
    hub_url: str | None = None,
    screens: str | Sequence[int] | None = None,
    display: int | None = None,
    headless: bool = False,
    shot: Path | None = None,
    frames: int | None = None,
    scale: float | None = None,
    name: str | None = None,
    recording: Path | None = None,
    record: Path | None = None,
    at: float | None = None,
    preview: bool = False,
) -> int:
    """Draw ``screens`` (``1-6``; default all) until somebody ends it; returns the exit code.

    ``shot`` writes what they show to a PNG and ends, after ``frames`` frames or once everything is there. ``frames`` ends
    after so many. ``scale`` fixes the render scale. ``recording`` plays a file instead of a hub, ``record`` writes one.
    ``at`` draws this hub time in every frame, so that several processes show the same moment. ``preview`` draws, coarsely and
    rarely, what a tablet looks at before it is taken; it is none of the hall's walls.
    """
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    fonts.brand(config.theme.font)
    var = Path(os.environ.get("AGORA_VAR", "") or "var")
    store = Store(own_hello(config), local_ms)
    doorway: Doorway | None = None
    try:
        if config.theme.logo:
            store.take(Logo(0, NAME, png(Path(config.theme.logo))))
        chosen = parse_screens(screens, config.wall.grid)
        called = name or f"{socket.gethostname()} {spelled(chosen)}"
        if recording is not None:
            feed: Feed = Player(recording, store, local_ms, loop=frames is None and shot is None)
        else:
            address = hub_url or config.hub.url or config.hub.nearby
            recorder = Recorder(record) if record is not None else None
            doorway = Doorway(address, var, config.hub.authority, called, chosen)
            feed = Client(address, store, local_ms, doorway, recorder=recorder, preview=preview)
        wall = Wall(
            store,
            feed,
            Part(config.wall.grid, chosen),
            everything=screens is None,
            headless=headless,
            display=display,
            quality=PREVIEW_SCALE if preview else 1.0 if shot is not None and scale is None else scale,
            name=called,
            panic=PanicFile(var / "preview" if preview else var),
            at=at,
            patient=shot is not None or preview,
            preview=preview,
            code=lambda: doorway.code if doorway is not None else "",
        )
    except (NoPicture, TooLarge, NotScreens, FontsMissing, ValueError, OSError) as fault:
        print(f"agora wall: {fault}", file=sys.stderr)
        return 2
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: wall.end())
    feed.start()
    try:
        wall.run(frames=frames, shot=Shot(shot) if shot is not None else None)
    except (TooLarge, NotScreens, FontsMissing) as fault:
        print(f"agora wall: {fault}", file=sys.stderr)
        return 2
    except (Broken, moderngl.Error) as fault:
        print(f"agora wall: {fault}", file=sys.stderr)
        return 3
    finally:
        feed.stop()
        wall.close()
    return 0


class Wall:
    """One process's window, painter and loop. ``clock`` is this machine's monotonic time in ms, the same as the feed's."""

    def __init__(
        self,
        store: Store,
        feed: Feed,
        part: Part,
        *,
        everything: bool,
        headless: bool,
        display: int | None,
        quality: float | None,
        name: str,
        panic: PanicFile,
        at: float | None,
        patient: bool,
        preview: bool = False,
        code: Callable[[], str] = str,
        clock: Callable[[], float] = local_ms,
    ) -> None:
        self.part = part
        self.clock = clock
        self.window = Window(part, headless=headless, display=display)
        self.quality = Quality(self.window.software, quality)
        self.drawn = 0
        self.dropped = 0
        self._store, self._feed, self._panic = store, feed, panic
        self._everything, self._name, self._at = everything, name, at
        self._patient = patient
        self._code = code
        self._preview = preview
        self._fps_limit = PREVIEW_FPS if preview else SOFTWARE_FPS if self.window.software else GPU_FPS
        self._ending = False
        self._faults = 0
        self._told, self._told_at = tuple[object, ...](), float("-inf")
        self._counted = (0, self.clock())
        self._fps = 0.0
        self._took = self._spent = 0.0
        self._missing = 0
        self._heap = Heap()
        self._pictures = Pictures(self.window.context, feed.tell)
        self._canary = alive.Canary(self.window.context)
        self._load: Load | None = None
        self._loads: Loads | None = None
        self._build()

    def _build(self) -> None:
        """Everything that depends on the grid."""
        self.scene = Scene()
        self.painter = Painter(self.window.context, self.part.grid)
        self.frame = Frame(self.window.context, self.part, self._scale())
        self._rescaled = False

    def _rescale(self) -> None:
        """A frame of the scale that is wanted now. Its first picture sets all text anew, so that none blinks."""
        self.frame.release()
        self.frame = Frame(self.window.context, self.part, self._scale())
        self._rescaled = True

    def end(self) -> None:
        """Leave the loop after this frame; safe in a signal handler."""
        self._ending = True

    def run(self, *, frames: int | None, shot: Shot | None) -> None:
        """Draw until ``end``, or the last of ``frames``, or the shot is taken. Raises ``Broken``."""
        try:
            self._loop(frames, shot)
        finally:
            alive.disarm()

    def _loop(self, frames: int | None, shot: Shot | None) -> None:
        due = self.clock()
        while not self._ending:
            began = self.clock()
            self._react()
            view = self._view()
            dark = view.brightness < DARK and shot is None and not self._preview
            slot = 1000.0 / (DARK_FPS if dark else self._fps_limit)
            self.frame.brightness = view.brightness
            if dark:
                self.frame.black()
            if dark or self._draw(view):
                self._present()
            took = self._took = self.clock() - began
            self.drawn += 1
            if shot is not None and shot.due(self.drawn, frames, self._store, self.clock()):
                shot.take(self.frame)
                return
            if frames is not None and self.drawn >= frames:
                return
            self._pictures.offer(self.frame, self._feed.watch, view.t, self.clock())
            if not dark and self.quality.frame(took, self.clock()):
                self._rescale()
            self._report(view, took)
            due += slot
            now = self.clock()
            if due < now:
                self.dropped += int((now - due) / slot)
                due = now
            elif shot is None:
                time.sleep((due - now) / 1000.0)

    def close(self) -> None:
        """Give everything back."""
        self._pictures.stop()
        self.window.close()

    def _scale(self) -> float:
        """The render scale: as fine as the quality allows, and no finer than a window that is smaller than the screens."""
        if self.window.headless:
            return self.quality.scale
        view, room = self.part.viewport, self.window.size
        whole = (self.part.desk if self.window.spanning else None) or (view.w, view.h)
        return min(self.quality.scale, max(0.1, room[0] / whole[0], room[1] / whole[1]))

    def _react(self) -> None:
        if abs(self._scale() - self.frame.scale) > 0.005:
            self._rescale()
        for event in self.window.events():
            match event:
                case "quit":
                    self.end()
                case "panic":
                    self._panic.press()
                case "full screen":
                    self.window.toggle_full_screen()
                case "load":
                    self._load = Load(self.clock) if self._load is None else None
                    self._loads = self._load.now() if self._load is not None else None

    def _view(self) -> View:
        """The view of now, in the hub's geometry, with this machine's panic over it."""
        hub_ms = self._feed.hub_ms()
        view = self._store.view(hub_ms if self._at is None else self._at + DELAY_MS)
        if view.hello.grid != self.part.grid:
            grid = view.hello.grid
            screens = parse_screens(None if self._everything else self.part.screens, grid)
            self.part = Part(grid, screens)
            self.frame.release()
            self._build()
        if self._store.connected:
            self._panic.hub_says(view.on_air.panic)
        view.panic = view.panic or self._panic.on
        view.code = self._code()
        return view

    def _draw(self, view: View) -> bool:
        """Draw ``view`` into the frame; False when that failed and the last picture stays."""
        whole = self._patient or self._rescaled
        self.scene.text_ms = math.inf if whole else max(TEXT_MS, TEXT_SHARE * self._took)
        self._rescaled = False
        try:
            drawlist = self.scene.draw(view)
            if self._loads is not None:
                drawlist.layers.append(self._overlay(view, self._loads))
            self.painter.paint(drawlist, self.frame.target, self.part.viewport, self.frame.scale, self.quality.edges)
        except moderngl.Error as fault:
            raise Broken(f"the graphics driver fails: {fault}") from fault
        except Exception as fault:
            self._faults += 1
            if self._faults == 1:
                log.exception("a frame could not be drawn; the last picture stays")
            if self._faults >= FAULTS:
                raise Broken(f"{FAULTS} frames in a row could not be drawn: {fault}") from fault
            return False
        self._faults = 0
        self._missing = drawlist.missing_glyphs
        self.frame.darken()
        return True

    def _overlay(self, view: View, loads: Loads) -> Layer:
        said = overlay.lines(
            view,
            loads,
            renderer=self.window.renderer,
            fps=self._fps,
            frame_ms=self._spent,
            dropped=self.dropped,
            scale=self.frame.scale,
            edges=self.quality.edges,
            textures_mb=self.textures_mb,
            clock=self._feed.hub_clock,
            connected=bool(self._store.connected),
        )
        return overlay.layer(said, self.part.grid.screen(self.part.screens[0]), view.hello.theme, self.scene.type)

    @property
    def textures_mb(self) -> float:
        """Video memory of the frame and of all pictures of text, in MB."""
        return (self.frame.bytes + self.painter.atlas.bytes) / 2**20

    def _present(self) -> None:
        if not self.window.headless:
            self.frame.show(self.window.context.screen, self.window.size, self.window.spanning)
        self.window.context.finish()
        self.window.flip()

    def _report(self, view: View, took: float) -> None:
        """Tell the hub what is shown, once a second and at once when it has changed."""
        now = self.clock()
        frames, since = self._counted
        if now - since >= STATE_MS:
            self._fps = (self.drawn - frames) * 1000.0 / (now - since)
            self._counted = (self.drawn, now)
            self._spent = took
            if self._load is not None:
                self._loads = self._load.now()
            if not self._canary.sings():
                raise Broken("the graphics driver has lost every picture")
            alive.rearm()
            self._heap.tidy(now)
        shows = (view.on_air.rev, view.panic, self.frame.scale, self.quality.edges, self._store.connected)
        if shows == self._told and now - self._told_at < STATE_MS:
            return
        self._told, self._told_at = shows, now
        self._feed.tell(
            WallState(
                name=self._name,
                screens=self.part.screens,
                drawn=round(view.t),
                on_air_rev=view.on_air.rev,
                panic=view.panic,
                fps=round(self._fps, 1),
                frame_ms=round(took, 1),
                dropped=self.dropped,
                scale=self.frame.scale,
                edges=self.quality.edges,
                missing_glyphs=self._missing,
                brightness=round(view.brightness, 3),
                textures_mb=round(self.textures_mb, 1),
            )
        )
