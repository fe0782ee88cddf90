"""What a machine needs to draw the wall: a display as large as the screens, OpenGL, fonts, and nothing that goes dark."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from stream.config import Config
from stream.config.findings import Finding, bad, fair, good
from wall.outputs import Part, spans_outputs
from wall.text.fonts import FontsMissing, shared
from wall.window import NoPicture, Window

SAMPLE = "Aé Ж ع א ह ไ 中 あ 한 😀"


def examine(config: Config) -> Iterator[Finding]:
    """Display, OpenGL, fonts and the screen saver, one by one."""
    yield _fonts()
    yield _graphics(config)
    if os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY"):
        yield from _outputs(config)
        yield from _saver()
    else:
        yield fair("display", "none: the wall draws off-screen, and /wall shows it", "docs/kiosk.md for a wall machine")


def _fonts() -> Finding:
    try:
        fonts = shared()
    except FontsMissing as fault:
        return bad("fonts", str(fault), "make setup")
    missing = [cluster for cluster in SAMPLE.split() if not fonts.covers(cluster)]
    if missing:
        return bad("fonts", f"nothing draws {' '.join(missing)}", "make setup")
    return good("fonts", f"draw {SAMPLE}")


def _graphics(config: Config) -> Finding:
    """What draws here, asked in a process of its own: a driver may crash, and a process has one context only."""
    grid = config.wall.grid
    told = subprocess.run(
        [sys.executable, "-m", "wall.doctor"], capture_output=True, check=False, text=True, timeout=60
    )
    if told.returncode:
        fault = told.stderr.strip().splitlines()[-1:] or [f"it ended with {told.returncode}"]
        return bad("OpenGL", fault[0], "make setup installs Mesa; a graphics card needs its driver")
    renderer, largest, software = told.stdout.strip().splitlines()[-1].split("|")
    need = int(max(grid.canvas.w, grid.canvas.h))
    if int(largest) < need:
        return bad("OpenGL", f"{renderer}: pictures up to {largest} pixels, the wall has {need}", "a process a screen")
    if software == "True":
        return fair("OpenGL", f"{renderer}: drawn by the processor", "a graphics card draws at full quality")
    return good("OpenGL", renderer)


def _outputs(config: Config) -> Iterator[Finding]:
    """The displays of this desktop, asked in a process of its own, since this one draws off-screen."""
    code = (
        "import pygame as g; g.display.init(); print(g.display.get_driver(), *g.display.get_desktop_sizes(), sep='|')"
    )
    environment = {k: v for k, v in os.environ.items() if k != "SDL_VIDEODRIVER"} | {"PYGAME_HIDE_SUPPORT_PROMPT": "1"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        text=True,
        env=environment,
        timeout=20,
    )
    driver, *sizes = told.stdout.strip().split("|")
    if told.returncode or driver in ("offscreen", "dummy"):
        name = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
        yield bad("display", f"{name} cannot be opened", "is a desktop running there, as this user?")
        return
    grid = config.wall.grid
    desktops = [(int(w), int(h)) for w, h in (size.strip("() ").split(",") for size in sizes)]
    seen = f"{driver}: {', '.join(f'{w} × {h}' for w, h in desktops)}"
    part = Part(grid, tuple(range(1, grid.count + 1)))
    if driver == "wayland" and len(desktops) > 1:
        yield fair("display", seen, "on Wayland run one wall an output: agora wall --screens N --display N")
    elif spans_outputs(part, desktops):
        yield good("display", f"{seen}; one window spans all screens")
    else:
        yield fair(
            "display",
            f"{seen}; the screens are {grid.columns} × {grid.rows} of {grid.width} × {grid.height}",
            "docs/kiosk.md",
        )


def _saver() -> Iterator[Finding]:
    xset = shutil.which("xset")
    if not xset or not os.environ.get("DISPLAY"):
        return
    told = subprocess.run([xset, "q"], capture_output=True, check=False, text=True, timeout=5).stdout
    dark = [name for name, sign in (("screen saver", "timeout:  0"), ("DPMS", "DPMS is Disabled")) if sign not in told]
    if dark:
        yield bad("screen saver", f"{' and '.join(dark)} would darken the wall", "xset s off -dpms")
    else:
        yield good("screen saver", "off")


def _context() -> int:
    """Open a context off-screen and print what draws it; exit code 0, or 1 with a sentence."""
    try:
        window = Window(Part(Config().wall.grid, (1,)), headless=True)
    except NoPicture as fault:
        print(fault, file=sys.stderr)
        return 1
    print(window.renderer, window.context.info["GL_MAX_TEXTURE_SIZE"], window.software, sep="|")
    window.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(_context())
